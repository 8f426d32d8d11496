"""Forces between near spheres of very different sizes in a periodic box."""

import itertools
from typing import NamedTuple

import numba
import numpy as np


class Cells(NamedTuple):
    """Spheres sorted into boxes, one grid of boxes a mode: large spheres then do not widen the search for small ones.

    Attributes
    ----------
    counts : (modes, 3) int array
        Boxes along (z, y, x).
    largest_um : (modes,) float array
        Largest radius.
    first : (modes,) int array
        Where a mode's boxes begin in ``starts``.
    starts : int array
        Where each box begins in ``order``; boxes of all modes one after another.
    order : (n,) int array
        Indices of spheres, box by box.
    """

    counts: np.ndarray
    largest_um: np.ndarray
    first: np.ndarray
    starts: np.ndarray
    order: np.ndarray


def sort_into_cells(
    centres: np.ndarray, radii: np.ndarray, box: np.ndarray, reach: float, modes_end: np.ndarray
) -> Cells:
    """Sort spheres into boxes wide enough that those in reach of a sphere of the same mode lie in adjacent ones.

    Parameters
    ----------
    centres : (n, 3) float array
        (z, y, x) in um, inside the box.
    radii : (n,) float array
    box : (3,) float array
        Period along each axis.
    reach : float
        Largest gap in um between surfaces over which spheres act on each other.
    modes_end : (modes + 1,) int array
        Sphere ``modes_end[k]`` to ``modes_end[k + 1]`` belong to mode k.
    """
    counts, largest, first, starts, order = [], [], [0], [], []
    for begin, end in itertools.pairwise(modes_end):
        largest.append(radii[begin:end].max())
        count = np.maximum(np.floor(box / (2 * largest[-1] + reach)), 1).astype(np.int64)
        cell = np.minimum((centres[begin:end] / box * count).astype(np.int64), count - 1)
        flat = np.ravel_multi_index(tuple(cell.T), tuple(count))
        sorting = np.argsort(flat, kind="stable")
        starts.append(begin + np.searchsorted(flat[sorting], np.arange(count.prod() + 1)))
        order.append(begin + sorting)
        counts.append(count)
        first.append(first[-1] + len(starts[-1]))
    return Cells(
        np.array(counts), np.array(largest), np.array(first[:-1]), np.concatenate(starts), np.concatenate(order)
    )


def pushes(
    centres: np.ndarray, radii: np.ndarray, box: np.ndarray, reach: float, cohesion: float, cells: Cells
) -> np.ndarray:
    """How far each sphere is pushed by all that overlap it and pulled by all in reach (n, 3), in um.

    An overlapping pair moves apart by its overlap, a pair in reach together by ``cohesion`` times its gap; the lighter
    of the two goes the farther, in proportion to the other's mass.
    """
    counts, largest, first, starts, order = cells
    moves = np.empty_like(centres)
    reach = reach if cohesion else 0.0
    # in the order of the boxes, neighbours in space are neighbours in memory
    moves[order] = _pushes(centres[order], radii[order], box, reach, cohesion, counts, largest, first, starts)
    return moves


@numba.njit(parallel=True, cache=True)
def _pushes(centres, radii, box, reach, cohesion, counts, largest, first, starts):  # type: ignore[no-untyped-def]
    moves = np.zeros_like(centres)
    for i in numba.prange(radii.size):
        for mode in range(largest.size):
            _push(moves[i], i, centres, radii, box, reach, cohesion, counts[mode], largest[mode], first[mode], starts)
    return moves


@numba.njit(cache=True)
def _push(move, i, centres, radii, box, reach, cohesion, count, largest, first, starts):  # type: ignore[no-untyped-def]
    """Add what the spheres of one mode do to sphere i."""
    search = radii[i] + largest + reach
    low = np.empty(3, np.int64)
    number = np.empty(3, np.int64)
    for axis in range(3):
        edge = box[axis] / count[axis]
        low[axis] = int(np.floor((centres[i, axis] - search) / edge))
        number[axis] = min(int(np.floor((centres[i, axis] + search) / edge)) - low[axis] + 1, count[axis])
    mass = radii[i] ** 3
    apart = np.empty(3)
    for a in range(low[0], low[0] + number[0]):
        for b in range(low[1], low[1] + number[1]):
            for c in range(low[2], low[2] + number[2]):
                cell = first + ((a % count[0]) * count[1] + b % count[1]) * count[2] + c % count[2]
                for j in range(starts[cell], starts[cell + 1]):
                    squared = 0.0
                    for axis in range(3):
                        way = centres[i, axis] - centres[j, axis]
                        if way > box[axis] / 2:
                            way -= box[axis]
                        elif way < -box[axis] / 2:
                            way += box[axis]
                        apart[axis] = way
                        squared += way * way
                    touch = radii[i] + radii[j]
                    if j == i or squared >= (touch + reach) ** 2:
                        continue
                    distance = max(np.sqrt(squared), 1e-9)
                    gap = distance - touch
                    push = -gap if gap < 0 else -cohesion * gap
                    push *= radii[j] ** 3 / (mass + radii[j] ** 3) / distance
                    for axis in range(3):
                        move[axis] += push * apart[axis]
