"""If one fails, a stack would be stored wrongly, or bad input would pass."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from porescope.campaign.slices import slice_files
from porescope.errors import InputError
from porescope.ingest.stack import IngestOptions, ingest_stack
from porescope.volume import read_volume

OPTIONS = IngestOptions(
    minimum_slices=2,
    dataset=None,
    databar_px="auto",
    invert=False,
    damaged={"treatment": "interpolate", "most": 0.1},
)

Ingest = Callable[..., tuple[np.ndarray, dict[str, Any]]]


@pytest.fixture
def ingest(tmp_path: Path) -> Ingest:
    def run(paths: Any, source: str = "raw", voxel_nm: Any = (50.0, 25.0, 20.0), **changed: Any) -> Any:
        volume, info = tmp_path / "out.ome.zarr", tmp_path / "out.json"
        ingest_stack(paths, "s", source, voxel_nm, replace(OPTIONS, **changed), volume, info)
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


def spoil(folder: Path, number: int, pixels: Any) -> None:
    tifffile.imwrite(folder / f"slice {number}.tif", np.asarray(pixels, np.uint8))


def test_damaged_slices_are_reported_and_kept_for_interpolation(folder: Path, ingest: Ingest, caplog) -> None:
    spoil(folder, 7, np.full((20, 30), 9))
    volume, info = ingest(slice_files(str(folder), "test"))
    assert info["damaged_slices"] == [{"slice": 6, "file_slice": 6, "reason": "is 9 everywhere"}]
    assert volume.shape == (12, 20, 30)
    assert "slice 7.tif is 9 everywhere: to be replaced from its neighbours (1 of 1)" in caplog.text


def test_damaged_slices_are_left_out_where_the_config_says_so(folder: Path, ingest: Ingest) -> None:
    spoil(folder, 7, np.full((20, 30), 255))
    volume, info = ingest(slice_files(str(folder), "test"), damaged={"treatment": "leave_out", "most": 0.1})
    assert volume.array[:, 0, 0].tolist() == [*range(101, 107), *range(108, 113)]
    assert info["damaged_slices"] == [{"slice": None, "file_slice": 6, "reason": "is 255 everywhere"}]
    assert info["shape"] == [11, 20, 30]
    assert "slice 7.tif" not in " ".join(file["path"] for file in info["source_files"])


def test_damaged_slices_are_refused_by_config_or_if_there_are_many(folder: Path, ingest: Ingest) -> None:
    spoil(folder, 7, np.full((20, 30), 9))
    paths = slice_files(str(folder), "test")
    with pytest.raises(InputError, match=r"slice 7\.tif is 9 everywhere, expected an image \(config key"):
        ingest(paths, damaged={"treatment": "refuse", "most": 0.1})
    spoil(folder, 9, np.full((20, 30), 9))
    with pytest.raises(InputError, match=r"with it 2 of 12 slices are damaged, more than the share of 0\.1"):
        ingest(paths)


def test_masks_may_be_constant(folder: Path, ingest: Ingest) -> None:
    spoil(folder, 7, np.full((20, 30), 9))
    volume, _ = ingest(slice_files(str(folder), "test"), source="mask")
    assert volume.array[6].min() == volume.array[6].max() == 9


def test_inverted_contrast_is_warned_of_and_turned_round_on_demand(tmp_path: Path, ingest: Ingest, caplog) -> None:
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(0)
    field = gaussian_filter(rng.standard_normal((3, 64, 64)), (0, 4, 4))
    pores = np.clip(60 + 900 * field, 20, 110)  # of many greys, in metal of one
    grey = rng.poisson(np.where(field > 0, 180, pores)).clip(0, 255).astype(np.uint8)
    tifffile.imwrite(tmp_path / "right.tif", grey, photometric="minisblack")
    tifffile.imwrite(tmp_path / "wrong.tif", 255 - grey, photometric="minisblack")
    ingest([tmp_path / "right.tif"])
    assert "inverted" not in caplog.text
    ingest([tmp_path / "wrong.tif"])
    assert "contrast looks inverted" in caplog.text
    assert "set config key 'ingest/invert' to true" in caplog.text
    caplog.clear()
    volume, info = ingest([tmp_path / "wrong.tif"], invert=True)
    assert "inverted" not in caplog.text
    assert info["inverted"] is True
    np.testing.assert_array_equal(volume.array[:], grey)


def test_too_few_slices(folder: Path, ingest: Ingest) -> None:
    paths = slice_files(str(folder), "test")[:1]
    with pytest.raises(InputError, match="hold 1 slices, expected at least 2"):
        ingest(paths)
    ingest(paths, source="mask")


def test_files_with_white_as_zero_are_turned_round_but_masks_keep_their_values(tmp_path: Path, ingest: Ingest) -> None:
    stack = np.random.default_rng(0).integers(0, 2, (3, 20, 30)).astype(np.uint8) * 255
    tifffile.imwrite(tmp_path / "m.tif", stack, photometric="miniswhite")
    volume, info = ingest([tmp_path / "m.tif"])
    np.testing.assert_array_equal(volume.array[:], 255 - stack)
    assert info["inverted"] is True
    volume, _ = ingest([tmp_path / "m.tif"], source="mask")
    np.testing.assert_array_equal(volume.array[:], stack)


def test_a_single_slice_is_possible_where_the_config_allows_it(folder: Path, ingest: Ingest) -> None:
    volume, info = ingest(slice_files(str(folder), "test")[:1], minimum_slices=1)
    assert volume.shape == (1, 20, 30)
    assert info["damaged_slices"] == []


def with_bar(count: int, changing_text: bool) -> np.ndarray:
    """Noisy slices of 120 x 100 over a bar of 14 rows with letters, of which some change."""
    rng = np.random.default_rng(0)
    stack = rng.integers(20, 220, (count, 134, 100)).astype(np.uint8)
    stack[:, 120:] = 0
    stack[:, 124:130, 5:60:3] = 255
    if changing_text:
        stack[:, 124:130, 70:80] = rng.integers(0, 255, (count, 6, 10))
    return stack


@pytest.mark.parametrize(("count", "changing_text"), [(3, False), (3, True), (1, False), (12, True)])
def test_a_databar_is_found_cropped_and_told(tmp_path: Path, ingest: Ingest, caplog, count, changing_text) -> None:
    stack = with_bar(count, changing_text)
    tifffile.imwrite(tmp_path / "m.tif", stack, photometric="minisblack")
    volume, info = ingest([tmp_path / "m.tif"], minimum_slices=1)
    assert info["databar_px"] == 14
    np.testing.assert_array_equal(volume.array[:], stack[:, :120])
    assert "looks like a databar in the last 14 of 134 rows, which are cropped" in caplog.text


def test_the_rows_of_a_databar_can_be_set_or_come_from_the_header(tmp_path: Path, ingest: Ingest) -> None:
    stack = with_bar(3, False)
    tifffile.imwrite(tmp_path / "m.tif", stack, photometric="minisblack")
    assert ingest([tmp_path / "m.tif"], databar_px=0)[0].shape == (3, 134, 100)
    assert ingest([tmp_path / "m.tif"], databar_px=20)[0].shape == (3, 114, 100)
    with pytest.raises(InputError, match="'ingest/databar_px' is 134, expected less than the 134 rows"):
        ingest([tmp_path / "m.tif"], databar_px=134)
    header = (34682, "s", 0, b"[Image]\r\nResolutionX=100\r\nResolutionY=117\r\n\0", True)
    for index, pixels in enumerate(stack):
        tifffile.imwrite(tmp_path / f"f{index}.tif", pixels, extratags=[header], metadata=None)
    assert ingest([tmp_path / f"f{index}.tif" for index in range(3)])[0].shape == (3, 117, 100)


def test_pores_clipped_at_black_are_no_databar(tmp_path: Path, ingest: Ingest) -> None:
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(0)
    metal = gaussian_filter(rng.standard_normal((6, 120, 100)), (1, 4, 4)) > 0.03
    grey = np.where(metal, rng.integers(150, 200, metal.shape), 0).astype(np.uint8)
    tifffile.imwrite(tmp_path / "m.tif", grey)
    _, info = ingest([tmp_path / "m.tif"])
    assert (info["databar_px"], info["damaged_slices"]) == (0, [])
