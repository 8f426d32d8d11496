"""If one fails, a stack would be stored wrongly, or bad input would pass."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from porescope.campaign.slices import slice_files
from porescope.errors import InputError
from porescope.ingest.stack import ingest_stack
from porescope.volume import read_volume

Ingest = Callable[..., tuple[np.ndarray, dict[str, Any]]]


@pytest.fixture
def ingest(tmp_path: Path) -> Ingest:
    def run(paths: Any, source: str = "raw", voxel_nm: Any = (50.0, 25.0, 20.0), minimum_slices: int = 2) -> Any:
        volume, info = tmp_path / "out.ome.zarr", tmp_path / "out.json"
        ingest_stack(paths, "s", source, voxel_nm, minimum_slices, volume, info)
        return read_volume(volume), json.loads(info.read_text(encoding="utf-8"))

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve slices numbered without leading zeros (as text, 10 sorts before 2); slice i has a pixel of 100 + i."""
    place = tmp_path / "slices"
    place.mkdir()
    for index in range(1, 13):
        pixels = np.random.default_rng(index).integers(0, 100, (20, 30)).astype(np.uint8)
        pixels[0, 0] = 100 + index
        tifffile.imwrite(place / f"slice {index}.tif", pixels)
    return place


def test_slices_are_stored_in_natural_order_with_their_voxel_size(folder: Path, ingest: Ingest) -> None:
    volume, info = ingest(slice_files(str(folder), "test"))
    assert volume.array[:, 0, 0].tolist() == list(range(101, 113))
    assert tuple(volume.spacing) == (0.05, 0.025, 0.02)
    assert (info["shape"], info["spacing_um"]) == ([12, 20, 30], [0.05, 0.025, 0.02])
    assert (info["dtype"], info["bits"], info["minimum"], info["maximum"]) == ("uint8", 8, 0, 112)
    first = folder / "slice 1.tif"
    assert info["source_files"][0] == {
        "path": first.as_posix(),
        "sha256": hashlib.sha256(first.read_bytes()).hexdigest(),
    }


def test_a_multi_page_16_bit_file_keeps_its_values(tmp_path: Path, ingest: Ingest) -> None:
    stack = np.random.default_rng(0).integers(0, 60000, (19, 20, 30)).astype(np.uint16)
    tifffile.imwrite(
        tmp_path / "m.tif", stack, imagej=True, resolution=(40, 40), metadata={"unit": "um", "spacing": 0.05}
    )
    volume, info = ingest([tmp_path / "m.tif"], voxel_nm=(None, None, None))
    np.testing.assert_array_equal(volume.array[:], stack)
    assert (info["bits"], info["spacing_um"]) == (16, pytest.approx([0.05, 0.025, 0.025]))


def test_slices_of_other_shape_or_type_are_named(folder: Path, ingest: Ingest) -> None:
    tifffile.imwrite(folder / "slice 5.tif", np.zeros((20, 31), np.uint8))
    with pytest.raises(InputError, match=r"slice 5\.tif has 20 x 31 pixels, expected 20 x 30 as .*slice 1\.tif"):
        ingest(slice_files(str(folder), "test"))
    tifffile.imwrite(folder / "slice 5.tif", np.zeros((20, 30), np.uint16))
    with pytest.raises(InputError, match=r"slice 5\.tif has 16 bit, expected 8"):
        ingest(slice_files(str(folder), "test"))


def test_nothing_is_written_before_all_headers_are_checked(folder: Path, tmp_path: Path, ingest: Ingest) -> None:
    last = folder / "slice 12.tif"
    last.write_bytes(last.read_bytes()[:-10])
    with pytest.raises(InputError, match=r"slice 12\.tif: cut short"):
        ingest(slice_files(str(folder), "test"))
    assert not (tmp_path / "out.ome.zarr").exists()
    assert not (tmp_path / "out.json").exists()


def test_constant_slices_are_refused_in_grey_stacks_but_not_in_masks(folder: Path, ingest: Ingest) -> None:
    tifffile.imwrite(folder / "slice 7.tif", np.full((20, 30), 9, np.uint8))
    paths = slice_files(str(folder), "test")
    with pytest.raises(InputError, match=r"slice 7\.tif is 9 everywhere"):
        ingest(paths)
    volume, _ = ingest(paths, source="mask")
    assert volume.array[6].min() == volume.array[6].max() == 9


def test_too_few_slices(folder: Path, ingest: Ingest) -> None:
    paths = slice_files(str(folder), "test")[:1]
    with pytest.raises(InputError, match="hold 1 slices, expected at least 2"):
        ingest(paths)
    ingest(paths, source="mask")


def test_inverted_grey_is_refused_but_masks_keep_their_values(tmp_path: Path, ingest: Ingest) -> None:
    stack = np.random.default_rng(0).integers(0, 2, (3, 20, 30)).astype(np.uint8) * 255
    tifffile.imwrite(tmp_path / "m.tif", stack, photometric="miniswhite")
    with pytest.raises(InputError, match="inverted"):
        ingest([tmp_path / "m.tif"])
    volume, _ = ingest([tmp_path / "m.tif"], source="mask")
    np.testing.assert_array_equal(volume.array[:], stack)
