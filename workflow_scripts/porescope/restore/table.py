"""Quality of all stacks in one table."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from porescope.restore.accuracy import drift_error, read_drift


def quality_table(infos: Mapping[str, Mapping[str, Any]], drifts: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """One row per specimen and metric, with its value before and after restoring.

    Parameters
    ----------
    infos : dict
        By specimen, what stage restore recorded.
    drifts : dict of (n, 2) arrays
        By specimen, the true displacement in px, where it is known: rows ``drift_rms_y_px`` and ``drift_rms_x_px`` say
        how large it was and how large its error is, both without their linear trend.
    """
    columns = ["sample", "metric", "before", "after"]
    rows = []
    for sample, info in infos.items():
        before, after = info["quality"]["before"], info["quality"]["after"]
        rows += [(sample, metric, before[metric], after[metric]) for metric in before]
        if sample in drifts and len(drifts[sample]) > 1:
            error = drift_error(np.asarray(info["shift_px"], float), drifts[sample])
            rows += [
                (sample, f"drift_rms_{axis}_px", *pair)
                for axis, pair in zip("yx", zip(error.before, error.after, strict=True), strict=True)
            ]
    return pd.DataFrame(rows, columns=columns)


def collect_quality(
    samples: Sequence[str], infos: Sequence[str | Path], drifts: Mapping[str, str | Path], table: str | Path
) -> None:
    """Write the quality table of specimens from the JSON that stage restore made for each, in the same order.

    ``drifts`` are tables of the true drift by simulated specimen.
    """
    records = {
        sample: json.loads(Path(info).read_text(encoding="utf-8")) for sample, info in zip(samples, infos, strict=True)
    }
    known = {sample: read_drift(path) for sample, path in drifts.items()}
    quality_table(records, known).to_csv(table, index=False, float_format="%.6g")
