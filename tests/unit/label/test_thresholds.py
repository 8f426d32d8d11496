"""If one fails, thresholds would lie elsewhere than documented, and every label after them too."""

from typing import Any

import numpy as np
import pytest
from skimage.filters import threshold_otsu

from porescope.errors import InputError
from porescope.label.brightness import smooth_slice
from porescope.label.stack import smoothed_histogram
from porescope.label.thresholds import Histogram, Thresholds, bin_counts, find_thresholds

CTA: dict[str, Any] = {"method": "otsu", "threshold": None, "local_px": 41}
HYBRID: dict[str, Any] = {"relative_bandwidth": 0.75, "least_height": 0.5, "threshold": None}


def found_at(histogram: Histogram, relative_bandwidth: float, name: str) -> Thresholds:
    return find_thresholds(histogram, CTA, HYBRID | {"relative_bandwidth": relative_bandwidth}, name)


def mixture(*parts: tuple[float, float, float]) -> Histogram:
    """Normal modes (share, mean, sd) in a million pixels of 8 bit."""
    edges = np.arange(257) - 0.5
    greys = np.arange(256)
    counts = sum(1e6 * w / (s * np.sqrt(2 * np.pi)) * np.exp(-((greys - m) ** 2) / (2 * s**2)) for w, m, s in parts)
    return Histogram(edges, np.asarray(counts))


def test_cta_is_the_otsu_threshold_of_scikit_image(known) -> None:
    smooth = np.stack([smooth_slice(pixels, 0.7) for pixels in known.grey])
    histogram = smoothed_histogram(known.grey, 0.7, threads=2)
    assert histogram.counts.sum() == known.grey.size
    assert found_at(histogram, 0.75, "s").cta == threshold_otsu(smooth.astype(np.uint8))


@pytest.mark.parametrize("sd", [6.0, 10.0, 14.0])
def test_hybrid_lies_at_the_foot_of_the_metal_mode(sd: float) -> None:
    found = found_at(mixture((0.4, 60, 25), (0.6, 180, sd)), 0.5, "s")
    assert found.metal_mode == pytest.approx(180, abs=1)
    assert found.metal_sd == pytest.approx(sd, abs=2.5)
    foot = 180 - np.sqrt(3 * (sd**2 + found.bandwidth**2))
    assert found.hybrid == pytest.approx(foot, abs=2.5)
    assert found.pore_mode == pytest.approx(60, abs=4)


def test_thresholds_are_in_order() -> None:
    found = found_at(mixture((0.2, 50, 10), (0.25, 110, 30), (0.55, 180, 9)), 0.75, "s")
    assert found.pore_mode is not None
    assert found.pore_mode < found.cta < found.hybrid < found.metal_mode


def test_the_tail_of_a_sharp_dark_mode_is_not_taken() -> None:
    found = found_at(mixture((0.35, 35, 3), (0.15, 100, 40), (0.5, 180, 9)), 0.75, "s")
    assert found.hybrid > 150


def test_one_mode_alone_is_an_error() -> None:
    counts = np.zeros(256)
    counts[100:160] = 1000.0
    with pytest.raises(InputError, match=r"sample 'x': the second derivative .* no peak between the threshold"):
        found_at(Histogram(np.arange(257) - 0.5, counts), 0.75, "sample 'x'")


def test_8_bit_is_binned_by_value_and_16_bit_into_256_bins() -> None:
    counts = np.zeros(65536, np.int64)
    counts[10:240] = 5
    assert bin_counts(counts).edges.tolist() == (np.arange(257) - 0.5).tolist()
    counts = np.zeros(65536, np.int64)
    counts[10000:50000] = 5
    histogram = bin_counts(counts)
    assert (histogram.counts.size, histogram.width) == (256, 157)
    assert histogram.counts.sum() == counts.sum()


def test_scaling_the_greys_scales_the_thresholds(known) -> None:
    fine = known.grey.astype(np.uint16) * 200
    coarse, scaled = (found_at(smoothed_histogram(a, 0.7, 1), 0.75, "s") for a in (known.grey, fine))
    assert scaled.cta == pytest.approx(200 * coarse.cta, rel=0.02)
    assert scaled.hybrid == pytest.approx(200 * coarse.hybrid, rel=0.02)


def test_quantiles_of_a_flat_histogram() -> None:
    histogram = Histogram(np.arange(11.0), np.ones(10))
    assert histogram.quantile(0.25) == pytest.approx(2.5)


THREE = ((0.2, 50, 10), (0.25, 110, 30), (0.55, 180, 9))


def test_thresholds_can_be_set_by_hand() -> None:
    found = find_thresholds(mixture(*THREE), CTA | {"threshold": 99.5}, HYBRID | {"threshold": 141}, "s")
    assert (found.cta, found.hybrid) == (99.5, 141)


def test_a_hand_set_threshold_needs_no_peak() -> None:
    counts = np.zeros(256)
    counts[100:160] = 1000.0
    found = find_thresholds(Histogram(np.arange(257) - 0.5, counts), CTA, HYBRID | {"threshold": 120}, "s")
    assert found.hybrid == 120


def test_the_minimum_method_finds_the_valley_or_says_that_there_is_none() -> None:
    found = find_thresholds(mixture((0.5, 60, 12), (0.5, 180, 12)), CTA | {"method": "minimum"}, HYBRID, "s")
    assert found.cta == pytest.approx(120, abs=6)
    with pytest.raises(InputError, match="sample 'x': the grey histogram has not two modes"):
        find_thresholds(mixture((1, 120, 12)), CTA | {"method": "minimum"}, HYBRID, "sample 'x'")


def test_every_peak_that_could_be_chosen_is_listed_and_the_least_height_decides() -> None:
    histogram = mixture((0.3, 40, 12), (0.15, 130, 9), (0.55, 200, 9))
    low, high = (find_thresholds(histogram, CTA, HYBRID | {"least_height": h}, "s") for h in (0.05, 0.9))
    assert len(low.candidates) >= 1
    np.testing.assert_array_equal(low.candidates, high.candidates)
    assert low.hybrid == low.candidates[low.candidates[:, 1] >= 0.05 * low.candidates[:, 1].max()][0, 0]
    assert high.hybrid == low.candidates[low.candidates[:, 1].argmax(), 0]
