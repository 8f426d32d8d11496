"""If these fail, napari and other tools refuse the volumes: what OME-Zarr 0.5 demands of an image, read from the disk.

Source: https://ngff.openmicroscopy.org/0.5 (multiscales metadata).
"""

import json
from pathlib import Path

import numpy as np
import pytest

from porescope.volume import Spacing, VolumeWriter, write_volume

SPACING = Spacing(0.05, 0.025, 0.02)
SHAPE = (37, 150, 141)
GROUP = "probability"


def stored(place):
    return json.loads((Path(place) / "zarr.json").read_text())


@pytest.fixture(scope="module", params=["image", "labels", "several slabs", "image inside an image"])
def place(request, tmp_path_factory):
    """Folder of an image, as every stage writes them."""
    path = tmp_path_factory.mktemp("volume") / "v.ome.zarr"
    array = np.random.default_rng(0).integers(0, 255, SHAPE).astype(np.uint8)
    if request.param == "several slabs":
        with VolumeWriter(path, SHAPE, np.uint8, SPACING, "image", (0.1, 0.2, 0.3)) as writer:
            for start in range(0, len(array), 7):
                writer.append(array[start : start + 7])
    elif request.param == "image inside an image":
        write_volume(path, array, SPACING, "labels")
        write_volume(path, array, SPACING, "image", group=GROUP)
        assert stored(path)["attributes"]["ome"]["multiscales"], "the image at the root is gone"
        return path / GROUP
    else:
        write_volume(path, array, SPACING, request.param)
    return path


def test_the_group_is_zarr_3_and_names_the_version(place):
    group = stored(place)
    assert (group["zarr_format"], group["node_type"]) == (3, "group")
    assert group["attributes"]["ome"]["version"] == "0.5"


def test_axes_are_three_of_space_with_a_unit_of_udunits(place):
    (multiscale,) = stored(place)["attributes"]["ome"]["multiscales"]
    assert multiscale["axes"] == [{"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"]
    assert isinstance(multiscale["name"], str)


def test_levels_are_arrays_of_one_type_with_the_axes_names_from_fine_to_coarse(place):
    (multiscale,) = stored(place)["attributes"]["ome"]["multiscales"]
    levels = [stored(place / dataset["path"]) for dataset in multiscale["datasets"]]
    assert len(levels) > 1
    for level in levels:
        assert (level["zarr_format"], level["node_type"]) == (3, "array")
        assert level["dimension_names"] == ["z", "y", "x"]
        assert level["data_type"] == levels[0]["data_type"]
    shapes = np.array([level["shape"] for level in levels])
    assert tuple(shapes[0]) == SHAPE
    assert (np.diff(shapes, axis=0) <= 0).all()
    assert (np.diff(shapes.prod(axis=1)) < 0).all()


def test_every_level_has_one_scale_then_at_most_one_translation_and_covers_the_same_place(place):
    (multiscale,) = stored(place)["attributes"]["ome"]["multiscales"]
    for dataset in multiscale["datasets"]:
        scale, *rest = dataset["coordinateTransformations"]
        assert scale["type"] == "scale"
        assert [transform["type"] for transform in rest] in ([], ["translation"])
        assert all(len(transform[transform["type"]]) == 3 for transform in (scale, *rest))
        extent = np.array(stored(place / dataset["path"])["shape"]) * scale["scale"]
        assert (extent >= np.array(SHAPE) * SPACING - 1e-9).all()
        assert (extent < np.array(SHAPE) * SPACING + scale["scale"]).all()


def test_shards_hold_whole_chunks(place):
    (multiscale,) = stored(place)["attributes"]["ome"]["multiscales"]
    for dataset in multiscale["datasets"]:
        level = stored(place / dataset["path"])
        (sharding,) = [codec for codec in level["codecs"] if codec["name"] == "sharding_indexed"]
        shard = np.array(level["chunk_grid"]["configuration"]["chunk_shape"])
        assert not (shard % sharding["configuration"]["chunk_shape"]).any()
