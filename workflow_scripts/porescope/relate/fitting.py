"""The configured models, fitted to the training specimens."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from scipy import stats

from porescope.errors import InputError
from porescope.relate.domain import Domain, domain_of
from porescope.relate.estimators import fit_rival
from porescope.relate.features import ModelRows, model_rows, read_features
from porescope.relate.laws import fit_law, law_features, law_obstacle
from porescope.relate.measurement import error_budget, target_errors
from porescope.relate.properties import read_properties
from porescope.relate.regression import CONFIDENCE, LinearFit, fit_linear, obstacle, to_target

log = logging.getLogger(__name__)

LEAST_SQUARES = "least_squares"
LAW = "law"

LEAST_GROUPS = 3
"""Groups of specimens that a rival needs to tune itself."""


@dataclass(frozen=True)
class ModelOptions:
    """Config ``relate``, as far as it says what is fitted.

    Attributes
    ----------
    models : list of dict
        Least-squares models: ``name`` and ``features``.
    rivals : list of dict
        The same with ``estimator``, one of estimators.RIVALS.
    laws : list of str
        Of laws.LAWS.
    transform : 'none' or 'log'
    """

    models: Sequence[Mapping[str, Any]]
    rivals: Sequence[Mapping[str, Any]]
    laws: Sequence[str]
    transform: str


@dataclass(frozen=True)
class ModelSpec:
    """What a model is: ``estimator`` is 'least_squares', 'law' or one of estimators.RIVALS."""

    name: str
    estimator: str
    features: tuple[str, ...]


class Fit(Protocol):
    """Whatever predicts a target."""

    @property
    def residuals(self) -> np.ndarray: ...

    def predict(self, x: np.ndarray) -> np.ndarray: ...


class RivalFit(NamedTuple):
    """A fitted ridge, elastic net or Gaussian process."""

    estimator: Any
    residuals: np.ndarray

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Target for features (specimens, p) in their own units."""
        return np.asarray(self.estimator.predict(x))


@dataclass(frozen=True)
class Fitted:
    """One model with its data; ``fit`` is None and ``reason`` says why where the data do not determine it."""

    spec: ModelSpec
    rows: ModelRows
    fit: Fit | None
    transform: str
    unit: str
    units: Mapping[str, str]
    reason: str

    @property
    def name(self) -> str:
        """Of the config."""
        return self.spec.name

    @property
    def target_unit(self) -> str:
        """Unit of what is fitted, of residuals and of SHAP values."""
        return f"ln({self.unit})" if self.transform == "log" else self.unit

    @property
    def linear(self) -> LinearFit | None:
        """The fit of a least-squares model."""
        return self.fit if isinstance(self.fit, LinearFit) else None

    def target(self, side: str) -> np.ndarray:
        """Measured targets of the 'train' or 'test' rows."""
        return to_target(self.rows.y(side), self.transform)

    def target_errors(self, side: str) -> np.ndarray:
        """Their standard deviations; NaN where unknown."""
        return target_errors(self.rows.y(side), self.rows.y_errors(side), self.transform)


class Predicted(NamedTuple):
    """Predicted targets (m,), half widths of their 95 % intervals, leverages (NaN for laws and rivals) and why each
    specimen is an extrapolation (empty where it is none)."""

    target: np.ndarray
    half_width: np.ndarray
    leverage: np.ndarray
    departures: list[str]


def fit_from_files(
    features: str | Path, properties: str | Path, options: ModelOptions
) -> tuple[list[Fitted], pd.DataFrame]:
    """Fit every model of the config to the training specimens of features.csv and properties.csv.

    Returns
    -------
    fitted : list of Fitted
        Least-squares models, rivals, laws.
    properties : DataFrame

    Raises
    ------
    InputError
        A property is not positive and its logarithm is to be fitted.
    """
    table, measured = read_features(features), read_properties(properties)
    if options.transform == "log":
        for row in measured[measured["property"] <= 0].itertuples():
            raise InputError(
                f"{properties}: the property of sample '{row.sample}' is {row.property:g}, expected more than 0 "
                "because config relate/transform is 'log'"
            )
    specs = model_specs(options, frozenset(table["feature"]))
    return [fit_model(spec, table, measured, options.transform) for spec in specs], measured


def model_specs(options: ModelOptions, available: frozenset[str]) -> list[ModelSpec]:
    """Every model of the config; laws with those of their features that the tables hold or that they need."""
    specs = [ModelSpec(m["name"], LEAST_SQUARES, tuple(m["features"])) for m in options.models]
    specs += [ModelSpec(r["name"], r["estimator"], tuple(r["features"])) for r in options.rivals]
    return specs + [ModelSpec(name, LAW, law_features(name, available)) for name in options.laws]


def fit_model(spec: ModelSpec, features: pd.DataFrame, properties: pd.DataFrame, transform: str) -> Fitted:
    """Fit one model to its training specimens; the test specimens take no part in it."""
    rows = model_rows(features, properties, spec.features)
    x, y, groups = rows.x("train"), to_target(rows.y("train"), transform), rows.column("train", "group")
    reason = obstacle_of(spec, x, y, groups, transform)
    for sample, why in rows.left_out.items():
        log.warning("model %s leaves out %s: %s", spec.name, sample, why)
    if reason:
        log.warning("model %s is not fitted: %s", spec.name, reason)
    known = dict(zip(features["feature"], features["unit"]))
    return Fitted(
        spec=spec,
        rows=rows,
        fit=None if reason else fit_estimator(spec, x, y, groups, transform),
        transform=transform,
        unit=str(properties["unit"].iloc[0]) if len(properties) else "",
        units={name: str(known.get(name, "C")) for name in spec.features},
        reason=reason,
    )


def obstacle_of(spec: ModelSpec, x: np.ndarray, y: np.ndarray, groups: np.ndarray, transform: str) -> str:
    """Why a model cannot be fitted to features (n, p) and targets (n,), in one clause; empty if it can."""
    if spec.estimator == LEAST_SQUARES:
        return obstacle(x, y, spec.features)
    if spec.estimator == LAW:
        return law_obstacle(spec.name, x, y, transform)
    count = len(set(groups.tolist()))
    if count < LEAST_GROUPS:
        return f"{count} independent training specimens are fewer than the {LEAST_GROUPS} that its tuning needs"
    return "" if np.ptp(y) > 0 else f"the property is the same for all {len(y)} training specimens"


def fit_estimator(spec: ModelSpec, x: np.ndarray, y: np.ndarray, groups: np.ndarray, transform: str) -> Fit:
    """Fit a model that has no obstacle."""
    if spec.estimator == LEAST_SQUARES:
        return fit_linear(x, y)
    if spec.estimator == LAW:
        return fit_law(spec.name, x, y, transform)
    estimator = fit_rival(spec.estimator, x, y, groups)
    return RivalFit(estimator, y - estimator.predict(x))


def domain_of_training(spec: ModelSpec, fit: Fit, x: np.ndarray) -> Domain:
    """The domain of a model fitted to features ``x`` (n, p)."""
    return domain_of(spec.features, x, np.diag(fit.hat) if isinstance(fit, LinearFit) else np.empty(0))


def predict_rows(model: Fitted, side: str, rmse_left_out: float) -> Predicted:
    """Predict the 'test' or 'unknown' rows by the model fitted to all training rows."""
    assert model.fit is not None
    rows = model.rows
    errors = (rows.x_errors("train"), model.target_errors("train"))
    to_predict = (rows.x(side), rows.x_errors(side), model.target_errors(side))
    return predict(model.spec, model.fit, rows.x("train"), errors, to_predict, rmse_left_out)


def predict(
    spec: ModelSpec,
    fit: Fit,
    x_train: np.ndarray,
    train_errors: tuple[np.ndarray, np.ndarray],
    specimens: tuple[np.ndarray, np.ndarray, np.ndarray],
    rmse_left_out: float,
) -> Predicted:
    """Predict specimens with intervals.

    Parameters
    ----------
    spec, fit : ModelSpec, Fit
    x_train : (n, p) array
    train_errors : (n, p) and (n,) arrays
        Standard errors of the features and of the targets of the training specimens.
    specimens : (m, p), (m, p), (m,) arrays
        Features to predict from, their standard errors, standard deviations of the targets to compare with.
    rmse_left_out : float
        Cross-validated error of the target: what the intervals of laws and rivals are made of. Those of least-squares
        models carry each specimen's own errors (measurement.ErrorBudget).
    """
    x, x_errors, y_errors = specimens
    if not len(x):
        return Predicted(np.empty(0), np.empty(0), np.empty(0), [])
    domain = domain_of_training(spec, fit, x_train)
    if isinstance(fit, LinearFit):
        leverage = fit.leverage(x)
        half = error_budget(fit, *train_errors).half_widths(fit.slopes, leverage, x_errors, y_errors**2)
    else:
        leverage, n = np.full(len(x), np.nan), len(x_train)
        quantile = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) if n > 1 else np.nan
        half = np.full(len(x), quantile * rmse_left_out * np.sqrt(1 + 1 / n))
    return Predicted(fit.predict(x), half, leverage, domain.departures(x, leverage))


def predict_left_out(model: Fitted, groups: np.ndarray) -> Predicted:
    """Predict every training specimen by a model fitted without its group.

    Parameters
    ----------
    model : Fitted
    groups : (n,) array
        Of the training rows.

    Returns
    -------
    Predicted
        NaN where the rest do not determine the model. Penalties and constants are found anew without each group.
    """
    rows, n = model.rows, len(groups)
    x, x_errors, y = rows.x("train"), rows.x_errors("train"), model.target("train")
    y_errors, own = model.target_errors("train"), rows.column("train", "group")
    target, half, leverage = (np.full(n, np.nan) for _ in range(3))
    departures = [""] * n
    for group in dict.fromkeys(groups.tolist()):
        out, rest = np.flatnonzero(groups == group), np.flatnonzero(groups != group)
        if obstacle_of(model.spec, x[rest], y[rest], own[rest], model.transform):
            continue
        fit = fit_estimator(model.spec, x[rest], y[rest], own[rest], model.transform)
        specimens = (x[out], x_errors[out], y_errors[out])
        found = predict(model.spec, fit, x[rest], (x_errors[rest], y_errors[rest]), specimens, np.nan)
        target[out], half[out], leverage[out] = found[:3]
        for place, text in zip(out, found.departures):
            departures[place] = text
    if model.linear is None and n > 1:
        half[:] = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * np.sqrt(np.mean((y - target) ** 2))
    return Predicted(target, half, leverage, departures)
