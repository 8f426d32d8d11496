"""How far the stage drifted from slice to slice, and the way back."""

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from scipy import fft, ndimage, sparse
from scipy.sparse.linalg import spsolve
from skimage.registration import phase_cross_correlation

from porescope.errors import InputError
from porescope.shifting import shift_image

TAPER = 0.1
"""Share of the image that the window fades out, against edges that would correlate with themselves."""

FINE_PX, COARSE_PX = 1.0, 3.0
"""Standard deviations of the Gaussians between which structure is correlated: fine, so that every feature counts by the
length of its outline. A large oblique one would else pull the whole slice along (errors a fifth larger at 10 px)."""

JITTER_PX = 0.05
"""Disagreement of a pair with the others that is no sign of damage."""

ROUNDS = 30

BLOCK = 10
"""Slices over which structure forgets its direction: steps further apart count as independent."""


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


def spectrum(features: np.ndarray) -> np.ndarray:
    """Fourier transform of features (ny, nx), as measure_pairs compares it."""
    return fft.fft2(features.astype(np.float32))


def measure_pairs(
    spectra: Iterable[tuple[int, np.ndarray]], reach: int, upsampling: int, threads: int = 1
) -> list[Pair]:
    """Displacements between slices, to 1 / upsampling px, by cross-correlation.

    Parameters
    ----------
    spectra : iterable of (index, (ny, nx) complex array)
        Of the slices that can be trusted, in order; see spectrum.
    reach : int
        How many of them apart the slices of a pair may be.
    upsampling : int
    threads : int
        Pairs worked on at a time.

    Notes
    -----
    Sub-pixel peak by the upsampled Fourier transform (M. Guizar-Sicairos et al., Opt. Lett. 33 (2008) 156).
    """

    def measure(first: tuple[int, np.ndarray], second: tuple[int, np.ndarray]) -> Pair:
        back, _, _ = phase_cross_correlation(
            first[1], second[1], space="fourier", normalization=None, upsample_factor=upsampling
        )
        return Pair(first[0], second[0], (-float(back[0]), -float(back[1])))

    pairs: list[Pair] = []
    past: deque[tuple[int, np.ndarray]] = deque(maxlen=reach)
    with ThreadPoolExecutor(threads) as pool:
        for item in spectra:
            pairs += pool.map(measure, past, [item] * len(past))
            past.append(item)
    return pairs


def solve_walk(pairs: Sequence[Pair], n_slices: int) -> np.ndarray:
    """Displacement of every slice from the first trusted one that explains the pairs best.

    Parameters
    ----------
    pairs : sequence of Pair
        They tie the trusted slices together; none for a single slice.
    n_slices : int

    Returns
    -------
    (n_slices, 2) array
        Shift (y, x) in px. Least absolute residuals (iteratively reweighted), so that pairs measured wrongly are
        outvoted and a real jump of the stage is kept. Slices without a pair lie between their neighbours, on a straight
        line.
    """
    walk = np.zeros((n_slices, 2))
    if not pairs:
        return walk
    trusted = np.unique([pair[:2] for pair in pairs])
    first, second = (np.searchsorted(trusted, [pair[i] for pair in pairs]) for i in (0, 1))
    rows = np.arange(len(pairs))
    shape = (len(pairs), len(trusted))
    ones = np.ones(len(pairs))
    incidence = sparse.coo_array((np.r_[ones, -ones], (np.r_[rows, rows], np.r_[second, first])), shape=shape).tocsc()
    incidence = incidence[:, 1:]
    measured = np.array([pair.shift for pair in pairs])
    weights = ones
    solved = np.zeros((len(trusted), 2))
    for _ in range(ROUNDS):
        weighted = sparse.diags_array(weights) @ incidence
        solved[1:] = spsolve((incidence.T @ weighted).tocsc(), weighted.T @ measured).reshape(-1, 2)
        residual = np.linalg.norm(measured - incidence @ solved[1:], axis=1)
        weights = 1 / np.maximum(residual, JITTER_PX)
    for axis in (0, 1):
        walk[:, axis] = np.interp(np.arange(n_slices), trusted, solved[:, axis])
    return walk


class Trend(NamedTuple):
    """The steady part of a displacement, (y, x) in px per slice.

    Attributes
    ----------
    rate : (2,) array
        Mean rate of the displacement that was found; a Huber mean, so that jumps of the stage do not count.
    standard_error : (2,) array
        From means over blocks of 10 slices; NaN with fewer than three of them.
    """

    rate: np.ndarray
    standard_error: np.ndarray


def measure_trend(walk: np.ndarray) -> Trend:
    """Steady rate of a displacement (n, 2).

    Structure that lies obliquely to the slices, and walls of pores seen at an angle, move in the image at a steady mean
    rate just as a steady drift does: images alone cannot tell the two apart. Whoever takes the rate for the one may be
    wrong by all of it.
    """
    steps = np.diff(walk, axis=0)
    if not len(steps):
        return Trend(np.zeros(2), np.full(2, np.nan))
    rate = np.array([_huber_mean(steps[:, axis]) for axis in (0, 1)])
    blocks = [np.median(block, axis=0) for block in np.array_split(steps, max(1, len(steps) // BLOCK))]
    error = np.std(blocks, axis=0, ddof=1) / np.sqrt(len(blocks)) if len(blocks) > 2 else np.full(2, np.nan)
    return Trend(rate, error)


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
        pixels = shift_image(pixels, -shift, order, edge="reflect")
    return pixels[slice(*crop.y), slice(*crop.x)]
