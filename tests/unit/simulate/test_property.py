"""If these fail, the property that models are fitted to is not that of the structure."""

import numpy as np
import pytest

from porescope.simulate.conductivity import Conduction, effective_conductivity
from porescope.simulate.specimen import measure_property
from porescope.volume import Spacing

CUBIC = Spacing(0.025, 0.025, 0.025)
COPPER = {"name": "conductivity", "unit": "S/cm", "solid": 596000}


def laminate(normal, n=32):
    metal = np.zeros((n, n, n), bool)
    index = [slice(None)] * 3
    index[normal] = slice(8, 20)
    metal[tuple(index)] = True
    return metal


@pytest.mark.parametrize("spacing", [CUBIC, Spacing(0.05, 0.1, 0.025), Spacing(0.1, 0.025, 0.05)])
@pytest.mark.parametrize("normal", [0, 2])
def test_layers_along_y_conduct_with_their_share(normal, spacing):
    """Parallel mean, for voxels of any shape."""
    result = effective_conductivity(laminate(normal), spacing)
    assert result.relative == pytest.approx(12 / 32, rel=2e-3)
    assert result.converged


def test_layers_across_y_do_not_conduct():
    assert effective_conductivity(laminate(1), CUBIC) == Conduction(0.0, True, 0)


def test_cubic_array_of_insulating_balls():
    """Void fraction 0.3: 0.6057 (TARGETS section 2); the voxel solve is low by a few percent."""
    n = 48
    radius = (0.3 * 3 / (4 * np.pi)) ** (1 / 3)
    grid = (np.indices((n,) * 3) + 0.5) / n - 0.5
    cell = (grid**2).sum(0) > radius**2
    relative = effective_conductivity(cell, CUBIC).relative
    assert cell.mean() == pytest.approx(0.7, abs=0.005)
    assert relative == pytest.approx(0.6057, rel=0.03)


def test_current_flows_along_y_and_no_other_axis():
    rng = np.random.default_rng(0)
    metal = rng.random((20, 36, 24)) > 0.1
    metal[:, 18] = False
    assert effective_conductivity(metal, CUBIC).relative == 0
    assert effective_conductivity(metal.transpose(1, 0, 2), CUBIC).relative > 0.5


def test_measurement_noise_is_relative_and_its_sd_is_told():
    rng = np.random.default_rng(5)
    values = [measure_property(Conduction(0.5, True, 1), COPPER, 0.03, rng) for _ in range(3000)]
    measured = np.array([v["property"] for v in values])
    assert measured.mean() == pytest.approx(298000, rel=2e-3)
    assert measured.std() == pytest.approx(0.03 * 298000, rel=0.05)
    assert values[0]["property_sd"] == pytest.approx(0.03 * 298000)
    assert (values[0]["property_name"], values[0]["property_unit"]) == ("conductivity", "S/cm")
