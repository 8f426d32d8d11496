"""Shortest ways through a solid, from a plane to every node, straight wherever the view is free."""

import heapq
import math

import numpy as np
from numba import njit

Node = tuple[int, int, int]


@njit(cache=True, nogil=True)
def path_lengths(  # noqa: PLR0912 (one loop that cannot be cut without a cost for each node)
    field: np.ndarray, reach: np.ndarray, room: np.ndarray, steps: tuple[float, float, float]
) -> np.ndarray:
    """Length of the shortest way inside the solid from the entry plane.

    Parameters
    ----------
    field : (n0, n1, n2) float32 array
        Positive in the solid, zero on its interface, smooth enough to be interpolated linearly between nodes.
    reach : (n0, n1, n2) bool array
        Nodes that may be visited, where the field is positive.
    room : (n0, n1, n2) float32 array
        Distance in nodes to the next node that may not be visited.
    steps : tuple of float
        Node distances.

    Returns
    -------
    (n0, n1, n2) float32 array
        In the unit of ``steps``, from the plane half a step below index 0 of the first axis; infinite where no way
        leads.

    Notes
    -----
    Any-angle search (lazy Theta*): a node keeps the last bend of its way, and its neighbours take over that bend where
    they see it along a straight line through the solid, tested on the interpolated field. Ways are straight but for
    their bends at the interface, so there is no error that grows with their length as on a graph of neighbours, and
    none from upwind differences in the shadow of an obstacle as in fast marching. Every length is that of a way that
    exists, hence never too short.

    References
    ----------
    Nash, Koenig & Tovey, Lazy Theta*, AAAI (2010).
    """
    n0, n1, n2 = field.shape
    layer = n1 * n2
    size = n0 * layer
    reached = reach.ravel()
    length = np.full(size, np.inf, np.float32)
    bend = np.full(size, -1, np.int64)
    closed = np.zeros(size, np.bool_)
    seen = np.zeros(size, np.bool_)
    heap = [(0.0, 0)]
    heap.pop()
    _light(reached, n0, layer, steps[0], length, closed)
    for node in range(size):
        if closed[node] and _beside_dark(node, reached, closed, n0, n1, n2):
            heap.append((np.float64(length[node]), node))
    heapq.heapify(heap)
    while heap:
        known, node = heapq.heappop(heap)
        via = bend[node]
        lit = via < 0
        here = (node // layer, node % layer // n2, node % n2)
        if lit:
            bent = here
        else:
            if closed[node] or known > length[node] * (1 + 1e-6):
                continue
            bent = (via // layer, via % layer // n2, via % n2)
            if not seen[node]:
                seen[node] = True
                if not _free(field, room, bent, here):
                    _bend_at_neighbour(node, here, field, room, closed, length, bend, steps)
                    heapq.heappush(heap, (np.float64(length[node]), node))
                    continue
            closed[node] = True
        for i in range(max(here[0] - 1, 0), min(here[0] + 2, n0)):
            for j in range(max(here[1] - 1, 0), min(here[1] + 2, n1)):
                for k in range(max(here[2] - 1, 0), min(here[2] + 2, n2)):
                    other = (i * n1 + j) * n2 + k
                    if closed[other] or not reached[other]:
                        continue
                    if lit:
                        height = _highest_in_view(field, room, here, (i, j, k))
                        if height < 0:
                            continue
                        bent = (height, here[1], here[2])
                        via = node - (here[0] - height) * layer
                    way = length[via] + _distance(bent, (i, j, k), steps)
                    if way < length[other] * (1 - 1e-6):
                        length[other] = way
                        bend[other] = via
                        seen[other] = lit
                        heapq.heappush(heap, (np.float64(way), other))
    return length.reshape(field.shape)


@njit(cache=True, nogil=True)
def _light(reached: np.ndarray, n0: int, layer: int, step: float, length: np.ndarray, closed: np.ndarray) -> None:
    """Nodes that see the entry plane straight below them."""
    for column in range(layer):
        for i in range(n0):
            node = i * layer + column
            if not reached[node]:
                break
            length[node] = (i + 0.5) * step
            closed[node] = True


@njit(cache=True, nogil=True)
def _beside_dark(node: int, reached: np.ndarray, closed: np.ndarray, n0: int, n1: int, n2: int) -> bool:
    """Whether a neighbour can be visited but does not see the entry plane."""
    a, b, c = node // (n1 * n2), node // n2 % n1, node % n2
    for i in range(max(a - 1, 0), min(a + 2, n0)):
        for j in range(max(b - 1, 0), min(b + 2, n1)):
            for k in range(max(c - 1, 0), min(c + 2, n2)):
                other = (i * n1 + j) * n2 + k
                if reached[other] and not closed[other]:
                    return True
    return False


@njit(cache=True, nogil=True)
def _highest_in_view(field: np.ndarray, room: np.ndarray, node: Node, other: Node) -> int:
    """Lowest index in the lit column of a node from which ``other`` is seen; -1 for none."""
    if not _free(field, room, node, other):
        return -1
    seen, hidden = 0, node[0] + 1
    stride = 1
    while seen + stride < hidden:
        if _free(field, room, (node[0] - seen - stride, node[1], node[2]), other):
            seen += stride
            stride *= 2
        else:
            hidden = seen + stride
            stride = 1
    return node[0] - seen


@njit(cache=True, nogil=True)
def _bend_at_neighbour(
    node: int,
    here: Node,
    field: np.ndarray,
    room: np.ndarray,
    closed: np.ndarray,
    length: np.ndarray,
    bend: np.ndarray,
    steps: tuple[float, float, float],
) -> None:
    """Let the way to a node bend at that finished neighbour which makes it shortest."""
    n0, n1, n2 = field.shape
    length[node] = np.inf
    for i in range(max(here[0] - 1, 0), min(here[0] + 2, n0)):
        for j in range(max(here[1] - 1, 0), min(here[1] + 2, n1)):
            for k in range(max(here[2] - 1, 0), min(here[2] + 2, n2)):
                other = (i * n1 + j) * n2 + k
                if not closed[other]:
                    continue
                way = length[other] + _distance((i, j, k), here, steps)
                if way < length[node] and _free(field, room, (i, j, k), here):
                    length[node] = way
                    bend[node] = other


@njit(cache=True, nogil=True)
def _distance(first: Node, second: Node, steps: tuple[float, float, float]) -> float:
    a = (first[0] - second[0]) * steps[0]
    b = (first[1] - second[1]) * steps[1]
    c = (first[2] - second[2]) * steps[2]
    return math.sqrt(a * a + b * b + c * c)


@njit(cache=True, nogil=True)
def _free(field: np.ndarray, room: np.ndarray, first: Node, second: Node) -> bool:
    """Whether the straight line between two nodes stays in the solid; where there is room strides are long."""
    a, b, c = first
    da, db, dc = second[0] - a, second[1] - b, second[2] - c
    total = math.sqrt(da * da + db * db + dc * dc)
    along = 0.5
    while along < total:
        t = along / total
        x, y, z = a + t * da, b + t * db, c + t * dc
        wide = room[int(x + 0.5), int(y + 0.5), int(z + 0.5)]
        if wide < 2.0 and _interpolate(field, x, y, z) < 0.0:
            return False
        along += max(0.5, wide - 1.5)
    return True


@njit(cache=True, nogil=True)
def _interpolate(field: np.ndarray, a: float, b: float, c: float) -> float:
    """Trilinear interpolation."""
    i, j, k = min(int(a), field.shape[0] - 2), min(int(b), field.shape[1] - 2), min(int(c), field.shape[2] - 2)
    x, y, z = a - i, b - j, c - k
    low = (field[i, j, k] * (1 - z) + field[i, j, k + 1] * z) * (1 - y)
    low += (field[i, j + 1, k] * (1 - z) + field[i, j + 1, k + 1] * z) * y
    high = (field[i + 1, j, k] * (1 - z) + field[i + 1, j, k + 1] * z) * (1 - y)
    high += (field[i + 1, j + 1, k] * (1 - z) + field[i + 1, j + 1, k + 1] * z) * y
    return low * (1 - x) + high * x
