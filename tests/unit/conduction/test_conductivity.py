"""If these fail, the conductivity that models are fitted to is not that of the structure."""

import numpy as np
import pytest
from scipy import ndimage
from taufactor import Solver

from porescope.conduction.conductivity import LAYER_TOLERANCE, Conduction, effective_conductivity
from porescope.volume import Spacing

CUBIC = Spacing(0.025, 0.025, 0.025)
SPACINGS = [CUBIC, Spacing(0.1, 0.025, 0.025), Spacing(0.025, 0.1, 0.05), Spacing(0.025, 0.05, 0.1)]
ARRAYS = {0.1: 0.8571, 0.2: 0.7267, 0.3: 0.6057, 0.4: 0.4903, 0.5: 0.3764}
"""Relative conductivity of a simple cubic array of insulating balls, by void fraction."""


def laminate(normal, n=32):
    metal = np.zeros((n, n, n), bool)
    index = [slice(None)] * 3
    index[normal] = slice(8, 20)
    metal[tuple(index)] = True
    return metal


def cubes(shape, edge):
    """Particle of each voxel: cubes of ``edge`` voxels that fill the volume."""
    z, y, x = (i // edge for i in np.indices(shape))
    return (1 + z + 100 * y + 10000 * x).astype(np.uint32)


def cell_with_ball(n, void, stretch=(1, 1, 1)):
    """Cubic cell of metal around an insulating ball; ``stretch`` voxels of the cell become one along each axis."""
    radius = (void * 3 / (4 * np.pi)) ** (1 / 3)
    z, y, x = np.meshgrid(*[(np.arange(n // s) + 0.5) * s / n - 0.5 for s in stretch], indexing="ij")
    return z**2 + y**2 + x**2 > radius**2


def random_structure(shape, density, seed=3, sigma=2.5):
    field = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(shape), sigma, mode="wrap")
    return field > np.quantile(field, 1 - density)


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("normal", [0, 2])
def test_layers_along_y_conduct_with_their_share(normal, spacing):
    """Parallel mean, exact, for voxels of any shape."""
    result = effective_conductivity(laminate(normal), spacing)
    assert result.relative == pytest.approx(12 / 32, rel=1e-6)
    assert result.converged


@pytest.mark.parametrize("spacing", SPACINGS)
def test_layers_in_series_with_contacts_between_them(spacing):
    """Series mean, exact: six layers of four voxels, five contacts."""
    particles = np.zeros((6, 24, 8), np.uint32)
    particles[:] = (1 + np.arange(24) // 4)[None, :, None]
    length = 24 * spacing.y
    for contact in (0.01, 0.3, 30.0):
        result = effective_conductivity(np.ones(particles.shape, bool), spacing, particles, contact)
        assert result.relative == pytest.approx(length / (length + 5 * contact), rel=1e-5)


def test_layers_across_y_do_not_conduct():
    assert effective_conductivity(laminate(1), CUBIC) == Conduction(0.0, True, 0)


def test_one_layer_of_voxels_lies_between_both_electrodes():
    assert effective_conductivity(np.ones((4, 1, 5), bool), CUBIC).relative == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("contact", [0.025, 2.5, 250.0])
def test_stack_of_cubes_with_contacts(contact):
    """4 x 4 x 4 cubes of 6 voxels: contacts across y carry nothing, those along y are in series, exactly."""
    particles = cubes((24, 24, 24), 6)
    result = effective_conductivity(particles > 0, CUBIC, particles, contact)
    assert result.relative == pytest.approx(0.6 / (0.6 + 3 * contact), rel=1e-5)
    assert result.converged


def test_contact_between_squares_that_overlap_by_half():
    """A weak contact carries all: conductance of the overlap alone, wherever the particles are wider than it."""
    metal = np.zeros((8, 16, 16), bool)
    metal[:, :8, :8] = True
    metal[:, 8:, 4:12] = True
    particles = np.zeros(metal.shape, np.uint32)
    particles[:, :8], particles[:, 8:] = 1, 2
    contact = 1000.0
    expected = 8 * 4 * 0.025**2 / contact * (16 * 0.025) / (8 * 16 * 0.025**2)
    assert effective_conductivity(metal, CUBIC, particles, contact).relative == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("void", ARRAYS)
def test_cubic_array_of_insulating_balls(void):
    """One grid within a few percent; the error falls with the voxel, so that two grids extrapolate to within 1 %."""
    coarse, fine = (
        effective_conductivity(cell_with_ball(n, void), Spacing(1 / n, 1 / n, 1 / n)).relative for n in (24, 48)
    )
    assert fine == pytest.approx(ARRAYS[void], rel=0.04)
    assert 2 * fine - coarse == pytest.approx(ARRAYS[void], rel=0.01)


@pytest.mark.parametrize("stretch", [(2, 1, 1), (1, 2, 1), (1, 1, 2), (4, 1, 1), (1, 4, 1), (1, 1, 4)])
def test_array_of_balls_in_voxels_that_are_no_cubes(stretch):
    """Voxels of 1:2 and 1:4 along each axis: conductances of faces must use areas and distances of their own."""
    cell = cell_with_ball(64, 0.3, stretch)
    result = effective_conductivity(cell, Spacing(*(s / 64 for s in stretch)))
    assert result.relative == pytest.approx(ARRAYS[0.3], rel=0.04)
    assert result.converged


def test_current_flows_along_y_and_no_other_axis():
    metal = np.random.default_rng(0).random((20, 36, 24)) > 0.1
    metal[:, 18] = False
    assert effective_conductivity(metal, CUBIC).relative == 0
    assert effective_conductivity(metal.transpose(1, 0, 2), CUBIC).relative > 0.5


def test_metal_that_carries_no_current_does_not_matter():
    metal = laminate(0)
    hung = metal.copy()
    hung[24:28, 4:28, 4:28] = True  # an island
    hung[20:30, 12, 3] = True  # a dead end
    assert effective_conductivity(hung, CUBIC).relative == pytest.approx(
        effective_conductivity(metal, CUBIC).relative, rel=1e-6
    )


@pytest.mark.parametrize("density", [0.4, 0.6, 0.8])
def test_isotropic_structures_stay_below_the_bounds(density):
    relative = effective_conductivity(random_structure((48, 48, 48), density), CUBIC).relative
    assert 0 < relative < 2 * density / (3 - density) < density


def test_conductivity_falls_with_the_contact_length():
    metal = random_structure((40, 40, 40), 0.6)
    particles = cubes(metal.shape, 8)
    results = [effective_conductivity(metal, CUBIC, particles, length) for length in (0, 0.01, 0.1, 1, 10, 100)]
    values = [result.relative for result in results]
    assert all(result.converged for result in results)
    assert values == sorted(values, reverse=True)
    assert values[0] == pytest.approx(effective_conductivity(metal, CUBIC).relative, rel=1e-6)
    assert values[-1] * 100 == pytest.approx(values[-2] * 10, rel=0.05)  # contacts alone: inverse to the length


def test_conductivity_is_that_of_a_direct_solution():
    """Kirchhoff's laws written down voxel by voxel and solved by elimination, contacts and long voxels included."""
    metal = random_structure((10, 12, 11), 0.6, sigma=1.5)
    particles, spacing, contact = cubes(metal.shape, 4), Spacing(0.05, 0.025, 0.1), 0.2
    expected = by_elimination(metal, particles, spacing, contact)
    assert effective_conductivity(metal, spacing, particles, contact).relative == pytest.approx(expected, rel=1e-5)


def by_elimination(metal, particles, spacing, contact):
    size = metal.size
    matrix, load = np.zeros((size, size)), np.zeros(size)
    matrix[np.diag_indices(size)] = 1e-12  # islands and pores
    index = np.arange(size).reshape(metal.shape)
    for axis in range(3):
        area, edge = spacing.voxel_volume / spacing[axis], spacing[axis]
        low, high = ([slice(None)] * 3 for _ in range(2))
        low[axis], high[axis] = slice(None, -1), slice(1, None)
        low, high = tuple(low), tuple(high)
        both = metal[low] & metal[high]
        apart = particles[low][both] != particles[high][both]
        i, j, g = index[low][both], index[high][both], area / (edge + contact * apart)
        np.subtract.at(matrix, (i, j), g)
        np.subtract.at(matrix, (j, i), g)
        np.add.at(matrix, (i, i), g)
        np.add.at(matrix, (j, j), g)
    half = 2 * spacing.z * spacing.x / spacing.y
    inlet, outlet = index[:, 0][metal[:, 0]], index[:, -1][metal[:, -1]]
    matrix[inlet, inlet] += half
    matrix[outlet, outlet] += half
    load[inlet] = half
    potential = np.linalg.solve(matrix, load)
    nz, ny, nx = metal.shape
    return half * potential[outlet].sum() * ny * spacing.y / (nz * spacing.z * nx * spacing.x)


def test_conductivity_is_that_of_taufactor():
    """An independent solver of the same equations, within its own tolerance of 1 %."""
    metal = random_structure((40, 48, 44), 0.55)
    solver = Solver(np.ascontiguousarray(metal.transpose(1, 0, 2)).astype(np.uint8), device="cpu")
    solver.solve(verbose=False)
    assert effective_conductivity(metal, CUBIC).relative == pytest.approx(float(solver.D_eff[0]), rel=0.01)


def test_unsettled_currents_are_told(monkeypatch):
    """A solve that was cut short must not pass for a converged one."""
    monkeypatch.setattr("porescope.conduction.conductivity.MOST_STEPS", 2)
    assert not effective_conductivity(random_structure((32, 32, 32), 0.5), CUBIC).converged
    assert LAYER_TOLERANCE <= 1e-3


def test_contacts_without_particles_are_refused():
    with pytest.raises(ValueError, match="expected none, or a positive one and particles"):
        effective_conductivity(np.ones((4, 4, 4), bool), CUBIC, None, 1.0)
