"""Description of a specimen: its VOIs over some workers, finished ones kept for a resume."""

import json
import logging
import math
import multiprocessing
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from porescope.describe import ratios
from porescope.describe.boxes import Voi, metal, voi_grid
from porescope.describe.by_path import IF_THICKER
from porescope.describe.interval import ENOUGH
from porescope.describe.names import DESCRIPTORS, DETAILS, METHOD, SEGMENTATION, VOXEL
from porescope.describe.options import DescribeOptions
from porescope.describe.segmentation_error import Variant, read_variant
from porescope.describe.stack import Stack, describe_stack
from porescope.describe.voi import Description, describe_voi, too_small
from porescope.progress import progress
from porescope.provenance import content_hash, json_digest
from porescope.volume import Volume, read_volume

log = logging.getLogger(__name__)

MAPPED = 0
"""VOI that is kept for pictures."""


class Task(NamedTuple):
    """A VOI as it is, or with one of its inputs off."""

    voi: int
    box: Voi
    variant: Variant = Variant.NONE


def describe_specimen(
    mask: str | Path,
    sample: str,
    options: DescribeOptions,
    code: str,
    workers: int,
    table: str | Path,
    arrays: str | Path,
) -> None:
    """Describe all VOIs of a mask.

    Parameters
    ----------
    mask : path
        OME-Zarr with labels 0 metal, 1 and 2 pore.
    sample : str
        Name of the specimen.
    options : DescribeOptions
    code : str
        Digest of the code; finished VOIs of other code are not used.
    workers : int
        Processes.
    table : path
        CSV to write: a row a VOI with its origin (corner, um) and size, every descriptor, second estimators and
        details, density and surface of the whole stack (the same in all rows), the standard uncertainties
        ``..._sd_segmentation`` and ``..._sd_voxel`` of the first VOIs, the reason where something is undefined, and
        flags where two estimators contradict each other.
    arrays : path
        NPZ to write: gm_histogram (area in um^2), gm_G_edges, gm_M_edges, strut_diameters_um, strut_weights_um (all
        VOIs together), what pictures are made from of one VOI (see pictures), octants (n, columns) and octant_columns
        where there are fewer than five VOIs.
    """
    volume = read_volume(mask)
    stack = describe_stack(volume.array, lambda labels: metal(labels, str(mask)), volume.spacing)
    boxes = voi_grid(volume.shape, volume.spacing, options.voi_um)
    tasks = [Task(i, box) for i, box in enumerate(boxes)]
    tasks += [Task(*task[:2], variant) for task in tasks[: options.error_vois] for variant in Variant if variant]
    if not boxes:
        row = too_small(volume.shape, volume.spacing, options.voi_um, (*DESCRIPTORS, *DETAILS))
        log.warning("%s: %s", sample, row.reasons["all"])
        _write(Path(table), Path(arrays), sample, volume, stack, {Task(0, Voi((0, 0, 0), volume.shape)): row})
        return
    partial = Path(table).parent / f"{sample}.partial"
    _open_partial(partial, json_digest([asdict(options), code, content_hash(Path(mask))]))
    waiting = [task for task in tasks if not _finished(partial, task).is_file()]
    if len(waiting) < len(tasks):
        log.info("%d of %d volumes were finished before", len(tasks) - len(waiting), len(tasks))
    few = len(boxes) < ENOUGH
    for _ in progress(_run(waiting, str(mask), options, few, partial, workers), len(waiting), "descriptions"):
        pass
    results = {task: _load(_finished(partial, task)) for task in tasks}
    _write(Path(table), Path(arrays), sample, volume, stack, results)
    shutil.rmtree(partial)


def describe_task(task: Task, mask: str, options: DescribeOptions, few: bool, partial: Path) -> None:
    """Describe one VOI, with its octants where VOIs are few, and keep the result."""
    block = read_variant(mask, task.box, task.variant, options)
    if task.variant:
        description = Description(describe_voi(block, options, task.variant).values)
    else:
        thicker = options.slice_thickness if task.voi < options.error_vois else None
        description = describe_voi(block, options, parts=few, maps=task.voi == MAPPED, thicker=thicker)
    text = json.dumps([description.values, description.reasons, description.flags, description.parts])
    unfinished = _finished(partial, task).with_suffix(".unfinished")
    with unfinished.open("wb") as stream:
        np.savez(stream, text=np.array(text), **description.arrays)  # type: ignore[arg-type]
    os.replace(unfinished, _finished(partial, task))


def _run(
    tasks: list[Task], mask: str, options: DescribeOptions, few: bool, partial: Path, workers: int
) -> Iterator[None]:
    if workers == 1 or len(tasks) <= 1:
        for task in tasks:
            describe_task(task, mask, options, few, partial)
            yield
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=spawn) as pool:
        waiting = [pool.submit(describe_task, task, mask, options, few, partial) for task in tasks]
        for future in waiting:
            future.result()
            yield


def _open_partial(partial: Path, key: str) -> None:
    """Keep what an interrupted run with the same key has finished, drop anything else."""
    stamp = partial / "key.txt"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == key:
        return
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    stamp.write_text(key, encoding="utf-8")


def _finished(partial: Path, task: Task) -> Path:
    return partial / f"voi_{task.voi:04d}_{task.variant or 'itself'}.npz"


def _load(path: Path) -> Description:
    with np.load(path, allow_pickle=False) as stored:
        values, reasons, flags, parts = json.loads(str(stored["text"]))
        arrays = {name: stored[name] for name in stored.files if name != "text"}
        return Description(values, reasons, flags, arrays, parts)


def _write(
    table: Path, arrays: Path, sample: str, volume: Volume, stack: Stack, results: dict[Task, Description]
) -> None:
    whole = {task: result for task, result in results.items() if not task.variant}
    rows = [_row(sample, volume, stack, task, result) | _errors(task, results) for task, result in whole.items()]
    last = [{"reason": _text(result.reasons), "flags": "; ".join(result.flags)} for result in whole.values()]
    pd.DataFrame([row | end for row, end in zip(rows, last, strict=True)]).to_csv(table, index=False)
    stored: dict[str, np.ndarray] = {}
    for result in whole.values():
        for name, array in result.arrays.items():
            if name == "gm_histogram":
                stored[name] = stored.get(name, 0) + array
            elif name.startswith("strut_"):
                stored[name] = np.concatenate([stored.get(name, np.zeros(0, np.float32)), array])
            else:
                stored[name] = array
    eighths = [[part.get(name, np.nan) for name in DESCRIPTORS] for result in whole.values() for part in result.parts]
    stored["octants"] = np.array(eighths, float).reshape(-1, len(DESCRIPTORS))
    stored["octant_columns"] = np.array(list(DESCRIPTORS))
    np.savez_compressed(arrays, **stored)  # type: ignore[arg-type]


def _row(sample: str, volume: Volume, stack: Stack, task: Task, result: Description) -> dict[str, object]:
    row: dict[str, object] = {"sample": sample, "voi": task.voi}
    for axis, start, size, origin, edge in zip(
        "zyx", task.box.start, task.box.shape, volume.origin, volume.spacing, strict=True
    ):
        row[f"origin_{axis}_um"] = origin + (start - 0.5) * edge
        row[f"size_{axis}_um"] = size * edge
    row |= {name: result.values[name] for name in (*DESCRIPTORS, *DETAILS)}
    row["stack_relative_density"] = stack.relative_density
    row["stack_specific_surface_per_um"] = stack.specific_surface_per_um
    return row


def _errors(task: Task, results: dict[Task, Description]) -> dict[str, float]:
    """Standard uncertainties from the variants of a VOI; NaN where it has none."""
    own = {v: results[task._replace(variant=v)].values for v in Variant if task._replace(variant=v) in results}
    if Variant.THICKER in own:
        own[Variant.THICKER] |= _ways_if_thicker(own[Variant.NONE])
    errors = {}
    for name in DESCRIPTORS:
        value = {variant: values[name] for variant, values in own.items()}
        less, more = (value.get(v, np.nan) for v in (Variant.LESS_SOLID, Variant.MORE_SOLID))
        segmentation, voxel = abs(more - less) / 2, abs(value.get(Variant.THICKER, np.nan) - value[Variant.NONE])
        errors[name + SEGMENTATION] = segmentation if np.isfinite(segmentation) else np.nan
        errors[name + VOXEL] = voxel if np.isfinite(voxel) else np.nan
    return errors | _method_errors(own[Variant.NONE])


def _ways_if_thicker(values: dict[str, float]) -> dict[str, float]:
    """What follows from the ways of a VOI if its slices were thicker: they are known from the VOI itself."""
    found = {name: values[name + IF_THICKER] for name in ("tortuosity", "tortuosity_y")}
    return found | {"alpha": ratios.alpha(found["tortuosity"], values["relative_density"])}


def _method_errors(values: dict[str, float]) -> dict[str, float]:
    """What the estimator of the tortuosity may be off, carried into alpha."""
    share = values["tortuosity_method_error"]
    errors = {name + METHOD: share * (values[name] - 1) for name in ("tortuosity", "tortuosity_y")}
    tau, density = values["tortuosity"], values["relative_density"]
    alpha = errors["tortuosity" + METHOD] / (tau * -math.log(density)) if 0 < density < 1 else math.nan
    return {
        name: error if math.isfinite(error) else math.nan
        for name, error in (errors | {"alpha" + METHOD: alpha}).items()
    }


def _text(reasons: dict[str, str]) -> str:
    return "; ".join(text if name == "all" else f"{name}: {text}" for name, text in reasons.items())
