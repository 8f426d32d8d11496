"""If these fail, the interface does not move as curvature says, or metal is lost on the way."""

import itertools

import numpy as np
import pytest
from scipy import ndimage

from porescope.describe.field import whole_block
from porescope.describe.surface import specific_surface
from porescope.simulate.contact import Contact
from porescope.simulate.kinetics import Furnace, State
from porescope.simulate.packing import PackingOptions
from porescope.simulate.recipe import Mode, Recipe
from porescope.simulate.sintering import sinter, upper_quantile
from porescope.simulate.smoothing import smooth_in_place
from porescope.simulate.structure import anneal, build_structure
from porescope.volume import Spacing

SHAPE = (64, 72, 80)
SPACING = Spacing(0.025, 0.025, 0.025)
FURNACE = Furnace(104, 25, 5, 30, 175, 400)
OPTIONS = PackingOptions(60, 0.5)
CONTACT = Contact(1e-13, 4e-15, 104)
RECIPE = Recipe((Mode(0.11, 0.12, 0.3), Mode(0.22, 0.1, 0.7)), 0.56, 0.0, (0.576, 0.761), (0.02, 0.11), CONTACT)
TEMPERATURES = (175, 200, 225, 250, 350, 400)


@pytest.fixture(scope="module")
def kinetics():
    """One packing through six temperatures: what is known after every step."""
    rows = []
    for s in anneal(RECIPE, FURNACE, OPTIONS, 0.05, TEMPERATURES, SHAPE, SPACING, np.random.default_rng(3)):
        solid = s.metal > 0.5
        area = specific_surface(whole_block(solid, s.spacing)) * np.prod(s.spacing.extent(SHAPE))
        metal = solid.mean() * np.prod(s.spacing.extent(SHAPE))
        rows.append((s.state.relative_density, solid.mean(), s.spacing.z, metal, area, s.state.coarsening_um))
    return np.array(rows)


def test_density_follows_the_master_curve_through_all_temperatures(kinetics):
    stated, found = kinetics[:, 0], kinetics[:, 1]
    np.testing.assert_allclose(found, stated, atol=1e-4)
    for temperature in TEMPERATURES:
        state = RECIPE.curve(FURNACE).state(temperature)
        nearest = np.abs(kinetics[:, 5] - state.coarsening_um).argmin()
        assert stated[nearest] == pytest.approx(state.relative_density, abs=1e-9)


def test_the_box_shrinks_and_no_metal_is_lost(kinetics):
    """A grid that kept its size would make metal from nothing as the density rises: 32 % here."""
    assert np.all(np.diff(kinetics[:, 2]) < 0)
    assert kinetics[-1, 2] == pytest.approx(SPACING.z)
    np.testing.assert_allclose(kinetics[:, 3], kinetics[-1, 3], rtol=2e-4)


def test_energy_of_the_interface_falls_with_every_step(kinetics):
    areas = kinetics[:, 4]
    assert all(after < before for before, after in itertools.pairwise(areas))


def test_density_of_a_specimen_is_that_of_the_recipe():
    made = build_structure(RECIPE, FURNACE, OPTIONS, 0.05, 250, SHAPE, SPACING, np.random.default_rng(1))
    assert np.mean(made.metal > 0.5) == pytest.approx(RECIPE.curve(FURNACE).state(250).relative_density, abs=1e-4)
    assert made.spacing == pytest.approx(SPACING)


def test_the_imaged_part_alone_can_have_the_density_of_the_recipe():
    region = (slice(0, 30), slice(8, 60), slice(10, 70))
    rng = np.random.default_rng(1)
    made = build_structure(RECIPE, FURNACE, OPTIONS, 0.05, 250, SHAPE, SPACING, rng, region)
    wanted = RECIPE.curve(FURNACE).state(250).relative_density
    assert np.mean(made.metal[region] > 0.5) == pytest.approx(wanted, abs=1e-4)
    assert np.mean(made.metal > 0.5) == pytest.approx(wanted, abs=0.03)


def test_same_seed_same_structure():
    first, second = (
        build_structure(RECIPE, FURNACE, OPTIONS, 0.05, 200, SHAPE, SPACING, np.random.default_rng(4)).metal
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


def test_another_seed_has_the_same_surface():
    """To within twice the standard deviation that the integral range predicts, from eighths of the box."""
    made = [
        build_structure(RECIPE, FURNACE, OPTIONS, 0.05, 200, SHAPE, SPACING, np.random.default_rng(seed)).metal > 0.5
        for seed in (10, 11)
    ]
    whole = [specific_surface(whole_block(solid, SPACING)) for solid in made]
    eighths = [
        specific_surface(whole_block(np.ascontiguousarray(solid[z : z + 32, y : y + 36, x : x + 40]), SPACING))
        for solid in made
        for z, y, x in itertools.product((0, 32), (0, 36), (0, 40))
    ]
    predicted = np.std(eighths, ddof=1) / np.sqrt(8)
    assert abs(whole[0] - whole[1]) < 2 * np.sqrt(2) * predicted


def test_a_flat_interface_stays_where_it_is_within_a_voxel():
    z = np.arange(64)[:, None, None]
    slab = (np.clip(np.minimum(z - 15.7, 48.2 - z), 0, 1) * np.ones(SHAPE)).astype(np.float32)
    before = slab > 0.5
    density = float(before.mean())
    for _ in sinter(slab, SPACING, State(density, 0.0), State(density, 0.2), 0.05):
        pass
    np.testing.assert_array_equal(slab > 0.5, before)


@pytest.mark.parametrize("spacing", [SPACING, Spacing(0.05, 0.025, 0.0125)])
def test_two_balls_exchange_volume_as_mean_curvature_says(spacing):
    """Motion by M - <M>: dR/dt = -2 (1/R - <1/R>_area), integrated for both balls of a box."""
    extent = (2.4, 1.6, 1.6)
    shape = tuple(round(e / h) for e, h in zip(extent, spacing, strict=True))
    z, y, x = (np.arange(n) * h for n, h in zip(shape, spacing, strict=True))
    radii = np.array([0.5, 0.35])
    gaps = [
        np.sqrt((z[:, None, None] - c) ** 2 + (y[:, None] - 0.8) ** 2 + (x - 0.8) ** 2) - r
        for c, r in zip((0.6, 1.8), radii, strict=True)
    ]
    metal = np.clip(0.5 - np.minimum(*gaps) / min(spacing), 0, 1).astype(np.float32)
    density = float(np.mean(metal > 0.5))
    length = 0.16
    for _ in sinter(metal, spacing, State(density, 0.0), State(density, length), 0.04):
        pass
    expected = radii.copy()
    for _ in range(1000):
        mean = np.sum(expected**2 / expected) / np.sum(expected**2)
        expected = expected - (1 / expected - mean) * length**2 / 1000
    labels, count = ndimage.label(metal > 0.5)
    assert count == 2
    found = np.cbrt(np.bincount(labels.ravel())[1:] * spacing.voxel_volume * 3 / (4 * np.pi))
    np.testing.assert_allclose(found, expected, rtol=0.03)


def test_a_wave_is_damped_as_theory_says_with_voxels_of_any_shape():
    spacing = Spacing(0.05, 0.025, 0.0125)
    shape = (40, 40, 80)
    for axis in range(3):
        phase = 2 * np.pi * np.arange(shape[axis]) / shape[axis]
        wave = np.sin(phase).reshape([-1 if a == axis else 1 for a in range(3)]) * np.ones(shape)
        damped = wave.astype(np.float32)
        smooth_in_place(damped, spacing, 0.1)
        period = shape[axis] * spacing[axis]
        factor = np.exp(-2 * (np.pi * 0.1 / period) ** 2)
        np.testing.assert_allclose(damped, wave * factor, atol=2e-3 * factor + 1e-4)


def test_the_quantile_is_that_of_the_sorted_values():
    values = np.random.default_rng(0).random((20, 30, 40)).astype(np.float32) ** 2
    for share in (0.1, 0.576, 0.95):
        assert np.mean(values > upper_quantile(values, share)) == pytest.approx(share, abs=1e-4)
