"""What each feature contributes to the predictions: SHAP values, with the bootstrap's doubt about their order."""

import logging
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import shap

from porescope.relate.bootstrap import BOOTSTRAP_SHARE, Resampled, rank, rank_intervals, resample
from porescope.relate.clusters import LIMIT, clusters_of
from porescope.relate.estimators import linear_slopes
from porescope.relate.fitting import LAW, Fit, Fitted, ModelOptions, RivalFit, fit_from_files
from porescope.relate.regression import LinearFit

log = logging.getLogger(__name__)

SUMMARY_COLUMNS = ("model", "feature", "mean_abs_shap", "rank", "rank_ci", "unit", "n", "explainer", "caution")
GROUP_COLUMNS = ("model", "group", "members", "mean_abs_shap", "rank", "rank_ci", "unit")
VALUE_COLUMNS = ("model", "sample", "split", "feature", "feature_value", "shap", "base", "unit")

VIF_LIMIT = 10.0
FREEDOM_LIMIT = 8
"""Fewer residual degrees of freedom than this are called too few to order features by."""


def explain_models(
    features: str | Path,
    properties: str | Path,
    options: ModelOptions,
    resamples: int,
    seed: int,
    outputs: Mapping[str, str | Path],
) -> None:
    """Fit as fit_models does, explain; write ``summary``, ``groups`` and ``values`` (shap*.csv)."""
    fitted, _ = fit_from_files(features, properties, options)
    tables = explain(fitted, resamples, seed)
    for name, table in zip(("summary", "groups", "values"), tables, strict=True):
        table.to_csv(outputs[name], index=False)


def explain(fitted: Sequence[Fitted], resamples: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """SHAP tables of all regressions that could be fitted; a law of one line explains itself.

    Parameters
    ----------
    fitted : sequence of Fitted
    resamples : int
        Bootstrap resamples for the intervals of the ranks, of least-squares models.
    seed : int

    Returns
    -------
    summary : DataFrame
        SUMMARY_COLUMNS, a row a model and feature: mean |SHAP| over the n training specimens in the unit of the
        fitted target, rank (1 = largest), its 95 % interval as 'low-high' (empty if it could not be had), and in
        ``caution`` why the order should not be trusted, if so.
    groups : DataFrame
        GROUP_COLUMNS, a row a model and cluster of correlated features (clusters.clusters_of): the SHAP values of its
        members are added before their size is taken, for only their sum is told by the data.
    values : DataFrame
        VALUE_COLUMNS, a row a model, specimen (train and test) and feature; base + the SHAP values of a specimen is
        its prediction, on the scale of the fitted target.
    """
    tables: tuple[list[pd.DataFrame], ...] = ([], [], [])
    for model in fitted:
        if model.fit is not None and model.spec.estimator != LAW:
            rng = np.random.default_rng([seed, zlib.crc32(model.name.encode())])
            for stack, found in zip(tables, _explain(model, model.fit, resamples, rng), strict=True):
                stack.append(found)
    columns = (SUMMARY_COLUMNS, GROUP_COLUMNS, VALUE_COLUMNS)
    summary, groups, values = (
        pd.concat(stack, ignore_index=True) if stack else pd.DataFrame(columns=list(names))
        for stack, names in zip(tables, columns, strict=True)
    )
    return summary, groups, values


def shap_values(fit: Fit, background: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, float, str]:
    """SHAP values of a fitted model.

    Parameters
    ----------
    fit : Fit
    background : (n, p) array
        Features of the training specimens; their mean prediction is the base.
    x : (m, p) array
        Features of the specimens to explain.

    Returns
    -------
    values : (m, p) array
        In the unit of the target; of a linear model equal to coefficient x (x - mean of the background).
    base : float
        Mean prediction over the background.
    explainer : str
        'linear' or 'kernel'.

    Notes
    -----
    Least squares, ridge and elastic net: shap's linear explainer, exact. Anything else: its kernel explainer over all
    2^p coalitions, exact too, with the training specimens in place of absent features; p is small here.

    References
    ----------
    Lundberg and Lee, Adv. Neural Inf. Process. Syst. 30 (2017) 4765.
    """
    slopes = linear_part(fit)
    if slopes is None:
        kernel = shap.KernelExplainer(fit.predict, background)
        found = kernel.shap_values(x, nsamples=2 ** x.shape[1], l1_reg=False, silent=True)
        return np.asarray(found), float(kernel.expected_value), "kernel"
    whole = shap.maskers.Independent(background, max_samples=len(background))  # not a sample of it
    intercept = float(np.mean(fit.predict(background)) - background.mean(axis=0) @ slopes)
    explainer = shap.LinearExplainer((slopes, intercept), whole)
    return np.asarray(explainer.shap_values(x)), float(explainer.expected_value), "linear"


def linear_part(fit: Fit) -> np.ndarray | None:
    """Change of the target per unit of each feature; None for a model that is not linear."""
    if isinstance(fit, LinearFit):
        return fit.slopes
    return linear_slopes(fit.estimator) if isinstance(fit, RivalFit) else None


def _explain(
    model: Fitted, fit: Fit, resamples: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rows = model.rows
    x, names = rows.x("train"), rows.features
    values, base, explainer = shap_values(fit, x, x)
    clusters = clusters_of(x)
    drawn = None
    if model.linear is not None:
        drawn = resample(x, model.target("train"), rows.column("train", "group"), resamples, rng, clusters)
    importance = np.mean(np.abs(values), axis=0)
    pooled = np.array([np.mean(np.abs(values[:, members].sum(axis=1))) for members in clusters])
    caution = "; ".join(_cautions(model, fit, drawn, resamples))
    if caution:
        log.warning("SHAP of model %s: %s", model.name, caution)
    shared = {"model": model.name, "unit": model.target_unit}
    summary = pd.DataFrame(
        {
            **shared,
            "feature": names,
            "mean_abs_shap": importance,
            "rank": rank(importance),
            "rank_ci": [""] * len(names) if drawn is None else rank_intervals(drawn.importance, resamples),
            "n": len(x),
            "explainer": explainer,
            "caution": caution,
        },
        columns=list(SUMMARY_COLUMNS),
    )
    groups = pd.DataFrame(
        {
            **shared,
            "group": [" + ".join(names[j] for j in members) for members in clusters],
            "members": [len(members) for members in clusters],
            "mean_abs_shap": pooled,
            "rank": rank(pooled),
            "rank_ci": [""] * len(clusters) if drawn is None else rank_intervals(drawn.grouped, resamples),
        },
        columns=list(GROUP_COLUMNS),
    )
    sides = [_values(model, "train", x, values, base)]
    if len(x_test := rows.x("test")):
        sides.append(_values(model, "test", x_test, shap_values(fit, x, x_test)[0], base))
    return summary, groups, pd.concat(sides)


def _values(model: Fitted, side: str, x: np.ndarray, values: np.ndarray, base: float) -> pd.DataFrame:
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


def _cautions(model: Fitted, fit: Fit, drawn: Resampled | None, resamples: int) -> list[str]:
    cautions, names = [], model.rows.features
    if isinstance(fit, LinearFit):
        correlated = [f for f, vif in zip(names, fit.vif) if vif > VIF_LIMIT]
        if correlated:
            cautions.append(
                f"{', '.join(correlated)} vary together (variance inflation above {VIF_LIMIT:g}), so the data cannot "
                "say which of them acts"
            )
    else:
        together = [members for members in clusters_of(model.rows.x("train")) if len(members) > 1]
        cautions += [
            f"{', '.join(names[j] for j in members)} vary together (correlation above {LIMIT:g}), so only their sum is "
            "told by the data"
            for members in together
        ]
    freedom = len(model.rows.train) - len(names) - 1
    if freedom < FREEDOM_LIMIT:
        cautions.append(
            f"{len(model.rows.train)} training specimens leave {freedom} degrees of freedom beside "
            f"{len(names)} features, too few to order them"
        )
    if drawn is not None and len(drawn.importance) < BOOTSTRAP_SHARE * resamples:
        cautions.append("most resamples do not determine the model, so ranks have no interval")
    return cautions
