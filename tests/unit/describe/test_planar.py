"""Planar descriptors: a failure would make real and generated sections compare wrongly."""

import math

import numpy as np
import pytest

from porescope.describe.planar import angle_shares, planar_descriptors


def discs(radius: float, pixel: tuple[float, float], size: int = 64, n: int = 12) -> np.ndarray:
    """Sections of metal with one round pore each, at random sub-pixel places."""
    rng = np.random.default_rng(0)
    centres = size / 2 + rng.uniform(-0.5, 0.5, (n, 2))
    y = np.arange(round(size / pixel[0])) * pixel[0]
    x = np.arange(round(size / pixel[1])) * pixel[1]
    return np.array([(y[:, np.newaxis] - cy) ** 2 + (x - cx) ** 2 > radius**2 for cy, cx in centres])


@pytest.mark.parametrize("pixel", [(1.0, 1.0), (2.0, 1.0), (1.0, 1.5)])
@pytest.mark.parametrize("radius", [6, 12])
def test_disc_has_its_perimeter_and_shape_index_one(radius, pixel):
    found = planar_descriptors(discs(radius, pixel), pixel)
    visible = (64 - pixel[0]) * (64 - pixel[1])
    assert found["specific_perimeter_per_um"].mean() * visible == pytest.approx(2 * math.pi * radius, rel=0.04)
    assert found["shape_index"].mean() == pytest.approx(1, abs=0.015)
    assert not found["touches_border"].any()


def test_batch_equals_single_sections():
    sections = np.random.default_rng(1).random((9, 20, 30)) > 0.45
    batch = planar_descriptors(sections, (1.0, 2.0)).to_numpy(float)
    single = np.vstack([planar_descriptors(s, (1.0, 2.0)).to_numpy(float) for s in sections])
    np.testing.assert_allclose(batch, single)


def test_frame_is_no_perimeter():
    section = np.zeros((40, 40), bool)
    section[:, :13] = True
    found = planar_descriptors(section, (1.0, 1.0)).iloc[0]
    area, length = 40 * 27, 40
    # a straight interface is the worst case of four directions: 5 % long
    assert found["shape_index"] == pytest.approx(length / (2 * math.sqrt(math.pi * area)), rel=0.06)
    assert found["touches_border"]
    assert found["border_fraction"] == 1


def test_one_phase_has_no_shape():
    found = planar_descriptors(np.stack([np.ones((8, 8), bool), np.zeros((8, 8), bool)]), (1.0, 1.0))
    assert found["shape_index"].isna().all()
    assert (found["specific_perimeter_per_um"] == 0).all()
    assert list(found["relative_density"]) == [1, 0]


def test_shape_index_weights_by_area():
    section = np.ones((64, 64), bool)
    section[4:36, 4:36] = False
    section[50, 50:60] = False
    square, needle = (planar_descriptors(s, (1.0, 1.0))["shape_index"].iloc[0] for s in split(section))
    both = planar_descriptors(section, (1.0, 1.0))["shape_index"].iloc[0]
    assert both == pytest.approx((1024 * square + 10 * needle) / 1034)


def split(section: np.ndarray) -> list[np.ndarray]:
    first, second = section.copy(), section.copy()
    first[50] = True
    second[:40] = True
    return [first, second]


def test_complement_and_turn_keep_the_perimeter():
    section = np.random.default_rng(2).random((30, 30)) > 0.5

    def perimeter(s):
        return planar_descriptors(s, (1.0, 1.0))["specific_perimeter_per_um"].iloc[0]

    assert perimeter(~section) == pytest.approx(perimeter(section))
    assert perimeter(np.rot90(section)) == pytest.approx(perimeter(section))


def test_lengths_scale_with_the_pixel():
    sections = discs(8, (1.0, 1.0), n=3)
    unit, double = (planar_descriptors(sections, (h, h)) for h in (1.0, 2.0))
    np.testing.assert_allclose(double["specific_perimeter_per_um"] * 2, unit["specific_perimeter_per_um"])
    np.testing.assert_allclose(double["shape_index"], unit["shape_index"])


def test_angles_add_up_to_a_half_turn():
    for pixel in ((1.0, 1.0), (3.0, 1.0), (1.0, 4.0)):
        assert angle_shares(pixel).sum() == pytest.approx(math.pi)
