"""A tiny data set: stripes whose width tells the temperature, in two materials of opposite phase."""

from dataclasses import replace

import numpy as np
import pytest

from porescope.generate.conditions import Condition
from porescope.generate.sections import Sections

PX = 16
CONDITIONS = [Condition(material, temperature) for material in ("A", "B") for temperature in (200.0, 300.0, 400.0)]


@pytest.fixture(scope="session")
def stripes(tmp_path_factory):
    """Path of sections.npz with 8 training and 2 held-out sections a condition."""
    path = tmp_path_factory.mktemp("sections") / "sections.npz"
    striped().save(path)
    return path


@pytest.fixture(scope="session")
def thick_stripes(tmp_path_factory):
    """Path of the same sections, three layers deep; each layer is the one before, moved by a pixel."""
    flat = striped()
    layers = np.stack([np.roll(flat.solid, shift, axis=-1) for shift in range(3)], axis=1)
    path = tmp_path_factory.mktemp("sections") / "thick_sections.npz"
    replace(flat, solid=layers).save(path)
    return path


def striped():
    """8 training and 2 held-out sections a condition."""
    rows = [(c, split) for c in CONDITIONS for split in ["train"] * 8 + ["held_out"] * 2]
    solid = []
    for index, (condition, _) in enumerate(rows):
        wide = (np.arange(PX) + index) % 8 < condition.temperature_C / 100
        line = wide if condition.material == "A" else ~wide
        solid.append(np.broadcast_to(line, (PX, PX)))
    return Sections(
        np.array(solid, np.uint8),
        np.array([c.material for c, _ in rows]),
        np.array([c.temperature_C for c, _ in rows]),
        np.array([split for _, split in rows]),
        np.array(["s"] * len(rows)),
        0.1,
    )
