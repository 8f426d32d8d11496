"""A table of the user's own, with features and a property of any kind, beside or instead of the descriptors."""

from pathlib import Path

import numpy as np
import pandas as pd

from porescope.errors import InputError

ABOUT = ("sample", "material", "temperature_C", "group", "split", "property", "property_sd")
"""Columns with the meaning they have in the sample sheet; only ``sample`` has to be there."""

ABOUT_TEXT = ("sample", "material", "group", "split")

ERROR_SUFFIX = "_sd"
"""A column ``grain_size_um_sd`` holds the standard error of the feature ``grain_size_um``."""


def read_table(path: str | Path, text: tuple[str, ...]) -> pd.DataFrame:
    """Read a CSV whose ``text`` columns are taken literally and whose other columns are numbers, empty as NaN.

    Raises
    ------
    InputError
        A cell of another column is no number.
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    for column in table.columns.difference(list(text)):
        numbers = pd.to_numeric(table[column], errors="coerce")
        wrong = numbers.isna() & ~table[column].str.strip().str.lower().isin(["", "nan"])
        if wrong.any():
            line = int(np.flatnonzero(wrong)[0])
            raise InputError(f"{path} line {line + 2}: '{column}' is '{table[column][line]}', expected a number")
        table[column] = numbers
    return table


def read_own_table(path: str | Path) -> pd.DataFrame:
    """Read a user's table: a row a specimen.

    Parameters
    ----------
    path : path
        CSV with the column ``sample``, any of ABOUT, and features: every other column, of numbers. An empty cell is an
        unknown value.

    Raises
    ------
    InputError
        No such file, no or a repeated sample, a cell that is no number, an unknown split, a group with members on both
        sides of the split.
    """
    if not Path(path).is_file():
        raise InputError(f"config: relate/table is '{path}', expected a CSV file with a column 'sample'")
    header = pd.read_csv(path, nrows=0, encoding="utf-8").columns
    if "sample" not in header:
        raise InputError(f"{path}: column 'sample' is missing; found {', '.join(map(str, header))}")
    table = read_table(path, ABOUT_TEXT)
    for line, name in enumerate(table["sample"], start=2):
        if not name:
            raise InputError(f"{path} line {line}: 'sample' is empty, expected a unique name")
    twice = table.loc[table["sample"].duplicated(), "sample"]
    if len(twice):
        raise InputError(f"{path}: sample '{twice.iloc[0]}' stands twice; names must be unique")
    _check_sides(path, table)
    return table


def own_features(table: pd.DataFrame) -> list[str]:
    """The columns of a user's table that are features, in their order."""
    names = [str(column) for column in table.columns if column not in ABOUT]
    return [name for name in names if name.removesuffix(ERROR_SUFFIX) == name or name[:-3] not in names]


def _check_sides(path: str | Path, table: pd.DataFrame) -> None:
    if "split" not in table.columns:
        return
    for line, split in enumerate(table["split"], start=2):
        if split not in ("", "train", "test"):
            raise InputError(f"{path} line {line}: 'split' is '{split}', expected train or test")
    if "group" in table.columns:
        grouped = table[table["group"] != ""]
        sides = grouped.assign(split=grouped["split"].replace("", "train")).groupby("group")["split"].nunique()
        for group in sides.index[sides > 1]:
            raise InputError(
                f"{path}: group '{group}' has members in train and in test; a test specimen must not have kin in the "
                "training set"
            )
