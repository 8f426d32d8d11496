"""Where a sphere touches the interface, and what that tells of its radius and of its middle."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from porescope.describe.distance import InterfaceDistance
from porescope.innermost import innermost

LOOSE = 0.05
"""How little a sphere goes where it is free, along a wall or a bar, whose normals scatter."""

WIDENING = 1 / 40
"""Determinant of the moments of normals, two thirds of what it is in a ball, from which on a bar is not straight."""

_CUBE = np.array([step for step in np.ndindex(5, 5, 5) if max(abs(i - 2) for i in step) == 2], float) - 2
DIRECTIONS = _CUBE / np.linalg.norm(_CUBE, axis=1, keepdims=True)
"""Unit vectors to the 98 outer nodes of a cube of five, in which a sphere is asked where it touches."""


class Touches(NamedTuple):
    """Touches of one sphere after the other: the first entries of each array, as many as there are.

    Attributes
    ----------
    point : (98,) int64 array
        Indices of points of the interface.
    place, normal : (3, 98) float64 arrays
        Of the points (z, y, x) in um, and out of the sphere.
    bulge : (98,) float64 array
        Mean curvature of the interface in 1/um, positive where it bulges into the sphere.
    square, away, weight : (98,) float64 arrays
        Squared distance to the point from where the centre is, distance to the interface there, and how much it counts.
    moments : (3, 3) float64 array
        Weighted mean products of the components of the normals: in what directions the sphere is touched.
    matrix, right : (3, 3) and (3,) float64 arrays
        Of the equations for the middle.
    """

    point: np.ndarray
    place: np.ndarray
    normal: np.ndarray
    bulge: np.ndarray
    square: np.ndarray
    away: np.ndarray
    weight: np.ndarray
    moments: np.ndarray
    matrix: np.ndarray
    right: np.ndarray


@njit(cache=True, nogil=True)
def room_for_touches() -> Touches:
    n = len(DIRECTIONS)
    vectors, numbers = np.zeros((2, 3, n)), np.zeros((4, n))
    return Touches(
        np.zeros(n, np.int64),
        vectors[0],
        vectors[1],
        numbers[0],
        numbers[1],
        numbers[2],
        numbers[3],
        np.zeros((3, 3)),
        np.zeros((3, 3)),
        np.zeros(3),
    )


@innermost(fastmath=True)
def find_touches(
    centre: np.ndarray, radius: float, slack: float, near: InterfaceDistance, edges: np.ndarray, touches: Touches
) -> int:
    """Enter the points of the interface nearest to places on a sphere that touch it, to a slack in um; their number.

    Whether a sphere touches in a direction cannot be guessed: loops without a branch take half the time.
    """
    nz, ny, nx = near.nearest.shape
    nearest, points, normals = near.nearest, near.points_um, near.normals
    z, y, x = centre[0], centre[1], centre[2]
    a, b, c = z / edges[0] + 0.5, y / edges[1] + 0.5, x / edges[2] + 0.5
    rise, side, along = radius / edges[0], radius / edges[1], radius / edges[2]
    for n in range(len(DIRECTIONS)):
        i = int(min(max(a + rise * DIRECTIONS[n, 0], 0.0), nz - 0.5))
        j = int(min(max(b + side * DIRECTIONS[n, 1], 0.0), ny - 0.5))
        k = int(min(max(c + along * DIRECTIONS[n, 2], 0.0), nx - 0.5))
        touches.point[n] = nearest[np.uintp(i), np.uintp(j), np.uintp(k)]  # unsigned: no negative indices to look for
    reach = (radius + slack) ** 2
    count = 0
    for n in range(len(DIRECTIONS)):
        index = np.uintp(touches.point[n])
        dz, dy, dx = z - points[index, 0], y - points[index, 1], x - points[index, 2]
        touches.point[count] = index
        count += dz * dz + dy * dy + dx * dx <= reach
    for n in range(count):
        index = np.uintp(touches.point[n])
        height = 0.0
        for axis in range(3):
            height += (points[index, axis] - centre[axis]) * normals[index, axis]
        outwards = 1.0 if height > 0 else -1.0  # normals of the interface point out of the metal
        for axis in range(3):
            touches.place[axis, n] = points[index, axis]
            touches.normal[axis, n] = outwards * normals[index, axis]
        touches.bulge[n] = -outwards * near.curvature_per_um[index]
    return count


@innermost(fastmath=True)
def measure_touches(touches: Touches, count: int, centre: np.ndarray, radius: float, beside: float) -> float:
    """Enter distances from a centre, and what each touch counts: the less the further it is from the centre's foot.

    Returns how much of a straight bar the phase is there: 1 in one, 0 between walls, in saddles, and where it widens or
    ends, so that the sphere is touched lengthwise too.
    """
    place, normal, moments = touches.place, touches.normal, touches.moments
    total, turn = 0.0, 0.0
    zz, yy, xx, zy, zx, yx = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for n in range(count):
        dz, dy, dx = place[0, n] - centre[0], place[1, n] - centre[1], place[2, n] - centre[2]
        z, y, x = normal[0, n], normal[1, n], normal[2, n]
        square, height = dz * dz + dy * dy + dx * dx, dz * z + dy * y + dx * x
        weight = max(0.0, 1 - (square - height * height) / (beside * beside))
        touches.square[n] = square
        touches.weight[n] = weight
        total += weight
        turn -= 2 * weight * touches.bulge[n]
        zz += weight * z * z
        yy += weight * y * y
        xx += weight * x * x
        zy += weight * z * y
        zx += weight * z * x
        yx += weight * y * x
    total = max(total, 1e-12)
    roundness = min(1.0, max(0.0, turn / total * radius))  # by the mean curvature, of a bar and of a ball 1
    moments[0, 0], moments[1, 1], moments[2, 2] = zz / total, yy / total, xx / total
    moments[0, 1], moments[0, 2], moments[1, 2] = zy / total, zx / total, yx / total
    moments[1, 0], moments[2, 0], moments[2, 1] = moments[0, 1], moments[0, 2], moments[1, 2]
    for n in range(count):
        touches.away[n] = _distance(touches, n, centre, roundness)
    return roundness * max(0.0, 1 - _determinant(moments) / WIDENING)


@innermost(fastmath=True)
def mean_distance(touches: Touches, count: int, radius: float, slack: float, scatter: float) -> float:
    """Weighted mean distance in um to the interface where a sphere touches it.

    Nearest points themselves lie in dents that a voxelised interface has, and make spheres too small. What lies within
    the slack of the nearest point touches at first; then what is no further than the mean of these by the scatter, so
    that a deep dent does not hide the other sides. Where no touch counts, the radius itself does, which bounds the mean
    from below, too, to the slack.
    """
    first = _mean_within(touches, count, radius + slack)
    if first == 0:
        return radius
    return max(_mean_within(touches, count, max(radius, first) + scatter), radius - slack)


@innermost(fastmath=True)
def _mean_within(touches: Touches, count: int, reach: float) -> float:
    """Weighted mean distance to the interface of touches within reach; 0 where none counts."""
    total, weights = 0.0, 0.0
    for n in range(count):
        weight = touches.weight[n] if touches.square[n] <= reach * reach else 0.0
        total += weight * touches.away[n]
        weights += weight
    return total / weights if weights > 0 else 0.0


@innermost(fastmath=True)
def find_middle(touches: Touches, count: int, way: np.ndarray) -> None:
    """Enter the way in um from a centre to that of the sphere that comes nearest to all that is touched.

    Least squares: how distances differ from their mean, by how normals do.
    """
    matrix, right, normal = touches.matrix, touches.right, touches.normal
    total, weights = 0.0, 0.0
    for n in range(count):
        total += touches.weight[n] * touches.away[n]
        weights += touches.weight[n]
    way[:], right[:] = 0, 0
    if weights == 0:
        return
    for i in range(3):
        for n in range(count):
            way[i] += touches.weight[n] * normal[i, n]
            right[i] += touches.weight[n] * normal[i, n] * (touches.away[n] - total / weights)
    for i in range(3):
        for j in range(3):
            matrix[i, j] = weights * (touches.moments[i, j] + (i == j) * LOOSE) - way[i] * way[j] / weights
    _solve(matrix, right, way)


@innermost(fastmath=True)
def _determinant(matrix: np.ndarray) -> float:
    total = 0.0
    for a in range(3):
        b, c = (a + 1) % 3, (a + 2) % 3
        total += matrix[0, a] * (matrix[1, b] * matrix[2, c] - matrix[1, c] * matrix[2, b])
    return total


@innermost(fastmath=True)
def _solve(matrix: np.ndarray, right: np.ndarray, found: np.ndarray) -> None:
    """Enter the solution of three equations with a symmetric matrix, by Cramer's rule."""
    found[:] = 0
    determinant = _determinant(matrix)
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        for a in range(3):
            b, c = (a + 1) % 3, (a + 2) % 3
            found[i] += right[a] * (matrix[j, b] * matrix[k, c] - matrix[j, c] * matrix[k, b]) / determinant


@innermost(fastmath=True, inline="always")
def _distance(touches: Touches, n: int, centre: np.ndarray, roundness: float) -> float:
    """Distance from a centre to the interface by its plane at a touch, and by how the interface goes on from there.

    Beside the contact, planes of an interface that bulges towards the sphere pass nearer to the centre than it does: by
    bulge off^2 / (2 (1 + bulge away)), where it is as curved in all directions and the foot is ``off`` the touch. One
    that lies about the sphere has planes as far as itself; its normals scatter, though, and all planes that they turn
    are nearer. There the point itself is as far as the interface, but for its way along a bar: ``off`` counts as far as
    it leads where the sphere is touched, by ``moments`` (half of the normals to a bar lie along any direction across).
    """
    dz, dy, dx = touches.place[0, n] - centre[0], touches.place[1, n] - centre[1], touches.place[2, n] - centre[2]
    height = dz * touches.normal[0, n] + dy * touches.normal[1, n] + dx * touches.normal[2, n]
    off = touches.square[n] - height * height
    bulge, away = touches.bulge[n], abs(height)
    if bulge > 0:
        return away + bulge * off / (2 * (1 + bulge * away))
    z, y, x = (
        dz - height * touches.normal[0, n],
        dy - height * touches.normal[1, n],
        dx - height * touches.normal[2, n],
    )
    touched = touches.moments[0, 0] * z * z + touches.moments[1, 1] * y * y + touches.moments[2, 2] * x * x
    touched += 2 * (touches.moments[0, 1] * z * y + touches.moments[0, 2] * z * x + touches.moments[1, 2] * y * x)
    return math.sqrt(away * away + roundness * min(off, 2 * touched))
