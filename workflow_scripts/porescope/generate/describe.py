"""Planar descriptors of real and generated sections in one table."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from porescope.describe.planar import planar_descriptors
from porescope.generate.conditions import Condition
from porescope.generate.samples import Samples
from porescope.generate.scores import REFERENCE, TRAINING
from porescope.generate.sections import HELD_OUT, TRAIN, Sections


def describe_sections(sections: str | Path, samples: Mapping[str, Sequence[str | Path]]) -> pd.DataFrame:
    """One row per section, real and generated.

    Parameters
    ----------
    sections : path
        As cut_sections wrote them.
    samples : mapping
        Files of generated sections, by generator.

    Returns
    -------
    table
        origin ('real': sections of held-out slabs; 'train': the real sections that the networks saw; or the
        generator), material, temperature_C, condition, training (which of the generator's independent trainings, from
        1; 0 for real sections), index (within origin and condition), field_um, field_px, then the columns of
        planar_descriptors. Frames of sections are no perimeter; the field is the same in every row.
    """
    return pd.concat([_described(*block) for block in by_origin(sections, samples)], ignore_index=True)


def by_origin(
    sections: str | Path, samples: Mapping[str, Sequence[str | Path]]
) -> Iterator[tuple[str, Condition, np.ndarray, np.ndarray, float]]:
    """Origin, condition, trainings (n,), sections (n, px, px) and pixel edge in um; see describe_sections."""
    real = Sections.load(sections)
    for split, origin in ((HELD_OUT, REFERENCE), (TRAIN, TRAINING)):
        for condition, solid in real.part(split).by_condition.items():
            yield origin, condition, np.zeros(len(solid), int), solid, real.pixel_um
    for generator, paths in samples.items():
        for made in map(Samples.load, paths):
            yield generator, made.condition, made.training, made.solid, made.pixel_um


def _described(
    origin: str, condition: Condition, training: np.ndarray, solid: np.ndarray, pixel_um: float
) -> pd.DataFrame:
    table = planar_descriptors(solid == 1, (pixel_um, pixel_um))
    identity = {
        "origin": origin,
        "material": condition.material,
        "temperature_C": condition.temperature_C,
        "condition": condition.name,
        "training": training,
        "index": range(len(solid)),
        "field_um": solid.shape[-1] * pixel_um,
        "field_px": solid.shape[-1],
    }
    return pd.concat([pd.DataFrame(identity, index=table.index), table], axis=1)
