"""Spheres inscribed in a phase, centred to a fraction of a node and free of the dents of a voxelised interface."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from porescope.describe.distance import InterfaceDistance
from porescope.describe.touches import find_middle, find_touches, mean_distance, measure_touches, room_for_touches
from porescope.innermost import innermost
from porescope.volume import Spacing

SLACK = 0.4
"""How much further than its nearest point the interface may be where a sphere touches it, in longest edges: with less
it is drawn to dents, with more it reaches to where the interface has turned away."""

SCATTER = 0.3
"""How much further it may be than where the sphere touches it in the mean, in longest edges."""

FLATS = 0.75
"""How much further still in a straight bar, in longest edges: one along the grid is voxelised with flat sides, which
would hide what lies between them."""

OFF_RIDGE = 0.7
"""Slope of the distance towards a neighbour above which a node lies off the ridge; off it, some neighbour has 0.89."""

CLIMBS = 5
"""Steps in which the centre of a sphere moves off its node to where it is largest."""

BESIDE = 2.0
"""Distance, in longest edges and besides one of the nodes', from where a plane is touched to the foot of a sphere's
centre on it, beyond which that touch does not count: the interface may be of any shape between."""

WIDER = 1.5
"""How much further still, in shortest edges, where the middle between all sides is looked for: a node may lie off it by
half a diagonal, and the side it is nearer to hides the other one then."""

FARTHEST = 0.87
"""Longest way to that middle, in shortest edges: half a diagonal."""

LEVEL_NODES = 2
"""Nodes to either side among which radii are averaged where the ridge runs level."""

LEVEL_SLOPE = 0.2
"""Largest difference of two radii, by the distance of their centres, between which it does."""

LEVEL_APART = 0.8
"""Least distance of such centres, in shortest edges: spheres that climbed to the same place are one."""

TILE = 32
"""Nodes along the edges of the tiles in which spheres are found one after the other: what is looked up around them
stays in the cache, which takes two thirds of the time that rows take."""


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


def spheres_about(
    near: InterfaceDistance, nodes: np.ndarray, spacing: Spacing, along: np.ndarray | None = None
) -> Spheres:
    """Largest spheres about nodes in the middle of their phase, which may lie half a node off it.

    Parameters
    ----------
    near : InterfaceDistance
        Of an interface that is somewhere.
    nodes : (n,) int64 array
        Flat indices.
    spacing : Spacing
        Node distances (z, y, x) in um.
    along : (n, 3) float array, optional
        Unit vectors (z, y, x) along which centres keep to their nodes, where a strut should not be measured where it is
        wider; 0 for none.

    Notes
    -----
    A centre climbs the distance to the interface by up to one node. The radius is the mean distance to the interface
    where the sphere touches it, and so not drawn to the dents of a voxelised interface: that to the tangent plane where
    the interface is flat, more where it bulges towards the sphere, that to the point itself where it lies about the
    sphere, but for the way along a bar; in a straight one flat sides hide nothing (see FLATS). A touch counts the less
    the further it is from the foot of the centre on the plane (see BESIDE). Where none counts, the nearest point does;
    it also bounds the radius from below, to SLACK.

    Dents stop a climb, too: in a bar along the grid between two of them, half a voxel off its axis, which would come
    out a voxel too thin. From there, centres go to the middle of all that is touched, and stay if the sphere is larger.
    """
    edges = np.array(spacing, np.float64)
    return Spheres(nodes, *_inscribed(nodes, near, edges, np.empty((0, 3)) if along is None else along))


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


@innermost()
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
    near: InterfaceDistance,
    edges: np.ndarray,
    along: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Centres (n, 3) and radii (n,) in um of the largest spheres about nodes, kept to by ``along`` if not empty."""
    ny, nx = near.nearest.shape[1:]
    centres = np.empty((len(nodes), 3), np.float32)
    radii = np.empty(len(nodes), np.float32)
    around, squares = np.empty((3, 27)), np.empty(27)
    touches = room_for_touches()
    c, centre, way = np.empty(3), np.empty(3), np.empty(3)
    slack, scatter, flats = SLACK * near.step_um, SCATTER * near.step_um, FLATS * near.step_um
    beside = BESIDE * near.step_um + edges.min()
    wider, farthest, step = WIDER * edges.min(), FARTHEST * edges.min(), edges.min() / CLIMBS
    for n in range(len(nodes)):
        z, y, x = nodes[n] // (ny * nx), nodes[n] // nx % ny, nodes[n] % nx
        count = _points_around(near.nearest, near.points_um, z, y, x, around)
        c[0], c[1], c[2] = z * edges[0], y * edges[1], x * edges[2]
        centre[:] = c
        best, closest = _closest(c, around, count, squares)
        radius = best
        for _ in range(CLIMBS):
            for axis in range(3):
                way[axis] = c[axis] - around[axis, closest]
            if len(along):
                _keep_across(way, along, n)
            _move(c, way, step / max(radius, 1e-12))
            radius, closest = _closest(c, around, count, squares)
            if radius > best:
                best = radius
                centre[:] = c
        found = find_touches(centre, best, slack + wider, near, edges, touches)
        bar = measure_touches(touches, found, centre, best, beside)
        centres[n] = centre
        radii[n] = mean_distance(touches, found, best, slack, scatter + bar * flats)
        find_middle(touches, found, way)
        if len(along):
            _keep_across(way, along, n)
        _move(centre, way, min(1.0, farthest / max(_length(way), 1e-12)))
        best, _ = _closest(centre, around, count, squares)
        bar = measure_touches(touches, found, centre, best, beside)
        radius = mean_distance(touches, found, best, slack, scatter + bar * flats)
        if radius > radii[n]:
            centres[n] = centre
            radii[n] = radius
    return centres, radii


@innermost()
def _keep_across(way: np.ndarray, along: np.ndarray, n: int) -> None:
    """Take out of a way what leads along a unit vector."""
    lengthwise = way[0] * along[n, 0] + way[1] * along[n, 1] + way[2] * along[n, 2]
    for axis in range(3):
        way[axis] -= lengthwise * along[n, axis]


@innermost()
def _move(place: np.ndarray, way: np.ndarray, share: float) -> None:
    """Move a place by a share of a way."""
    for axis in range(3):
        place[axis] += share * way[axis]


@innermost()
def _length(way: np.ndarray) -> float:
    return math.sqrt(way[0] ** 2 + way[1] ** 2 + way[2] ** 2)


@innermost()
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


@innermost(fastmath=True)
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
        y, x = nodes[n] // nx % ny, nodes[n] % nx
        left, right = min(x, LEVEL_NODES), min(nx - 1 - x, LEVEL_NODES)
        for k in range(LEVEL_NODES + 1):
            for j in range(max(-LEVEL_NODES, -y) if k else 0, min(LEVEL_NODES, ny - 1 - y) + 1):
                middle = nodes[n] + (k * ny + j) * nx
                other = max(first[k, j + LEVEL_NODES], n + 1)
                while other < len(nodes) and nodes[other] < middle - left:
                    other += 1
                first[k, j + LEVEL_NODES] = other
                while other < len(nodes) and nodes[other] <= middle + right:
                    if _level(centres, radii, n, other, apart):
                        totals[n] += radii[other]
                        totals[other] += radii[n]
                        counts[n] += 1
                        counts[other] += 1
                    other += 1
    for n in range(len(nodes)):
        totals[n] /= counts[n]
    return totals


@innermost()
def _level(centres: np.ndarray, radii: np.ndarray, one: int, other: int, apart: float) -> bool:
    """Whether two spheres are as large and not at the same place."""
    way = 0.0
    for axis in range(3):
        way += (centres[other, axis] - centres[one, axis]) ** 2
    return way >= apart * apart and (radii[other] - radii[one]) ** 2 <= LEVEL_SLOPE * LEVEL_SLOPE * way
