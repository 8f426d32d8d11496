"""How well segmenters find the pores, where the truth is known."""

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict, TypeVar

import numpy as np
import pandas as pd

from porescope.errors import InputError
from porescope.progress import progress
from porescope.segment.classes import CERTAIN, PROBABILITY
from porescope.segment.interfaces import Surroundings
from porescope.segment.plan import Split, read_plan
from porescope.segment.reliability import reliability as curve
from porescope.segment.tally import Tally
from porescope.segment.truth import ManualTruth, SimulatedTruth, Truth, read_frame
from porescope.volume import read_volume, slabs

log = logging.getLogger(__name__)

T = TypeVar("T")

COLUMNS = (
    "segmenter",
    "sample",
    "split",
    "slices",
    "accuracy",
    "precision",
    "recall",
    "jaccard",
    "dice",
    "jaccard_solid",
    "recall_shine_through",
    "density_error",
    "accuracy_off_interface",
    "jaccard_off_interface",
    "interface_displacement_px",
    "ece",
    "brier",
)

RELIABILITY_COLUMNS = ("segmenter", "split", "pixels", "probability", "observed")

SCORED_SPLITS = ("train", "held_out_slab", "held_out_specimen")
"""Of training specimens, all slices that are not held out count as 'train': validation and gaps too."""


class TruthSource(TypedDict, total=False):
    """Where the truth of a specimen is: volume and drift of a simulated one, or labels and their rule for solid."""

    volume: str
    drift: str
    labels: list[str]
    solid: str
    ingested: str


def score_slices(
    truth: Truth, masks: Mapping[str, str | Path], networks: Collection[str] = ()
) -> dict[str, dict[int, Tally]]:
    """Count every known slice for every segmenter, slab by slab.

    Parameters
    ----------
    truth : Truth
        In the frame of the masks.
    masks : dict of paths
        OME-Zarr masks of one specimen by segmenter.
    networks : names
        Segmenters that give probabilities; those of the others are 0 and 1.

    Raises
    ------
    InputError
        A mask does not have the size of the truth.
    """
    volumes = {name: read_volume(path) for name, path in masks.items()}
    certainties = {name: read_volume(path, PROBABILITY) for name, path in masks.items() if name in networks}
    counted: dict[str, dict[int, Tally]] = {name: {} for name in masks}
    for slab in slabs(max(volume.shape[0] for volume in volumes.values())):
        known = truth.read(slab)
        around = {z: Surroundings.of(classes) for z, classes in known.items()}
        for name, volume in volumes.items() if known else ():
            mask = np.asarray(volume.array[slab])
            sure = np.asarray(certainties[name].array[slab]) if name in certainties else CERTAIN * (mask > 0)
            for z, classes in known.items():
                if mask.shape[1:] != classes.shape:
                    raise InputError(
                        f"{masks[name]}: slices of {mask.shape[1:]} px, expected {classes.shape} as the restored frame"
                    )
                counted[name][z] = Tally.of(classes, around[z], mask[z - slab.start], sure[z - slab.start])
    return counted


def score_campaign(
    masks: Sequence[str | Path],
    segmenters: Sequence[str],
    networks: Collection[str],
    truths: Mapping[str, TruthSource],
    restored: Sequence[str | Path],
    plan: str | Path | None,
    scores: str | Path,
    reliability: str | Path,
) -> None:
    """Score all segmenters on all specimens whose truth is known.

    Parameters
    ----------
    masks : paths
        OME-Zarr masks `.../{segmenter}/{sample}.ome.zarr`, in any order.
    segmenters : names
        In the order of the rows.
    networks : names
        Those of them that give probabilities.
    truths : dict of TruthSource
        By specimen whose truth is known.
    restored : paths
        JSON files of stage restore, one for each of these specimens.
    plan : path, optional
        What the networks were trained on. Segmenters without training are scored over the same slices, so that rows can
        be compared; without a plan every slice is as good as held out.
    scores : path
        CSV to write; rows by sample, then segmenter, then split. Only its header if no truth is known.
    reliability : path
        CSV to write: reliability curve of each network over all specimens, near interfaces and on class 2, by split.
    """
    splits = {} if plan is None else slice_splits(read_plan(plan))
    path_of = {(Path(path).parent.name, Path(path).name.removesuffix(".ome.zarr")): path for path in masks}
    rows: list[dict[str, Any]] = []
    pooled: dict[tuple[str, str], Tally] = {}
    if not truths:
        log.warning("no specimen with grey slices has truth, so no segmenter is scored")
    for (sample, source), info in progress(zip(truths.items(), restored, strict=True), len(truths), "specimens"):
        paths = {name: path_of[name, sample] for name in segmenters}
        for segmenter, slices in score_slices(open_truth(source, info), paths, networks).items():
            for split, tallies in grouped(slices, splits.get(sample, {})).items():
                total = sum(tallies[1:], tallies[0])
                row = {"segmenter": segmenter, "sample": sample, "split": split, "slices": len(tallies)}
                rows.append({**row, **total.scores()})
                key = (segmenter, split)
                pooled[key] = pooled[key] + total if key in pooled else total
    pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(scores, index=False, float_format="%.6f")
    curves = [
        curve(tally.doubtful_levels).assign(segmenter=segmenter, split=split)
        for (segmenter, split), tally in pooled.items()
        if segmenter in networks
    ]
    table = pd.concat(curves) if curves else pd.DataFrame()
    table.reindex(columns=list(RELIABILITY_COLUMNS)).to_csv(reliability, index=False, float_format="%.6f")


def open_truth(source: TruthSource, restored: str | Path) -> Truth:
    """The truth of a specimen in its restored frame."""
    frame = read_frame(restored)
    if "volume" in source:
        return SimulatedTruth(source["volume"], source["drift"], frame)
    ingested = json.loads(Path(source["ingested"]).read_text(encoding="utf-8"))
    raw_files = [file["path"] for file in ingested["source_files"]]
    return ManualTruth(source["labels"], raw_files, source["solid"], frame)


def slice_splits(plan: pd.DataFrame) -> dict[str, dict[int, Split]]:
    """Which split each slice of each sample belongs to."""
    each = plan.drop_duplicates(["sample", "slice"])
    return {str(name): dict(zip(rows["slice"], rows["split"], strict=True)) for name, rows in each.groupby("sample")}


def grouped(slices: Mapping[int, T], of_slice: Mapping[int, Split]) -> dict[str, list[T]]:
    """What belongs to the slices of each split, in the order of SCORED_SPLITS; a split without known slices is none."""
    groups: dict[str, list[T]] = {split: [] for split in SCORED_SPLITS}
    for z, counted in slices.items():
        split = of_slice.get(z, "held_out_specimen")
        groups[split if split in groups else "train"].append(counted)
    return {name: found for name, found in groups.items() if found}
