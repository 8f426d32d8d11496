"""Fit and validate every configured model, and put what came out into tables."""

import logging
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from porescope.describe.names import DESCRIPTORS
from porescope.errors import InputError
from porescope.relate.features import ModelRows, model_rows, read_descriptors
from porescope.relate.properties import read_properties
from porescope.relate.regression import LinearFit, fit_linear, from_target, obstacle, to_target
from porescope.relate.validation import leave_out_operator, permutation_p, r_squared, rmse

log = logging.getLogger(__name__)

MODEL_COLUMNS = (
    "model",
    "features",
    "n_train",
    "n_test",
    "r2_train",
    "r2_loocv",
    "rmse_loocv",
    "r2_test",
    "rmse_test",
    "rmse_unit",
    "p_permutation",
    "max_vif",
    "transform",
    "left_out",
    "reason",
)
COEFFICIENT_COLUMNS = (
    "model",
    "feature",
    "coefficient",
    "ci_low",
    "ci_high",
    "standard_error",
    "unit",
    "standardised_coefficient",
    "vif",
)
PREDICTION_COLUMNS = (
    "model",
    "sample",
    "material",
    "temperature_C",
    "split",
    "measured",
    "measured_sd",
    "predicted",
    "unit",
)


@dataclass(frozen=True)
class Tables:
    """Results of all models: models.csv, coefficients.csv, predictions.csv; columns as the constants above say."""

    models: pd.DataFrame
    coefficients: pd.DataFrame
    predictions: pd.DataFrame


@dataclass(frozen=True)
class Fitted:
    """One model with its data; ``fit`` is None and ``reason`` says why where the data do not determine it."""

    name: str
    rows: ModelRows
    fit: LinearFit | None
    transform: str
    unit: str
    reason: str

    @property
    def target_unit(self) -> str:
        """Unit of what is fitted, of residuals and of SHAP values."""
        return f"ln({self.unit})" if self.transform == "log" else self.unit


def fit_models(
    descriptors: str | Path,
    properties: str | Path,
    models: Sequence[Mapping[str, Any]],
    transform: str,
    permutations: int,
    seed: int,
    outputs: Mapping[str, str | Path],
) -> None:
    """Fit sample.csv to properties.csv; write outputs['models'], outputs['coefficients'], outputs['predictions']."""
    fitted = fit_from_files(descriptors, properties, models, transform)
    tables = tabulate(fitted, permutations, seed)
    tables.models.to_csv(outputs["models"], index=False)
    tables.coefficients.to_csv(outputs["coefficients"], index=False)
    tables.predictions.to_csv(outputs["predictions"], index=False)


def fit_from_files(
    descriptors: str | Path, properties: str | Path, models: Sequence[Mapping[str, Any]], transform: str
) -> list[Fitted]:
    """Fit every model of the config to the training specimens of two CSV files.

    Raises
    ------
    InputError
        A property is not positive and its logarithm is to be fitted.
    """
    means, measured = read_descriptors(descriptors), read_properties(properties)
    if transform == "log":
        for row in measured[measured["property"] <= 0].itertuples():
            raise InputError(
                f"{properties}: the property of sample '{row.sample}' is {row.property:g}, expected more than 0 "
                "because config relate/transform is 'log'"
            )
    return [fit_model(m["name"], model_rows(means, measured, m["features"]), transform) for m in models]


def fit_model(name: str, rows: ModelRows, transform: str) -> Fitted:
    """Fit one model to its training specimens; the test specimens take no part in it."""
    x, y = rows.x("train"), to_target(rows.y("train"), transform)
    reason = obstacle(x, y, rows.features)
    for sample, why in rows.left_out.items():
        log.warning("model %s leaves out %s: %s", name, sample, why)
    if reason:
        log.warning("model %s is not fitted: %s", name, reason)
    units = pd.concat([rows.train, rows.test])["unit"]
    return Fitted(
        name=name,
        rows=rows,
        fit=None if reason else fit_linear(x, y),
        transform=transform,
        unit=str(units.iloc[0]) if len(units) else "",
        reason=reason,
    )


def tabulate(fitted: Sequence[Fitted], permutations: int, seed: int) -> Tables:
    """Scores, coefficients and predictions of fitted models.

    Parameters
    ----------
    fitted : sequence of Fitted
    permutations : int
        Shuffles for the permutation p.
    seed : int
        With the model's name it fixes the shuffles: a model's p does not depend on which others are listed.

    Notes
    -----
    R2 and RMSE are those of the fitted target (of ln property for a log target, see rmse_unit); predictions are
    in the unit of the property. r2_test over three specimens can be far from what thirty would give, on either side:
    read it beside rmse_test and r2_loocv.
    """
    scores, coefficients, predictions = [], [], []
    for model in fitted:
        score, residuals = _score(model, permutations, seed)
        scores.append(score)
        if model.fit is not None:
            coefficients.append(_coefficients(model, model.fit))
            predictions.append(_predictions(model, model.fit, residuals))
    return Tables(
        pd.DataFrame(scores, columns=list(MODEL_COLUMNS)),
        pd.concat(coefficients) if coefficients else pd.DataFrame(columns=list(COEFFICIENT_COLUMNS)),
        pd.concat(predictions) if predictions else pd.DataFrame(columns=list(PREDICTION_COLUMNS)),
    )


def _score(model: Fitted, permutations: int, seed: int) -> tuple[dict[str, Any], np.ndarray]:
    """A row of models.csv and the cross-validated residuals of the target."""
    rows, fit = model.rows, model.fit
    row: dict[str, Any] = dict.fromkeys(MODEL_COLUMNS, np.nan) | {
        "model": model.name,
        "features": " + ".join(rows.features),
        "n_train": len(rows.train),
        "n_test": len(rows.test),
        "rmse_unit": model.target_unit,
        "transform": model.transform,
        "left_out": "; ".join(f"{sample}: {why}" for sample, why in rows.left_out.items()),
        "reason": model.reason,
    }
    if fit is None:
        return row, np.empty(0)
    y, y_test = to_target(rows.y("train"), model.transform), to_target(rows.y("test"), model.transform)
    groups = rows.train["group"].to_numpy(dtype=str)
    operator = leave_out_operator(fit.hat, groups)
    left_out = operator @ y
    test = y_test - fit.predict(rows.x("test")) if len(y_test) else np.empty(0)
    rng = np.random.default_rng([seed, zlib.crc32(model.name.encode())])
    row |= {
        "r2_train": r_squared(y, fit.residuals),
        "r2_loocv": r_squared(y, left_out),
        "rmse_loocv": rmse(left_out),
        "r2_test": r_squared(y_test, test),
        "rmse_test": rmse(test),
        "p_permutation": permutation_p(operator, y, groups, permutations, rng),
        "max_vif": float(np.max(fit.vif)),
    }
    undetermined = list(dict.fromkeys(groups[np.isnan(left_out)].tolist()))
    if undetermined:
        row["reason"] = f"not cross-validated: without {', '.join(undetermined)} the rest do not determine the model"
        log.warning("model %s is %s", model.name, row["reason"])
    return row, left_out


def _coefficients(model: Fitted, fit: LinearFit) -> pd.DataFrame:
    """Rows of coefficients.csv: the intercept, then a row a feature; 'unit' is that of the coefficient."""
    names = ("intercept", *model.rows.features)
    return pd.DataFrame(
        {
            "model": model.name,
            "feature": names,
            "coefficient": fit.coefficients,
            "ci_low": fit.coefficients - fit.half_widths,
            "ci_high": fit.coefficients + fit.half_widths,
            "standard_error": fit.standard_errors,
            "unit": [_coefficient_unit(model.target_unit, name) for name in names],
            "standardised_coefficient": np.r_[np.nan, fit.standardised],
            "vif": np.r_[np.nan, fit.vif],
        },
        columns=list(COEFFICIENT_COLUMNS),
    )


def _predictions(model: Fitted, fit: LinearFit, left_out: np.ndarray) -> pd.DataFrame:
    """Rows of predictions.csv: every training specimen as fitted ('train') and as left out ('loocv'), then 'test'."""
    rows = model.rows
    target = to_target(rows.y("train"), model.transform)
    blocks = [(rows.train, "train", target - fit.residuals), (rows.train, "loocv", target - left_out)]
    if len(rows.test):
        blocks.append((rows.test, "test", fit.predict(rows.x("test"))))
    return pd.concat(
        pd.DataFrame(
            {
                "model": model.name,
                "sample": table.index,
                "material": table["material"].to_numpy(),
                "temperature_C": table["temperature_C"].to_numpy(),
                "split": split,
                "measured": table["property"].to_numpy(),
                "measured_sd": table["property_sd"].to_numpy(),
                "predicted": from_target(predicted, model.transform),
                "unit": model.unit,
            },
            columns=list(PREDICTION_COLUMNS),
        )
        for table, split, predicted in blocks
    )


def _coefficient_unit(target: str, feature: str) -> str:
    if feature == "intercept":
        return target
    unit = DESCRIPTORS[feature].unit if feature in DESCRIPTORS else "C"
    return f"{target} per {unit}" if unit else target
