"""Grey and label slices in TIFF files: headers checked first, pixels streamed one slice at a time."""

import logging
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile

from porescope.errors import InputError
from porescope.volume import Spacing

logging.getLogger("tifffile").addHandler(logging.NullHandler())  # what it would print is raised here, in one sentence

READABLE = {"uint8", "uint16", "bool"}
"""Pixel types of FIB-SEM slices and of masks."""

GREY = {tifffile.PHOTOMETRIC.MINISBLACK, tifffile.PHOTOMETRIC.MINISWHITE, tifffile.PHOTOMETRIC.PALETTE}


@dataclass(frozen=True)
class Page:
    """What the header of one slice says.

    Attributes
    ----------
    path : path
        The file.
    index : int
        Which slice of the file.
    shape : (ny, nx)
    dtype : dtype
        As `read_pages` gives it: uint8 or uint16; one-bit masks are uint8.
    bits : int
        Bits per pixel in the file: 1, 8, 12, 16.
    plain_grey : bool
        No palette other than grey.
    white_is_zero : bool
        More is darker, by the header.
    """

    path: Path
    index: int
    shape: tuple[int, int]
    dtype: np.dtype
    bits: int
    plain_grey: bool
    white_is_zero: bool


def read_headers(paths: Sequence[str | Path]) -> list[Page]:
    """Headers of all slices, in order; no pixel is read.

    Parameters
    ----------
    paths : sequence of path
        Single-page files, one a slice, or one multi-page file. Reduced copies inside a file (thumbnails) do not count.

    Raises
    ------
    InputError
        A file is missing, no TIFF, cut short, in colour, or of other than 1 to 16 bit unsigned pixels; one of several
        files holds more than one slice.
    """
    found: list[Page] = []
    for path in map(Path, paths):
        with _opened(path) as tif:
            pages = _headers(path, _full_pages(path, tif), tif)
        if len(paths) > 1 and len(pages) > 1:
            raise InputError(f"{path}: holds {len(pages)} slices, expected one in each of the {len(paths)} files")
        found += pages
    return found


def read_pages(paths: Sequence[str | Path]) -> Iterator[np.ndarray]:
    """Slices (ny, nx) of the same files as `read_headers` takes, one at a time, as uint8 or uint16, values as stored.

    Raises
    ------
    InputError
        As `read_headers`, and where the pixels of a slice cannot be decoded.
    """
    for path in map(Path, paths):
        with _opened(path) as tif:
            full = _full_pages(path, tif)
            for page in _headers(path, full, tif):
                try:
                    pixels = full[page.index].asarray() if page.index < len(full) else _behind(full[0], page)
                except (ValueError, RuntimeError, OSError, tifffile.TiffFileError) as error:
                    raise InputError(
                        f"{path}: slice {page.index} cannot be read ({error}); expected a complete TIFF image"
                    ) from error
                yield pixels.astype(page.dtype, copy=False)


def _opened(path: Path) -> tifffile.TiffFile:
    try:
        return tifffile.TiffFile(path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file, expected a TIFF slice") from None
    except (tifffile.TiffFileError, OSError, ValueError, struct.error) as error:
        raise InputError(f"{path}: not a readable TIFF ({error})") from error


def _full_pages(path: Path, tif: tifffile.TiffFile) -> list[tifffile.TiffPage]:
    try:
        pages = [page for page in tif.pages if isinstance(page, tifffile.TiffPage) and not page.is_reduced]
        end_of_chain = tif.pages.next_page_offset
        if end_of_chain is not None:
            tif.filehandle.seek(end_of_chain)
            raw = tif.filehandle.read(tif.tiff.offsetsize)
            if any(raw) or len(raw) < tif.tiff.offsetsize:
                raise InputError(f"{path}: cut short after slice {len(pages) - 1}, expected a complete TIFF stack")
    except (tifffile.TiffFileError, IndexError, ValueError, OSError, struct.error) as error:
        raise InputError(f"{path}: not a readable TIFF ({error})") from error
    if not pages:
        raise InputError(f"{path}: holds no image, expected at least one slice")
    return pages


def _headers(path: Path, pages: list[tifffile.TiffPage], tif: tifffile.TiffFile) -> list[Page]:
    headers = [_header(path, index, page) for index, page in enumerate(pages)]
    end = max(
        offset + length for page in pages for offset, length in zip(page.dataoffsets, page.databytecounts, strict=True)
    )
    if len(pages) == 1 and tif.imagej_metadata:
        count = int(tif.imagej_metadata.get("images", 1))
        if count > 1:  # ImageJ writes stacks above 4 GB with one header
            headers = [_header(path, index, pages[0]) for index in range(count)]
            end = pages[0].dataoffsets[0] + count * pages[0].nbytes
    size = path.stat().st_size
    if end > size:
        raise InputError(f"{path}: cut short, it has {size} bytes where its header announces {end}")
    return headers


def _header(path: Path, index: int, page: tifffile.TiffPage) -> Page:
    where = f"{path}: slice {index}"
    if page.samplesperpixel != 1 or page.photometric not in GREY:
        raise InputError(f"{where} is a colour image ({page.samplesperpixel} channels), expected grey")
    dtype = page.dtype
    if dtype is None or dtype.name not in READABLE:
        raise InputError(f"{where} has pixels of type {dtype}, expected unsigned 8 or 16 bit grey")
    if len(page.shape) != 2:
        raise InputError(f"{where} has shape {page.shape}, expected two axes (y, x)")
    if not page.dataoffsets or 0 in page.databytecounts:
        raise InputError(f"{where} has no pixels; expected a complete TIFF image")
    stored = np.dtype(np.uint8) if dtype.name == "bool" else dtype.newbyteorder("=")
    ny, nx = page.shape
    white = page.photometric == tifffile.PHOTOMETRIC.MINISWHITE
    return Page(path, index, (ny, nx), stored, page.bitspersample, _is_plain_grey(page), white)


def _is_plain_grey(page: tifffile.TiffPage) -> bool:
    if page.photometric != tifffile.PHOTOMETRIC.PALETTE:
        return True
    red, green, blue = np.asarray(page.colormap, dtype=np.int64)
    return bool((red == green).all() and (red == blue).all() and (np.diff(red) >= 0).all())


def _behind(first: tifffile.TiffPage, page: Page) -> np.ndarray:
    """A slice that lies behind the only one with a header."""
    dtype = np.dtype(f"{first.parent.byteorder}{page.dtype.char}")
    with page.path.open("rb") as stream:
        stream.seek(first.dataoffsets[0] + page.index * first.nbytes)
        return np.fromfile(stream, dtype, count=page.shape[0] * page.shape[1]).reshape(page.shape)


def write_stack(path: str | Path, slices: np.ndarray, spacing: Spacing) -> None:
    """Write slices (nz, ny, nx) as one multi-page file with the voxel size, in um, where ImageJ keeps it."""
    tifffile.imwrite(
        path,
        slices,
        imagej=True,
        resolution=(1 / spacing.x, 1 / spacing.y),
        metadata={"unit": "um", "spacing": spacing.z, "axes": "ZYX"},
    )
