"""If these fail, tortuosities are not those of the shortest ways."""

import math

import numpy as np
import pytest

from porescope.describe import geodesic as module
from porescope.describe.field import MARGIN, crop, refined_field, smooth_spectrum
from porescope.describe.geodesic import DIRECTIONS, LAST, METHOD_ERROR, block_size, geodesic, method_error, tortuosities
from porescope.describe.selfcheck import path_shapes, paths, shapes
from porescope.describe.selfcheck.paths import tortuosity_y
from porescope.volume import Spacing

CUBE = Spacing(1.0, 1.0, 1.0)
SMOOTHING = 1.45


def smooth(block, refinement=1):
    spectrum = smooth_spectrum(block.solid, block.spacing, SMOOTHING)
    factors = (refinement,) * 3
    field = crop(refined_field(spectrum, block.solid.shape, factors), block.shape, factors)
    return field, Spacing(*(h / refinement for h in block.spacing))


@pytest.mark.parametrize("spacing", [CUBE, Spacing(2.0, 1.0, 1.0)])
@pytest.mark.parametrize("group", [paths.channels, paths.shadows, paths.helices])
def test_selfcheck_has_no_failed_line(group, spacing):
    assert [check for check in group("voxels", spacing, SMOOTHING) if not check.row()["passed"]] == []


@pytest.mark.parametrize("spacing", [Spacing(4.0, 1.0, 1.0), Spacing(1.0, 1.0, 4.0), Spacing(1.4, 1.0, 1.2)])
def test_shadow_of_a_ball_with_long_voxels(spacing):
    block, _, depth = path_shapes.ball_in_the_way(8, spacing)
    expected = path_shapes.shadow_tortuosity(block, 8, depth, LAST) - 1
    assert tortuosity_y(block, SMOOTHING) - 1 == pytest.approx(expected, rel=0.10)


@pytest.mark.parametrize(("gaussian", "level"), [(-0.05, 0.0), (-0.09, -0.3)])
def test_random_structure_agrees_with_a_finer_grid(gaussian, level):
    """Neither zigzag nor missed ways: their error would fall with the node distance."""
    block = shapes.random_field(48.0, gaussian, level, CUBE, seed=11).block
    coarse = geodesic(*smooth(block), 1, 1).tortuosity - 1
    fine = geodesic(*smooth(block, 2), 1, 1).tortuosity - 1
    assert coarse == pytest.approx(fine, rel=0.06)


def test_blocks_of_nodes_keep_to_their_stated_error(monkeypatch):
    """Large fields are searched in blocks: the shadow of a ball must not be off by more than METHOD_ERROR says."""
    monkeypatch.setattr(module, "SINGLE_NODES", 0)
    for radius in (8, 12):
        block, _, depth = path_shapes.ball_in_the_way(radius, CUBE)
        expected = path_shapes.shadow_tortuosity(block, radius, depth, LAST) - 1
        assert tortuosity_y(block, SMOOTHING) - 1 == pytest.approx(expected, rel=METHOD_ERROR[2][radius])
    assert tortuosity_y(path_shapes.channel(8, 60, CUBE), SMOOTHING) == 1
    assert tortuosity_y(path_shapes.oblique_channel(12, 96, CUBE), SMOOTHING) == pytest.approx(
        path_shapes.oblique_tortuosity(12, 96, LAST), rel=0.005
    )


def test_blocks_that_miss_a_neck_are_searched_again_node_by_node(monkeypatch):
    """A thread of single nodes along a diagonal percolates, whatever the size of the field."""
    monkeypatch.setattr(module, "SINGLE_NODES", 0)
    field = np.full((9, 30, 40), -0.5, np.float32)
    for j in range(30):
        field[4, j, j : j + 2] = 0.5
    assert 1.3 < geodesic(field, CUBE, 1, 1).tortuosity < 1.5


def test_ways_measured_otherwise_are_those_that_a_search_finds():
    """What thicker slices do to tau is told from the ways of the VOI itself, in all directions."""
    field, spacing = smooth(shapes.random_field(48.0, -0.05, 0.0, CUBE, seed=11).block)
    thicker = spacing._replace(z=1.05)
    for (name, same), (_, other) in zip(
        tortuosities(field, spacing, otherwise=spacing), tortuosities(field, spacing, otherwise=thicker), strict=True
    ):
        assert same.measured_otherwise == pytest.approx(same.tortuosity, abs=1e-6)
        searched = geodesic(field, thicker, *DIRECTIONS[name])
        change = searched.tortuosity - same.tortuosity
        assert other.measured_otherwise - same.tortuosity == pytest.approx(change, rel=0.1)
        assert math.isnan(searched.measured_otherwise)


def test_no_way_is_infinite():
    field = np.full((20, 20, 20), 0.5, np.float32)
    field[:, 10] = -0.5
    across, along = geodesic(field, CUBE, 1, 1), geodesic(field, CUBE, 0, 1)
    assert math.isinf(across.tortuosity)
    assert np.isnan(across.ratio[:, 11:]).all()
    assert along.tortuosity == 1
    assert math.isinf(geodesic(-np.ones_like(field), CUBE, 0, 1).tortuosity)


@pytest.mark.parametrize("single_nodes", [0, 10**9])
@pytest.mark.parametrize("gap", [1, 2, 3])
def test_narrow_gaps_are_not_bridged(gap, single_nodes, monkeypatch):
    """A wall of pore with one hole far away: the way must go through the hole."""
    monkeypatch.setattr(module, "SINGLE_NODES", single_nodes)
    solid = np.ones((24 + 2 * MARGIN, 40 + 2 * MARGIN, 40 + 2 * MARGIN), bool)
    solid[:, MARGIN + 20 : MARGIN + 20 + gap] = False
    solid[:, MARGIN + 20 : MARGIN + 20 + gap, : MARGIN + 8] = True
    assert tortuosity_y(shapes.block_of(solid, CUBE), SMOOTHING) > 1.05


@pytest.mark.parametrize(("axis", "sense"), list(DIRECTIONS.values()))
def test_every_direction_enters_at_its_own_face(axis, sense):
    """Metal that starts full and ends as a thin rod is direct one way, with dead ends not counted."""
    field = np.full((20, 20, 20), -0.5, np.float32)
    oriented = np.moveaxis(field, axis, 0)[::sense]
    oriented[:10] = 0.5
    oriented[:, 9:12, 9:12] = 0.5
    found = geodesic(field, CUBE, axis, sense)
    assert found.tortuosity == pytest.approx(1)
    assert geodesic(field, CUBE, axis, -sense).tortuosity > 1.05


def test_turning_the_volume_turns_the_directions():
    field, spacing = smooth(shapes.random_field(40.0, -0.05, 0.0, CUBE, seed=5).block)
    for axis in (1, 2):
        turned = np.ascontiguousarray(np.moveaxis(field, axis, 0))
        one, other = geodesic(field, spacing, axis, 1), geodesic(turned, spacing, 0, 1)
        assert one.tortuosity == other.tortuosity
        np.testing.assert_array_equal(np.moveaxis(one.ratio, axis, 0), other.ratio)


def test_all_directions_at_once_are_those_one_by_one_and_never_below_one():
    field, spacing = smooth(shapes.random_field(40.0, -0.05, 0.0, CUBE, seed=6).block)
    for name, found in tortuosities(field, spacing):
        assert found.tortuosity == geodesic(field, spacing, *DIRECTIONS[name]).tortuosity
        assert np.nanmin(found.ratio) >= 1


def test_units_do_not_matter():
    field, spacing = smooth(shapes.random_field(40.0, -0.05, 0.0, CUBE, seed=7).block)
    small = Spacing(*(0.025 * h for h in spacing))
    assert geodesic(field, small, 0, 1).tortuosity == pytest.approx(geodesic(field, spacing, 0, 1).tortuosity, rel=2e-4)


def test_method_error_is_between_its_entries():
    assert method_error(4, block_size(1000)) == pytest.approx(METHOD_ERROR[1][4])
    assert METHOD_ERROR[2][8] < method_error(6, block_size(10**9)) < METHOD_ERROR[2][4]
    assert method_error(100, 1) == pytest.approx(METHOD_ERROR[1][12])
