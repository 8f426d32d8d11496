"""Distance of every node to the interface, to sub-voxel accuracy, in both phases at once."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from porescope.describe.field import finer
from porescope.innermost import innermost
from porescope.volume import Spacing

SECANTS = 3
"""Steps in which the foot of a node on the interface is found; the field is no straight line across it."""

LEAST_SPAN = 2
"""Nodes to either side over which slopes are taken."""

AROUND = 2
"""Longest edges around a point within which the interface shows how it lies and bends there."""

ALIKE = 0.8
"""Least cosine between the normals of such points: those beyond a sharp turn, or across a wall, do not count."""


class InterfaceDistance(NamedTuple):
    """Where the interface is nearest.

    Attributes
    ----------
    distance_um : (nz, ny, nx) float32 array
        Distance to the interface, in metal and in pore; infinite without interface.
    nearest : (nz, ny, nx) int32 array
        Index of the nearest point; -1 without interface.
    points_um : (n, 3) float32 array
        Points (z, y, x) on the interface, from the first node.
    normals : (n, 3) float32 array
        Unit normals (z, y, x) there, out of the metal, averaged over AROUND: those of single points scatter.
    curvature_per_um : (n,) float32 array
        Mean curvature there, positive where the metal bulges. A tenth too small at radii of five longest edges, and of
        single points: it scatters.
    step_um : float
        Height of the steps that voxels leave on the interface: their longest edge.
    """

    distance_um: np.ndarray
    nearest: np.ndarray
    points_um: np.ndarray
    normals: np.ndarray
    curvature_per_um: np.ndarray
    step_um: float


def interface_distance(field: np.ndarray, spacing: Spacing, factors: tuple[int, ...] = (1, 1, 1)) -> InterfaceDistance:
    """Distance to the zero level of a field.

    Parameters
    ----------
    field : (nz, ny, nx) float32 array
        Smooth, positive in the metal, zero on the interface.
    spacing : Spacing
        Voxel edges (z, y, x) in um.
    factors : (z, y, x)
        Nodes of the field a voxel; see field.cubic_factors.

    Notes
    -----
    Every node beside the interface gets the point of it that lies along the gradient; the nearest such nodes are found
    by lower envelopes of parabolas, axis by axis, and of the points of a node and its neighbours the nearest counts. A
    distance to voxel centres would be wrong by up to half a voxel, on struts of a few voxels a tenth of their diameter.
    Slopes are taken over the longest edge to either side, LEAST_SPAN nodes at least: voxels leave steps, and normals to
    these would make what is inscribed too small where they are long, and scatter about oblique walls.

    References
    ----------
    Felzenszwalb & Huttenlocher, Distance transforms of sampled functions, Theory of Computing 8 (2012).
    """
    edges = np.array(finer(spacing, factors), np.float64)
    step = max(spacing)
    beside = _count_beside(field)
    points = np.empty((beside, 3), np.float32)
    normals = np.empty((beside, 3), np.float32)
    nearest = np.full(field.shape, -1, np.int32)
    strides = np.rint(step / edges).astype(np.int64)
    _seed(field, edges, np.maximum(LEAST_SPAN, strides), points, normals, nearest)
    curvature = _average(nearest, points, normals, strides, AROUND * step)
    distance = np.full(field.shape, np.inf, np.float32)
    distance[nearest >= 0] = 0
    _spread(edges, nearest, distance)
    _exact(edges, points, nearest, distance)
    return InterfaceDistance(distance, nearest, points, normals, curvature, step)


@innermost()
def _beside(field: np.ndarray, z: int, y: int, x: int) -> bool:
    """Whether the interface passes between a node and one of its six neighbours."""
    nz, ny, nx = field.shape
    here = field[z, y, x] > 0
    return (
        (z > 0 and (field[z - 1, y, x] > 0) != here)
        or (z + 1 < nz and (field[z + 1, y, x] > 0) != here)
        or (y > 0 and (field[z, y - 1, x] > 0) != here)
        or (y + 1 < ny and (field[z, y + 1, x] > 0) != here)
        or (x > 0 and (field[z, y, x - 1] > 0) != here)
        or (x + 1 < nx and (field[z, y, x + 1] > 0) != here)
    )


@innermost()
def _count_beside(field: np.ndarray) -> int:
    nz, ny, nx = field.shape
    found = 0
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                found += _beside(field, z, y, x)
    return found


@innermost()
def _slopes(
    field: np.ndarray, z: int, y: int, x: int, edges: np.ndarray, spans: np.ndarray, slope: np.ndarray
) -> float:
    """Enter derivatives along the axes from ``spans`` nodes to either side, fewer at the ends; returns their norm."""
    nz, ny, nx = field.shape
    k0, k1 = max(0, z - spans[0]), min(nz - 1, z + spans[0])
    j0, j1 = max(0, y - spans[1]), min(ny - 1, y + spans[1])
    i0, i1 = max(0, x - spans[2]), min(nx - 1, x + spans[2])
    slope[0] = (field[k1, y, x] - field[k0, y, x]) / (max(1, k1 - k0) * edges[0])
    slope[1] = (field[z, j1, x] - field[z, j0, x]) / (max(1, j1 - j0) * edges[1])
    slope[2] = (field[z, y, i1] - field[z, y, i0]) / (max(1, i1 - i0) * edges[2])
    return math.sqrt(slope[0] ** 2 + slope[1] ** 2 + slope[2] ** 2)


@innermost()
def _foot(field: np.ndarray, z: int, y: int, x: int, course: np.ndarray, guess: float, reach: float) -> float:
    """How far in um the field is zero along a course (nodes per um) from a node, by secants; at most ``reach``."""
    start = field[z, y, x]
    away = min(max(guess, -reach), reach)
    for _ in range(SECANTS):
        value = _interpolated(field, z + away * course[0], y + away * course[1], x + away * course[2])
        if abs(start - value) < 1e-9:
            break
        away = min(max(away * start / (start - value), -reach), reach)
    return away


@innermost()
def _interpolated(field: np.ndarray, a: float, b: float, c: float) -> float:
    """Trilinear interpolation; beyond the faces their value."""
    nz, ny, nx = field.shape
    a, b, c = min(max(a, 0.0), nz - 1.0), min(max(b, 0.0), ny - 1.0), min(max(c, 0.0), nx - 1.0)
    i, j, k = min(int(a), nz - 2), min(int(b), ny - 2), min(int(c), nx - 2)
    z, y, x = a - i, b - j, c - k
    low = (field[i, j, k] * (1 - x) + field[i, j, k + 1] * x) * (1 - y)
    low += (field[i, j + 1, k] * (1 - x) + field[i, j + 1, k + 1] * x) * y
    high = (field[i + 1, j, k] * (1 - x) + field[i + 1, j, k + 1] * x) * (1 - y)
    high += (field[i + 1, j + 1, k] * (1 - x) + field[i + 1, j + 1, k + 1] * x) * y
    return low * (1 - z) + high * z


@njit(cache=True, nogil=True)
def _seed(
    field: np.ndarray,
    edges: np.ndarray,
    spans: np.ndarray,
    points: np.ndarray,
    normals: np.ndarray,
    nearest: np.ndarray,
) -> None:
    """Nodes beside the interface and their foot on it, at most one node diagonal away."""
    nz, ny, nx = field.shape
    reach = math.sqrt((edges * edges).sum())
    slope, course = np.empty(3), np.empty(3)
    index = 0
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                if not _beside(field, z, y, x):
                    continue
                steep = max(_slopes(field, z, y, x, edges, spans, slope), 1e-12)
                for axis in range(3):
                    normals[index, axis] = -slope[axis] / steep
                    course[axis] = -slope[axis] / (steep * edges[axis])
                away = _foot(field, z, y, x, course, field[z, y, x] / steep, reach)
                for axis, node in enumerate((z, y, x)):
                    points[index, axis] = node * edges[axis] + away * normals[index, axis]
                nearest[z, y, x] = index
                index += 1


def _average(
    nearest: np.ndarray, points: np.ndarray, normals: np.ndarray, strides: np.ndarray, reach: float
) -> np.ndarray:
    """Average normals with those around, in place, and return the mean curvature, at the points of the interface.

    The nodes beside it alone have one in ``nearest`` as yet. Curvature by least squares over the points around: how far
    normals turn by how far these lie away. Ways in all directions in the tangent plane give the mean of both principal
    curvatures.
    """
    mean = normals.copy()
    turns, squares = np.zeros(len(points), np.float32), np.zeros(len(points), np.float32)
    _add_around(nearest, points, normals, strides, reach, mean, turns, squares)
    np.divide(mean, np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12), out=normals)
    return np.divide(turns, squares, out=turns, where=squares > 0)


@innermost(fastmath=True)
def _add_around(
    nearest: np.ndarray,
    points: np.ndarray,
    normals: np.ndarray,
    strides: np.ndarray,
    reach: float,
    mean: np.ndarray,
    turns: np.ndarray,
    squares: np.ndarray,
) -> None:
    """Add to each point what every other one around says of it; what two points say counts for both."""
    nz, ny, nx = nearest.shape
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                one = nearest[z, y, x]
                if one < 0:
                    continue
                for k in range(AROUND + 1):
                    c = z + k * strides[0]
                    if c >= nz:
                        break
                    for j in range(-AROUND if k else 0, AROUND + 1):
                        b = y + j * strides[1]
                        if b < 0 or b >= ny:
                            continue
                        for i in range(-AROUND if k or j else 1, AROUND + 1):
                            a = x + i * strides[2]
                            other = nearest[c, b, a] if 0 <= a < nx else -1
                            if other < 0:
                                continue
                            weight, turn, square = _turn(points, normals, one, other, reach)
                            if weight == 0.0:
                                continue
                            for axis in range(3):
                                mean[one, axis] += weight * normals[other, axis]
                                mean[other, axis] += weight * normals[one, axis]
                            turns[one] += weight * turn
                            turns[other] += weight * turn
                            squares[one] += weight * square
                            squares[other] += weight * square


@innermost(fastmath=True)
def _turn(points: np.ndarray, normals: np.ndarray, one: int, other: int, reach: float) -> tuple[float, float, float]:
    """How much two points count for each other, how far normals turn between them, times the way, and its square."""
    alike, turn, square = 0.0, 0.0, 0.0
    for axis in range(3):
        square += (points[other, axis] - points[one, axis]) ** 2
    if square >= reach * reach:
        return 0.0, turn, square
    for axis in range(3):
        alike += normals[other, axis] * normals[one, axis]
        turn += (points[other, axis] - points[one, axis]) * (normals[other, axis] - normals[one, axis])
    return max(0.0, alike - ALIKE) / (1 - ALIKE) * (1 - square / (reach * reach)), turn, square


@njit(cache=True, nogil=True)
def _spread(edges: np.ndarray, nearest: np.ndarray, square: np.ndarray) -> None:
    """Hand the points of the seeds to all nodes: the seed that is nearest, as squared distances between nodes."""
    nz, ny, nx = nearest.shape
    for z in range(nz):
        for y in range(ny):
            _spread_line(nearest[z, y], square[z, y], edges[2])
        for x in range(nx):
            _spread_line(nearest[z, :, x], square[z, :, x], edges[1])
    for y in range(ny):
        for x in range(nx):
            _spread_line(nearest[:, y, x], square[:, y, x], edges[0])


@njit(cache=True, nogil=True)
def _spread_line(nearest: np.ndarray, square: np.ndarray, edge: float) -> None:
    """Lower envelope of the parabolas that stand on the nodes of a line, in place."""
    count = len(square)
    values, points = square.copy(), nearest.copy()
    apex, start = np.empty(count, np.int64), np.empty(count + 1)
    top = -1
    for i in range(count):
        if points[i] < 0:
            continue
        meet = -np.inf
        while top >= 0:
            j = apex[top]
            meet = ((values[i] - values[j]) / (edge * edge) + i * i - j * j) / (2 * (i - j))
            if meet > start[top]:
                break
            top -= 1
        if top < 0:
            meet = -np.inf
        top += 1
        apex[top], start[top] = i, meet
    if top < 0:
        return
    start[top + 1] = np.inf
    current = 0
    for i in range(count):
        while start[current + 1] < i:
            current += 1
        j = apex[current]
        square[i] = values[j] + (i - j) ** 2 * edge * edge
        nearest[i] = points[j]


@innermost()
def _exact(edges: np.ndarray, points: np.ndarray, nearest: np.ndarray, distance: np.ndarray) -> None:
    """Distances to the points themselves: a node's own or that of a neighbour along an axis, whichever is nearer."""
    nz, ny, nx = nearest.shape
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                if nearest[z, y, x] < 0:
                    return
                best, chosen = np.inf, np.int32(-1)
                for side in range(7):
                    k = z + (side == 1 and z + 1 < nz) - (side == 2 and z > 0)
                    j = y + (side == 3 and y + 1 < ny) - (side == 4 and y > 0)
                    i = x + (side == 5 and x + 1 < nx) - (side == 6 and x > 0)
                    point = nearest[k, j, i]
                    if side and point == chosen:
                        continue
                    dz = z * edges[0] - points[point, 0]
                    dy = y * edges[1] - points[point, 1]
                    dx = x * edges[2] - points[point, 2]
                    away = dz * dz + dy * dy + dx * dx
                    if away < best:
                        best, chosen = away, point
                distance[z, y, x] = math.sqrt(best)
                nearest[z, y, x] = chosen
