"""Training material of the segmenter that learns from simulations alone: which random stacks are used for what."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from porescope.errors import InputError
from porescope.segment.patches import Patches, grey_range, normalise, with_neighbours, write_patches
from porescope.volume import Spacing, Volume

log = logging.getLogger(__name__)

SPLITS = ("train", "validation", "calibration", "test")


@dataclass(frozen=True)
class TwinPlan:
    """How random stacks are divided; the first ones train.

    Attributes
    ----------
    neighbours : int
        Slices on each side that are further input channels.
    slices_per_stack : int
        Labelled slices of a stack, spread evenly over those with all their neighbours.
    validation, calibration, test : int
        Stacks on which the best weights are chosen, probabilities calibrated, scores computed.
    """

    neighbours: int
    slices_per_stack: int
    validation: int
    calibration: int
    test: int


def plan_twin(n_stacks: int, n_slices: int, plan: TwinPlan) -> pd.DataFrame:
    """Rows stack, slice, split: every labelled slice of every stack.

    Raises
    ------
    InputError
        Stacks are too few for the splits or too thin for the neighbours.
    """
    train = n_stacks - plan.validation - plan.calibration - plan.test
    if train < 1:
        raise InputError(
            f"config simulate/random_stacks/count: {n_stacks} stacks, expected more than the "
            f"{n_stacks - train} of segment/twin/plan that are not trained on"
        )
    if n_slices <= 2 * plan.neighbours:
        raise InputError(
            f"config simulate/random_stacks/ranges/slices: {n_slices} slices, expected more than "
            f"{2 * plan.neighbours}, the neighbours of one (segment/twin/plan/neighbours)"
        )
    counts = (train, plan.validation, plan.calibration, plan.test)
    splits = np.repeat(SPLITS, counts)
    inner = np.linspace(plan.neighbours, n_slices - 1 - plan.neighbours, plan.slices_per_stack).round().astype(int)
    slices = np.unique(inner)
    return pd.DataFrame(
        {
            "stack": np.repeat(np.arange(n_stacks), len(slices)),
            "slice": np.tile(slices, n_stacks),
            "split": np.repeat(splits, len(slices)),
        }
    )


def cut_twin_patches(arrays: str | Path, plan: TwinPlan, table: str | Path, patches: str | Path) -> None:
    """Cut the patches of random stacks; a patch is a whole slice of one.

    Parameters
    ----------
    arrays : path
        NPZ of rule draw_random_stacks: images and classes (count, slices, edge, edge).
    plan : TwinPlan
    table : path
        CSV to write: see plan_twin.
    patches : path
        NPZ to write; see write_patches.
    """
    with np.load(arrays, allow_pickle=False) as stored:
        images, classes = stored["images"], stored["classes"]
    rows = plan_twin(len(images), images.shape[1], plan)
    rows.to_csv(table, index=False)
    write_patches(patches, {split: stack_patches(images, classes, rows, plan, split) for split in SPLITS})


def stack_patches(images: np.ndarray, classes: np.ndarray, rows: pd.DataFrame, plan: TwinPlan, split: str) -> Patches:
    """The patches of one split, each stack normalised as a whole stack is in prediction."""
    chosen = rows[rows["split"] == split]
    grey = np.empty((len(chosen), 1 + 2 * plan.neighbours, *images.shape[2:]), np.uint8)
    labels = np.empty((len(chosen), *images.shape[2:]), np.uint8)
    for place, (stack, z) in enumerate(chosen[["stack", "slice"]].to_numpy()):
        volume = Volume(images[stack], Spacing(1.0, 1.0, 1.0))
        around = with_neighbours(images[stack], z, plan.neighbours)
        grey[place] = normalise(around, grey_range(volume))
        labels[place] = classes[stack, z]
    return Patches(grey, labels)
