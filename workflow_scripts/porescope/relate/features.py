"""The features of the specimens, and the table that one model is fitted to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from porescope.describe.names import DESCRIPTORS
from porescope.errors import InputError
from porescope.relate.table import ERROR_SUFFIX, own_features, read_own_table, read_table

TEMPERATURE = "temperature_C"
"""The one feature that stands with the property: the sintering temperature of the sheet."""

COLUMNS = ("sample", "feature", "value", "standard_error", "unit", "origin", "reason")
"""Columns of features.csv; ``origin`` is 'describe' or 'table', ``reason`` says why a value is undefined."""

DESCRIPTOR_TEXT = ("sample", "segmenter", "material", "descriptor", "unit", "interval_method", "reason")
FEATURE_TEXT = ("sample", "feature", "unit", "origin", "reason")


@dataclass(frozen=True)
class ModelRows:
    """What one model sees.

    Attributes
    ----------
    features : tuple of str
    train, test, unknown : DataFrame
        Indexed by sample: material, temperature_C, group, property, property_sd and the features, all finite but
        property_sd and, of ``unknown`` (specimens without the property), the property. Per-specimen means over VOIs, so
        that no VOI of a specimen stands on two sides of a split.
    errors : DataFrame
        Standard errors of the features, by sample; 0 where unknown.
    left_out : dict
        Specimens that cannot be used, each with the reason.
    """

    features: tuple[str, ...]
    train: pd.DataFrame
    test: pd.DataFrame
    unknown: pd.DataFrame
    errors: pd.DataFrame
    left_out: dict[str, str]

    def x(self, side: str) -> np.ndarray:
        """Features of the 'train', 'test' or 'unknown' rows, (specimens, features), each in its own unit."""
        return getattr(self, side)[list(self.features)].to_numpy(float)

    def x_errors(self, side: str) -> np.ndarray:
        """Standard errors of ``x``."""
        return self.errors.loc[getattr(self, side).index].to_numpy(float)

    def y(self, side: str) -> np.ndarray:
        """Property of these rows."""
        return getattr(self, side)["property"].to_numpy(float)

    def y_errors(self, side: str) -> np.ndarray:
        """Standard deviations of the property; NaN where unknown."""
        return getattr(self, side)["property_sd"].to_numpy(float)

    def column(self, side: str, name: str) -> np.ndarray:
        """A column of text, e.g. 'group' or 'material'."""
        return getattr(self, side)[name].to_numpy(dtype=str)


def collect_features(descriptors: Sequence[str | Path], own: Sequence[str | Path], output: str | Path) -> None:
    """Write features.csv from sample.csv of stage describe and from tables of the user's own; either may be none."""
    parts = [*map(descriptor_features, descriptors), *map(table_features, own)]
    table = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    table.drop_duplicates(["sample", "feature"], keep="last").to_csv(output, index=False)  # the user's own wins


def descriptor_features(path: str | Path) -> pd.DataFrame:
    """The descriptors' means of every specimen.

    Their standard errors are the statistical ones. The other contributions of sample.csv (segmentation, voxel size,
    method) put all specimens wrong alike: the coefficients of a model take them up, they neither scatter the specimens
    nor draw coefficients towards 0, so that the total would make models look less certain than they are.

    Raises
    ------
    InputError
        A descriptor stands twice for one sample, e.g. from two segmenters: which one to use would be a guess.
    """
    table = read_table(path, DESCRIPTOR_TEXT)
    twice = table[table.duplicated(["sample", "descriptor"])]
    if len(twice):
        first = twice.iloc[0]
        raise InputError(
            f"{path}: '{first['descriptor']}' of sample '{first['sample']}' stands twice, expected one row a sample "
            "and descriptor"
        )
    names = {"descriptor": "feature", "mean": "value", "sd_statistical": "standard_error"}
    return table.rename(columns=names).assign(origin="describe")[list(COLUMNS)]


def table_features(path: str | Path) -> pd.DataFrame:
    """The features of a user's table, with the standard errors of the columns that end in ``_sd``."""
    table = read_own_table(path)
    parts = []
    for name in own_features(table):
        errors = table.get(f"{name}{ERROR_SUFFIX}", np.nan)
        unit = DESCRIPTORS[name].unit if name in DESCRIPTORS else ""
        part = {"sample": table["sample"], "feature": name, "value": table[name], "standard_error": errors}
        empty = np.where(table[name].isna(), "empty in the table", "")
        parts.append(pd.DataFrame(part | {"unit": unit, "origin": "table", "reason": empty}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def read_features(path: str | Path) -> pd.DataFrame:
    """Read features.csv."""
    return read_table(path, FEATURE_TEXT)


def units(features: pd.DataFrame) -> dict[str, str]:
    """Unit of every feature; of a user's own it is in the name."""
    return {TEMPERATURE: "C", **dict(zip(features["feature"], features["unit"]))}


def model_rows(features: pd.DataFrame, properties: pd.DataFrame, names: Sequence[str]) -> ModelRows:
    """Join the features of one model with the property.

    Parameters
    ----------
    features : DataFrame
        As read_features gives it.
    properties : DataFrame
        As properties.read_properties gives it.
    names : sequence of str
        Features, or temperature_C.

    Notes
    -----
    A specimen whose feature is NaN or infinite is left out and named; nothing is imputed.
    """
    about = properties.set_index("sample")
    stored = [name for name in names if name != TEMPERATURE]

    def wide(column: str) -> pd.DataFrame:
        return features.pivot(index="sample", columns="feature", values=column).reindex(
            index=about.index, columns=stored
        )

    table = about.join(wide("value"))
    errors = wide("standard_error").astype(float).fillna(0.0).reindex(columns=list(names), fill_value=0.0)
    usable = np.isfinite(table[list(names)].to_numpy(float)).all(axis=1)
    reasons = dict(zip(zip(features["sample"], features["feature"]), features["reason"]))
    left_out = {str(sample): _why(row, str(sample), names, reasons) for sample, row in table[~usable].iterrows()}
    table = table[usable]
    known = np.isfinite(table["property"].to_numpy(float))
    return ModelRows(
        features=tuple(names),
        train=table[known & (table["split"] == "train")],
        test=table[known & (table["split"] == "test")],
        unknown=table[~known],
        errors=errors,
        left_out=left_out,
    )


def _why(row: pd.Series, sample: str, names: Sequence[str], reasons: Mapping[tuple[str, str], str]) -> str:
    """E.g. 'tortuosity is inf (the solid does not percolate)'."""
    texts = []
    for name in names:
        if not np.isfinite(row[name]):
            reason = reasons.get((sample, name), "not described")
            texts.append(f"{name} is {row[name]:g}" + (f" ({reason})" if reason else ""))
    return ", ".join(texts)
