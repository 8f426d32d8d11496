"""Whether probabilities of pore are what they say."""

import math

import numpy as np
import pandas as pd

from porescope.segment.classes import CERTAIN

BINS = 15
"""Bins of equal mass of the reliability curve and of the expected calibration error."""


def count_levels(probability: np.ndarray, pore: np.ndarray) -> np.ndarray:
    """How many pixels of each stored probability are metal and pore: (256, 2) int array."""
    index = 2 * probability.astype(np.intp).ravel() + pore.ravel()
    return np.bincount(index, minlength=2 * (CERTAIN + 1)).reshape(CERTAIN + 1, 2)


def brier(counts: np.ndarray) -> float:
    """Mean squared difference between probability and what is there (0 or 1); that of a mask is its share of errors."""
    said = np.arange(CERTAIN + 1) / CERTAIN
    total = counts.sum()
    return float((counts[:, 0] @ said**2 + counts[:, 1] @ (1 - said) ** 2) / total) if total else math.nan


def reliability(counts: np.ndarray, bins: int = BINS) -> pd.DataFrame:
    """What was said and what was there in bins of equal mass.

    Parameters
    ----------
    counts : (256, 2) int array
        See count_levels.
    bins : int
        At most; pixels of one stored probability stay together.

    Returns
    -------
    DataFrame
        pixels, probability (mean), observed (share of pore), by rising probability.
    """
    mass = counts.sum(axis=1)
    middle = np.cumsum(mass) - mass / 2
    place = np.minimum(bins * middle / max(mass.sum(), 1), bins - 1).astype(int)
    said = mass * np.arange(CERTAIN + 1) / CERTAIN
    table = pd.DataFrame({"bin": place, "pixels": mass, "said": said, "pore": counts[:, 1]})
    summed = table[table["pixels"] > 0].groupby("bin").sum()
    return pd.DataFrame(
        {
            "pixels": summed["pixels"],
            "probability": summed["said"] / summed["pixels"],
            "observed": summed["pore"] / summed["pixels"],
        }
    )


def expected_calibration_error(counts: np.ndarray, bins: int = BINS) -> float:
    """Mean of |probability - observed| over bins of equal mass; NaN without pixels.

    References
    ----------
    K. Nguyen, B. O'Connor, EMNLP 2015, 1587 (bins of equal mass).
    """
    table = reliability(counts, bins)
    gap = (table["probability"] - table["observed"]).abs()
    return float((gap * table["pixels"]).sum() / table["pixels"].sum()) if len(table) else math.nan
