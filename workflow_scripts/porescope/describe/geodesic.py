"""Geodesic tortuosity: how much longer the shortest way through the solid is than the straight one."""

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from porescope.describe.anyangle import length_ratios, measured, shortest_ways
from porescope.describe.sightlines import encode
from porescope.volume import Spacing

DIRECTIONS = {
    "plus_y": (1, 1),
    "plus_x": (2, 1),
    "minus_x": (2, -1),
    "plus_z": (0, 1),
    "minus_z": (0, -1),
}
"""Axis and sense in which the paths run."""

LAST = 0.25
"""Share of the length, at the far end, over which tortuosity is averaged."""

SINGLE_NODES = 4_000_000
"""A field of more nodes is searched in blocks of 2 x 2 x 2, in about a quarter of the time, unless told otherwise."""

METHOD_ERROR = {1: {4: 0.20, 8: 0.07, 12: 0.05}, 2: {4: 0.50, 8: 0.13, 12: 0.07}}
"""Relative error of tau - 1, by the nodes along the edge of a block and the radius of curvature of the interface in
nodes: the largest behind balls and on random fields, voxels 1:1:1, 2:1:1 and 1:1:2 (benchmarks/geodesic.py). With 4:1:1
the mask itself is too coarse below a radius of 6 of the short edges (0.32 and 0.82 at 4)."""


class Geodesic(NamedTuple):
    """Tortuosity in one direction.

    Attributes
    ----------
    tortuosity : float
        At least 1; infinite where the solid does not reach from the entry face to the opposite one.
    ratio : (nz, ny, nx) float32 array
        Path length / distance from the entry face; NaN where no path leads.
    measured_otherwise : float
        Tortuosity of the same paths with other node distances; NaN where none were given.
    """

    tortuosity: float
    ratio: np.ndarray
    measured_otherwise: float


def geodesic(field: np.ndarray, spacing: Spacing, axis: int, sense: int) -> Geodesic:
    """Geodesic tortuosity of the region where a field is positive.

    Parameters
    ----------
    field : (nz, ny, nx) float32 array
        Smooth, positive in the solid, zero on the interface; on nodes about as far apart along all axes (see
        field.cubic_factors).
    spacing : Spacing
        Node distances (z, y, x) in um.
    axis, sense : int
        Paths enter at the face with the lowest index of this axis (sense 1) or the highest (-1).

    Returns
    -------
    Geodesic
        Mean of path length / distance over the solid that is connected to the entry face, in the last quarter of the
        length.

    Notes
    -----
    Ways are straight but for bends on the sub-voxel interface (see anyangle), so there is no error that grows with
    their length as on a graph of neighbours, and none from upwind differences in the shadow of an obstacle as in fast
    marching. They may cut the interface by a quarter of a node (half a node in a field that is searched in blocks), as
    chords of round obstacles do. What is left of the error of tau - 1 is in METHOD_ERROR. Straight channels are exact.
    """
    ((_, result),) = tortuosities(field, spacing, {"": (axis, sense)})
    return result


def tortuosities(
    field: np.ndarray,
    spacing: Spacing,
    directions: Mapping[str, tuple[int, int]] = DIRECTIONS,
    size: int | None = None,
    otherwise: Spacing | None = None,
) -> Iterator[tuple[str, Geodesic]]:
    """Geodesic tortuosity in several directions, one after the other so that one map is in memory at a time.

    Parameters
    ----------
    field, spacing
        As for geodesic.
    directions : mapping
        Axis and sense by name.
    size : int, optional
        Nodes along the edge of the blocks that are searched, 1 or 2; by default as many as block_size says.
    otherwise : Spacing, optional
        Node distances with which the paths are measured once more: how tortuosity hangs on the spacing, without the
        time and the scatter of a second search.

    Yields
    ------
    name : str
    result : Geodesic
    """
    code = encode(np.ascontiguousarray(field, np.float32))
    for name, (axis, sense) in directions.items():
        yield name, _along(code, spacing, axis, sense, size or block_size(field.size), otherwise)


def method_error(radius: float, size: int) -> float:
    """Relative error of tau - 1 that the estimator itself makes.

    Parameters
    ----------
    radius : float
        Typical radius of curvature of the interface in node distances.
    size : int
        Nodes along the edge of the blocks that are searched.

    Returns
    -------
    float
        From METHOD_ERROR, interpolated in the logarithms of radius and error; constant beyond the radii there.
    """
    table = METHOD_ERROR[size]
    return float(np.exp(np.interp(math.log(radius), np.log(list(table)), np.log(list(table.values())))))


def block_size(nodes: int) -> int:
    """Edge of the blocks in which a field of so many nodes is searched."""
    return 1 if nodes <= SINGLE_NODES else 2


def _along(
    code: np.ndarray, spacing: Spacing, axis: int, sense: int, largest: int, otherwise: Spacing | None
) -> Geodesic:
    """Tortuosity along one axis of a coded field, in blocks of at most a size."""
    oriented = np.ascontiguousarray(np.moveaxis(code, axis, 0)[::sense])
    steps = _steps(spacing, axis)
    for size in range(largest, 0, -1):
        ways = shortest_ways(oriented, size, steps)
        ratio = length_ratios(oriented, ways, size, steps)
        if np.isfinite(ratio[-1]).any():  # blocks may miss a narrow neck, single nodes do not
            break
    other = math.nan
    if otherwise is not None:
        steps = _steps(otherwise, axis)
        other = _mean_at_end(length_ratios(oriented, measured(ways, steps), size, steps))
    return Geodesic(_mean_at_end(ratio), np.moveaxis(ratio[::sense], 0, axis), other)


def _steps(spacing: Spacing, axis: int) -> tuple[float, float, float]:
    """Node distances, that along an axis first."""
    first, second = (float(h) for i, h in enumerate(spacing) if i != axis)
    return float(spacing[axis]), first, second


def _mean_at_end(ratio: np.ndarray) -> float:
    """Mean over the last part of the length along the first axis; infinite where no path leads to its end."""
    if not np.isfinite(ratio[-1]).any():
        return math.inf
    return float(np.nanmean(ratio[math.ceil((1 - LAST) * len(ratio) - 0.5) :], dtype=np.float64))
