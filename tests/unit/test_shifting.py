"""If these fail, slices would be moved to the wrong place, or blurred on the way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from porescope.shifting import Edge, shift_image


@pytest.mark.parametrize("order", [1, 3])
@pytest.mark.parametrize(("edge", "named"), [("wrap", "grid-wrap"), ("reflect", "mirror")])
@pytest.mark.parametrize("shift", [(0.3, -1.7), (-12.25, 5.0), (0.0, 0.0), (31.5, -44.5)])
def test_as_scipy_shifts_by_a_spline(order: int, edge: Edge, named: str, shift: tuple[float, float]) -> None:
    image = np.random.default_rng(1).random((30, 41)) * 200
    expected = ndimage.shift(image, shift, order=order, mode=named)
    assert np.allclose(shift_image(image, np.array(shift), order, edge), expected, atol=1e-3)


@given(st.integers(-70, 70), st.integers(-70, 70))
def test_whole_pixels_of_a_periodic_image_are_a_roll(along_y: int, along_x: int) -> None:
    image = np.random.default_rng(2).random((12, 17), np.float32)
    moved = shift_image(image, np.array([along_y, along_x]), 3, "wrap")
    assert np.allclose(moved, np.roll(image, (along_y, along_x), (0, 1)), atol=1e-5)
