"""Fit, validate and compare every configured model, and put what came out into tables."""

import json
import logging
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from porescope.relate.bootstrap import percentile_interval, r_squared_interval, resample, sign_stability
from porescope.relate.comparison import Comparison, compare
from porescope.relate.fitting import (
    LAW,
    LEAST_SQUARES,
    Fitted,
    ModelOptions,
    Predicted,
    fit_from_files,
    predict_left_out,
    predict_rows,
)
from porescope.relate.measurement import reliability
from porescope.relate.portable import portable_model
from porescope.relate.regression import LinearFit, from_target
from porescope.relate.validation import kin, r_squared, rmse
from porescope.relate.verdict import bent_p, linear_range, verdict

log = logging.getLogger(__name__)

MODEL_COLUMNS = (
    "model",
    "estimator",
    "features",
    "n_train",
    "n_test",
    "r2_train",
    "r2_loocv",
    "r2_loocv_low",
    "r2_loocv_high",
    "rmse_loocv",
    "r2_material",
    "rmse_material",
    "r2_test",
    "rmse_test",
    "rmse_unit",
    "p_permutation",
    "p_corrected",
    "max_vif",
    "condition_number",
    "max_leverage",
    "p_bent",
    "linear_from",
    "linear_to",
    "linear_n",
    "verdict",
    "transform",
    "left_out",
    "reason",
)
"""``r2_material``: leave-one-material-out. ``p_corrected``: as one of the models that were tried; both p are of
least-squares models only. ``linear_from``, ``linear_to``: in the unit of the property."""

COEFFICIENT_COLUMNS = (
    "model",
    "feature",
    "coefficient",
    "ci_low",
    "ci_high",
    "standard_error",
    "boot_low",
    "boot_high",
    "sign_stability",
    "reliability",
    "unit",
    "standardised_coefficient",
    "standardised_half_width",
    "feature_sd",
    "vif",
)
"""``ci``: 95 % by Student's t; ``boot``: 95 % over resampled specimens; ``sign_stability``: share of resamples with the
same sign; ``reliability``: share of the feature's own variance that is no error of the descriptor; ``feature_sd``:
standard deviation of the feature among the training specimens."""

PREDICTION_COLUMNS = (
    "model",
    "sample",
    "material",
    "temperature_C",
    "split",
    "measured",
    "measured_sd",
    "predicted",
    "predicted_low",
    "predicted_high",
    "leverage",
    "outside",
    "unit",
)
"""``split``: train (as fitted), loocv and material (left out with its group or its material), test. ``outside``: why
the specimen is an extrapolation; empty where it is none."""


@dataclass(frozen=True)
class Tables:
    """models.csv, coefficients.csv, predictions.csv (columns as above), selection.json and model.json."""

    models: pd.DataFrame
    coefficients: pd.DataFrame
    predictions: pd.DataFrame
    selection: dict[str, Any]
    model: dict[str, Any]


@dataclass(frozen=True)
class Judged:
    """A model with its predictions; ``scores`` is its row of models.csv."""

    model: Fitted
    left_out: Predicted
    by_material: Predicted
    test: Predicted
    scores: dict[str, Any]


def fit_models(
    features: str | Path,
    properties: str | Path,
    options: ModelOptions,
    predictor: str,
    permutations: int,
    resamples: int,
    seed: int,
    outputs: Mapping[str, str | Path],
) -> None:
    """Fit features.csv to properties.csv; write what Tables holds to the outputs of these names."""
    fitted, measured = fit_from_files(features, properties, options)
    tables = tabulate(fitted, measured, predictor, permutations, resamples, seed)
    tables.models.to_csv(outputs["models"], index=False)
    tables.coefficients.to_csv(outputs["coefficients"], index=False)
    tables.predictions.to_csv(outputs["predictions"], index=False)
    for name, content in (("selection", tables.selection), ("model", tables.model)):
        text = json.dumps(content, indent=2, allow_nan=False)
        Path(outputs[name]).write_text(text + "\n", encoding="utf-8")


def tabulate(
    fitted: Sequence[Fitted],
    properties: pd.DataFrame,
    predictor: str,
    permutations: int,
    resamples: int,
    seed: int,
) -> Tables:
    """Scores, coefficients and predictions of fitted models.

    Parameters
    ----------
    fitted : sequence of Fitted
    properties : DataFrame
        Of all specimens.
    predictor : str
        Least-squares model for model.json; 'best': the one that cross-validates best.
    permutations : int
        Shuffles for the permutation p.
    resamples : int
        Of the bootstrap.
    seed : int
        With the model's name it fixes the resamples: a model's intervals do not depend on which others are listed.

    Notes
    -----
    R2 and RMSE are those of the fitted target (of ln property for a log target, see rmse_unit); predictions are
    in the unit of the property. r2_test over three specimens can be far from what thirty would give, on either side:
    read it beside rmse_test and r2_loocv.
    """
    comparison = compare(fitted, properties, permutations, resamples, seed)
    judged = [_judge(model, comparison, resamples, seed) for model in fitted]
    laws = [j.scores for j in judged if j.model.spec.estimator == LAW and math.isfinite(j.scores["r2_loocv"])]
    best_law = max(laws, key=lambda scores: scores["r2_loocv"], default=None)
    for one in judged:
        outside = sum(bool(text) for text in one.test.departures)
        one.scores["verdict"] = verdict(one.scores, best_law, outside)
        log.info("model %s: %s", one.model.name, one.scores["verdict"])
    return Tables(
        models=pd.DataFrame([j.scores for j in judged], columns=list(MODEL_COLUMNS)),
        coefficients=_stack([_coefficients(j.model, j.model.linear, resamples, seed) for j in judged if j.model.linear],
                            COEFFICIENT_COLUMNS),
        predictions=_stack([_predictions(j) for j in judged if j.model.fit], PREDICTION_COLUMNS),
        selection=comparison.record(),
        model=_predictor(judged, predictor, comparison),
    )  # fmt: skip


def _judge(model: Fitted, comparison: Comparison, resamples: int, seed: int) -> Judged:
    """Cross-validate a model by specimen and by material, and predict the test specimens."""
    rows, fit, n = model.rows, model.fit, len(model.rows.train)
    nothing = Predicted(np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan), [""] * n)
    row: dict[str, Any] = dict.fromkeys(MODEL_COLUMNS, np.nan) | {
        "model": model.name,
        "estimator": model.spec.estimator,
        "features": " + ".join(rows.features),
        "n_train": n,
        "n_test": len(rows.test),
        "rmse_unit": model.target_unit,
        "transform": model.transform,
        "left_out": "; ".join(f"{sample}: {why}" for sample, why in rows.left_out.items()),
        "reason": model.reason,
    }
    if fit is None:
        return Judged(model, nothing, nothing, nothing, row)
    y, groups, materials = model.target("train"), rows.column("train", "group"), rows.column("train", "material")
    left_out = predict_left_out(model, groups)
    families = kin(groups, materials)
    by_material = predict_left_out(model, families) if len(set(families.tolist())) > 1 else nothing
    test = predict_rows(model, "test", rmse(y - left_out.target))
    residuals = y - left_out.target
    interval = r_squared_interval(y, residuals, groups, resamples, _generator(seed, model.name))
    low, high, count = linear_range(y, residuals)
    row |= {
        "r2_train": r_squared(y, fit.residuals),
        "r2_loocv": r_squared(y, residuals),
        "r2_loocv_low": interval[0],
        "r2_loocv_high": interval[1],
        "rmse_loocv": rmse(residuals),
        "r2_material": r_squared(y, y - by_material.target),
        "rmse_material": rmse(y - by_material.target),
        "r2_test": r_squared(model.target("test"), model.target("test") - test.target),
        "rmse_test": rmse(model.target("test") - test.target),
        "linear_from": float(from_target(np.array(low), model.transform)),
        "linear_to": float(from_target(np.array(high), model.transform)),
        "linear_n": count,
        **comparison.p_values(model.name),
        **_diagnostics(model, y),
    }
    undetermined = list(dict.fromkeys(groups[np.isnan(residuals)].tolist()))
    if undetermined:
        row["reason"] = f"not cross-validated: without {', '.join(undetermined)} the rest do not determine the model"
        log.warning("model %s is %s", model.name, row["reason"])
    return Judged(model, left_out, by_material, test, row)


def _diagnostics(model: Fitted, y: np.ndarray) -> dict[str, float]:
    fit = model.linear
    if fit is None:
        return {}
    return {
        "max_vif": float(np.max(fit.vif)),
        "condition_number": fit.condition,
        "max_leverage": float(np.max(np.diag(fit.hat))),
        "p_bent": bent_p(fit.hat, y),
    }


def _coefficients(model: Fitted, fit: LinearFit, resamples: int, seed: int) -> pd.DataFrame:
    """Rows of coefficients.csv: the intercept, then a row a feature; 'unit' is that of the coefficient."""
    rows, y = model.rows, model.target("train")
    names = ("intercept", *rows.features)
    x = rows.x("train")
    drawn = resample(x, y, rows.column("train", "group"), resamples, _generator(seed, model.name)).coefficients
    low, high = percentile_interval(drawn, resamples)
    to_standard = fit.scaler.scale_ / np.std(y)
    return pd.DataFrame(
        {
            "model": model.name,
            "feature": names,
            "coefficient": fit.coefficients,
            "ci_low": fit.coefficients - fit.half_widths,
            "ci_high": fit.coefficients + fit.half_widths,
            "standard_error": fit.standard_errors,
            "boot_low": low,
            "boot_high": high,
            "sign_stability": sign_stability(drawn, fit.coefficients, resamples),
            "reliability": np.r_[np.nan, reliability(x, rows.x_errors("train"), fit.vif)],
            "unit": [_coefficient_unit(model, name) for name in names],
            "standardised_coefficient": np.r_[np.nan, fit.standardised],
            "standardised_half_width": np.r_[np.nan, fit.half_widths[1:] * to_standard],
            "feature_sd": np.r_[np.nan, fit.scaler.scale_],
            "vif": np.r_[np.nan, fit.vif],
        },
        columns=list(COEFFICIENT_COLUMNS),
    )


def _predictions(judged: Judged) -> pd.DataFrame:
    """Rows of predictions.csv: training specimens as fitted and as left out in two ways, then the test specimens."""
    model, train = judged.model, judged.model.rows.train
    assert model.fit is not None
    n = len(train)
    as_fitted = model.target("train") - model.fit.residuals
    leverage = np.diag(model.linear.hat) if model.linear else np.full(n, np.nan)
    fitted = Predicted(as_fitted, np.full(n, np.nan), leverage, [""] * n)
    blocks = [(train, "train", fitted), (train, "loocv", judged.left_out), (train, "material", judged.by_material)]
    blocks.append((model.rows.test, "test", judged.test))
    tables = []
    for table, split, found in blocks:
        ends = (found.target, found.target - found.half_width, found.target + found.half_width)
        middle, low, high = (from_target(end, model.transform) for end in ends)
        about = {"model": model.name, "sample": table.index, "material": table["material"].to_numpy()}
        about |= {"temperature_C": table["temperature_C"].to_numpy(), "split": split, "unit": model.unit}
        measured = {"measured": table["property"].to_numpy(), "measured_sd": table["property_sd"].to_numpy()}
        predicted = {"predicted": middle, "predicted_low": low, "predicted_high": high}
        more = {"leverage": found.leverage, "outside": found.departures}
        tables.append(pd.DataFrame(about | measured | predicted | more, columns=list(PREDICTION_COLUMNS)))
    return pd.concat([table for table in tables if len(table)])


def _predictor(judged: Sequence[Judged], wanted: str, comparison: Comparison) -> dict[str, Any]:
    """The content of model.json; without a usable model only the reason."""
    name = comparison.best if wanted == "best" else wanted
    chosen = [j for j in judged if j.model.name == name and j.model.spec.estimator == LEAST_SQUARES]
    if not chosen or chosen[0].model.linear is None:
        why = chosen[0].model.reason if chosen else comparison.reason
        return {"model": None, "reason": why or "no least-squares model could be fitted"}
    return portable_model(chosen[0].model, chosen[0].model.linear, chosen[0].scores)


def _coefficient_unit(model: Fitted, feature: str) -> str:
    unit = model.units.get(feature, "")
    return f"{model.target_unit} per {unit}" if unit else model.target_unit


def _stack(tables: Sequence[pd.DataFrame], columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(columns))


def _generator(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
