"""If one fails, volumes would carry a wrong voxel size, and every length derived from them would be wrong."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from porescope.errors import InputError
from porescope.ingest.metadata import file_voxel_size, resolve_voxel_size

PIXELS = np.arange(600, dtype=np.uint8).reshape(20, 30)


def imagej(path: Path, unit: str = "nm", y: float = 20.0, x: float = 25.0, **metadata: Any) -> Path:
    tifffile.imwrite(path, PIXELS, imagej=True, resolution=(1 / x, 1 / y), metadata={"unit": unit, **metadata})
    return path


def values(path: Path) -> list[float | None]:
    return [size and pytest.approx(size.um, rel=1e-4) for size in file_voxel_size(path)]


@pytest.mark.parametrize(
    ("unit", "factor"), [("nm", 1e-3), ("um", 1.0), ("micron", 1.0), ("\\u00B5m", 1.0), ("mm", 1e3)]
)
def test_imagej_sizes_in_any_unit(tmp_path: Path, unit: str, factor: float) -> None:
    assert values(imagej(tmp_path / "a.tif", unit, spacing=50.0)) == [50 * factor, 20 * factor, 25 * factor]


def test_imagej_without_a_length_unit_says_nothing(tmp_path: Path) -> None:
    assert values(imagej(tmp_path / "a.tif", "pixel", spacing=1.0)) == [None, None, None]


def test_printer_resolution_is_not_believed(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", PIXELS, resolution=(72, 72), resolutionunit="inch")
    assert values(tmp_path / "a.tif") == [None, None, None]


def test_ome_sizes(tmp_path: Path) -> None:
    metadata = {
        "axes": "ZYX",
        "PhysicalSizeX": 25.0,
        "PhysicalSizeXUnit": "nm",
        "PhysicalSizeY": 0.02,
        "PhysicalSizeYUnit": "µm",
        "PhysicalSizeZ": 0.05,
    }
    tifffile.imwrite(tmp_path / "a.ome.tif", np.stack([PIXELS, PIXELS]), metadata=metadata, ome=True)
    assert values(tmp_path / "a.ome.tif") == [0.05, 0.02, 0.025]


def test_fei_sizes_in_metres(tmp_path: Path) -> None:
    text = b"[Scan]\r\nPixelWidth=2.5e-08\r\nPixelHeight=3.1e-08\r\n\0"
    tifffile.imwrite(tmp_path / "a.tif", PIXELS, extratags=[(34682, "s", 0, text, True)], metadata=None)
    assert values(tmp_path / "a.tif") == [None, 0.031, 0.025]


def test_zeiss_sizes(tmp_path: Path) -> None:
    text = b"1\r\n2\r\nAP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = 11.5 nm\r\n\0"
    tifffile.imwrite(tmp_path / "a.tif", PIXELS, extratags=[(34118, "s", 0, text, True)], metadata=None)
    assert values(tmp_path / "a.tif") == [None, 0.0115, 0.0115]


def test_the_sheet_comes_first_axis_by_axis(tmp_path: Path) -> None:
    z, y, x = resolve_voxel_size((33.0, None, None), [imagej(tmp_path / "a.tif")], "s", file_voxel_size)
    assert [z.um, y.um, x.um] == pytest.approx([0.033, 0.020, 0.025], rel=1e-4)
    assert [z.origin, y.origin, x.origin] == ["sheet", "ImageJ", "ImageJ"]


def test_a_full_sheet_needs_no_metadata(tmp_path: Path) -> None:
    sizes = resolve_voxel_size((30.0, 20.0, 10.0), [tmp_path / "never_opened.tif"], "s", file_voxel_size)
    assert [size.um for size in sizes] == [0.03, 0.02, 0.01]


def test_no_size_anywhere_is_an_error_that_names_the_axis(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"sample 's': no voxel size along z.*voxel_z_nm.*a\.tif"):
        resolve_voxel_size((None, None, None), [imagej(tmp_path / "a.tif")], "s", file_voxel_size)


@pytest.mark.parametrize("size", [0.0, -3.0, float("nan"), float("inf")])
def test_sizes_must_be_positive_numbers(tmp_path: Path, size: float) -> None:
    with pytest.raises(InputError, match=r"a\.tif: the voxel size along z \(ImageJ\).*positive"):
        resolve_voxel_size((None, 5.0, 5.0), [imagej(tmp_path / "a.tif", spacing=size)], "s", file_voxel_size)
    with pytest.raises(InputError, match=r"voxel size along y.*positive"):
        resolve_voxel_size((5.0, size, 5.0), [tmp_path / "a.tif"], "s", file_voxel_size)


def test_files_that_disagree_are_refused(tmp_path: Path) -> None:
    paths = [imagej(tmp_path / "a.tif", x=25.0), imagej(tmp_path / "b.tif", x=26.0)]
    with pytest.raises(InputError, match=r"b\.tif: .*0\.026 um, expected 0\.025 um as in .*a\.tif"):
        resolve_voxel_size((30.0, None, None), paths, "s", file_voxel_size)
