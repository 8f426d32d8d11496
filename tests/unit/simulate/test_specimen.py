"""If these fail, a simulated specimen differs from run to run, or its files do not agree with each other."""

import hashlib
import json
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
from porescope.ingest.metadata import file_voxel_size
from porescope.simulate.example import Example
from porescope.simulate.recipe import Recipe
from porescope.simulate.settings import Settings
from porescope.simulate.specimen import Outputs, simulate_specimen
from porescope.simulate.truth import METAL
from porescope.volume import read_volume

CONFIG = Path(__file__).parents[3] / "config"
SLICES = 24


def shipped():
    config = yaml.safe_load((CONFIG / "config.yaml").read_text())
    config["simulate"]["stack"] |= {"slices": SLICES, "height_px": 64, "width_px": 72}
    return config


def simulate(folder, seed, threads=1):
    config = shipped()
    (folder / "slices").mkdir(parents=True)
    simulate_specimen(
        identity={"sample": "NPC_225", "material": "NPC", "temperature_C": 225},
        recipe=Recipe.from_config(config["simulate"]["materials"]["NPC"]),
        settings=Settings.from_config(config["simulate"]),
        measurement=config["simulate"]["property"],
        solid_property=config["property"],
        seed=seed,
        threads=threads,
        outputs=Outputs(
            slices=[str(folder / "slices" / f"slice_{index:04d}.tif") for index in range(SLICES)],
            truth=str(folder / "truth.ome.zarr"),
            particles=str(folder / "particles.ome.zarr"),
            drift=str(folder / "drift.csv"),
            example=str(folder / "example.npz"),
            info=str(folder / "specimen.json"),
        ),
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


def test_same_seed_same_bytes_with_any_number_of_threads(specimen, tmp_path):
    assert digest(simulate(tmp_path / "again", seed=7, threads=2)) == digest(specimen)


def test_another_seed_is_another_specimen(specimen, tmp_path):
    other = simulate(tmp_path / "other", seed=8)
    ours, theirs = (json.loads((f / "specimen.json").read_text()) for f in (specimen, other))
    assert ours["true_relative_density"] == pytest.approx(theirs["true_relative_density"], abs=0.05)
    ours, theirs = digest(specimen / "slices"), digest(other / "slices")
    assert not set(ours.values()) & set(theirs.values())


def test_slices_say_their_voxel_size_as_instruments_do(specimen):
    """Pixels in the header of FEI and Thermo Fisher, the distance of slices in ImageJ's words; ingest reads both."""
    path = specimen / "slices" / "slice_0003.tif"
    with tifffile.TiffFile(path) as tif:
        assert tif.fei_metadata["Scan"]["PixelWidth"] == pytest.approx(30e-9)
        assert tif.fei_metadata["Stage"]["StageT"] == pytest.approx(np.radians(52), rel=1e-4)
        assert tif.imagej_metadata["spacing"] == pytest.approx(0.03)
        assert (tif.pages[0].shape, tif.pages[0].dtype) == ((64, 72), np.uint8)
    assert [size.um for size in file_voxel_size(path)] == pytest.approx([0.03, 0.03, 0.03])


def test_truth_is_told_in_the_frame_without_drift(specimen, images):
    """Moved back by the recorded drift, images fit the truth better than as they are."""
    classes = np.asarray(read_volume(specimen / "truth.ome.zarr").array[:])
    drift = pd.read_csv(specimen / "drift.csv")
    assert list(drift.columns) == ["slice", "shift_y_px", "shift_x_px", "face_um", "thickness_um"]
    far = np.abs(drift.to_numpy()[:, 1:3]).sum(axis=1).argsort()[-6:]

    def fit(moved_back):
        grey = np.stack([ndimage.shift(images[i].astype(float), s, order=1) for i, s in zip(far, moved_back)])
        inner = (slice(None), slice(6, -6), slice(6, -6))
        return np.corrcoef(grey[inner].ravel(), (classes[far] == METAL)[inner].ravel())[0, 1]

    shifts = drift.to_numpy()[far, 1:3]
    assert fit(-shifts) > fit(0 * shifts) + 0.005
    assert fit(-shifts) > fit(shifts) + 0.01


def test_the_record_agrees_with_the_truth(specimen):
    record = json.loads((specimen / "specimen.json").read_text())
    volume = read_volume(specimen / "truth.ome.zarr")
    classes = np.asarray(volume.array[:])
    assert record["true_relative_density"] == pytest.approx(np.mean(classes == 0))
    assert 0.1 < record["shine_through_share_of_pores"] < 0.4
    assert record["spacing_um"] == pytest.approx(list(volume.spacing))
    assert record["shape"] == list(volume.shape)
    bound = 2 * record["true_relative_density"] / (3 - record["true_relative_density"]) * 596000
    assert 0 < record["property_without_noise"] < 1.1 * bound


def test_particles_are_where_the_metal_is(specimen):
    classes = np.asarray(read_volume(specimen / "truth.ome.zarr").array[:])
    particles = np.asarray(read_volume(specimen / "particles.ome.zarr").array[:])
    record = json.loads((specimen / "specimen.json").read_text())
    np.testing.assert_array_equal(particles > 0, classes == METAL)
    assert 20 < len(np.unique(particles)) - 1 <= record["particles"]


def test_thickness_is_the_distance_between_faces(specimen):
    drift = pd.read_csv(specimen / "drift.csv")
    np.testing.assert_allclose(np.diff(drift["face_um"]), drift["thickness_um"][:-1], atol=2e-4)
    assert drift["face_um"].iloc[-1] == pytest.approx(0.03 * (SLICES - 1), abs=1e-4)
    assert drift["thickness_um"].std() > 0.001


def test_the_example_is_the_slice_in_the_middle(specimen):
    shown = Example.load(specimen / "example.npz")
    classes = np.asarray(read_volume(specimen / "truth.ome.zarr").array[SLICES // 2])
    np.testing.assert_array_equal(shown.classes, classes)
    np.testing.assert_array_equal(shown.metal > 0.5, classes == METAL)
    inner = (slice(6, -6), slice(6, -6))
    assert np.corrcoef(shown.image[inner].ravel(), shown.signal[inner].ravel())[0, 1] > 0.8
    assert shown.spacing == pytest.approx((0.03, 0.03, 0.03))


def test_every_shipped_recipe_can_be_made_and_its_memory_is_known():
    config = yaml.safe_load((CONFIG / "config.yaml").read_text())
    check_recipes(config, read_specimens(CONFIG / "samples.tsv", CONFIG / "schemas"))
    assert 800 < simulation_memory(config)(None, None, 1) < 2000


@pytest.mark.parametrize(
    ("row", "change", "message"),
    [
        ("a\tNPD\t200", {}, "sample 'a': .* no recipe for material 'NPD'; did you mean 'NPC'"),
        ("a\tXYZW\t200", {}, "expected one of HPA, HPB, NPC"),
        ("a\tNPC\t20", {}, "materials/NPC: a specimen was sintered at 20 C, expected more than"),
        ("a\tNPC\t200", {"property": {"solid": None}}, "property/solid is null"),
    ],
)
def test_a_sheet_that_cannot_be_simulated_is_refused_before_any_work(tmp_path, row, change, message):
    sheet = tmp_path / "samples.tsv"
    sheet.write_text(f"sample\tmaterial\ttemperature_C\tsource\n{row}\tsimulate\n")
    with pytest.raises(InputError, match=message):
        check_recipes(shipped() | change, read_specimens(sheet, CONFIG / "schemas"))
