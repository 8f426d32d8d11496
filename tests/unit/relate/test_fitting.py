"""The tables a user reads: models.csv, coefficients.csv, predictions.csv."""

import numpy as np
import pandas as pd
import pytest

from porescope.errors import InputError
from porescope.relate.features import model_rows
from porescope.relate.fitting import Tables, fit_model, fit_models, tabulate
from porescope.relate.validation import rmse

TWO = ["relative_density", "specific_surface_per_um"]


def _tables(tables, features=TWO, transform="none", seed=1) -> Tables:
    return tabulate([fit_model("M", model_rows(*tables, features), transform)], 199, seed)


def test_an_exact_law_is_found_and_predicts_unseen_specimens(tables):
    result = _tables(tables)
    score = result.models.iloc[0]
    assert (score["n_train"], score["n_test"]) == (12, 3)
    for column in ("r2_train", "r2_loocv", "r2_test"):
        assert score[column] == pytest.approx(1.0, abs=1e-9)
    assert score["rmse_test"] == pytest.approx(0.0, abs=1e-9)
    assert score["p_permutation"] == pytest.approx(1 / 200)
    coefficients = result.coefficients.set_index("feature")
    assert coefficients["coefficient"].tolist() == pytest.approx([2.0, 100.0, 3.0])
    assert coefficients["unit"].tolist() == ["S/cm", "S/cm", "S/cm per 1/um"]
    assert (coefficients["ci_low"] <= coefficients["ci_high"]).all()


def test_predictions_hold_every_specimen_on_its_side(tables):
    predictions = _tables(tables).predictions
    assert predictions["split"].value_counts().to_dict() == {"train": 12, "loocv": 12, "test": 3}
    assert set(predictions[predictions["split"] == "test"]["sample"]) == {"HPA_225", "HPB_250", "NPC_400"}
    np.testing.assert_allclose(predictions["predicted"], predictions["measured"])


def test_test_specimens_do_not_move_the_model(tables):
    descriptors, properties = tables
    before = _tables((descriptors, properties))
    properties.loc[properties["split"] == "test", "property"] *= 100
    after = _tables((descriptors, properties))
    pd.testing.assert_frame_equal(before.coefficients, after.coefficients)
    assert after.models["r2_loocv"][0] == before.models["r2_loocv"][0]


def test_left_out_predictions_give_the_stated_score(tables):
    descriptors, properties = tables
    properties["property"] += np.random.default_rng(0).normal(0, 5, 15)
    result = _tables((descriptors, properties))
    left_out = result.predictions[result.predictions["split"] == "loocv"]
    residuals = (left_out["measured"] - left_out["predicted"]).to_numpy()
    assert rmse(residuals) == pytest.approx(result.models["rmse_loocv"][0])
    total = np.sum((left_out["measured"] - left_out["measured"].mean()) ** 2)
    assert 1 - np.sum(residuals**2) / total == pytest.approx(result.models["r2_loocv"][0])


def test_log_target_finds_an_exponential_law_and_predicts_in_the_propertys_unit(tables):
    descriptors, properties = tables
    properties["property"] = np.exp(properties["property"] / 20)
    result = _tables((descriptors, properties), transform="log")
    assert result.models["r2_loocv"][0] == pytest.approx(1.0, abs=1e-9)
    assert result.models["rmse_unit"][0] == "ln(S/cm)"
    np.testing.assert_allclose(result.predictions["predicted"], result.predictions["measured"])


def test_too_few_usable_specimens_are_a_reason_and_no_crash(tables):
    descriptors, properties = tables
    descriptors.loc[(descriptors["descriptor"] == "alpha") & ~descriptors["sample"].str.startswith("HPB"), "mean"] = (
        np.nan
    )
    result = _tables((descriptors, properties), [*TWO, "alpha", "temperature_C"])
    score = result.models.iloc[0]
    assert score["reason"] == "4 usable training specimens are fewer than the 5 coefficients"
    assert np.isnan(score["r2_loocv"])
    assert "NPC_175: alpha is nan" in score["left_out"]
    assert len(result.coefficients) == len(result.predictions) == 0
    assert "predicted" in result.predictions


def test_as_many_specimens_as_coefficients_cannot_be_cross_validated_and_say_so(tables):
    descriptors, properties = tables
    keep = properties["sample"].isin(["HPA_175", "HPB_175", "NPC_175"])
    score = _tables((descriptors, properties[keep])).models.iloc[0]
    assert score["r2_train"] == pytest.approx(1.0)
    assert np.isnan(score["r2_loocv"])
    assert np.isnan(score["p_permutation"])
    assert "not cross-validated: without HPA_175, HPB_175, NPC_175" in score["reason"]
    assert np.isnan(score["rmse_test"])


def test_a_models_p_depends_on_the_seed_and_not_on_its_neighbours(tables):
    descriptors, properties = tables
    properties["property"] = np.random.default_rng(4).normal(size=15)
    rows = model_rows(descriptors, properties, TWO)
    model, other = fit_model("M", rows, "none"), fit_model("Z", rows, "none")
    alone = tabulate([model], 199, 1).models["p_permutation"][0]
    assert tabulate([other, model], 199, 1).models["p_permutation"][1] == alone
    assert tabulate([model], 199, 2).models["p_permutation"][0] != alone


def test_files_are_written_and_a_log_of_a_negative_property_is_refused(tables, tmp_path):
    descriptors, properties = tables
    descriptors.to_csv(tmp_path / "sample.csv", index=False)
    properties.to_csv(tmp_path / "properties.csv", index=False)
    outputs = {name: tmp_path / f"{name}.csv" for name in ("models", "coefficients", "predictions")}
    models = [{"name": "M", "features": TWO}]
    fit_models(tmp_path / "sample.csv", tmp_path / "properties.csv", models, "none", 99, 1, outputs)
    assert pd.read_csv(outputs["models"])["r2_loocv"][0] == pytest.approx(1.0)
    properties.loc[3, "property"] = -1.0
    properties.to_csv(tmp_path / "properties.csv", index=False)
    with pytest.raises(InputError, match="sample 'HPA_250' is -1, expected more than 0"):
        fit_models(tmp_path / "sample.csv", tmp_path / "properties.csv", models, "log", 99, 1, outputs)
