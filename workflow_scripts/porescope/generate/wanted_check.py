"""Whether volumes of a wanted property have it: by the regression, and by solving for what their metal conducts."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from porescope.relate.portable import PortableModel, read_model
from porescope.relate.properties import read_properties
from porescope.relate.regression import from_target

SOLVED = "effective_conductivity"

COLUMNS = (
    "origin",
    "name",
    "material",
    "wanted",
    "extrapolated",
    "n_voi",
    "relative_density",
    "predicted",
    "predicted_low",
    "predicted_high",
    "predicted_of_real",
    "predicted_deviation",
    "outside",
    "solved",
    "solved_of_real",
    "solved_deviation",
    "conducted",
    "unit",
)
"""Columns of check.csv, see check_wanted."""


def check_wanted(
    descriptors: str | Path, model: str | Path, properties: str | Path, solid: float | None
) -> pd.DataFrame:
    """Compare what was wanted with what generated volumes have, beside the real specimens of their materials.

    Parameters
    ----------
    descriptors : path
        As describe_wanted wrote them.
    model : path
        model.json of stage relate.
    properties : path
        properties.csv of stage relate.
    solid : float or None
        The property of the pore-free metal; without it nothing that is solved for has a unit, and it is NaN.

    Returns
    -------
    table
        A row a volume and a row a real specimen: origin, name, material, wanted (of a specimen: measured), extrapolated
        (beyond what the network was trained on), n_voi, relative_density; predicted, predicted_low and predicted_high
        (95 %) by the regression, NaN without one, and why that is an extrapolation (outside); solved, what the metal
        alone conducts, contacts between particles without resistance; unit.

        ``predicted_of_real`` and ``solved_of_real`` are the same of real specimens with the wanted property: on
        straight lines between those of the material, of a specimen between the others; NaN beyond them.
        ``*_deviation`` is relative to them: what the volume is wrong by, where the regression's own error and the
        contacts, that no image shows, are on both sides. ``conducted`` is what the volume would measure if contacts
        took from it the share that they take from real specimens with the wanted property: wanted times solved /
        solved_of_real.
    """
    about = read_properties(properties).set_index("sample")
    text = {"name": str, "material": str}
    table = _means(pd.read_csv(descriptors, dtype=text, keep_default_na=False, na_values=[""]))
    real = table["origin"] == "real"
    table.loc[real, "material"] = about["material"].reindex(table.loc[real, "name"]).to_numpy()
    table.loc[real, "wanted"] = about["property"].reindex(table.loc[real, "name"]).to_numpy(float)
    table["solved"] = table[SOLVED] * (np.nan if solid is None else solid)
    table = table.assign(**_predicted(read_model(model), table))
    for column in ("predicted", "solved"):
        table[f"{column}_of_real"] = [_of_real(table, row, column) for row in range(len(table))]
        table[f"{column}_deviation"] = table[column] / table[f"{column}_of_real"] - 1
    unit = str(about["unit"].iloc[0])
    return table.assign(conducted=table["wanted"] * (1 + table["solved_deviation"]), unit=unit)[list(COLUMNS)]


def _means(vois: pd.DataFrame) -> pd.DataFrame:
    """Means over the VOIs of each volume and specimen."""
    vois = vois.assign(extrapolated=vois["extrapolated"].eq(True))
    groups = vois.drop(columns=["voi", "material"]).groupby(["origin", "name"], sort=False)
    means = groups.mean().assign(material=vois.groupby(["origin", "name"], sort=False)["material"].first())
    return means.assign(n_voi=groups.size(), extrapolated=means["extrapolated"] > 0).reset_index()


def _predicted(model: PortableModel | None, table: pd.DataFrame) -> dict[str, Any]:
    """Predictions from the means; their errors are the regression's alone, since few VOIs tell nothing of their own."""
    if model is None:
        return {"predicted": np.nan, "predicted_low": np.nan, "predicted_high": np.nan, "outside": ""}
    x = table.reindex(columns=list(model.domain.features)).to_numpy(float)
    found = model.predict(x, np.zeros_like(x))
    ends = (found.target, found.target - found.half_width, found.target + found.half_width)
    middle, low, high = (from_target(end, model.transform) for end in ends)
    return {"predicted": middle, "predicted_low": low, "predicted_high": high, "outside": found.departures}


def _of_real(table: pd.DataFrame, row: int, column: str) -> float:
    """Value of real specimens of the material with the wanted property, of others than the specimen itself."""
    there = (table["origin"] == "real") & (table["material"] == table["material"].iloc[row])
    there &= np.arange(len(table)) != row
    known = table.loc[there, ["wanted", column]].dropna().sort_values("wanted")
    if len(known) < 2:
        return float("nan")
    x, y = known.to_numpy(float).T
    return float(np.interp(table["wanted"].iloc[row], x, y, left=np.nan, right=np.nan))
