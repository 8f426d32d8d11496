"""If these fail, the simulated structures are not what their recipes say."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from porescope.errors import InputError
from porescope.simulate.packing import PackingOptions, pack, voxelise
from porescope.simulate.recipe import Kinetics, Mode, Recipe, Stack, check_recipe
from porescope.simulate.sintering import gaussian, sinter
from porescope.volume import Spacing

SPACING = Spacing(0.025, 0.025, 0.025)
SHAPE = (64, 72, 80)
BOX = SPACING.extent(SHAPE)
WHOLE = (slice(None),) * 3
OPTIONS = PackingOptions(steps=40, cohesion=0.3, reach=0.5)
MODES = (Mode(0.13, 0.12, 0.6), Mode(0.3, 0.1, 0.4))
KINETICS = Kinetics(from_C=175, to_C=400, scale_C=120, step_um=0.05)
RECIPE = Recipe(MODES, 0.46, (0.576, 0.761), (0.055, 0.13))
STACK = Stack(40, 64, 64, {"z": 25, "y": 25, "x": 25})


@pytest.fixture(scope="module")
def green():
    packing = pack(MODES, 0.46, BOX, OPTIONS, np.random.default_rng(3))
    return voxelise(packing, SHAPE, SPACING)


def interface(metal):
    """Faces between metal and pore voxels, periodic."""
    solid = metal > 0.5
    return sum(np.count_nonzero(solid != np.roll(solid, 1, axis)) for axis in range(3))


def test_spheres_have_the_volume_that_was_asked_for_and_hardly_overlap(green):
    packing = pack(MODES, 0.46, BOX, OPTIONS, np.random.default_rng(3))
    asked = 0.46 * np.prod(BOX)
    assert np.sum(4 / 3 * np.pi * packing.radii_um**3) == pytest.approx(asked, rel=1e-9)
    assert green.mean() == pytest.approx(0.46, abs=0.01)


def test_one_sphere_fills_its_volume_wherever_it_lies():
    for centre in ((0.8, 0.9, 1.0), (0.0, 0.013, 1.99)):
        packing = pack((Mode(0.4, 0, 1),), 0.08, BOX, replace(OPTIONS, steps=0), np.random.default_rng(0))
        packing = packing._replace(centres_um=np.array([centre]), radii_um=np.array([0.4]))
        volume = voxelise(packing, SHAPE, SPACING).sum() * SPACING.voxel_volume
        assert volume == pytest.approx(4 / 3 * np.pi * 0.4**3, rel=0.005)


def test_a_cohesive_loose_packing_hangs_together():
    """Without cohesion, more of the metal would lie in pieces that carry no current."""

    def largest_cluster(cohesion):
        packing = pack(MODES, 0.34, BOX, replace(OPTIONS, cohesion=cohesion), np.random.default_rng(1))
        labels, _ = ndimage.label(voxelise(packing, SHAPE, SPACING) > 0.5)
        counts = np.bincount(labels.ravel())[1:]
        return counts.max() / counts.sum()

    assert largest_cluster(0.3) > max(0.8, largest_cluster(0.0) + 0.05)


@pytest.mark.parametrize("density", [0.0, -0.1, 0.63, 1.2])
def test_a_density_that_spheres_cannot_have_is_refused(density):
    with pytest.raises(InputError, match="packing density"):
        pack(MODES, density, BOX, OPTIONS, np.random.default_rng(0))


def test_a_box_without_room_for_a_particle_is_refused():
    with pytest.raises(InputError, match="no particle of radius 5 um"):
        pack((Mode(5, 0, 1),), 0.3, BOX, OPTIONS, np.random.default_rng(0))


@pytest.mark.parametrize("density", [0.383, 0.576, 0.761])
def test_density_is_met_in_the_imaged_region(green, density):
    region = (slice(0, 40), slice(4, 68), slice(4, 76))
    metal = sinter(green, SPACING, 0.06, density, 0.05, region)
    assert np.mean(metal[region] > 0.5) == pytest.approx(density, abs=1e-4)


def test_coarsening_at_one_density_removes_interface_and_never_adds_any(green):
    areas = [interface(sinter(green, SPACING, length, 0.5, 0.05, WHOLE)) for length in (0.03, 0.06, 0.1, 0.15)]
    assert all(after < before for before, after in itertools.pairwise(areas))


def test_a_flat_interface_stays_where_it_is_within_a_voxel():
    z = np.arange(64)[:, None, None]
    slab = np.clip(np.minimum(z - 15.7, 48.2 - z), 0, 1) * np.ones(SHAPE)
    metal = sinter(slab.astype(np.float32), SPACING, 0.2, float(slab.mean()), 0.05, WHOLE)
    assert interface(metal) == interface(slab)


def test_a_ball_shrinks_by_its_curvature():
    """dR/dt = -2/R: R^2 falls by 4 t, with t = coarsening^2 / 2 (threshold 1/2: the volume is not held)."""
    shape, radius, length = (96, 96, 96), 0.7, 0.2
    grid = np.indices(shape) * 0.025 - 1.2
    ball = np.clip(0.5 + (radius - np.sqrt((grid**2).sum(0))) / 0.025, 0, 1).astype(np.float32)
    final = np.sqrt(radius**2 - 2 * length**2)
    density = 4 / 3 * np.pi * final**3 / 2.4**3
    metal = ball
    for _ in range(16):
        metal = gaussian(metal, SPACING, length / 4)
        metal = np.clip(0.5 + (metal - 0.5) * length / 4 * np.sqrt(2 * np.pi) / 0.025, 0, 1)
    assert np.mean(metal > 0.5) == pytest.approx(density, rel=0.05)


def test_gaussian_of_a_wave_is_damped_as_theory_says_with_voxels_of_any_shape():
    spacing = Spacing(0.05, 0.025, 0.0125)
    x = np.arange(80) * spacing.x
    wave = np.broadcast_to(np.sin(2 * np.pi * x / 1.0), (8, 8, 80)).astype(np.float32)
    damped = gaussian(wave, spacing, 0.1)
    assert np.ptp(damped) / np.ptp(wave) == pytest.approx(np.exp(-2 * (np.pi * 0.1) ** 2), rel=1e-3)


def test_density_rises_and_structure_coarsens_monotonically_with_temperature():
    states = [RECIPE.state(KINETICS, t) for t in (175, 200, 225, 250, 350, 400)]
    assert states[0] == pytest.approx((0.576, 0.055))
    assert states[-1] == pytest.approx((0.761, 0.13))
    assert np.all(np.diff(states, axis=0) > 0)


@pytest.mark.parametrize(
    ("recipe", "kinetics", "temperature", "message"),
    [
        (
            replace(RECIPE, relative_density=(0.5, 0.98)),
            KINETICS,
            600,
            "density of 1.* at 600 C, expected between 0 and 1",
        ),
        (replace(RECIPE, coarsening_um=(0.02, 0.3)), KINETICS, 165, "coarsening length"),
        (RECIPE, replace(KINETICS, to_C=100), 200, "to_C is 100, expected more than from_C, 175"),
        (replace(RECIPE, modes=(Mode(0.05, 0, 1),)), KINETICS, 200, "expected at least 3 voxels"),
    ],
)
def test_impossible_recipes_say_why(recipe, kinetics, temperature, message):
    with pytest.raises(InputError, match=message):
        check_recipe(recipe, kinetics, temperature, STACK, "sample 'a'")
