"""Voxel sizes that microscopes and image programs write into TIFF files."""

import math
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import tifffile

from porescope.errors import InputError

MICROMETRES = {
    "nm": 1e-3,
    "um": 1.0,
    "µm": 1.0,  # micro sign
    "μm": 1.0,  # Greek mu
    "\\u00b5m": 1.0,  # as ImageJ escapes it
    "micron": 1.0,
    "microns": 1.0,
    "micrometer": 1.0,
    "nanometer": 1e-3,
    "mm": 1e3,
    "cm": 1e4,
    "m": 1e6,
    "pm": 1e-6,
    "å": 1e-4,
    "inch": 25400.0,
}
"""Length units as they are spelled in metadata, in um."""

AXES = ("z", "y", "x")

TESCAN_TAG = 50431
"""TIFF tag in which TESCAN instruments keep their settings as text."""


class AxisSize(NamedTuple):
    """Voxel edge along one axis.

    Attributes
    ----------
    um : float
    origin : str
        Where it was found, e.g. 'sheet' or 'ImageJ'.
    """

    um: float
    origin: str


Reader = Callable[[Path], list[AxisSize | None]]


def resolve_voxel_size(
    sheet_nm: Sequence[float | None], paths: Sequence[Path], sample: str, read: Reader
) -> tuple[AxisSize, AxisSize, AxisSize]:
    """Voxel edges along (z, y, x): the sample sheet's first, then what the files say, axis by axis.

    Parameters
    ----------
    sheet_nm : (z, y, x)
        Edges in nm from the sample sheet; None where it leaves them out.
    paths : sequence of path
        The stack's files; they are opened only where the sheet leaves something out.
    sample : str
        Named in errors.
    read : function
        Voxel edges (z, y, x) by a file's metadata, such as `file_voxel_size`.

    Raises
    ------
    InputError
        An axis has no size, or one that is not positive and finite, or the files disagree by more than 0.1 %.
    """
    sizes: list[AxisSize | None] = [None if nm is None else AxisSize(nm / 1000, "sheet") for nm in sheet_nm]
    if None in sizes:
        found = _agreed_voxel_size(paths, read)
        sizes = [size or other for size, other in zip(sizes, found, strict=True)]
    z, y, x = (_checked(axis, size, paths[0], sample) for axis, size in zip(AXES, sizes, strict=True))
    return z, y, x


def file_voxel_size(path: Path) -> list[AxisSize | None]:
    """Voxel edges (z, y, x) by a file's own metadata; None where it does not say.

    Resolution tags of plain TIFFs are not believed: they hold dots per inch of a printer, not of a microscope.
    """
    found: list[AxisSize | None] = [None, None, None]
    try:
        with tifffile.TiffFile(path) as tif:
            for origin, read in READERS.items():
                sizes = read(tif)
                found = [
                    old if old or new is None else AxisSize(new, origin) for old, new in zip(found, sizes, strict=True)
                ]
    except (tifffile.TiffFileError, ElementTree.ParseError, ValueError, TypeError, OSError) as error:
        raise InputError(f"{path}: its metadata cannot be read ({error}); expected a TIFF with a voxel size") from error
    return found


def _agreed_voxel_size(paths: Sequence[Path], read: Reader) -> list[AxisSize | None]:
    first = read(paths[0])
    for path in paths[1:]:
        for axis, a, b in zip(AXES, first, read(path), strict=True):
            if (a is None) != (b is None) or (a and b and abs(a.um - b.um) > 1e-3 * abs(a.um)):
                raise InputError(
                    f"{path}: its metadata gives a voxel size along {axis} of {_said(b)}, expected {_said(a)} as in "
                    f"{paths[0]}"
                )
    return first


def _said(size: AxisSize | None) -> str:
    return f"{size.um:g} um" if size else "nothing"


def _checked(axis: str, size: AxisSize | None, path: Path, sample: str) -> AxisSize:
    if size is None:
        raise InputError(
            f"sample '{sample}': no voxel size along {axis}, neither in the sheet's column 'voxel_{axis}_nm' nor in "
            f"the metadata of {path} (ImageJ, OME, FEI/Thermo, Zeiss, TESCAN ...); expected it in one of them"
        )
    if not (math.isfinite(size.um) and size.um > 0):
        where = f"sample '{sample}'" if size.origin == "sheet" else str(path)
        raise InputError(
            f"{where}: the voxel size along {axis} ({size.origin}) is {size.um:g} um, expected a positive number"
        )
    return size


Sizes = tuple[float | None, float | None, float | None]

NOTHING: Sizes = (None, None, None)


def _from_ome(tif: tifffile.TiffFile) -> Sizes:
    if not tif.ome_metadata:
        return NOTHING
    for element in ElementTree.fromstring(tif.ome_metadata).iter():
        if element.tag.rpartition("}")[2] == "Pixels":
            values = [element.get(f"PhysicalSize{axis}") for axis in "ZYX"]
            units = [element.get(f"PhysicalSize{axis}Unit", "um") for axis in "ZYX"]
            z, y, x = (length_um(value, unit) for value, unit in zip(values, units, strict=True))
            return z, y, x
    return NOTHING


def _from_imagej(tif: tifffile.TiffFile) -> Sizes:
    if not tif.imagej_metadata:
        return NOTHING
    unit = str(tif.imagej_metadata.get("unit", ""))
    tags = tif.pages.first.tags
    y, x = (_edge(tags.valueof(name)) for name in ("YResolution", "XResolution"))
    return length_um(tif.imagej_metadata.get("spacing"), unit), length_um(y, unit), length_um(x, unit)


def _edge(pixels_per_unit: Any) -> float | None:
    if not isinstance(pixels_per_unit, tuple) or 0 in pixels_per_unit:
        return None
    return float(pixels_per_unit[1] / pixels_per_unit[0])


def _from_fei(tif: tifffile.TiffFile) -> Sizes:
    """Pixel size of FEI and Thermo Fisher microscopes, in metres; the slice distance is not in their files."""
    scan = (tif.fei_metadata or {}).get("Scan", {})
    return None, length_um(scan.get("PixelHeight"), "m"), length_um(scan.get("PixelWidth"), "m")


def _from_zeiss(tif: tifffile.TiffFile) -> Sizes:
    """Pixel size of Zeiss microscopes (square pixels); the slice distance is not in their files."""
    metadata = tif.sem_metadata or {}
    for key in ("ap_image_pixel_size", "ap_pixel_size"):
        if len(metadata.get(key, ())) == 3:
            _, value, unit = metadata[key]
            edge = length_um(value, unit)
            return None, edge, edge
    return NOTHING


def length_um(value: Any, unit: str) -> float | None:
    """A length in um; None without a value or in a unit that is no length."""
    factor = MICROMETRES.get(unit.strip().lower())
    return None if value is None or factor is None else float(value) * factor


def _from_tescan(tif: tifffile.TiffFile) -> Sizes:
    """Pixel size of TESCAN microscopes, in metres; the slice distance is not in their files."""
    told = tescan_settings(tif)
    return None, length_um(told.get("PixelSizeY"), "m"), length_um(told.get("PixelSizeX"), "m")


def tescan_settings(tif: tifffile.TiffFile) -> dict[str, str]:
    """Settings of a TESCAN microscope by name, from the tag in the file or from the .hdr file beside it."""
    tag = tif.pages.first.tags.get(TESCAN_TAG)
    if tag is not None:
        raw = tag.value if isinstance(tag.value, bytes) else bytes(tag.value)
        text = raw.decode("latin-1")
    else:
        path = Path(tif.filehandle.path)
        sidecar = path.with_name(f"{path.stem}-{path.suffix[1:]}.hdr")
        text = sidecar.read_text(encoding="latin-1") if sidecar.is_file() else ""
    return dict(re.findall(r"(?m)^(\w+)=([^\r\n\x00]*)", text))


READERS: dict[str, Callable[[tifffile.TiffFile], Sizes]] = {
    "OME": _from_ome,
    "ImageJ": _from_imagej,
    "FEI": _from_fei,
    "Zeiss": _from_zeiss,
    "TESCAN": _from_tescan,
}
"""Kinds of metadata, the one to be believed first in front."""
