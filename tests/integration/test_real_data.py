"""If these fail, real images or masks from elsewhere do not get through, or their numbers are wrong.

Needs the data sets of ../shared/data; skipped where that folder is absent.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml

from running import snakemake, write_project

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"real data sets are not at {DATA}")

SHEET = (
    "sample\tmaterial\ttemperature_C\tsource\tpath\tmask_solid\tvoxel_z_nm\tvoxel_y_nm\tvoxel_x_nm\ttruth\ttruth_solid\n"
    "fesc\tceramic\t1000\traw\tfesc\t\t20\t20\t20\ttruth\t>127\n"
    "npg\tgold\t300\tmask\tnpg.tif\t>127\t46.18\t40\t40\t\t\n"
    "berea\tsandstone\t25\tmask\tberea.tif\t==0\t5345\t5345\t5345\t\t\n"
)
FESC = ("sample_001", "test_sample_001", "test_sample_002", "test_sample_003")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    from skimage.io import imread

    from running import copy_project

    base = tmp_path_factory.mktemp("real")
    clone, mine = copy_project(base / "porescope"), base / "mine"
    # three instruments in one campaign: VOIs are 4 um for the gold and eight of 534.5 um, 100 voxels, for the rock
    config = {
        "samples": "samples.tsv",
        "restore": {"registration": {"method": "none"}},
        "segment": {"plan": {"neighbours": 0}, "training": {"steps": 60}},
    }
    write_project(mine, SHEET, config)
    for folder in ("fesc", "truth"):
        (mine / folder).mkdir()
    for index, name in enumerate(FESC):
        tifffile.imwrite(mine / "fesc" / f"{index:04d}.tif", imread(DATA / "fesc" / f"{name}_sem.bmp"))
    tifffile.imwrite(mine / "truth" / "0000.tif", imread(DATA / "fesc" / "sample_001_th.bmp"))
    tifffile.imwrite(mine / "npg.tif", tifffile.imread(DATA / "npg_fib" / "fib_serial_section_small.tif"))
    with np.load(DATA / "berea" / "berea_100_to_300.npz", allow_pickle=False) as berea:
        tifffile.imwrite(mine / "berea.tif", berea["im"].astype(np.uint8))
    where = ("--cores", "2", "-d", str(mine), "--configfile", str(mine / "config.yaml"))
    targets = [f"results/segment/{s}/fesc.ome.zarr" for s in ("cta", "hybrid", "unet_hybrid")]
    snakemake("results/segment/scores.csv", *targets, *where, cwd=clone)
    for sample, voi_um in (("npg", 4.0), ("berea", 534.5)):
        size = mine / f"{sample}.yaml"
        size.write_text(yaml.safe_dump({"describe": {"voi_um": voi_um, "workers": 2}}))
        snakemake(f"results/describe/samples/{sample}.csv", *where, str(size), cwd=clone)
    return mine / "results"


def test_scores_of_a_real_image(results):
    scores = pd.read_csv(results / "segment" / "scores.csv").set_index("segmenter")
    print(scores[["accuracy", "jaccard"]].to_string())
    assert set(scores.index) == {"cta", "hybrid", "unet_cta", "unet_hybrid", "unet_twin", "unet_best"}
    assert (scores["slices"] == 1).all()
    assert scores.loc["hybrid", "jaccard"] > scores.loc["cta", "jaccard"]
    assert scores.loc["unet_twin", "jaccard"] > scores.loc["hybrid", "jaccard"], (
        "the shipped network, never trained here"
    )
    assert scores.loc[["unet_twin", "unet_best"], "jaccard"].min() > 0.78, "its neighbours are images of other places"
    assert scores["recall_shine_through"].isna().all()


def test_density_of_berea_sandstone(results):
    berea = pd.read_csv(results / "describe" / "samples" / "berea.csv")
    assert berea["relative_density"].mean() == pytest.approx(0.8013, abs=0.00005)


def test_descriptors_of_nanoporous_gold(results):
    gold = pd.read_csv(results / "describe" / "samples" / "npg.csv")
    assert gold["relative_density"].between(0.2, 0.8).all()
    assert gold["tortuosity"].between(1, 1.5).all()
    assert gold["specific_surface_per_um"].gt(0).all()
