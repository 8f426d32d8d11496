"""If these fail, a simulated specimen does not report what a laboratory would."""

import numpy as np
import pytest

from porescope.simulate.property import measure_property
from porescope.volume import Spacing

SPACING = Spacing(0.025, 0.025, 0.025)
COPPER = {"name": "conductivity", "unit": "S/cm", "solid": 596000}


def slabs():
    """Five particles in series along y, without pores."""
    particles = np.zeros((6, 20, 6), np.uint32)
    particles[:] = (1 + np.arange(20) // 4)[None, :, None]
    return particles > 0, particles


def measure(resistance, rng=None):
    metal, particles = slabs()
    return measure_property(metal, particles, SPACING, resistance, COPPER, 0.03, rng or np.random.default_rng(0))


def test_contacts_add_their_resistance_in_series():
    """0.5 um of copper and four contacts, in ohm m^2."""
    record = measure(1e-13)
    assert record["property_without_noise"] == pytest.approx(0.5e-6 / (0.5e-6 / 5.96e7 + 4e-13) / 100, rel=1e-5)
    assert record["property_relative"] == pytest.approx(record["property_without_noise"] / 596000)
    assert record["property_without_contacts"] == pytest.approx(596000, rel=1e-6)
    assert record["contact_resistance_ohm_m2"] == 1e-13
    assert record["property_converged"] is True
    assert (record["property_name"], record["property_unit"]) == ("conductivity", "S/cm")


def test_measurement_noise_is_relative_and_its_sd_is_told():
    rng = np.random.default_rng(5)
    values = [measure(0.0, rng) for _ in range(800)]
    measured = np.array([v["property"] for v in values])
    assert measured.mean() == pytest.approx(596000, rel=4e-3)
    assert measured.std() == pytest.approx(0.03 * 596000, rel=0.08)
    assert values[0]["property_sd"] == pytest.approx(0.03 * 596000)
