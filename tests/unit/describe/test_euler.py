"""Euler numbers: a failure would make the second estimator of the Gaussian curvature wrong."""

import math

import numpy as np
import pytest

from porescope.describe.euler import curvature_from_euler, euler_characteristic, euler_density_per_um3
from porescope.describe.field import MARGIN, Block
from porescope.describe.selfcheck import shapes
from porescope.describe.surface import specific_surface
from porescope.volume import Spacing

CUBE = Spacing(1.0, 1.0, 1.0)


def test_known_bodies():
    """Ball 1, ring 0, hollow ball 2, two voxels that touch at a corner are one object."""
    ball = shapes.ball(6, CUBE).solid
    hollow = ball.copy()
    hollow[tuple(slice(n // 2 - 1, n // 2 + 2) for n in ball.shape)] = False
    touching = np.zeros((2, 2, 2), bool)
    touching[0, 0, 0] = touching[1, 1, 1] = True
    assert euler_characteristic(ball) == 1
    assert euler_characteristic(shapes.torus(12, 5, CUBE).solid) == 0
    assert euler_characteristic(hollow) == 2
    assert euler_characteristic(touching) == 1
    assert euler_characteristic(np.ones((3, 4, 5), bool)) == 1
    assert euler_characteristic(np.zeros((3, 4, 5), bool)) == 0


def test_densities_of_parts_add_up():
    """Windows side by side count each object once, whatever their faces cut."""
    solid = np.random.default_rng(3).random((40, 34, 34)) > 0.6
    whole = shapes.block_of(solid, CUBE)
    parts = [Block(solid[start : start + 8 + 2 * MARGIN], CUBE, ((0, 32), (0, 34), (0, 34))) for start in (0, 8)]
    total = sum(euler_density_per_um3(part) * part.volume_um3 for part in parts)
    assert total == pytest.approx(euler_density_per_um3(whole) * whole.volume_um3)


def test_an_object_within_the_window_counts_as_one():
    block = shapes.ball(6, CUBE)
    assert euler_density_per_um3(block) * block.volume_um3 == pytest.approx(1)
    assert curvature_from_euler(euler_density_per_um3(block), specific_surface(block)) == pytest.approx(
        1 / 36, rel=0.02
    )


def test_complement_is_the_same_and_one_phase_is_undefined():
    block = shapes.random_field(40.0, -0.05, 0.3, CUBE, seed=5).block
    swapped = Block(~block.solid, CUBE, block.data)
    assert euler_density_per_um3(swapped) == euler_density_per_um3(block)
    assert math.isnan(curvature_from_euler(euler_density_per_um3=0.0, surface_per_um=0.0))
