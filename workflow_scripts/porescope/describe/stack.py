"""What is a sum over voxels, over a whole stack: read slab by slab, counted in 64 bits."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from porescope.describe.chords import mean_chord_of
from porescope.describe.surface import Step, all_steps, slopes_from_changes, surface_from_changes
from porescope.volume import Spacing

SLAB_VOXELS = 2**24
"""Voxels that are read at once, by default; counting takes a few bytes for each."""


class Stack(NamedTuple):
    """Descriptors of a whole stack.

    Attributes
    ----------
    relative_density : float
    specific_surface_per_um : float
        NaN where the stack has fewer voxels along an axis than the longest step.
    solid_chord_um, pore_chord_um : (3,) float arrays
        Mean chords along z, y and x; NaN along an axis on which the phase never changes.
    """

    relative_density: float
    specific_surface_per_um: float
    solid_chord_um: np.ndarray
    pore_chord_um: np.ndarray


def describe_stack(
    array: Any, is_solid: Callable[[np.ndarray], np.ndarray], spacing: Spacing, slices: int | None = None
) -> Stack:
    """Density, surface and chords of a stack of any size.

    Parameters
    ----------
    array : array-like (nz, ny, nx)
        Whatever gives a numpy array for ``array[first:last]``: a zarr array, which is never read whole, or numpy's own.
    is_solid : callable
        Tells metal (True) from what the array holds.
    spacing : Spacing
        Voxel edges (z, y, x) in um.
    slices : int, optional
        To read at once; by default as many as hold SLAB_VOXELS.

    Notes
    -----
    The estimators are those of surface.specific_surface and chords.mean_chord_um; all pairs of voxels within the stack
    are counted, those across two slabs too, so that the slabs leave no trace. Memory is that of a slab.
    """
    nz, ny, nx = array.shape
    height = slices or max(1, SLAB_VOXELS // (ny * nx))
    steps = all_steps(spacing)
    reach = max(z for z, _, _ in steps)
    solid, differing = 0, np.zeros(len(steps), np.int64)
    before = np.zeros((0, ny, nx), bool)
    for start in range(0, nz, height):
        slab = is_solid(np.asarray(array[start : min(start + height, nz)]))
        solid += int(np.count_nonzero(slab))
        joined = np.concatenate([before, slab])
        differing += [_changes(joined, len(before), step) for step in steps]
        before = joined[max(0, len(joined) - reach) :]
    pairs = [max(0, nz - z) * max(0, ny - abs(y)) * max(0, nx - abs(x)) for z, y, x in steps]
    share = {step: int(n) / of if of else np.nan for step, n, of in zip(steps, differing, pairs, strict=True)}
    counts = np.zeros((3, 2, 2), np.int64)
    for axis, along in enumerate(np.eye(3, dtype=int)):
        for k in (1, 2):
            i = steps.index(tuple(int(n) for n in k * along))
            counts[axis, k - 1] = differing[i], pairs[i]
    density = solid / (nz * ny * nx)
    chords = (mean_chord_of(fraction, counts, spacing) for fraction in (density, 1 - density))
    surface = surface_from_changes(share, spacing, slopes_from_changes(share, spacing))
    return Stack(density, surface, *chords)


def _changes(slab: np.ndarray, known: int, step: Step) -> int:
    """Pairs a step apart that differ in phase and end in one of the slices after the ``known`` ones."""
    first = max(0, known - step[0])
    here, there = [slice(first, max(first, len(slab) - step[0]))], [slice(first + step[0], None)]
    for n, d in zip(slab.shape[1:], step[1:], strict=True):
        here.append(slice(max(0, -d), max(0, n - max(0, d))))
        there.append(slice(max(0, d), max(0, n + min(0, d))))
    return int(np.count_nonzero(slab[tuple(here)] != slab[tuple(there)]))
