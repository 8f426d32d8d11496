"""If one fails, denoising would blur edges away or change nothing."""

import numpy as np
import pytest
from scipy import ndimage

from porescope.restore.denoise import denoise


@pytest.mark.parametrize("method", ["tv", "nl_means"])
def test_noise_goes_edges_and_density_stay(method: str) -> None:
    rng = np.random.default_rng(0)
    solid = ndimage.gaussian_filter(rng.standard_normal((96, 110)), 5) > 0
    clean = 40 + 140 * ndimage.gaussian_filter(solid.astype(float), 0.8)
    noisy = clean + rng.normal(0, 12, clean.shape)
    smooth = denoise(noisy, method, 0.8)
    error = np.sqrt(np.mean((smooth - clean) ** 2))
    assert error < 0.6 * 12
    assert np.mean(smooth > 110) == pytest.approx(np.mean(clean > 110), abs=0.005)


def test_none_leaves_the_slice_alone() -> None:
    pixels = np.random.default_rng(0).random((8, 9))
    assert denoise(pixels, "none", 1.0) is pixels
