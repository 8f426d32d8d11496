"""If these fail, the green bodies are not what their recipes say."""

import numpy as np
import pytest
from scipy import ndimage
from scipy.spatial.distance import cdist

from porescope.errors import InputError
from porescope.simulate.neighbours import pushes, sort_into_cells
from porescope.simulate.packing import PackingOptions, pack
from porescope.simulate.particles import voxelise
from porescope.simulate.recipe import Mode
from porescope.volume import Spacing

SPACING = Spacing(0.025, 0.025, 0.025)
SHAPE = (64, 72, 80)
BOX = SPACING.extent(SHAPE)
OPTIONS = PackingOptions(steps=100, reach=0.5)
MODES = (Mode(0.13, 0.12, 0.6), Mode(0.3, 0.1, 0.4))


def overlaps(packing):
    """Overlap of every pair in radii of the smaller one, over periodic images."""
    apart = packing.centres_um[:, None] - packing.centres_um[None]
    apart -= np.array(packing.box_um) * np.round(apart / np.array(packing.box_um))
    radii = packing.radii_um
    gap = np.linalg.norm(apart, axis=2) - radii[:, None] - radii[None]
    smaller = np.minimum(radii[:, None], radii[None])
    return (-gap / smaller)[np.triu_indices(radii.size, 1)]


@pytest.mark.parametrize("density", [0.38, 0.57])
def test_spheres_have_the_volume_and_the_shares_that_were_asked_for(density):
    packing = pack(MODES, density, 0.0, BOX, OPTIONS, np.random.default_rng(3))
    volumes = 4 / 3 * np.pi * packing.radii_um**3
    assert volumes.sum() == pytest.approx(density * np.prod(BOX), rel=1e-9)
    assert volumes[packing.radii_um > 0.2].sum() / volumes.sum() == pytest.approx(0.4, rel=1e-9)


def test_spheres_hardly_overlap():
    """Up to the densest green body of the shipped recipes; overlaps would be necks that sintering never made."""
    packing = pack(MODES, 0.572, 0.0, BOX, OPTIONS, np.random.default_rng(3))
    found = overlaps(packing)
    assert found.max() < 0.2
    assert np.quantile(found[found > -0.05], 0.9) < 0.06


def test_a_cohesive_loose_packing_hangs_together():
    """Without cohesion, more of the metal would lie in pieces that carry no current."""

    def largest_cluster(cohesion):
        packing = pack(MODES, 0.378, cohesion, BOX, OPTIONS, np.random.default_rng(1))
        labels, _ = ndimage.label(voxelise(packing, SHAPE, SPACING) > 0.5)
        counts = np.bincount(labels.ravel())[1:]
        return counts.max() / counts.sum()

    assert largest_cluster(0.3) > 0.9
    assert largest_cluster(0.3) > largest_cluster(0.0)


def test_pushes_are_those_of_all_pairs():
    """The cells must not lose a neighbour: here every pair is looked at, over periodic images."""
    rng = np.random.default_rng(5)
    box, ends = np.array([2.0, 2.5, 3.0]), np.array([0, 150, 160])
    radii = np.concatenate([rng.uniform(0.08, 0.16, 150), rng.uniform(0.4, 0.5, 10)])
    centres = rng.random((160, 3)) * box
    found = pushes(centres, radii, box, 0.05, 0.3, sort_into_cells(centres, radii, box, 0.05, ends))
    expected = np.zeros_like(centres)
    for i in range(radii.size):
        apart = centres[i] - centres
        apart -= box * np.round(apart / box)
        distance = np.linalg.norm(apart, axis=1)
        gap = distance - radii[i] - radii
        near = (gap < 0.05) & (np.arange(radii.size) != i)
        push = np.where(gap < 0, -gap, -0.3 * gap) * radii**3 / (radii[i] ** 3 + radii**3)
        expected[i] = (push[near, None] * apart[near] / distance[near, None]).sum(axis=0)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_one_box_wide_cells_do_not_count_a_neighbour_twice():
    """In a box of about one particle, periodic images of a cell are the cell itself."""
    centres, radii, box = np.array([[0.2, 0.2, 0.2], [0.55, 0.2, 0.2]]), np.array([0.2, 0.2]), np.ones(3)
    found = pushes(centres, radii, box, 0.0, 0.0, sort_into_cells(centres, radii, box, 0.0, np.array([0, 2])))
    np.testing.assert_allclose(found, [[-0.025, 0, 0], [0.025, 0, 0]], atol=1e-12)
    assert cdist(centres + found, centres + found).max() == pytest.approx(0.4)


def test_same_generator_same_packing():
    first, second = (pack(MODES, 0.5, 0.3, BOX, OPTIONS, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(first.centres_um, second.centres_um)


@pytest.mark.parametrize("density", [0.0, -0.1, 0.63, 1.2])
def test_a_density_that_spheres_cannot_have_is_refused(density):
    with pytest.raises(InputError, match="packing density"):
        pack(MODES, density, 0.0, BOX, OPTIONS, np.random.default_rng(0))


def test_a_box_without_room_for_a_particle_is_refused():
    with pytest.raises(InputError, match="no particle of radius 5 um"):
        pack((Mode(5, 0, 1),), 0.3, 0.0, BOX, OPTIONS, np.random.default_rng(0))
