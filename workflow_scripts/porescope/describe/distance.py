"""Distance of every node to the interface, to sub-voxel accuracy, in both phases at once."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from porescope.volume import Spacing

SECANTS = 3
"""Steps in which the foot of a node on the interface is found; the field is no straight line across it."""


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
        Unit normals (z, y, x) there, out of the metal.
    """

    distance_um: np.ndarray
    nearest: np.ndarray
    points_um: np.ndarray
    normals: np.ndarray


def interface_distance(field: np.ndarray, spacing: Spacing) -> InterfaceDistance:
    """Distance to the zero level of a field.

    Parameters
    ----------
    field : (nz, ny, nx) float32 array
        Smooth, positive in the metal, zero on the interface.
    spacing : Spacing
        Node distances (z, y, x) in um.

    Notes
    -----
    Every node beside the interface gets the point of it that lies along the gradient; nearest points are then handed
    from neighbour to neighbour in two sweeps, each forth and back along every row. A distance to voxel centres would be
    wrong by up to half a voxel, which on struts of a few voxels is a tenth of their diameter.

    References
    ----------
    Danielsson, Euclidean distance mapping, Computer Graphics and Image Processing 14 (1980).
    """
    edges = np.array(spacing, np.float64)
    beside = _count_beside(field)
    points = np.empty((beside, 3), np.float32)
    normals = np.empty((beside, 3), np.float32)
    nearest = np.full(field.shape, -1, np.int32)
    distance = np.full(field.shape, np.inf, np.float32)
    _seed(field, edges, points, normals, nearest, distance)
    _sweep(edges, points, nearest, distance)
    return InterfaceDistance(distance, nearest, points, normals)


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _count_beside(field: np.ndarray) -> int:
    nz, ny, nx = field.shape
    found = 0
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                found += _beside(field, z, y, x)
    return found


@njit(cache=True, nogil=True)
def _slope(field: np.ndarray, z: int, y: int, x: int, axis: int, edge: float) -> float:
    """Derivative along an axis, one-sided at the ends."""
    low, high = [z, y, x], [z, y, x]
    low[axis] = max(0, low[axis] - 1)
    high[axis] = min(field.shape[axis] - 1, high[axis] + 1)
    rise = field[high[0], high[1], high[2]] - field[low[0], low[1], low[2]]
    return rise / (max(1, high[axis] - low[axis]) * edge)


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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
    points: np.ndarray,
    normals: np.ndarray,
    nearest: np.ndarray,
    distance: np.ndarray,
) -> None:
    """Nodes beside the interface and their foot on it, at most one node diagonal away."""
    nz, ny, nx = field.shape
    reach = math.sqrt((edges * edges).sum())
    slope = np.empty(3)
    index = 0
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                if not _beside(field, z, y, x):
                    continue
                for axis in range(3):
                    slope[axis] = _slope(field, z, y, x, axis, edges[axis])
                steep = max(math.sqrt((slope * slope).sum()), 1e-12)
                away = _foot(field, z, y, x, slope / (-steep * edges), field[z, y, x] / steep, reach)
                for axis, node in enumerate((z, y, x)):
                    normals[index, axis] = -slope[axis] / steep
                    points[index, axis] = node * edges[axis] + away * normals[index, axis]
                nearest[z, y, x] = index
                distance[z, y, x] = abs(away)
                index += 1


@njit(cache=True, nogil=True)
def _take_over(
    z: int, y: int, x: int, point: int, edges: np.ndarray, points: np.ndarray, nearest: np.ndarray, best: np.ndarray
) -> None:
    """Let a node take over a neighbour's nearest point if it is nearer than its own."""
    if point < 0 or point == nearest[z, y, x]:
        return
    dz = z * edges[0] - points[point, 0]
    dy = y * edges[1] - points[point, 1]
    dx = x * edges[2] - points[point, 2]
    distance = np.float32(math.sqrt(dz * dz + dy * dy + dx * dx))
    if distance < best[z, y, x]:
        best[z, y, x] = distance
        nearest[z, y, x] = point


@njit(cache=True, nogil=True)
def _sweep(edges: np.ndarray, points: np.ndarray, nearest: np.ndarray, distance: np.ndarray) -> None:
    """Hand nearest points on: slices upwards, then downwards; in each the rows forth and back, likewise the nodes."""
    nz, ny, nx = nearest.shape
    for step in range(2 * nz):
        up = step < nz
        z = step if up else 2 * nz - 1 - step
        before = z - 1 if up else z + 1
        if 0 <= before < nz:
            for y in range(ny):
                for j in range(max(y - 1, 0), min(y + 2, ny)):
                    _from_row(z, y, nearest[before, j], edges, points, nearest, distance)
        for row in range(2 * ny):
            forth = row < ny
            y = row if forth else 2 * ny - 1 - row
            above = y - 1 if forth else y + 1
            if 0 <= above < ny:
                _from_row(z, y, nearest[z, above], edges, points, nearest, distance)
            for x in range(1, nx):
                _take_over(z, y, x, nearest[z, y, x - 1], edges, points, nearest, distance)
            for x in range(nx - 2, -1, -1):
                _take_over(z, y, x, nearest[z, y, x + 1], edges, points, nearest, distance)


@njit(cache=True, nogil=True)
def _from_row(
    z: int, y: int, row: np.ndarray, edges: np.ndarray, points: np.ndarray, nearest: np.ndarray, distance: np.ndarray
) -> None:
    """Let the nodes of a row take over what the three nearest nodes of a neighbouring row know."""
    nx = len(row)
    for x in range(nx):
        for k in range(max(x - 1, 0), min(x + 2, nx)):
            _take_over(z, y, x, row[k], edges, points, nearest, distance)
