"""Thresholds that follow a slow change of brightness from slice to slice."""

from typing import Any

import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu

from porescope.label.thresholds import bin_counts, metal_mode
from porescope.parallel import map_slices

VALUES = 65536


def slice_gains(array: Any, smoothing_px: float, slowness_slices: float, threads: int) -> np.ndarray:
    """Relative brightness of the metal in every slice.

    Parameters
    ----------
    array : (nz, ny, nx) numpy or zarr array of unsigned integers
    smoothing_px : float
        Standard deviation of the Gaussian before a slice's histogram.
    slowness_slices : float
        Standard deviation of the Gaussian over slices; faster changes are not followed. 0: all gains are 1.
    threads : int

    Returns
    -------
    (nz,) array
        Median 1. Dividing a slice by its gain lets one threshold serve all slices.
    """
    if not slowness_slices:
        return np.ones(array.shape[0])

    def level(_: int, pixels: np.ndarray) -> float:
        counts = np.bincount(smooth_slice(pixels, smoothing_px).ravel(), minlength=VALUES)
        histogram = bin_counts(counts)
        above = histogram.centres > threshold_otsu(hist=(histogram.counts, histogram.centres))
        return float(histogram.centres[metal_mode(histogram.counts, above)[0]])

    levels = np.array(list(map_slices(level, array, threads, "slices weighed")))
    smooth = ndimage.gaussian_filter1d(levels, slowness_slices, mode="nearest")
    return smooth / np.median(smooth)


def smooth_slice(pixels: np.ndarray, smoothing_px: float, gain: float = 1.0) -> np.ndarray:
    """A slice divided by its gain, smoothed and rounded to integers again, so that histogram and labels agree."""
    smooth = ndimage.gaussian_filter(pixels.astype(np.float32) / np.float32(gain), smoothing_px)
    return np.clip(np.rint(smooth), 0, VALUES - 1).astype(np.uint16)
