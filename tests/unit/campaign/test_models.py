"""Models that cannot be fitted are refused before hours of computing, with a sentence that helps."""

import math
from dataclasses import replace

import pytest

from porescope.campaign.models import check_models, measurements, takes_simulated_property
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


def _config(*models: tuple[str, list[str]], transform: str = "none") -> dict:
    return {
        "property": {"name": "conductivity", "unit": "S/cm"},
        "relate": {"models": [{"name": n, "features": f} for n, f in models], "transform": transform},
    }


SPECIMENS = {name: _specimen(name) for name in "abcd"}


def test_models_that_fit_pass():
    assert check_models(_config(("Q", ["alpha", "beta", "temperature_C"])), SPECIMENS) is None


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ([("Q", ["alpha", "tortuosty"])], "model 'Q' .* unknown feature 'tortuosty'; did you mean 'tortuosity'?"),
        ([("Q", ["alpha"]), ("Q", ["beta"])], "two models 'Q'"),
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


def test_measurements_are_plain_values_that_compare_equal_from_run_to_run():
    # NaN differs from itself and would rerun the stage every time
    rows = measurements({"a": _specimen("a", measured=3.0)} | {"b": _specimen("b")})
    assert rows == measurements({"a": _specimen("a", measured=3.0)} | {"b": _specimen("b")})
    assert (rows[0]["property"], rows[1]["property"]) == (3.0, None)


def test_the_sheets_value_spares_the_simulated_one():
    assert takes_simulated_property(_specimen("a"))
    assert not takes_simulated_property(_specimen("a", measured=1.0))
    assert not takes_simulated_property(_specimen("a", source="raw"))
