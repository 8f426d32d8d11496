"""Chords: the stretches of straight lines along the axes that lie in one phase."""

import math
from typing import NamedTuple

import numpy as np

from porescope.innermost import innermost
from porescope.volume import Spacing


class Chords(NamedTuple):
    """Distribution of chord lengths along one axis.

    Attributes
    ----------
    length_um : (n,) float array
        Lengths: whole voxels.
    share : (n,) float array
        Share of all chords, those that the faces cut made up for; empty without a whole chord.
    """

    length_um: np.ndarray
    share: np.ndarray


def mean_chord_um(phase: np.ndarray, spacing: Spacing) -> np.ndarray:
    """Mean chord length of a phase along z, y and x.

    Parameters
    ----------
    phase : (nz, ny, nx) bool array
        True where the chords lie.
    spacing : Spacing
        Voxel edges (z, y, x) in um.

    Returns
    -------
    (3,) float array
        In um; NaN along an axis on which the phase never changes.

    Notes
    -----
    Twice the volume fraction over the changes of phase per length. Nothing is cut: each change is seen with its
    probability wherever the faces lie. Changes per length are taken to step 0 from steps of one and two voxels, which
    makes up for chords shorter than a voxel (see surface.specific_surface). In an isotropic structure 4 D / S_V.

    References
    ----------
    Underwood, Quantitative Stereology (1970).
    """
    counts = np.zeros((3, 2, 2), np.int64)
    _add_changes(np.ascontiguousarray(phase), counts)
    return mean_chord_of(int(np.count_nonzero(phase)) / phase.size, counts, spacing)


def mean_chord_of(fraction: float, counts: np.ndarray, spacing: Spacing) -> np.ndarray:
    """Mean chord lengths in um (z, y, x) from a volume fraction and (axis, step - 1, [pairs that differ, pairs])."""
    with np.errstate(divide="ignore", invalid="ignore"):
        once, twice = (counts[:, i, 0] / counts[:, i, 1] / ((i + 1) * np.array(spacing)) for i in (0, 1))
        changes = np.where(np.isfinite(twice), once + (once - twice) / 3, once)
        return np.where(changes > 0, 2 * fraction / changes, math.nan)


def distribution(phase: np.ndarray, spacing: Spacing, axis: int) -> Chords:
    """Distribution of the lengths of chords along an axis.

    Notes
    -----
    Only chords that end within the array are measured. On a line of L voxels one of l voxels and the voxel before and
    after it have L - l - 1 places: it is weighed with the inverse (Miles and Lantuejoul), so that long ones are not
    missed.
    """
    lines = np.ascontiguousarray(np.moveaxis(phase, axis, -1))
    length = lines.shape[-1]
    counts = np.zeros(length + 1, np.int64)
    _count_whole(lines, counts)
    found = np.flatnonzero(counts)
    weight = counts[found] * (length / (length - found - 1))
    return Chords(found * spacing[axis], weight / weight.sum() if len(found) else weight.astype(float))


@innermost()
def _add_changes(phase: np.ndarray, counts: np.ndarray) -> None:
    """Per axis and step of 1 or 2 voxels: pairs that differ, pairs."""
    nz, ny, nx = phase.shape
    for step in (1, 2):
        differ_z = differ_y = differ_x = 0
        for z in range(nz):
            for y in range(ny):
                if z + step < nz:
                    for x in range(nx):
                        differ_z += phase[z, y, x] != phase[z + step, y, x]
                if y + step < ny:
                    for x in range(nx):
                        differ_y += phase[z, y, x] != phase[z, y + step, x]
                for x in range(nx - step):
                    differ_x += phase[z, y, x] != phase[z, y, x + step]
        counts[0, step - 1, 0] += differ_z
        counts[1, step - 1, 0] += differ_y
        counts[2, step - 1, 0] += differ_x
        counts[0, step - 1, 1] += max(0, nz - step) * ny * nx
        counts[1, step - 1, 1] += nz * max(0, ny - step) * nx
        counts[2, step - 1, 1] += nz * ny * max(0, nx - step)


@innermost()
def _count_whole(lines: np.ndarray, counts: np.ndarray) -> None:
    """Lengths in voxels of the runs that end within the lines."""
    for i in range(lines.shape[0]):
        for j in range(lines.shape[1]):
            start = -1
            for k in range(1, lines.shape[2]):
                if lines[i, j, k] == lines[i, j, k - 1]:
                    continue
                if lines[i, j, k]:
                    start = k
                elif start > 0:
                    counts[k - start] += 1
