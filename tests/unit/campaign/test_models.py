"""Models that cannot be fitted are refused before hours of computing, with a sentence that helps."""

import math
from dataclasses import replace

import pytest

from porescope.campaign.models import Relation, check_models
from porescope.campaign.specimens import Specimen
from porescope.campaign.targets import Campaign
from porescope.errors import InputError


def _specimen(name: str, **changes) -> Specimen:
    specimen = Specimen(
        sample=name,
        material="HPA",
        temperature_C=200.0,
        source="simulate",
        path="",
        mask_solid=">0",
        truth_solid=">0",
        voxel_nm=(None, None, None),
        truth="",
        measured=math.nan,
        measured_sd=math.nan,
        split="train",
        group=name,
        density_reference=math.nan,
        density_sd=math.nan,
    )
    return replace(specimen, **changes)


def _config(*models: tuple[str, list[str]], transform: str = "none", **changes) -> dict:
    relate = {"models": [{"name": n, "features": f} for n, f in models], "transform": transform}
    relate |= {"table": None, "rivals": [], "laws": ["bruggeman"], "predictor": "best"}
    measured = {"name": "conductivity", "unit": "S/cm"}
    generate = {"withheld_C": None, "volumes": {"conditions": None}, "wanted": {"conditions": []}}
    return {"property": measured, "relate": relate | changes, "generate": generate}


@pytest.fixture
def own(tmp_path):
    """A table of one's own with its path: four specimens, one of them of the sheet."""
    path = tmp_path / "own.csv"
    path.write_text(
        "sample,grain_um,grain_um_sd,property,group,split\na,3,1,10,,\nx,4,1,20,bar,\ny,5,1,30,,test\nz,6,1,,,\n"
    )
    return str(path)


SPECIMENS = {name: _specimen(name) for name in "abcd"}


def test_models_that_fit_pass():
    assert check_models(_config(("Q", ["alpha", "beta", "temperature_C"])), SPECIMENS) is None


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ([("Q", ["alpha", "tortuosty"])], "model 'Q' .* unknown feature 'tortuosty'; did you mean 'tortuosity'?"),
        ([("Q", ["alpha"]), ("Q", ["beta"])], "relate/models has another 'Q'"),
        ([("best", ["alpha"])], "relate/models has another 'best'"),
        ([("bruggeman", ["alpha"])], "relate/models has another 'bruggeman'"),
        ([("Q", [])], "model 'Q' of relate/models has no feature"),
        ([("Q", ["alpha", "alpha"])], "has 'alpha' twice"),
        (
            [("I", ["alpha", "beta", "tortuosity", "relative_density"])],
            "5 coefficients .* 4 training specimens with conductivity, expected at least 5",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused(models, message):
    with pytest.raises(InputError, match=message):
        check_models(_config(*models), SPECIMENS)


@pytest.mark.parametrize("change", [{"split": "test"}, {"source": "mask"}])
def test_only_training_specimens_with_the_property_count(change):
    specimens = SPECIMENS | {"a": _specimen("a", **change), "b": _specimen("b", **change)}
    with pytest.raises(InputError, match="has 2 training specimens"):
        check_models(_config(("Q", ["alpha", "beta"])), specimens)


def test_no_property_at_all_is_no_error_but_a_wrong_feature_is():
    masks = {name: _specimen(name, source="mask") for name in "ab"}
    check_models(_config(("Q", ["alpha", "beta", "tortuosity"])), masks)
    with pytest.raises(InputError, match="unknown feature"):
        check_models(_config(("Q", ["alfa"])), masks)


def test_an_empty_list_of_models_leaves_the_stage_out():
    config = _config()
    check_models(config, SPECIMENS)
    assert "relate/models is empty" in Campaign(SPECIMENS, config).left_out()["relate"]
    assert "relate" not in Campaign(SPECIMENS, _config(("Q", ["alpha"]))).left_out()


def test_logarithm_of_a_measured_zero_is_refused():
    specimens = SPECIMENS | {"a": _specimen("a", measured=0.0)}
    with pytest.raises(InputError, match="sample 'a': property is 0, expected more than 0"):
        check_models(_config(("Q", ["alpha"]), transform="log"), specimens)


def test_rivals_are_checked_but_may_have_more_features_than_specimens():
    rival = {"name": "ridge", "estimator": "ridge", "features": ["alpha", "beta", "tortuosity", "relative_density"]}
    check_models(_config(("Q", ["alpha"]), rivals=[rival]), SPECIMENS)
    with pytest.raises(InputError, match="model 'ridge' of relate/rivals has the unknown feature 'alfa'"):
        check_models(_config(("Q", ["alpha"]), rivals=[rival | {"features": ["alfa"]}]), SPECIMENS)


def test_a_predictor_that_is_no_model_is_refused():
    with pytest.raises(InputError, match="relate/predictor is 'Z'; expected one of best, Q"):
        check_models(_config(("Q", ["alpha"]), predictor="Z"), SPECIMENS)


def test_measurements_are_plain_values_that_compare_equal_from_run_to_run():
    # NaN differs from itself and would rerun the stage every time
    specimens = {"a": _specimen("a", measured=3.0), "b": _specimen("b")}
    rows = Relation(_config(), specimens).measurements
    assert rows == Relation(_config(), specimens).measurements
    assert (rows[0]["property"], rows[1]["property"]) == (3.0, None)


def test_the_sheets_value_spares_the_simulated_one():
    specimens = {"a": _specimen("a"), "b": _specimen("b", measured=1.0), "c": _specimen("c", source="raw")}
    assert Relation(_config(), specimens).simulated == ["a"]


def test_a_table_of_ones_own_gives_specimens_features_and_property(own):
    relation = Relation(_config(("G", ["grain_um"]), table=own), SPECIMENS)
    rows = {row["sample"]: row for row in relation.measurements}
    assert list(rows) == ["a", "x", "y", "z"]
    assert rows["a"] | {"material": "HPA", "temperature_C": 200.0, "property": 10.0} == rows["a"], "from the sheet"
    assert (rows["x"]["material"], rows["x"]["group"], rows["x"]["temperature_C"]) == ("all", "bar", None)
    assert rows["y"]["split"] == "test"
    assert rows["z"]["property"] is None
    assert relation.simulated == [], "the table's column holds for all"
    assert "grain_um" in relation.features
    assert "grain_um_sd" not in relation.features
    assert not relation.described, "no model needs the descriptors"
    assert Relation(_config(("G", ["grain_um", "alpha"]), table=own), SPECIMENS).described
    assert relation.measurements == Relation(_config(table=own), SPECIMENS).measurements


def test_a_table_without_property_adds_features_to_what_the_sheet_measures(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("sample,grain_um\na,3\nb,4\n")
    relation = Relation(_config(("G", ["grain_um"]), table=str(path)), SPECIMENS)
    assert relation.simulated == ["a", "b"]
    assert relation.left_out() == ""


def test_models_of_a_table_are_checked_like_others(own):
    check_models(_config(("G", ["grain_um"]), table=own), {})
    with pytest.raises(InputError, match=r"own.csv has 2 training specimens with conductivity, expected at least 3"):
        check_models(_config(("G", ["grain_um", "temperature_C"]), table=own), {})
    with pytest.raises(InputError, match="'grain'; did you mean 'grain_um'"):
        check_models(_config(("G", ["grain"]), table=own), {})
