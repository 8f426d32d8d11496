"""Errors of local thickness and strut diameter where no self-check looks: bars along the grid, and random fields.

`python benchmarks/widths.py --bars 250` prints how far bars of random radii and places along an axis are from their
diameter and from that of a circle of their sections' area; and what random fields read beside the same fields on three
times finer voxels, where the estimator's own error is a third. All in voxels.
"""

import argparse
import math

import numpy as np

from porescope.describe.field import MARGIN, Block, refined_field
from porescope.describe.selfcheck import shapes
from porescope.describe.selfcheck.struts import strut_diameter
from porescope.describe.selfcheck.thickness import thickness_map
from porescope.describe.thickness import thickness_of
from porescope.volume import Spacing

CUBE = Spacing(1.0, 1.0, 1.0)
SMOOTHING = 1.45
FINER = 3
FIELDS = (
    (-0.01, 0.0),
    (-0.01, 0.5),
    (-0.02, 0.0),
    (-0.03, 0.0),
    (-0.03, 0.5),
    (-0.03, -0.5),
    (-0.06, 0.0),
    (-0.09, 0.0),
)
"""<G> in 1 / voxel^2 and level of each."""


def thickness(block: Block) -> float:
    """Mean local thickness of the metal."""
    return thickness_of(thickness_map(block, SMOOTHING)).mean_um


def bars(count: int) -> None:
    """Print the errors of bars along the grid."""
    rng = np.random.default_rng(5)
    errors = []
    for radius in rng.uniform(3, 12, count):
        bar = shapes.cylinder(radius, (1, 0, 0), 2 * radius + 4, CUBE, (0, *rng.uniform(-0.5, 0.5, 2)))
        found = thickness(bar)
        of_area = 2 * math.sqrt(np.count_nonzero(bar.interior[0]) / math.pi)
        errors.append((found - 2 * radius, found - of_area, max(0.3, 0.04 * radius)))
    table = np.array(errors)
    for column, name in enumerate(("true diameter", "diameter by area")):
        error = table[:, column]
        print(
            f"bars along the grid, {name}: mean {error.mean():+.2f}, {error.min():+.2f} to {error.max():+.2f}, "
            f"{100 * (np.abs(error) > table[:, 2]).mean():.0f} % beyond 0.3 voxel and 2 %"
        )


def field(gaussian: float, level: float, seed: int, size: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Where a random field of shapes.random_field is above its level, on voxels and on FINER ones."""
    shape = (size, size, size)
    spectrum = shapes.random_spectrum(shape, gaussian, level, CUBE, seed)
    coarse, fine = (refined_field(spectrum, shape, (n, n, n)) for n in (1, FINER))
    return coarse > level * coarse.std(), fine > level * coarse.std()


def fields() -> None:
    """Print what random fields read beside themselves on finer voxels."""
    small = Spacing(*(edge / FINER for edge in CUBE))
    for seed, (gaussian, level) in enumerate(FIELDS, 1):
        coarse, fine = (
            shapes.block_of(np.pad(solid, MARGIN, mode="wrap"), spacing)
            for solid, spacing in zip(field(gaussian, level, seed), (CUBE, small), strict=True)
        )
        line = f"field of G h^2 = {gaussian:.2f} above {level:+.1f} sd:"
        for name, phase in (("metal", True), ("pores", False)):
            wanted, found = (thickness(Block(b.solid == phase, b.spacing, b.data)) for b in (fine, coarse))
            line += f" {name} {found - wanted:+.2f} of {wanted:.1f},"
        wanted = strut_diameter(fine, SMOOTHING)
        print(f"{line} struts {strut_diameter(coarse, SMOOTHING) - wanted:+.2f} of {wanted:.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bars", type=int, default=60)
    bars(parser.parse_args().bars)
    fields()


if __name__ == "__main__":
    main()
