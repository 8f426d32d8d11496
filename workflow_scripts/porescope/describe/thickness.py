"""Local thickness: the diameter of the largest inscribed sphere that covers a place, in metal and in pore."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from porescope.describe.distance import InterfaceDistance
from porescope.volume import Spacing

TOLERANCE = 0.15
"""In nodes: a sphere that sticks out of a larger one by no more is left out, which thins thousands to one."""

OFF_RIDGE = 0.7
"""Slope of the distance towards a neighbour above which a node lies off the ridge; off it, some neighbour has 0.89."""

CLIMBS = 8
"""Steps in which the centre of a sphere moves off its node to where it is largest."""

_CUBE = np.array([step for step in np.ndindex(5, 5, 5) if max(abs(i - 2) for i in step) == 2], float) - 2
DIRECTIONS = _CUBE / np.linalg.norm(_CUBE, axis=1, keepdims=True)
"""Unit vectors to the 98 outer nodes of a cube of five, in which a sphere is asked where it touches."""

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


def local_thickness(near: InterfaceDistance, phase: np.ndarray, spacing: Spacing) -> np.ndarray:
    """Map of local thickness.

    Parameters
    ----------
    near : InterfaceDistance
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
    Spheres stand on the ridge of the distance to the interface, their centres moved off the nodes to where the nearest
    points of the interface are furthest. They are drawn from the largest on, so that a place keeps the first that
    covers it; spheres that lie in the one drawn at their centre, but for 0.15 nodes, are left out.

    References
    ----------
    Hildebrand & Rueegsegger, A new method for the model-independent assessment of thickness in three-dimensional
    images, Journal of Microscopy 185 (1997).
    """
    thickness = np.zeros(phase.shape, np.float32)
    if not len(near.points_um):
        return thickness
    edges = np.array(spacing, np.float64)
    _, centres, radii = inscribed_spheres(near, phase, spacing)
    order = np.argsort(-radii, kind="stable")
    owner = np.full(phase.shape, -1, np.int32)
    _draw(centres[order], radii[order], phase, edges, TOLERANCE * float(edges.min()), thickness, owner)
    return thickness


def inscribed_spheres(
    near: InterfaceDistance, phase: np.ndarray, spacing: Spacing
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Largest spheres about the ridge of the distance to the interface.

    Returns
    -------
    nodes : (n,) int array
        Ridge nodes, flat indices.
    centres : (n, 3) float32 array
        In um (z, y, x) from the first node.
    radii : (n,) float32 array
        In um.
    """
    edges = np.array(spacing, np.float64)
    count = _ridge(near.distance_um, phase, edges, np.zeros(0, np.int64))
    nodes = np.empty(count, np.int64)
    _ridge(near.distance_um, phase, edges, nodes)
    centres, radii = _inscribed(nodes, near.nearest, near.points_um, near.normals, edges)
    return nodes, centres, radii


def thickness_of(diameter_um: np.ndarray) -> Thickness:
    """Distribution of the nodes with a thickness above 0."""
    values = diameter_um[diameter_um > 0]
    if not len(values):
        return Thickness(math.nan, (math.nan, math.nan, math.nan))
    low, middle, high = (float(q) for q in np.quantile(values, QUANTILES))
    return Thickness(float(values.mean(dtype=np.float64)), (low, middle, high))


@njit(cache=True, nogil=True)
def _ridge(distance: np.ndarray, phase: np.ndarray, edges: np.ndarray, nodes: np.ndarray) -> int:
    """Nodes whose sphere lies in none of their neighbours'; written to ``nodes`` if it has room, and counted."""
    nz, ny, nx = phase.shape
    found = 0
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                if not phase[z, y, x]:
                    continue
                if _alone(distance, phase, edges, z, y, x):
                    if len(nodes):
                        nodes[found] = (z * ny + y) * nx + x
                    found += 1
    return found


@njit(cache=True, nogil=True)
def _alone(distance: np.ndarray, phase: np.ndarray, edges: np.ndarray, z: int, y: int, x: int) -> bool:
    nz, ny, nx = phase.shape
    own = distance[z, y, x]
    for i in range(max(z - 1, 0), min(z + 2, nz)):
        for j in range(max(y - 1, 0), min(y + 2, ny)):
            for k in range(max(x - 1, 0), min(x + 2, nx)):
                dz, dy, dx = (i - z) * edges[0], (j - y) * edges[1], (k - x) * edges[2]
                step = math.sqrt(dz * dz + dy * dy + dx * dx)
                if step > 0 and phase[i, j, k] and distance[i, j, k] - own > OFF_RIDGE * step:
                    return False
    return True


@njit(cache=True, nogil=True)
def _inscribed(
    nodes: np.ndarray, nearest: np.ndarray, points: np.ndarray, normals: np.ndarray, edges: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Centres (n, 3) and radii (n,) in um of the largest spheres about ridge nodes."""
    nz, ny, nx = nearest.shape
    centres = np.empty((len(nodes), 3), np.float32)
    radii = np.empty(len(nodes), np.float32)
    around = np.empty(27, np.int64)
    c, centre = np.empty(3), np.empty(3)
    step = edges.min() / CLIMBS
    for n in range(len(nodes)):
        z, y, x = nodes[n] // (ny * nx), nodes[n] // nx % ny, nodes[n] % nx
        count = 0
        for i in range(z - 2, z + 3, 2):
            for j in range(y - 2, y + 3, 2):
                for k in range(x - 2, x + 3, 2):
                    if 0 <= i < nz and 0 <= j < ny and 0 <= k < nx:
                        around[count] = nearest[i, j, k]
                        count += 1
        c[0], c[1], c[2] = z * edges[0], y * edges[1], x * edges[2]
        centre[:] = c
        best, closest = _closest(c, around[:count], points)
        for _ in range(CLIMBS):
            radius = 0.0
            for axis in range(3):
                radius += (c[axis] - points[closest, axis]) ** 2
            share = step / max(math.sqrt(radius), 1e-12)
            for axis in range(3):
                c[axis] += share * (c[axis] - points[closest, axis])
            radius, closest = _closest(c, around[:count], points)
            if radius > best:
                best = radius
                centre[:] = c
        centres[n] = centre
        radii[n] = max(best, _to_planes(centre, best, nearest, points, normals, edges))
    return centres, radii


@njit(cache=True, nogil=True)
def _to_planes(
    centre: np.ndarray, radius: float, nearest: np.ndarray, points: np.ndarray, normals: np.ndarray, edges: np.ndarray
) -> float:
    """Mean distance to the tangent planes where a sphere touches, to an edge's length.

    The nearest points themselves lie in dents that a voxelised interface has, and make spheres too small.
    """
    reach = radius + edges.min()
    total, count = 0.0, 0
    nz, ny, nx = nearest.shape
    for n in range(len(DIRECTIONS)):
        z = round((centre[0] + radius * DIRECTIONS[n, 0]) / edges[0])
        y = round((centre[1] + radius * DIRECTIONS[n, 1]) / edges[1])
        x = round((centre[2] + radius * DIRECTIONS[n, 2]) / edges[2])
        index = nearest[min(max(z, 0), nz - 1), min(max(y, 0), ny - 1), min(max(x, 0), nx - 1)]
        square, along = 0.0, 0.0
        for axis in range(3):
            apart = centre[axis] - points[index, axis]
            square += apart * apart
            along += apart * normals[index, axis]
        if square <= reach * reach:
            total += abs(along)
            count += 1
    return total / max(count, 1)


@njit(cache=True, nogil=True)
def _closest(centre: np.ndarray, around: np.ndarray, points: np.ndarray) -> tuple[float, int]:
    best, which = np.inf, around[0]
    for index in around:
        a, b, c = points[index, 0] - centre[0], points[index, 1] - centre[1], points[index, 2] - centre[2]
        square = a * a + b * b + c * c
        if square < best:
            best, which = square, index
    return math.sqrt(best), which


@njit(cache=True, nogil=True)
def _draw(
    centres: np.ndarray,
    radii: np.ndarray,
    phase: np.ndarray,
    edges: np.ndarray,
    tolerance: float,
    thickness: np.ndarray,
    owner: np.ndarray,
) -> None:
    """Draw spheres, the largest first, into places of the phase that none covers yet."""
    nz, ny, nx = phase.shape
    free = _places(phase)
    for n in range(len(radii)):
        radius = radii[n]
        c = centres[n]
        z, y, x = round(c[0] / edges[0]), round(c[1] / edges[1]), round(c[2] / edges[2])
        z, y, x = min(max(z, 0), nz - 1), min(max(y, 0), ny - 1), min(max(x, 0), nx - 1)
        large = owner[z, y, x]
        if large >= 0:
            d = centres[large]
            apart = math.sqrt((c[0] - d[0]) ** 2 + (c[1] - d[1]) ** 2 + (c[2] - d[2]) ** 2)
            if apart + radius <= radii[large] + tolerance:
                continue
        reach = radius + 0.5 * edges.min()  # nodes between the ridge's spheres and the interface belong to one too
        for i in range(max(0, int((c[0] - reach) / edges[0])), min(nz, int((c[0] + reach) / edges[0]) + 2)):
            dz = i * edges[0] - c[0]
            for j in range(max(0, int((c[1] - reach) / edges[1])), min(ny, int((c[1] + reach) / edges[1]) + 2)):
                dy = j * edges[1] - c[1]
                rest = reach * reach - dz * dz - dy * dy
                if rest <= 0:
                    continue
                half = math.sqrt(rest)
                first = max(math.ceil((c[2] - half) / edges[2]), 0)
                last = min(int((c[2] + half) / edges[2]), nx - 1)
                k = _next(free[i, j], first)
                while k <= last:
                    owner[i, j, k] = n
                    thickness[i, j, k] = 2 * radius
                    free[i, j, k] = k + 1
                    k = _next(free[i, j], k + 1)


@njit(cache=True, nogil=True)
def _next(free: np.ndarray, k: int) -> int:
    """First place of a row from k on that no sphere covers; the way there is shortened for the next one."""
    end = k
    while free[end] != end:
        end = free[end]
    while free[k] != end:
        after = free[k]
        free[k] = end
        k = after
    return end


@njit(cache=True, nogil=True)
def _places(phase: np.ndarray) -> np.ndarray:
    """For each place of a row, and one beyond its end: itself where the phase is, else the next place."""
    nz, ny, nx = phase.shape
    free = np.empty((nz, ny, nx + 1), np.int16)
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                free[z, y, x] = x if phase[z, y, x] else x + 1
            free[z, y, nx] = nx
    return free
