"""SHAP: were it wrong, the report would name the wrong driver of the property."""

import numpy as np
import pytest

from porescope.relate.attribution import bootstrap_ranks, explain, rank, shap_values
from porescope.relate.features import model_rows
from porescope.relate.fitting import fit_model
from porescope.relate.regression import fit_linear

THREE = ["relative_density", "specific_surface_per_um", "alpha"]


@pytest.mark.parametrize("n", [15, 250])  # beyond 100 specimens shap would by default take only some as background
def test_shap_is_coefficient_times_distance_from_the_mean(n):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 3)) * [100, 0.01, 1] + [500, 1.03, 0]
    fit = fit_linear(x, x @ [0.1, 30, -2] + rng.normal(size=n))
    new = x[:4] + 1
    values, base = shap_values(fit, x, new)
    np.testing.assert_allclose(values, fit.coefficients[1:] * (new - x.mean(axis=0)), atol=1e-9)
    np.testing.assert_allclose(base + values.sum(axis=1), fit.predict(new))


def test_summary_orders_features_and_is_sure_where_the_data_are(tables):
    summary, values = explain([fit_model("M", model_rows(*tables, THREE), "none")], 200, 1)
    assert summary.sort_values("rank")["feature"].tolist()[-1] == "alpha"
    assert summary.set_index("feature").loc["alpha", "rank_ci"] == "3-3"
    assert (summary["n"] == 12).all()
    assert (summary["unit"] == "S/cm").all()
    train = values[values["split"] == "train"]
    means = train["shap"].abs().groupby(train["feature"]).mean()
    assert means.to_dict() == pytest.approx(summary.set_index("feature")["mean_abs_shap"].to_dict())
    assert len(values) == 15 * 3


def test_correlated_features_and_few_specimens_are_cautioned(tables):
    descriptors, properties = tables
    surface = descriptors[descriptors["descriptor"] == "specific_surface_per_um"]["mean"].to_numpy()
    noise = np.random.default_rng(0).normal(size=15)
    descriptors.loc[descriptors["descriptor"] == "alpha", "mean"] = surface + 0.01 * noise
    properties["property"] += 3 * noise
    summary, _ = explain([fit_model("M", model_rows(descriptors, properties, THREE), "none")], 200, 1)
    assert "specific_surface_per_um, alpha vary together" in summary["caution"][0]
    few = model_rows(descriptors, properties[properties["sample"].str.endswith(("175", "200"))], THREE)
    summary, _ = explain([fit_model("M", few, "none")], 200, 1)
    assert "6 training specimens leave 2 degrees of freedom" in summary["caution"][0]


def test_bootstrap_draws_whole_groups():
    # five groups of two equal members, two coefficients: never determined if fewer than two groups were drawn
    rng = np.random.default_rng(1)
    x = np.repeat(rng.normal(size=(2, 1)), 5, axis=0)
    ranks = bootstrap_ranks(x, x[:, 0], np.repeat(["a", "b"], 5), 400, rng)
    assert 150 < len(ranks) < 250, "half of all draws of two groups hold both"


def test_equal_drivers_have_an_open_rank():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(15, 2))
    ranks = bootstrap_ranks(x, x.sum(axis=1) + 0.3 * rng.normal(size=15), np.arange(15).astype(str), 300, rng)
    assert set(ranks[:, 0]) == {1, 2}
    assert rank(np.array([0.1, 3.0, 0.2])).tolist() == [3, 1, 2]


def test_models_that_were_not_fitted_give_empty_tables(tables):
    descriptors, properties = tables
    summary, values = explain([fit_model("M", model_rows(descriptors, properties[:2], THREE), "none")], 100, 1)
    assert len(summary) == len(values) == 0
    assert "rank_ci" in summary
