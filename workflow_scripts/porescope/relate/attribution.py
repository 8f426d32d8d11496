"""What each feature contributes to the predictions: SHAP values, with the bootstrap's doubt about their order."""

import logging
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shap
from scipy import stats

from porescope.relate.fitting import Fitted, fit_from_files
from porescope.relate.regression import LinearFit, to_target

log = logging.getLogger(__name__)

SUMMARY_COLUMNS = ("model", "feature", "mean_abs_shap", "rank", "rank_ci", "unit", "n", "caution")
VALUE_COLUMNS = ("model", "sample", "split", "feature", "feature_value", "shap", "base", "unit")

VIF_LIMIT = 10.0
FREEDOM_LIMIT = 8
"""Fewer residual degrees of freedom than this are called too few to order features by."""

BOOTSTRAP_SHARE = 0.5
"""Share of resamples that must determine the model for a rank interval to be given."""


def explain_models(
    descriptors: str | Path,
    properties: str | Path,
    models: Sequence[Mapping[str, Any]],
    transform: str,
    resamples: int,
    seed: int,
    outputs: Mapping[str, str | Path],
) -> None:
    """Fit as fit_models does, explain; write outputs['summary'] (shap.csv) and outputs['values'] (shap_values.csv)."""
    fitted = fit_from_files(descriptors, properties, models, transform)
    summary, values = explain(fitted, resamples, seed)
    summary.to_csv(outputs["summary"], index=False)
    values.to_csv(outputs["values"], index=False)


def explain(fitted: Sequence[Fitted], resamples: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """SHAP tables of all models that could be fitted.

    Parameters
    ----------
    fitted : sequence of Fitted
    resamples : int
        Bootstrap resamples for the intervals of the ranks.
    seed : int

    Returns
    -------
    summary : DataFrame
        SUMMARY_COLUMNS, a row a model and feature: mean |SHAP| over the n training specimens in the unit of the
        fitted target, rank (1 = largest), its 95 % interval as 'low-high' (empty if it could not be had), and in
        ``caution`` why the order should not be trusted, if so.
    values : DataFrame
        VALUE_COLUMNS, a row a model, specimen (train and test) and feature; base + the SHAP values of a specimen is
        its prediction, on the scale of the fitted target.
    """
    summaries, values = [pd.DataFrame(columns=list(SUMMARY_COLUMNS))], [pd.DataFrame(columns=list(VALUE_COLUMNS))]
    for model in fitted:
        if model.fit is not None:
            rng = np.random.default_rng([seed, zlib.crc32(model.name.encode())])
            summaries.append(_summary(model, model.fit, resamples, rng))
            values += [_values(model, model.fit, side) for side in ("train", "test") if len(model.rows.x(side))]
    return (
        pd.concat(summaries[1:] or summaries, ignore_index=True),
        pd.concat(values[1:] or values, ignore_index=True),
    )


def shap_values(fit: LinearFit, background: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, float]:
    """Exact SHAP values of a linear model.

    Parameters
    ----------
    fit : LinearFit
    background : (n, p) array
        Features of the training specimens; their mean prediction is the base.
    x : (m, p) array
        Features of the specimens to explain.

    Returns
    -------
    values : (m, p) array
        In the unit of the target; equal to coefficient x (x - mean of the background).
    base : float
        Mean prediction over the background.
    """
    scaler, linear = fit.pipeline.steps[0][1], fit.pipeline.steps[1][1]
    whole = shap.maskers.Independent(scaler.transform(background), max_samples=len(background))  # not a sample of it
    explainer = shap.LinearExplainer(linear, whole)
    return np.asarray(explainer.shap_values(scaler.transform(x))), float(explainer.expected_value)


def bootstrap_ranks(
    x: np.ndarray, y: np.ndarray, groups: np.ndarray, resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """Ranks of the features by mean |SHAP| in resampled training sets.

    Parameters
    ----------
    x : (n, p) array
    y : (n,) array
    groups : (n,) array
        Whole groups are drawn, with replacement.
    resamples : int
    rng : Generator

    Returns
    -------
    (k, p) int array
        A row for each of the k <= resamples that determine a model; 1 is the largest.
    """
    members = [np.flatnonzero(groups == group) for group in dict.fromkeys(groups.tolist())]
    ranks = []
    for _ in range(resamples):
        drawn = np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        centred = x[drawn] - x[drawn].mean(axis=0)
        scale = centred.std(axis=0)
        if np.all(scale > 1e-12 * np.abs(x).max(axis=0)):
            scaled = centred / scale
            slopes, _, determined, _ = np.linalg.lstsq(scaled, y[drawn] - y[drawn].mean(), rcond=1e-8)
            if determined == x.shape[1]:
                ranks.append(rank(np.mean(np.abs(slopes * scaled), axis=0)))
    return np.array(ranks, dtype=int).reshape(-1, x.shape[1])


def rank(importance: np.ndarray) -> np.ndarray:
    """1 for the largest; equal values in the order of the features."""
    return stats.rankdata(-importance, method="ordinal").astype(int)


def _summary(model: Fitted, fit: LinearFit, resamples: int, rng: np.random.Generator) -> pd.DataFrame:
    rows = model.rows
    x, y = rows.x("train"), to_target(rows.y("train"), model.transform)
    importance = np.mean(np.abs(shap_values(fit, x, x)[0]), axis=0)
    ranks = bootstrap_ranks(x, y, rows.train["group"].to_numpy(dtype=str), resamples, rng)
    cautions = _cautions(model, fit)
    if len(ranks) < BOOTSTRAP_SHARE * resamples:
        cautions.append("most resamples do not determine the model, so ranks have no interval")
        intervals = [""] * len(importance)
    else:
        limits = np.quantile(ranks, [0.025, 0.975], axis=0, method="closest_observation")
        intervals = [f"{low}-{high}" for low, high in limits.T.astype(int)]
    for caution in cautions:
        log.warning("SHAP of model %s: %s", model.name, caution)
    return pd.DataFrame(
        {
            "model": model.name,
            "feature": rows.features,
            "mean_abs_shap": importance,
            "rank": rank(importance),
            "rank_ci": intervals,
            "unit": model.target_unit,
            "n": len(x),
            "caution": "; ".join(cautions),
        },
        columns=list(SUMMARY_COLUMNS),
    )


def _values(model: Fitted, fit: LinearFit, side: str) -> pd.DataFrame:
    x = model.rows.x(side)
    values, base = shap_values(fit, model.rows.x("train"), x)
    samples = getattr(model.rows, side).index
    return pd.DataFrame(
        {
            "model": model.name,
            "sample": np.repeat(samples, x.shape[1]),
            "split": side,
            "feature": np.tile(model.rows.features, len(samples)),
            "feature_value": x.ravel(),
            "shap": values.ravel(),
            "base": base,
            "unit": model.target_unit,
        },
        columns=list(VALUE_COLUMNS),
    )


def _cautions(model: Fitted, fit: LinearFit) -> list[str]:
    cautions = []
    correlated = [f for f, vif in zip(model.rows.features, fit.vif) if vif > VIF_LIMIT]
    if correlated:
        cautions.append(
            f"{', '.join(correlated)} vary together (variance inflation above {VIF_LIMIT:g}), so the data cannot say "
            "which of them acts"
        )
    freedom = len(model.rows.train) - len(model.rows.features) - 1
    if freedom < FREEDOM_LIMIT:
        cautions.append(
            f"{len(model.rows.train)} training specimens leave {freedom} degrees of freedom beside "
            f"{len(model.rows.features)} features, too few to order them"
        )
    return cautions
