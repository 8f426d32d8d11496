"""Descriptors of sections."""

import math
from collections.abc import Iterator

import numpy as np

from porescope.describe.planar import planar_descriptors
from porescope.describe.selfcheck.check import Check


def discs() -> Iterator[Check]:
    """A disc in a section, with square and with 2:1 pixels."""
    for name, pixel in (("1:1", (1.0, 1.0)), ("2:1", (2.0, 1.0))):
        radius, size = 10, 80
        y, x = (np.arange(round(size / h)) * h - size / 2 + 0.3 for h in pixel)
        found = planar_descriptors(y[:, np.newaxis] ** 2 + x**2 > radius**2, pixel)
        perimeter = float(found["specific_perimeter_per_um"].iloc[0]) * (size - pixel[0]) * (size - pixel[1])
        yield Check("specific_perimeter_per_um", f"disc, pixels {name}", radius, 2 * math.pi * radius, perimeter, 0.02)
        index = float(found["shape_index"].iloc[0])
        yield Check("shape_index", f"disc, pixels {name}", radius, 1, index, 0.02)
