"""A smooth field on the voxel grid for areas and curvatures, by convolution: no transform, no periodic faces.

Its kernel is not that of field.smooth_spectrum, which keeps the interface in its place: this one moves it a little, and
blurs it by less, so that areas and curvatures come out right (see mesh.mesh_specific_surface and curvature.interface).
"""

import math

import numpy as np
from numba import njit

from porescope.innermost import innermost
from porescope.volume import Spacing

REACH = 5.5
"""Widths after which the kernel has died out."""


def smooth_field(solid: np.ndarray, spacing: Spacing, smoothing_px: float) -> np.ndarray:
    """Smoothed mask, about -1/2 in the pores and 1/2 in the metal; faces are mirrors.

    Parameters
    ----------
    solid : (nz, ny, nx) bool array
        True where metal.
    spacing : Spacing
        Voxel edges; only their ratios count.
    smoothing_px : float
        Width of the kernel in voxels, for cubic voxels; see smoothing_widths.

    Returns
    -------
    (nz, ny, nx) float32 array

    Notes
    -----
    The kernel exp(-s) (1 + s + s^2 / 2), s = sz + sy + sx, is the sum of the products of one-dimensional terms
    exp(-s) s^i / i! whose orders i add up to two at most: twelve convolutions along rows, slice by slice.
    """
    z, y, x = (_taps(width) for width in smoothing_widths(spacing, smoothing_px))
    return _smooth(np.ascontiguousarray(solid), z, y, x)


def smoothing_widths(spacing: Spacing, smoothing_px: float) -> tuple[float, float, float]:
    """Width of the kernel in voxels along each axis (z, y, x).

    Halfway, as geometric mean, between the same number of voxels along all axes, which follows the staircase of the
    coarse axis, and the same length in um, which blurs more than the fine axes need.
    """
    mean_edge = spacing.voxel_volume ** (1 / 3)
    z, y, x = (smoothing_px * math.sqrt(mean_edge / edge) for edge in spacing)
    return z, y, x


def _taps(width: float) -> np.ndarray:
    """The terms of order 0, 1 and 2 of the kernel along one axis, (3, n) float32."""
    reach = math.ceil(REACH * width)
    t = np.arange(-reach, reach + 1) / width
    gauss = np.exp(-t * t / 2)
    gauss /= gauss.sum()
    return np.stack([gauss, (1 - t * t) * gauss / 2, (t**4 - 6 * t * t + 3) * gauss / 8]).astype(np.float32)


@innermost()
def _mirrored(index: int, count: int) -> int:
    """Index within 0 ... count - 1, mirrored at the faces."""
    index = index % (2 * count)
    return min(index, 2 * count - 1 - index)


@njit(cache=True, nogil=True, fastmath=True)
def _smooth(solid: np.ndarray, taps_z: np.ndarray, taps_y: np.ndarray, taps_x: np.ndarray) -> np.ndarray:
    nz, ny, nx = solid.shape
    reach = taps_z.shape[1] // 2
    out = np.zeros((nz, ny, nx), np.float32)
    row = np.zeros(nx + taps_x.shape[1] - 1, np.float32)
    along_x = np.zeros((3, ny, nx), np.float32)
    orders = np.zeros((3, ny, nx), np.float32)
    for z in range(-reach, nz + reach):
        _smooth_slice(solid[_mirrored(z, nz)], taps_y, taps_x, row, along_x, orders)
        for t in range(2 * reach + 1):
            o = z + reach - t
            if 0 <= o < nz:
                w0, w1, w2 = taps_z[0, t], taps_z[1, t], taps_z[2, t]
                for y in range(ny):
                    to, up_to_2, up_to_1, only_0 = out[o, y], orders[0, y], orders[1, y], orders[2, y]
                    for x in range(nx):
                        to[x] += w0 * up_to_2[x] + w1 * up_to_1[x] + w2 * only_0[x]
    return out


@innermost(fastmath=True)
def _smooth_slice(
    solid: np.ndarray,
    taps_y: np.ndarray,
    taps_x: np.ndarray,
    row: np.ndarray,
    along_x: np.ndarray,
    orders: np.ndarray,
) -> None:
    """One slice smoothed within itself, with terms of order up to 2, up to 1, and 0."""
    ny, nx = solid.shape
    reach = taps_x.shape[1] // 2
    for y in range(ny):
        for x in range(-reach, nx + reach):
            row[x + reach] = 0.5 if solid[y, _mirrored(x, nx)] else -0.5
        for order in range(3):
            to = along_x[order, y]
            to[:] = 0
            for t in range(taps_x.shape[1]):
                w = taps_x[order, t]
                for x in range(nx):
                    to[x] += w * row[x + t]
    orders[:] = 0
    reach = taps_y.shape[1] // 2
    for y in range(ny):
        up_to_2, up_to_1, only_0 = orders[0, y], orders[1, y], orders[2, y]
        for t in range(taps_y.shape[1]):
            s = _mirrored(y + t - reach, ny)
            w0, w1, w2 = taps_y[0, t], taps_y[1, t], taps_y[2, t]
            a0, a1, a2 = along_x[0, s], along_x[1, s], along_x[2, s]
            for x in range(nx):
                first = w0 * a0[x]
                second = first + w1 * a0[x] + w0 * a1[x]
                only_0[x] += first
                up_to_1[x] += second
                up_to_2[x] += second + w2 * a0[x] + w1 * a1[x] + w0 * a2[x]
