"""Patches of the campaign's own stacks, cut where the plan says and labelled by stage label."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from porescope.progress import progress
from porescope.segment.patches import Patches, grey_range, normalise, with_neighbours, write_patches
from porescope.segment.plan import PlanOptions, read_plan
from porescope.segment.teaching import conventional_labels
from porescope.volume import SLAB, Volume, read_volume

Taught = Callable[[slice], np.ndarray]


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
