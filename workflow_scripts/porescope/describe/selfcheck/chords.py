"""Chord lengths and two-point correlation."""

import math
from collections.abc import Iterator

import numpy as np

from porescope.describe.chords import mean_chord_um
from porescope.describe.correlation import two_point
from porescope.describe.selfcheck import shapes
from porescope.describe.selfcheck.check import Check
from porescope.volume import Spacing


def random_fields(voxels: str, spacing: Spacing, _: float) -> Iterator[Check]:
    """Chords against 4 D / S_V and correlation against the covariance of a thresholded Gaussian field."""
    edge = spacing.voxel_volume ** (1 / 3)
    for wanted, seeds in ((-0.09, (51, 52)), (-0.03, (53, 54, 55, 56))):
        fields = [shapes.random_field(96.0, wanted / edge**2, 0.0, spacing, seed) for seed in seeds]
        shape = f"random field, G h2 = {wanted:g}, {voxels}"
        size = edge / math.sqrt(-wanted)
        chord = float(np.mean([mean_chord_um(field.block.interior, spacing).mean() for field in fields]))
        expected = float(np.mean([2 / field.surface for field in fields]))
        yield Check("mean_chord_um", shape, size, expected, chord, 0.02)
        length = float(np.mean([two_point(field.block.interior, spacing).correlation_length_um for field in fields]))
        expected = float(np.mean([correlation_length(-6 * field.gaussian) for field in fields]))
        yield Check("correlation_length_um", shape, size, expected, length, 0.05)


def correlation_length(k2: float) -> float:
    """Where the correlation (2 / pi) asin(exp(-k2 r^2 / 6)) of shapes.random_field at level 0 is 1/e."""
    return math.sqrt(-6 / k2 * math.log(math.sin(math.pi / 2 / math.e)))
