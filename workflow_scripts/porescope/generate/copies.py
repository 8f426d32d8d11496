"""How near generated sections lie to the training ones, and the nearest pairs for pictures."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from porescope.generate.conditions import Condition
from porescope.generate.memorisation import combined, near_distance, nearest, planted_copies
from porescope.generate.samples import Samples
from porescope.generate.sections import HELD_OUT, TRAIN, Sections, evenly
from porescope.progress import progress

PLANTED = "planted"
"""Origin of copies of training sections, planted to see whether they are found."""

COMPARED = 96
"""Sections of a generator and condition that are looked at, evenly from all trainings; and copies that are planted."""

PAIRS = 6
"""Nearest pairs kept of each origin."""


class Pair(NamedTuple):
    """A section and the training section that it is most alike.

    Attributes
    ----------
    ratio : float
        Their distance over what is near in their condition; below 1 they are near.
    section, training : (px, px) uint8 arrays
        The training section is turned as it is most alike.
    """

    ratio: float
    section: np.ndarray
    training: np.ndarray


def find_copies(
    sections: str | Path,
    samples: Mapping[str, Sequence[str | Path]],
    symmetries: Sequence[str],
    seed: int,
    pairs: str | Path,
) -> pd.DataFrame:
    """Compare generated sections with the training sections of their own condition.

    Parameters
    ----------
    sections : path
        As cut_sections wrote them.
    samples : mapping
        Files of generated sections, by generator.
    symmetries : sequence of str
        As in training.
    seed : int
        Of the planted copies.
    pairs : path
        NPZ to write: of each origin the nearest Pairs of all conditions, as {origin}_ratio (n,), {origin}_section and
        {origin}_training (n, px, px).

    Returns
    -------
    table
        A row an origin (generators, then 'planted') and condition: origin, material, temperature_C, n_sections,
        near_distance (the 5th percentile of the distances of held-out real sections to training ones), n_near and
        share_near (sections nearer than that), median_distance, share_alike (sections of one half that are nearer
        than that to one of the other half; NaN of planted copies). Real sections that no network saw have a share_near
        of 0.05 by definition; a generator that repeats what it saw has a larger one, and one that repeats itself a
        large share_alike.
    """
    real = Sections.load(sections)
    train, held_out = real.part(TRAIN).by_condition, real.part(HELD_OUT).by_condition
    files = {name: _by_file(paths) for name, paths in samples.items()}
    rows, kept = [], {name: list[Pair]() for name in (*samples, PLANTED)}
    for condition, known in progress(train.items(), len(train), "conditions"):
        limit = near_distance(nearest(held_out[condition], known, symmetries).distance)
        candidates = {name: found[condition] for name, found in files.items() if condition in found}
        candidates[PLANTED] = planted_copies(known[evenly(len(known), min(len(known), COMPARED))], symmetries, seed)
        turned = list(combined(known, symmetries))
        for origin, solid in candidates.items():
            found = nearest(solid, known, symmetries)
            near = found.distance < limit
            rows.append(
                {
                    "origin": origin,
                    "material": condition.material,
                    "temperature_C": condition.temperature_C,
                    "n_sections": len(solid),
                    "near_distance": limit,
                    "n_near": int(near.sum()),
                    "share_near": float(near.mean()),
                    "median_distance": float(np.median(found.distance)),
                    "share_alike": math.nan if origin == PLANTED else share_alike(solid, symmetries, limit),
                }
            )
            for i in np.argsort(found.distance)[:PAIRS]:
                ratio = float(found.distance[i] / limit) if limit > 0 else np.inf
                kept[origin].append(Pair(ratio, solid[i], turned[found.orientation[i]][found.training[i]]))
    _save_pairs(pairs, kept)
    return pd.DataFrame(rows)


def share_alike(solid: np.ndarray, symmetries: Sequence[str], limit: float) -> float:
    """Share of every other section (n, px, px) that is nearer than the limit to one of the rest; NaN for one alone."""
    if len(solid) < 2:
        return math.nan
    return float((nearest(solid[::2], solid[1::2], symmetries).distance < limit).mean())


def _by_file(paths: Sequence[str | Path]) -> dict[Condition, np.ndarray]:
    return {
        made.condition: made.solid[evenly(len(made.solid), min(len(made.solid), COMPARED))]
        for made in map(Samples.load, paths)
    }


def _save_pairs(path: str | Path, kept: Mapping[str, list[Pair]]) -> None:
    """Write the nearest pairs of each origin."""
    arrays = {}
    for origin, pairs in kept.items():
        best = sorted(pairs, key=lambda pair: pair.ratio)[:PAIRS]
        for name, column in zip(Pair._fields, zip(*best, strict=True), strict=False):
            arrays[f"{origin}_{name}"] = np.array(column)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
