"""Local thickness: the diameter of the largest inscribed sphere that covers a place, in metal and in pore."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from porescope.describe.spheres import Spheres
from porescope.innermost import innermost
from porescope.volume import Spacing

BRICK = 4
"""Nodes along the edges of the bricks that are asked for free places at once: the 64 bits of a number."""

TILE = 8
"""Bricks along the edges of the tiles that are filled one after the other: what they hold stays in the cache."""

ONE, ROW, LAYER = np.uint64(1), np.uint64(2**BRICK - 1), np.uint64(2 ** (BRICK * BRICK) - 1)
"""The first place of a brick, of its first row all, of its first layer all."""

QUANTILES = (0.1, 0.5, 0.9)


class Thickness(NamedTuple):
    """Distribution of local thickness over the volume of a phase.

    Attributes
    ----------
    mean_um : float
        Volume-weighted mean diameter; NaN without the phase.
    quantiles_um : tuple of float
        Diameters below which 10, 50 and 90 % of the volume lie.
    """

    mean_um: float
    quantiles_um: tuple[float, float, float]


def local_thickness(spheres: Spheres, phase: np.ndarray, spacing: Spacing) -> np.ndarray:
    """Map of local thickness.

    Parameters
    ----------
    spheres : Spheres
        Of the phase; see spheres.ridge_spheres.
    phase : (nz, ny, nx) bool array
        Where to measure: metal or pore.
    spacing : Spacing
        Node distances (z, y, x) in um.

    Returns
    -------
    (nz, ny, nx) float32 array
        Diameter in um of the largest sphere within the phase that covers each node; 0 outside the phase, and
        everywhere if there is no interface. Spheres end at the interface, not at the faces of the array.

    Notes
    -----
    Tile by tile, spheres are drawn from the largest on, so that a place keeps the first that covers it.

    References
    ----------
    Hildebrand & Rueegsegger, A new method for the model-independent assessment of thickness in three-dimensional
    images, Journal of Microscopy 185 (1997).
    """
    thickness = np.zeros(phase.shape, np.float32)
    reaches = spheres.radii_um + np.float32(0.5 * min(spacing))  # nodes between them and the interface belong to one
    _draw(spheres.centres_um, reaches, 2 * spheres.radii_um, _bricks(phase), np.array(spacing, np.float64), thickness)
    return thickness


def thickness_of(diameter_um: np.ndarray) -> Thickness:
    """Distribution of the nodes with a thickness above 0."""
    values = diameter_um[diameter_um > 0]
    if not len(values):
        return Thickness(math.nan, (math.nan, math.nan, math.nan))
    low, middle, high = (float(q) for q in np.quantile(values, QUANTILES))
    return Thickness(float(values.mean(dtype=np.float64)), (low, middle, high))


@njit(cache=True, nogil=True)
def _draw(
    centres: np.ndarray,
    reaches: np.ndarray,
    diameters: np.ndarray,
    free: np.ndarray,
    edges: np.ndarray,
    thickness: np.ndarray,
) -> None:
    """Enter at each free place the largest diameter of the spheres that cover it."""
    start, members = _members(centres, reaches, edges, thickness.shape)
    tile = 0
    for a in range(0, free.shape[0], TILE):
        for b in range(0, free.shape[1], TILE):
            for c in range(0, free.shape[2], TILE):
                some = members[start[tile] : start[tile + 1]]
                for n in some[np.argsort(-reaches[some])]:
                    _draw_sphere(centres[n], reaches[n], diameters[n], free, (a, b, c), edges, thickness)
                tile += 1


@njit(cache=True, nogil=True)
def _members(
    centres: np.ndarray, reaches: np.ndarray, edges: np.ndarray, shape: tuple[int, int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Spheres that reach into each tile: where those of each begin, and which they are."""
    size = TILE * BRICK
    tiles_y, tiles_x = -(-shape[1] // size), -(-shape[2] // size)
    start = np.zeros(-(-shape[0] // size) * tiles_y * tiles_x + 2, np.int64)
    members = np.empty(0, np.int32)
    for entering in (False, True):  # counted first
        for n in range(len(reaches)):
            a0, a1 = _within(centres[n, 0], reaches[n], edges[0], shape[0], size)
            b0, b1 = _within(centres[n, 1], reaches[n], edges[1], shape[1], size)
            c0, c1 = _within(centres[n, 2], reaches[n], edges[2], shape[2], size)
            for a in range(a0, a1):
                for b in range(b0, b1):
                    for c in range(c0, c1):
                        tile = (a * tiles_y + b) * tiles_x + c
                        if entering:
                            members[start[tile + 1]] = n
                            start[tile + 1] += 1
                        else:
                            start[tile + 2] += 1
        if not entering:
            start = np.cumsum(start)
            members = np.empty(start[-1], np.int32)
    return start, members


@innermost()
def _draw_sphere(
    centre: np.ndarray,
    reach: float,
    diameter: float,
    free: np.ndarray,
    tile: tuple[int, int, int],
    edges: np.ndarray,
    thickness: np.ndarray,
) -> None:
    """Enter a diameter at the free places of a tile that a sphere covers.

    Spheres of a ridge lie in each other for the most part, so that hardly any brick in a sphere still has a free place:
    that is asked of all its places at once.
    """
    z, y, x = centre
    a0, a1 = _within(z, reach, edges[0], thickness.shape[0], BRICK)
    b0, b1 = _within(y, reach, edges[1], thickness.shape[1], BRICK)
    c0, c1 = _within(x, reach, edges[2], thickness.shape[2], BRICK)
    for a in range(max(a0, tile[0]), min(a1, tile[0] + TILE)):
        in_layers = reach * reach - _off_brick(z, a, edges[0]) ** 2
        for b in range(max(b0, tile[1]), min(b1, tile[1] + TILE)):
            in_column = in_layers - _off_brick(y, b, edges[1]) ** 2
            if in_column <= 0:
                continue
            for c in range(max(c0, tile[2]), min(c1, tile[2] + TILE)):
                if free[a, b, c] and _off_brick(x, c, edges[2]) ** 2 <= in_column:
                    free[a, b, c] = _fill(
                        free[a, b, c], (a, b, c), (z, y, x), reach * reach, edges, diameter, thickness
                    )


@innermost(inline="always")
def _within(middle: float, reach: float, edge: float, nodes: int, size: int) -> tuple[int, int]:
    """First box of ``size`` nodes along an axis with a node within reach of a place, and the one after the last."""
    first = max(math.ceil((middle - reach) / edge), 0)
    last = min(math.floor((middle + reach) / edge), nodes - 1)
    return first // size, last // size + 1


@innermost(inline="always")
def _off_brick(middle: float, brick: int, edge: float) -> float:
    """Distance along an axis from a place to the nearest node of a brick; 0 within it."""
    return max(0.0, BRICK * brick * edge - middle, middle - (BRICK * brick + BRICK - 1) * edge)


@innermost()
def _fill(
    free: np.uint64,
    brick: tuple[int, int, int],
    centre: tuple[float, float, float],
    square: float,
    edges: np.ndarray,
    diameter: float,
    thickness: np.ndarray,
) -> np.uint64:
    """Enter a diameter at the free places of a brick that lie in a sphere; what is left free."""
    left = free
    for u in range(BRICK):
        layer = free >> np.uint64(BRICK * BRICK * u) & LAYER
        z = BRICK * brick[0] + u
        in_section = square - (z * edges[0] - centre[0]) ** 2
        if not layer or in_section <= 0:
            continue
        for v in range(BRICK):
            row = layer >> np.uint64(BRICK * v) & ROW
            y = BRICK * brick[1] + v
            in_row = in_section - (y * edges[1] - centre[1]) ** 2
            if not row or in_row <= 0:
                continue
            for w in range(BRICK):
                x = BRICK * brick[2] + w
                if row >> np.uint64(w) & ONE and (x * edges[2] - centre[2]) ** 2 <= in_row:
                    thickness[z, y, x] = diameter
                    left &= ~(ONE << np.uint64((BRICK * u + v) * BRICK + w))
    return left


@njit(cache=True, nogil=True)
def _bricks(phase: np.ndarray) -> np.ndarray:
    """The places of a phase, a bit for each, in bricks; the lowest bit is the first along all axes."""
    nz, ny, nx = phase.shape
    bricks = np.zeros((-(-nz // BRICK), -(-ny // BRICK), -(-nx // BRICK)), np.uint64)
    for z in range(nz):
        for y in range(ny):
            row = (z % BRICK * BRICK + y % BRICK) * BRICK
            for x in range(nx):
                if phase[z, y, x]:
                    bricks[z // BRICK, y // BRICK, x // BRICK] |= ONE << np.uint64(row + x % BRICK)
    return bricks
