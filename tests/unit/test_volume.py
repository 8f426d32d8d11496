"""If these fail, volumes lose values or spacing on their way through the disk, or other tools cannot open them."""

import json

import numpy as np
import pytest

from porescope.errors import InputError
from porescope.volume import SLAB, Spacing, VolumeWriter, read_volume, slabs, write_volume

SPACING = Spacing(0.05, 0.025, 0.02)


def noise(shape, dtype=np.uint8):
    return np.random.default_rng(0).integers(0, 255, shape).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
def test_values_spacing_and_origin_survive(tmp_path, dtype):
    array = noise((37, 150, 140), dtype)
    write_volume(tmp_path / "v.ome.zarr", array, SPACING, "image", origin=(1.0, 2.0, 3.0))
    volume = read_volume(tmp_path / "v.ome.zarr")
    assert np.array_equal(volume.array[:], array)
    assert volume.array.dtype == dtype
    assert volume.spacing == SPACING
    assert volume.origin == (1.0, 2.0, 3.0)


def test_slabs_of_any_size_make_the_same_volume(tmp_path):
    array = noise((2 * SLAB + 5, 40, 50))
    with VolumeWriter(tmp_path / "v.ome.zarr", array.shape, array.dtype, SPACING, "image") as writer:
        for start in range(0, len(array), 7):
            writer.append(array[start : start + 7])
    assert np.array_equal(read_volume(tmp_path / "v.ome.zarr").array[:], array)


def test_missing_slices_are_noticed(tmp_path):
    writer = VolumeWriter(tmp_path / "v.ome.zarr", (5, 8, 8), np.uint8, SPACING, "image")
    writer.append(noise((4, 8, 8)))
    with pytest.raises(InputError, match="4 slices were written, expected 5"):
        writer.close()


def test_pyramid_of_an_image_keeps_its_mean_and_its_place(tmp_path):
    array = np.broadcast_to(np.arange(128, dtype=np.float32), (128, 128, 128)).copy()
    write_volume(tmp_path / "v.ome.zarr", array, SPACING, "image")
    metadata = json.loads((tmp_path / "v.ome.zarr" / "zarr.json").read_text())["attributes"]["ome"]
    levels = metadata["multiscales"][0]["datasets"]
    scale, translation = (t.get("scale", t.get("translation")) for t in levels[1]["coordinateTransformations"])
    coarse = read_volume(tmp_path / "v.ome.zarr")
    assert metadata["version"] == "0.5"
    assert scale == pytest.approx([2 * s for s in SPACING])
    assert translation == pytest.approx([s / 2 for s in SPACING])
    import zarr

    level = zarr.open_array(str(tmp_path / "v.ome.zarr" / "1"), mode="r")[:]
    assert level.mean() == pytest.approx(coarse.array[:].mean())
    assert level[0, 0, 0] == pytest.approx(0.5)


def test_pyramid_of_labels_invents_none(tmp_path):
    labels = noise((70, 90, 110)) % 3
    write_volume(tmp_path / "v.ome.zarr", labels.astype(np.uint8), SPACING, "labels")
    import zarr

    level = zarr.open_array(str(tmp_path / "v.ome.zarr" / "1"), mode="r")[:]
    assert set(np.unique(level)) <= {0, 1, 2}


def test_files_stay_few(tmp_path):
    write_volume(tmp_path / "v.ome.zarr", noise((64, 300, 300)), SPACING, "image")
    full = [p for p in (tmp_path / "v.ome.zarr" / "0").rglob("*") if p.is_file()]
    assert len(full) == 64 // SLAB + 1


def test_a_folder_that_is_no_image_says_so(tmp_path):
    with pytest.raises(InputError, match="not an OME-Zarr image"):
        read_volume(tmp_path)


def test_slabs_cover_every_slice_once():
    covered = [z for slab in slabs(53) for z in range(slab.start, slab.stop)]
    assert covered == list(range(53))
