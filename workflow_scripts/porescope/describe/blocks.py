"""Blocks of nodes that a search goes through in the order of the lengths of their ways."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from porescope.describe.sightlines import INTERFACE, Point
from porescope.innermost import innermost

PORE, UNKNOWN, WAITING, LIT = -1, -2, -3, -4
"""States of a block that has no bend yet, or needs none."""

BUCKETS = 64
"""Blocks whose ways are of about the same length wait in the same bucket; buckets are used in turn."""

NO_WINDOW = 255


class Blocks(NamedTuple):
    """Blocks of nodes that share the last bend of their ways.

    Attributes
    ----------
    size : int
        Nodes along each edge, 1 or 2.
    state : (b0 + 2, b1 + 2, b2 + 2) int32 array
        See Ways.bend.
    centre : uint8 array of the same shape
        Which of its nodes stands for a block: the deepest one that is not lit, or the deepest one if all are.
    window : uint8 array of the same shape
        Its deepest node in a lit column; 255 for none.
    beside : bool array of the same shape
        Whether it or a neighbour has such a node.
    """

    size: int
    state: np.ndarray
    centre: np.ndarray
    window: np.ndarray
    beside: np.ndarray


@njit(cache=True, nogil=True)
def blocks_of(code: np.ndarray, lit: np.ndarray, size: int) -> Blocks:
    n0, n1, n2 = code.shape[0] - 2, code.shape[1] - 2, code.shape[2] - 2
    shape = (-(-n0 // size) + 2, -(-n1 // size) + 2, -(-n2 // size) + 2)
    state = np.full(shape, PORE, np.int32)
    centre, window = np.zeros(shape, np.uint8), np.full(shape, NO_WINDOW, np.uint8)
    for i in range(1, shape[0] - 1):
        for j in range(1, shape[1] - 1):
            for k in range(1, shape[2] - 1):
                dark, bright = INTERFACE, INTERFACE
                for corner in range(size**3):
                    a, b, c = node_of(size, corner, (i, j, k))
                    if a > n0 or b > n1 or c > n2 or code[a, b, c] <= INTERFACE:
                        continue
                    if a > lit[b, c] and code[a, b, c] > dark:
                        dark, centre[i, j, k] = code[a, b, c], corner
                    elif a <= lit[b, c] and code[a, b, c] > bright:
                        bright, window[i, j, k] = code[a, b, c], corner
                if dark > INTERFACE:
                    state[i, j, k] = UNKNOWN
                elif bright > INTERFACE:
                    state[i, j, k] = LIT
                    centre[i, j, k] = window[i, j, k]
    return Blocks(size, state, centre, window, _beside(window))


@njit(cache=True, nogil=True)
def _beside(window: np.ndarray) -> np.ndarray:
    """Blocks that have a window or a neighbour with one."""
    beside = np.zeros(window.shape, np.bool_)
    b0, b1, b2 = window.shape
    for i in range(1, b0 - 1):
        for j in range(1, b1 - 1):
            for k in range(1, b2 - 1):
                if window[i, j, k] != NO_WINDOW:
                    beside[i - 1 : i + 2, j - 1 : j + 2, k - 1 : k + 2] = True
    return beside


@innermost()
def node_of(size: int, corner: int, place: tuple[int, int, int]) -> tuple[int, int, int]:
    """Index of a node in the coded field from that of its block and its corner in it."""
    a, b, c = (corner >> 2) & 1, (corner >> 1) & 1, corner & 1
    return (place[0] - 1) * size + 1 + a, (place[1] - 1) * size + 1 + b, (place[2] - 1) * size + 1 + c


@innermost()
def node_at(size: int, corner: int, place: tuple[int, int, int]) -> Point:
    """The same as a point."""
    a, b, c = node_of(size, corner, place)
    return float(a), float(b), float(c)


@innermost()
def centre_of(size: int, centre: np.ndarray, place: tuple[int, int, int]) -> Point:
    """The node that stands for a block."""
    return node_at(size, centre[place], place)


@innermost()
def place_of(point: np.ndarray, bend: int) -> Point:
    """Where a bend is."""
    return np.float64(point[bend, 0]), np.float64(point[bend, 1]), np.float64(point[bend, 2])


@innermost()
def distance(one: Point, other: Point, steps: tuple[float, float, float]) -> float:
    """Length of a straight line between two points in indices."""
    a = (one[0] - other[0]) * steps[0]
    b = (one[1] - other[1]) * steps[1]
    c = (one[2] - other[2]) * steps[2]
    return math.sqrt(a * a + b * b + c * c)


@innermost()
def way_over(point: np.ndarray, bend: int, here: Point, steps: tuple[float, float, float]) -> float:
    """Length of the way to a point over a bend."""
    a = (point[bend, 0] - here[0]) * steps[0]
    b = (point[bend, 1] - here[1]) * steps[1]
    c = (point[bend, 2] - here[2]) * steps[2]
    return point[bend, 3] + math.sqrt(a * a + b * b + c * c)


@innermost()
def put(block: int, length: float, bucket: int, link: np.ndarray, first: np.ndarray) -> int:
    """Let a block wait in the bucket of its length, at the earliest in the next one."""
    later = min(max(int(length), bucket + 1), bucket + BUCKETS - 1) % BUCKETS
    link[block] = first[later]
    first[later] = block
    return 1


@innermost()
def wake_beside_windows(blocks: Blocks, layer: int, link: np.ndarray, first: np.ndarray, bucket: int) -> int:
    """Put blocks into the next bucket that hold or touch a lit node and have dark ones."""
    state, window = blocks.state, blocks.window
    _, b1, b2 = state.shape
    count = 0
    for j in range(1, b1 - 1):
        for k in range(1, b2 - 1):
            if window[layer, j, k] == NO_WINDOW:
                continue
            for a in range(layer - 1, layer + 2):
                for b in range(j - 1, j + 2):
                    for c in range(k - 1, k + 2):
                        if state[a, b, c] == UNKNOWN:
                            state[a, b, c] = WAITING
                            count += put((a * b1 + b) * b2 + c, 0.0, bucket - (a < layer), link, first)
    return count


@innermost()
def wake_neighbours(
    blocks: Blocks,
    place: tuple[int, int, int],
    point: np.ndarray,
    bend: int,
    steps: tuple[float, float, float],
    width: float,
    link: np.ndarray,
    first: np.ndarray,
    bucket: int,
) -> int:
    """Let the neighbours wait that no one has reached before; they may see the same bend."""
    size, state, centre = blocks.size, blocks.state, blocks.centre
    _, b1, b2 = state.shape
    i, j, k = place
    count = 0
    for a in range(i - 1, i + 2):
        for b in range(j - 1, j + 2):
            for c in range(k - 1, k + 2):
                if state[a, b, c] == UNKNOWN:
                    state[a, b, c] = WAITING
                    there = centre_of(size, centre, (a, b, c))
                    length = way_over(point, bend, there, steps) / width
                    count += put((a * b1 + b) * b2 + c, length, bucket, link, first)
    return count
