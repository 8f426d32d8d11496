"""Errors of local thickness and strut diameter where no self-check looks: bars along the grid, and random fields.

`python benchmarks/widths.py --bars 250` prints how far bars of random radii and places along an axis are from their
diameter and from that of a circle of their sections' area; and what random fields read beside the same fields on three
times finer voxels, where the estimator's own error is a third. All in voxels.
"""

import argparse
import math

import numpy as np
import scipy.fft

from porescope.describe.field import MARGIN, Block
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
        n = int(2 * radius) + 24
        y, x = np.mgrid[:n, :n] - n // 2 - rng.uniform(-0.5, 0.5, (2, 1, 1))
        section = y**2 + x**2 <= radius**2
        found = thickness(shapes.block_of(np.pad(np.repeat(section[None], 26, 0), MARGIN, mode="edge"), CUBE))
        of_area = 2 * math.sqrt(section.sum() / math.pi)
        errors.append((found - 2 * radius, found - of_area, max(0.3, 0.04 * radius)))
    table = np.array(errors)
    for column, name in enumerate(("true diameter", "diameter by area")):
        error = table[:, column]
        print(
            f"bars along the grid, {name}: mean {error.mean():+.2f}, {error.min():+.2f} to {error.max():+.2f}, "
            f"{100 * (np.abs(error) > table[:, 2]).mean():.0f} % beyond 0.3 voxel and 2 %"
        )


def field(gaussian: float, level: float, seed: int, size: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """A periodic random field as shapes.random_field makes it, above its level, on voxels and on FINER ones."""
    k = [2 * math.pi * scipy.fft.fftfreq(size)] * 2 + [2 * math.pi * scipy.fft.rfftfreq(size)]
    square = sum(a**2 for a in np.meshgrid(*k, indexing="ij", sparse=True))
    noise = scipy.fft.rfftn(np.random.default_rng(seed).standard_normal((size,) * 3))
    spectrum = noise * np.exp(square * (1 - level**2) / (8 * gaussian))
    spectrum[0, 0, 0] = 0
    coarse = scipy.fft.irfftn(spectrum, s=(size,) * 3)
    half, fine = size // 2, FINER * size
    padded = np.zeros((fine, fine, fine // 2 + 1), complex)
    for a in (slice(0, half), slice(1 - half, None)):
        for b in (slice(0, half), slice(1 - half, None)):
            padded[a, b, :half] = spectrum[a, b, :half]
    threshold = level * coarse.std()
    return coarse > threshold, scipy.fft.irfftn(padded, s=(fine,) * 3) * FINER**3 > threshold


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
