"""Relative densities of stage describe beside independent ones."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

Z95 = 1.96
"""Half width of a 95 % interval in standard deviations of a normal distribution."""


def density_check(
    samples: pd.DataFrame, truths: Sequence[Mapping[str, Any]], facts: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    """Compare described densities with the sheet's reference, or with the truth of a simulated specimen.

    Parameters
    ----------
    samples : DataFrame
        describe/sample.csv.
    truths : list of dict
        specimen.json of the simulated specimens, with ``true_relative_density``.
    facts : list of dict
        Of each specimen, from the sheet: ``sample``, ``material``, ``density_reference``, ``density_sd``.

    Returns
    -------
    DataFrame
        A row for each specimen with a reference: sample, material, origin ('sheet' or 'simulation'), described,
        reference, reference_sd (NaN if not known), difference, below and above (95 % half widths of the difference,
        the reference's own uncertainty included; NaN without interval), agrees (0 within the interval; None without).
    """
    true = {truth["sample"]: float(truth["true_relative_density"]) for truth in truths}
    density = samples[samples["descriptor"] == "relative_density"].set_index("sample")
    rows = []
    for fact in facts:
        name = fact["sample"]
        stated = fact["density_reference"] is not None
        if name not in density.index or not (stated or name in true):
            continue
        reference = float(fact["density_reference"]) if stated else true[name]
        spread = fact["density_sd"] if stated else 0.0
        own = density.loc[name]
        error = Z95 * (float(spread) if spread is not None else 0.0)
        difference = float(own["mean"]) - reference
        below = float(np.hypot(float(own["mean"]) - float(own["ci_low"]), error))
        above = float(np.hypot(float(own["ci_high"]) - float(own["mean"]), error))
        known = np.isfinite([difference, below, above]).all()
        rows.append(
            {
                "sample": name,
                "material": fact["material"],
                "origin": "sheet" if stated else "simulation",
                "described": float(own["mean"]),
                "reference": reference,
                "reference_sd": np.nan if spread is None else float(spread),
                "difference": difference,
                "below": below,
                "above": above,
                "agrees": bool(-above <= difference <= below) if known else None,
            }
        )
    columns = ["sample", "material", "origin", "described", "reference", "reference_sd", "difference", "below", "above"]
    return pd.DataFrame(rows, columns=[*columns, "agrees"])
