"""Permutation nulls: how well models do by chance, one by one and as the best of many."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Candidate:
    """A least-squares model as the permutations see it.

    Attributes
    ----------
    places : (n,) int array
        Where its specimens stand among all training specimens.
    operator : (n, n) array
        As validation.leave_out_operator gives it; NaN where the model cannot be cross-validated.
    """

    places: np.ndarray
    operator: np.ndarray

    def scores(self, y: np.ndarray) -> np.ndarray:
        """Cross-validated R2 of every draw of targets (draws, all specimens)."""
        own = y[:, self.places]
        press = np.sum((own @ self.operator.T) ** 2, axis=1)
        return 1 - press / np.sum((own - own.mean(axis=1, keepdims=True)) ** 2, axis=1)


@dataclass(frozen=True)
class Null:
    """What shuffled targets say.

    Attributes
    ----------
    p : (m,) array
        Of each model alone; NaN for one that cannot be cross-validated.
    p_corrected : (m,) array
        Of each model as one of the m that were tried.
    best : (count,) array
        Cross-validated R2 of the best model of every shuffle; empty if there is none.
    """

    p: np.ndarray
    p_corrected: np.ndarray
    best: np.ndarray


def permutation_null(
    candidates: Sequence[Candidate], y: np.ndarray, groups: np.ndarray, count: int, rng: np.random.Generator
) -> Null:
    """Shuffle the property and cross-validate every model again.

    Parameters
    ----------
    candidates : sequence of Candidate
    y : (n,) array
        Targets of all training specimens.
    groups : (n,) array
        Kept together.
    count : int
        Shuffles, the same for all models, so that a model's p does not depend on its neighbours.
    rng : Generator

    Notes
    -----
    p = (1 + b) / (1 + count) with b shuffles whose cross-validated R2 is at least the measured one: uniform if the
    features say nothing. The best of m models beats chance more often than one does, so the corrected p counts the
    shuffles in which the best of all reaches the measured R2 (Westfall and Young's single-step maximum).

    References
    ----------
    Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 9 (2010) 39: why 1 is added. Westfall and Young, Resampling-Based
    Multiple Testing (1993).
    """
    p = np.full(len(candidates), np.nan)
    corrected = np.full(len(candidates), np.nan)
    usable = [i for i, candidate in enumerate(candidates) if np.isfinite(candidate.operator).all()]
    if not usable:
        return Null(p, corrected, np.empty(0))
    shuffled = y[shuffles(groups, count, rng)]
    observed = np.array([candidates[i].scores(y[None])[0] for i in usable])
    null = np.stack([candidates[i].scores(shuffled) for i in usable])
    reached = observed - 1e-9 * (1 + np.abs(observed))
    best = null.max(axis=0)
    p[usable] = (1 + np.sum(null >= reached[:, None], axis=1)) / (1 + count)
    corrected[usable] = (1 + np.sum(best[None] >= reached[:, None], axis=1)) / (1 + count)
    return Null(p, corrected, best)


def shuffles(groups: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Rearrangements (count, n) of specimens that keep groups together.

    Whole groups change places with groups of their size, and members change places within a group: what a group has
    in common stays in common, or the null would be too easy to reject. Without groups: every permutation.
    """
    members = [np.flatnonzero(groups == group) for group in dict.fromkeys(groups.tolist())]
    result = np.empty((count, len(groups)), dtype=np.intp)
    for size in {len(m) for m in members}:
        block = np.array([m for m in members if len(m) == size])  # (groups, size)
        sources = rng.permuted(np.tile(np.arange(len(block)), (count, 1)), axis=1)
        places = rng.permuted(np.tile(np.arange(size), (count, len(block), 1)), axis=2)
        result[:, block] = block[sources[:, :, None], places]
    return result
