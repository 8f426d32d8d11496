"""Where the thresholds lie: conventional (CTA) and by the second derivative of the histogram (hybrid)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import ndimage
from skimage.filters import threshold_minimum, threshold_otsu

from porescope.errors import InputError

BINS = 256
MODE_SMOOTHING_BINS = 2.0


@dataclass(frozen=True)
class Histogram:
    """Grey values of a stack.

    Attributes
    ----------
    edges : (n + 1,) array
        Of bins of equal width.
    counts : (n,) array
        Pixels per bin.
    """

    edges: np.ndarray
    counts: np.ndarray

    @property
    def centres(self) -> np.ndarray:
        """Middles of the bins."""
        return (self.edges[:-1] + self.edges[1:]) / 2

    @property
    def width(self) -> float:
        """Width of a bin in grey values."""
        return float(self.edges[1] - self.edges[0])

    def quantile(self, share: float) -> float:
        """Grey value under which a share of the pixels lies."""
        cumulated = np.concatenate([[0.0], np.cumsum(self.counts)])
        return float(np.interp(share, cumulated / cumulated[-1], self.edges))


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of a stack and what they come from, all in grey values.

    Attributes
    ----------
    cta, hybrid : float
        Pore is at or under ``cta``; a superpixel is pore whose mean is under ``hybrid``.
    pore_mode : float or None
        Highest maximum of the smoothed histogram at or under ``cta``; None if it only rises up to there.
    metal_mode, metal_sd : float
        Highest point above ``cta``, and its standard deviation from its upper half width at half maximum.
    bandwidth : float
        Standard deviation of the Gaussian by which the histogram was smoothed.
    smoothed, second_derivative : (n,) array
        Smoothed histogram, and its second derivative per bin^2.
    candidates : (m, 2) array
        Grey value and height of every peak of the second derivative between ``cta`` and the metal mode; by the rule the
        first that is high enough is ``hybrid``.
    """

    cta: float
    hybrid: float
    pore_mode: float | None
    metal_mode: float
    metal_sd: float
    bandwidth: float
    smoothed: np.ndarray
    second_derivative: np.ndarray
    candidates: np.ndarray


def bin_counts(counts: np.ndarray) -> Histogram:
    """Histogram of at most 256 bins from the counts of every integer grey value.

    Parameters
    ----------
    counts : (65536,) array
        Pixels of value 0, 1, 2 ...

    Returns
    -------
    Histogram
        Bins as wide as the smallest whole number of values that makes 256 of them span all but one in 10 000 pixels
        at either end (the rest counts in the outermost bins): 1 for 8 bit.
    """
    cumulated = np.cumsum(counts)
    lowest = int(np.searchsorted(cumulated, cumulated[-1] * 1e-4))
    highest = int(np.searchsorted(cumulated, cumulated[-1] * (1 - 1e-4)))
    if highest < BINS:
        lowest, highest = 0, BINS - 1
    width = -(-(highest - lowest + 1) // BINS)
    values = np.clip(np.arange(counts.size), lowest, highest)
    binned = np.bincount((values - lowest) // width, weights=counts, minlength=BINS)
    edges = lowest - 0.5 + width * np.arange(binned.size + 1)
    return Histogram(edges, binned)


def find_thresholds(histogram: Histogram, cta: Mapping[str, Any], hybrid: Mapping[str, Any], name: str) -> Thresholds:
    """Thresholds of a histogram with a mode of metal above darker pores.

    Parameters
    ----------
    histogram : Histogram
        Of all slices.
    cta : mapping
        ``method`` 'otsu', 'minimum' or 'local' (which here counts as Otsu), ``threshold`` a grey value to be taken
        instead, or None.
    hybrid : mapping
        ``relative_bandwidth`` of the smoothing, in standard deviations of the metal mode; ``least_height`` of a peak,
        as a share of the highest; ``threshold`` a grey value to be taken instead, or None.
    name : str
        Named in errors.

    Returns
    -------
    Thresholds

    Raises
    ------
    InputError
        The second derivative has no peak between the conventional threshold and the metal mode, or the histogram has
        not two modes for the minimum method.

    Notes
    -----
    CTA: N. Otsu, IEEE Trans. SMC 9 (1979) 62, or the minimum between two modes (J. Prewitt, M. Mendelsohn, Ann. N. Y.
    Acad. Sci. 128 (1966) 1035). Hybrid: the histogram is smoothed by a Gaussian; the threshold is the
    first peak of its second derivative above the pore mode, where the flank of the metal mode rises out of the greys of
    the pores (for a normal mode, sqrt(3) standard deviations under it). Peaks lower than half of the highest one up to
    the metal mode are noise and do not count, nor do peaks under the CTA threshold, where every pixel is pore already:
    there, the tail of a sharp mode of dark pores makes another one.
    """
    counts, centres = histogram.counts, histogram.centres
    conventional = _conventional(histogram, cta, name)
    metal, sd_bins = metal_mode(counts, centres > conventional)
    bandwidth = max(hybrid["relative_bandwidth"] * sd_bins, 1.0)
    smoothed = ndimage.gaussian_filter1d(counts, bandwidth, mode="constant")
    second = ndimage.gaussian_filter1d(counts, bandwidth, order=2, mode="constant")
    modes = _maxima(smoothed)
    modes = modes[centres[modes] <= conventional]
    peaks = _maxima(second)
    peaks = peaks[(centres[peaks] > conventional) & (peaks < metal) & (second[peaks] > 0)]
    if not peaks.size and hybrid["threshold"] is None:
        raise InputError(
            f"{name}: the second derivative of the grey histogram has no peak between the threshold {conventional:.0f} "
            f"and the metal mode {centres[metal]:.0f}; expected metal as a mode of its own above the greys of the "
            "pores (config key 'label/hybrid/threshold' can set a value)"
        )
    if hybrid["threshold"] is None:
        chosen = centres[peaks[second[peaks] >= hybrid["least_height"] * second[peaks].max()][0]]
    else:
        chosen = hybrid["threshold"]
    return Thresholds(
        cta=conventional,
        hybrid=float(chosen),
        pore_mode=float(centres[modes[smoothed[modes].argmax()]]) if modes.size else None,
        metal_mode=float(centres[metal]),
        metal_sd=sd_bins * histogram.width,
        bandwidth=bandwidth * histogram.width,
        smoothed=smoothed,
        second_derivative=second,
        candidates=np.stack([centres[peaks], second[peaks]], axis=-1),
    )


def _conventional(histogram: Histogram, cta: Mapping[str, Any], name: str) -> float:
    if cta["threshold"] is not None:
        return float(cta["threshold"])
    if cta["method"] != "minimum":
        return float(threshold_otsu(hist=(histogram.counts, histogram.centres)))
    try:
        return float(threshold_minimum(hist=(histogram.counts, histogram.centres)))
    except RuntimeError:
        raise InputError(
            f"{name}: the grey histogram has not two modes, expected two for config key 'label/cta/method' 'minimum'"
        ) from None


def _maxima(values: np.ndarray) -> np.ndarray:
    """Indices of inner points higher than the one before and not lower than the one behind."""
    inner = values[1:-1]
    return np.flatnonzero((inner > values[:-2]) & (inner >= values[2:])) + 1


def metal_mode(counts: np.ndarray, above: np.ndarray) -> tuple[int, float]:
    """Bin of the highest point above the threshold, and its standard deviation in bins from its upper flank."""
    smooth = ndimage.gaussian_filter1d(counts, MODE_SMOOTHING_BINS, mode="constant")
    top = int(np.where(above, smooth, 0).argmax())
    beyond = np.flatnonzero(smooth[top:] < smooth[top] / 2)
    half_width = beyond[0] if beyond.size else counts.size - top
    return top, float(half_width / np.sqrt(2 * np.log(2)))
