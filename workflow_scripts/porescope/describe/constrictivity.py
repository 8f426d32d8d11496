"""Constrictivity: how much narrower the bottlenecks of a phase are than the phase itself."""

import math
from collections.abc import Sequence

import cc3d
import numpy as np
from numba import njit

from porescope.describe.spheres import Spheres
from porescope.innermost import innermost
from porescope.volume import Spacing

NODES = 200
"""Longer axes are looked at through the widest of each few nodes, at most so many."""

STEPS = 64
"""Radii that are told apart, up to the largest: that of the bottlenecks is known to half a step."""


def constrictivity(
    radius_um: np.ndarray, median_um: float, spacing: Spacing, axes: Sequence[int] = (0, 1, 2)
) -> list[float]:
    """Constrictivity (r_min / r_max)^2 of a phase along some axes.

    Parameters
    ----------
    radius_um : (nz, ny, nx) float32 array
        Of the largest sphere about each node of the phase, 0 outside it; see inscribed_radius.
    median_um : float
        Of the local thickness of the phase, weighted by volume; see thickness.thickness_of.
    spacing : Spacing
        Node distances (z, y, x) in um.
    axes : sequence of int
        Of the flow.

    Returns
    -------
    list of float
        For each axis 0 to 1, 1 for a straight channel; NaN without the phase, 0 where less than half of it can be
        reached from a face.

    Notes
    -----
    r_max is the radius that half of the phase's volume is covered with by spheres put anywhere in it (the median of the
    local thickness), r_min that of spheres that come in through a face: the mean of both faces of the axis.

    References
    ----------
    Muench & Holzer, Journal of the American Ceramic Society 91 (2008); Stenzel et al., AIChE Journal 62 (2016).
    """
    if math.isnan(median_um):
        return [math.nan] * len(axes)
    factors = tuple(-(-n // NODES) for n in radius_um.shape)
    widest = _widest_of(radius_um, factors)
    edges = [h * f for h, f in zip(spacing, factors, strict=True)]
    found, guess = [], STEPS // 2
    for axis in axes:
        radius = np.moveaxis(widest, axis, 0)
        along = (edges[axis], *(h for i, h in enumerate(edges) if i != axis))
        narrow = []
        for sense in (1, -1):
            guess = _intruded_step(np.ascontiguousarray(radius[::sense]), along, guess)
            narrow.append(min(guess + 0.5, STEPS) / STEPS * float(widest.max()))
        found.append(min(1.0, (2 * float(np.mean(narrow)) / median_um) ** 2))
    return found


def inscribed_radius(distance_um: np.ndarray, phase: np.ndarray, spheres: Spheres, margin: Sequence[int]) -> np.ndarray:
    """Radius of the largest sphere about each node of a phase.

    Parameters
    ----------
    distance_um : (nz, ny, nx) float32 array
        To the interface; see distance.interface_distance.
    phase : (nz, ny, nx) bool array
    spheres : Spheres
        Of the phase, about the ridge of the distance, where spheres off the nodes are larger.
    margin : (z, y, x)
        Nodes at each face to leave out.

    Returns
    -------
    (nz - 2 mz, ny - 2 my, nx - 2 mx) float32 array
        In um; 0 outside the phase.
    """
    inner = tuple(slice(m, n - m) for m, n in zip(margin, phase.shape, strict=True))
    radius = np.where(phase[inner], distance_um[inner], np.float32(0))
    _raise_to(radius, spheres.nodes, spheres.radii_um, np.array(phase.shape), np.array(margin))
    return radius


@innermost()
def _raise_to(radius: np.ndarray, nodes: np.ndarray, radii: np.ndarray, shape: np.ndarray, margin: np.ndarray) -> None:
    """Enter larger radii at nodes given by flat indices in an array of a shape, which has a margin on all sides."""
    for n in range(len(nodes)):
        z, y, x = nodes[n] // (shape[1] * shape[2]), nodes[n] // shape[2] % shape[1], nodes[n] % shape[2]
        z, y, x = z - margin[0], y - margin[1], x - margin[2]
        if 0 <= z < radius.shape[0] and 0 <= y < radius.shape[1] and 0 <= x < radius.shape[2]:
            radius[z, y, x] = max(radius[z, y, x], radii[n])


def _intruded_step(radius: np.ndarray, edges: tuple[float, ...], guess: int) -> int:
    """Largest of STEPS radii whose spheres cover half of the phase when they come in through the first face.

    The search strides out from a guess, the answer from another face as a rule, and halves what is left.
    """
    half, largest = np.count_nonzero(radius) / 2, float(radius.max())
    low, high, stride = 0, STEPS + 1, 1
    step = min(max(guess, 1), STEPS)
    while high - low > 1:
        if _intruded_volume(radius, edges, step / STEPS * largest) >= half:
            low = step
        else:
            high = step
        if low == 0:
            step = max(high - stride, high // 2)
        elif high > STEPS:
            step = min(low + stride, (low + high) // 2)
        else:
            step = (low + high) // 2
        stride *= 2
    return low


def _intruded_volume(radius: np.ndarray, edges: tuple[float, ...], size: float) -> int:
    """Nodes of the phase that spheres of a radius cover which come in through the first face."""
    labels, count = cc3d.connected_components(radius >= size, connectivity=26, return_N=True, out_dtype=np.uint32)
    entered = np.zeros(count + 1, bool)
    entered[labels[0]] = True
    entered[0] = False
    return int(_count_within(labels, entered, radius, np.array(edges), size))


def _widest_of(radius: np.ndarray, factors: tuple[int, ...]) -> np.ndarray:
    """Largest value of each box of nodes, an odd rest left out."""
    if max(factors) == 1:
        return radius
    z, y, x = (n // f for n, f in zip(radius.shape, factors, strict=True))
    cut = radius[: z * factors[0], : y * factors[1], : x * factors[2]]
    return np.asarray(cut.reshape(z, factors[0], y, factors[1], x, factors[2]).max(axis=(1, 3, 5)))


@njit(cache=True, nogil=True)
def _count_within(labels: np.ndarray, entered: np.ndarray, radius: np.ndarray, edges: np.ndarray, size: float) -> int:
    """Nodes with a radius up to a distance from those with labels that are entered.

    Nearest along x, then in the rows and sections around.
    """
    nz, ny, nx = labels.shape
    far = 4 * size * size
    squares = np.minimum((np.arange(math.ceil(2 * size / edges[2]) + 1) * edges[2]) ** 2, far).astype(np.float32)
    nearest = np.full((nz, ny, nx), far, np.float32)
    along_x = np.empty((ny, nx), np.float32)
    rows, sections = int(size / edges[1]), int(size / edges[0])
    for z in range(nz):
        for y in range(ny):
            _squares_along(labels[z, y], entered, squares, along_x[y])
        for y in range(ny):
            for j in range(max(0, y - rows), min(ny, y + rows + 1)):
                _lower(nearest[z, y], along_x[j], ((j - y) * edges[1]) ** 2)
    count = 0
    around = np.empty(nx, np.float32)
    for z in range(nz):
        for y in range(ny):
            around[:] = far
            for i in range(max(0, z - sections), min(nz, z + sections + 1)):
                _lower(around, nearest[i, y], ((i - z) * edges[0]) ** 2)
            count += _count_below(around, radius[z, y], np.float32(size * size))
    return count


@innermost()
def _count_below(squares: np.ndarray, radius: np.ndarray, most: np.float32) -> int:
    """Nodes of a row with a radius and a squared distance up to a limit."""
    count = 0
    for x in range(len(squares)):
        count += (radius[x] > 0) & (squares[x] <= most)
    return count


@innermost(fastmath=True)
def _lower(squares: np.ndarray, others: np.ndarray, away: float) -> None:
    """The smaller of a row's squared distances and those over another row."""
    step = np.float32(away)
    for x in range(len(squares)):
        over = others[x] + step
        squares[x] = over if over < squares[x] else squares[x]


@innermost()
def _squares_along(labels: np.ndarray, entered: np.ndarray, squares: np.ndarray, square: np.ndarray) -> None:
    """Squared distance along a row to the nearest node with a label that is entered.

    ``squares`` are the squared distances by steps; the last one holds for all further steps.
    """
    last = len(squares) - 1
    steps = last
    for x in range(len(labels)):
        steps = 0 if entered[labels[x]] else min(steps + 1, last)
        square[x] = squares[steps]
    steps = last
    for x in range(len(labels) - 1, -1, -1):
        steps = 0 if square[x] == 0 else min(steps + 1, last)
        square[x] = min(square[x], squares[steps])
