"""SHAP: were it wrong, the report would name the wrong driver of the property."""

import numpy as np
import pytest

from porescope.relate.attribution import explain, shap_values
from porescope.relate.estimators import fit_rival
from porescope.relate.fitting import ModelSpec, RivalFit, fit_model
from porescope.relate.regression import fit_linear

THREE = ("relative_density", "specific_surface_per_um", "alpha")
M = ModelSpec("M", "least_squares", THREE)


@pytest.mark.parametrize("n", [15, 250])  # beyond 100 specimens shap would by default take only some as background
def test_shap_is_coefficient_times_distance_from_the_mean(n):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 3)) * [100, 0.01, 1] + [500, 1.03, 0]
    fit = fit_linear(x, x @ [0.1, 30, -2] + rng.normal(size=n))
    new = x[:4] + 1
    values, base, explainer = shap_values(fit, x, new)
    assert explainer == "linear"
    np.testing.assert_allclose(values, fit.coefficients[1:] * (new - x.mean(axis=0)), atol=1e-9)
    np.testing.assert_allclose(base + values.sum(axis=1), fit.predict(new))


def test_summary_orders_features_and_is_sure_where_the_data_are(tables):
    summary, _, values = explain([fit_model(M, *tables, "none")], 200, 1)
    assert summary.sort_values("rank")["feature"].tolist()[-1] == "alpha"
    assert summary.set_index("feature").loc["alpha", "rank_ci"] == "3-3"
    assert (summary["n"] == 12).all()
    assert (summary["unit"] == "S/cm").all()
    train = values[values["split"] == "train"]
    means = train["shap"].abs().groupby(train["feature"]).mean()
    assert means.to_dict() == pytest.approx(summary.set_index("feature")["mean_abs_shap"].to_dict())
    assert len(values) == 15 * 3


def test_correlated_features_and_few_specimens_are_cautioned(tables):
    features, properties = tables
    surface = features[features["feature"] == "specific_surface_per_um"]["value"].to_numpy()
    noise = np.random.default_rng(0).normal(size=15)
    features.loc[features["feature"] == "alpha", "value"] = surface + 0.01 * noise
    properties["property"] += 3 * noise
    summary, groups, values = explain([fit_model(M, features, properties, "none")], 200, 1)
    assert "specific_surface_per_um, alpha vary together" in summary["caution"][0]
    together = groups.set_index("group").loc["specific_surface_per_um + alpha"]
    assert together["members"] == 2
    train = values[values["split"] == "train"].pivot(index="sample", columns="feature", values="shap")
    summed = (train["specific_surface_per_um"] + train["alpha"]).abs().mean()
    assert together["mean_abs_shap"] == pytest.approx(summed), "the members' values are added before their size"
    few = properties[properties["sample"].str.endswith(("175", "200"))]
    summary, *_ = explain([fit_model(M, features, few, "none")], 200, 1)
    assert "6 training specimens leave 2 degrees of freedom" in summary["caution"][0]


@pytest.mark.parametrize("kind", ["ridge", "elastic_net"])
def test_shap_of_penalised_models_is_coefficient_times_distance_too(kind):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(15, 3)) * [100, 0.01, 1] + [500, 1.03, 0]
    y = x @ [0.1, 30, -2] + rng.normal(size=15)
    fit = RivalFit(fit_rival(kind, x, y, np.arange(15).astype(str)), y)
    values, base, explainer = shap_values(fit, x, x)
    slopes = np.array([np.mean(fit.predict(x + step) - fit.predict(x)) for step in np.eye(3)])
    np.testing.assert_allclose(values, slopes * (x - x.mean(axis=0)), atol=1e-6)
    assert explainer == "linear"
    np.testing.assert_allclose(base + values.sum(axis=1), fit.predict(x))


def test_shap_of_a_gaussian_process_is_the_average_over_all_orders_of_the_features():
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.normal(size=(15, 2)), np.zeros(15)])
    y = np.sin(x[:, 0]) * x[:, 1]
    fit = RivalFit(fit_rival("gaussian_process", x, y, np.arange(15).astype(str)), y)
    values, base, explainer = shap_values(fit, x, x[:2])
    assert explainer == "kernel"
    np.testing.assert_allclose(base + values.sum(axis=1), fit.predict(x[:2]), atol=1e-9)
    np.testing.assert_allclose(values[:, 2], 0, atol=1e-9, err_msg="a feature without effect has none")

    def worth(present: list[int]) -> float:
        mixed = x.copy()
        mixed[:, present] = x[0, present]
        return float(fit.predict(mixed).mean())

    first = ((worth([0]) - worth([])) + (worth([0, 1]) - worth([1]))) / 2
    assert values[0, 0] == pytest.approx(first, abs=1e-9)


def test_models_that_were_not_fitted_give_empty_tables(tables):
    features, properties = tables
    summary, groups, values = explain([fit_model(M, features, properties[:2], "none")], 100, 1)
    assert len(summary) == len(groups) == len(values) == 0
    assert "rank_ci" in summary
