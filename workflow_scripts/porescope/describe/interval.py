"""Means over VOIs with 95 % intervals."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from porescope.describe.names import DESCRIPTORS
from porescope.describe.ratios import ALPHA_INPUTS, BETA_INPUTS, alpha, beta

CONFIDENCE = 0.95

ENOUGH = 5
"""With this many VOIs, their own spread gives the interval."""

T_METHOD = "t over VOIs"
OCTANT_METHOD = "integral range from octants"

RATIOS: dict[str, tuple[tuple[str, ...], Callable[..., float]]] = {
    "alpha": (ALPHA_INPUTS, alpha),
    "beta": (BETA_INPUTS, beta),
}
"""Descriptors computed from the means of others, whose errors they carry."""


class Estimate(NamedTuple):
    """A mean with its interval.

    Attributes
    ----------
    mean, ci_low, ci_high : float
        NaN where undefined; the mean is infinite where it is so in every VOI.
    sd : float
        Standard deviation between VOIs.
    standard_error : float
        Of the mean: half the interval over the quantile of its distribution; NaN without interval.
    n_voi : int
        VOIs that entered.
    interval_method : str
        How the interval was found; empty without one.
    reason : str
        Why something is undefined or VOIs were left out.
    """

    mean: float
    ci_low: float
    ci_high: float
    sd: float
    standard_error: float
    n_voi: int
    interval_method: str
    reason: str


def estimates(vois: pd.DataFrame, octants: pd.DataFrame) -> dict[str, Estimate]:
    """All descriptors of a specimen.

    Parameters
    ----------
    vois : table
        A row a VOI, a column a descriptor.
    octants : table
        The same of the eighths of VOIs, where there are fewer than five VOIs; else empty.

    Returns
    -------
    dict
        An Estimate for each of names.DESCRIPTORS.

    Notes
    -----
    With five VOIs or more: Student's t. With fewer: a mean over the volume V has the variance sigma^2 A / V (A the
    integral range), as long as V is much larger than A; so the variance between eighths of VOIs, divided by their
    number, is that of the mean. It is a lower bound where the structure is correlated over an eighth of a VOI. alpha
    and beta are those of the means, with the covariance of the means carried through to first order.

    References
    ----------
    Kanit, Forest, Galliet, Mounoury & Jeulin, Int. J. Solids Struct. 40 (2003).
    """
    found = {name: _plain(vois, octants, name) for name in DESCRIPTORS if name not in RATIOS}
    found |= {name: _ratio(vois, octants, name, found) for name in RATIOS}
    return {name: found[name] for name in DESCRIPTORS}


def _plain(vois: pd.DataFrame, octants: pd.DataFrame, name: str) -> Estimate:
    columns = (name,)
    return _estimate(vois, octants, name, columns, lambda value: value)


def _ratio(vois: pd.DataFrame, octants: pd.DataFrame, name: str, found: dict[str, Estimate]) -> Estimate:
    columns, function = RATIOS[name]
    estimate = _estimate(vois, octants, name, columns, function)
    curvature = found["gaussian_curvature_per_um2"]
    if name == "beta" and not (curvature.ci_low > 0 or curvature.ci_high < 0):
        what = "includes 0" if math.isfinite(curvature.ci_low) else "is unknown"
        reason = f"the interval of <G> {what}"
        return Estimate(math.nan, math.nan, math.nan, estimate.sd, math.nan, estimate.n_voi, "", reason)
    return estimate


def _estimate(
    vois: pd.DataFrame, octants: pd.DataFrame, name: str, columns: tuple[str, ...], function: Callable[..., float]
) -> Estimate:
    """Function of the means of some columns, over the VOIs where all of them are finite."""
    values = _finite_rows(vois, columns)
    count = len(values)
    reason = _left_out(vois, name, columns, count)
    if not count:
        infinite = np.isinf(vois[name].to_numpy(float)).all()
        mean = math.inf if infinite else math.nan
        return Estimate(mean, math.nan, math.nan, math.nan, math.nan, 0, "", reason)
    mean = function(*values.mean(axis=0))
    own = _finite_rows(vois, (name,))
    sd = float(own.std(ddof=1)) if len(own) > 1 else math.nan
    parts = values if count >= ENOUGH else _finite_rows(octants, columns)
    method = T_METHOD if count >= ENOUGH else OCTANT_METHOD
    if count < ENOUGH and len(parts) < ENOUGH:
        reason = "; ".join(filter(None, [reason, "too few VOIs and octants for an interval"]))
        return Estimate(mean, math.nan, math.nan, sd, math.nan, count, "", reason)
    error = _standard_error(parts, values.mean(axis=0), function)
    half = error * float(stdtrit(len(parts) - 1, (1 + CONFIDENCE) / 2))
    return Estimate(mean, mean - half, mean + half, sd, error, count, method, reason)


def _left_out(vois: pd.DataFrame, name: str, columns: tuple[str, ...], count: int) -> str:
    """Why VOIs do not enter: what the table says where it is the same for all, else their number."""
    if count == len(vois):
        return ""
    reasons = {_reason_of(str(text), name) for text in vois["reason"]} if "reason" in vois else {""}
    if count == 0 and len(reasons) == 1 and (only := reasons.pop()):
        return only
    infinite = np.isinf(vois[list(columns)].to_numpy(float)).any()
    return f"{len(vois) - count} of {len(vois)} VOIs left out: {'infinite' if infinite else 'undefined'} there"


def _reason_of(text: str, name: str) -> str:
    """Of the reasons of a VOI, as specimen.csv joins them, that of one column; the only one where it is for all."""
    if text.partition(": ")[0] not in DESCRIPTORS:
        return text
    given = dict(part.split(": ", 1) for part in text.split("; "))
    return given.get(name, "")


def _standard_error(parts: np.ndarray, centre: np.ndarray, function: Callable[..., float]) -> float:
    """Of a function of means whose covariance is that of the parts divided by their number."""
    covariance = np.atleast_2d(np.cov(parts, rowvar=False)) / len(parts)
    gradient = np.empty(len(centre))
    for i, value in enumerate(centre):
        step = max(abs(value), 1e-9) * 1e-5
        low, high = centre.copy(), centre.copy()
        low[i] -= step
        high[i] += step
        gradient[i] = (function(*high) - function(*low)) / (2 * step)
    return math.sqrt(gradient @ covariance @ gradient)


def _finite_rows(table: pd.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    """Rows in which all of these columns are finite, as (n, columns)."""
    if not set(columns) <= set(table.columns):
        return np.zeros((0, len(columns)))
    values = table[list(columns)].to_numpy(float)
    return values[np.isfinite(values).all(axis=1)]
