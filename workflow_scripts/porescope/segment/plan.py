"""Which slices and patches a network is trained on, and which are kept away from it."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from porescope.errors import InputError
from porescope.segment.classes import CLASSES

log = logging.getLogger(__name__)

FEWEST_SLICES = 3
"""One to train on, one to validate on, one held out."""

Split = Literal["train", "gap", "validation", "held_out_slab", "held_out_specimen"]


@dataclass(frozen=True)
class PlanOptions:
    """How specimens are divided.

    Attributes
    ----------
    held_out_fraction : float
        Share of the slices of every training specimen, at its end, that training never sees.
    validation_fraction : float
        Share of the slices, before the held-out ones, on which the best weights are chosen.
    gap_slices : int
        Slices between two of these slabs that are used for neither; fewer in stacks that are too short.
    patches : int
        Training patches in all, the same number from every specimen.
    patch_px : int
        Edge of a square patch.
    neighbours : int
        Slices on each side that are further input channels.
    doubtful_px : float
        See teaching.conventional_labels.
    """

    held_out_fraction: float
    validation_fraction: float
    gap_slices: int
    patches: int
    patch_px: int
    neighbours: int
    doubtful_px: float


class Slab(NamedTuple):
    """Consecutive slices of one specimen with one use."""

    split: Split
    start: int
    stop: int


def divide_stack(n_slices: int, options: PlanOptions, source: str) -> list[Slab]:
    """Divide a training specimen into slabs: train, gap, validation, gap, held out, in this order.

    Neighbouring slices resemble each other, so slices are never dealt out singly. Half of the stack at least is for
    training; a stack too short for the gaps has shorter ones or none.

    Raises
    ------
    InputError
        Fewer than three slices.
    """
    if n_slices < FEWEST_SLICES:
        raise InputError(
            f"{source}: {n_slices} slices, expected at least {FEWEST_SLICES} for training (train, validation, held "
            f"out); give the specimen split 'test' or leave the trained segmenters out of segment/segmenters"
        )
    held_out = min(_share(n_slices, options.held_out_fraction), n_slices - 2)  # one slice each is left for the others
    validation = min(_share(n_slices, options.validation_fraction), n_slices - held_out - 1)
    kept_for_training = max(1, n_slices // 2)
    n_gaps = 2 if held_out else 1
    gap = min(options.gap_slices, max(0, (n_slices - held_out - validation - kept_for_training) // n_gaps))
    train = n_slices - validation - held_out - n_gaps * gap
    if gap < options.gap_slices:
        log.warning("%s: only %d slices, so the gaps between the slabs are %d slices wide", source, n_slices, gap)
    sizes: list[tuple[Split, int]] = [
        ("train", train),
        ("gap", gap),
        ("validation", validation),
        ("gap", gap if held_out else 0),
        ("held_out_slab", held_out),
    ]
    slabs = []
    start = 0
    for split, size in sizes:
        if size:
            slabs.append(Slab(split, start, start + size))
        start += size
    return slabs


def plan_training(
    shapes: Mapping[str, tuple[int, int, int]], held_out: set[str], options: PlanOptions, seed: int
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Decide what a network is trained, validated and judged on.

    Parameters
    ----------
    shapes : dict
        Slices, rows, columns of every imaged specimen.
    held_out : set of str
        Specimens that no training may see.
    options : PlanOptions
    seed : int
        Of the positions of the patches.

    Returns
    -------
    plan : DataFrame
        sample, slice, split, y0_px, x0_px: a row for every patch (its first row and column) and one, without
        position, for every slice without patches.
    info : dict
        The same in short: slabs of every specimen, options, counts, what to know of the division (notes).

    Raises
    ------
    InputError
        No specimen to train on; a specimen with too few slices or with slices smaller than a patch.
    """
    training = [name for name in shapes if name not in held_out]
    if not training:
        raise InputError(
            "sample sheet: every specimen with grey slices has split 'test', so there is none to train a segmenter "
            "on; expected at least one with split 'train'"
        )
    rows: list[tuple[str, int, str, int | None, int | None]] = []
    specimens: dict[str, Any] = {}
    for index, (name, shape) in enumerate(shapes.items()):
        if name in held_out:
            slabs = [Slab("held_out_specimen", 0, shape[0])]
        else:
            slabs = divide_stack(shape[0], options, f"sample '{name}'")
            _check_size(name, shape, options.patch_px)
        specimens[name] = {"shape": list(shape), "slabs": [list(slab) for slab in slabs]}
        rng = np.random.default_rng([seed, index])
        for slab in slabs:
            count = _patches_of(name, slab, training, options)
            rows += [(name, *row) for row in _slab_rows(slab, shape, count, options.patch_px, rng)]
    table = pd.DataFrame(rows, columns=["sample", "slice", "split", "y0_px", "x0_px"])
    table[["y0_px", "x0_px"]] = table[["y0_px", "x0_px"]].astype("Int64")
    cut = table.dropna()
    channels = 1 + 2 * options.neighbours
    notes = _notes(shapes, held_out, options)
    for note in notes:
        log.info("%s", note)
    info = {
        "shape": [len(cut) * channels, options.patch_px, options.patch_px],
        "options": asdict(options),
        "in_channels": channels,
        "classes": CLASSES,
        "patches": {split: int(n) for split, n in cut["split"].value_counts().items()},
        "specimens": specimens,
        "notes": notes,
    }
    return table, info


def write_plan(
    infos: Mapping[str, str | Path], held_out: set[str], options: PlanOptions, seed: int, plan: Path, info: Path
) -> None:
    """Plan a training from the JSON files of stage restore (their "shape") and write it; see plan_training."""
    shapes: dict[str, tuple[int, int, int]] = {}
    for name, path in infos.items():
        nz, ny, nx = json.loads(Path(path).read_text(encoding="utf-8"))["shape"]
        shapes[name] = (nz, ny, nx)
    table, summary = plan_training(shapes, held_out, options, seed)
    table.to_csv(plan, index=False)
    info.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")


def read_plan(path: str | Path) -> pd.DataFrame:
    """A plan as plan_training made it; positions are missing for slices without patches."""
    types: Any = {"sample": str, "y0_px": "Int64", "x0_px": "Int64"}
    return pd.read_csv(path, dtype=types, keep_default_na=False, na_values={"y0_px": [""], "x0_px": [""]})


def _share(n_slices: int, fraction: float) -> int:
    return max(1, round(n_slices * fraction)) if fraction > 0 else 0


def _check_size(name: str, shape: tuple[int, int, int], patch_px: int) -> None:
    if min(shape[1:]) < patch_px:
        raise InputError(
            f"sample '{name}': its slices are {shape[1]} x {shape[2]} px, expected at least "
            f"{patch_px} x {patch_px} (config segment/plan/patch_px)"
        )


def _patches_of(name: str, slab: Slab, training: list[str], options: PlanOptions) -> int:
    """Patches to cut from a slab: equal for all specimens, first ones take the rest of the division."""
    total = {"train": options.patches, "validation": round(options.patches * options.validation_fraction)}
    if slab.split not in total:
        return 0
    whole, rest = divmod(max(total[slab.split], len(training)), len(training))
    return whole + (training.index(name) < rest)


def _slab_rows(
    slab: Slab, shape: tuple[int, int, int], count: int, patch_px: int, rng: np.random.Generator
) -> list[tuple[int, str, int | None, int | None]]:
    """Patches at random places, spread evenly over the slices; slices without any as one row."""
    n_slices = slab.stop - slab.start
    per_slice = np.bincount(np.arange(count) * n_slices // max(count, 1), minlength=n_slices)
    rows: list[tuple[int, str, int | None, int | None]] = []
    for index, n_patches in zip(range(slab.start, slab.stop), per_slice, strict=True):
        if n_patches == 0:
            rows.append((index, slab.split, None, None))
        y0 = rng.integers(0, shape[1] - patch_px + 1, n_patches) if n_patches else []
        x0 = rng.integers(0, shape[2] - patch_px + 1, n_patches) if n_patches else []
        rows += [(index, slab.split, int(y), int(x)) for y, x in zip(y0, x0, strict=True)]
    return rows


def _notes(shapes: Mapping[str, tuple[int, int, int]], held_out: set[str], options: PlanOptions) -> list[str]:
    notes = ["Labels are those of stage label; no truth is used in training or in choosing weights."]
    if not held_out & set(shapes):
        notes.append(
            "No specimen is held out as a whole, so scores tell of unseen slabs only, not of unseen specimens."
        )
    if options.held_out_fraction == 0:
        notes.append("No slab is held out, so the scores of training specimens tell of seen slices.")
    return notes
