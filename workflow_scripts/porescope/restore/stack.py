"""Restore a stack: even brightness, no stripes, slices in register."""

import json
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import ndimage

from porescope.parallel import map_slices
from porescope.restore.brightness import Face, find_face, illumination_field
from porescope.restore.denoise import denoise
from porescope.restore.quality import QualityMeter, as_record
from porescope.restore.registration import (
    Crop,
    Trend,
    common_region,
    face_features,
    measure_pairs,
    measure_trend,
    shift_back,
    solve_walk,
    spectrum,
)
from porescope.restore.stripes import remove_stripes
from porescope.restore.thickness import Thickness, ThicknessMeter
from porescope.volume import Spacing, VolumeWriter, read_volume

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
    denoising: Mapping[str, Any]


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
    trend : Trend
        Steady rate of the displacement that was measured.
    undone : (2,) array
        Part of that rate (y, x) that the shifts hold; the rest was taken for structure.
    crop : Crop
        Region that all slices cover once shifted back.
    damaged : frozenset of int
        Slices that are to be replaced.
    """

    field: np.ndarray
    gains: np.ndarray
    shifts: np.ndarray
    trend: Trend
    undone: np.ndarray
    crop: Crop
    damaged: frozenset[int]


class Restored(NamedTuple):
    """One slice, before and after, over the same region."""

    raw: np.ndarray
    raw_face: Face
    restored: np.ndarray
    restored_face: Face


def restore_stack(
    source: str | Path,
    ingested: str | Path,
    options: RestoreOptions,
    volume: str | Path,
    info: str | Path,
    threads: int = 1,
) -> None:
    """Restore an ingested stack in two passes over its slices, a slab at a time.

    Parameters
    ----------
    source, ingested : path
        OME-Zarr of grey values (z, y, x), and the JSON of stage ingest, which names damaged slices.
    options : RestoreOptions
    volume, info : path
        Written: the restored OME-Zarr, of the same type; its origin moves with the crop. A JSON with the shift of every
        slice (sign: the content of slice k lies at true position + shift), the crop in the shifted-back frame, the
        relative brightness of every slice, the slices that were interpolated, the apparent slice thickness, and the
        quality before and after.
    threads : int
        Slices worked on at a time.

    Notes
    -----
    Order: illumination, brightness and stripes first, because they act on the pixels as they were scanned, and need no
    interpolation; the drift is then measured on clean slices, and undone with one interpolation. Damaged slices take no
    part in any measurement; each is replaced by an interpolation between the nearest good ones, once these are in
    register.
    """
    raw = read_volume(source)
    told: dict[str, Any] = json.loads(Path(ingested).read_text(encoding="utf-8"))
    damaged = {d["slice"]: d["reason"] for d in told["damaged_slices"] if d["slice"] is not None}
    plan = plan_restoration(raw.array, options, threads, str(source), set(damaged))
    before, after = (QualityMeter(options.illumination["block_px"]) for _ in range(2))
    thickness = ThicknessMeter()
    shape = (raw.shape[0], plan.crop.y[1] - plan.crop.y[0], plan.crop.x[1] - plan.crop.x[0])
    origin = (
        raw.origin[0],
        raw.origin[1] + plan.crop.y[0] * raw.spacing.y,
        raw.origin[2] + plan.crop.x[0] * raw.spacing.x,
    )

    def measured() -> Iterator[np.ndarray | None]:
        for item in apply_plan(raw.array, plan, options, threads):
            if item is not None:
                before.add(item.raw, item.raw_face)
                after.add(item.restored, item.restored_face)
                thickness.add(item.restored_face)
            yield None if item is None else item.restored

    with VolumeWriter(volume, shape, raw.array.dtype, raw.spacing, "image", origin) as writer:
        for pixels in fill_gaps(measured()):
            writer.append(pixels[np.newaxis])
    record = {
        "shape": list(shape),
        "spacing_um": list(raw.spacing),
        "shift_px": np.round(plan.shifts, 4).tolist(),
        "apparent_trend_px_per_slice": np.round(plan.trend.rate, 4).tolist(),
        "apparent_trend_standard_error": _finite(plan.trend.standard_error),
        "trend_undone_px_per_slice": np.round(plan.undone, 4).tolist(),
        "crop_px": {"y": list(plan.crop.y), "x": list(plan.crop.x)},
        "brightness": np.round(1 / plan.gains, 5).tolist(),
        "interpolated_slices": [{"slice": k, "reason": reason} for k, reason in damaged.items()],
        "slice_thickness": _thickness_record(thickness.result(), raw.spacing),
        "steps": steps_done(options),
        "quality": as_record(before.result(), after.result()),
    }
    Path(info).write_text(json.dumps(record, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    log.info("kept %d x %d of %d x %d pixels, quality %s", *shape[1:], *raw.shape[1:], record["quality"])


def steps_done(options: RestoreOptions) -> dict[str, bool]:
    """Which steps the options ask for."""
    return {
        "illumination": options.illumination["degree"] > 0,
        "brightness": bool(options.brightness["even"]),
        "stripes": options.stripes["levels"] > 0,
        "registration": options.registration["method"] != "none",
        "denoising": options.denoising["method"] != "none",
    }


def plan_restoration(
    array: Any, options: RestoreOptions, threads: int, name: str, damaged: Collection[int] = ()
) -> Plan:
    """First pass: measure illumination, brightness and drift.

    Parameters
    ----------
    array : (nz, ny, nx) numpy or zarr array
    options : RestoreOptions
    threads : int
    name : str
        Named in errors.
    damaged : collection of int
        Slices that are not measured; shift and brightness are interpolated there.
    """
    n_slices, shape = array.shape[0], array.shape[1:]
    good = np.array([index for index in range(n_slices) if index not in damaged])
    field = _illumination(array, good, options)
    levels: dict[int, float] = {}
    how = options.registration

    def clean(index: int, pixels: np.ndarray) -> tuple[int, float, np.ndarray | None]:
        if index in damaged:
            return index, np.nan, None
        flat = pixels / field
        face = find_face(flat)
        if how["method"] == "none":
            return index, face.level, None
        return index, face.level, spectrum(face_features(_destriped(flat, face, options), face.level))

    def spectra() -> Iterator[tuple[int, np.ndarray]]:
        for index, level, image in map_slices(clean, array, threads, "slices measured"):
            if index not in damaged:
                levels[index] = level
            if image is not None:
                yield index, image

    walk = solve_walk(measure_pairs(spectra(), how["reach"], how["upsampling"], threads), n_slices)
    trend = measure_trend(walk)
    undone = np.array([0.0 if axis in how["apparent_trend"] else rate for axis, rate in zip("yx", trend.rate)])
    shifts = walk - np.arange(n_slices)[:, None] * (trend.rate - undone)
    crop = common_region(shifts, shape, name)
    level = np.interp(np.arange(n_slices), good, [levels[int(index)] for index in good])
    return Plan(field, _gains(level, options), shifts, trend, undone, crop, frozenset(damaged))


def fill_gaps(slices: Iterable[np.ndarray | None]) -> Iterator[np.ndarray]:
    """Slices in order; missing ones are interpolated linearly between the nearest that are there.

    At either end of the stack the nearest slice is repeated.
    """
    last: np.ndarray | None = None
    waiting = 0
    for pixels in slices:
        if pixels is None:
            waiting += 1
            continue
        start = pixels if last is None else last
        for place in range(1, waiting + 1):
            part = np.float32(place / (waiting + 1))
            yield np.rint((1 - part) * start + part * pixels).astype(pixels.dtype)
        waiting, last = 0, pixels
        yield pixels
    if last is not None:
        yield from [last] * waiting


def apply_plan(array: Any, plan: Plan, options: RestoreOptions, threads: int) -> Iterator[Restored | None]:
    """Second pass: restored slices in order, of the type of the array, with the raw ones over the same region.

    None stands for a damaged slice.
    """
    kind = np.dtype(array.dtype)
    limits = np.iinfo(kind)
    order = ORDERS[options.registration["interpolation"]]

    def restore(index: int, pixels: np.ndarray) -> Restored | None:
        if index in plan.damaged:
            return None
        even = pixels / plan.field * np.float32(plan.gains[index])
        clean = _destriped(even, find_face(even), options)
        clean = denoise(clean, options.denoising["method"], options.denoising["strength"])
        moved = shift_back(clean, plan.shifts[index], plan.crop, order)
        stored = np.clip(np.rint(moved), limits.min, limits.max).astype(kind)
        raw = pixels[slice(*plan.crop.y), slice(*plan.crop.x)]
        return Restored(raw, find_face(raw), stored, find_face(stored))

    yield from map_slices(restore, array, threads, "slices restored")


def _illumination(array: Any, good: np.ndarray, options: RestoreOptions) -> np.ndarray:
    """Two rounds: in the second, the face is found on slices that the first has evened."""
    how = options.illumination
    shape = array.shape[1:]
    field = np.ones(shape, np.float32)
    if how["degree"]:
        chosen = good[np.unique(np.linspace(0, len(good) - 1, SAMPLED_SLICES).astype(int))]
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


def _thickness_record(thickness: Thickness, spacing: Spacing) -> dict[str, float | None]:
    return {
        "nominal_um": spacing.z,
        "apparent_um": round(thickness.px * spacing.x, 6) if np.isfinite(thickness.px) else None,
        "standard_error_um": round(thickness.standard_error * spacing.x, 6)
        if np.isfinite(thickness.standard_error)
        else None,
    }


def _finite(values: np.ndarray) -> list[float] | None:
    return np.round(values, 4).tolist() if np.isfinite(values).all() else None
