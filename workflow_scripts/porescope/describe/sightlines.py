"""Straight lines of sight through a solid whose interface is known to a fraction of a voxel."""

import math
from typing import NamedTuple

import edt
import numpy as np
from numba import njit

from porescope.innermost import innermost

Point = tuple[float, float, float]

INTERFACE = 64
"""Codes above it are solid."""

STEPS = 32
"""Codes for the distance of one node to the interface."""

WIDE = 128
"""Codes from here on: the next node of pore is at least two nodes away; two codes a node."""

STRIDE = 0.75
"""Distance in nodes of the samples on a line of sight near the interface."""

FINE_STRIDE = 0.5
"""The same where the deepest point of an obstacle is looked for."""

BRICK = 4
"""Nodes along the edges of the bricks that codes are kept in: a line of a processor's cache. A line of sight passes
through fewer of them than through rows, of which each step across meets a new one."""

SWALLOWED = -1.95
"""A line that is as deep in the pores cannot be pushed out of them: codes tell no depth below -2, and so no way out."""

NEAR_END = 0.25
"""Length in nodes at the end of a line that is not looked at: bends lie on the interface itself."""


class View(NamedTuple):
    """What lines of sight need to know of a solid.

    Attributes
    ----------
    code : uint8 array
        Depth below the interface at each node, see encode, brick by brick. All points are given in the indices of the
        coded field, whose nodes are those of the field in a border of one node.
    by_layer, by_row, by_column : uint64 arrays
        What each index along the three axes adds to the place of a node in ``code``.
    shape : (n0 + 2, n1 + 2, n2 + 2)
        Coded nodes along each axis.
    graze : float
        Depth in nodes to which a line may dip into the pores, as the chord between two points on a round obstacle does.
    lit : (n1 + 2, n2 + 2) int32 array
        For each column along the first axis the index of the last node that is solid from the entry plane on; 0 where
        the first one is pore already.
    """

    code: np.ndarray
    by_layer: np.ndarray
    by_row: np.ndarray
    by_column: np.ndarray
    shape: tuple[int, int, int]
    graze: float
    lit: np.ndarray


def encode(field: np.ndarray) -> np.ndarray:
    """Depth of each node below the interface, in one byte.

    Parameters
    ----------
    field : (n0, n1, n2) float32 array
        Smooth, positive in the solid, zero on its interface.

    Returns
    -------
    (n0 + 2, n1 + 2, n2 + 2) uint8 array
        Up to 127: 64 + 32 x depth in nodes, from -2 to 2, by field / |gradient|, which is large and negative in the
        middle of narrow gaps, too, so that they are not bridged. From 128 on: the next node of pore is
        2 + (code - 128) / 2 nodes away or further. The outermost nodes repeat their neighbours.
    """
    room = edt.edt(field > 0, black_border=False, parallel=1)
    return np.pad(_encode(field, room), 1, mode="edge")


@njit(cache=True, nogil=True)
def _encode(field: np.ndarray, room: np.ndarray) -> np.ndarray:
    n0, n1, n2 = field.shape
    code = np.empty(field.shape, np.uint8)
    for i, j, k in np.ndindex(field.shape):
        if room[i, j, k] >= 2:
            code[i, j, k] = WIDE + min(int((room[i, j, k] - 2) * 2), 255 - WIDE)
            continue
        i0, i1 = max(i - 1, 0), min(i + 1, n0 - 1)
        j0, j1 = max(j - 1, 0), min(j + 1, n1 - 1)
        k0, k1 = max(k - 1, 0), min(k + 1, n2 - 1)
        a = (field[i1, j, k] - field[i0, j, k]) / max(i1 - i0, 1)
        b = (field[i, j1, k] - field[i, j0, k]) / max(j1 - j0, 1)
        c = (field[i, j, k1] - field[i, j, k0]) / max(k1 - k0, 1)
        depth = field[i, j, k] / max(math.sqrt(a * a + b * b + c * c), 1e-6)
        value = round(min(max(float(depth), -2.0), 2.0) * STEPS) + INTERFACE
        solid = field[i, j, k] > 0
        code[i, j, k] = min(max(value, INTERFACE + 1), WIDE - 1) if solid else min(value, INTERFACE)
    return code


@njit(cache=True, nogil=True)
def view_of(code: np.ndarray, graze: float) -> View:
    """What lines of sight need to know of a coded field (see encode); ``graze`` as in View."""
    n0, n1, n2 = code.shape
    bricks = (-(-n0 // BRICK), -(-n1 // BRICK), -(-n2 // BRICK))
    size = BRICK**3
    by_column = _steps(n2, size, 1)
    by_row = _steps(n1, size * bricks[2], BRICK)
    by_layer = _steps(n0, size * bricks[2] * bricks[1], BRICK * BRICK)
    flat = np.zeros(size * bricks[0] * bricks[1] * bricks[2], np.uint8)
    for i in range(n0):
        for j in range(n1):
            row = by_layer[i] + by_row[j]
            for k in range(n2):
                flat[row + by_column[k]] = code[i, j, k]
    return View(flat, by_layer, by_row, by_column, code.shape, graze, lit_columns(code))


@njit(cache=True, nogil=True)
def _steps(count: int, brick: int, node: int) -> np.ndarray:
    """Place of each index along an axis from the steps between bricks and between the nodes of one."""
    places = np.empty(count, np.uint64)
    for i in range(count):
        places[i] = i // BRICK * brick + i % BRICK * node
    return places


@njit(cache=True, nogil=True)
def lit_columns(code: np.ndarray) -> np.ndarray:
    """For each column along the first axis the index of the last node that is solid from the first one on; see View."""
    lit = np.zeros(code.shape[1:], np.int32)
    for i in range(1, code.shape[0] - 1):
        for j in range(1, code.shape[1] - 1):
            for k in range(1, code.shape[2] - 1):
                if lit[j, k] == i - 1 and code[i, j, k] > INTERFACE:
                    lit[j, k] = i
    return lit


@innermost(fastmath=True)
def sight(view: View, here: Point, there: Point) -> float:
    """How far in nodes the straight line between two points stays in the solid; infinite where it does all the way.

    Where there is room, strides are long; the line leaves the solid within the last STRIDE before the distance.
    """
    graze = view.graze
    x, y, z = here
    dx, dy, dz = there[0] - x, there[1] - y, there[2] - z
    total = math.sqrt(dx * dx + dy * dy + dz * dz)
    end = total - NEAR_END
    if end < STRIDE:
        return math.inf
    dx, dy, dz = dx / total, dy / total, dz / total
    along = STRIDE
    while along < end:
        a, b, c = x + along * dx, y + along * dy, z + along * dz
        nearest = _code(view, a, b, c)
        if nearest >= WIDE:
            along += (nearest - WIDE) * 0.5 + 1.0
        else:
            depth = _depth(view, a, b, c)
            if depth < -graze:
                return along
            along += max(STRIDE, depth + graze)
    return math.inf


@innermost()
def sees(view: View, here: Point, there: Point) -> bool:
    """Whether the straight line between two points stays in the solid."""
    return sight(view, here, there) == math.inf


@innermost()
def way_round(view: View, here: Point, there: Point, free: float) -> tuple[bool, Point]:
    """The point on the interface where a taut string between two points bends that do not see each other.

    Parameters
    ----------
    view : View
    here, there : tuple of float
        The line between them leaves the solid.
    free : float
        How far it stays in the solid; see sight.

    Returns
    -------
    found : bool
    point : tuple of float
        Where the line is deepest in the first obstacle from ``here``, moved out of it across the line.
    """
    graze = view.graze
    x, y, z = here
    dx, dy, dz = there[0] - x, there[1] - y, there[2] - z
    total = math.sqrt(dx * dx + dy * dy + dz * dz)
    dx, dy, dz = dx / total, dy / total, dz / total
    lowest, deepest = 0.0, 0.0
    along = max(FINE_STRIDE, free - STRIDE)
    while along < total - NEAR_END:
        a, b, c = x + along * dx, y + along * dy, z + along * dz
        nearest = _code(view, a, b, c)
        depth = 2.0 if nearest >= WIDE else _depth(view, a, b, c)
        if depth < lowest:
            lowest, deepest = depth, along
            if depth < SWALLOWED:
                return False, here
        elif lowest < -graze and depth > 0:
            break
        along += (nearest - WIDE) * 0.5 + 1.0 if nearest >= WIDE else FINE_STRIDE
    if lowest == 0.0:
        return False, here
    return _pushed_out(view, (x + deepest * dx, y + deepest * dy, z + deepest * dz), (dx, dy, dz))


@innermost()
def _pushed_out(view: View, point: Point, line: Point) -> tuple[bool, Point]:
    """Move a point onto the interface, across a line; no further than a few nodes."""
    layers, rows, columns = view.shape
    x, y, z = point
    for _ in range(3):
        a = _depth(view, x + 0.5, y, z) - _depth(view, x - 0.5, y, z)
        b = _depth(view, x, y + 0.5, z) - _depth(view, x, y - 0.5, z)
        c = _depth(view, x, y, z + 0.5) - _depth(view, x, y, z - 0.5)
        along = a * line[0] + b * line[1] + c * line[2]
        a, b, c = a - along * line[0], b - along * line[1], c - along * line[2]
        slope = a * a + b * b + c * c
        rise = -_depth(view, x, y, z)
        if slope < 0.04 or abs(rise) > 1.5 * math.sqrt(slope):
            return False, point
        x, y, z = x + rise / slope * a, y + rise / slope * b, z + rise / slope * c
        if not (0.5 <= x <= layers - 1.5 and 0.5 <= y <= rows - 1.5 and 0.5 <= z <= columns - 1.5):
            return False, point
    return True, (x, y, z)


@innermost(inline="always")
def _code(view: View, a: float, b: float, c: float) -> int:
    """Code of the node that is nearest to a point."""
    i, j, k = np.uintp(a + 0.5), np.uintp(b + 0.5), np.uintp(c + 0.5)  # unsigned: numba looks for no negative indices
    return view.code[view.by_layer[i] + view.by_row[j] + view.by_column[k]]


@innermost(inline="always")
def _depth(view: View, a: float, b: float, c: float) -> float:
    """Depth below the interface in nodes, interpolated linearly, at most 2."""
    code, one, wide = view.code, np.uintp(1), np.uint8(WIDE)
    i, j, k = np.uintp(a), np.uintp(b), np.uintp(c)
    x, y, z = np.float32(a - i), np.float32(b - j), np.float32(c - k)
    row, side = view.by_row[j], view.by_row[j + one]
    left, right = view.by_column[k], view.by_column[k + one]
    at = view.by_layer[i]
    low, low_next = np.float32(min(code[at + row + left], wide)), np.float32(min(code[at + row + right], wide))
    beside, beside_next = np.float32(min(code[at + side + left], wide)), np.float32(min(code[at + side + right], wide))
    low += (low_next - low) * z
    low += (beside + (beside_next - beside) * z - low) * y
    at = view.by_layer[i + one]
    high, high_next = np.float32(min(code[at + row + left], wide)), np.float32(min(code[at + row + right], wide))
    beside, beside_next = np.float32(min(code[at + side + left], wide)), np.float32(min(code[at + side + right], wide))
    high += (high_next - high) * z
    high += (beside + (beside_next - beside) * z - high) * y
    return float((low + (high - low) * x - np.float32(INTERFACE)) * np.float32(1 / STEPS))
