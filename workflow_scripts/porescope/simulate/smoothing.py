"""Gaussian smoothing of large periodic fields, in place."""

import numba
import numpy as np

from porescope.volume import Spacing

REACH = 3.5
"""Half-width of the kernel in standard deviations: the rest of a Gaussian weighs 0.0005."""


def smooth_in_place(field: np.ndarray, spacing: Spacing, sigma_um: float) -> None:
    """Convolve a periodic field with an isotropic Gaussian.

    Parameters
    ----------
    field : (nz, ny, nx) float32 array, C-contiguous
        Overwritten. Besides it, one section (of z and x) a thread is in memory.
    spacing : Spacing
        Voxel edges (z, y, x) in um.
    sigma_um : float
        Standard deviation in um. The sampled kernel is good from about 0.8 voxels on; below, its second moment is
        too small.
    """
    z, y, x = (_kernel(sigma_um / edge) for edge in spacing)
    _smooth_planes(field, y, x)
    _smooth_along_z(field, z)


def _kernel(sigma_px: float) -> np.ndarray:
    """Weights from the centre outwards, of sum 1 with both sides."""
    offsets = np.arange(int(np.ceil(REACH * sigma_px)) + 1)
    weights = np.exp(-0.5 * (offsets / sigma_px) ** 2)
    return (weights / (2 * weights.sum() - 1)).astype(np.float32)


@numba.njit(parallel=True, fastmath=True, cache=True)
def _smooth_planes(field: np.ndarray, along_y: np.ndarray, along_x: np.ndarray) -> None:
    for z in numba.prange(field.shape[0]):
        _smooth_rows(field[z], along_y)
        _smooth_columns(field[z], along_x)


@numba.njit(parallel=True, fastmath=True, cache=True)
def _smooth_along_z(field: np.ndarray, weights: np.ndarray) -> None:
    for y in numba.prange(field.shape[1]):
        _smooth_rows(field[:, y], weights)


@numba.njit(fastmath=True, cache=True)
def _smooth_rows(section: np.ndarray, weights: np.ndarray) -> None:
    """Along the first axis: sums of whole rows, which the processor takes eight numbers at a time."""
    n, width = section.shape
    old = section.copy()  # its rows are known to be without gaps: only then does the compiler take numbers together
    row = np.empty(width, section.dtype)
    for i in range(n):
        here = old[i]
        for x in range(width):
            row[x] = weights[0] * here[x]
        for k in range(1, weights.size):
            before, after = old[(i - k) % n], old[(i + k) % n]
            weight = weights[k]
            for x in range(width):
                row[x] += weight * (before[x] + after[x])
        section[i] = row


@numba.njit(fastmath=True, cache=True)
def _smooth_columns(section: np.ndarray, weights: np.ndarray) -> None:
    """Along the second axis."""
    reach = weights.size - 1
    n = section.shape[1]
    padded = np.empty(n + 2 * reach, np.float32)
    for i in range(section.shape[0]):
        row = section[i]
        padded[reach : reach + n] = row
        for j in range(reach):
            padded[j] = row[(j - reach) % n]
            padded[reach + n + j] = row[j % n]
        for x in range(n):
            row[x] = weights[0] * padded[reach + x]
        for k in range(1, weights.size):
            before, after = padded[reach - k : reach - k + n], padded[reach + k : reach + k + n]
            weight = weights[k]
            for x in range(n):
                row[x] += weight * (before[x] + after[x])
