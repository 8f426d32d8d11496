"""From a stack of TIFF slices to a checked volume with its voxel size."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from porescope.errors import InputError
from porescope.ingest.metadata import resolve_voxel_size
from porescope.progress import progress
from porescope.provenance import content_hash
from porescope.tiff import Page, read_headers, read_pages
from porescope.volume import Spacing, VolumeWriter

log = logging.getLogger(__name__)


def ingest_stack(
    paths: Sequence[str | Path],
    sample: str,
    source: str,
    voxel_nm: Sequence[float | None],
    minimum_slices: int,
    volume: str | Path,
    info: str | Path,
) -> None:
    """Check a stack and store it as OME-Zarr, slice by slice; all headers are checked before anything is written.

    Parameters
    ----------
    paths : sequence of path
        Single-page TIFF files in the order of the slices, or one multi-page file.
    sample : str
        Name of the specimen.
    source : 'simulate', 'raw' or 'mask'
        Grey slices must be real images (several of them, none constant, brighter is more); masks may be anything.
    voxel_nm : (z, y, x)
        Voxel edges in nm; None where the file's metadata is to say it.
    minimum_slices : int
        Fewest slices of a grey stack.
    volume, info : path
        Written: the values as stored (one-bit masks as 0 and 1), and a JSON with shape, spacing_um, dtype, bits, the
        range of values and the SHA-256 of every file.

    Raises
    ------
    InputError
        Unreadable files, slices of different shape or type, colour or constant images, too few slices, no voxel size.
    """
    files = [Path(path) for path in paths]
    grey = source != "mask"
    pages = read_headers(files)
    check_pages(pages, sample, minimum_slices if grey else 1, grey)
    sizes = resolve_voxel_size(voxel_nm, files, sample)
    spacing = Spacing(*(size.um for size in sizes))
    shape, dtype = (len(pages), *pages[0].shape), pages[0].dtype
    lowest, highest = np.iinfo(dtype).max, np.iinfo(dtype).min
    with VolumeWriter(volume, shape, dtype, spacing, "image" if grey else "labels") as writer:
        for page, pixels in zip(pages, progress(read_pages(files), len(pages), "slices"), strict=True):
            low, high = int(pixels.min()), int(pixels.max())
            if grey and low == high:
                raise InputError(f"{_name(page)} is {low} everywhere, expected an image")
            lowest, highest = min(lowest, low), max(highest, high)
            writer.append(pixels[np.newaxis])
    record = {
        "sample": sample,
        "shape": list(shape),
        "spacing_um": list(spacing),
        "spacing_from": [size.origin for size in sizes],
        "dtype": dtype.name,
        "bits": pages[0].bits,
        "minimum": lowest,
        "maximum": highest,
        "source_files": [{"path": file.as_posix(), "sha256": content_hash(file)} for file in files],
    }
    Path(info).write_text(json.dumps(record, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    log.info("%d slices of %d x %d, voxel %s um, grey %d to %d", *shape, tuple(spacing), lowest, highest)


def check_pages(pages: Sequence[Page], sample: str, minimum_slices: int, grey: bool) -> None:
    """Refuse a stack that is no stack.

    Raises
    ------
    InputError
        Fewer slices than the minimum; slices of different shape or type; grey values that are inverted or a palette.
    """
    if len(pages) < minimum_slices:
        raise InputError(
            f"sample '{sample}': {pages[0].path} and what belongs to it hold {len(pages)} slices, expected at least "
            f"{minimum_slices} (config key 'ingest/minimum_slices')"
        )
    first = pages[0]
    for page in pages:
        if page.shape != first.shape:
            raise InputError(
                f"{_name(page)} has {page.shape[0]} x {page.shape[1]} pixels, expected {first.shape[0]} x "
                f"{first.shape[1]} as {_name(first)}"
            )
        if page.dtype != first.dtype or page.bits != first.bits:
            raise InputError(f"{_name(page)} has {page.bits} bit, expected {first.bits} as {_name(first)}")
        if grey and not page.plain_grey:
            raise InputError(f"{_name(page)} is inverted (white is zero) or has a palette, expected plain grey")


def _name(page: Page) -> str:
    return f"{page.path}: slice {page.index}" if page.index else str(page.path)
