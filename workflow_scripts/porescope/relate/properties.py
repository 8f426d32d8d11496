"""The measured property of every specimen: from the sample sheet or, for simulated specimens, from their truth."""

import json
import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from porescope.errors import InputError
from porescope.relate.table import read_table

log = logging.getLogger(__name__)

COLUMNS = (
    "sample",
    "material",
    "temperature_C",
    "group",
    "split",
    "property",
    "property_sd",
    "unit",
    "origin",
    "solved",
)
"""Columns of properties.csv. ``origin`` is 'sheet' (or the user's table), 'simulated', or empty without the property.
``solved`` is what the structure alone would have: conduction solved directly, contacts without resistance."""

TEXT = ("sample", "material", "group", "split", "unit", "origin")


def collect_properties(
    specimens: Sequence[Mapping[str, Any]],
    simulated: Iterable[str | Path],
    name: str,
    unit: str,
    output: str | Path,
) -> None:
    """Write properties.csv from the rows of the sample sheet and the records of simulated specimens."""
    records = {str(path): json.loads(Path(path).read_text(encoding="utf-8")) for path in simulated}
    property_table(specimens, records, name, unit).to_csv(output, index=False)


def property_table(
    specimens: Sequence[Mapping[str, Any]],
    records: Mapping[str, Mapping[str, Any]],
    name: str,
    unit: str,
) -> pd.DataFrame:
    """The property of every specimen, a row each.

    Parameters
    ----------
    specimens : sequence of mappings
        As campaign.models.measurements gives them: sample, material, temperature_C, group, split, property and
        property_sd; None where the sheet, or the user's table, has no value.
    records : mapping
        Content of specimen.json of simulated specimens, by path: sample, property, property_name, property_unit and,
        optionally, property_sd and property_without_contacts. The sheet wins over the property.
    name, unit : str
        The property of the config.

    Returns
    -------
    DataFrame
        COLUMNS; property and property_sd in ``unit``, NaN where not known.

    Raises
    ------
    InputError
        A simulated specimen carries another property or another unit than the config names: the two must not be
        mixed in one model.
    """
    simulated = {str(record["sample"]): _of_record(path, record, name, unit) for path, record in records.items()}
    rows = []
    for specimen in specimens:
        value, sd, origin = _number(specimen["property"]), _number(specimen["property_sd"]), "sheet"
        true, true_sd, true_origin, solved = simulated.get(specimen["sample"], (math.nan, math.nan, "", math.nan))
        if math.isnan(value):
            value, sd, origin = true, true_sd, true_origin
        row = {**specimen, "temperature_C": _number(specimen["temperature_C"]), "property": value, "property_sd": sd}
        rows.append(row | {"unit": unit, "origin": origin, "solved": solved})
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    unknown = table.loc[table["property"].isna(), "sample"]
    if len(unknown):
        log.info("%s is not known of %s; no model uses these specimens", name, ", ".join(unknown))
    return table


def read_properties(path: str | Path) -> pd.DataFrame:
    """Read properties.csv; names stay text ('007', 'NA'), empty numbers become NaN."""
    return read_table(path, text=TEXT)


def _of_record(path: str, record: Mapping[str, Any], name: str, unit: str) -> tuple[float, float, str, float]:
    found = (record["property_name"], record["property_unit"])
    if found != (name, unit):
        raise InputError(
            f"{path}: the simulated property is '{found[0]}' in '{found[1]}', expected '{name}' in '{unit}' as the "
            "config's 'property' says; give measured values in the sheet or leave simulated specimens out"
        )
    value = _number(record["property"])
    origin = "simulated" if math.isfinite(value) else ""
    return value, _number(record.get("property_sd")), origin, _number(record.get("property_without_contacts"))


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
