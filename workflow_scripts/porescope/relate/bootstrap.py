"""How coefficients, their order and scores change when other specimens had been taken."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from porescope.relate.validation import folds

BOOTSTRAP_SHARE = 0.5
"""Share of resamples that must determine the model for an interval to be given."""

LEAST_GROUPS = 3
"""Groups of specimens that the interval of a score needs."""


class Resampled(NamedTuple):
    """A model in k resampled training sets.

    Attributes
    ----------
    coefficients : (k, p + 1) array
        Intercept and slopes in the features' own units.
    importance : (k, p) array
        Mean |slope x (feature - mean)| of each feature: its mean |SHAP|.
    grouped : (k, c) array
        The same of the sums over clusters of features.
    """

    coefficients: np.ndarray
    importance: np.ndarray
    grouped: np.ndarray


def resample(
    x: np.ndarray,
    y: np.ndarray,
    groups: np.ndarray,
    count: int,
    rng: np.random.Generator,
    clusters: list[list[int]] | None = None,
) -> Resampled:
    """Fit the model to resampled training sets.

    Parameters
    ----------
    x : (n, p) array
    y : (n,) array
        Target.
    groups : (n,) array
        Whole groups are drawn, with replacement.
    count : int
        Resamples; those that do not determine the model are left out.
    rng : Generator
    clusters : list of lists of int
        Features that are counted together; each alone if not given.
    """
    clusters = [[j] for j in range(x.shape[1])] if clusters is None else clusters
    pooling = np.array([[float(j in cluster) for cluster in clusters] for j in range(x.shape[1])])
    weights = _weights(groups, count, rng)
    weights /= weights.sum(axis=1, keepdims=True)
    mean, y_mean = weights @ x, weights @ y
    centred = x - mean[:, None]
    covariance = np.einsum("kn,kni,knj->kij", weights, centred, centred)
    scale = np.sqrt(np.einsum("kii->ki", covariance))
    kept = np.all(scale > 1e-9 * np.abs(x).max(axis=0), axis=1)
    weights, mean, y_mean, centred, covariance, scale = (
        part[kept] for part in (weights, mean, y_mean, centred, covariance, scale)
    )
    correlation = covariance / (scale[:, :, None] * scale[:, None])
    kept = np.linalg.eigvalsh(correlation)[:, 0] > 1e-10
    weights, mean, y_mean, centred, correlation, scale = (
        part[kept] for part in (weights, mean, y_mean, centred, correlation, scale)
    )
    moments = np.einsum("kn,kni,kn->ki", weights, centred, y - y_mean[:, None]) / scale
    slopes = np.linalg.solve(correlation, moments[..., None])[..., 0] / scale
    contributions = centred * slopes[:, None]
    return Resampled(
        np.column_stack([y_mean - np.sum(slopes * mean, axis=1), slopes]),
        np.einsum("kn,kni->ki", weights, np.abs(contributions)),
        np.einsum("kn,knc->kc", weights, np.abs(contributions @ pooling)),
    )


def percentile_interval(values: np.ndarray, wanted: int) -> tuple[np.ndarray, np.ndarray]:
    """Ends (p,) of 95 % percentile intervals of resampled values (k, p); NaN where too few of ``wanted`` are there."""
    if len(values) < BOOTSTRAP_SHARE * wanted:
        return np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    low, high = np.quantile(values, [0.025, 0.975], axis=0)
    return low, high


def sign_stability(values: np.ndarray, estimate: np.ndarray, wanted: int) -> np.ndarray:
    """Share of resampled values (k, p) with the sign of the estimate (p,); NaN where fewer than half are there."""
    if len(values) < BOOTSTRAP_SHARE * wanted:
        return np.full(len(estimate), np.nan)
    return np.mean(np.sign(values) == np.sign(estimate), axis=0)


def rank(importance: np.ndarray) -> np.ndarray:
    """1 for the largest; equal values in the order of the features."""
    return stats.rankdata(-importance, method="ordinal", axis=-1).astype(int)


def rank_intervals(importance: np.ndarray, wanted: int) -> list[str]:
    """95 % intervals of the ranks as 'low-high' from resampled importances (k, p); empty where too few are there."""
    if len(importance) < BOOTSTRAP_SHARE * wanted:
        return [""] * importance.shape[1]
    limits = np.quantile(rank(importance), [0.025, 0.975], axis=0, method="closest_observation")
    return [f"{low}-{high}" for low, high in limits.T.astype(int)]


def r_squared_interval(
    y: np.ndarray, residuals: np.ndarray, groups: np.ndarray, count: int, rng: np.random.Generator
) -> tuple[float, float]:
    """95 % interval of a cross-validated R2 over other specimens of the same kind.

    Parameters
    ----------
    y, residuals : (n,) arrays
        Measured targets and their cross-validated residuals; both are drawn together, whole groups with replacement.
    groups : (n,) array
    count : int
    rng : Generator

    Returns
    -------
    low, high : float
        NaN where a residual is NaN or there are fewer than three groups.

    Notes
    -----
    The predictions are taken as they are: the models behind them are not fitted anew, so it is rather too narrow.
    """
    if len(set(groups.tolist())) < LEAST_GROUPS or np.isnan(residuals).any():
        return np.nan, np.nan
    share = _weights(groups, count, rng)
    share /= share.sum(axis=1, keepdims=True)
    total = share @ y**2 - (share @ y) ** 2
    error = share @ residuals**2
    values = 1 - error[total > 1e-12 * np.var(y)] / total[total > 1e-12 * np.var(y)]
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _weights(groups: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """How often each specimen is drawn (count, n) when whole groups are drawn with replacement."""
    members = folds(groups)
    times = rng.multinomial(len(members), np.full(len(members), 1 / len(members)), size=count)
    weights = np.zeros((count, len(groups)))
    for k, places in enumerate(members):
        weights[:, places] = times[:, [k]]
    return weights
