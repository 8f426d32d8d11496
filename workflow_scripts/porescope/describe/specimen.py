"""Description of a specimen: its VOIs over some workers, finished ones kept for a resume."""

import json
import logging
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

from porescope.describe.geodesic import DIRECTIONS
from porescope.describe.interval import ENOUGH
from porescope.describe.names import DESCRIPTORS
from porescope.describe.options import DescribeOptions
from porescope.describe.voi import Description, Voi, describe_voi, octants, read_block, too_small, voi_grid
from porescope.progress import progress
from porescope.provenance import content_hash, json_digest
from porescope.volume import Volume, read_volume

log = logging.getLogger(__name__)

DETAILS = (*(f"tortuosity_{name}" for name in DIRECTIONS), "strut_log_mean", "strut_log_sd", "strut_misfit")
"""Columns of a specimen's table beyond the descriptors."""

MAPPED = 0
"""VOI whose middle section is kept for pictures."""


class Task(NamedTuple):
    """A VOI, or one of its octants (0 to 7; -1 is the VOI itself)."""

    voi: int
    octant: int
    box: Voi


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
        CSV to write: a row a VOI with its origin (corner, um) and size, every descriptor, and the reason where one is
        undefined.
    arrays : path
        NPZ to write: gm_histogram (area in um^2), gm_G_edges, gm_M_edges, strut_diameters_um, strut_weights_um (all
        VOIs together), slice_mask and slice_tortuosity of one VOI, octants (n, columns) and octant_columns where there
        are fewer than five VOIs.
    """
    volume = read_volume(mask)
    boxes = voi_grid(volume.shape, volume.spacing, options.voi_um)
    tasks = [Task(i, -1, box) for i, box in enumerate(boxes)]
    if len(boxes) < ENOUGH:
        tasks += [Task(i, j, part) for i, box in enumerate(boxes) for j, part in enumerate(octants(box))]
    if not boxes:
        row = too_small(volume.shape, volume.spacing, options.voi_um, dict.fromkeys((*DESCRIPTORS, *DETAILS)))
        log.warning("%s: %s", sample, row.reasons["all"])
        _write(Path(table), Path(arrays), sample, volume, {Task(0, -1, Voi((0, 0, 0), volume.shape)): row})
        return
    partial = Path(table).parent / f"{sample}.partial"
    _open_partial(partial, json_digest([asdict(options), code, content_hash(Path(mask))]))
    waiting = [task for task in tasks if not _finished(partial, task).is_file()]
    if len(waiting) < len(tasks):
        log.info("%d of %d volumes were finished before", len(tasks) - len(waiting), len(tasks))
    for _ in progress(_run(waiting, str(mask), options, partial, workers), len(waiting), "volumes of interest"):
        pass
    _write(Path(table), Path(arrays), sample, volume, {task: _load(_finished(partial, task)) for task in tasks})
    shutil.rmtree(partial)


def describe_task(task: Task, mask: str, options: DescribeOptions, partial: Path) -> None:
    """Describe one box and keep the result."""
    block = read_block(read_volume(mask), task.box, str(mask))
    description = describe_voi(block, options, maps=task.voi == MAPPED and task.octant < 0)
    if task.octant >= 0:
        description = Description(description.values, description.reasons)
    text = json.dumps([description.values, description.reasons])
    unfinished = _finished(partial, task).with_suffix(".unfinished")
    with unfinished.open("wb") as stream:
        np.savez(stream, text=np.array(text), **description.arrays)  # type: ignore[arg-type]
    os.replace(unfinished, _finished(partial, task))


def _run(tasks: list[Task], mask: str, options: DescribeOptions, partial: Path, workers: int) -> Iterator[None]:
    if workers == 1 or len(tasks) <= 1:
        for task in tasks:
            describe_task(task, mask, options, partial)
            yield
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=spawn) as pool:
        waiting = [pool.submit(describe_task, task, mask, options, partial) for task in tasks]
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
    return partial / (f"voi_{task.voi:04d}.npz" if task.octant < 0 else f"voi_{task.voi:04d}_octant_{task.octant}.npz")


def _load(path: Path) -> Description:
    with np.load(path, allow_pickle=False) as stored:
        values, reasons = json.loads(str(stored["text"]))
        return Description(values, reasons, {name: stored[name] for name in stored.files if name != "text"})


def _write(table: Path, arrays: Path, sample: str, volume: Volume, results: dict[Task, Description]) -> None:
    whole = {task: result for task, result in results.items() if task.octant < 0}
    rows = [_row(sample, volume, task, result) for task, result in whole.items()]
    pd.DataFrame(rows).to_csv(table, index=False)
    stored: dict[str, np.ndarray] = {}
    for result in whole.values():
        for name, array in result.arrays.items():
            if name == "gm_histogram":
                stored[name] = stored.get(name, 0) + array
            elif name.startswith("strut_"):
                stored[name] = np.concatenate([stored.get(name, np.zeros(0, np.float32)), array])
            else:
                stored[name] = array
    eighths = [[result.values[name] for name in DESCRIPTORS] for task, result in results.items() if task.octant >= 0]
    stored["octants"] = np.array(eighths, float).reshape(-1, len(DESCRIPTORS))
    stored["octant_columns"] = np.array(list(DESCRIPTORS))
    np.savez_compressed(arrays, **stored)  # type: ignore[arg-type]


def _row(sample: str, volume: Volume, task: Task, result: Description) -> dict[str, object]:
    row: dict[str, object] = {"sample": sample, "voi": task.voi}
    for axis, start, size, origin, edge in zip(
        "zyx", task.box.start, task.box.shape, volume.origin, volume.spacing, strict=True
    ):
        row[f"origin_{axis}_um"] = origin + (start - 0.5) * edge
        row[f"size_{axis}_um"] = size * edge
    row |= {name: result.values[name] for name in (*DESCRIPTORS, *DETAILS)}
    row["reason"] = "; ".join(text if name == "all" else f"{name}: {text}" for name, text in result.reasons.items())
    return row
