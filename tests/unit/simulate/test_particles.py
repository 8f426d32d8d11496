"""If these fail, spheres on the grid are not the spheres of the packing."""

import numpy as np
import pytest

from porescope.simulate.packing import Packing
from porescope.simulate.particles import ParticleMap, voxelise
from porescope.volume import Spacing

SHAPE = (60, 70, 80)


@pytest.mark.parametrize("spacing", [Spacing(0.025, 0.025, 0.025), Spacing(0.05, 0.025, 0.02)])
@pytest.mark.parametrize("centre", [(0.8, 0.9, 1.0), (0.0, 0.013, 1.29)])
def test_one_sphere_fills_its_volume_wherever_it_lies(spacing, centre):
    packing = Packing(np.array([centre]), np.array([0.4]), spacing.extent(SHAPE))
    volume = voxelise(packing, SHAPE, spacing).sum() * spacing.voxel_volume
    assert volume == pytest.approx(4 / 3 * np.pi * 0.4**3, rel=0.01)


def random_packing(spacing, count=40):
    rng = np.random.default_rng(2)
    box = spacing.extent(SHAPE)
    return Packing(rng.random((count, 3)) * box, rng.uniform(0.1, 0.3, count), box)


@pytest.mark.parametrize("spacing", [Spacing(0.025, 0.025, 0.025), Spacing(0.04, 0.025, 0.02)])
def test_a_voxel_belongs_to_the_particle_with_the_nearest_surface(spacing):
    """Those within a sphere and those in necks far from all: each is compared with all spheres."""
    packing = random_packing(spacing)
    metal = np.ones(SHAPE, np.float32)  # as after sintering to full density
    labels = ParticleMap(packing, SHAPE[0], spacing).labels(metal, slice(10, 50))
    rng = np.random.default_rng(0)
    for z, y, x in zip(*(rng.integers(0, n, 300) for n in (40, 70, 80)), strict=True):
        place = np.array([z + 10, y, x]) * spacing
        apart = place - packing.centres_um
        apart -= np.array(packing.box_um) * np.round(apart / np.array(packing.box_um))
        gaps = np.linalg.norm(apart, axis=1) - packing.radii_um
        assert gaps[labels[z, y, x] - 1] == pytest.approx(gaps.min(), abs=1e-6)


def test_pores_belong_to_nobody_and_all_metal_to_somebody():
    spacing = Spacing(0.025, 0.025, 0.025)
    packing = random_packing(spacing)
    metal = voxelise(packing, SHAPE, spacing)
    labels = ParticleMap(packing, SHAPE[0], spacing).labels(metal, slice(0, 60))
    np.testing.assert_array_equal(labels > 0, metal > 0.5)
    assert labels.dtype == np.uint32
    assert labels.max() <= packing.radii_um.size
