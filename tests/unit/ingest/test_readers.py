"""If one fails, a format would be read in a wrong order or size, or a damaged file taken for a whole one."""

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
import zarr
from skimage.io import imsave

from porescope.campaign.slices import slice_files
from porescope.errors import InputError
from porescope.ingest.readers import Stack, open_stack
from porescope.volume import Spacing, write_volume

STACK = np.random.default_rng(0).integers(0, 255, (5, 20, 30)).astype(np.uint8)
DEEP = STACK.astype(np.uint16) * 200


def opened(path: Path, dataset: str | None = None) -> Stack:
    return open_stack(slice_files(str(path), "t"), dataset)


def content(stack: Stack) -> np.ndarray:
    return np.stack(list(stack.slices()))


def sizes(stack: Stack) -> list[float | None]:
    return [size and size.um for size in stack.voxel_size(stack.described_by[0])]


@pytest.mark.parametrize("suffix", [".png", ".bmp"])
def test_images_one_a_slice(tmp_path: Path, suffix: str) -> None:
    for index, pixels in enumerate(STACK):
        imsave(tmp_path / f"s{index + 8}{suffix}", pixels, check_contrast=False)
    stack = opened(tmp_path)
    np.testing.assert_array_equal(content(stack), STACK)
    assert (len(stack.pages), stack.pages[0].shape, stack.pages[0].bits) == (5, (20, 30), 8)
    assert sizes(stack) == [None, None, None]


def test_16_bit_png_and_grey_in_three_equal_channels(tmp_path: Path) -> None:
    imsave(tmp_path / "a.png", DEEP[0], check_contrast=False)
    np.testing.assert_array_equal(content(opened(tmp_path / "a.png"))[0], DEEP[0])
    imsave(tmp_path / "b.png", np.repeat(STACK[0][..., None], 3, axis=2), check_contrast=False)
    np.testing.assert_array_equal(content(opened(tmp_path / "b.png"))[0], STACK[0])


def test_colour_and_broken_images_are_named(tmp_path: Path) -> None:
    imsave(tmp_path / "c.png", np.moveaxis(STACK[:3], 0, -1), check_contrast=False)
    with pytest.raises(InputError, match=r"c\.png: slice 0 has axes \(20, 30, 3\), expected grey"):
        _ = opened(tmp_path / "c.png").pages
    imsave(tmp_path / "d.png", STACK[0], check_contrast=False)
    (tmp_path / "d.png").write_bytes((tmp_path / "d.png").read_bytes()[:-200])
    with pytest.raises(InputError, match=r"d\.png: cannot be read"):
        _ = opened(tmp_path / "d.png").pages


def test_a_folder_of_two_formats_is_refused(tmp_path: Path) -> None:
    for name in ("a1.png", "a2.png", "a3.tif"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(InputError, match=r"holds \.png and \.tif; expected one of them"):
        slice_files(str(tmp_path), "t")


@pytest.mark.parametrize("chunks", [None, (2, 20, 30)])
def test_hdf5_with_its_voxel_size(tmp_path: Path, chunks) -> None:
    with h5py.File(tmp_path / "s.h5", "w") as file:
        data = file.create_dataset("t0/channel0", data=DEEP, chunks=chunks)
        data.attrs["element_size_um"] = [0.05, 0.02, 0.03]
    stack = opened(tmp_path / "s.h5")
    np.testing.assert_array_equal(content(stack), DEEP)
    assert sizes(stack) == [0.05, 0.02, 0.03]


def test_which_dataset_of_an_hdf5_file_must_be_clear(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "s.h5", "w") as file:
        file["a"], file["b"] = STACK, STACK[..., None] + 0
    with pytest.raises(
        InputError, match=r"dataset 'None' \(config key 'ingest/dataset'\); expected one of \['a', 'b'\]"
    ):
        _ = opened(tmp_path / "s.h5").pages
    np.testing.assert_array_equal(content(opened(tmp_path / "s.h5", "b")), STACK)
    (tmp_path / "cut.h5").write_bytes((tmp_path / "s.h5").read_bytes()[:1000])
    with pytest.raises(InputError, match=r"cut\.h5: not a readable HDF5 file"):
        _ = opened(tmp_path / "cut.h5").pages


def test_our_own_ome_zarr_comes_back(tmp_path: Path) -> None:
    write_volume(tmp_path / "v.ome.zarr", DEEP, Spacing(0.05, 0.02, 0.03), "image")
    stack = opened(tmp_path / "v.ome.zarr")
    np.testing.assert_array_equal(content(stack), DEEP)
    assert sizes(stack) == [0.05, 0.02, 0.03]


def test_ome_zarr_of_version_0_4_with_channel_axis_and_nanometres(tmp_path: Path) -> None:
    group = zarr.open_group(str(tmp_path / "v.zarr"), mode="w", zarr_format=2)
    group.create_array("full", data=STACK[None], chunks=(1, 2, 20, 30))
    axes = [{"name": "c", "type": "channel"}] + [{"name": n, "type": "space", "unit": "nanometer"} for n in "zyx"]
    scale = {"type": "scale", "scale": [1, 50, 20, 30]}
    group.attrs["multiscales"] = [{"axes": axes, "datasets": [{"path": "full", "coordinateTransformations": [scale]}]}]
    stack = opened(tmp_path / "v.zarr")
    np.testing.assert_array_equal(content(stack), STACK)
    assert sizes(stack) == pytest.approx([0.05, 0.02, 0.03])


def test_a_zarr_without_an_image_is_named(tmp_path: Path) -> None:
    zarr.open_group(str(tmp_path / "v.zarr"), mode="w")
    with pytest.raises(InputError, match=r"v\.zarr: not an OME-Zarr image"):
        _ = opened(tmp_path / "v.zarr").pages


@pytest.mark.parametrize("order", ["little", "big"])
def test_raw_pixels_with_their_sidecar(tmp_path: Path, order: str) -> None:
    told = {"shape": [5, 20, 30], "dtype": "uint16", "byte_order": order, "offset_bytes": 7, "voxel_nm": [50, 20, 30]}
    (tmp_path / "s.raw").write_bytes(b"7 bytes" + DEEP.astype("<u2" if order == "little" else ">u2").tobytes())
    (tmp_path / "s.json").write_text(json.dumps(told))
    stack = opened(tmp_path / "s.raw")
    np.testing.assert_array_equal(content(stack), DEEP)
    assert sizes(stack) == pytest.approx([0.05, 0.02, 0.03])


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"shape": [5, 20, 31], "dtype": "uint8"}, r"s\.raw: has 3000 bytes where s\.json announces 3100"),
        ({"shape": [5, 20, 30]}, r"s\.json: KeyError\('dtype'\); expected JSON with 'shape'"),
        ({"shape": [150, 20], "dtype": "uint8"}, r"'shape' is \[150, 20\], expected three positive numbers"),
        ({"shape": [5, 20, 30], "dtype": "uint8", "voxel": 3}, "unknown key 'voxel'"),
        ({"shape": [5, 10, 15], "dtype": "float32"}, "pixels of type float32, expected unsigned 8 or 16 bit grey"),
    ],
)
def test_a_sidecar_that_does_not_fit_is_named(tmp_path: Path, told: dict[str, object], message: str) -> None:
    (tmp_path / "s.raw").write_bytes(STACK.tobytes())
    (tmp_path / "s.json").write_text(json.dumps(told))
    with pytest.raises(InputError, match=message):
        _ = opened(tmp_path / "s.raw").pages


def test_a_raw_file_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.raw").write_bytes(b"x")
    with pytest.raises(InputError, match=r"no file '.*s\.json' beside"):
        slice_files(str(tmp_path / "s.raw"), "t")
