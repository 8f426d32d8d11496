"""If one fails, superpixels would not follow the pores, or mean something else than documented."""

import numpy as np
import pytest

from porescope.label.superpixels import superpixel_means


def two_halves(noise: float = 8.0) -> np.ndarray:
    image = np.full((60, 80), 150.0)
    image[:, 37:] = 60.0
    return image + np.random.default_rng(0).normal(0, noise, image.shape)


def test_means_are_of_regions_that_stop_at_an_edge() -> None:
    means = superpixel_means(two_halves(), 20, 0.3, 0, (0.0, 255.0))
    assert np.mean((means < 105) == (np.arange(80) >= 37)) > 0.99
    assert means[:, :35].std() < 4  # of noise of 8


def test_superpixels_are_about_as_large_as_asked_for() -> None:
    counts = [len(np.unique(superpixel_means(two_halves(), area, 0.3, 0, (0.0, 255.0)))) for area in (20, 80)]
    assert 4800 / 20 * 0.6 < counts[0] < 4800 / 20 * 1.6
    assert 4800 / 80 * 0.6 < counts[1] < 4800 / 80 * 1.6


def test_the_total_grey_is_kept() -> None:
    image = two_halves()
    assert superpixel_means(image, 20, 0.3, 0, (0.0, 255.0)).mean() == pytest.approx(image.mean())


def test_less_contrast_in_a_slice_does_not_cut_it_up_more_finely() -> None:
    flat = 100 + (two_halves() - 100) * 0.05
    regions = len(np.unique(superpixel_means(flat, 20, 0.3, 0, (0.0, 255.0))))
    assert 4800 / 20 * 0.6 < regions < 4800 / 20 * 1.3


def test_a_constant_slice_is_one_superpixel() -> None:
    assert (superpixel_means(np.full((9, 9), 7, np.uint8), 20, 0.3, 0, (0.0, 255.0)) == 7).all()
