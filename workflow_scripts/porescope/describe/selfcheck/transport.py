"""Effective conductivity and its dead ends."""

import math
from collections.abc import Iterator

import numpy as np
from scipy.interpolate import CubicSpline

from porescope.describe.selfcheck.check import Check
from porescope.describe.transport import effective_conductivity
from porescope.volume import Spacing

ARRAYS = {0.0: 1.0, 0.1: 0.8571, 0.2: 0.7267, 0.3: 0.6057, 0.4: 0.4903, 0.5: 0.3764}
"""Relative conductivity of a simple cubic array of insulating balls, by void fraction."""


def arrays_of_balls(voxels: str, spacing: Spacing, _: float) -> Iterator[Check]:
    """Extrapolated from two grids: the error of one is of first order in the voxel edge.

    On either grid the balls have a void fraction of their own, as whole voxels make it (0.407 instead of 0.400 at
    worst), which alone changes the conductivity by up to 1.6 %: each grid is compared with the array of its fraction.
    """
    at = CubicSpline(list(ARRAYS), list(ARRAYS.values()))
    for void in (0.2, 0.4):
        for edge in (32, 48):
            cells = [_cell(n * min(spacing), void, spacing) for n in (edge, 2 * edge)]
            coarse, fine = (effective_conductivity(c, spacing).mean / float(at(1 - c.mean())) for c in cells)
            shape = f"simple cubic array of balls of pore, void {void}, {voxels}"
            expected = ARRAYS[void]
            measured, size = expected * (2 * fine - coarse), edge * min(spacing)
            yield Check("effective_conductivity", shape, size, expected, measured, 0.01)


def layers(voxels: str, spacing: Spacing, _: float) -> Iterator[Check]:
    """Layers across z: the share of the metal along them, nothing across."""
    for period in (12, 24):
        solid = np.zeros([round(48 / h) for h in spacing], bool)
        solid[(np.arange(len(solid)) + 0.5) * spacing.z % period < period / 3] = True
        tensor = effective_conductivity(solid, spacing).tensor
        for name, i, j, expected in (("zz", 0, 0, 0.0), ("yy", 1, 1, 1 / 3), ("xx", 2, 2, 1 / 3), ("yx", 1, 2, 0.0)):
            shape = f"layers of metal, {name}, {voxels}"
            yield Check("effective_conductivity", shape, period, expected, float(tensor[i, j]), 0.001, 1 / 3)


def side_arm(voxels: str, spacing: Spacing, _: float) -> Iterator[Check]:
    """A bar along y with a closed arm, which the current enters no further than about 0.8 widths."""
    for width in (6, 12):
        length, arm = 10 * width, 8 * width
        nz, ny, nx = (round(extent / h) for extent, h in zip((width, length, width + arm), spacing, strict=True))
        solid = np.zeros((nz + 2, ny, nx + 2), bool)  # free of the faces along z and x
        solid[1:-1, :, 1 : 1 + round(width / spacing.x)] = True
        middle = round(length / 2 / spacing.y)
        solid[1:-1, middle : middle + round(width / spacing.y), 1:-1] = True
        expected = (arm - 0.8 * width) / (arm + length)
        found = effective_conductivity(solid, spacing).dead_end_fraction
        yield Check("dead_end_fraction", f"bar with a closed arm, {voxels}", width, expected, found, 0.04)


def _cell(edge: float, void: float, spacing: Spacing) -> np.ndarray:
    """Cubic cell of metal around a ball of pore; ``edge`` in um."""
    radius = (void * 3 / (4 * math.pi)) ** (1 / 3)
    axes = [(np.arange(round(edge / h)) + 0.5) * h / edge - 0.5 for h in spacing]
    z, y, x = np.meshgrid(*axes, indexing="ij", sparse=True)
    return np.asarray(z**2 + y**2 + x**2 > radius**2)
