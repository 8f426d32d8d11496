"""If these fail, networks would be trained on held-out specimens, or truth would be looked for in the wrong place."""

from pathlib import Path
from typing import Any

import pytest

from porescope.campaign.specimens import read_specimens
from porescope.campaign.targets import Campaign

SCHEMAS = Path(__file__).parents[3] / "config" / "schemas"


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    monkeypatch.chdir(tmp_path)
    for name in ("raw/s_0.tif", "raw/s_1.tif", "raw/s_2.tif", "labels/s_1.tif", "mask.tif"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).touch()
    rows = [
        ["sample", "material", "temperature_C", "source", "path", "truth", "truth_solid", "split"],
        ["made", "A", "200", "simulate", "", "", "", "train"],
        ["kept", "A", "250", "simulate", "", "", "", "test"],
        ["drawn", "B", "200", "raw", "raw", "labels", "==0", "train"],
        ["blind", "B", "250", "raw", "raw", "", "", "train"],
        ["cut", "C", "200", "mask", "mask.tif", "", "", "train"],
    ]
    Path("samples.tsv").write_text("\n".join("\t".join(row) for row in rows) + "\n")
    config: dict[str, Any] = {
        "segment": {"segmenters": ["cta", "unet_hybrid"]},
        "generate": {"withheld_C": None, "volumes": {"conditions": None}, "wanted": {"conditions": []}},
    }
    return Campaign(read_specimens(Path("samples.tsv"), SCHEMAS), config)


def test_only_imaged_specimens_of_the_training_side_are_trained_on(campaign: Campaign) -> None:
    assert campaign.training == ["made", "drawn", "blind"]
    assert campaign.held_out == ["kept"]
    assert campaign.trained_segmenters == ["unet_hybrid"]


def test_truth_of_simulated_and_of_labelled_specimens(campaign: Campaign) -> None:
    assert campaign.truths == {
        name: {"volume": f"results/simulate/{name}/truth.ome.zarr", "drift": f"results/simulate/{name}/drift.csv"}
        for name in ("made", "kept")
    } | {"drawn": {"labels": ["labels/s_1.tif"], "solid": "==0", "ingested": "results/ingest/drawn.json"}}
    assert campaign.truth_files == [
        "results/simulate/made/truth.ome.zarr",
        "results/simulate/made/drift.csv",
        "results/simulate/kept/truth.ome.zarr",
        "results/simulate/kept/drift.csv",
        "labels/s_1.tif",
        "results/ingest/drawn.json",
    ]
