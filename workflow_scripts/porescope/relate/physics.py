"""Physics beside statistics: bounds, the directly solved conduction, and what the difference to a measurement says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from porescope.relate.features import TEMPERATURE, model_rows, read_features
from porescope.relate.portable import read_model
from porescope.relate.properties import read_properties
from porescope.relate.regression import from_target

DENSITY = "relative_density"

SOLVED = "effective_conductivity"
"""A feature with this name, relative to the pore-free metal, is taken as the directly solved conduction."""

PREDICTED_COLUMNS = (
    "model",
    "sample",
    "material",
    "temperature_C",
    "predicted",
    "predicted_low",
    "predicted_high",
    "unit",
    "in_domain",
    "outside",
    "bound",
    "bound_isotropic",
    "within_bounds",
    "reason",
)
"""Of every specimen without a measured property. ``within_bounds`` is empty where no bound is known."""

PHYSICS_COLUMNS = (
    "sample",
    "material",
    "temperature_C",
    "split",
    "measured",
    "measured_sd",
    "model",
    "predicted",
    "predicted_low",
    "predicted_high",
    "solved",
    "lost_share",
    "bound",
    "bound_isotropic",
    "within_bounds",
    "unit",
)
"""Of every specimen: ``predicted`` without having seen it; ``solved``: what its geometry alone lets through;
``lost_share``: 1 - measured / solved."""


def upper_bounds(density: np.ndarray, solid: float | None) -> tuple[np.ndarray, np.ndarray]:
    """Upper bounds of a conduction-like property.

    Parameters
    ----------
    density : (n,) array
        Relative density D.
    solid : float or None
        The property of the pore-free metal; None if unknown.

    Returns
    -------
    bound : (n,) array
        solid x D: no structure conducts more along any direction (parallel laminate; Wiener).
    isotropic : (n,) array
        solid x 2 D / (3 - D): nor does an isotropic one, nor the mean over three directions of any (Hashin-Shtrikman).
        Both NaN where unknown.

    References
    ----------
    Hashin and Shtrikman, J. Appl. Phys. 33 (1962) 3125.
    """
    value = np.nan if solid is None else solid
    return value * density, value * 2 * density / (3 - density)


def within(value: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """'yes', 'no' or, where the bound or value is unknown, '': whether 0 <= value <= bound."""
    inside = np.where((value >= 0) & (value <= bound), "yes", "no")
    return np.where(np.isfinite(bound) & np.isfinite(value), inside, "")


def predict_specimens(
    model: str | Path, features: str | Path, properties: str | Path, solid: float | None, output: str | Path
) -> None:
    """Predict every specimen without a measured property by model.json; write predicted.csv."""
    prediction_table(model, read_features(features), read_properties(properties), solid).to_csv(output, index=False)


def prediction_table(
    model: str | Path, features: pd.DataFrame, properties: pd.DataFrame, solid: float | None
) -> pd.DataFrame:
    """Predictions with intervals, domain and bounds.

    Parameters
    ----------
    model : path
        model.json; nothing else of the fit is needed.
    features, properties : DataFrame
        features.csv and properties.csv.
    solid : float or None
        The property of the pore-free metal.

    Returns
    -------
    DataFrame
        PREDICTED_COLUMNS; a specimen whose features are undefined has the reason instead of a prediction.
    """
    portable = read_model(model)
    unmeasured = properties[~np.isfinite(properties["property"])]
    if portable is None or unmeasured.empty:
        return pd.DataFrame(columns=list(PREDICTED_COLUMNS))
    rows = model_rows(features, unmeasured, portable.domain.features)
    found = portable.predict(rows.x("unknown"), rows.x_errors("unknown"))
    ends = (found.target, found.target - found.half_width, found.target + found.half_width)
    middle, low, high = (from_target(end, portable.transform) for end in ends)
    table = rows.unknown
    bound, isotropic = upper_bounds(_feature(features, table.index, DENSITY), solid)
    predicted = pd.DataFrame(
        {
            "sample": table.index,
            "material": table["material"].to_numpy(),
            TEMPERATURE: table[TEMPERATURE].to_numpy(),
            "predicted": middle,
            "predicted_low": low,
            "predicted_high": high,
            "in_domain": ["no" if text else "yes" for text in found.departures],
            "outside": found.departures,
            "bound": bound,
            "bound_isotropic": isotropic,
            "within_bounds": within(middle, bound),
            "reason": "",
        }
    )
    missing = unmeasured[unmeasured["sample"].isin(list(rows.left_out))][["sample", "material", TEMPERATURE]]
    missing = missing.assign(reason=[f"not predicted: {rows.left_out[s]}" for s in missing["sample"]])
    whole = pd.concat([part for part in (predicted, missing) if len(part)], ignore_index=True)
    return whole.assign(model=portable.name, unit=portable.unit).reindex(columns=list(PREDICTED_COLUMNS))


def compare_physics(tables: Mapping[str, str | Path], solid: float | None, output: str | Path) -> None:
    """Write physics.csv from 'model', 'features', 'properties', 'predictions' and 'predicted'."""
    portable = read_model(tables["model"])
    physics_table(
        portable.name if portable else "",
        read_features(tables["features"]),
        read_properties(tables["properties"]),
        pd.concat([_unseen(tables["predictions"]), _own(tables["predicted"])], ignore_index=True),
        solid,
    ).to_csv(output, index=False)


def physics_table(
    model: str, features: pd.DataFrame, properties: pd.DataFrame, predictions: pd.DataFrame, solid: float | None
) -> pd.DataFrame:
    """Measurement, regression, direct solution and bounds of every specimen.

    Parameters
    ----------
    model : str
        Of model.json; empty without any.
    features, properties : DataFrame
    predictions : DataFrame
        model, sample, predicted, predicted_low, predicted_high of specimens that the model has not seen.
    solid : float or None

    Returns
    -------
    DataFrame
        PHYSICS_COLUMNS. Where measurement and regression agree and both are below what the geometry lets through, the
        difference is resistance that no image shows: contacts between particles, grain boundaries, impurities.
    """
    own = predictions[predictions["model"] == model].drop(columns="model")
    table = properties.rename(columns={"property": "measured", "property_sd": "measured_sd"}).merge(
        own, on="sample", how="left"
    )
    names = table["sample"]
    described = _feature(features, names, SOLVED) * (np.nan if solid is None else solid)
    solved = np.where(np.isfinite(described), described, table["solved"].to_numpy(float))
    bound, isotropic = upper_bounds(_feature(features, names, DENSITY), solid)
    lost: Any = 1 - table["measured"].to_numpy(float) / np.where(solved > 0, solved, np.nan)
    columns = {"model": model, "solved": solved, "lost_share": lost, "bound": bound, "bound_isotropic": isotropic}
    checked = within(table["measured"].to_numpy(float), bound)
    return table.assign(**columns, within_bounds=checked)[list(PHYSICS_COLUMNS)]


def _feature(features: pd.DataFrame, samples: pd.Series | pd.Index, name: str) -> np.ndarray:
    """Values of one feature of specimens; NaN where it is not there or not finite."""
    values = features[features["feature"] == name].set_index("sample")["value"]
    found = values.reindex(pd.Index(samples)).to_numpy(float)
    return np.where(np.isfinite(found), found, np.nan)


def _unseen(path: str | Path) -> pd.DataFrame:
    """Left-out and test predictions of predictions.csv."""
    table = pd.read_csv(path, dtype={"model": str, "sample": str}, keep_default_na=False, na_values={"predicted": [""]})
    return _ends(table[table["split"].isin(["loocv", "test"])])


def _own(path: str | Path) -> pd.DataFrame:
    return _ends(pd.read_csv(path, dtype={"model": str, "sample": str}, keep_default_na=False))


def _ends(table: pd.DataFrame) -> pd.DataFrame:
    numbers = ["predicted", "predicted_low", "predicted_high"]
    return table[["model", "sample", *numbers]].assign(**{n: pd.to_numeric(table[n]) for n in numbers})
