"""If these fail, published numbers stand beside the wrong ones of a campaign."""

import math

import pandas as pd
import pytest

from porescope.report.paper import comparison


def described(values):
    rows = [
        {"material": m, "temperature_C": t, "descriptor": d, "mean": v, "sample": f"{m}_{t}"}
        for (m, t, d), v in values.items()
    ]
    return pd.DataFrame(rows)


SAMPLES = described(
    {
        ("HPA", 175.0, "relative_density"): 0.58,
        ("HPA", 400.0, "relative_density"): 0.76,
        ("HPA", 175.0, "specific_surface_per_um"): 8.0,
        ("HPB", 175.0, "specific_surface_per_um"): 5.0,
        ("HPA", 175.0, "gaussian_curvature_per_um2"): -120.0,
    }
)


def value(table, fact):
    row = table.set_index("fact").loc[fact]
    return row["paper"], row["campaign"], row["unit"]


def test_facts_are_those_of_the_right_specimens():
    table = comparison(SAMPLES, None)
    assert value(table, "porosity of HPA at 175 °C")[:2] == pytest.approx((0.424, 0.42))
    assert value(table, "rise of relative density of HPA, 175 to 400 °C")[:2] == pytest.approx((0.185, 0.18))
    assert value(table, "specific surface of HPA over that of HPB at 175 °C")[:2] == pytest.approx((2.0, 1.6))
    assert value(table, "Gaussian curvature of HPA at 175 °C") == (-146.0, -120.0, "1/um2")


def test_facts_without_specimens_are_left_out():
    table = comparison(SAMPLES, None)
    assert not table["fact"].str.contains("NPC").any()
    assert not table["campaign"].map(math.isnan).any()
    assert comparison(described({("Ag", 200.0, "relative_density"): 0.5}), None).empty


@pytest.mark.parametrize(("unit", "factor"), [("S/cm", 1e3), ("S/m", 1e5), ("10^3 S/cm", 1.0)])
def test_conductivities_are_told_in_one_unit(unit, factor):
    measured = {("HPA", 350): 180.0, ("NPC", 350): 235.0, ("HPA", 175): 2.2}
    rows = [
        {"material": m, "temperature_C": float(t), "property": v * factor, "unit": unit}
        for (m, t), v in measured.items()
    ]
    table = comparison(SAMPLES, pd.DataFrame(rows))
    assert value(table, "conductivity of HPA at 175 °C")[:2] == pytest.approx((2.3, 2.2))
    assert value(table, "conductivity of NPC less that of HPA at 350 °C")[:2] == pytest.approx((50.2, 55.0))


def test_a_property_that_is_no_conductivity_is_not_compared():
    rows = [{"material": "HPA", "temperature_C": 175.0, "property": 3.0, "unit": "GPa"}]
    assert not comparison(SAMPLES, pd.DataFrame(rows))["fact"].str.contains("conductivity").any()
