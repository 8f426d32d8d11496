"""Grey values as a network sees them, and the patches it is trained on."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from porescope.progress import progress
from porescope.segment.plan import CLASSES, PlanOptions, read_plan
from porescope.segment.teaching import conventional_labels
from porescope.volume import SLAB, Volume, read_volume, slabs

log = logging.getLogger(__name__)

PERCENTILES = (1.0, 99.0)
"""Of the grey values of a stack: dark pores and bright metal, whatever the porosity."""

DARK, BRIGHT = 43, 213
"""Where these percentiles come to lie among 0 to 255; a quarter of the range stays on both sides for outliers."""

SLABS_SEEN = 8
"""Slabs, spread over the stack, from which the percentiles are taken."""


PROBABILITY = "probability"
"""Group of a network's mask with the probability of pore as uint8, 255 for 1."""

Taught = Callable[[slice], np.ndarray]


@dataclass(frozen=True)
class Patches:
    """Training material.

    Attributes
    ----------
    grey : (n, channels, px, px) uint8
        See normalise(); channels are the neighbouring slices in order, the labelled one in the middle.
    labels : (n, px, px) uint8
        Classes 0, 1, 2 of the middle slice.
    """

    grey: np.ndarray
    labels: np.ndarray


def grey_range(volume: Volume) -> tuple[float, float]:
    """The 1st and 99th percentile of a stack's grey values, from slabs spread over it."""
    n_slices = volume.shape[0]
    all_slabs = list(slabs(n_slices))
    chosen: list[int] = np.linspace(0, len(all_slabs) - 1, min(SLABS_SEEN, len(all_slabs))).round().astype(int).tolist()
    values = [np.asarray(volume.array[all_slabs[i]])[:, ::2, ::2].ravel() for i in chosen]
    low, high = np.percentile(np.concatenate(values), PERCENTILES)
    return float(low), float(high)


def normalise(grey: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """Grey values of any type and contrast as uint8, the limits at DARK and BRIGHT.

    The step is 1/170 of the contrast, well under the noise of an SE image.
    """
    low, high = limits
    scale = (BRIGHT - DARK) / max(high - low, 1e-30)
    scaled = (grey.astype(np.float32) - np.float32(low)) * np.float32(scale) + DARK
    return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)


def with_neighbours(slices: np.ndarray, index: int, neighbours: int) -> np.ndarray:
    """A slice between its neighbours as channels.

    Parameters
    ----------
    slices : (nz, ny, nx) array
        The first and the last slice stand for those beyond them.
    index : int
        The middle one.
    neighbours : int
        How many on each side.

    Returns
    -------
    (2 neighbours + 1, ny, nx) array
    """
    around = np.arange(index - neighbours, index + neighbours + 1)
    return np.asarray(slices[np.clip(around, 0, len(slices) - 1)])


def cut_specimen(volume: Volume, taught: Taught, places: pd.DataFrame, patch_px: int, neighbours: int) -> Patches:
    """Cut the patches of one specimen, reading it slab by slab.

    Neighbouring slices are taken from the patch's own slab of the plan only: no pixel of a slice that training must
    not see gets into a training patch, however narrow the gap.

    Parameters
    ----------
    volume : Volume
        Restored grey values.
    taught : function of a range of slices
        Gives their training labels (n, ny, nx).
    places : DataFrame
        Rows of a plan with slice, split, y0_px, x0_px; the order of the patches is that of the rows.
    patch_px, neighbours : int
    """
    limits = grey_range(volume)
    grey = np.empty((len(places), 1 + 2 * neighbours, patch_px, patch_px), np.uint8)
    classes = np.empty((len(places), patch_px, patch_px), np.uint8)
    order = np.arange(len(places))
    for _, slab_places in places.assign(order=order).groupby("split", sort=False):
        first, last = int(slab_places["slice"].min()), int(slab_places["slice"].max())
        rows = slab_places[["order", "slice", "y0_px", "x0_px"]].to_numpy(int)
        for start in range(first, last + 1, SLAB):
            stop = min(start + SLAB, last + 1)
            below, above = max(first, start - neighbours), min(last + 1, stop + neighbours)
            slab = normalise(np.asarray(volume.array[below:above]), limits)
            slab_classes = taught(slice(start, stop))
            for place, z, y0, x0 in rows[(rows[:, 1] >= start) & (rows[:, 1] < stop)]:
                window = (slice(y0, y0 + patch_px), slice(x0, x0 + patch_px))
                grey[place] = with_neighbours(slab[(slice(None), *window)], z - below, neighbours)
                classes[place] = slab_classes[z - start][window]
    return Patches(grey, classes)


def cut_labelled_patches(
    plan: Path,
    volumes: Mapping[str, str | Path],
    labels: Mapping[str, str | Path],
    options: PlanOptions,
    segmenter: str,
    patches: Path,
) -> None:
    """Cut all patches that a plan lists, labelled by stage label; see teaching.conventional_labels.

    Parameters
    ----------
    plan : path
        See porescope.segment.plan.
    volumes, labels : dict of paths
        Restored volumes and class labels by specimen.
    options : PlanOptions
    segmenter : str
        Network that is to be trained.
    patches : path
        NPZ to write with the splits 'train' and 'validation'; see write_patches.
    """
    table = read_plan(plan).dropna()
    parts: dict[str, list[Patches]] = {"train": [], "validation": []}
    groups = list(table.groupby("sample", sort=False))
    for name, places in progress(groups, len(groups), "specimens"):
        array = read_volume(labels[str(name)]).array

        def taught(slab: slice, array: Any = array) -> np.ndarray:
            return conventional_labels(np.asarray(array[slab]), segmenter, options.doubtful_px)

        cut = cut_specimen(read_volume(volumes[str(name)]), taught, places, options.patch_px, options.neighbours)
        for split, found in parts.items():
            rows = (places["split"] == split).to_numpy()
            found.append(Patches(cut.grey[rows], cut.labels[rows]))
    write_patches(
        patches,
        {
            split: Patches(np.concatenate([p.grey for p in found]), np.concatenate([p.labels for p in found]))
            for split, found in parts.items()
        },
    )


def write_patches(path: str | Path, parts: Mapping[str, Patches]) -> None:
    """Write the patches of several splits: arrays {split}_grey and {split}_labels in an NPZ."""
    arrays: dict[str, np.ndarray] = {}
    for split, part in parts.items():
        arrays[f"{split}_grey"], arrays[f"{split}_labels"] = part.grey, part.labels
        shares = np.bincount(part.labels.ravel(), minlength=CLASSES)[:CLASSES] / max(part.labels.size, 1)
        log.info("%s: %d patches; metal %.3f, dark pore %.3f, shine-through %.3f", split, len(part.grey), *shares)
    np.savez(path, allow_pickle=False, **arrays)


def read_patches(path: str | Path, split: str) -> Patches:
    """Patches of one split from a file that write_patches wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return Patches(stored[f"{split}_grey"], stored[f"{split}_labels"])


def splits_of(path: str | Path) -> list[str]:
    """Splits of a file that write_patches wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return [name.removesuffix("_grey") for name in stored.files if name.endswith("_grey")]
