"""Sections of temperatures that were kept from the training: does the network know what lies between?"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from porescope.describe.names import PLANAR
from porescope.generate.describe import describe_sections
from porescope.generate.scores import REFERENCE, TRAINING

GENERATED = "generated"


def score_withheld(sections: str | Path, samples: Sequence[str | Path]) -> pd.DataFrame:
    """Compare sections generated for withheld temperatures with the real ones of these temperatures.

    Parameters
    ----------
    sections : path
        As cut_sections wrote them, the withheld temperatures among them.
    samples : sequence of paths
        Samples of the withheld conditions, from networks that never saw their temperatures.

    Returns
    -------
    table
        One row per withheld condition and planar descriptor: material, temperature_C, descriptor, and means over
        sections in the descriptor's unit: real (held-out slabs), real_other_slabs (the training slabs of that very
        temperature, which the network did not see either: how well real sections agree), generated, and interpolated
        (linearly between the training sections of the neighbouring temperatures: what one would guess without a
        network; NaN at the ends of the curve). Then r2_other_slabs, r2_generated and r2_interpolated: 1 - (difference
        from real)^2 / variance of the real means over all temperatures of the material; the mean over all temperatures
        of such values is the R2 of scores.csv.
    """
    table = describe_sections(sections, {GENERATED: samples})
    means = table.groupby(["origin", "material", "temperature_C"])[list(PLANAR)].mean()
    rows = []
    for material, temperature in means.loc[GENERATED].index.to_list():
        made = means.loc[(GENERATED, material)]
        real, other = means.loc[(REFERENCE, material)], means.loc[(TRAINING, material)]
        known = other.drop(index=made.index.intersection(other.index))
        for name in PLANAR:
            truth = real.loc[temperature, name]
            guesses = {
                "other_slabs": other.loc[temperature, name],
                "generated": made.loc[temperature, name],
                "interpolated": np.interp(temperature, known.index, known[name], left=np.nan, right=np.nan),
            }
            variance = real[name].var(ddof=0)
            rows.append(
                {
                    "material": material,
                    "temperature_C": temperature,
                    "descriptor": name,
                    "real": truth,
                    "real_other_slabs": guesses["other_slabs"],
                    "generated": guesses["generated"],
                    "interpolated": guesses["interpolated"],
                    **{f"r2_{guess}": 1 - (value - truth) ** 2 / variance for guess, value in guesses.items()},
                }
            )
    return pd.DataFrame(rows)
