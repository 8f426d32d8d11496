"""How well generated sections follow the real ones over temperature, beside how well real ones do."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import t as student
from scipy.stats import wasserstein_distance

from porescope.describe.names import PLANAR

AVERAGE = "average"
"""Row of scores.csv with the mean over the descriptors."""

REFERENCE = "real"
"""Origin against which all others are scored: sections from slabs that no network saw."""

TRAINING = "train"
"""Origin of the real sections that the networks saw; their score is the ceiling."""

LEAST_CONDITIONS = 3
"""A curve over temperature has at least as many points."""

LEVEL = 0.95
"""Of intervals over independent trainings."""

COLUMNS = (
    "generator",
    "material",
    "descriptor",
    "r2",
    "r2_ci_low",
    "r2_ci_high",
    "r2_ceiling",
    "rmse",
    "rmse_ratio",
    "wasserstein",
    "wasserstein_ratio",
    "n_conditions",
    "n_trainings",
)
"""Of scores.csv."""


def score(sections: pd.DataFrame) -> pd.DataFrame:
    """R2 over temperature of each origin's condition means against the real ones.

    Parameters
    ----------
    sections : table
        One row a section: origin, training, material, temperature_C and the planar descriptors. NaN (no pore, no
        shape) is left out of the means.

    Returns
    -------
    table
        One row per generator (every origin but 'real'), material and descriptor, and one per generator and material
        with the descriptor 'average'. The generator 'train' stands for the training sections themselves, real ones
        from other slabs: the ceiling, what a perfect copy of the training data would reach. Each of the independent
        trainings of a generator is scored by itself; the columns are means over them:

        - r2; r2_ci_low, r2_ci_high: 95 % interval (Student's) of its mean over trainings, NaN for fewer than two.
          NaN for materials with fewer than three temperatures.
        - r2_ceiling: r2 of 'train'.
        - rmse: root of the mean squared difference of the condition means, in the descriptor's unit; rmse_ratio:
          over that of 'train'. NaN for the average, whose parts have different units, but rmse_ratio: its mean.
        - wasserstein: distance of the distributions over sections, in the descriptor's unit, mean over temperatures;
          wasserstein_ratio, as rmse_ratio.
        - n_conditions: temperatures compared; n_trainings.

    Notes
    -----
    r2 = 1 - sum (real - generated)^2 / sum (real - mean of real)^2 over the temperatures of a material; it is
    negative where a constant would do better. Over a small range of density it is decided by the scatter between
    the slabs of one specimen, real sections included: read it beside r2_ceiling.
    """
    real = sections[sections["origin"] == REFERENCE]
    others = sections[sections["origin"] != REFERENCE]
    single = []
    for (origin, training), generated in others.groupby(["origin", "training"], sort=False):
        for material in real["material"].unique():
            first, second = (table[table["material"] == material] for table in (real, generated))
            agreements = {name: compared(first, second, name) for name in PLANAR}
            r2 = float(np.mean([found.r2 for found in agreements.values()]))
            least = min(found.n_conditions for found in agreements.values())
            agreements[AVERAGE] = Agreement(r2, math.nan, math.nan, least)
            single += [(origin, training, material, name, *found) for name, found in agreements.items()]
    each = pd.DataFrame(single, columns=["generator", "training", "material", "descriptor", *Agreement._fields])
    scores = [
        {"generator": generator, "material": material, "descriptor": descriptor, **_over_trainings(rows)}
        for (generator, material, descriptor), rows in each.groupby(["generator", "material", "descriptor"], sort=False)
    ]
    return _beside_ceiling(pd.DataFrame(scores))


class Agreement(NamedTuple):
    """How well two sets of sections agree in one descriptor; see score."""

    r2: float
    rmse: float
    wasserstein: float
    n_conditions: int


def compared(real: pd.DataFrame, generated: pd.DataFrame, descriptor: str) -> Agreement:
    """Agreement of one descriptor between sections of one material."""
    first, second = (_by_temperature(table, descriptor) for table in (real, generated))
    shared = sorted(first.keys() & second.keys())
    if not shared:
        return Agreement(math.nan, math.nan, math.nan, 0)
    means = [np.array([values[temperature].mean() for temperature in shared]) for values in (first, second)]
    distances = [wasserstein_distance(first[temperature], second[temperature]) for temperature in shared]
    return Agreement(*agreement(*means), float(np.mean(distances)), len(shared))


def _by_temperature(sections: pd.DataFrame, descriptor: str) -> dict[float, np.ndarray]:
    known = sections.dropna(subset=descriptor)
    return {
        float(t): known.loc[known["temperature_C"] == t, descriptor].to_numpy() for t in known["temperature_C"].unique()
    }


def agreement(real: np.ndarray, generated: np.ndarray) -> tuple[float, float]:
    """r2 and rmse of two curves (n,) of condition means; see score."""
    squares = np.square(real - generated)
    spread = np.square(real - real.mean()).sum()
    r2 = 1 - squares.sum() / spread if len(real) >= LEAST_CONDITIONS and spread > 0 else math.nan
    return float(r2), float(np.sqrt(squares.mean()))


def _over_trainings(rows: pd.DataFrame) -> dict[str, float]:
    """Means over trainings, and the interval of r2."""
    r2, n = rows["r2"].to_numpy(), len(rows)
    half = student.ppf((1 + LEVEL) / 2, n - 1) * r2.std(ddof=1) / math.sqrt(n) if n > 1 else math.nan
    return {
        "r2": r2.mean(),
        "r2_ci_low": r2.mean() - half,
        "r2_ci_high": r2.mean() + half,
        "rmse": rows["rmse"].mean(),
        "wasserstein": rows["wasserstein"].mean(),
        "n_conditions": int(rows["n_conditions"].min()),
        "n_trainings": n,
    }


def _beside_ceiling(scores: pd.DataFrame) -> pd.DataFrame:
    """Add what the training sections reach, and ratios to it."""
    keys = ["material", "descriptor"]
    ceiling = scores.loc[scores["generator"] == TRAINING, [*keys, "r2", "rmse", "wasserstein"]]
    joined = scores.merge(ceiling, on=keys, how="left", suffixes=("", "_ceiling"))
    average = joined["descriptor"] == AVERAGE
    for name in ("rmse", "wasserstein"):
        ratio = joined[name] / joined[f"{name}_ceiling"]
        mean = ratio.groupby([joined["generator"], joined["material"]]).transform("mean")
        joined[f"{name}_ratio"] = ratio.where(~average, mean)
    return joined[list(COLUMNS)]
