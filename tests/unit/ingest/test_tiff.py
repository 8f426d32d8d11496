"""If one fails, slices would be read wrongly, or a damaged file would be taken for a whole one."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from porescope.errors import InputError
from porescope.tiff import read_headers, read_pages


def grey(count: int = 5, dtype: type = np.uint8) -> np.ndarray:
    return np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (count, 20, 30)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("byteorder", ["<", ">"])
@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_multi_page_file_gives_its_slices_in_order(tmp_path: Path, dtype: type, byteorder: str, compression) -> None:
    stack = grey(dtype=dtype)
    tifffile.imwrite(tmp_path / "s.tif", stack, byteorder=byteorder, compression=compression)
    headers = read_headers([tmp_path / "s.tif"])
    assert [h.index for h in headers] == list(range(5))
    assert headers[0].shape == (20, 30)
    np.testing.assert_array_equal(np.stack(list(read_pages([tmp_path / "s.tif"]))), stack)


def test_single_files_give_the_same_slices(tmp_path: Path) -> None:
    stack = grey(dtype=np.uint16)
    paths = [tmp_path / f"s_{i}.tif" for i in range(5)]
    for path, pixels in zip(paths, stack, strict=True):
        tifffile.imwrite(path, pixels)
    assert len(read_headers(paths)) == 5
    np.testing.assert_array_equal(np.stack(list(read_pages(paths))), stack)


def test_an_imagej_stack_with_one_header_gives_all_slices(tmp_path: Path) -> None:
    stack = grey(dtype=np.uint16)
    tifffile.imwrite(tmp_path / "s.tif", stack, imagej=True, truncate=True, byteorder=">")
    assert len(tifffile.TiffFile(tmp_path / "s.tif").pages) == 1
    assert len(read_headers([tmp_path / "s.tif"])) == 5
    np.testing.assert_array_equal(np.stack(list(read_pages([tmp_path / "s.tif"]))), stack)


def test_one_bit_masks_become_zero_and_one(tmp_path: Path) -> None:
    mask = grey(1)[0] > 99
    tifffile.imwrite(tmp_path / "m.tif", mask)
    (header,) = read_headers([tmp_path / "m.tif"])
    (pixels,) = read_pages([tmp_path / "m.tif"])
    assert (header.bits, header.dtype, pixels.dtype) == (1, np.uint8, np.uint8)
    np.testing.assert_array_equal(pixels, mask)


@pytest.mark.parametrize("share", [0.0, 0.002, 0.05, 0.3, 0.6, 0.99])
@pytest.mark.parametrize("imagej", [False, True])
def test_a_file_cut_short_anywhere_is_refused(tmp_path: Path, share: float, imagej: bool) -> None:
    tifffile.imwrite(tmp_path / "s.tif", grey(), imagej=imagej)
    content = (tmp_path / "s.tif").read_bytes()
    (tmp_path / "cut.tif").write_bytes(content[: int(share * len(content))])
    with pytest.raises(InputError, match=r"cut\.tif: .*"):
        read_headers([tmp_path / "cut.tif"])


def test_pixels_that_cannot_be_decoded_are_named(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "z.tif", grey(1)[0], compression="zlib")
    content = bytearray((tmp_path / "z.tif").read_bytes())
    content[-300:-200] = bytes(100)
    (tmp_path / "z.tif").write_bytes(content)
    with pytest.raises(InputError, match=r"z\.tif: slice 0 cannot be read"):
        list(read_pages([tmp_path / "z.tif"]))


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        (np.zeros((9, 9, 3), np.uint8), "colour image"),
        (np.zeros((9, 9), np.float32), "type float32"),
        (np.zeros((9, 9), np.int16), "type int16"),
    ],
)
def test_other_images_are_refused(tmp_path: Path, pixels: np.ndarray, message: str) -> None:
    tifffile.imwrite(tmp_path / "x.tif", pixels, photometric="rgb" if pixels.ndim == 3 else "minisblack")
    with pytest.raises(InputError, match=message):
        read_headers([tmp_path / "x.tif"])


def test_missing_files_and_other_formats_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.tif: no such file"):
        read_headers([tmp_path / "gone.tif"])
    (tmp_path / "text.tif").write_text("no image at all", encoding="utf-8")
    with pytest.raises(InputError, match=r"text\.tif: not a readable TIFF"):
        read_headers([tmp_path / "text.tif"])


def test_several_multi_page_files_are_refused(tmp_path: Path) -> None:
    for name in "ab":
        tifffile.imwrite(tmp_path / f"{name}.tif", grey())
    with pytest.raises(InputError, match="holds 5 slices, expected one"):
        read_headers([tmp_path / "a.tif", tmp_path / "b.tif"])


def test_inverted_scales_and_coloured_palettes_are_told_from_plain_grey(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (3, 1))
    cases = {"plain": (True, False), "white": (True, True), "grey": (True, False), "red": (False, False)}
    tifffile.imwrite(tmp_path / "plain.tif", grey(1)[0])
    tifffile.imwrite(tmp_path / "white.tif", grey(1)[0], photometric="miniswhite")
    tifffile.imwrite(tmp_path / "grey.tif", grey(1)[0], photometric="palette", colormap=ramp)
    tifffile.imwrite(tmp_path / "red.tif", grey(1)[0], photometric="palette", colormap=ramp * [[1], [0], [0]])
    for name, expected in cases.items():
        (header,) = read_headers([tmp_path / f"{name}.tif"])
        assert (header.plain_grey, header.white_is_zero) == expected, name
