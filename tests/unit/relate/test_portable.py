"""model.json and what is predicted from it: were it not the fitted model, every user of it would be misled."""

import json

import numpy as np
import pandas as pd
import pytest

from porescope.errors import InputError
from porescope.relate.domain import domain_of
from porescope.relate.fitting import ModelSpec, fit_model, predict_rows
from porescope.relate.physics import PREDICTED_COLUMNS, physics_table, prediction_table, upper_bounds, within
from porescope.relate.portable import portable_model, read_model

TWO = ("relative_density", "specific_surface_per_um")


@pytest.fixture
def written(tables, tmp_path):
    """Features, properties (of three specimens unknown, with noise) and the path of the model fitted to the others."""
    features, properties = tables
    features["standard_error"] = 0.02
    properties["property"] += np.random.default_rng(1).normal(0, 2, 15)
    properties.loc[properties["sample"].isin(["HPA_200", "HPB_200", "NPC_200"]), "property"] = np.nan
    model = fit_model(ModelSpec("M", "least_squares", TWO), features, properties, "none")
    scores = {"r2_loocv": 0.9, "rmse_loocv": 2.0, "r2_material": np.nan}
    path = tmp_path / "model.json"
    path.write_text(json.dumps(portable_model(model, model.linear, scores), allow_nan=False))
    return features, properties, path, model


def test_it_predicts_as_the_fit_does(written):
    features, properties, path, model = written
    portable, rows = read_model(path), model.rows
    found = portable.predict(rows.x("unknown"), rows.x_errors("unknown"))
    expected = predict_rows(model, "unknown", np.nan)
    np.testing.assert_allclose(found.target, expected.target, rtol=1e-12)
    np.testing.assert_allclose(found.half_width, expected.half_width, rtol=1e-9)
    np.testing.assert_allclose(found.leverage, expected.leverage, rtol=1e-9)
    table = prediction_table(path, features, properties, None)
    assert table["sample"].tolist() == ["HPA_200", "HPB_200", "NPC_200"]
    np.testing.assert_allclose(table["predicted_high"], expected.target + expected.half_width)
    assert (table["within_bounds"] == "").all(), "no bound is known"


def test_extrapolations_and_impossible_predictions_are_flagged(written):
    features, properties, path, _ = written
    place = {(s, f): i for i, (s, f) in enumerate(zip(features["sample"], features["feature"]))}
    features.loc[place["HPA_200", "relative_density"], "value"] = 0.99
    features.loc[place["HPB_200", "relative_density"], "value"] = np.inf
    table = prediction_table(path, features, properties, 60.0).set_index("sample")
    assert table.loc["HPA_200", "in_domain"] == "no"
    assert "relative_density 0.99 is above" in table.loc["HPA_200", "outside"]
    assert table.loc["HPA_200", "within_bounds"] == "no", "more than metal of this density could have"
    assert "relative_density is inf" in table.loc["HPB_200", "reason"]
    assert np.isnan(table.loc["HPB_200", "predicted"])


def test_an_unusual_combination_is_outside_though_each_feature_is_in_range():
    x = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [3.0, 3.1]])
    domain = domain_of(("a", "b"), x, np.array([0.5, 0.3, 0.3, 0.6]))
    assert domain.departures(np.array([[1.5, 1.5], [0.0, 3.0]]), np.array([0.3, 2.0])) == [
        "",
        "each feature is within its range but not their combination",
    ]


def test_without_a_model_or_unknown_specimens_the_table_is_empty(tables, tmp_path):
    features, properties = tables
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"model": None, "reason": "none"}))
    table = prediction_table(path, features, properties.assign(property=np.nan), 1.0)
    assert len(table) == 0
    assert table.columns.tolist() == list(PREDICTED_COLUMNS)


def test_another_format_is_refused(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps({"model": "M", "format": 2}))
    with pytest.raises(InputError, match="'format' is 2, expected 1"):
        read_model(path)


def test_bounds_are_those_of_wiener_and_hashin_shtrikman():
    bound, isotropic = upper_bounds(np.array([0.5, 1.0]), 100.0)
    np.testing.assert_allclose(bound, [50, 100])
    np.testing.assert_allclose(isotropic, [40, 100])
    assert np.isnan(upper_bounds(np.array([0.5]), None)[0][0])
    found = within(np.array([40.0, 60.0, -1.0, np.nan]), np.array([50.0, 50.0, 50.0, 50.0]))
    assert found.tolist() == ["yes", "no", "no", ""]


def test_physics_stands_beside_statistics(tables):
    features, properties = tables
    properties["property"], properties["solved"] = 30.0, 120.0
    own = {"sample": "HPA_175", "feature": "effective_conductivity", "value": 0.5, "standard_error": np.nan}
    features = pd.concat([features, pd.DataFrame([own | {"unit": "", "reason": ""}])])
    predictions = pd.DataFrame(
        {"model": "M", "sample": properties["sample"], "predicted": 31.0, "predicted_low": 25.0, "predicted_high": 37.0}
    )
    table = physics_table("M", features, properties, predictions, 100.0).set_index("sample")
    assert table.loc["HPA_175", "solved"] == 50.0, "a described conductivity goes before the simulation's"
    assert table.loc["HPA_175", "lost_share"] == pytest.approx(0.4)
    assert table.loc["HPB_175", "lost_share"] == pytest.approx(0.75)
    assert (table["within_bounds"] == "yes").all()
