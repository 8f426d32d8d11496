"""How much of a phase is connected from face to face."""

from typing import NamedTuple

import cc3d
import numpy as np


class Percolation(NamedTuple):
    """Connected shares of a phase.

    Attributes
    ----------
    per_axis : (3,) float array
        Share of the phase in parts that reach both faces along z, y, x.
    percolating_fraction : float
        Mean of the three.
    isolated_fraction : float
        Share in parts that touch no face at all.
    """

    per_axis: np.ndarray
    percolating_fraction: float
    isolated_fraction: float


def percolation(phase: np.ndarray) -> Percolation:
    """Shares of a phase that percolate and that are isolated.

    Parameters
    ----------
    phase : (nz, ny, nx) bool array

    Returns
    -------
    Percolation
        NaN for a phase that is not there.

    Notes
    -----
    Voxels are connected through their faces, for either phase: an edge or a corner carries no current.
    """
    labels = cc3d.connected_components(np.ascontiguousarray(phase), connectivity=6)
    voxels = np.bincount(labels.ravel()) if labels.size < 2**24 else _count(labels)
    total = voxels[1:].sum()
    if total == 0:
        return Percolation(np.full(3, np.nan), np.nan, np.nan)
    touches = np.zeros(len(voxels), bool)
    shares = np.zeros(3)
    for axis in range(3):
        first, last = np.unique(labels.take(0, axis=axis)), np.unique(labels.take(-1, axis=axis))
        both = np.intersect1d(first, last)
        shares[axis] = voxels[both[both > 0]].sum() / total
        touches[first] = touches[last] = True
    isolated = voxels[1:][~touches[1:]].sum() / total
    return Percolation(shares, float(shares.mean()), float(isolated))


def _count(labels: np.ndarray) -> np.ndarray:
    """Voxels of each label, slice by slice: bincount takes eight bytes a voxel."""
    counts = np.zeros(int(labels.max()) + 1, np.int64)
    for section in labels:
        counts += np.bincount(section.ravel(), minlength=len(counts))
    return counts
