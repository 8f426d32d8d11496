"""Quality of all stacks in one table."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd


def quality_table(infos: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """One row per specimen and metric, with its value before and after restoring.

    Parameters
    ----------
    infos : dict
        By specimen, what stage restore recorded.
    """
    columns = ["sample", "metric", "before", "after"]
    rows = [
        (sample, metric, info["quality"]["before"][metric], info["quality"]["after"][metric])
        for sample, info in infos.items()
        for metric in info["quality"]["before"]
    ]
    return pd.DataFrame(rows, columns=columns)


def collect_quality(samples: Sequence[str], infos: Sequence[str | Path], table: str | Path) -> None:
    """Write the quality table of specimens from the JSON that stage restore made for each, in the same order."""
    records = {
        sample: json.loads(Path(info).read_text(encoding="utf-8")) for sample, info in zip(samples, infos, strict=True)
    }
    quality_table(records).to_csv(table, index=False, float_format="%.6g")
