"""Which specimens a model sees: were it wrong, rows would vanish in silence or test specimens be learnt from."""

import numpy as np
import pandas as pd
import pytest

from porescope.errors import InputError
from porescope.relate.features import collect_features, descriptor_features, model_rows, read_features


def test_undefined_features_are_left_out_by_name_with_the_reason(tables):
    features, properties = tables
    spoilt = (features["sample"] == "HPA_175") & (features["feature"] == "alpha")
    features.loc[spoilt, ["value", "reason"]] = [np.inf, "does not percolate"]
    features = features[~((features["sample"] == "NPC_400") & (features["feature"] == "alpha"))]
    rows = model_rows(features, properties, ["relative_density", "alpha"])
    assert rows.left_out == {
        "HPA_175": "alpha is inf (does not percolate)",
        "NPC_400": "alpha is nan (not described)",
    }
    assert len(rows.train) == 11
    assert len(rows.test) == 2
    assert len(model_rows(features, properties, ["relative_density"]).train) == 12, "unused features cost no row"


def test_test_specimens_are_on_their_side_only(tables):
    rows = model_rows(*tables, ["relative_density", "temperature_C"])
    assert set(rows.test.index) == {"HPA_225", "HPB_250", "NPC_400"}
    assert not set(rows.test.index) & set(rows.train.index)
    assert rows.x("test")[:, 1].tolist() == [225.0, 250.0, 400.0]


def test_specimens_without_the_property_are_to_be_predicted_and_no_part_of_the_fit(tables):
    features, properties = tables
    properties.loc[0, "property"] = np.nan
    rows = model_rows(features, properties, ["alpha"])
    assert "HPA_175" not in rows.train.index
    assert rows.unknown.index.tolist() == ["HPA_175"]
    assert rows.left_out == {}


def test_features_and_their_errors_follow_their_specimens_whatever_the_order_of_the_files(tables):
    features, properties = tables
    features["standard_error"] = features["value"] / 10
    shuffled = features.sample(frac=1, random_state=1)
    rows = model_rows(shuffled, properties, ["specific_surface_per_um", "temperature_C", "relative_density"])
    x = rows.x("train")
    np.testing.assert_allclose(rows.y("train"), 2 + x[:, [0, 2]] @ [3, 100])
    np.testing.assert_allclose(rows.x_errors("train"), x * [0.1, 0, 0.1])


def test_the_statistical_error_is_the_standard_error(tmp_path):
    """What puts all specimens wrong alike does not scatter them."""
    row = {"sample": "007", "descriptor": "alpha", "mean": 0.1, "sd_statistical": 0.01, "sd_total": 0.05}
    pd.DataFrame([row | {"unit": "", "reason": "", "n_voi": 8}]).to_csv(tmp_path / "sample.csv", index=False)
    table = descriptor_features(tmp_path / "sample.csv")
    assert table["standard_error"][0] == pytest.approx(0.01)
    assert table["sample"][0] == "007"


def test_a_descriptor_that_stands_twice_is_refused(tmp_path):
    row = {"sample": "HPA_175", "descriptor": "alpha", "mean": 0.1, "sd_statistical": 0.1}
    pd.DataFrame([row, row]).to_csv(tmp_path / "sample.csv", index=False)
    with pytest.raises(InputError, match="'alpha' of sample 'HPA_175' stands twice"):
        descriptor_features(tmp_path / "sample.csv")


def test_a_users_feature_goes_before_a_descriptor_of_the_same_name(tmp_path):
    row = {"sample": "a", "descriptor": "alpha", "mean": 0.1, "sd_statistical": 0.1, "unit": "", "reason": ""}
    pd.DataFrame([row, row | {"descriptor": "beta"}]).to_csv(tmp_path / "sample.csv", index=False)
    (tmp_path / "own.csv").write_text("sample,alpha,grain_um,grain_um_sd\na,0.3,12,0.5\nb,,13,\n")
    collect_features([tmp_path / "sample.csv"], [tmp_path / "own.csv"], tmp_path / "features.csv")
    table = read_features(tmp_path / "features.csv").set_index(["sample", "feature"])
    assert table.loc[("a", "alpha"), "value"] == 0.3
    assert table.loc[("a", "beta"), "origin"] == "describe"
    assert table.loc[("a", "grain_um"), "standard_error"] == 0.5
    assert table.loc[("b", "alpha"), "reason"] == "empty in the table"
    assert "grain_um_sd" not in table.index.get_level_values("feature")
