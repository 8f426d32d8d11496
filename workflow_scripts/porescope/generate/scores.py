"""How well generated sections follow the real ones over temperature."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from porescope.describe.names import PLANAR

AVERAGE = "average"
"""Row of scores.csv with the mean over the descriptors."""

REFERENCE = "real"
"""Origin against which all others are scored: sections from slabs that no network saw."""

TRAINING = "train"
"""Origin of the real sections that the networks saw; their score is the ceiling."""

LEAST_CONDITIONS = 3
"""A curve over temperature has at least as many points."""


def score(sections: pd.DataFrame) -> pd.DataFrame:
    """R2 over temperature of each origin's condition means against the real ones.

    Parameters
    ----------
    sections : table
        One row a section: origin, material, temperature_C and the planar descriptors. NaN (no pore, no shape) is
        left out of the means.

    Returns
    -------
    table
        One row per generator (every origin but 'real'), material and descriptor, and one per generator and material
        with the descriptor 'average': r2; rmse, the root of the mean squared difference of the condition means in
        the descriptor's unit (NaN for the average, whose parts have different units); n_conditions, the temperatures
        compared. The generator 'train' stands for the training sections themselves, real ones from other slabs: the
        ceiling, what a perfect copy of the training data would reach. r2 is NaN for materials with fewer than three
        temperatures.

    Notes
    -----
    r2 = 1 - sum (real - generated)^2 / sum (real - mean of real)^2 over the temperatures of a material; it is
    negative where a constant would do better.
    """
    means = sections.groupby(["origin", "material", "temperature_C"], sort=False)[list(PLANAR)].mean()
    origins = [origin for origin in means.index.unique("origin") if origin != REFERENCE]
    materials = means.loc[REFERENCE].index.unique("material")
    rows = []
    for origin in origins:
        for material in materials:
            real, generated = means.loc[(REFERENCE, material)].align(means.loc[(origin, material)], join="inner")
            agreements = {name: agreement(real[name].to_numpy(), generated[name].to_numpy()) for name in PLANAR}
            r2, _, n_conditions = zip(*agreements.values(), strict=True)
            agreements[AVERAGE] = Agreement(float(np.mean(r2)), math.nan, min(n_conditions))
            rows += [(origin, material, name, *values) for name, values in agreements.items()]
    return pd.DataFrame(rows, columns=["generator", "material", "descriptor", *Agreement._fields])


class Agreement(NamedTuple):
    """How well two curves agree; see score."""

    r2: float
    rmse: float
    n_conditions: int


def agreement(real: np.ndarray, generated: np.ndarray) -> Agreement:
    """r2, rmse and number of the pairs of condition means that are both known; see score."""
    known = np.isfinite(real) & np.isfinite(generated)
    n = int(known.sum())
    if n == 0:
        return Agreement(math.nan, math.nan, 0)
    squares = np.square(real[known] - generated[known])
    spread = np.square(real[known] - real[known].mean()).sum()
    r2 = 1 - squares.sum() / spread if n >= LEAST_CONDITIONS and spread > 0 else math.nan
    return Agreement(float(r2), float(np.sqrt(squares.mean())), n)
