"""Random packings of spheres in a periodic box: the green body before sintering."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from porescope.errors import InputError
from porescope.simulate.recipe import Mode
from porescope.volume import Spacing

LARGEST_DENSITY = 0.62
"""Random close packing is at 0.64 (one size): above it, spheres overlap instead of moving."""


@dataclass(frozen=True)
class PackingOptions:
    """How overlapping spheres are pushed apart.

    Attributes
    ----------
    steps : int
        Rounds of moving every sphere.
    cohesion : float
        Part of the gap to a near neighbour that a step closes; 0 leaves gaps as they are.
    reach : float
        Largest gap over which neighbours attract, as a multiple of the smaller median radius.
    """

    steps: int
    cohesion: float
    reach: float


class Packing(NamedTuple):
    """Spheres in a periodic box.

    Attributes
    ----------
    centres_um : (n, 3) float array
        (z, y, x), inside the box.
    radii_um : (n,) float array
    box_um : (z, y, x)
        Period along each axis.
    """

    centres_um: np.ndarray
    radii_um: np.ndarray
    box_um: tuple[float, float, float]


def pack(
    modes: Sequence[Mode],
    density: float,
    box_um: tuple[float, float, float],
    options: PackingOptions,
    rng: np.random.Generator,
) -> Packing:
    """Pack spheres at a given density: random positions, then repulsion of overlaps and cohesion across small gaps.

    Parameters
    ----------
    modes : sequence of Mode
        Sizes; their shares of the volume are taken relative to their sum.
    density : float
        Volume of all spheres / volume of the box.
    box_um : (z, y, x)
        Edges of the periodic box.
    options : PackingOptions
    rng : Generator

    Returns
    -------
    Packing
        Small overlaps remain; sintering turns them into necks.

    Raises
    ------
    InputError
        The density is not one that spheres can be packed to, or the box holds no particle of a mode.

    Notes
    -----
    Force-biased packing: each overlapping pair moves apart by its overlap, the lighter sphere the farther. The
    cohesion closes gaps the same way, so that a loose green body hangs together as a powder with van der Waals
    contacts does; without it, random spheres at a density of 0.4 hardly touch. It acts in the first half of the steps;
    the second half takes out the overlaps that it made.

    References
    ----------
    J. Moscinski et al., Molecular Simulation 3 (1989) 201 (force-biased algorithm);
    A. Bezrukov, M. Bargiel, D. Stoyan, Part. Part. Syst. Charact. 19 (2002) 111.
    """
    if not 0 < density <= LARGEST_DENSITY:
        raise InputError(f"a packing density of {density:g} was asked for, expected more than 0, at most 0.62")
    radii = np.concatenate([_draw_radii(mode, modes, density, box_um, rng) for mode in modes])
    centres = rng.random((radii.size, 3)) * np.asarray(box_um)
    reach = options.reach * min(mode.radius_um for mode in modes)
    for step in range(options.steps):
        cohesion = options.cohesion if 2 * step < options.steps else 0.0
        centres = _relax(centres, radii, np.asarray(box_um), reach, cohesion)
    return Packing(centres, radii, box_um)


def voxelise(packing: Packing, shape: tuple[int, int, int], spacing: Spacing) -> np.ndarray:
    """Partial volume of metal in every voxel of the packing's box.

    Parameters
    ----------
    packing : Packing
    shape : (nz, ny, nx)
        Voxels of the whole periodic box.
    spacing : Spacing
        Voxel edges (z, y, x) in um.

    Returns
    -------
    (nz, ny, nx) float32 array
        1 in metal, 0 in pores, between them in the voxels that the interface crosses (linear in the distance to it).
    """
    metal = np.zeros(shape, np.float32)
    width = min(spacing)
    for centre, radius in zip(packing.centres_um, packing.radii_um, strict=True):
        squares, places = [], []
        for axis in range(3):
            first = int(np.floor((centre[axis] - radius - width) / spacing[axis]))
            last = int(np.ceil((centre[axis] + radius + width) / spacing[axis]))
            index = np.arange(first, last + 1)
            squares.append(((index * spacing[axis] - centre[axis]) ** 2).astype(np.float32))
            places.append(index % shape[axis])
        z, y, x = squares
        distance = np.sqrt(z[:, None, None] + y[:, None] + x)
        inside = np.clip(0.5 + (radius - distance) / width, 0, 1)
        box = np.ix_(*places)
        metal[box] = np.maximum(metal[box], inside)
    return metal


def _draw_radii(
    mode: Mode,
    modes: Sequence[Mode],
    density: float,
    box_um: tuple[float, float, float],
    rng: np.random.Generator,
) -> np.ndarray:
    """Radii of one mode whose volumes add up to its share, to within half a particle."""
    share = mode.share / sum(m.share for m in modes)
    volume = share * density * float(np.prod(box_um))
    mean_volume = 4 / 3 * np.pi * mode.radius_um**3 * np.exp(4.5 * mode.spread**2)
    count = round(volume / mean_volume)
    if count < 1:
        raise InputError(
            f"a box of {' x '.join(f'{e:.3g}' for e in box_um)} um holds no particle of radius {mode.radius_um:g} um "
            f"at a share of {share:g}; expected a larger stack or smaller particles"
        )
    radii = mode.radius_um * np.exp(mode.spread * rng.standard_normal(count))
    return radii * np.cbrt(volume / (4 / 3 * np.pi * np.sum(radii**3)))


def _relax(centres: np.ndarray, radii: np.ndarray, box: np.ndarray, reach: float, cohesion: float) -> np.ndarray:
    """One round of repulsion and cohesion."""
    first, second = _near_pairs(centres, radii, box, reach)
    apart = centres[first] - centres[second]
    apart -= box * np.round(apart / box)
    distance = np.maximum(np.linalg.norm(apart, axis=1), 1e-9)
    gap = distance - radii[first] - radii[second]
    close = gap < reach
    first, second, apart, distance, gap = (a[close] for a in (first, second, apart, distance, gap))
    push = np.where(gap < 0, -gap, -cohesion * gap)[:, None] * apart / distance[:, None]
    weight = (radii[second] ** 3 / (radii[first] ** 3 + radii[second] ** 3))[:, None]
    moved = centres.copy()
    for axis in range(3):
        moved[:, axis] += np.bincount(first, (push * weight)[:, axis], minlength=radii.size)
        moved[:, axis] -= np.bincount(second, (push * (1 - weight))[:, axis], minlength=radii.size)
    return np.mod(moved, box)


def _near_pairs(centres: np.ndarray, radii: np.ndarray, box: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Pairs that may touch: small spheres among themselves, and every large one with all others."""
    large = radii > 1.8 * np.median(radii)
    small_index = np.flatnonzero(~large)
    tree = cKDTree(centres[~large], boxsize=box)
    pairs = tree.query_pairs(2 * radii[~large].max() + reach, output_type="ndarray")
    first, second = small_index[pairs[:, 0]], small_index[pairs[:, 1]]
    if large.any():
        large_index = np.flatnonzero(large)
        everything = cKDTree(centres, boxsize=box)
        found = cKDTree(centres[large], boxsize=box).sparse_distance_matrix(
            everything, 2 * radii.max() + reach, output_type="ndarray"
        )
        one, other = large_index[found["i"]], found["j"]
        once = ~large[other] | (one < other)  # a pair of large spheres is found from both sides
        first, second = np.concatenate([first, one[once]]), np.concatenate([second, other[once]])
    order = np.lexsort((second, first))
    return first[order], second[order]
