"""If one fails, curtains would stay, or structure would be filtered out as if it were curtains."""

import numpy as np
import pytest
from scipy import ndimage

from porescope.restore.brightness import Face, find_face
from porescope.restore.stripes import remove_stripes, stripe_energy, stripe_part


def porous(seed: int = 0, shape: tuple[int, int] = (150, 181)) -> np.ndarray:
    rng = np.random.default_rng(seed)
    noise = ndimage.gaussian_filter(rng.standard_normal(shape), 5)
    return 40 + 140 * ndimage.gaussian_filter((noise > np.quantile(noise, 0.4)).astype(float), 0.8)


def curtains(width_px: float, nx: int, seed: int = 1) -> np.ndarray:
    noise = ndimage.gaussian_filter1d(np.random.default_rng(seed).standard_normal(nx), width_px, mode="wrap")
    return 1 + 0.05 * (noise - noise.mean()) / noise.std()


@pytest.mark.parametrize("width_px", [1.0, 2.5, 5.0])
def test_four_fifths_of_the_stripe_energy_go_and_the_density_stays(width_px: float) -> None:
    clean = porous()
    striped = clean * curtains(width_px, 181) + np.random.default_rng(2).normal(0, 5, clean.shape)
    face = find_face(striped)
    restored = remove_stripes(striped, face, levels=7, damping=1.0, wavelet="db5")
    assert stripe_energy(restored, face, 32) < 0.2 * stripe_energy(striped, face, 32)
    threshold = 110
    assert np.mean(restored > threshold) == pytest.approx(np.mean(clean > threshold), abs=0.005)
    before, after = (np.sqrt(np.mean(ndimage.gaussian_filter(a - clean, 1) ** 2)) for a in (striped, restored))
    assert after < 0.6 * before


def test_a_clean_image_is_hardly_touched() -> None:
    clean = porous() + np.random.default_rng(2).normal(0, 5, (150, 181))
    restored = remove_stripes(clean, find_face(clean), levels=7, damping=1.0, wavelet="db5")
    assert np.sqrt(np.mean((restored - clean) ** 2)) < 1.2  # of noise of 5 and pores 140 deep


def test_stripes_along_x_are_no_curtains() -> None:
    image = np.tile(np.sin(np.arange(128) / 3)[:, None], (1, 128))
    assert np.abs(stripe_part(image, 5, 1.0, "db5")).max() < 0.15


@pytest.mark.parametrize("shape", [(33, 47), (64, 64), (101, 30)])
def test_odd_and_small_shapes_keep_their_shape(shape: tuple[int, int]) -> None:
    assert stripe_part(np.random.default_rng(0).random(shape), 9, 1.0, "db5").shape == shape


def test_energy_is_the_variance_between_columns() -> None:
    column = 0.1 * np.sin(2 * np.pi * np.arange(256) / 8)
    pixels = 100 * (1 + np.tile(column, (50, 1)))
    everything = Face(100.0, np.ones(pixels.shape, bool))
    assert stripe_energy(pixels, everything, 32) == pytest.approx(0.005, rel=0.02)
    assert stripe_energy(pixels, Face(100.0, np.zeros(pixels.shape, bool)), 32) == 0
