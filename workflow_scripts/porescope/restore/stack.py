"""Restore a stack: even brightness, no stripes, slices in register."""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import ndimage

from porescope.parallel import map_slices
from porescope.restore.brightness import Face, find_face, illumination_field
from porescope.restore.quality import QualityMeter, as_record
from porescope.restore.registration import (
    Crop,
    apparent_trend,
    common_region,
    face_features,
    measure_pairs,
    shift_back,
    solve_walk,
)
from porescope.restore.stripes import remove_stripes
from porescope.volume import VolumeWriter, read_volume

log = logging.getLogger(__name__)

SAMPLED_SLICES = 48
"""Slices from which the illumination is estimated, evenly spaced through the stack."""

ORDERS = {"linear": 1, "cubic": 3}


@dataclass(frozen=True)
class RestoreOptions:
    """Config section ``restore``; its schema explains every key."""

    illumination: Mapping[str, Any]
    brightness: Mapping[str, Any]
    stripes: Mapping[str, Any]
    registration: Mapping[str, Any]


class Plan(NamedTuple):
    """What is to be undone.

    Attributes
    ----------
    field : (ny, nx) array
        Relative illumination.
    gains : (nz,) array
        Factor that brings each slice to the same brightness.
    shifts : (nz, 2) array
        Displacement (y, x) of each slice in px.
    trend : (2,) array
        Mean rate (y, x) in px per slice that was taken for structure and is not in the shifts.
    crop : Crop
        Region that all slices cover once shifted back.
    """

    field: np.ndarray
    gains: np.ndarray
    shifts: np.ndarray
    trend: np.ndarray
    crop: Crop


class Restored(NamedTuple):
    """One slice, before and after, over the same region."""

    raw: np.ndarray
    raw_face: Face
    restored: np.ndarray
    restored_face: Face


def restore_stack(
    source: str | Path, options: RestoreOptions, volume: str | Path, info: str | Path, threads: int = 1
) -> None:
    """Restore an ingested stack in two passes over its slices, a slab at a time.

    Parameters
    ----------
    source : path
        OME-Zarr of grey values (z, y, x).
    options : RestoreOptions
    volume, info : path
        Written: the restored OME-Zarr, of the same type; its origin moves with the crop. A JSON with the shift of every
        slice (sign: the content of slice k lies at true position + shift), the crop in the shifted-back frame, the
        relative brightness of every slice, and the quality before and after.
    threads : int
        Slices worked on at a time.

    Notes
    -----
    Order: illumination, brightness and stripes first, because they act on the pixels as they were scanned, and need no
    interpolation; the drift is then measured on clean slices, and undone with one interpolation.
    """
    raw = read_volume(source)
    plan = plan_restoration(raw.array, options, threads, str(source))
    before, after = (QualityMeter(options.illumination["block_px"]) for _ in range(2))
    shape = (raw.shape[0], plan.crop.y[1] - plan.crop.y[0], plan.crop.x[1] - plan.crop.x[0])
    origin = (
        raw.origin[0],
        raw.origin[1] + plan.crop.y[0] * raw.spacing.y,
        raw.origin[2] + plan.crop.x[0] * raw.spacing.x,
    )
    with VolumeWriter(volume, shape, raw.array.dtype, raw.spacing, "image", origin) as writer:
        for item in apply_plan(raw.array, plan, options, threads):
            before.add(item.raw, item.raw_face)
            after.add(item.restored, item.restored_face)
            writer.append(item.restored[np.newaxis])
    record = {
        "shape": list(shape),
        "spacing_um": list(raw.spacing),
        "shift_px": np.round(plan.shifts, 4).tolist(),
        "apparent_trend_px_per_slice": np.round(plan.trend, 4).tolist(),
        "crop_px": {"y": list(plan.crop.y), "x": list(plan.crop.x)},
        "brightness": np.round(1 / plan.gains, 5).tolist(),
        "quality": as_record(before.result(), after.result()),
    }
    Path(info).write_text(json.dumps(record, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    log.info("kept %d x %d of %d x %d pixels, quality %s", *shape[1:], *raw.shape[1:], record["quality"])


def plan_restoration(array: Any, options: RestoreOptions, threads: int, name: str) -> Plan:
    """First pass: measure illumination, brightness and drift.

    Parameters
    ----------
    array : (nz, ny, nx) numpy or zarr array
    options : RestoreOptions
    threads : int
    name : str
        Named in errors.
    """
    n_slices, shape = array.shape[0], array.shape[1:]
    field = _illumination(array, options)
    levels: list[float] = []

    def clean(_: int, pixels: np.ndarray) -> tuple[float, np.ndarray]:
        flat = pixels / field
        face = find_face(flat)
        return face.level, face_features(_destriped(flat, face, options), face.level)

    def features() -> Iterator[np.ndarray]:
        for level, image in map_slices(clean, array, threads, "slices measured"):
            levels.append(level)
            yield image

    shifts, trend = np.zeros((n_slices, 2)), np.zeros(2)
    how = options.registration
    if how["method"] == "translation":
        pairs = measure_pairs(features(), how["reach"], how["upsampling"])
        walk = solve_walk(pairs, n_slices)
        trend = apparent_trend(walk, how["apparent_trend"])
        shifts = walk - np.arange(n_slices)[:, None] * trend
    else:
        levels.extend(map_slices(lambda _, pixels: find_face(pixels / field).level, array, threads, "slices measured"))
    crop = common_region(shifts, shape, name)
    return Plan(field, _gains(np.array(levels), options), shifts, trend, crop)


def apply_plan(array: Any, plan: Plan, options: RestoreOptions, threads: int) -> Iterator[Restored]:
    """Second pass: restored slices in order, of the type of the array, with the raw ones over the same region."""
    kind = np.dtype(array.dtype)
    limits = np.iinfo(kind)
    order = ORDERS[options.registration["interpolation"]]

    def restore(index: int, pixels: np.ndarray) -> Restored:
        even = pixels / plan.field * np.float32(plan.gains[index])
        clean = _destriped(even, find_face(even), options)
        moved = shift_back(clean, plan.shifts[index], plan.crop, order)
        stored = np.clip(np.rint(moved), limits.min, limits.max).astype(kind)
        raw = pixels[slice(*plan.crop.y), slice(*plan.crop.x)]
        return Restored(raw, find_face(raw), stored, find_face(stored))

    yield from map_slices(restore, array, threads, "slices restored")


def _illumination(array: Any, options: RestoreOptions) -> np.ndarray:
    """Two rounds: in the second, the face is found on slices that the first has evened."""
    how = options.illumination
    shape = array.shape[1:]
    field = np.ones(shape, np.float32)
    if how["degree"]:
        chosen = np.unique(np.linspace(0, array.shape[0] - 1, SAMPLED_SLICES).astype(int))
        for _ in range(2):
            slices = (array[int(index)] / field for index in chosen)
            field = field * illumination_field(slices, shape, how["degree"], how["block_px"])
    return field / field.mean()


def _gains(levels: np.ndarray, options: RestoreOptions) -> np.ndarray:
    """Factors that bring each slice to the median level; where a slowness is set, only slower drift is undone."""
    if not options.brightness["even"]:
        return np.ones_like(levels)
    sigma = options.brightness["slowness_slices"]
    smooth = np.exp(ndimage.gaussian_filter1d(np.log(levels), sigma, mode="nearest")) if sigma else levels
    return np.median(smooth) / smooth


def _destriped(pixels: np.ndarray, face: Face, options: RestoreOptions) -> np.ndarray:
    how = options.stripes
    if not how["levels"]:
        return pixels
    return remove_stripes(pixels, face, how["levels"], how["damping"], how["wavelet"])
