"""Random structures of very different kinds: sintered particles, networks, bubbles, angular grains, two pore sizes.

Each takes the voxels (nz, ny, nx) of a periodic box, their Spacing, a relative density, a typical radius in um and a
Generator, and gives the partial volume of metal (float32) at about that density.
"""

from collections.abc import Callable

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

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

UNEVENNESS_REACH = 4.0
"""Length over which the density of a specimen varies, in typical radii."""

LONGEST_WAVE = 0.2
"""Standard deviation of the widest Gaussian, in edges of the box."""

GRAIN_GRID = 2
"""Voxels along each edge that share one look-up of the grains they lie between."""

GRAIN_ROUNDING = 0.15
"""Standard deviation of the Gaussian that rounds grains, in typical radii."""

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
    field = _waves(shape, spacing, radius_um, rng)
    return _above_level(_uneven(field, spacing, radius_um, rng), density)


def grains(
    shape: tuple[int, int, int], spacing: Spacing, density: float, radius_um: float, rng: np.random.Generator
) -> np.ndarray:
    """Angular grains with gaps between them, wide here and closed there: Voronoi cells, as in a pressed ceramic."""
    box = np.asarray(spacing.extent(shape))
    count = max(2, round(float(np.prod(box)) / (4 / 3 * np.pi * radius_um**3)))
    seeds = cKDTree(rng.random((count, 3)) * box, boxsize=box)
    coarse = [-(-n // GRAIN_GRID) for n in shape]
    places = np.stack(
        np.meshgrid(*[np.arange(n) / n * edge for n, edge in zip(coarse, box, strict=True)], indexing="ij")
    )
    nearest, _ = seeds.query(places.reshape(3, -1).T, k=2)
    gap = (nearest[:, 1] - nearest[:, 0]).reshape(coarse)
    zoom = [n / c for n, c in zip(shape, coarse, strict=True)]
    field = ndimage.zoom(gap, zoom, np.float32, order=1, mode="grid-wrap", grid_mode=True)
    smooth_in_place(field, spacing, max(GRAIN_ROUNDING * radius_um, GRAIN_GRID * max(spacing)))
    field += rng.uniform(0.2, 1.2) * gap.std() * _waves(shape, spacing, radius_um / 2, rng)
    return _above_level(_uneven(field, spacing, radius_um, rng), density)


def two_scales(
    shape: tuple[int, int, int], spacing: Spacing, density: float, radius_um: float, rng: np.random.Generator
) -> np.ndarray:
    """Fine pores of one kind and coarse ones of another in the same metal."""
    share = rng.uniform(0.2, 0.8)
    kinds = (network, bubbles, grains)
    fine, coarse = (kinds[index] for index in rng.choice(len(kinds), 2))
    metal = fine(shape, spacing, density**share, radius_um, rng)
    return np.minimum(metal, coarse(shape, spacing, density ** (1 - share), rng.uniform(2, 4) * radius_um, rng))


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


STRUCTURES: dict[str, Structure] = {
    "particles": particles,
    "network": network,
    "bubbles": bubbles,
    "grains": grains,
    "two_scales": two_scales,
}
"""By the names that the config uses."""


def _waves(shape: tuple[int, int, int], spacing: Spacing, length_um: float, rng: np.random.Generator) -> np.ndarray:
    """A smooth random field of standard deviation 1, periodic; waves longer than the box would show its edges."""
    field = rng.standard_normal(shape, np.float32)
    smooth_in_place(
        field, spacing, float(np.clip(length_um, 0.8 * max(spacing), LONGEST_WAVE * min(spacing.extent(shape))))
    )
    field /= field.std()
    return field


def _uneven(field: np.ndarray, spacing: Spacing, radius_um: float, rng: np.random.Generator) -> np.ndarray:
    """The field with a slow variation on it, so that a level across it is dense in some regions and open in others."""
    slow = _waves(field.shape, spacing, UNEVENNESS_REACH * radius_um, rng)
    return field + np.float32(rng.uniform(0, 1) * field.std()) * slow


def _above_level(field: np.ndarray, density: float) -> np.ndarray:
    """Partial volume of metal where a field is above the level that leaves this density."""
    field -= field.min()
    field /= field.max()
    level = upper_quantile(field, density)
    slope = np.mean([np.abs(np.diff(field, axis=axis)).mean() for axis in range(3)]) * 2  # change over a voxel
    return np.clip(0.5 + (field - level) / (slope * INTERFACE_PX), 0, 1).astype(np.float32)
