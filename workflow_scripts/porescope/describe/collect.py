"""The tables of all specimens: one row a VOI, one row a specimen and descriptor."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from porescope.describe.budget import budget
from porescope.describe.interval import estimates
from porescope.describe.names import DESCRIPTORS
from porescope.describe.representativity import representativity

CONDITION = ("sample", "segmenter", "material", "temperature_C")


def collect_descriptors(
    tables: Sequence[str | Path],
    arrays: Sequence[str | Path],
    specimens: Sequence[dict[str, Any]],
    vois: str | Path,
    samples: str | Path,
) -> None:
    """Join the specimens' tables and take means with their intervals.

    Parameters
    ----------
    tables, arrays : paths
        From describe_specimen, in the order of ``specimens``.
    specimens : list of dict
        sample, segmenter, material, temperature_C.
    vois : path
        CSV to write: a row a VOI.
    samples : path
        CSV to write: a row a specimen and descriptor (long format) with the mean, its statistical interval, all
        contributions to its uncertainty (see budget) and how representative a VOI is (see representativity).
    """
    voi_tables, rows = [], []
    for table, stored, specimen in zip(tables, arrays, specimens, strict=True):
        condition = {name: specimen[name] for name in CONDITION}
        described = pd.read_csv(table, converters={"reason": str, "flags": str})
        own = described[["voi", *DESCRIPTORS, "reason", "flags"]]
        voi_tables.append(pd.concat([pd.DataFrame([condition] * len(own)), own], axis=1))
        octants = read_octants(stored)
        found = estimates(described, octants)
        edge = float(np.cbrt(described[[f"size_{axis}_um" for axis in "zyx"]].to_numpy(float)[0].prod()))
        for name, estimate in found.items():
            parts = budget(described, name, estimate.standard_error), representativity(described, octants, name, edge)
            row = {**condition, "descriptor": name, "unit": DESCRIPTORS[name].unit, **estimate._asdict()}
            row |= {column: value for part in parts for column, value in part._asdict().items()}
            rows.append(row)
    pd.concat(voi_tables, ignore_index=True).to_csv(vois, index=False)
    pd.DataFrame(rows).to_csv(samples, index=False)


def read_octants(arrays: str | Path) -> pd.DataFrame:
    """Descriptors of the eighths of VOIs; empty where there were enough VOIs."""
    with np.load(arrays, allow_pickle=False) as stored:
        return pd.DataFrame(stored["octants"], columns=[str(name) for name in stored["octant_columns"]])
