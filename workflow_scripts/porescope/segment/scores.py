"""How well segmenters find the pores, where the truth is known."""

import json
import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import pandas as pd

from porescope.errors import InputError
from porescope.progress import progress
from porescope.segment.plan import CLASSES, Split, read_plan
from porescope.segment.truth import UNKNOWN, ManualTruth, SimulatedTruth, Truth, read_frame
from porescope.volume import read_volume, slabs

log = logging.getLogger(__name__)

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
)

SCORED_SPLITS = ("train", "held_out_slab", "held_out_specimen")
"""Of training specimens, all slices that are not held out count as 'train': validation and gaps too."""


class TruthSource(TypedDict, total=False):
    """Where the truth of a specimen is: volume and drift of a simulated one, or labels and their rule for solid."""

    volume: str
    drift: str
    labels: list[str]
    solid: str
    ingested: str


@dataclass(frozen=True)
class Confusion:
    """Pixel counts of one or more slices.

    Attributes
    ----------
    counts : (3, 2) int array
        Row: true class (0 metal, 1 dark pore, 2 shine-through pore); column: taken for metal, for pore.
    """

    counts: np.ndarray

    @classmethod
    def of(cls, truth: np.ndarray, mask: np.ndarray) -> "Confusion":
        """Count a mask (pore where not 0) against classes of the same shape; unknown pixels are left out."""
        known = truth != UNKNOWN
        index = 2 * truth[known].astype(np.intp) + (mask[known] > 0)
        return cls(np.bincount(index, minlength=2 * CLASSES).reshape(CLASSES, 2))

    def __add__(self, other: "Confusion") -> "Confusion":
        return Confusion(self.counts + other.counts)

    def scores(self) -> dict[str, float]:
        """Scores of pore against metal.

        Returns
        -------
        dict
            accuracy; precision, recall, jaccard and dice of pore; jaccard_solid; recall_shine_through: share of
            class 2 found; density_error: relative density of the mask minus the true one. NaN where nothing is to
            be divided by, e.g. no pixel of class 2.
        """
        (true_metal, false_pore), dark, shine = self.counts.tolist()
        missed, found = dark[0] + shine[0], dark[1] + shine[1]
        total = true_metal + false_pore + missed + found
        return {
            "accuracy": _ratio(true_metal + found, total),
            "precision": _ratio(found, found + false_pore),
            "recall": _ratio(found, found + missed),
            "jaccard": _ratio(found, found + false_pore + missed),
            "dice": _ratio(2 * found, 2 * found + false_pore + missed),
            "jaccard_solid": _ratio(true_metal, true_metal + false_pore + missed),
            "recall_shine_through": _ratio(shine[1], shine[0] + shine[1]),
            "density_error": _ratio(missed - false_pore, total),
        }


def score_slices(truth: Truth, masks: Mapping[str, str | Path]) -> dict[str, dict[int, Confusion]]:
    """Count every known slice for every segmenter, slab by slab.

    Parameters
    ----------
    truth : Truth
        In the frame of the masks.
    masks : dict of paths
        OME-Zarr masks of one specimen by segmenter.

    Raises
    ------
    InputError
        A mask does not have the size of the truth.
    """
    volumes = {name: read_volume(path) for name, path in masks.items()}
    counted: dict[str, dict[int, Confusion]] = {name: {} for name in masks}
    for slab in slabs(max(volume.shape[0] for volume in volumes.values())):
        known = truth.read(slab)
        for name, volume in volumes.items():
            mask = np.asarray(volume.array[slab]) if known else np.empty(0)
            for z, classes in known.items():
                if mask.shape[1:] != classes.shape:
                    raise InputError(
                        f"{masks[name]}: slices of {mask.shape[1:]} px, expected {classes.shape} as the restored frame"
                    )
                counted[name][z] = Confusion.of(classes, mask[z - slab.start])
    return counted


def score_campaign(
    masks: Sequence[str | Path],
    segmenters: Sequence[str],
    truths: Mapping[str, TruthSource],
    restored: Sequence[str | Path],
    plans: Mapping[str, str | Path],
    scores: Path,
) -> None:
    """Score all segmenters on all specimens whose truth is known.

    Parameters
    ----------
    masks : paths
        OME-Zarr masks `.../{segmenter}/{sample}.ome.zarr`, in any order.
    segmenters : names
        In the order of the rows.
    truths : dict of TruthSource
        By specimen whose truth is known.
    restored : paths
        JSON files of stage restore, one for each of these specimens.
    plans : dict of paths
        plan.csv of the trained segmenters. A segmenter without one is scored over the slices of the first plan, so
        that rows can be compared; without any plan every slice is as good as held out.
    scores : path
        CSV to write; rows by sample, then segmenter, then split. Only its header if no truth is known.
    """
    splits = {name: slice_splits(read_plan(path)) for name, path in plans.items()}
    reference = next(iter(splits.values()), {})
    path_of = {(Path(path).parent.name, Path(path).name.removesuffix(".ome.zarr")): path for path in masks}
    rows: list[dict[str, Any]] = []
    if not truths:
        log.warning("no specimen with grey slices has truth, so no segmenter is scored")
    for (sample, source), info in progress(zip(truths.items(), restored, strict=True), len(truths), "specimens"):
        counted = score_slices(open_truth(source, info), {name: path_of[name, sample] for name in segmenters})
        for segmenter, slices in counted.items():
            of_slice = splits.get(segmenter, reference).get(sample, {})
            rows += [{"segmenter": segmenter, "sample": sample, **row} for row in split_rows(slices, of_slice)]
    pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(scores, index=False, float_format="%.6f")


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


def split_rows(slices: Mapping[int, Confusion], of_slice: Mapping[int, Split]) -> Iterable[dict[str, Any]]:
    """Scores over the slices of each split, in the order of SCORED_SPLITS; a split without known slices has no row."""
    groups: dict[str, list[Confusion]] = {split: [] for split in SCORED_SPLITS}
    for z, confusion in slices.items():
        split = of_slice.get(z, "held_out_specimen")
        groups[split if split in groups else "train"].append(confusion)
    for name, confusions in groups.items():
        if confusions:
            total = sum(confusions[1:], confusions[0])
            yield {"split": name, "slices": len(confusions), **total.scores()}


def mean_scores(scores: pd.DataFrame, splits: Sequence[str] = SCORED_SPLITS) -> pd.DataFrame:
    """Mean of every score by segmenter over the rows of some splits; NaN is left out."""
    chosen = scores[scores["split"].isin(splits)]
    return chosen.groupby("segmenter", sort=False)[list(COLUMNS[4:])].mean()


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
