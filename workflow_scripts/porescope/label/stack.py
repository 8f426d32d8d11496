"""Label a restored stack: 0 metal, 1 pore by the conventional threshold, 2 pore by the hybrid method only."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from skimage.filters import threshold_sauvola

from porescope.label.brightness import VALUES, slice_gains, smooth_slice
from porescope.label.figure import Shown, draw_labels
from porescope.label.sensitivity import MeansHistogram, sensitivity
from porescope.label.superpixels import superpixel_means
from porescope.label.thresholds import Histogram, Thresholds, bin_counts, find_thresholds
from porescope.parallel import map_slices
from porescope.volume import Spacing, VolumeWriter, read_volume

log = logging.getLogger(__name__)

METAL, CTA_PORE, HYBRID_PORE = 0, 1, 2

SAUVOLA = 0.2
"""How far the local threshold lies under the local mean where there is no contrast, as a share of it (J. Sauvola,
M. Pietikainen, Pattern Recognition 33 (2000) 225), so that plain metal stays metal."""


@dataclass(frozen=True)
class LabelOptions:
    """Config section ``label``; its schema explains every key."""

    smoothing_px: float
    slowness_slices: float
    cta: Mapping[str, Any]
    hybrid: Mapping[str, Any]
    superpixels: Mapping[str, Any]


class Labelled(NamedTuple):
    """One slice.

    Attributes
    ----------
    labels : (ny, nx) uint8 array
    means : (ny, nx) float32 array
        Mean grey of each pixel's superpixel.
    """

    labels: np.ndarray
    means: np.ndarray


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
        Written: labels (uint8), a JSON with thresholds, histogram, its second derivative and what the density would be
        with other thresholds, and a picture of them.
    threads : int
        Slices worked on at a time; labels do not depend on it.
    """
    grey = read_volume(source)
    gains = slice_gains(grey.array, options.smoothing_px, options.slowness_slices, threads)
    histogram = smoothed_histogram(grey.array, options.smoothing_px, threads, gains)
    thresholds = find_thresholds(histogram, options.cta, options.hybrid, f"sample '{sample}'")
    middle = grey.shape[0] // 2
    counts = np.zeros(3, dtype=np.int64)
    means = MeansHistogram(histogram.edges)
    shown = Labelled(np.zeros(0), np.zeros(0))

    def label(index: int, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray, Labelled | None]:
        found = label_slice(pixels, thresholds, histogram, options, grey.spacing, float(gains[index]))
        return found.labels, means.count(found.means[found.labels != CTA_PORE]), found if index == middle else None

    with VolumeWriter(volume, grey.shape, np.uint8, grey.spacing, "labels", grey.origin) as writer:
        for labels, below, whole in map_slices(label, grey.array, threads, "slices labelled"):
            counts += np.bincount(labels.ravel(), minlength=3)
            means.add(below, labels.size)
            shown = whole or shown
            writer.append(labels[np.newaxis])
    fractions = (counts / counts.sum()).tolist()
    record = _record(grey.shape, grey.spacing, thresholds, histogram, fractions)
    record["gains"] = np.round(gains, 4).tolist()
    record["sensitivity"] = sensitivity(histogram, means, thresholds, options.cta, options.hybrid)
    Path(info).write_text(json.dumps(record, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    pictured = Shown(np.asarray(grey.array[middle]), shown.labels, shown.means, grey.spacing)
    draw_labels(sample, histogram, thresholds, means, pictured, figure)
    log.info(
        "thresholds %.1f and %.1f, shares of metal, CTA and hybrid pores %s",
        thresholds.cta,
        thresholds.hybrid,
        fractions,
    )


def smoothed_histogram(array: Any, smoothing_px: float, threads: int, gains: np.ndarray | None = None) -> Histogram:
    """Histogram of a stack (nz, ny, nx) of unsigned integers whose slices are divided by gains and smoothed."""

    def count(index: int, pixels: np.ndarray) -> np.ndarray:
        gain = 1.0 if gains is None else float(gains[index])
        return np.bincount(smooth_slice(pixels, smoothing_px, gain).ravel(), minlength=VALUES)

    total = np.zeros(VALUES, dtype=np.int64)
    for counts in map_slices(count, array, threads, "slices counted"):
        total += counts
    return bin_counts(total)


def label_slice(
    pixels: np.ndarray,
    thresholds: Thresholds,
    histogram: Histogram,
    options: LabelOptions,
    spacing: Spacing,
    gain: float = 1.0,
) -> Labelled:
    """Labels of a slice (ny, nx): what the conventional threshold calls pore is 1, what only superpixels do is 2."""
    how = options.superpixels
    means = superpixel_means(
        pixels / gain if gain != 1 else pixels,
        how["area_px"],
        how["compactness"],
        how["smoothing_px"],
        (histogram.quantile(0.001), histogram.quantile(0.999)),
        spacing.y / spacing.x,
    ).astype(np.float32)
    labels = np.where(means < thresholds.hybrid, HYBRID_PORE, METAL).astype(np.uint8)
    smooth = smooth_slice(pixels, options.smoothing_px, gain)
    labels[smooth <= _conventional_levels(smooth, thresholds, histogram, options)] = CTA_PORE
    return Labelled(labels, means)


def _conventional_levels(
    smooth: np.ndarray, thresholds: Thresholds, histogram: Histogram, options: LabelOptions
) -> np.ndarray | float:
    """The conventional threshold, or for the local method one of its own for every pixel."""
    how = options.cta
    if how["method"] != "local" or how["threshold"] is not None:
        return thresholds.cta
    span = (thresholds.metal_mode - histogram.quantile(0.01)) / 2
    return threshold_sauvola(smooth.astype(np.float32), 2 * (how["local_px"] // 2) + 1, SAUVOLA, span)


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
