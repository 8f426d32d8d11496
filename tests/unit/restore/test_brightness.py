"""If one fails, flattening would follow the structure, or leave the unevenness in."""

import numpy as np
import pytest
from scipy import ndimage

from porescope.restore.brightness import find_face, fit_polynomial, illumination_field


def image(density: float, seed: int = 0, metal: float = 150.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    noise = ndimage.gaussian_filter(rng.standard_normal((128, 128)), 4, mode="wrap")
    solid = ndimage.gaussian_filter((noise > np.quantile(noise, 1 - density)).astype(float), 0.8)
    return 30 + (metal - 30) * solid + rng.normal(0, 5, solid.shape)


@pytest.mark.parametrize("density", [0.35, 0.5, 0.8])
def test_the_level_is_that_of_the_metal_whatever_the_density(density: float) -> None:
    face = find_face(image(density))
    assert face.level == pytest.approx(150, rel=0.01)
    assert 0.3 * density < face.mask.mean() < density
    assert image(density)[face.mask].min() > 110


def test_16_bit_greys_have_the_same_face() -> None:
    pixels = np.clip(image(0.6), 0, 255)
    fine, coarse = find_face((pixels * 200).astype(np.uint16)), find_face(pixels)
    assert fine.level == pytest.approx(200 * coarse.level, rel=0.01)
    assert np.mean(fine.mask != coarse.mask) < 0.01


def test_the_field_is_recovered_although_one_side_is_more_porous() -> None:
    x = np.linspace(-1, 1, 128)
    field = 1 + 0.12 * x[:, None] - 0.08 * x**2
    field /= field.mean()
    slices = []
    for seed in range(8):
        pixels = image(0.7, seed)
        porous = image(0.35, seed + 50)
        slices.append(np.where(x < 0, porous, pixels) * field)
    measured = illumination_field(slices, (128, 128), degree=2, block_px=16)
    assert np.abs(measured / field - 1).max() < 0.03
    assert measured.mean() == pytest.approx(1)


def test_no_metal_anywhere_leaves_the_field_flat() -> None:
    assert (fit_polynomial(np.zeros((4, 4)), np.zeros((4, 4)), (64, 64), 2, 16) == 1).all()
