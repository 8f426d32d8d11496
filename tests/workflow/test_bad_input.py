"""If these fail, bad input costs hours, ends in a traceback, or destroys what was there."""

import json

import numpy as np
import pytest
import tifffile

from running import SHEET, grey_stack, snakemake, write_project, write_slices

STACK = grey_stack((6, 32, 40))
RAW = "a\tNPC\t300\traw\tstack\t50\t25\t25\ttrain\t\n"
EARLIER = "results/segment/scores.csv"


def without_first_voxel_size(sheet):
    return sheet.replace("\t50\t25\t25\t", "\t\t\t\t")


def remove(number):
    return lambda stack: (stack / f"s_{number:03d}.tif").unlink()


def rewrite(number, content):
    return lambda stack: tifffile.imwrite(stack / f"s_{number:03d}.tif", content)


def truncate(stack):
    path = stack / "s_004.tif"
    path.write_bytes(path.read_bytes()[:-200])


SHEETS = {
    "unknown column": (SHEET.replace("split", "splt") + RAW, "unknown column 'splt'; did you mean 'split'"),
    "name that leaves the folder": (SHEET + RAW.replace("a\t", "../a\t", 1), "'sample' is '../a'"),
    "no voxel size": (None, "voxel"),
    "zero voxel size": (SHEET + RAW.replace("\t50\t", "\t0\t"), "'voxel_z_nm' is 0.0, expected more than 0"),
    "NaN voxel size": (SHEET + RAW.replace("\t50\t", "\tnan\t"), "'voxel_z_nm' is 'nan', expected a finite number"),
    "no such folder": (SHEET + RAW.replace("stack", "nowhere"), "no slices at 'nowhere'"),
}

STACKS = {
    "gap": (remove(3), "slice number 4 follows 2; expected 3"),
    "duplicate": (lambda s: (s / "s_04.tif").write_bytes(b"x"), "slice number 4 stands twice"),
    "unreadable": (lambda s: (s / "s_004.tif").write_text("no image"), "s_004.tif"),
    "truncated": (truncate, "s_004.tif"),
    "another shape": (rewrite(4, STACK[4, :-1]), "s_004.tif"),
    "another type": (rewrite(4, STACK[4].astype(np.uint16)), "s_004.tif"),
    "constant": (lambda s: [rewrite(i, np.full_like(STACK[0], 7))(s) for i in range(6)], "s_000.tif is 7 everywhere"),
    "two black slices of six": (
        lambda s: [rewrite(i, np.zeros_like(STACK[0]))(s) for i in (2, 4)],
        "s_002.tif is 0 everywhere, expected an image; with it 2 of 6 slices are damaged",
    ),
    "two formats": (lambda s: (s / "s_006.png").write_bytes(b"x"), "holds .png and .tif; expected one of them"),
    "too few": (lambda s: [(s / f"s_{i:03d}.tif").unlink() for i in range(1, 6)], "slice"),
}

RELATE = {
    "unknown feature": ([{"name": "Q", "features": ["alfa", "beta"]}], "'alfa'; did you mean 'alpha'"),
    "more coefficients than specimens": ([{"name": "Q", "features": ["alpha", "beta"]}], "specimen"),
}


def run(project, mine, *target):
    earlier = mine / EARLIER
    earlier.parent.mkdir(parents=True)
    earlier.write_text("made before\n")
    done = snakemake(
        *target, *("--cores", "1", "-d", str(mine), "--configfile", str(mine / "config.yaml")), cwd=project, check=False
    )
    assert earlier.read_text() == "made before\n", "an earlier result was touched"
    assert done.returncode == 1
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


@pytest.fixture
def mine(tmp_path):
    folder = tmp_path / "mine"
    write_project(folder, SHEET + RAW, {"samples": "samples.tsv"})
    write_slices(folder / "stack", STACK)
    return folder


@pytest.mark.parametrize(("sheet", "message"), SHEETS.values(), ids=SHEETS.keys())
def test_sheet(project, mine, sheet, message):
    (mine / "samples.tsv").write_text(sheet or without_first_voxel_size(SHEET + RAW))
    assert message in run(project, mine, "results/ingest/a.json")
    assert not (mine / "results/ingest/a.json").exists()


@pytest.mark.parametrize(("spoil", "message"), STACKS.values(), ids=STACKS.keys())
def test_stack(project, mine, spoil, message):
    spoil(mine / "stack")
    assert message in run(project, mine, "results/ingest/a.json")
    assert not (mine / "results/ingest/a.json").exists()


def test_damaged_slices_are_refused_by_config(project, mine):
    write_project(mine, SHEET + RAW, {"samples": "samples.tsv", "ingest": {"damaged": {"treatment": "refuse"}}})
    rewrite(3, np.full_like(STACK[0], 255))(mine / "stack")
    assert "s_003.tif is 255 everywhere, expected an image" in run(project, mine, "results/ingest/a.json")


def test_a_single_slice_a_databar_and_inverted_contrast_reach_the_labels(project, mine):
    """None of them is an error where the config allows it; what was done about them is said on the terminal."""
    config = {"samples": "samples.tsv", "ingest": {"minimum_slices": 1, "invert": True}}
    write_project(mine, SHEET + RAW, config)
    for path in (mine / "stack").iterdir():
        path.unlink()
    bar = np.zeros((10, 96), np.uint8)
    bar[3:7, 4:60:4] = 255
    tifffile.imwrite(mine / "stack/s_000.tif", np.vstack([255 - grey_stack((2, 80, 96))[0], bar]))
    done = snakemake(
        *("results/label/a.json", "--cores", "1", "-d", str(mine), "--configfile", str(mine / "config.yaml")),
        cwd=project,
    )
    assert "looks like a databar in the last 10 of 90 rows, which are cropped" in done.stderr
    assert json.loads((mine / "results/label/a.json").read_text())["shape"] == [1, 80, 96]


def test_unknown_config_key(project, mine):
    write_project(mine, SHEET + RAW, {"samples": "samples.tsv", "describe": {"voi_umm": 3}})
    assert "unknown key 'describe/voi_umm'; did you mean 'voi_um'" in run(project, mine)


def test_kin_on_both_sides_of_the_split(project, mine):
    head = SHEET.replace("split", "split\tgroup")
    rows = RAW.replace("train", "train\tbar1") + RAW.replace("a\t", "b\t", 1).replace("train", "test\tbar1")
    (mine / "samples.tsv").write_text(head + rows)
    assert "a test specimen must not have kin in the training set" in run(project, mine)


@pytest.mark.parametrize(("models", "message"), RELATE.values(), ids=RELATE.keys())
def test_models(project, mine, models, message):
    write_project(mine, SHEET + RAW[:-1] + "12\n", {"samples": "samples.tsv", "relate": {"models": models}})
    assert message in run(project, mine)
