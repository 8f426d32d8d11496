"""Two-point probability of the solid, its correlation length and its integral range."""

import math
from typing import NamedTuple

import numpy as np
import scipy.fft

from porescope.volume import Spacing

NODES = 160
"""Longer axes are averaged over whole numbers of voxels to at most so many nodes for the lags in all directions."""

SMALL = 0.02
"""Correlation below which a structure counts as uncorrelated where the integral range is cut off."""


class TwoPoint(NamedTuple):
    """Two-point probability S2(r): both ends of a step r lie in the solid.

    Attributes
    ----------
    axis_um, axis_probability : tuple of three (n,) float arrays
        Lags along z, y and x, from 0 in whole voxels up to half of the array, and S2 there.
    radius_um, correlation : (n,) float arrays
        Lag, and the correlation (S2 - D^2) / (D - D^2) averaged over all directions.
    correlation_length_um : float
        Lag at which the correlation falls to 1/e; NaN for one phase or where it does not within half of the array.
    integral_range_um3 : float
        Volume integral of the correlation, A3: the variance of D over volumes V is D (1 - D) A3 / V. NaN for one phase.
    """

    axis_um: tuple[np.ndarray, ...]
    axis_probability: tuple[np.ndarray, ...]
    radius_um: np.ndarray
    correlation: np.ndarray
    correlation_length_um: float
    integral_range_um3: float


def two_point(solid: np.ndarray, spacing: Spacing) -> TwoPoint:
    """Two-point statistics of a VOI.

    Parameters
    ----------
    solid : (nz, ny, nx) bool array
        True where metal.
    spacing : Spacing
        Voxel edges (z, y, x) in um.

    Notes
    -----
    Pairs within the array are counted by Fourier transforms of the array padded by zeros, and divided by their number,
    the autocorrelation of the box: no pair reaches around the faces. Along the axes at the resolution of the voxels;
    over all directions at up to 160 nodes an axis, which leaves the integral as it is. The correlation is integrated up
    to the first lag at which its mean over directions is below 0.02, and what the mean D of the same VOI takes from it
    (A3 / V at every lag) is given back.

    References
    ----------
    Torquato, Random Heterogeneous Materials (2002); Lantuejoul, Journal of Microscopy 161 (1991).
    """
    along = [_along_axis(solid, axis) for axis in range(3)]
    lags = tuple(np.arange(len(values)) * h for values, h in zip(along, spacing, strict=True))
    density = np.count_nonzero(solid) / solid.size
    variance = density * (1 - density)
    if variance == 0:
        nothing: np.ndarray = np.zeros(0)
        return TwoPoint(lags, tuple(along), nothing, nothing, math.nan, math.nan)
    pooled, nodes = _pooled(solid, spacing)
    covariance = _covariance(pooled - np.float32(density))
    radius, correlation, volume = _radial(covariance / variance, nodes, tuple(solid.shape), spacing)
    length = _first_below(radius, correlation, 1 / math.e)
    cut = np.flatnonzero(correlation < SMALL)
    stop = cut[0] if len(cut) else len(correlation)
    within = volume[:stop].sum()
    total = (correlation * volume)[:stop].sum()
    whole = solid.size * spacing.voxel_volume
    integral = total / max(1 - within / whole, 0.5)
    return TwoPoint(lags, tuple(along), radius, correlation, length, float(integral))


def _along_axis(solid: np.ndarray, axis: int) -> np.ndarray:
    """S2 at lags 0 ... n/2 along an axis, slice by slice of the lines."""
    lines = np.moveaxis(solid, axis, -1)
    length = lines.shape[-1]
    size = scipy.fft.next_fast_len(length + length // 2 + 1, real=True)
    power = np.zeros(size // 2 + 1)
    for plane in lines:
        spectrum = scipy.fft.rfft(plane.astype(np.float32), n=size, axis=-1)
        power += (spectrum.real**2 + spectrum.imag**2).sum(axis=0, dtype=np.float64)
    pairs = scipy.fft.irfft(power, n=size)[: length // 2 + 1]
    counted = lines.shape[0] * lines.shape[1] * (length - np.arange(length // 2 + 1))
    return pairs / counted


def _pooled(solid: np.ndarray, spacing: Spacing) -> tuple[np.ndarray, Spacing]:
    """Means over boxes of voxels, an odd rest left out, and the distances of the nodes."""
    factors = [-(-n // NODES) for n in solid.shape]
    z, y, x = (n // f for n, f in zip(solid.shape, factors, strict=True))
    cut = solid[: z * factors[0], : y * factors[1], : x * factors[2]]
    mean = np.empty((z, y, x), np.float32)
    for i in range(z):
        slab = cut[i * factors[0] : (i + 1) * factors[0]].reshape(factors[0], y, factors[1], x, factors[2])
        mean[i] = slab.mean(axis=(0, 2, 4), dtype=np.float32)
    return mean, Spacing(*(h * f for h, f in zip(spacing, factors, strict=True)))


def _covariance(values: np.ndarray) -> np.ndarray:
    """Mean product of pairs in the box at lags (0 ... nz/2, -ny/2 ... ny/2, -nx/2 ... nx/2)."""
    reach = [n // 2 for n in values.shape]
    sizes = [scipy.fft.next_fast_len(n + r + 1, real=True) for n, r in zip(values.shape, reach, strict=True)]
    spectrum = scipy.fft.rfftn(values, s=sizes)
    product = scipy.fft.irfftn(spectrum.real**2 + spectrum.imag**2, s=sizes)
    lags = [np.arange(reach[0] + 1)] + [np.arange(-r, r + 1) for r in reach[1:]]
    pairs = np.ones(1)
    for n, lag, shape in zip(values.shape, lags, ((-1, 1, 1), (1, -1, 1), (1, 1, -1)), strict=True):
        pairs = pairs * (n - np.abs(lag)).reshape(shape)
    return np.asarray(product[np.ix_(*lags)] / pairs)


def _radial(
    correlation: np.ndarray, nodes: Spacing, shape: tuple[int, ...], spacing: Spacing
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lag, mean over directions and volume in um^3 of shells as thick as the longest node distance."""
    nz, ny, nx = correlation.shape
    z = np.arange(nz) * nodes.z
    y, x = (np.arange(n) - n // 2 for n in (ny, nx))
    square = (z**2)[:, None, None] + ((y * nodes.y) ** 2)[None, :, None] + ((x * nodes.x) ** 2)[None, None, :]
    distance = np.sqrt(square).ravel()
    reach = min(n * h for n, h in zip(shape, spacing, strict=True)) / 2
    step = max(nodes)
    shell = np.minimum(distance / step + 0.5, reach / step + 1).astype(np.int64)
    weight = np.full(correlation.shape, 2 * nodes.voxel_volume)
    weight[0] /= 2  # lags of one half space stand for those of the other, which the plane of lag 0 holds itself
    volume = np.bincount(shell, weights=weight.ravel())
    total = np.bincount(shell, weights=(weight * correlation).ravel())
    radius = np.bincount(shell, weights=weight.ravel() * distance)
    stop = int(reach / step)
    volume, total, radius = volume[:stop], total[:stop], radius[:stop]
    return radius / volume, total / volume, volume


def _first_below(radius: np.ndarray, values: np.ndarray, level: float) -> float:
    below = np.flatnonzero(values < level)
    if not len(below) or below[0] == 0:
        return math.nan
    i = below[0]
    share = (values[i - 1] - level) / (values[i - 1] - values[i])
    return float(radius[i - 1] + share * (radius[i] - radius[i - 1]))
