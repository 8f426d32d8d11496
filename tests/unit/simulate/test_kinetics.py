"""If these fail, density and coarsening over temperature are not those of the recipe."""

import numpy as np
import pytest

from porescope.simulate.kinetics import GAS_CONSTANT, Furnace, MasterCurve

FURNACE = Furnace(104, 25, 5, 30, 175, 400)
CURVE = MasterCurve(FURNACE, 0.572, (0.576, 0.761), (0.012, 0.115))


def test_the_two_states_of_the_recipe_are_met():
    assert CURVE.state(175) == pytest.approx((0.576, 0.012))
    assert CURVE.state(400) == pytest.approx((0.761, 0.115))


def test_density_and_coarsening_rise_with_temperature():
    states = np.array([CURVE.state(t) for t in (175, 200, 225, 250, 350, 400, 450)])
    assert np.all(np.diff(states, axis=0) > 0)
    assert np.all(states[:, 0] < 1)


def test_work_of_a_hold_alone_is_that_of_the_arrhenius_law():
    """An infinitely fast ramp leaves time / T x exp(-Q / R T)."""
    fast = Furnace(104, 25, 1e9, 30, 175, 400)
    kelvin = 573.15
    expected = np.log(1800 / kelvin) - 104e3 / (GAS_CONSTANT * kelvin)
    assert fast.work(300) == pytest.approx(expected, abs=1e-6)


def test_a_ramp_adds_work_and_a_longer_hold_equals_a_hotter_one():
    assert FURNACE.work(300) > Furnace(104, 25, 1e9, 30, 175, 400).work(300)
    assert Furnace(104, 25, 5, 300, 175, 400).work(300) > FURNACE.work(300)
    assert FURNACE.work(301) > FURNACE.work(300)
