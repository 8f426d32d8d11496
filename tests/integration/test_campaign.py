"""If these fail, a campaign from raw slices to the report does not deliver what DESIGN's file contracts promise."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from porescope.describe.names import DESCRIPTORS
from porescope.volume import read_volume
from running import snakemake

SIMULATED = [f"{m}_{t}" for m in ("HPA", "NPC") for t in (175, 250, 400)]
IMAGED = [*SIMULATED, "raw_stack"]
COLUMNS = {
    "segment/scores.csv": "segmenter sample split slices accuracy precision recall jaccard dice jaccard_solid "
    "recall_shine_through density_error",
    "describe/voi.csv": "sample segmenter material temperature_C voi " + " ".join(DESCRIPTORS),
    "describe/sample.csv": "sample descriptor mean ci_low ci_high n_voi sd_statistical sd_segmentation sd_voxel "
    "sd_total voi_half_width enough_um",
    "describe/selfcheck.csv": "estimator shape size_voxels expected measured relative_error tolerance passed",
    "relate/models.csv": "model features n_train r2_train r2_loocv rmse_loocv r2_test rmse_test p_permutation max_vif",
    "relate/coefficients.csv": "model feature",
    "relate/predictions.csv": "model sample",
    "relate/shap.csv": "model feature mean_abs_shap rank rank_ci",
    "relate/shap_groups.csv": "model group mean_abs_shap rank rank_ci",
    "relate/predicted.csv": "sample predicted predicted_low predicted_high in_domain within_bounds",
    "relate/physics.csv": "sample measured predicted solved lost_share bound",
    "generate/copies.csv": "origin material temperature_C n_sections near_distance n_near share_near",
    "generate/scores.csv": "generator material descriptor r2 r2_ci_low r2_ceiling rmse_ratio wasserstein "
    "n_conditions n_trainings",
    "generate/curves.csv": "origin material temperature_C curve length_um value",
    "generate/withheld.csv": "material temperature_C descriptor real generated interpolated r2_generated",
    "generate/sections.csv": "origin condition index relative_density specific_perimeter_per_um shape_index",
}


@pytest.fixture(scope="module")
def results(finished):
    return finished[1] / "results"


@pytest.mark.parametrize(("table", "columns"), COLUMNS.items())
def test_tables_have_their_columns_and_rows(results, table, columns):
    content = pd.read_csv(results / table)
    assert set(columns.split()) <= set(content.columns)
    assert len(content)


@pytest.mark.parametrize("sample", IMAGED)
def test_stacks_pass_every_imaging_stage(results, sample):
    for stage in ("ingest", "restore", "label"):
        info = json.loads((results / stage / f"{sample}.json").read_text())
        volume = read_volume(results / stage / f"{sample}.ome.zarr")
        assert list(volume.shape) == info["shape"]
        assert list(volume.spacing) == pytest.approx(info["spacing_um"])
    for segmenter in ("cta", "hybrid", "unet_hybrid"):
        mask = read_volume(results / "segment" / segmenter / f"{sample}.ome.zarr")
        assert mask.shape == volume.shape
        assert set(np.unique(mask.array[:])) <= {0, 1, 2}
    probability = read_volume(results / "segment" / "unet_hybrid" / f"{sample}.ome.zarr", "probability")
    assert probability.shape == volume.shape


@pytest.mark.parametrize("sample", SIMULATED)
def test_simulation_keeps_its_truth(results, sample):
    place = results / "simulate" / sample
    truth = read_volume(place / "truth.ome.zarr")
    assert len(list((place / "slices").glob("*.tif"))) == truth.shape[0] == len(pd.read_csv(place / "drift.csv"))
    assert set(np.unique(truth.array[:])) == {0, 1, 2}
    assert json.loads((place / "specimen.json").read_text())["property"] > 0


def test_specimens_may_enter_later(results):
    voi = pd.read_csv(results / "describe" / "voi.csv")
    assert set(voi["sample"]) == {*IMAGED, "someone_elses"}
    assert set(voi.loc[voi["sample"] == "someone_elses", "segmenter"]) == {"imported"}
    assert not (results / "label" / "someone_elses.json").exists()


def test_an_imported_mask_keeps_its_density(results, finished):
    import tifffile

    solid = tifffile.imread(finished[1] / "mask.tif") > 0
    mask = read_volume(results / "segment" / "imported" / "someone_elses.ome.zarr")
    assert np.mean(mask.array[:] == 0) == pytest.approx(solid.mean())


def test_stages_say_whom_they_left_out(results):
    """Neither the raw nor the mask specimen has a measured property; the report says so."""
    page = (results / "report" / "index.html").read_text()
    properties = pd.read_csv(results / "relate" / "properties.csv")
    assert set(properties.loc[properties["property"].notna(), "sample"]) == set(SIMULATED)
    assert "raw_stack" in page
    assert "someone_elses" in page


def test_generators_made_sections_for_every_condition(results):
    sections = pd.read_csv(results / "generate" / "sections.csv")
    for generator in ("ddpm", "cgan"):
        made = sections[sections["origin"] == generator]
        assert {"HPA_175", "NPC_400"} <= set(made["condition"])
        assert (results / "generate" / generator / "training_2" / "weights.safetensors").stat().st_size > 10_000


def test_the_page_needs_nothing_beside_itself(results):
    page = (results / "report" / "index.html").read_text()
    assert not re.findall(r"""(?:src)=["'](?!data:|#|https://doi\.org)[^"']+["']""", page)
    for word in ("accuracy", "tortuosity", "SHAP", "DDPM"):
        assert word in page


def test_provenance_reaches_the_raw_slices(results):
    found = json.loads((results / "provenance.json").read_text())
    sources = set(found["targets"]["results/report/index.html"])
    assert "stack/s_000.tif" in sources
    assert "results/simulate/HPA_175/slices/slice_0000.tif" in sources
    assert found["files"]["results/report/index.html"]["rule"] == "write_page"
    assert found["config"]["seed"] == 1
    assert found["packages"]["torch"] == "2.14.1"


def test_every_job_told_its_peak_memory_and_none_needed_4_gb(results):
    peaks = {}
    for log in (results / "logs").rglob("*.log"):
        match = re.search(r"peak memory (\d+) MB", log.read_text())
        peaks[str(log)] = float(match[1]) if match else np.nan
    assert len(peaks) > 60
    assert max(peaks.values()) < 4000
    assert not [log for log, peak in peaks.items() if np.isnan(peak)]


def test_nothing_resumable_is_left_behind(results):
    assert not [p for p in results.rglob("*") if p.name.endswith((".partial", ".resume", ".checkpoint"))]


def test_pictures_of_the_graph_and_the_report(finished):
    clone, mine = finished
    where = ("-d", str(mine), "--configfile", str(mine / "config.yaml"))
    graph = snakemake("--rulegraph", *where, cwd=clone).stdout
    assert "train_unet" in graph
    assert graph.strip().startswith("digraph") or "digraph" in graph
    snakemake("--report", "report.zip", *where, cwd=clone)
    assert (mine / "report.zip").stat().st_size > 100_000
