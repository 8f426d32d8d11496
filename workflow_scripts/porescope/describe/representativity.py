"""How far another VOI of the same size may be off, and the size that would be enough."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from porescope.describe.interval import CONFIDENCE, ENOUGH

WANTED = 0.01
"""Half width of the interval, relative to the descriptor, that ``enough_um`` stands for."""

FROM_ONE = ("tortuosity", "tortuosity_y")
"""Descriptors whose signal is what exceeds 1; their relative half widths are relative to that."""


class Representativity(NamedTuple):
    """What a VOI of one size tells about the material.

    Attributes
    ----------
    voi_um : float
        Edge of the VOI: cube root of its volume.
    voi_half_width : float
        Half the 95 % interval in which the descriptor of another VOI of this size is expected around the material's
        mean; NaN with fewer than five VOIs and no octants.
    voi_relative : float
        The same relative to the mean; for tortuosities to the mean - 1.
    enough_um : float
        Edge of a VOI for which it would be 1 %.
    """

    voi_um: float
    voi_half_width: float
    voi_relative: float
    enough_um: float


def representativity(vois: pd.DataFrame, octants: pd.DataFrame, name: str, edge_um: float) -> Representativity:
    """How representative one VOI is for one descriptor.

    Parameters
    ----------
    vois : table
        A row a VOI.
    octants : table
        The same of the eighths of VOIs, where there are fewer than five VOIs; else empty.
    name : str
        Column.
    edge_um : float
        Cube root of the volume of a VOI.

    Notes
    -----
    The variance of a mean over a volume V is sigma^2 A / V where V is much larger than the integral range A. With five
    VOIs or more their own variance is taken; with fewer, an eighth of that between octants. For the relative density
    there is a second estimate, D (1 - D) A / V with the integral range of the two-point correlation, and the larger one
    counts: octants of a coarse structure are correlated and vary too little. The half width shrinks with the power
    3/2 of the edge, which gives the edge at which it is 1 %.

    References
    ----------
    Kanit, Forest, Galliet, Mounoury & Jeulin, Int. J. Solids Struct. 40 (2003).
    """
    own, eighths = (_finite(table, name) for table in (vois, octants))
    if len(own) >= ENOUGH:
        variance, freedom = own.var(ddof=1), len(own) - 1
    elif len(eighths) >= ENOUGH and len(own):
        variance, freedom = eighths.var(ddof=1) / 8, len(eighths) - 1
    else:
        return Representativity(edge_um, math.nan, math.nan, math.nan)
    if name == "relative_density":
        ranges = _finite(vois, "integral_range_um3")
        mean = own.mean()
        variance = max(variance, mean * (1 - mean) * ranges.mean() / edge_um**3) if len(ranges) else variance
    half = float(stdtrit(freedom, (1 + CONFIDENCE) / 2) * math.sqrt(variance))
    signal = abs(own.mean() - (name in FROM_ONE))
    relative = half / signal if signal > 0 else math.inf
    return Representativity(edge_um, half, relative, edge_um * (relative / WANTED) ** (2 / 3))


def _finite(table: pd.DataFrame, name: str) -> np.ndarray:
    values = table[name].to_numpy(float) if name in table else np.zeros(0)
    return values[np.isfinite(values)]
