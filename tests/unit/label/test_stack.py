"""If one fails, labels would not follow their rule, or training would start from worse labels than the threshold's."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from porescope.label.brightness import slice_gains, smooth_slice
from porescope.label.stack import LabelOptions, label_slice, label_stack, smoothed_histogram
from porescope.label.superpixels import superpixel_means
from porescope.label.thresholds import find_thresholds
from porescope.volume import Spacing, read_volume, write_volume


@pytest.fixture(scope="module")
def labelled(known, options: LabelOptions, tmp_path_factory: pytest.TempPathFactory):
    place = tmp_path_factory.mktemp("label")
    write_volume(place / "grey.ome.zarr", known.grey, Spacing(0.05, 0.02, 0.03), "image", (0.0, 0.1, 0.2))
    label_stack(
        place / "grey.ome.zarr",
        options,
        "s",
        place / "out.ome.zarr",
        place / "out.json",
        place / "out.png",
        threads=2,
    )
    return read_volume(place / "out.ome.zarr"), json.loads((place / "out.json").read_text()), place / "out.png"


def jaccard(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def test_labels_follow_their_rule(known, options: LabelOptions, labelled) -> None:
    volume, info, _ = labelled
    histogram = smoothed_histogram(known.grey, options.smoothing_px, 1)
    pixels = known.grey[2]
    range_ = (histogram.quantile(0.001), histogram.quantile(0.999))
    means = superpixel_means(pixels, 20, 0.3, 0, range_, 0.02 / 0.03)
    cta = smooth_slice(pixels, options.smoothing_px) <= info["threshold_cta"]
    expected = np.where(cta, 1, np.where(means < info["threshold_hybrid"], 2, 0))
    np.testing.assert_array_equal(volume.array[2], expected)


def test_hybrid_finds_shine_through_that_the_threshold_misses(known, labelled) -> None:
    labels = labelled[0].array[:]
    pore = ~known.metal
    assert jaccard(labels > 0, pore) > jaccard(labels == 1, pore) + 0.05
    missed = pore & (labels != 1)
    assert np.mean(labels[missed] == 2) > 0.5
    inside = ndimage.binary_erosion(known.metal, np.ones((1, 5, 5)), iterations=2)
    assert np.mean(labels[inside] > 0) < 0.02


def test_the_record_holds_what_the_picture_shows(known, labelled) -> None:
    volume, info, figure = labelled
    assert info["shape"] == list(known.grey.shape)
    assert info["spacing_um"] == [0.05, 0.02, 0.03]
    assert volume.array.dtype == np.uint8
    assert volume.origin == pytest.approx((0, 0.1, 0.2))
    n = len(info["histogram"]["counts"])
    assert len(info["histogram"]["edges"]) == n + 1
    assert len(info["second_derivative"]) == n
    assert sum(info["histogram"]["counts"]) == known.grey.size
    assert sum(info["fractions"].values()) == pytest.approx(1)
    assert info["fractions"]["hybrid_pore"] == pytest.approx(np.mean(volume.array[:] == 2))
    assert figure.read_bytes().startswith(b"\x89PNG")


def test_threads_do_not_change_the_labels(known, options: LabelOptions, labelled, tmp_path: Path) -> None:
    write_volume(tmp_path / "g.ome.zarr", known.grey, Spacing(0.05, 0.02, 0.03), "image")
    label_stack(tmp_path / "g.ome.zarr", options, "s", tmp_path / "o.ome.zarr", tmp_path / "o.json", tmp_path / "o.png")
    np.testing.assert_array_equal(read_volume(tmp_path / "o.ome.zarr").array[:], labelled[0].array[:])


def test_without_smoothing_cta_is_a_plain_threshold(known, options: LabelOptions) -> None:
    plain = replace(options, smoothing_px=0)
    histogram = smoothed_histogram(known.grey, 0, 1)
    found = find_thresholds(histogram, options.cta, options.hybrid, "s")
    labels = label_slice(known.grey[0], found, histogram, plain, Spacing(1, 1, 1)).labels
    np.testing.assert_array_equal(labels == 1, known.grey[0] <= found.cta)


def test_the_density_by_other_thresholds_is_what_they_would_give(known, options: LabelOptions, labelled) -> None:
    _, info, _ = labelled
    told = info["sensitivity"]
    at = told["shift_in_metal_sd"].index(0)
    assert told["relative_density_hybrid"][at] == pytest.approx(info["fractions"]["metal"], abs=0.002)
    histogram = smoothed_histogram(known.grey, options.smoothing_px, 1)
    found = find_thresholds(histogram, options.cta, options.hybrid, "s")
    for shift in (-0.5, 0.5):
        moved = found.hybrid + shift * found.metal_sd
        changed = replace(options, hybrid={**options.hybrid, "threshold": moved})
        thresholds = find_thresholds(histogram, changed.cta, changed.hybrid, "s")
        labels = [label_slice(p, thresholds, histogram, changed, Spacing(0.05, 0.02, 0.03)).labels for p in known.grey]
        told_there = told["relative_density_hybrid"][told["shift_in_metal_sd"].index(shift)]
        assert told_there == pytest.approx(np.mean(np.stack(labels) == 0), abs=0.004)
    assert all(np.diff(told["relative_density_hybrid"]) <= 0)
    assert all(np.diff(told["relative_density_cta"]) <= 0)


def test_thresholds_follow_a_slow_change_of_brightness(known, options: LabelOptions) -> None:
    light = 1 + 0.2 * np.sin(np.arange(24) / 6)
    grey = np.concatenate([known.grey] * 4) * light[:, None, None] * 0.75
    gains = slice_gains(np.rint(grey).astype(np.uint8), 0.7, 1.0, threads=1)
    assert np.abs(gains / np.median(gains) / (light / np.median(light)) - 1).max() < 0.05
    assert slice_gains(known.grey, 0.7, 0, threads=1).tolist() == [1] * len(known.grey)


def test_the_local_method_follows_a_shadow_that_one_threshold_cannot(known, options: LabelOptions) -> None:
    shaded = (known.grey[2] * np.linspace(0.45, 1, known.grey.shape[2])).astype(np.uint8)
    histogram = smoothed_histogram(shaded[np.newaxis], options.smoothing_px, 1)
    scores = []
    for method in ("otsu", "local"):
        chosen = replace(options, cta={"method": method, "threshold": None, "local_px": 41}, hybrid=HIGH)
        thresholds = find_thresholds(histogram, chosen.cta, chosen.hybrid, "s")
        labels = label_slice(shaded, thresholds, histogram, chosen, Spacing(1, 1, 1)).labels
        scores.append(np.mean((labels == 1) == ~known.metal[2]))
    assert scores[1] > scores[0] + 0.03


HIGH = {"relative_bandwidth": 0.75, "least_height": 0.5, "threshold": 250}


def test_a_single_slice_is_labelled(known, options: LabelOptions, tmp_path: Path) -> None:
    write_volume(tmp_path / "g.ome.zarr", known.grey[:1], Spacing(0.05, 0.02, 0.03), "image")
    label_stack(tmp_path / "g.ome.zarr", options, "s", tmp_path / "o.ome.zarr", tmp_path / "o.json", tmp_path / "o.png")
    assert read_volume(tmp_path / "o.ome.zarr").array.shape == known.grey[:1].shape
