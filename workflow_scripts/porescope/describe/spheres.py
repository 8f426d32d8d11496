"""Spheres inscribed in a phase, centred to a fraction of a node and free of the dents of a voxelised interface."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from porescope.describe.distance import InterfaceDistance
from porescope.volume import Spacing

OFF_RIDGE = 0.7
"""Slope of the distance towards a neighbour above which a node lies off the ridge; off it, some neighbour has 0.89."""

CLIMBS = 8
"""Steps in which the centre of a sphere moves off its node to where it is largest."""

BESIDE = 2.0
"""Distance, in longest edges and besides one of the nodes', from where a plane is touched to the foot of a sphere's
centre on it, beyond which that plane does not count: round pores curve away from it."""

LEVEL_NODES = 2
"""Nodes to either side among which radii are averaged where the ridge runs level."""

LEVEL_SLOPE = 0.15
"""Largest difference of two radii, by the distance of their centres, between which it does."""

LEVEL_APART = 0.8
"""Least distance of such centres, in shortest edges: spheres that climbed to the same place are one."""

TILE = 32
"""Nodes along the edges of the tiles in which spheres are found one after the other: what is looked up around them
stays in the cache, which takes two thirds of the time that rows take."""

_CUBE = np.array([step for step in np.ndindex(5, 5, 5) if max(abs(i - 2) for i in step) == 2], float) - 2
DIRECTIONS = _CUBE / np.linalg.norm(_CUBE, axis=1, keepdims=True)
"""Unit vectors to the 98 outer nodes of a cube of five, in which a sphere is asked where it touches."""


class Spheres(NamedTuple):
    """Largest spheres about some nodes.

    Attributes
    ----------
    nodes : (n,) int64 array
        Flat indices.
    centres_um : (n, 3) float32 array
        (z, y, x) from the first node of the array.
    radii_um : (n,) float32 array
    """

    nodes: np.ndarray
    centres_um: np.ndarray
    radii_um: np.ndarray


def ridge_spheres(near: InterfaceDistance, phase: np.ndarray, spacing: Spacing) -> Spheres:
    """Largest spheres about the ridge of the distance to the interface: any other lies within one of them.

    Parameters
    ----------
    near : InterfaceDistance
    phase : (nz, ny, nx) bool array
        Metal or pore.
    spacing : Spacing
        Node distances (z, y, x) in um.

    Returns
    -------
    Spheres
        By their nodes; none where there is no interface.

    Notes
    -----
    Local thickness takes the largest of all spheres that cover a place, so that walls would come out thicker by what
    radii scatter. Where the ridge runs level they are averaged with those near by; a ball or the end of a bar, whose
    other spheres are smaller by as much as they lie off, keeps its own.
    """
    if not len(near.points_um):
        return spheres_about(near, np.zeros(0, np.int64), spacing)
    edges = np.array(spacing, np.float64)
    nodes, centres, radii = spheres_about(near, _nodes_by_tile(_ridge(near.distance_um, phase, edges)), spacing)
    order = np.argsort(nodes)
    nodes, radii = nodes[order], radii[order]
    centres = centres[order]  # one after the other: two of each at a time would be a byte a voxel
    return Spheres(nodes, centres, _levelled(nodes, centres, radii, phase.shape, LEVEL_APART * edges.min()))


def spheres_about(near: InterfaceDistance, nodes: np.ndarray, spacing: Spacing) -> Spheres:
    """Largest spheres about nodes in the middle of their phase, which may lie half a node off it.

    Parameters
    ----------
    near : InterfaceDistance
        Of an interface that is somewhere.
    nodes : (n,) int64 array
        Flat indices.
    spacing : Spacing
        Node distances (z, y, x) in um.

    Notes
    -----
    A centre climbs the distance to the interface by up to one node. The radius is the mean distance to the tangent
    planes where the sphere touches, to half an edge and what long voxels' steps are higher: exact for slabs, cylinders
    and balls, and not drawn to the dents that a voxelised interface has. With more slack it would reach past the throat
    of a neck. A plane counts the less the further it is touched from the foot of the centre on it (see BESIDE): where
    an interface bulges towards the sphere, as a round pore does, planes beside the contact pass nearer to the centre
    than the interface itself. Where none counts, the nearest point does; it also bounds the radius from below, to the
    slack.
    """
    edges = np.array(spacing, np.float64)
    slack = near.step_um - edges.min() / 2
    beside = BESIDE * near.step_um + edges.min()
    return Spheres(nodes, *_inscribed(nodes, near.nearest, near.points_um, near.normals, edges, slack, beside))


@njit(cache=True, nogil=True)
def _ridge(distance: np.ndarray, phase: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Nodes of a phase whose sphere lies in none of their neighbours'."""
    nz, ny, nx = phase.shape
    rise = np.empty((3, 3, 3), np.float32)
    for i, j, k in np.ndindex(3, 3, 3):
        step = np.array([i - 1, j - 1, k - 1]) * edges
        rise[i, j, k] = OFF_RIDGE * math.sqrt((step**2).sum())
    rise[1, 1, 1] = np.inf
    ridge = np.zeros(phase.shape, np.bool_)
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                ridge[z, y, x] = phase[z, y, x] and _alone(distance, phase, rise, z, y, x)
    return ridge


@njit(cache=True, nogil=True)
def _alone(distance: np.ndarray, phase: np.ndarray, rise: np.ndarray, z: int, y: int, x: int) -> bool:
    """Whether the distance rises to no neighbour in the phase by more than allowed."""
    nz, ny, nx = phase.shape
    for i in range(max(z - 1, 0), min(z + 2, nz)):
        for j in range(max(y - 1, 0), min(y + 2, ny)):
            for k in range(max(x - 1, 0), min(x + 2, nx)):
                up = distance[i, j, k] - distance[z, y, x]
                if up > rise[i - z + 1, j - y + 1, k - x + 1] and phase[i, j, k]:
                    return False
    return True


@njit(cache=True, nogil=True)
def _nodes_by_tile(chosen: np.ndarray) -> np.ndarray:
    """Flat indices of the nodes that are chosen, tile by tile."""
    nz, ny, nx = chosen.shape
    nodes = np.empty(np.count_nonzero(chosen), np.int64)
    count = 0
    for a, b, c in np.ndindex(-(-nz // TILE), -(-ny // TILE), -(-nx // TILE)):
        for z in range(a * TILE, min((a + 1) * TILE, nz)):
            for y in range(b * TILE, min((b + 1) * TILE, ny)):
                for x in range(c * TILE, min((c + 1) * TILE, nx)):
                    if chosen[z, y, x]:
                        nodes[count] = (z * ny + y) * nx + x
                        count += 1
    return nodes


@njit(cache=True, nogil=True)
def _inscribed(
    nodes: np.ndarray,
    nearest: np.ndarray,
    points: np.ndarray,
    normals: np.ndarray,
    edges: np.ndarray,
    slack: float,
    beside: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Centres (n, 3) and radii (n,) in um of the largest spheres about ridge nodes."""
    ny, nx = nearest.shape[1:]
    flat = nearest.reshape(-1)
    centres = np.empty((len(nodes), 3), np.float32)
    radii = np.empty(len(nodes), np.float32)
    around, squares = np.empty((3, 27)), np.empty(27)
    places, touched = np.empty(len(DIRECTIONS), np.int64), np.empty(len(DIRECTIONS), np.int64)
    c, centre = np.empty(3), np.empty(3)
    step = edges.min() / CLIMBS
    for n in range(len(nodes)):
        z, y, x = nodes[n] // (ny * nx), nodes[n] // nx % ny, nodes[n] % nx
        count = _points_around(nearest, points, z, y, x, around)
        c[0], c[1], c[2] = z * edges[0], y * edges[1], x * edges[2]
        centre[:] = c
        best, closest = _closest(c, around, count, squares)
        radius = best
        for _ in range(CLIMBS):
            share = step / max(radius, 1e-12)
            for axis in range(3):
                c[axis] += share * (c[axis] - around[axis, closest])
            radius, closest = _closest(c, around, count, squares)
            if radius > best:
                best = radius
                centre[:] = c
        centres[n] = centre
        radii[n] = _to_planes(centre, best, slack, beside, flat, nearest.shape, points, normals, edges, places, touched)
    return centres, radii


@njit(cache=True, nogil=True)
def _points_around(nearest: np.ndarray, points: np.ndarray, z: int, y: int, x: int, around: np.ndarray) -> int:
    """Enter the coordinates (3, n) of the points of the interface that are nearest to a node and those two nodes off.

    They are asked for distances nine times: side by side, since in the list of all points they lie far apart.
    """
    nz, ny, nx = nearest.shape
    count = 0
    for i in range(z - 2, z + 3, 2):
        for j in range(y - 2, y + 3, 2):
            for k in range(x - 2, x + 3, 2):
                if 0 <= i < nz and 0 <= j < ny and 0 <= k < nx:
                    index = nearest[i, j, k]
                    for axis in range(3):
                        around[axis, count] = points[index, axis]
                    count += 1
    return count


@njit(cache=True, nogil=True, fastmath=True)
def _closest(centre: np.ndarray, around: np.ndarray, count: int, squares: np.ndarray) -> tuple[float, int]:
    """Distance of the closest of some points (3, n), and its index."""
    z, y, x = centre[0], centre[1], centre[2]
    for i in range(count):
        a, b, c = around[0, i] - z, around[1, i] - y, around[2, i] - x
        squares[i] = a * a + b * b + c * c
    which = 0
    for i in range(1, count):
        if squares[i] < squares[which]:
            which = i
    return math.sqrt(squares[which]), which


@njit(cache=True, nogil=True, fastmath=True)
def _to_planes(
    centre: np.ndarray,
    radius: float,
    slack: float,
    beside: float,
    flat: np.ndarray,
    shape: tuple[int, int, int],
    points: np.ndarray,
    normals: np.ndarray,
    edges: np.ndarray,
    places: np.ndarray,
    touched: np.ndarray,
) -> float:
    """Weighted mean distance to the tangent planes where a sphere touches, to a slack in um; see spheres_about.

    The nearest points themselves lie in dents that a voxelised interface has, and make spheres too small. Whether a
    sphere touches in a direction cannot be guessed: loops without a branch take half the time.
    """
    nz, ny, nx = shape
    z, y, x = centre[0], centre[1], centre[2]
    a, b, c = z / edges[0] + 0.5, y / edges[1] + 0.5, x / edges[2] + 0.5
    rise, side, along = radius / edges[0], radius / edges[1], radius / edges[2]
    for n in range(len(DIRECTIONS)):
        i = int(min(max(a + rise * DIRECTIONS[n, 0], 0.0), nz - 0.5))
        j = int(min(max(b + side * DIRECTIONS[n, 1], 0.0), ny - 0.5))
        k = int(min(max(c + along * DIRECTIONS[n, 2], 0.0), nx - 0.5))
        places[n] = (i * ny + j) * nx + k
    reach = (radius + slack) ** 2
    count = 0
    for n in range(len(DIRECTIONS)):
        index = np.uintp(flat[np.uintp(places[n])])  # unsigned, so that numba looks for no negative indices
        dz, dy, dx = z - points[index, 0], y - points[index, 1], x - points[index, 2]
        touched[count] = index
        count += dz * dz + dy * dy + dx * dx <= reach
    total, weights = 0.0, 0.0
    for n in range(count):
        index = np.uintp(touched[n])
        dz, dy, dx = z - points[index, 0], y - points[index, 1], x - points[index, 2]
        away = abs(dz * normals[index, 0] + dy * normals[index, 1] + dx * normals[index, 2])
        off = dz * dz + dy * dy + dx * dx - away * away
        weight = max(0.0, 1 - off / (beside * beside))
        total += weight * away
        weights += weight
    return max(total / weights, radius - slack) if weights > 0 else radius


@njit(cache=True, nogil=True)
def _levelled(
    nodes: np.ndarray, centres: np.ndarray, radii: np.ndarray, shape: tuple[int, int, int], apart: float
) -> np.ndarray:
    """Radii averaged with those of spheres near by to which the ridge runs level; nodes in ascending order.

    Rows of nodes ahead of a node move on with it, and with them the first sphere of each that may be near.
    """
    ny, nx = shape[1], shape[2]
    first = np.zeros((LEVEL_NODES + 1, 2 * LEVEL_NODES + 1), np.int64)
    totals, counts = radii.copy(), np.ones(len(radii), np.int16)
    for n in range(len(nodes)):
        for k in range(LEVEL_NODES + 1):
            for j in range(-LEVEL_NODES if k else 0, LEVEL_NODES + 1):
                middle = nodes[n] + (k * ny + j) * nx
                other = max(first[k, j + LEVEL_NODES], n + 1)
                while other < len(nodes) and nodes[other] < middle - LEVEL_NODES:
                    other += 1
                first[k, j + LEVEL_NODES] = other
                while other < len(nodes) and nodes[other] <= middle + LEVEL_NODES:
                    if _level(nodes, centres, radii, n, other, ny, nx, apart):
                        totals[n] += radii[other]
                        totals[other] += radii[n]
                        counts[n] += 1
                        counts[other] += 1
                    other += 1
    for n in range(len(nodes)):
        totals[n] /= counts[n]
    return totals


@njit(cache=True, nogil=True)
def _level(
    nodes: np.ndarray, centres: np.ndarray, radii: np.ndarray, one: int, other: int, ny: int, nx: int, apart: float
) -> bool:
    """Whether two spheres are as large and lie side by side, not at two ends of neighbouring rows."""
    way = 0.0
    for axis in range(3):
        way += (centres[other, axis] - centres[one, axis]) ** 2
    way = math.sqrt(way)
    if way < apart or abs(radii[other] - radii[one]) > LEVEL_SLOPE * way:
        return False
    across = nodes[other] % nx - nodes[one] % nx
    along = nodes[other] // nx % ny - nodes[one] // nx % ny
    return max(abs(across), abs(along)) <= LEVEL_NODES
