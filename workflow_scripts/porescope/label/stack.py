"""Label a restored stack: 0 metal, 1 pore by the conventional threshold, 2 pore by the hybrid method only."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from porescope.label.figure import draw_thresholds
from porescope.label.superpixels import superpixel_means
from porescope.label.thresholds import Histogram, Thresholds, bin_counts, find_thresholds
from porescope.parallel import map_slices
from porescope.volume import Spacing, VolumeWriter, read_volume

log = logging.getLogger(__name__)

METAL, CTA_PORE, HYBRID_PORE = 0, 1, 2
VALUES = 65536


@dataclass(frozen=True)
class LabelOptions:
    """Config section ``label``; its schema explains every key."""

    smoothing_px: float
    relative_bandwidth: float
    superpixels: Mapping[str, Any]


def label_stack(
    source: str | Path,
    options: LabelOptions,
    sample: str,
    volume: str | Path,
    info: str | Path,
    figure: str | Path,
    threads: int = 1,
) -> None:
    """Label a stack in two passes over its slices, a slab at a time: histogram, then labels.

    Parameters
    ----------
    source : path
        OME-Zarr of restored grey values (z, y, x).
    options : LabelOptions
    sample : str
        Name of the specimen.
    volume, info, figure : path
        Written: labels (uint8), a JSON with thresholds, histogram and its second derivative, and a picture of them.
    threads : int
        Slices worked on at a time.
    """
    grey = read_volume(source)
    histogram = smoothed_histogram(grey.array, options.smoothing_px, threads)
    thresholds = find_thresholds(histogram, options.relative_bandwidth, f"sample '{sample}'")
    middle = grey.shape[0] // 2
    counts = np.zeros(3, dtype=np.int64)
    shown = np.zeros(grey.shape[1:], np.uint8)

    def label(_: int, pixels: np.ndarray) -> np.ndarray:
        return label_slice(pixels, thresholds, histogram, options, grey.spacing)

    with VolumeWriter(volume, grey.shape, np.uint8, grey.spacing, "labels", grey.origin) as writer:
        for index, labels in enumerate(map_slices(label, grey.array, threads, "slices labelled")):
            counts += np.bincount(labels.ravel(), minlength=3)
            shown = labels if index == middle else shown
            writer.append(labels[np.newaxis])
    fractions = (counts / counts.sum()).tolist()
    record = _record(grey.shape, grey.spacing, thresholds, histogram, fractions)
    Path(info).write_text(json.dumps(record, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    draw_thresholds(sample, histogram, thresholds, np.asarray(grey.array[middle]), shown, grey.spacing, figure)
    log.info(
        "thresholds %.1f and %.1f, shares of metal, CTA and hybrid pores %s",
        thresholds.cta,
        thresholds.hybrid,
        fractions,
    )


def smoothed_histogram(array: Any, smoothing_px: float, threads: int) -> Histogram:
    """Histogram of a stack (nz, ny, nx) of unsigned integers whose slices are smoothed by a Gaussian."""

    def count(_: int, pixels: np.ndarray) -> np.ndarray:
        return np.bincount(smooth_slice(pixels, smoothing_px).ravel(), minlength=VALUES)

    total = np.zeros(VALUES, dtype=np.int64)
    for counts in map_slices(count, array, threads, "slices counted"):
        total += counts
    return bin_counts(total)


def smooth_slice(pixels: np.ndarray, smoothing_px: float) -> np.ndarray:
    """A slice after Gaussian smoothing, rounded to integers again, so that histogram and labels agree."""
    return np.rint(ndimage.gaussian_filter(pixels.astype(np.float32), smoothing_px)).astype(np.uint16)


def label_slice(
    pixels: np.ndarray, thresholds: Thresholds, histogram: Histogram, options: LabelOptions, spacing: Spacing
) -> np.ndarray:
    """Labels (ny, nx) of a slice: what the conventional threshold calls pore is 1, what only superpixels do is 2."""
    how = options.superpixels
    means = superpixel_means(
        pixels,
        how["area_px"],
        how["compactness"],
        how["smoothing_px"],
        (histogram.quantile(0.001), histogram.quantile(0.999)),
        spacing.y / spacing.x,
    )
    labels = np.where(means < thresholds.hybrid, HYBRID_PORE, METAL).astype(np.uint8)
    labels[smooth_slice(pixels, options.smoothing_px) <= thresholds.cta] = CTA_PORE
    return labels


def _record(
    shape: tuple[int, ...], spacing: Spacing, thresholds: Thresholds, histogram: Histogram, fractions: list[float]
) -> dict[str, Any]:
    return {
        "shape": list(shape),
        "spacing_um": list(spacing),
        "threshold_cta": thresholds.cta,
        "threshold_hybrid": thresholds.hybrid,
        "pore_mode": thresholds.pore_mode,
        "metal_mode": thresholds.metal_mode,
        "metal_sd": thresholds.metal_sd,
        "bandwidth": thresholds.bandwidth,
        "fractions": dict(zip(("metal", "cta_pore", "hybrid_pore"), fractions, strict=True)),
        "histogram": {"edges": histogram.edges.tolist(), "counts": histogram.counts.tolist()},
        "second_derivative": thresholds.second_derivative.tolist(),
    }
