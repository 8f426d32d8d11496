"""How much the relative density depends on where the thresholds lie."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from porescope.errors import InputError
from porescope.label.thresholds import Histogram, Thresholds, find_thresholds

SHIFTS = (-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 1.0)
"""Of a threshold, in standard deviations of the metal mode."""

BANDWIDTHS = (0.67, 1.0, 1.5)
"""Times the configured one."""


class MeansHistogram:
    """Mean greys of superpixels, pixel by pixel, where the conventional threshold does not call them pore already.

    Parameters
    ----------
    edges : (n + 1,) array
        Of the bins; means beyond them count in the outermost.
    """

    def __init__(self, edges: np.ndarray) -> None:
        self._edges = edges
        self._counts = np.zeros(len(edges) - 1)
        self._pixels = 0

    def add(self, counts: np.ndarray, pixels: int) -> None:
        """Take the counts of a slice of so many pixels."""
        self._counts += counts
        self._pixels += pixels

    def count(self, means: np.ndarray) -> np.ndarray:
        """Counts of some means."""
        width = self._edges[1] - self._edges[0]
        bins = np.clip((means - self._edges[0]) / width, 0, len(self._counts) - 1).astype(np.int64)
        return np.bincount(bins, minlength=len(self._counts))

    def density(self, threshold: float) -> float:
        """Relative density if superpixels under this threshold are pore."""
        above = np.concatenate([np.cumsum(self._counts[::-1])[::-1], [0]])
        return float(np.interp(threshold, self._edges, above) / self._pixels)


def density_by_threshold(histogram: Histogram, threshold: float) -> float:
    """Relative density if every pixel up to this grey is pore."""
    below = np.concatenate([[0], np.cumsum(histogram.counts)])
    return float(1 - np.interp(threshold + histogram.width / 2, histogram.edges, below) / below[-1])


def sensitivity(
    histogram: Histogram,
    means: MeansHistogram,
    thresholds: Thresholds,
    cta: Mapping[str, Any],
    hybrid: Mapping[str, Any],
) -> dict[str, Any]:
    """Relative density if thresholds were others.

    By both methods for thresholds moved up and down, for every peak that could have been chosen, and for other
    bandwidths of the smoothing; None where a bandwidth leaves no peak.
    """
    sd = thresholds.metal_sd
    return {
        "shift_in_metal_sd": list(SHIFTS),
        "relative_density_cta": [density_by_threshold(histogram, thresholds.cta + k * sd) for k in SHIFTS],
        "relative_density_hybrid": [means.density(thresholds.hybrid + k * sd) for k in SHIFTS],
        "relative_density_per_grey": (means.density(thresholds.hybrid + 1) - means.density(thresholds.hybrid - 1)) / 2,
        "candidates": [
            {"grey": float(grey), "height": float(height), "relative_density": means.density(grey)}
            for grey, height in thresholds.candidates
        ],
        "bandwidths": [_with_bandwidth(histogram, means, cta, hybrid, factor) for factor in BANDWIDTHS],
    }


def _with_bandwidth(
    histogram: Histogram, means: MeansHistogram, cta: Mapping[str, Any], hybrid: Mapping[str, Any], factor: float
) -> dict[str, float | None]:
    bandwidth = hybrid["relative_bandwidth"] * factor
    changed = {**hybrid, "relative_bandwidth": bandwidth, "threshold": None}
    try:
        grey = find_thresholds(histogram, cta, changed, "").hybrid
    except InputError:
        return {"relative_bandwidth": bandwidth, "threshold_hybrid": None, "relative_density": None}
    return {"relative_bandwidth": bandwidth, "threshold_hybrid": grey, "relative_density": means.density(grey)}
