"""If one fails, thresholds would lie elsewhere than documented, and every label after them too."""

import numpy as np
import pytest
from skimage.filters import threshold_otsu

from porescope.errors import InputError
from porescope.label.stack import smooth_slice, smoothed_histogram
from porescope.label.thresholds import Histogram, bin_counts, find_thresholds


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
    assert find_thresholds(histogram, 0.75, "s").cta == threshold_otsu(smooth.astype(np.uint8))


@pytest.mark.parametrize("sd", [6.0, 10.0, 14.0])
def test_hybrid_lies_at_the_foot_of_the_metal_mode(sd: float) -> None:
    found = find_thresholds(mixture((0.4, 60, 25), (0.6, 180, sd)), 0.5, "s")
    assert found.metal_mode == pytest.approx(180, abs=1)
    assert found.metal_sd == pytest.approx(sd, abs=2.5)
    foot = 180 - np.sqrt(3 * (sd**2 + found.bandwidth**2))
    assert found.hybrid == pytest.approx(foot, abs=2.5)
    assert found.pore_mode == pytest.approx(60, abs=4)


def test_thresholds_are_in_order() -> None:
    found = find_thresholds(mixture((0.2, 50, 10), (0.25, 110, 30), (0.55, 180, 9)), 0.75, "s")
    assert found.pore_mode is not None
    assert found.pore_mode < found.cta < found.hybrid < found.metal_mode


def test_the_tail_of_a_sharp_dark_mode_is_not_taken() -> None:
    found = find_thresholds(mixture((0.35, 35, 3), (0.15, 100, 40), (0.5, 180, 9)), 0.75, "s")
    assert found.hybrid > 150


def test_one_mode_alone_is_an_error() -> None:
    counts = np.zeros(256)
    counts[100:160] = 1000.0
    with pytest.raises(InputError, match=r"sample 'x': the second derivative .* no peak between the threshold"):
        find_thresholds(Histogram(np.arange(257) - 0.5, counts), 0.75, "sample 'x'")


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
    coarse, scaled = (find_thresholds(smoothed_histogram(a, 0.7, 1), 0.75, "s") for a in (known.grey, fine))
    assert scaled.cta == pytest.approx(200 * coarse.cta, rel=0.02)
    assert scaled.hybrid == pytest.approx(200 * coarse.hybrid, rel=0.02)


def test_quantiles_of_a_flat_histogram() -> None:
    histogram = Histogram(np.arange(11.0), np.ones(10))
    assert histogram.quantile(0.25) == pytest.approx(2.5)
