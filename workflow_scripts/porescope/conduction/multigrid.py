"""Steady currents in a network of conductances: conjugate gradients, preconditioned by aggregation multigrid."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
from numba import njit
from scipy.linalg import cho_factor, cho_solve

from porescope.innermost import innermost

MATCHINGS = 3
"""Rounds of pairing nodes between two levels: at most 2^3 = 8 nodes become one, as in a block of 2 x 2 x 2 voxels."""

COARSEST_NODES = 400
"""A network of at most so many nodes is solved directly."""

STRONG = 0.25
"""A neighbour is paired with only over at least this part of the largest conductance of both nodes."""

WEAK = 0.1
"""Within one level, nodes stay apart that have less than this part of the largest conductance of either to share: what
is single on this level is relaxed on it, but what is joined cannot be."""

INNER_STEPS = 2
"""Steps of conjugate gradients on each coarse level: they mend the scale of corrections that are constant by pieces."""


class Network(NamedTuple):
    """Nodes that exchange currents with their neighbours, and with a ground at potential 0.

    Attributes
    ----------
    first : (n + 1,) uint64 array
        Where the neighbours of each node start in the next two arrays. Unsigned: numba looks for no negative indices.
    neighbour : (m,) uint32 array
        Every pair of neighbours stands in both directions. A node may be its own neighbour, which means nothing.
    conductance : (m,) float32 array
        Not negative.
    ground : (n,) float32 array
        Conductance to the ground; 0 for most nodes.
    """

    first: np.ndarray
    neighbour: np.ndarray
    conductance: np.ndarray
    ground: np.ndarray


class Level(NamedTuple):
    """A network and how it is made coarser.

    Attributes
    ----------
    network : Network
    inverse : (n,) float32 array
        1 / sum of the conductances of each node; empty on the last level.
    aggregate : (n,) int32 array
        Node of the next level that each node is part of; empty on the last level.
    factor : tuple
        Cholesky factor of the last level; empty on all others.
    """

    network: Network
    inverse: np.ndarray
    aggregate: np.ndarray
    factor: tuple[np.ndarray, bool] | tuple[()]


def build_levels(network: Network) -> list[Level]:
    """The network and ever coarser ones, down to one that can be solved directly.

    Parameters
    ----------
    network : Network
        Every node has a way to the ground.

    Returns
    -------
    list of Level

    Notes
    -----
    Nodes are paired along their largest conductances. So the levels follow the metal and not the grid: nothing is
    averaged across a thin pore, particles become single nodes before any contact with a high resistance is crossed,
    and long voxels are first joined across their large faces.

    References
    ----------
    Y. Notay, Electron. Trans. Numer. Anal. 37 (2010) 123 (pairwise aggregation, nested conjugate gradients).
    """
    levels = []
    while network.ground.size > COARSEST_NODES:
        coarse, aggregate = network, np.arange(network.ground.size, dtype=np.int32)
        scale = _largest(network.first, network.conductance)
        for _ in range(MATCHINGS):
            group, count = _match(*coarse[:3], scale)
            *merged, scale = _merge(*coarse, scale, group, count)
            coarse = Network(*merged)
            aggregate = group[aggregate]
        levels.append(Level(network, _inverse(network.first, *network[2:]), aggregate, ()))
        network = coarse
    none = np.empty(0, np.float32)
    levels.append(Level(network, none, none.astype(np.int32), cho_factor(_dense(network))))
    return levels


def descend(levels: list[Level], residual: np.ndarray, depth: int = 0) -> Iterator[tuple[float, np.ndarray, float]]:
    """Steps towards the potentials that given currents into the nodes cause.

    Parameters
    ----------
    levels : list of Level
    residual : (n,) float32 array
        Currents into the nodes that are still to be balanced; brought up to date before each step is given.
    depth : int
        Index of the level to work on.

    Yields
    ------
    length : float
    direction : (n,) float32 array
        The potentials change by length * direction.
    gain : float
        Power by which the step comes closer to the minimum.

    Notes
    -----
    Flexible conjugate gradients, since the preconditioner varies: it takes steps of the same kind on coarser levels.
    """
    network = levels[depth].network
    direction = product = np.zeros_like(residual)
    curvature = 1.0
    while True:
        correction = _correct(levels, depth, residual)
        if _dot(correction, residual) <= 0:
            return
        add(-_dot(correction, product) / curvature, direction, correction)
        direction = correction
        product = currents(*network, direction)
        curvature = _dot(direction, product)
        if curvature <= 0:
            return
        slope = _dot(direction, residual)
        length = slope / curvature
        add(-length, product, residual)
        yield length, direction, length * slope


def _correct(levels: list[Level], depth: int, load: np.ndarray) -> np.ndarray:
    """Approximate potentials under a load: Gauss-Seidel forwards, the coarser levels, Gauss-Seidel backwards."""
    level = levels[depth]
    if level.factor:
        return cho_solve(level.factor, load).astype(np.float32)
    potential = np.zeros_like(load)
    rest = np.empty_like(load)
    _relax_forwards(*level.network[:3], level.inverse, load, potential, rest)
    coarse_load = np.zeros(levels[depth + 1].network.ground.size, np.float32)
    _restrict(rest, level.aggregate, coarse_load)
    coarse = np.zeros_like(coarse_load)
    for length, direction, _ in islice(descend(levels, coarse_load, depth + 1), INNER_STEPS):
        add(length, direction, coarse)
    _prolong(coarse, level.aggregate, potential)
    _relax_backwards(*level.network[:3], level.inverse, load, potential)
    return potential


def _dense(network: Network) -> np.ndarray:
    n = network.ground.size
    matrix = np.zeros((n, n))
    rows = np.repeat(np.arange(n), np.diff(network.first).astype(np.int64))
    np.subtract.at(matrix, (rows, network.neighbour), network.conductance)
    matrix[np.diag_indices(n)] = network.ground - matrix.sum(axis=1)
    return matrix


@njit(cache=True, nogil=True)
def _largest(first: np.ndarray, conductance: np.ndarray) -> np.ndarray:
    """Largest conductance of each node to a neighbour."""
    largest = np.zeros(first.size - 1, np.float32)
    for i in range(largest.size):
        for k in range(first[i], first[i + 1]):
            largest[i] = max(largest[i], conductance[k])
    return largest


@njit(cache=True, nogil=True)
def _match(
    first: np.ndarray, neighbour: np.ndarray, conductance: np.ndarray, scale: np.ndarray
) -> tuple[np.ndarray, int]:
    """Pair each node with the free neighbour that it has the largest conductance to.

    Where no free neighbour is a strong one, the node joins the group of its strongest neighbour; where that is a weak
    one for either, it stays alone.
    """
    group = np.full(scale.size, -1, np.int32)
    count = 0
    for i in range(group.size):
        if group[i] >= 0:
            continue
        largest, strongest = np.float32(0), i
        best, mate = np.float32(0), i
        for k in range(first[i], first[i + 1]):
            j, g = neighbour[k], conductance[k]
            if g < WEAK * max(scale[i], scale[j]):
                continue
            if g > largest:
                largest, strongest = g, j
            if group[j] < 0 and g > best:
                best, mate = g, j
        if group[strongest] < 0 or best >= STRONG * largest:
            group[i] = group[mate] = count
            count += 1
        else:
            group[i] = group[strongest]
    return group, count


@njit(cache=True, nogil=True)
def _merge(
    first: np.ndarray,
    neighbour: np.ndarray,
    conductance: np.ndarray,
    ground: np.ndarray,
    scale: np.ndarray,
    group: np.ndarray,
    count: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The network whose nodes are the groups, and its scale: conductances between groups add up."""
    member = np.full(count, -1, np.int32)  # the last node of each group, and before it in its group
    before = np.empty(group.size, np.int32)
    merged_ground = np.zeros(count, np.float32)
    merged_scale = np.zeros(count, np.float32)
    for i in range(group.size):
        merged_ground[group[i]] += ground[i]
        merged_scale[group[i]] = max(merged_scale[group[i]], scale[i])
        before[i] = member[group[i]]
        member[group[i]] = i
    merged_first = np.zeros(count + 1, np.uint64)
    merged_neighbour = np.empty(neighbour.size, np.uint32)  # pages beyond what is used take no memory
    merged_conductance = np.empty(neighbour.size, np.float32)
    place = np.full(count, -1, np.int64)
    end = 0
    for c in range(count):
        start = end
        i = member[c]
        while i >= 0:
            for k in range(first[i], first[i + 1]):
                j = group[neighbour[k]]
                if j == c:
                    continue
                if place[j] < start:
                    place[j] = end
                    merged_neighbour[end] = j
                    merged_conductance[end] = conductance[k]
                    end += 1
                else:
                    merged_conductance[place[j]] += conductance[k]
            i = before[i]
        merged_first[c + 1] = end
    return (
        merged_first,
        merged_neighbour[:end],
        merged_conductance[:end],
        merged_ground,
        merged_scale,
    )


@njit(cache=True, nogil=True)
def currents(
    first: np.ndarray,
    neighbour: np.ndarray,
    conductance: np.ndarray,
    ground: np.ndarray,
    potential: np.ndarray,
) -> np.ndarray:
    """Currents out of the nodes; from differences of potentials, which single precision holds exactly.

    Parameters
    ----------
    first, neighbour, conductance, ground : arrays
        Of a network.
    potential : (n,) float32 array

    Returns
    -------
    (n,) float32 array
    """
    out = np.empty_like(potential)
    for i in range(ground.size):
        own = potential[i]
        current = ground[i] * own
        for k in range(first[i], first[i + 1]):
            current += conductance[k] * (own - potential[neighbour[k]])
        out[i] = current
    return out


@njit(cache=True, nogil=True)
def _inverse(first: np.ndarray, conductance: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """1 / sum of the conductances of each node."""
    inverse = np.empty_like(ground)
    for i in range(ground.size):
        total = ground[i]
        for k in range(first[i], first[i + 1]):
            total += conductance[k]
        inverse[i] = 1 / total
    return inverse


@innermost()
def _relax_forwards(
    first: np.ndarray,
    neighbour: np.ndarray,
    conductance: np.ndarray,
    inverse: np.ndarray,
    load: np.ndarray,
    potential: np.ndarray,
    rest: np.ndarray,
) -> None:
    """Gauss-Seidel from potentials of 0, and the load that it leaves.

    What a node's potential leaves to those before it is added as soon as it is known, so that conductances, which fill
    no cache, are read once.
    """
    for i in range(load.size):
        current = load[i]
        for k in range(first[i], first[i + 1]):
            current += conductance[k] * potential[neighbour[k]]
        potential[i] = current * inverse[i]
        rest[i] = 0
        for k in range(first[i], first[i + 1]):
            if neighbour[k] < i:
                rest[neighbour[k]] += conductance[k] * potential[i]


@innermost()
def _relax_backwards(
    first: np.ndarray,
    neighbour: np.ndarray,
    conductance: np.ndarray,
    inverse: np.ndarray,
    load: np.ndarray,
    potential: np.ndarray,
) -> None:
    for i in range(load.size - 1, -1, -1):
        current = load[i]
        for k in range(first[i], first[i + 1]):
            current += conductance[k] * potential[neighbour[k]]
        potential[i] = current * inverse[i]


@innermost()
def _restrict(fine: np.ndarray, aggregate: np.ndarray, coarse: np.ndarray) -> None:
    for i in range(fine.size):
        coarse[aggregate[i]] += fine[i]


@innermost()
def _prolong(coarse: np.ndarray, aggregate: np.ndarray, fine: np.ndarray) -> None:
    for i in range(fine.size):
        fine[i] += coarse[aggregate[i]]


@innermost()
def add(factor: float, addend: np.ndarray, out: np.ndarray) -> None:
    """Add a multiple of one array to another, in place."""
    for i in range(out.size):
        out[i] += factor * addend[i]


@innermost(fastmath=True)
def _dot(one: np.ndarray, other: np.ndarray) -> float:
    total = 0.0
    for i in range(one.size):
        total += one[i] * other[i]
    return total
