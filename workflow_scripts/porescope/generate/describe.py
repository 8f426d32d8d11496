"""Planar descriptors of real and generated sections in one table."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from porescope.describe.planar import planar_descriptors
from porescope.generate.conditions import Condition
from porescope.generate.samples import load_samples
from porescope.generate.scores import REFERENCE
from porescope.generate.sections import HELD_OUT, TRAIN, Sections

BATCH = 64
"""Sections described at once."""


def describe_sections(sections: str | Path, samples: dict[str, Sequence[str | Path]]) -> pd.DataFrame:
    """One row per section, real and generated.

    Parameters
    ----------
    sections : path
        As cut_sections wrote them.
    samples : dict
        Files of generated sections, by generator.

    Returns
    -------
    table
        origin ('real': held-out slabs; 'train': as many of the sections that the networks saw; or the generator),
        material, temperature_C, condition, index (within origin and condition), field_um, field_px, then the columns
        of planar_descriptors.
    """
    real = Sections.load(sections)
    parts = []
    for origin, split in ((REFERENCE, HELD_OUT), (TRAIN, TRAIN)):
        part = real.part(split)
        named = np.array([condition.name for condition in part.conditions])
        for condition in dict.fromkeys(part.conditions):
            solid = part.solid[named == condition.name]
            kept = int((real.part(HELD_OUT).material == condition.material).sum())
            parts.append(describe(solid[:kept], origin, condition, real.pixel_um))
    return pd.concat(parts, ignore_index=True)
