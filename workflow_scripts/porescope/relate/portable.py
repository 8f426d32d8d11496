"""A fitted model as a small JSON that any program can read: coefficients, scaling, domain, errors."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from porescope.errors import InputError
from porescope.relate.domain import Domain
from porescope.relate.fitting import Fitted, Predicted
from porescope.relate.measurement import ErrorBudget, error_budget
from porescope.relate.regression import LinearFit

FORMAT = 1


def portable_model(model: Fitted, fit: LinearFit, scores: Mapping[str, Any]) -> dict[str, Any]:
    """The content of model.json.

    Parameters
    ----------
    model, fit : Fitted, LinearFit
    scores : mapping
        Its row of models.csv.

    Notes
    -----
    target = intercept + sum of coefficient x (feature - mean) / scale; the property is the target, or its exponential
    where ``transform`` is 'log'. Leverage = 1/n + z' scatter z with z the standardised features. The 95 % interval is
    that of measurement.ErrorBudget. null stands for what is unknown.
    """
    x = model.rows.x("train")
    budget = error_budget(fit, model.rows.x_errors("train"), model.target_errors("train"))
    features = [
        {
            "name": name,
            "unit": model.units.get(name, ""),
            "mean": float(fit.scaler.mean_[j]),
            "scale": float(fit.scaler.scale_[j]),
            "coefficient": float(fit.slopes[j] * fit.scaler.scale_[j]),
            "low": float(x[:, j].min()),
            "high": float(x[:, j].max()),
        }
        for j, name in enumerate(model.rows.features)
    ]
    return {
        "format": FORMAT,
        "model": model.name,
        "unit": model.unit,
        "transform": model.transform,
        "n_train": len(x),
        "specimens": [str(sample) for sample in model.rows.train.index],
        "intercept": float(fit.predict(fit.scaler.mean_[None])[0]),
        "features": features,
        "scatter": fit.scatter.tolist(),
        "leverage_limit": float(np.max(np.diag(fit.hat))),
        "errors": {
            "residual_variance": _known(budget.residual),
            "from_property": budget.from_property,
            "from_features": budget.from_features,
            "freedom": budget.freedom,
        },
        "r2_loocv": _known(scores["r2_loocv"]),
        "rmse_loocv": _known(scores["rmse_loocv"]),
        "r2_material": _known(scores["r2_material"]),
        "reason": "",
    }


class PortableModel(NamedTuple):
    """A linear model read from model.json; p features."""

    name: str
    unit: str
    transform: str
    intercept: float
    mean: np.ndarray
    scale: np.ndarray
    coefficients: np.ndarray
    scatter: np.ndarray
    n_train: int
    domain: Domain
    budget: ErrorBudget

    def predict(self, x: np.ndarray, x_errors: np.ndarray) -> Predicted:
        """Targets for features (m, p) and their standard errors; the interval is for a measurement of usual error."""
        z = (x - self.mean) / self.scale
        leverage = 1 / self.n_train + np.einsum("ij,jk,ik->i", z, self.scatter, z)
        unknown = np.full(len(x), np.nan)
        half = self.budget.half_widths(self.coefficients / self.scale, leverage, x_errors, unknown)
        return Predicted(self.intercept + z @ self.coefficients, half, leverage, self.domain.departures(x, leverage))


def read_model(path: str | Path) -> PortableModel | None:
    """Read model.json; None where it holds no model.

    Raises
    ------
    InputError
        The file is of another format.
    """
    content = json.loads(Path(path).read_text(encoding="utf-8"))
    if content.get("model") is None:
        return None
    if content.get("format") != FORMAT:
        raise InputError(f"{path}: 'format' is {content.get('format')!r}, expected {FORMAT}")
    features, errors = content["features"], content["errors"]
    column = {key: np.array([f[key] for f in features], dtype=float) for key in ("mean", "scale", "low", "high")}
    names = tuple(str(f["name"]) for f in features)
    variance = math.nan if errors["residual_variance"] is None else errors["residual_variance"]
    return PortableModel(
        name=content["model"],
        unit=content["unit"],
        transform=content["transform"],
        intercept=content["intercept"],
        mean=column["mean"],
        scale=column["scale"],
        coefficients=np.array([f["coefficient"] for f in features], dtype=float),
        scatter=np.array(content["scatter"], dtype=float),
        n_train=content["n_train"],
        domain=Domain(names, column["low"], column["high"], content["leverage_limit"]),
        budget=ErrorBudget(variance, errors["from_property"], errors["from_features"], errors["freedom"]),
    )


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
