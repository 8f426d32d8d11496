"""What the report asks for: a wrong answer here is a missing input or a figure of nothing."""

import math
from typing import Any

import pytest

from porescope.campaign.figures import Reported
from porescope.campaign.specimens import Specimen
from porescope.campaign.targets import Campaign

CONFIG = {
    "simulate": {"stack": {"slices": 4}},
    "segment": {"segmenters": ["cta", "hybrid", "unet_hybrid"]},
    "describe": {"segmenter": "unet_hybrid", "conductivity": True},
    "relate": {"models": [{"name": "Q", "features": ["alpha"]}], "rivals": [], "table": None},
    "generate": {"withheld_C": None, "volumes": {"conditions": None}, "wanted": {"conditions": []}},
    "report": {"specimens_shown": 3, "descriptors": ["relative_density"]},
}


def specimen(name: str, **changes: Any) -> Specimen:
    """A simulated specimen called MATERIAL_TEMPERATURE."""
    material, temperature = name.split("_")
    values = {
        "sample": name,
        "material": material,
        "temperature_C": float(temperature),
        "source": "simulate",
        "path": "",
        "mask_solid": ">0",
        "truth_solid": ">0",
        "voxel_nm": (25.0, 25.0, 25.0),
        "truth": "",
        "measured": math.nan,
        "measured_sd": math.nan,
        "split": "train",
        "group": name,
        "density_reference": math.nan,
        "density_sd": math.nan,
    }
    return Specimen(**(values | changes))


def reported(*specimens: Specimen) -> Reported:
    return Reported(Campaign({s.sample: s for s in specimens}, CONFIG))


@pytest.fixture
def stack(tmp_path):
    """A folder with two slices."""
    for index in range(2):
        (tmp_path / f"s_{index}.tif").touch()
    return str(tmp_path)


def test_a_whole_campaign_leaves_nothing_out():
    report = reported(*(specimen(f"{m}_{t}") for m in "AB" for t in (175, 200, 400)))
    assert report.left_out == {}
    assert report.of("relate", ["x"]) == ["x"]
    assert report.panels == ["relative_density", "conduction", "errors", "density_check"]
    assert report.structures == ["A_175", "A_400", "B_175", "B_400"]


def test_shown_specimens_take_turns_by_material_test_first():
    names = [specimen("A_1"), specimen("A_2", split="test"), specimen("B_1"), specimen("B_2")]
    assert reported(*names).shown == ["A_2", "B_1", "A_1"]


def test_the_twin_is_shown_of_simulated_specimens_only(stack):
    report = reported(specimen("A_1"), specimen("B_1", source="raw", path=stack))
    assert report.shown == ["A_1", "B_1"]
    assert report.shown_simulated == ["A_1"]


def test_masks_alone_leave_out_all_that_needs_grey_slices(stack):
    report = reported(specimen("A_1", source="mask", path=stack))
    imaged = {"simulate", "restore", "label", "truth", "segment"}
    assert set(report.left_out) == imaged | {"relate", "generate", "withheld", "volumes"}
    assert report.shown == []
    assert report.metrics == []
    assert report.shown_masks == {}
    assert report.of("segment truth", "scores.csv") == []
    assert report.panels == ["relative_density", "conduction", "errors"]
    assert report.generated == []


def test_grey_slices_without_truth_are_shown_but_not_scored(stack):
    report = reported(specimen("A_1", source="raw", path=stack))
    assert report.shown == ["A_1"]
    assert report.shown_truths == {}
    assert report.metrics == []
    assert "truth" in report.left_out
    assert "segment" not in report.left_out


def test_files_of_the_truth_are_inputs_but_its_rule_for_solid_is_not(stack):
    report = reported(specimen("A_1", source="raw", path=stack, truth=stack), specimen("B_1"))
    files = report.shown_truth_files
    assert "results/ingest/A_1.json" in files
    assert "results/simulate/B_1/truth.ome.zarr" in files
    assert ">0" not in files
    assert len(files) == 2 + 1 + 2


def test_a_reference_density_in_the_sheet_asks_for_the_density_check(stack):
    report = reported(specimen("A_1", source="mask", path=stack, density_reference=0.6))
    assert report.panels == ["relative_density", "conduction", "errors", "density_check"]
    assert report.facts[0]["density_reference"] == 0.6
    assert report.facts[0]["density_sd"] is None


def test_only_materials_with_a_curve_over_temperature_are_generated():
    report = reported(specimen("A_1"), specimen("A_2"), specimen("A_3"), specimen("B_1"))
    assert report.generated == ["A"]
    assert report.materials == ["A", "B"]
