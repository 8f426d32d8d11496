"""If these fail, a simulated specimen differs from run to run, or its files do not agree with each other."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tifffile
import yaml
from scipy import ndimage

from porescope.campaign.recipes import check_recipes, simulation_memory
from porescope.campaign.specimens import read_specimens
from porescope.errors import InputError
from porescope.simulate.recipe import Recipe
from porescope.simulate.signal import METAL
from porescope.simulate.specimen import Settings, simulate_specimen
from porescope.volume import read_volume

CONFIG = Path(__file__).parents[3] / "config"


def shipped():
    config = yaml.safe_load((CONFIG / "config.yaml").read_text())
    config["simulate"]["stack"] |= {"slices": 24, "height_px": 64, "width_px": 72}
    return config


def simulate(folder, seed, **changes):
    config = shipped()
    (folder / "slices").mkdir(parents=True)
    simulate_specimen(
        sample="NPC_225",
        material="NPC",
        temperature_C=225,
        recipe=replace(Recipe.from_config(config["simulate"]["materials"]["NPC"]), **changes),
        settings=Settings.from_config(config["simulate"]),
        solid_property=config["property"],
        seed=seed,
        slices=[str(folder / "slices" / f"slice_{index:04d}.tif") for index in range(24)],
        truth=str(folder / "truth.ome.zarr"),
        drift=str(folder / "drift.csv"),
        info=str(folder / "specimen.json"),
    )
    return folder


def digest(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


@pytest.fixture(scope="module")
def specimen(tmp_path_factory):
    return simulate(tmp_path_factory.mktemp("first") / "s", seed=7)


@pytest.fixture(scope="module")
def images(specimen):
    return np.stack([tifffile.imread(path) for path in sorted((specimen / "slices").iterdir())])


def test_same_seed_same_bytes(specimen, tmp_path):
    assert digest(simulate(tmp_path / "again", seed=7)) == digest(specimen)


def test_another_seed_is_another_specimen_of_the_same_density(specimen, tmp_path):
    other = simulate(tmp_path / "other", seed=8)
    ours, theirs = (json.loads((f / "specimen.json").read_text()) for f in (specimen, other))
    assert ours["true_relative_density"] == pytest.approx(theirs["true_relative_density"], abs=1e-4)
    ours, theirs = digest(specimen / "slices"), digest(other / "slices")
    assert not set(ours.values()) & set(theirs.values())


def test_slices_say_their_voxel_size(specimen):
    with tifffile.TiffFile(specimen / "slices" / "slice_0003.tif") as tif:
        assert tif.imagej_metadata["unit"] == "um"
        assert tif.imagej_metadata["spacing"] == pytest.approx(0.025)
        assert tif.pages[0].tags["XResolution"].value[0] / tif.pages[0].tags["XResolution"].value[1] == pytest.approx(
            40
        )
        assert (tif.pages[0].shape, tif.pages[0].dtype) == ((64, 72), np.uint8)


def test_truth_is_told_in_the_frame_without_drift(specimen, images):
    """Moved back by the recorded drift, images fit the truth better than as they are."""
    classes = np.asarray(read_volume(specimen / "truth.ome.zarr").array[:])
    drift = pd.read_csv(specimen / "drift.csv")
    assert list(drift.columns) == ["slice", "shift_y_px", "shift_x_px"]
    far = np.abs(drift.to_numpy()[:, 1:]).sum(axis=1).argsort()[-6:]

    def fit(moved_back):
        grey = np.stack([ndimage.shift(images[i].astype(float), s, order=1) for i, s in zip(far, moved_back)])
        inner = (slice(None), slice(6, -6), slice(6, -6))
        return np.corrcoef(grey[inner].ravel(), (classes[far] == METAL)[inner].ravel())[0, 1]

    shifts = drift.to_numpy()[far, 1:]
    assert fit(-shifts) > fit(0 * shifts) + 0.005
    assert fit(-shifts) > fit(shifts) + 0.01


def test_the_record_agrees_with_the_truth(specimen):
    record = json.loads((specimen / "specimen.json").read_text())
    volume = read_volume(specimen / "truth.ome.zarr")
    classes = np.asarray(volume.array[:])
    assert record["true_relative_density"] == pytest.approx(np.mean(classes == 0))
    assert 0.15 < record["shine_through_share_of_pores"] < 0.4
    assert record["spacing_um"] == pytest.approx(list(volume.spacing))
    assert record["shape"] == list(volume.shape)
    bound = 2 * record["true_relative_density"] / (3 - record["true_relative_density"]) * 596000
    assert 0 < record["property_without_noise"] < 1.1 * bound


def test_without_the_property_of_the_metal_nothing_is_made():
    with pytest.raises(InputError, match="property/solid is null"):
        simulate_specimen("a", "NPC", 200, None, None, {"name": "k", "unit": "", "solid": None}, 0, [], "", "", "")


def test_every_shipped_recipe_can_be_made_and_its_memory_is_known():
    config = yaml.safe_load((CONFIG / "config.yaml").read_text())
    check_recipes(config, read_specimens(CONFIG / "samples.tsv", CONFIG / "schemas"))
    assert 800 < simulation_memory(config)(None, None, 1) < 2000


@pytest.mark.parametrize(
    ("row", "change", "message"),
    [
        ("a\tNPD\t200", {}, "sample 'a', material 'NPD': .* no such recipe; did you mean 'NPC'"),
        ("a\tXYZW\t200", {}, "expected one of HPA, HPB, NPC"),
        ("a\tNPC\t20", {}, "sample 'a', material 'NPC': its recipe gives a relative density of"),
        ("a\tNPC\t200", {"property": {"solid": None}}, "property/solid is null"),
    ],
)
def test_a_sheet_that_cannot_be_simulated_is_refused_before_any_work(tmp_path, row, change, message):
    sheet = tmp_path / "samples.tsv"
    sheet.write_text(f"sample\tmaterial\ttemperature_C\tsource\n{row}\tsimulate\n")
    with pytest.raises(InputError, match=message):
        check_recipes(shipped() | change, read_specimens(sheet, CONFIG / "schemas"))
