"""Local thickness and constrictivity: a failure would make struts, pores or bottlenecks too wide or too narrow."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from porescope.describe.constrictivity import constrictivity, inscribed_radius
from porescope.describe.distance import interface_distance
from porescope.describe.field import MARGIN, Block, finer, first_node, near_cubic_field
from porescope.describe.selfcheck import shapes
from porescope.describe.selfcheck.struts import strut_diameter
from porescope.describe.selfcheck.thickness import neck, of_block, thickness_map
from porescope.describe.spheres import Spheres, ridge_spheres, spheres_about
from porescope.describe.thickness import local_thickness, thickness_of
from porescope.volume import Spacing

CUBE = Spacing(1.0, 1.0, 1.0)
SMOOTHING = 1.45
LONG = [Spacing(4.0, 1.0, 1.0), Spacing(1.0, 1.0, 4.0), Spacing(3.0, 1.0, 1.0), Spacing(4.0, 2.0, 1.0)]


@pytest.mark.parametrize("radius", [3.0, 4.5, 5.3, 7.0])
@pytest.mark.parametrize("direction", [(0, 1, 0), (0.3, 1, 0.4), (1, 1, 1)])
def test_bars_of_any_size_and_direction(radius, direction):
    found = thickness_of(thickness_map(shapes.cylinder(radius, direction, 36, CUBE), SMOOTHING))
    assert found.quantiles_um[1] == pytest.approx(2 * radius, abs=0.3)


@pytest.mark.parametrize("shift", [(0, 0), (0, 0.5), (0.5, 0.5)])
def test_bars_along_the_grid_are_as_wide_as_their_sections(shift):
    """Flat sides of voxels face each other there: 1 too thin if only the nearest or only the flat sides counted.

    By the sections' own area, which is off by up to half a voxel of diameter itself at these radii and places.
    """
    for radius in np.arange(3, 12.5, 0.5):
        found, by_area = widths_of_bar(radius, shift)
        assert found == pytest.approx(by_area, abs=max(0.3, 0.04 * radius)), radius


def test_bars_along_the_grid_at_any_place_hold_their_width():
    rng = np.random.default_rng(11)
    errors = []
    for radius in rng.uniform(3, 12, 30):
        found, by_area = widths_of_bar(radius, rng.uniform(-0.5, 0.5, 2))
        assert found == pytest.approx(by_area, abs=0.3), radius
        errors.append(found - 2 * radius)
    assert np.mean(errors) == pytest.approx(0, abs=0.1)


def widths_of_bar(radius, shift):
    """Mean local thickness of a bar along the grid, and the diameter of a circle of its sections' area."""
    bar = shapes.cylinder(radius, (1, 0, 0), 2 * radius + 4, CUBE, (0, *shift))
    by_area = 2 * math.sqrt(np.count_nonzero(bar.interior[0]) / math.pi)
    return thickness_of(thickness_map(bar, SMOOTHING)).mean_um, by_area


@pytest.mark.parametrize("spacing", [CUBE, Spacing(2.0, 1.0, 1.0), *LONG])
def test_balls_of_any_size_and_place(spacing):
    """Within 0.2 of the longest edge: moved by smoothing, or drawn to the steps of long voxels, they are not."""
    rng, edge = np.random.default_rng(3), max(spacing)
    for radius in (2.5, 3.0, 4.0) if spacing is CUBE else (2 * edge, 2.5 * edge, 4 * edge):
        ball = shapes.ball(radius, spacing, tuple(rng.uniform(-0.5, 0.5, 3)))
        found = thickness_of(thickness_map(ball, SMOOTHING))
        assert found.mean_um == pytest.approx(2 * radius, abs=0.2 * edge)


@pytest.mark.parametrize("spacing", LONG)
def test_bars_across_long_voxels_are_not_thinned_by_their_steps(spacing):
    edge = max(spacing)
    direction = (0.05, 0.9, 0.4) if spacing.z == edge else (0.4, 0.9, 0.05)
    for radius in (2 * edge, 3 * edge, 4 * edge):
        bar = shapes.cylinder(radius, direction, 4 * radius, spacing)
        assert thickness_of(thickness_map(bar, SMOOTHING)).mean_um == pytest.approx(2 * radius, abs=0.3 * edge)
        assert strut_diameter(bar, SMOOTHING) == pytest.approx(2 * radius, abs=0.3 * edge)


@pytest.mark.parametrize("normal", [(0.5, 0.3, 0.8), (0.0, 0.6, 0.8), (0.2, 0.1, 1.0)])
@pytest.mark.parametrize("width", [3.0, 4.0, 5.0, 6.0, 8.0])
def test_oblique_walls_are_thickened_neither_by_smoothing_nor_by_the_largest_of_many_spheres(width, normal):
    """Radii scatter: they would be .3 too thick if these were not averaged where the ridge runs level."""
    found = thickness_of(thickness_map(shapes.slab(width, normal, CUBE), SMOOTHING))
    assert found.mean_um == pytest.approx(width, abs=0.2)


@pytest.mark.parametrize("spacing", [CUBE, Spacing(2.0, 1.0, 1.0)])
@pytest.mark.parametrize("period", [16, 24])
def test_spheres_in_a_gyroid_touch_it(spacing, period):
    """Struts that widen, saddles and necks, with the distance to the very surface as the answer; in longest edges."""
    edge = max(spacing)
    block = shapes.gyroid(period * edge, 1, spacing)
    field, factors = near_cubic_field(block, SMOOTHING)
    spheres = ridge_spheres(interface_distance(field, spacing, factors), field > 0, finer(spacing, factors))

    shape, half = block.solid.shape, Spacing(0.5, 0.5, 0.5)
    axes = [np.arange(0, n * h, 0.5) - c * h for n, h, c in zip(shape, spacing, shapes.off_centre(shape), strict=True)]
    z, y, x = np.meshgrid(*(2 * math.pi / (period * edge) * a for a in axes), indexing="ij", sparse=True)
    points = interface_distance(shapes.gyroid_level(z, y, x).astype(np.float32), half).points_um

    centres = spheres.centres_um + first_node(spacing, factors)
    extent, rim = np.array(shape) * np.array(spacing), 11 * np.array(spacing)
    inside = ((centres > rim) & (centres < extent - rim)).all(axis=1)
    error = 2 * (spheres.radii_um[inside] - cKDTree(points).query(centres[inside])[0]) / edge
    assert inside.sum() > 400
    assert error.mean() == pytest.approx(0.15, abs=0.1)  # centres lie off the ridge by up to half a node
    assert error.std() < 0.3


@pytest.mark.parametrize("spacing", [CUBE, Spacing(2.0, 1.0, 1.0), Spacing(1.0, 1.0, 2.0)])
@pytest.mark.parametrize(("period", "radius"), [(16, 5), (20, 6), (14, 3)])
def test_round_pores_do_not_press_in_on_the_metal_between_them(period, radius, spacing):
    """Planes touched beside a contact pass nearer to the centre than the pore itself: necks would be too thin."""
    edge = max(spacing)
    block = shapes.round_pores(period * edge, radius * edge, spacing)
    field, factors = near_cubic_field(block, SMOOTHING)
    near, nodes = interface_distance(field, spacing, factors), finer(spacing, factors)
    middle = shapes.off_centre(block.solid.shape)

    def width(cell):
        """Diameter in the longest edges, half cells off the middle ball."""
        place = np.array(middle) * spacing + np.array(cell) * period * edge / 2 - first_node(spacing, factors)
        node = np.ravel_multi_index(tuple(np.rint(place / nodes).astype(int)), field.shape)
        return 2 * spheres_about(near, np.array([node]), nodes).radii_um[0] / edge

    throats = np.mean([width(cell) for cell in ((1, 0, 0), (0, 1, 0), (0, 0, 1))])
    assert throats == pytest.approx(period - 2 * radius, abs=0.12 if spacing is CUBE else 0.3)
    assert width((1, 1, 1)) == pytest.approx(math.sqrt(3) * period - 2 * radius, abs=0.15)


@pytest.mark.parametrize("spacing", [Spacing(4.0, 1.0, 1.0), Spacing(1.0, 1.0, 4.0), Spacing(2.0, 1.0, 1.0)])
def test_random_fields_are_as_wide_in_long_voxels(spacing):
    """The mask of the short edge with slices left out; spheres that touch too far away would be too large."""
    cubes = shapes.random_field(96, -0.006, 0.0, CUBE, 3).block
    z, y, x = (round(edge) for edge in spacing)
    inner = cubes.interior[::z, ::y, ::x]
    long = shapes.block_of(np.pad(inner, MARGIN, mode="wrap"), spacing)
    for phase in (True, False):
        wanted, found = (
            thickness_of(thickness_map(Block(block.solid == phase, block.spacing, block.data), SMOOTHING)).mean_um
            for block in (cubes, long)
        )
        assert found == pytest.approx(wanted, abs=0.25 * max(spacing))


@pytest.mark.parametrize("spacing", [CUBE, Spacing(2.0, 1.0, 1.0), Spacing(1.0, 1.0, 4.0)])
@pytest.mark.parametrize("metal", [True, False])
def test_points_of_the_interface_know_its_mean_curvature(spacing, metal):
    """Bulging pores would press in on the metal and bars be drawn in; positive where the metal bulges.

    A tenth too small where radii are of a few voxels, since slopes are taken over as many.
    """
    edge = max(spacing)
    for block, expected in (
        (shapes.ball(5 * edge, spacing), 1 / 5),
        (shapes.cylinder(5 * edge, (0.3, 1, 0.4), 12 * edge, spacing), 1 / 10),
        (shapes.slab(6 * edge, (0.5, 0.3, 0.8), spacing), 0),
    ):
        solid = block.solid if metal else ~block.solid
        field, factors = near_cubic_field(shapes.block_of(solid, spacing), SMOOTHING)
        near = interface_distance(field, spacing, factors)
        extent, rim = np.array(block.solid.shape) * spacing, (MARGIN - 2) * np.array(spacing)
        inside = ((near.points_um > rim) & (near.points_um < extent - rim)).all(axis=1)
        found = near.curvature_per_um[inside].mean() * edge
        assert found == pytest.approx(expected if metal else -expected, rel=0.13, abs=0.005)


@pytest.mark.parametrize(("spacing", "gaussian"), [(CUBE, -0.01), (CUBE, -0.09), (Spacing(2.0, 1.0, 1.0), -0.01)])
def test_no_sphere_is_smaller_than_its_node_is_far_from_the_interface(spacing, gaussian):
    """Struts would have holes. None is short by 1.25 of the longest edge, and few by a third."""
    block = shapes.random_field(64, gaussian, -0.5, spacing, 2).block
    field, factors = near_cubic_field(block, SMOOTHING)
    near = interface_distance(field, spacing, factors)
    spheres = ridge_spheres(near, field > 0, finer(spacing, factors))
    short = (near.distance_um.ravel()[spheres.nodes] - spheres.radii_um) / max(spacing)
    assert short.max() < 1.25
    assert np.quantile(short, 0.99) < 1 / 3


def test_thickness_scales_with_the_unit():
    small = shapes.ball(6, CUBE)
    fine = Block(small.solid, Spacing(0.025, 0.025, 0.025), small.data)
    one, other = (thickness_of(thickness_map(block, SMOOTHING)).mean_um for block in (small, fine))
    assert other == pytest.approx(one / 40, rel=1e-3)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shape=st.tuples(st.integers(1, 8), st.integers(1, 8), st.integers(1, 150)),
    spacing=st.tuples(*[st.sampled_from([1.0, 0.7, 2.0])] * 3),
    share=st.floats(0.1, 1.0),
)
def test_each_place_has_the_largest_sphere_that_covers_it(seed, shape, spacing, share):
    """By the definition, node by node; spheres reach over the faces of the array and rows are of any length."""
    rng = np.random.default_rng(seed)
    edges, phase = np.array(spacing), rng.random(shape) < share
    centres = (rng.random((12, 3)) * (np.array(shape) + 4) - 2) * edges
    radii = rng.uniform(0.3, 5, 12).astype(np.float32)
    found = local_thickness(
        Spheres(np.zeros(12, np.int64), centres.astype(np.float32), radii), phase, Spacing(*spacing)
    )
    places = np.moveaxis(np.indices(shape), 0, -1)[..., np.newaxis, :] * edges
    inside = np.linalg.norm(places - centres, axis=-1) - (radii + 0.5 * edges.min())
    expected = np.where(inside < 0, 2 * radii, 0).max(axis=-1) * phase
    sure = (np.abs(inside) > 1e-4).all(axis=-1)  # not on the surface of a sphere, where rounding decides
    np.testing.assert_allclose(found[sure], expected[sure], rtol=1e-6)


def test_without_interface_nothing_is_thick():
    field = np.full((12, 12, 12), 0.5, np.float32)
    near = interface_distance(field, CUBE)
    spheres = ridge_spheres(near, field > 0, CUBE)
    thickness = local_thickness(spheres, field > 0, CUBE)
    assert not thickness.any()
    assert math.isnan(thickness_of(thickness).mean_um)
    radius = inscribed_radius(near.distance_um, field > 0, spheres, (0, 0, 0))
    assert np.isnan(constrictivity(radius, math.nan, CUBE)).all()


def test_a_neck_narrows_and_a_straight_bar_does_not():
    assert of_block(shapes.cylinder(6, (0, 1, 0), 40, CUBE), SMOOTHING) == pytest.approx(1, abs=0.03)
    assert of_block(neck(8, 4, CUBE), SMOOTHING) == pytest.approx(0.25, rel=0.1)
