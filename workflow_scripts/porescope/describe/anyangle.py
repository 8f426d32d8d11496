"""Shortest ways through a solid, from a plane to every node, straight wherever the view is free."""

from typing import NamedTuple

import numpy as np
from numba import njit

from porescope.describe.blocks import (
    BUCKETS,
    LIT,
    NO_WINDOW,
    UNKNOWN,
    Blocks,
    blocks_of,
    centre_of,
    distance,
    node_at,
    place_of,
    put,
    wake_beside_windows,
    wake_neighbours,
    way_over,
)
from porescope.describe.sightlines import INTERFACE, Point, View, lit_columns, sees, sight, view_of, way_round
from porescope.innermost import innermost

BUCKET = 0.5
"""Ways whose lengths differ by less than this, in node distances, may be found in any order."""

GRAZE = 0.25
"""Depth in nodes, for each node along the edge of a block, to which a line of sight may dip into the pores."""

GAIN = 0.005
"""A new bend is made where it shortens the way by this, in node distances."""

STRAIGHT = -1
"""Where ways come straight from the entry plane, along the first axis."""

FRESH = 40
"""More bends than any one block can add."""


class Ways(NamedTuple):
    """Shortest ways to all nodes.

    Attributes
    ----------
    bend : (b0 + 2, b1 + 2, b2 + 2) int32 array
        For each block of nodes the last bend of its ways; LIT where all are straight, other negative values where no
        way leads.
    point : (bends, 4) float32 array
        Place of each bend in indices of the coded field, and the length of the way to it in the unit of the steps.
    before : (bends,) int32 array
        The bend before each, which stands before it; STRAIGHT where the way to it has none.
    """

    bend: np.ndarray
    point: np.ndarray
    before: np.ndarray


@njit(cache=True, nogil=True)
def shortest_ways(code: np.ndarray, size: int, steps: tuple[float, float, float]) -> Ways:
    """Shortest ways inside the solid from the plane half a step below the first nodes.

    Parameters
    ----------
    code : (n0 + 2, n1 + 2, n2 + 2) uint8 array
        From sightlines.encode, the first axis away from the entry plane.
    size : int
        Edge of the blocks of nodes that share a last bend: 1 finds every way, 2 takes an eighth of the time and may
        miss necks of fewer than two nodes.
    steps : tuple of float
        Node distances.

    Returns
    -------
    Ways

    Notes
    -----
    Any-angle search in the order of length: a block takes over the bends of its neighbours, and keeps the one with the
    shortest way that its central node sees along a straight line through the solid. Where that line is blocked, the
    way bends where a taut string would, on the interface and not at a node, so that ways do not zigzag along round
    obstacles. Blocks wait in buckets of about equal length, which is linear in their number.

    References
    ----------
    Nash, Koenig & Tovey, Lazy Theta*, AAAI (2010), for the search; Dial, Commun. ACM 12 (1969) 632, for the buckets.
    """
    view = view_of(code, GRAZE * size)
    blocks = blocks_of(code, view.lit, size)
    state = blocks.state.ravel()
    b0, b1, b2 = blocks.state.shape
    link = np.full(state.size, -1, np.int32)  # the next block in the same bucket
    first = np.full(BUCKETS, -1, np.int32)
    candidate, way, free = np.empty(64, np.int32), np.empty(64), np.empty(64)
    point, before = np.empty((1024, 4), np.float32), np.empty(1024, np.int32)
    bends, waiting, bucket, layer = 0, 0, 0, 1
    width = BUCKET * min(steps)
    while waiting > 0 or layer < b0 - 1:
        while layer < b0 - 1 and (layer - 1) * size * steps[0] <= bucket * width:
            waiting += wake_beside_windows(blocks, layer, link, first, bucket)
            layer += 1
        at = first[bucket % BUCKETS]
        first[bucket % BUCKETS] = -1
        while at >= 0:
            block, at = at, link[at]
            waiting -= 1
            if bends + FRESH > len(point):
                point = np.concatenate((point, np.empty_like(point)))
                before = np.concatenate((before, np.empty_like(before)))
            place = (block // (b1 * b2), block // b2 % b1, block % b2)
            here = centre_of(blocks.size, blocks.centre, place)
            count = _neighbours_bends(blocks, place, here, point, steps, candidate, way)
            best, length = _shortest_in_view(view, here, point, candidate, way, free, count)
            if blocks.beside[place]:
                best, length, bends = _straight_from_below(
                    view, blocks, place, here, point, before, bends, steps, best, length
                )
            best, length, bends = _bend_further(
                view, here, point, before, bends, steps, candidate, way, free, count, best, length
            )
            if best < 0:
                best, length, bends = _bend_at_neighbour(view, blocks, place, here, point, before, bends, steps)
            if best < 0:
                state[block] = UNKNOWN
            elif length >= (bucket + 1) * width:  # others may come to know a shorter way until then
                waiting += put(block, length / width, bucket, link, first)
            else:
                state[block] = best
                waiting += wake_neighbours(blocks, place, point, best, steps, width, link, first, bucket)
        bucket += 1
    return Ways(blocks.state, point[:bends].copy(), before[:bends].copy())


@innermost()
def _write(point: np.ndarray, before: np.ndarray, bend: int, place: Point, length: float, last: int) -> None:
    point[bend, 0], point[bend, 1], point[bend, 2] = place
    point[bend, 3] = length
    before[bend] = last


@innermost()
def _neighbours_bends(
    blocks: Blocks,
    place: tuple[int, int, int],
    here: Point,
    point: np.ndarray,
    steps: tuple[float, float, float],
    candidate: np.ndarray,
    way: np.ndarray,
) -> int:
    """The different bends of a block's neighbours and the lengths of the ways over them."""
    state = blocks.state
    i, j, k = place
    count = 0
    for a in range(i - 1, i + 2):
        for b in range(j - 1, j + 2):
            for c in range(k - 1, k + 2):
                bend = state[a, b, c]
                if bend < 0:
                    continue
                known = False
                for u in range(count):
                    if candidate[u] == bend:
                        known = True
                        break
                if not known:
                    candidate[count] = bend
                    way[count] = way_over(point, bend, here, steps)
                    count += 1
    return count


@innermost()
def _straight_from_below(
    view: View,
    blocks: Blocks,
    place: tuple[int, int, int],
    here: Point,
    point: np.ndarray,
    before: np.ndarray,
    bends: int,
    steps: tuple[float, float, float],
    best: int,
    length: float,
) -> tuple[int, float, int]:
    """Make a new bend where a way straight from the entry plane, in a lit column nearby, is shorter than the best."""
    size, window = blocks.size, blocks.window
    i, j, k = place
    gain = GAIN * min(steps)
    found = False
    for a in range(i - 1, i + 2):
        for b in range(j - 1, j + 2):
            for c in range(k - 1, k + 2):
                corner = window[a, b, c]
                if corner == NO_WINDOW or (a > i - 1 and window[a - 1, b, c] == corner):
                    continue
                column = node_at(size, corner, (a, b, c))
                if length < np.inf and not _may_gain(view, here, column, steps, length - gain):
                    continue
                seen, low = _leave_column(view, here, column)
                climb = max(low[0] - 0.5, 0.0) * steps[0]
                total = climb + distance(low, here, steps)
                if seen and total < length - gain:
                    found = True
                    best, length = bends, total
                    _write(point, before, bends, low, climb, STRAIGHT)
    return best, length, bends + found


@innermost()
def _may_gain(view: View, here: Point, column: Point, steps: tuple[float, float, float], length: float) -> bool:
    """Whether a way through a lit column can be shorter than ``length``: if seen from low enough."""
    excess = length - (here[0] - 0.5) * steps[0]
    aside = distance(here, (here[0], column[1], column[2]), steps)
    if excess <= 0:
        return False
    if aside <= excess:
        return True
    low = here[0] - (aside * aside - excess * excess) / (2 * excess) / steps[0]
    return low >= 0.5 and sees(view, here, (min(low, column[0]), column[1], column[2]))


@innermost()
def _leave_column(view: View, here: Point, column: Point) -> tuple[bool, Point]:
    """Where the shortest way through a lit column to a point leaves it: as low as the point is seen from."""
    top, y, z = column
    if not sees(view, here, column):
        return False, here
    seen, blocked, stride = 0.0, top, 1.0
    while seen + stride < blocked:
        if sees(view, here, (top - seen - stride, y, z)):
            seen += stride
            stride *= 2
        else:
            blocked = seen + stride
            stride = 1.0
    low = top - seen
    if low == 1:
        return True, (0.5, y, z)  # on the entry plane itself
    found, bend = way_round(view, here, (low - 1, y, z), 0.0)
    if found and bend[0] <= view.lit[int(bend[1] + 0.5), int(bend[2] + 0.5)] and sees(view, here, bend):
        return True, bend
    return True, (low, y, z)


@innermost()
def _shortest_in_view(
    view: View,
    here: Point,
    point: np.ndarray,
    candidate: np.ndarray,
    way: np.ndarray,
    free: np.ndarray,
    count: int,
) -> tuple[int, float]:
    """The bend that is seen and has the shortest way; of those with shorter ways, how far the line to them is free."""
    free[:count] = np.inf
    for _ in range(count):
        shortest = -1
        for u in range(count):
            if free[u] == np.inf and (shortest < 0 or way[u] < way[shortest]):
                shortest = u
        bend = candidate[shortest]
        free[shortest] = sight(view, here, place_of(point, bend))
        if free[shortest] == np.inf:
            return bend, way[shortest]
    return -1, np.inf


@innermost()
def _bend_further(
    view: View,
    here: Point,
    point: np.ndarray,
    before: np.ndarray,
    bends: int,
    steps: tuple[float, float, float],
    candidate: np.ndarray,
    way: np.ndarray,
    free: np.ndarray,
    count: int,
    best: int,
    length: float,
) -> tuple[int, float, int]:
    """Make a new bend round what hides a bend with a shorter way, if that is shorter than the best way in view."""
    gain = GAIN * min(steps)
    found = False
    for u in range(count):
        if free[u] == np.inf or way[u] >= length - gain:
            continue
        old = place_of(point, candidate[u])
        bent, new = way_round(view, here, old, free[u])
        if not bent:
            continue
        reached = point[candidate[u], 3] + distance(old, new, steps)
        total = reached + distance(new, here, steps)
        if total < length - gain and sees(view, here, new) and sees(view, new, old):
            found = True
            best, length = bends, total
            _write(point, before, bends, new, reached, candidate[u])
    return best, length, bends + found


@innermost()
def _bend_at_neighbour(
    view: View,
    blocks: Blocks,
    place: tuple[int, int, int],
    here: Point,
    point: np.ndarray,
    before: np.ndarray,
    bends: int,
    steps: tuple[float, float, float],
) -> tuple[int, float, int]:
    """Make a new bend at that neighbour's centre which makes the way shortest; -1 if none is seen."""
    size, state, centre = blocks.size, blocks.state, blocks.centre
    i, j, k = place
    length, best = np.inf, -1
    for a in range(i - 1, i + 2):
        for b in range(j - 1, j + 2):
            for c in range(k - 1, k + 2):
                bend = state[a, b, c]
                if bend < 0 and bend != LIT:
                    continue
                there = centre_of(size, centre, (a, b, c))
                reached = (there[0] - 0.5) * steps[0] if bend == LIT else way_over(point, bend, there, steps)
                total = reached + distance(there, here, steps)
                if total < length and sees(view, here, there):
                    length, best = total, bends
                    _write(point, before, bends, there, reached, STRAIGHT if bend == LIT else bend)
    return best, length, bends + (best >= 0)


@njit(cache=True, nogil=True)
def measured(ways: Ways, steps: tuple[float, float, float]) -> Ways:
    """The same ways where nodes are other distances apart.

    Parameters
    ----------
    ways : Ways
    steps : tuple of float
        Node distances. Near those of the search, the shortest ways differ from these by what is of second order in the
        change: lengths are at a minimum.
    """
    all_bends, point, before = ways
    point = point.copy()
    for bend in range(len(point)):
        here, last = place_of(point, bend), before[bend]
        if last == STRAIGHT:
            point[bend, 3] = max(here[0] - 0.5, 0.0) * steps[0]
        else:
            point[bend, 3] = way_over(point, last, here, steps)
    return Ways(all_bends, point, before)


@njit(cache=True, nogil=True)
def length_ratios(code: np.ndarray, ways: Ways, size: int, steps: tuple[float, float, float]) -> np.ndarray:
    """Length of the way to each node over its distance from the entry plane; NaN where no way leads.

    Parameters
    ----------
    code, size, steps
        As for shortest_ways.
    ways : Ways

    Returns
    -------
    (n0, n1, n2) float32 array
    """
    n0, n1, n2 = code.shape[0] - 2, code.shape[1] - 2, code.shape[2] - 2
    lit = lit_columns(code)
    all_bends, point, _ = ways
    ratio = np.full((n0, n1, n2), np.nan, np.float32)
    for i in range(n0):
        for j in range(n1):
            for k in range(n2):
                if code[i + 1, j + 1, k + 1] <= INTERFACE:
                    continue
                bend = all_bends[i // size + 1, j // size + 1, k // size + 1]
                if i < lit[j + 1, k + 1] or bend == LIT:
                    ratio[i, j, k] = 1.0
                elif bend >= 0:
                    length = way_over(point, bend, (i + 1.0, j + 1.0, k + 1.0), steps)
                    ratio[i, j, k] = max(length / ((i + 0.5) * steps[0]), 1.0)
    return ratio
