"""How far the stage drifted from slice to slice, and the way back."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from scipy import fft, ndimage, sparse
from scipy.sparse.linalg import spsolve
from skimage.registration import phase_cross_correlation

from porescope.errors import InputError

TAPER = 0.4
"""Share of the image that the window fades out, against edges that would correlate with themselves."""

FINE_PX, COARSE_PX = 1.0, 10.0
"""Standard deviations of the Gaussians between which structure is correlated."""

ROUNDS = 30


class Pair(NamedTuple):
    """A measured displacement between two slices.

    Attributes
    ----------
    first, second : int
        Indices of the slices.
    shift : (y, x)
        Displacement of the content of the second relative to the first, in px.
    """

    first: int
    second: int
    shift: tuple[float, float]


class Crop(NamedTuple):
    """Half-open pixel ranges."""

    y: tuple[int, int]
    x: tuple[int, int]


def face_features(pixels: np.ndarray, level: float) -> np.ndarray:
    """The part of a slice that is correlated: the outlines of the milled face.

    Parameters
    ----------
    pixels : (ny, nx) array
        Flattened, destriped grey values.
    level : float
        Grey of the face.

    Returns
    -------
    (ny, nx) float array
        Greys outside of the slice's mean and the face are clipped, since surfaces deep inside a pore move in the image
        as the face recedes: they would be taken for drift along the viewing direction (y). Then a band pass, and a
        window.
    """
    smooth = ndimage.gaussian_filter(pixels.astype(np.float32), FINE_PX)
    clipped = np.clip(smooth, min(float(smooth.mean()), level), level)
    window = np.outer(*(_window(n) for n in pixels.shape))
    return (clipped - ndimage.gaussian_filter(clipped, COARSE_PX)) * window


def _window(n: int) -> np.ndarray:
    """1 in the middle, fading to 0 at both ends along a cosine."""
    from_end = np.minimum(np.arange(n), np.arange(n)[::-1]) + 0.5
    return 0.5 - 0.5 * np.cos(np.pi * np.minimum(1, from_end / (TAPER * n / 2)))


def measure_pairs(features: Iterable[np.ndarray], reach: int, upsampling: int) -> list[Pair]:
    """Displacements between slices that are up to ``reach`` apart, to 1 / upsampling px, by cross-correlation.

    Sub-pixel peak by the upsampled Fourier transform (M. Guizar-Sicairos et al., Opt. Lett. 33 (2008) 156).
    """
    pairs = []
    past: deque[tuple[int, np.ndarray]] = deque(maxlen=reach)
    for index, image in enumerate(features):
        spectrum = fft.fft2(image)
        for earlier, other in past:
            back, _, _ = phase_cross_correlation(
                other, spectrum, space="fourier", normalization=None, upsample_factor=upsampling
            )
            pairs.append(Pair(earlier, index, (-float(back[0]), -float(back[1]))))
        past.append((index, spectrum))
    return pairs


def solve_walk(pairs: Sequence[Pair], n_slices: int) -> np.ndarray:
    """Displacement of every slice from the first one that explains the pairs best.

    Parameters
    ----------
    pairs : sequence of Pair
        Each slice is tied to the first through some of them; none for a single slice.
    n_slices : int

    Returns
    -------
    (n_slices, 2) array
        Shift (y, x) in px. Least absolute residuals (iteratively reweighted), so that pairs measured wrongly, such as
        those with a damaged slice, are outvoted and a real jump of the stage is kept.
    """
    if not pairs:
        return np.zeros((n_slices, 2))
    rows = np.arange(len(pairs))
    first, second = (np.array([pair[i] for pair in pairs]) for i in (0, 1))
    shape = (len(pairs), n_slices)
    ones = np.ones(len(pairs))
    incidence = sparse.coo_array((np.r_[ones, -ones], (np.r_[rows, rows], np.r_[second, first])), shape=shape).tocsc()
    incidence = incidence[:, 1:]
    measured = np.array([pair.shift for pair in pairs])
    weights = ones
    walk = np.zeros((n_slices, 2))
    for _ in range(ROUNDS):
        weighted = sparse.diags_array(weights) @ incidence
        walk[1:] = spsolve((incidence.T @ weighted).tocsc(), weighted.T @ measured).reshape(-1, 2)
        residual = np.linalg.norm(measured - incidence @ walk[1:], axis=1)
        weights = 1 / np.maximum(residual, 0.05)
    return walk


def apparent_trend(walk: np.ndarray, axes: Sequence[Literal["y", "x"]]) -> np.ndarray:
    """Constant part (y, x) of the displacement per slice, in px; 0 along axes that are not named.

    Structure that lies obliquely to the slices, and walls of pores seen at an angle, move in the image at a constant
    mean rate just as a steady drift does: images alone cannot tell the two apart. Along an axis named here the mean
    rate is taken for structure and not undone. It is a Huber mean, so that jumps of the stage do not count as trend.
    """
    steps = np.diff(walk, axis=0)
    trend = np.zeros(2)
    for axis, name in enumerate("yx"):
        if name in axes and len(steps):
            trend[axis] = _huber_mean(steps[:, axis])
    return trend


def _huber_mean(values: np.ndarray) -> float:
    centre = float(np.median(values))
    scale = 1.4826 * float(np.median(np.abs(values - centre))) + 1e-6
    for _ in range(ROUNDS):
        weights = np.minimum(1, 1.345 * scale / np.maximum(np.abs(values - centre), 1e-12))
        centre = float(np.average(values, weights=weights))
    return centre


def common_region(shifts: np.ndarray, shape: tuple[int, int], name: str) -> Crop:
    """Region of the undrifted frame that every shifted-back slice covers.

    Raises
    ------
    InputError
        It is less than half of the image along y or x.
    """
    ranges = []
    for axis, size in enumerate(shape):
        start = max(0, int(np.ceil(-shifts[:, axis].min() - 1e-9)))
        stop = min(size, size - int(np.ceil(shifts[:, axis].max() - 1e-9)))
        if stop - start < size / 2:
            raise InputError(
                f"{name}: registration finds a drift along {'yx'[axis]} from {shifts[:, axis].min():.0f} to "
                f"{shifts[:, axis].max():.0f} px, which leaves less than half of the {size} px; expected less (are "
                "the slices neighbours and in order? config key 'restore/registration/method' can be 'none')"
            )
        ranges.append((start, stop))
    return Crop(*ranges)


def shift_back(pixels: np.ndarray, shift: np.ndarray, crop: Crop, order: int) -> np.ndarray:
    """Undo a displacement (y, x) by spline interpolation of an order (1 linear, 3 cubic) and crop."""
    if np.any(shift):
        pixels = ndimage.shift(pixels, -shift, order=order, mode="mirror")
    return pixels[slice(*crop.y), slice(*crop.x)]
