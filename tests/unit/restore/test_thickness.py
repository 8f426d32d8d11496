"""If one fails, the estimate of the slice thickness would mislead."""

import numpy as np
import pytest
from scipy import ndimage

from porescope.restore.brightness import find_face
from porescope.restore.thickness import ThicknessMeter


def measured(px: float, n_slices: int = 40, noise: float = 8.0) -> tuple[float, float]:
    """Apparent thickness of slices that are ``px`` pixels apart in an isotropic structure."""
    rng = np.random.default_rng(0)
    field = ndimage.gaussian_filter(rng.standard_normal((int(n_slices * px) + 2, 160, 160)), 5, mode="wrap")
    solid = ndimage.gaussian_filter((field > 0).astype(np.float32), 0.8)
    meter = ThicknessMeter()
    for index in range(n_slices):
        position = index * px
        low = int(position)
        face = solid[low] + (position - low) * (solid[low + 1] - solid[low])
        pixels = 40 + 140 * face + rng.normal(0, noise, face.shape)
        meter.add(find_face(pixels))
    return meter.result()


@pytest.mark.parametrize("px", [0.7, 1.0, 1.5])
def test_the_thickness_is_recovered_in_pixels(px: float) -> None:
    found = measured(px)
    assert found.px == pytest.approx(px, rel=0.12)
    assert found.standard_error < 0.1 * px


def test_a_short_stack_tells_nothing() -> None:
    assert np.isnan(measured(1.0, n_slices=9)[0])
