"""The tables a user reads: models.csv, coefficients.csv, predictions.csv, selection.json, model.json."""

import json

import numpy as np
import pandas as pd
import pytest

from porescope.errors import InputError
from porescope.relate.fitting import ModelOptions, ModelSpec, fit_model
from porescope.relate.scoring import Tables, fit_models, tabulate
from porescope.relate.validation import rmse

TWO = ("relative_density", "specific_surface_per_um")
RIVALS = [("ridge", "ridge"), ("net", "elastic_net"), ("process", "gaussian_process")]


def _tables(tables, features=TWO, transform="none", seed=1) -> Tables:
    model = fit_model(ModelSpec("M", "least_squares", tuple(features)), *tables, transform)
    return tabulate([model], tables[1], "best", 199, 200, seed)


def test_an_exact_law_is_found_and_predicts_unseen_specimens(tables):
    result = _tables(tables)
    score = result.models.iloc[0]
    assert (score["n_train"], score["n_test"]) == (12, 3)
    for column in ("r2_train", "r2_loocv", "r2_material", "r2_test", "r2_loocv_low", "r2_loocv_high"):
        assert score[column] == pytest.approx(1.0, abs=1e-9), column
    assert score["rmse_test"] == pytest.approx(0.0, abs=1e-9)
    assert score["p_permutation"] == score["p_corrected"] == pytest.approx(1 / 200)
    assert score["linear_n"] == 12
    coefficients = result.coefficients.set_index("feature")
    assert coefficients["coefficient"].tolist() == pytest.approx([2.0, 100.0, 3.0])
    assert coefficients["unit"].tolist() == ["S/cm", "S/cm", "S/cm per 1/um"]
    assert (coefficients["ci_low"] <= coefficients["ci_high"]).all()
    assert (coefficients["sign_stability"] == 1).all()
    assert result.selection["best"] == result.model["model"] == "M"
    assert result.selection["r2_nested"] == pytest.approx(1.0)


def test_predictions_hold_every_specimen_on_its_side(tables):
    predictions = _tables(tables).predictions
    assert predictions["split"].value_counts().to_dict() == {"train": 12, "loocv": 12, "material": 12, "test": 3}
    assert set(predictions[predictions["split"] == "test"]["sample"]) == {"HPA_225", "HPB_250", "NPC_400"}
    np.testing.assert_allclose(predictions["predicted"], predictions["measured"])


def test_test_specimens_do_not_move_the_model(tables):
    features, properties = tables
    before = _tables((features, properties))
    properties.loc[properties["split"] == "test", "property"] *= 100
    after = _tables((features, properties))
    pd.testing.assert_frame_equal(before.coefficients, after.coefficients)
    assert after.models["r2_loocv"][0] == before.models["r2_loocv"][0]
    assert after.selection == before.selection


def test_left_out_predictions_give_the_stated_score(tables):
    features, properties = tables
    properties["property"] += np.random.default_rng(0).normal(0, 5, 15)
    result = _tables((features, properties))
    left_out = result.predictions[result.predictions["split"] == "loocv"]
    residuals = (left_out["measured"] - left_out["predicted"]).to_numpy()
    assert rmse(residuals) == pytest.approx(result.models["rmse_loocv"][0])
    total = np.sum((left_out["measured"] - left_out["measured"].mean()) ** 2)
    assert 1 - np.sum(residuals**2) / total == pytest.approx(result.models["r2_loocv"][0])
    inside = left_out["measured"].between(left_out["predicted_low"], left_out["predicted_high"])
    assert inside.sum() >= 10


def test_groups_and_materials_never_stand_on_both_sides(tables):
    """A specimen's twin, or kin of another material, would give its answer away."""
    features, properties = tables
    rng = np.random.default_rng(0)
    properties["property"] = np.repeat(rng.normal(100, 30, 5), 3)  # three specimens in a row are the same
    properties["group"] = np.repeat(list("abcde"), 3)
    properties["material"] = np.repeat(["X", "X", "X", "Y", "Y"], 3)
    properties["split"] = "train"
    wide = {(s, f): v for s, f, v in features[["sample", "feature", "value"]].itertuples(index=False)}
    first = {s: properties["sample"][3 * (i // 3)] for i, s in enumerate(properties["sample"])}
    features["value"] = [
        wide[first[s], f] + 1e-3 * rng.normal() for s, f in zip(features["sample"], features["feature"])
    ]
    together = _tables((features, properties)).models.iloc[0]
    apart = _tables((features, properties.assign(group=properties["sample"]))).models.iloc[0]
    assert together["r2_loocv"] < apart["r2_loocv"] - 0.2
    assert together["r2_material"] == pytest.approx(apart["r2_material"])


def test_log_target_finds_an_exponential_law_and_predicts_in_the_propertys_unit(tables):
    features, properties = tables
    properties["property"] = np.exp(properties["property"] / 20)
    result = _tables((features, properties), transform="log")
    assert result.models["r2_loocv"][0] == pytest.approx(1.0, abs=1e-9)
    assert result.models["rmse_unit"][0] == "ln(S/cm)"
    assert result.models["linear_to"][0] == pytest.approx(properties["property"][properties["split"] == "train"].max())
    np.testing.assert_allclose(result.predictions["predicted"], result.predictions["measured"])


def test_too_few_usable_specimens_are_a_reason_and_no_crash(tables):
    features, properties = tables
    gone = (features["feature"] == "alpha") & ~features["sample"].str.startswith("HPB")
    features.loc[gone, "value"] = np.nan
    result = _tables((features, properties), [*TWO, "alpha", "temperature_C"])
    score = result.models.iloc[0]
    assert score["reason"] == "4 usable training specimens are fewer than the 5 coefficients"
    assert score["verdict"].startswith("Not fitted")
    assert np.isnan(score["r2_loocv"])
    assert "NPC_175: alpha is nan" in score["left_out"]
    assert len(result.coefficients) == len(result.predictions) == 0
    assert "predicted" in result.predictions
    assert result.model["model"] is None
    assert result.model["reason"]


def test_a_constant_feature_is_a_reason(tables):
    features, properties = tables
    features.loc[features["feature"] == "alpha", "value"] = 0.07
    score = _tables((features, properties), ["relative_density", "alpha"]).models.iloc[0]
    assert score["reason"] == "alpha is the same for all 12 training specimens"


def test_as_many_specimens_as_coefficients_cannot_be_cross_validated_and_say_so(tables):
    features, properties = tables
    keep = properties["sample"].isin(["HPA_175", "HPB_175", "NPC_175"])
    score = _tables((features, properties[keep].reset_index(drop=True))).models.iloc[0]
    assert score["r2_train"] == pytest.approx(1.0)
    assert np.isnan(score["r2_loocv"])
    assert np.isnan(score["p_permutation"])
    assert "not cross-validated: without HPA_175, HPB_175, NPC_175" in score["reason"]
    assert "Not tested" in score["verdict"]
    assert np.isnan(score["rmse_test"])


def test_a_model_that_loses_most_specimens_does_not_cost_the_others_theirs(tables):
    features, properties = tables
    features.loc[(features["feature"] == "alpha") & (features["sample"].str.startswith("HPA")), "value"] = np.nan
    specs = [ModelSpec("M", "least_squares", TWO), ModelSpec("few", "least_squares", ("relative_density", "alpha"))]
    result = tabulate([fit_model(s, features, properties, "none") for s in specs], properties, "best", 99, 100, 1)
    assert result.selection["compared"] == ["M"]
    assert len(result.selection["specimens"]) == 12
    assert np.isfinite(result.models["r2_loocv"]).all()


@pytest.mark.parametrize(("name", "estimator"), RIVALS)
def test_rivals_and_laws_are_judged_by_the_same_rules(tables, name, estimator):
    features, properties = tables
    properties["property"] += np.random.default_rng(0).normal(0, 1, 15)
    specs = [
        ModelSpec("M", "least_squares", TWO),
        ModelSpec(name, estimator, TWO),
        ModelSpec("bruggeman", "law", ("relative_density",)),
        ModelSpec("tortuosity", "law", ("relative_density", "tortuosity")),
    ]
    result = tabulate([fit_model(s, features, properties, "none") for s in specs], properties, "best", 99, 100, 1)
    scores = result.models.set_index("model")
    assert scores.loc[name, "r2_loocv"] > 0.9
    assert scores.loc["bruggeman", "r2_loocv"] < scores.loc["M", "r2_loocv"]
    assert scores.loc["tortuosity", "reason"].startswith("0 usable training specimens"), "no tortuosity in the tables"
    assert "Better than every physical law" in scores.loc[name, "verdict"]
    assert np.isnan(scores.loc[name, "p_corrected"])
    assert result.selection["compared"] == ["M"]
    assert set(result.predictions["model"]) == {"M", name, "bruggeman"}


def test_files_are_written_and_a_log_of_a_negative_property_is_refused(tables, tmp_path):
    features, properties = tables
    features.to_csv(tmp_path / "features.csv", index=False)
    properties.to_csv(tmp_path / "properties.csv", index=False)
    outputs = {name: tmp_path / f"{name}.csv" for name in ("models", "coefficients", "predictions")}
    outputs |= {name: tmp_path / f"{name}.json" for name in ("selection", "model")}
    options = ModelOptions([{"name": "M", "features": TWO}], [], ["bruggeman"], "none")
    inputs = (tmp_path / "features.csv", tmp_path / "properties.csv")
    fit_models(*inputs, options, "M", 99, 100, 1, outputs)
    assert pd.read_csv(outputs["models"])["r2_loocv"][0] == pytest.approx(1.0)
    assert json.loads(outputs["model"].read_text())["features"][0]["name"] == "relative_density"
    properties.loc[3, "property"] = -1.0
    properties.to_csv(tmp_path / "properties.csv", index=False)
    with pytest.raises(InputError, match="sample 'HPA_250' is -1, expected more than 0"):
        fit_models(*inputs, ModelOptions(options.models, [], [], "log"), "M", 99, 100, 1, outputs)
