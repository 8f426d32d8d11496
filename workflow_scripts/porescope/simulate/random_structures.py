"""Random structures of very different kinds: sintered particles, spinodal-like networks, bubbles in metal.

Each takes the voxels (nz, ny, nx) of a periodic box, their Spacing, a relative density, a typical radius in um and a
Generator, and gives the partial volume of metal (float32) at about that density.
"""

from collections.abc import Callable

import numpy as np

from porescope.simulate.kinetics import State
from porescope.simulate.packing import Packing, PackingOptions, pack
from porescope.simulate.particles import voxelise
from porescope.simulate.recipe import Mode
from porescope.simulate.sintering import INTERFACE_PX, sinter, upper_quantile
from porescope.simulate.smoothing import smooth_in_place
from porescope.volume import Spacing

OPTIONS = PackingOptions(steps=30, reach=0.5)

DENSEST_GREEN, LOOSEST_GREEN = 0.58, 0.25
"""Green densities of particles: sintering does the rest, or where less is wanted they are packed more loosely."""

WIDEST_RATIO = 4.0
"""Of the radii of large and small particles."""

Structure = Callable[[tuple[int, int, int], Spacing, float, float, np.random.Generator], np.ndarray]


def particles(
    shape: tuple[int, int, int], spacing: Spacing, density: float, radius_um: float, rng: np.random.Generator
) -> np.ndarray:
    """Two sizes of particles, packed with or without cohesion and sintered a little or a lot."""
    ratio, share = rng.uniform(1, WIDEST_RATIO), rng.uniform(0, 0.7)
    modes = [Mode(radius_um, rng.uniform(0, 0.3), 1 - share)]
    box = spacing.extent(shape)
    if share * density * np.prod(box) > 4 * (ratio * radius_um) ** 3 * 4.19:  # room for some large ones
        modes.append(Mode(ratio * radius_um, 0.1, share))
    green = float(np.clip(density * rng.uniform(0.75, 0.98), LOOSEST_GREEN, DENSEST_GREEN))
    packing = pack(modes, green, rng.choice([0.0, 0.3]), box, OPTIONS, rng)
    metal = voxelise(packing, shape, spacing)
    coarsening = radius_um * rng.uniform(0.1, 1.0)
    step = max(2 * min(spacing), coarsening / 4)
    for _ in sinter(metal, spacing, State(green, 0.0), State(density, coarsening), step):
        pass
    return metal


def network(
    shape: tuple[int, int, int], spacing: Spacing, density: float, radius_um: float, rng: np.random.Generator
) -> np.ndarray:
    """A smooth random field above a level: metal and pore both run through, without particles."""
    field = rng.standard_normal(shape, np.float32)
    smooth_in_place(field, spacing, radius_um)
    span = field.max() - field.min()
    field -= field.min()
    field /= span
    level = upper_quantile(field, density)
    slope = np.mean([np.abs(np.diff(field, axis=axis)).mean() for axis in range(3)]) * 2  # change over a voxel
    return np.clip(0.5 + (field - level) / (slope * INTERFACE_PX), 0, 1).astype(np.float32)


def bubbles(
    shape: tuple[int, int, int], spacing: Spacing, density: float, radius_um: float, rng: np.random.Generator
) -> np.ndarray:
    """Overlapping round pores in metal: the Boolean model, whose pores fill 1 - exp(-number density x mean volume)."""
    box = np.asarray(spacing.extent(shape))
    spread = rng.uniform(0, 0.4)
    volume = 4 / 3 * np.pi * radius_um**3 * np.exp(4.5 * spread**2)
    count = max(1, int(rng.poisson(-np.log(density) * np.prod(box) / volume)))
    radii = np.minimum(radius_um * np.exp(spread * rng.standard_normal(count)), box.min() / 3)
    pores = voxelise(Packing(rng.random((count, 3)) * box, radii, tuple(box)), shape, spacing)
    return 1 - pores


STRUCTURES: dict[str, Structure] = {"particles": particles, "network": network, "bubbles": bubbles}
"""By the names that the config uses."""
