"""From files of slices to a checked volume with its voxel size."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from porescope.errors import InputError
from porescope.ingest.contrast import looks_inverted
from porescope.ingest.damage import Damage, SliceLook, find_damage, look_at
from porescope.ingest.databar import databar_rows
from porescope.ingest.instrument import image_rows, instrument_settings
from porescope.ingest.metadata import resolve_voxel_size
from porescope.ingest.readers import Stack, Tiffs, open_stack
from porescope.progress import progress
from porescope.provenance import content_hash
from porescope.tiff import Page
from porescope.volume import Spacing, VolumeWriter

log = logging.getLogger(__name__)

SAMPLED = 8
"""Slices, from the first that are not constant, on which databar and contrast are looked for."""


@dataclass(frozen=True)
class IngestOptions:
    """Config section ``ingest``; its schema explains every key."""

    minimum_slices: int
    dataset: str | None
    databar_px: int | Literal["auto"]
    invert: bool
    damaged: Mapping[str, Any]


class Survey(NamedTuple):
    """What is known of a stack before it is stored.

    Attributes
    ----------
    rows : int
        Rows of the image proper; below them is the databar.
    inverted : bool
        Whether values are turned round, so that metal is bright.
    looks : list of SliceLook
        Of every slice, as it will be stored.
    damage : list of Damage
    """

    rows: int
    inverted: bool
    looks: list[SliceLook]
    damage: list[Damage]


def ingest_stack(
    paths: Sequence[str | Path],
    sample: str,
    source: str,
    voxel_nm: Sequence[float | None],
    options: IngestOptions,
    volume: str | Path,
    info: str | Path,
) -> None:
    """Check a stack and store it as OME-Zarr, slice by slice; everything is checked before anything is written.

    Parameters
    ----------
    paths : sequence of path
        The stack's files; see readers.open_stack.
    sample : str
        Name of the specimen.
    source : 'simulate', 'raw' or 'mask'
        Grey slices must be images, brighter where there is metal, without databar; masks are stored as they are.
    voxel_nm : (z, y, x)
        Voxel edges in nm; None where the file's metadata is to say it.
    options : IngestOptions
    volume, info : path
        Written: the values as stored (one-bit masks as 0 and 1; turned round if inverted), without databar and without
        damaged slices where those are left out; and a JSON with shape, spacing_um, dtype, bits, the range of values,
        what was cropped, turned round or found damaged, the microscope's settings and the SHA-256 of every file.

    Raises
    ------
    InputError
        Unreadable files, slices of different shape or type, colour, too few slices, too many damaged ones, no voxel
        size.
    """
    files = [Path(path) for path in paths]
    grey = source != "mask"
    stack = open_stack(files, options.dataset)
    pages = stack.pages
    check_pages(pages, sample, options.minimum_slices if grey else 1, grey)
    sizes = resolve_voxel_size(voxel_nm, stack.described_by, sample, stack.voxel_size)
    survey = survey_stack(stack, options) if grey else Survey(pages[0].shape[0], False, [], [])
    check_damage(survey.damage, pages, options)
    left_out = {d.place for d in survey.damage} if options.damaged["treatment"] == "leave_out" else set()
    kept = [index for index in range(len(pages)) if index not in left_out]
    spacing = Spacing(*(size.um for size in sizes))
    shape, dtype = (len(kept), survey.rows, pages[0].shape[1]), pages[0].dtype
    lowest, highest = np.iinfo(dtype).max, np.iinfo(dtype).min
    with VolumeWriter(volume, shape, dtype, spacing, "image" if grey else "labels") as writer:
        for index, pixels in enumerate(progress(image_part(stack, survey), len(pages), "slices stored")):
            if index not in left_out:
                lowest, highest = min(lowest, int(pixels.min())), max(highest, int(pixels.max()))
                writer.append(pixels[np.newaxis])
    used = files if len(files) != len(pages) else [files[index] for index in kept]
    record = {
        "sample": sample,
        "shape": list(shape),
        "spacing_um": list(spacing),
        "spacing_from": [size.origin for size in sizes],
        "dtype": dtype.name,
        "bits": pages[0].bits,
        "minimum": lowest,
        "maximum": highest,
        "databar_px": pages[0].shape[0] - survey.rows,
        "inverted": survey.inverted,
        "damaged_slices": [
            {"slice": kept.index(d.place) if d.place in kept else None, "file_slice": d.place, "reason": d.reason}
            for d in survey.damage
        ],
        "instrument": instrument_settings(files[0]) if isinstance(stack, Tiffs) else {},
        "source_files": [{"path": file.as_posix(), "sha256": content_hash(file)} for file in used],
    }
    Path(info).write_text(json.dumps(record, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    log.info("%d slices of %d x %d, voxel %s um, grey %d to %d", *shape, tuple(spacing), lowest, highest)


def check_pages(pages: Sequence[Page], sample: str, minimum_slices: int, grey: bool) -> None:
    """Refuse a stack that is no stack.

    Raises
    ------
    InputError
        Fewer slices than the minimum; slices of different shape or type; grey values by a palette.
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
        if page.white_is_zero != first.white_is_zero:
            raise InputError(
                f"{_name(page)} is inverted (white is zero) and {_name(first)} is not, expected one of both"
            )
        if grey and not page.plain_grey:
            raise InputError(f"{_name(page)} has a palette, expected plain grey")


def survey_stack(stack: Stack, options: IngestOptions) -> Survey:
    """Look at every slice of a grey stack before any is stored: databar, contrast, damage."""
    page = stack.pages[0]
    full_scale = 2**page.bits - 1
    sampled = list(islice((pixels for pixels in stack.slices() if pixels.min() < pixels.max()), SAMPLED))
    rows = page.shape[0] - _bar(stack, sampled, options)
    inverted = page.white_is_zero != options.invert
    shown = [full_scale - pixels[:rows] if inverted else pixels[:rows] for pixels in sampled]
    shown = [pixels for pixels in shown if pixels.min() < pixels.max()]
    if shown and looks_inverted(shown):
        log.warning(
            "%s: contrast looks inverted, the darker phase is the noisier one with one narrow grey as metal has; if "
            "metal is the dark phase, set config key 'ingest/invert' to %s",
            page.path,
            str(not options.invert).lower(),
        )
    looks: list[SliceLook] = []
    before = None
    survey = Survey(rows, inverted, looks, [])
    for pixels in progress(image_part(stack, survey), len(stack.pages), "slices looked at"):
        looks.append(look_at(pixels, before, full_scale))
        before = pixels
    return survey._replace(damage=find_damage(looks))


def image_part(stack: Stack, survey: Survey) -> Iterator[np.ndarray]:
    """Slices without databar, metal bright."""
    full_scale = 2 ** stack.pages[0].bits - 1
    for pixels in stack.slices():
        image = pixels[: survey.rows].astype(stack.pages[0].dtype, copy=False)
        yield (full_scale - image).astype(image.dtype) if survey.inverted else image


def check_damage(damage: Sequence[Damage], pages: Sequence[Page], options: IngestOptions) -> None:
    """Report damaged slices, or refuse them.

    Raises
    ------
    InputError
        There are some and the config refuses them; there are more than it allows.
    """
    most, treatment = options.damaged["most"], options.damaged["treatment"]
    for number, (place, reason) in enumerate(damage):
        if treatment == "refuse":
            raise InputError(
                f"{_name(pages[place])} {reason}, expected an image (config key 'ingest/damaged/treatment' can be "
                "'interpolate' or 'leave_out')"
            )
        if len(damage) > most * len(pages):
            raise InputError(
                f"{_name(pages[place])} {reason}, expected an image; with it {len(damage)} of {len(pages)} slices are "
                f"damaged, more than the share of {most:g} that config key 'ingest/damaged/most' allows"
            )
        verb = "left out" if treatment == "leave_out" else "to be replaced from its neighbours"
        log.warning("%s %s: %s (%d of %d)", _name(pages[place]), reason, verb, number + 1, len(damage))


def _bar(stack: Stack, sampled: Sequence[np.ndarray], options: IngestOptions) -> int:
    """Rows of the databar: by config, by the file's header, or as found."""
    height = stack.pages[0].shape[0]
    if options.databar_px != "auto":
        if options.databar_px >= height:
            raise InputError(
                f"{stack.pages[0].path}: config key 'ingest/databar_px' is {options.databar_px}, expected less than "
                f"the {height} rows of a slice"
            )
        return options.databar_px
    told = image_rows(stack.pages[0].path) if isinstance(stack, Tiffs) else None
    if told is not None and 0 < told < height:
        bar, origin = height - told, "its header tells"
    else:
        bar, origin = (databar_rows(sampled) if sampled else 0), "looks like"
    if bar:
        log.warning(
            "%s: %s a databar in the last %d of %d rows, which are cropped; config key 'ingest/databar_px' sets their "
            "number, 0 for none",
            stack.pages[0].path,
            origin,
            bar,
            height,
        )
    return bar


def _name(page: Page) -> str:
    return f"{page.path}: slice {page.index}" if page.index else str(page.path)
