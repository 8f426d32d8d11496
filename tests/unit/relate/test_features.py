"""Which specimens a model sees: were it wrong, rows would vanish in silence or test specimens be learnt from."""

import numpy as np
import pytest

from porescope.errors import InputError
from porescope.relate.features import model_rows, read_descriptors


def test_undefined_features_are_left_out_by_name_with_the_reason(tables):
    descriptors, properties = tables
    descriptors.loc[
        (descriptors["sample"] == "HPA_175") & (descriptors["descriptor"] == "alpha"), ["mean", "reason"]
    ] = [
        np.inf,
        "does not percolate",
    ]
    descriptors = descriptors[~((descriptors["sample"] == "NPC_400") & (descriptors["descriptor"] == "alpha"))]
    rows = model_rows(descriptors, properties, ["relative_density", "alpha"])
    assert rows.left_out == {
        "HPA_175": "alpha is inf (does not percolate)",
        "NPC_400": "alpha is nan (not described)",
    }
    assert len(rows.train) == 11
    assert len(rows.test) == 2
    assert len(model_rows(descriptors, properties, ["relative_density"]).train) == 12, "unused features cost no row"


def test_test_specimens_are_on_their_side_only(tables):
    rows = model_rows(*tables, ["relative_density", "temperature_C"])
    assert set(rows.test.index) == {"HPA_225", "HPB_250", "NPC_400"}
    assert not set(rows.test.index) & set(rows.train.index)
    assert rows.x("test")[:, 1].tolist() == [225.0, 250.0, 400.0]


def test_specimens_without_the_property_are_no_part_of_a_model(tables):
    descriptors, properties = tables
    properties.loc[0, "property"] = np.nan
    rows = model_rows(descriptors, properties, ["alpha"])
    assert "HPA_175" not in rows.train.index
    assert rows.left_out == {}


def test_features_follow_their_specimens_whatever_the_order_of_the_files(tables):
    descriptors, properties = tables
    shuffled = descriptors.sample(frac=1, random_state=1)
    expected = model_rows(descriptors, properties, ["specific_surface_per_um", "relative_density"])
    np.testing.assert_array_equal(
        model_rows(shuffled, properties, ["specific_surface_per_um", "relative_density"]).x("train"),
        expected.x("train"),
    )
    y = 2 + expected.x("train") @ [3, 100]
    np.testing.assert_allclose(expected.y("train"), y)


def test_a_descriptor_that_stands_twice_is_refused(tables, tmp_path):
    descriptors, _ = tables
    path = tmp_path / "sample.csv"
    descriptors.iloc[[0, 1, 0]].to_csv(path, index=False)
    with pytest.raises(InputError, match="'relative_density' of sample 'HPA_175' stands twice"):
        read_descriptors(path)
