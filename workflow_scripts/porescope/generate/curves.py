"""Two-point probability and chord lengths of real and generated sections: what the mean descriptors do not show."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from porescope.describe.chords import distribution
from porescope.generate.conditions import Condition
from porescope.generate.describe import by_origin
from porescope.volume import Spacing

TWO_POINT, METAL_CHORD, PORE_CHORD = "two_point", "metal_chord", "pore_chord"

ALONG = (1, 2)
"""Axes of a stack of sections (n, y, x) along which lines are laid."""


def describe_curves(sections: str | Path, samples: Mapping[str, Sequence[str | Path]]) -> pd.DataFrame:
    """Curves of every condition and origin, along y and x together.

    Parameters
    ----------
    sections : path
        As cut_sections wrote them.
    samples : mapping
        Files of generated sections, by generator.

    Returns
    -------
    table
        origin (as in sections.csv), material, temperature_C, curve, length_um, value. 'two_point': probability that
        both ends of a step of this length along y or x lie in the metal, up to half of the edge; at 0 the relative
        density. 'metal_chord', 'pore_chord': share of the chords that are not longer than this; those that the frame
        cuts are made up for, see chords.distribution.
    """
    blocks = by_origin(sections, samples)
    tables = [_curves(origin, condition, solid, pixel_um) for origin, condition, _, solid, pixel_um in blocks]
    return pd.concat(tables, ignore_index=True)


def two_point_probability(solid: np.ndarray) -> np.ndarray:
    """S2 of sections (n, px, px) for steps of 0, 1, ... px / 2 pixels along y and x, every pair within its frame."""
    edge = solid.shape[-1]
    values = []
    for step in range(edge // 2 + 1):
        pairs = [solid[:, step:] & solid[:, : edge - step], solid[:, :, step:] & solid[:, :, : edge - step]]
        values.append(np.mean([both.mean() for both in pairs]))
    return np.array(values)


def chord_shares(phase: np.ndarray) -> np.ndarray:
    """Share of the chords along y and x of sections (n, px, px) that are at most 0, 1, ... px pixels long."""
    edge = phase.shape[-1]
    share: np.ndarray = np.zeros(edge + 1)
    for axis in ALONG:
        found = distribution(phase, Spacing(1.0, 1.0, 1.0), axis)
        share[found.length_um.astype(int)] += found.share / len(ALONG)
    return share.cumsum()


def _curves(origin: str, condition: Condition, solid: np.ndarray, pixel_um: float) -> pd.DataFrame:
    metal = solid.astype(bool)
    values = {
        TWO_POINT: two_point_probability(metal),
        METAL_CHORD: chord_shares(metal),
        PORE_CHORD: chord_shares(~metal),
    }
    table = pd.concat(
        [
            pd.DataFrame({"curve": name, "length_um": np.arange(len(curve)) * pixel_um, "value": curve})
            for name, curve in values.items()
        ],
        ignore_index=True,
    )
    identity = {"origin": origin, "material": condition.material, "temperature_C": condition.temperature_C}
    return pd.concat([pd.DataFrame(identity, index=table.index), table], axis=1)
