"""If these fail, the scores of the generators are not what they are said to be."""

import math

import numpy as np
import pandas as pd
import pytest

from porescope.describe.names import PLANAR
from porescope.generate.scores import score


def table(origin, curve, material="M", spread=0.0, training=1):
    """Two sections a temperature, whose mean lies on the curve."""
    rows = []
    for temperature, value in curve.items():
        for sign in (-1, 1):
            values = dict.fromkeys(PLANAR, value + sign * spread)
            row = {"origin": origin, "training": training, "material": material, "temperature_C": temperature}
            rows.append(row | values)
    return pd.DataFrame(rows)


REAL = {200: 1.0, 300: 2.0, 400: 3.0}


@pytest.mark.parametrize(
    ("generated", "r2", "rmse"),
    [
        (REAL, 1.0, 0.0),
        ({200: 2.0, 300: 2.0, 400: 2.0}, 0.0, math.sqrt(2 / 3)),  # the mean of the real ones
        ({200: 3.0, 300: 2.0, 400: 1.0}, -3.0, math.sqrt(8 / 3)),  # falls where it should rise
        ({200: 1.5, 300: 2.5, 400: 3.5}, 1 - 0.75 / 2, 0.5),
    ],
)
def test_known_curves(generated, r2, rmse):
    scores = score(pd.concat([table("real", REAL, spread=0.3), table("ddpm", generated, spread=0.7)]))
    assert list(scores["descriptor"]) == [*PLANAR, "average"]
    assert scores["r2"].to_numpy() == pytest.approx(r2)
    assert scores["rmse"].to_numpy()[:-1] == pytest.approx(rmse)
    assert math.isnan(scores["rmse"].iloc[-1])
    assert set(scores["n_conditions"]) == {3}
    assert set(scores["generator"]) == {"ddpm"}


def test_materials_and_generators_are_apart():
    parts = [table("real", REAL, "A"), table("real", REAL, "B"), table("ddpm", REAL, "A"), table("ddpm", REAL, "B")]
    parts += [table("cgan", dict.fromkeys(REAL, 2.0), "A"), table("cgan", REAL, "B")]
    scores = score(pd.concat(parts)).set_index(["generator", "material", "descriptor"])["r2"]
    assert scores["ddpm", "A", "average"] == pytest.approx(1)
    assert scores["cgan", "A", "average"] == pytest.approx(0)
    assert scores["cgan", "B", "average"] == pytest.approx(1)


def test_sections_without_shape_are_left_out_of_the_mean():
    generated = table("ddpm", REAL)
    generated.loc[0, "shape_index"] = np.nan
    assert score(pd.concat([table("real", REAL), generated]))["r2"].to_numpy() == pytest.approx(1)


def test_two_temperatures_have_no_r2():
    scores = score(pd.concat([table("real", {200: 1.0, 300: 2.0}), table("ddpm", {200: 1.0, 300: 2.5})]))
    assert scores["r2"].isna().all()
    assert scores["rmse"].iloc[0] == pytest.approx(math.sqrt(0.125))


def test_only_temperatures_known_on_both_sides_count():
    real = table("real", REAL | {500: 9.0})
    scores = score(pd.concat([real, table("ddpm", REAL | {600: 0.0})]))
    assert scores["r2"].to_numpy() == pytest.approx(1)
    assert set(scores["n_conditions"]) == {3}
    nothing = score(pd.concat([table("real", {200: 1.0}), table("ddpm", {300: 1.0})]))
    assert set(nothing["n_conditions"]) == {0}
    assert nothing[["r2", "rmse", "wasserstein"]].isna().all(axis=None)


def test_trainings_are_scored_one_by_one():
    """R2 1 and 0 of two trainings: mean 1/2, although the mean of their sections would reach 3/4."""
    flat = dict.fromkeys(REAL, 2.0)
    parts = [table("real", REAL), table("ddpm", REAL, training=1), table("ddpm", flat, training=2)]
    scores = score(pd.concat(parts))
    assert scores["r2"].to_numpy() == pytest.approx(0.5)
    half = 12.706 * math.sqrt(0.5) / math.sqrt(2)  # Student's t with one degree of freedom
    assert scores["r2_ci_low"].to_numpy() == pytest.approx(0.5 - half, rel=1e-4)
    assert scores["r2_ci_high"].to_numpy() == pytest.approx(0.5 + half, rel=1e-4)
    assert scores["rmse"].iloc[0] == pytest.approx(math.sqrt(2 / 3) / 2)
    assert set(scores["n_trainings"]) == {2}


def test_scores_stand_beside_what_real_sections_reach():
    """Training sections half a unit off, generated ones a whole unit: twice the error, twice the distance."""
    shifted = {name: {t: v + by for t, v in REAL.items()} for name, by in (("train", 0.5), ("ddpm", 1.0))}
    parts = [table("real", REAL, spread=0.1), *(table(name, curve, spread=0.1) for name, curve in shifted.items())]
    scores = score(pd.concat(parts)).set_index("generator")
    assert scores["r2_ceiling"].to_numpy() == pytest.approx(1 - 0.75 / 2)
    for column in ("rmse_ratio", "wasserstein_ratio"):
        assert scores.loc["ddpm", column].to_numpy() == pytest.approx(2)
        assert scores.loc["train", column].to_numpy() == pytest.approx(1)
    assert scores.loc["ddpm", "wasserstein"].to_numpy()[:-1] == pytest.approx(1)


def test_equal_means_of_other_distributions_are_told_apart():
    scores = score(pd.concat([table("real", REAL, spread=0.1), table("ddpm", REAL, spread=0.4)]))
    assert scores["rmse"].to_numpy()[:-1] == pytest.approx(0, abs=1e-12)
    assert scores["wasserstein"].to_numpy()[:-1] == pytest.approx(0.3)
