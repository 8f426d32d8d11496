"""Percolating and isolated shares."""

from collections.abc import Iterator

import numpy as np

from porescope.describe.percolation import percolation
from porescope.describe.selfcheck.check import Check
from porescope.volume import Spacing


def bars(voxels: str, spacing: Spacing, _: float) -> Iterator[Check]:
    """A bar along y from face to face, one that ends inside, and a cube that touches nothing."""
    for width in (4, 8):
        shape = tuple(round(8 * width / h) for h in spacing)
        part = [round(width / h) for h in spacing]
        solid = np.zeros(shape, bool)
        solid[: part[0], :, : part[2]] = True
        solid[: part[0], : 4 * part[1], -part[2] :] = True
        solid[tuple(slice(3 * n, 5 * n) for n in part)] = True
        found = percolation(solid)
        for name, expected, measured in (
            ("percolating_fraction", 8 / 20 / 3, found.percolating_fraction),
            ("isolated_fraction", 8 / 20, found.isolated_fraction),
        ):
            yield Check(name, f"bars and a cube, {voxels}", width, expected, measured, 1e-6)
