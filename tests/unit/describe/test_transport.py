"""If these fail, the effective conductivities are not those of the structure."""

import math

import numpy as np
import pytest

from porescope.conduction.linear import linear_boundary_conductivity
from porescope.describe.selfcheck import transport as selfcheck
from porescope.describe.transport import effective_conductivity
from porescope.volume import Spacing

CUBE = Spacing(1.0, 1.0, 1.0)
LONG = Spacing(2.0, 1.0, 1.0)


def oblique_layers(normal, n=60, period=20):
    """Layers of metal, half of each period, across a direction (z, y, x)."""
    unit = np.array(normal) / np.linalg.norm(normal)
    place = sum(c * i for c, i in zip(unit, np.indices((n, n, n)), strict=True))
    return place % period < period / 2, unit


@pytest.mark.parametrize("spacing", [CUBE, LONG])
@pytest.mark.parametrize("group", [selfcheck.layers, selfcheck.side_arm])
def test_selfcheck_has_no_failed_line(group, spacing):
    assert [check for check in group("voxels", spacing, 0.0) if not check.row()["passed"]] == []


def test_array_of_balls_extrapolates_to_the_known_value():
    """Without the correction for the void fraction on the grid that the selfcheck makes."""
    coarse, fine = (effective_conductivity(selfcheck._cell(n, 0.3, CUBE), CUBE).mean for n in (24, 48))
    assert 2 * fine - coarse == pytest.approx(0.6057, rel=0.015)


def test_tensor_of_a_full_block_is_one():
    found = effective_conductivity(np.ones((6, 8, 10), bool), LONG)
    np.testing.assert_allclose(found.tensor, np.eye(3), atol=1e-5)
    assert found.flux_tortuosity_factor == pytest.approx(1, abs=1e-5)
    assert found.converged
    assert found.within_bounds
    assert found.dead_end_fraction == 0


def test_coupling_of_oblique_layers_has_the_right_sign_and_size():
    """Under a linear boundary layers of any direction carry D (1 - n n); the staircase of voxels adds to it."""
    solid, unit = oblique_layers((0, 1, 2))
    found = linear_boundary_conductivity(solid, CUBE)
    np.testing.assert_allclose(found, solid.mean() * (np.eye(3) - np.outer(unit, unit)), atol=0.08)
    np.testing.assert_allclose(found, found.T)
    assert found[1, 2] < -0.1


def test_coupling_knows_the_order_of_axes():
    solid, _ = oblique_layers((1, 0, 1))
    found = linear_boundary_conductivity(solid, CUBE)
    assert abs(found[0, 2]) > 0.1
    assert abs(found[0, 1]) < 0.03


def test_axes_of_the_tensor_follow_the_structure():
    """A plate across z with a hole conducts less along z; turning it turns the tensor."""
    solid = np.ones((20, 20, 20), bool)
    solid[8:12] = False
    solid[8:12, 6:14, 6:14] = True
    found = effective_conductivity(solid, CUBE)
    assert found.tensor[0, 0] < 0.6 < found.tensor[1, 1]
    turned = effective_conductivity(np.ascontiguousarray(solid.transpose(2, 0, 1)), CUBE)
    np.testing.assert_allclose(np.diag(turned.tensor), np.diag(found.tensor)[[2, 0, 1]], rtol=1e-4)
    np.testing.assert_allclose(turned.principal, found.principal, rtol=1e-3)


def test_long_voxels_are_the_same_as_short_ones():
    solid = np.random.default_rng(0).random((10, 20, 20)) > 0.2
    long = effective_conductivity(solid, LONG).tensor
    short = effective_conductivity(solid.repeat(2, axis=0), CUBE).tensor
    np.testing.assert_allclose(np.diag(long), np.diag(short), rtol=0.1)


def test_what_does_not_percolate_is_zero_with_the_reason():
    solid = np.zeros((12, 12, 12), bool)
    solid[:, :, 4:8] = True
    found = effective_conductivity(solid, CUBE)
    assert found.tensor[2, 2] == 0
    assert found.reason == "the metal does not percolate along x"
    nothing = effective_conductivity(np.zeros((5, 5, 5), bool), CUBE)
    assert nothing.mean == 0
    assert math.isinf(nothing.flux_tortuosity_factor)
    assert np.isnan(nothing.dead_end_fraction)
