"""The table a model is fitted to: one row a specimen, features beside the property."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from porescope.errors import InputError
from porescope.relate.properties import read_table

TEMPERATURE = "temperature_C"
"""The one feature that is no descriptor: the sintering temperature of the sheet."""

TEXT = ("sample", "segmenter", "material", "descriptor", "unit", "interval_method", "reason")


@dataclass(frozen=True)
class ModelRows:
    """What one model sees.

    Attributes
    ----------
    features : tuple of str
    train, test : DataFrame
        Indexed by sample: material, temperature_C, group, property, property_sd and the features, all finite but
        property_sd. Per-specimen means over VOIs, so that no VOI of a specimen stands on two sides of a split.
    left_out : dict
        Specimens with a known property that cannot be used, each with the reason.
    """

    features: tuple[str, ...]
    train: pd.DataFrame
    test: pd.DataFrame
    left_out: dict[str, str]

    def x(self, side: str) -> np.ndarray:
        """Features of the 'train' or 'test' rows, (specimens, features), each in its own unit."""
        return getattr(self, side)[list(self.features)].to_numpy(float)

    def y(self, side: str) -> np.ndarray:
        """Property of the 'train' or 'test' rows."""
        return getattr(self, side)["property"].to_numpy(float)


def read_descriptors(path: str | Path) -> pd.DataFrame:
    """Read sample.csv: a row per sample and descriptor.

    Raises
    ------
    InputError
        A descriptor stands twice for one sample, e.g. from two segmenters: which one to use would be a guess.
    """
    table = read_table(path, text=TEXT)
    twice = table[table.duplicated(["sample", "descriptor"])]
    if len(twice):
        first = twice.iloc[0]
        raise InputError(
            f"{path}: '{first['descriptor']}' of sample '{first['sample']}' stands twice, expected one row a sample "
            "and descriptor"
        )
    return table


def model_rows(descriptors: pd.DataFrame, properties: pd.DataFrame, features: Sequence[str]) -> ModelRows:
    """Join per-specimen descriptor means with the property for one set of features.

    Parameters
    ----------
    descriptors : DataFrame
        As read_descriptors gives it.
    properties : DataFrame
        As properties.read_properties gives it.
    features : sequence of str
        Descriptors, or temperature_C.

    Notes
    -----
    Specimens without the property are no part of a model. Of those with it, a specimen whose feature is NaN or
    infinite is left out and named; nothing is imputed.
    """
    known = properties[np.isfinite(properties["property"])].set_index("sample")
    means = descriptors.pivot(index="sample", columns="descriptor", values="mean").reindex(
        index=known.index, columns=[f for f in features if f != TEMPERATURE]
    )
    table = known.join(means)
    usable = np.isfinite(table[list(features)].to_numpy(float)).all(axis=1)
    reasons = dict(zip(zip(descriptors["sample"], descriptors["descriptor"]), descriptors["reason"]))
    left_out = {str(sample): _why(row, str(sample), features, reasons) for sample, row in table[~usable].iterrows()}
    table = table[usable]
    return ModelRows(tuple(features), table[table["split"] == "train"], table[table["split"] == "test"], left_out)


def _why(row: pd.Series, sample: str, features: Sequence[str], reasons: dict[tuple[str, str], str]) -> str:
    """E.g. 'tortuosity is inf (the solid does not percolate)'."""
    texts = []
    for feature in features:
        if not np.isfinite(row[feature]):
            reason = reasons.get((sample, feature), "not described")
            texts.append(f"{feature} is {row[feature]:g}" + (f" ({reason})" if reason else ""))
    return ", ".join(texts)
