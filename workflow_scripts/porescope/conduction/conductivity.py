"""Effective conductivity of a structure whose particles may have a resistance at their contacts."""

import logging
from typing import NamedTuple

import cc3d
import numpy as np
from numba import njit

from porescope.conduction.multigrid import Network, add, build_levels, currents, descend
from porescope.volume import Spacing

log = logging.getLogger(__name__)

TOLERANCE = 1e-6
"""Largest change of the result by the last step, relative to it."""

LAYER_TOLERANCE = 1e-3
"""Largest difference of the currents through any two layers of voxels, relative to the current; it is of first order in
the error of the potentials, that of the result of second order."""

MOST_STEPS = 200
"""Steps of conjugate gradients; 10 to 30 are usual."""

MOST_STARTS = 5
"""The residual of the steps is in single precision: where the true one is larger, they start again from it."""


class Conduction(NamedTuple):
    """Result of a solve.

    Attributes
    ----------
    relative : float
        Effective conductivity over that of the pore-free metal; 0 where the metal does not percolate.
    converged : bool
        The current is the same through all layers to within LAYER_TOLERANCE, and the last step changed the result by
        less than TOLERANCE.
    iterations : int
        Steps of conjugate gradients.
    """

    relative: float
    converged: bool
    iterations: int


def effective_conductivity(
    metal: np.ndarray, spacing: Spacing, particles: np.ndarray | None = None, contact_length_um: float = 0.0
) -> Conduction:
    """Conductivity along y, from the surface to the substrate; no current through the other faces.

    Parameters
    ----------
    metal : (nz, ny, nx) bool array
        True where current flows.
    spacing : Spacing
        Voxel edges (z, y, x) in um.
    particles : (nz, ny, nx) unsigned integer array, optional
        Particle that each voxel of metal is part of; read only where there is a contact length.
    contact_length_um : float
        Length of pore-free metal that has the resistance of a contact: resistance of a contact's unit area times
        conductivity of the metal.

    Returns
    -------
    Conduction

    Raises
    ------
    ValueError
        A contact length that is negative, or one without particles.

    Notes
    -----
    Finite volumes on the voxels: the conductance between two neighbours of metal is A / h, with A the area of their
    face and h the distance of their centres, and A / (h + contact length) between voxels of different particles. The
    electrodes are the two outer faces along y, half a voxel from the centres of the outer voxels (as in TauFactor);
    there is no contact resistance at them. A staircase of voxels makes narrow ways longer: the error falls with the
    voxel edge.

    The result is the power at unit voltage. Of all potentials, the true ones have the least, so that the error of the
    result is of second order in theirs.
    """
    if contact_length_um < 0 or (contact_length_um > 0 and particles is None):
        raise ValueError(f"a contact length of {contact_length_um} um: expected none, or a positive one and particles")
    return solve(metal, spacing, particles, contact_length_um)[0]


def solve(
    metal: np.ndarray, spacing: Spacing, particles: np.ndarray | None = None, contact_length_um: float = 0.0
) -> tuple[Conduction, np.ndarray]:
    """As effective_conductivity, with the potentials.

    Returns
    -------
    result : Conduction
    potential : (nz, ny, nx) float32 array
        1 at the first face along y, 0 at the last; NaN where no current can flow.
    """
    along = _conducting(metal.transpose(1, 0, 2))
    if along is None:
        log.warning("the metal does not percolate along y: its conductivity is 0")
        return Conduction(0.0, True, 0), np.full(metal.shape, np.nan, np.float32)
    edges = np.array([spacing.y, spacing.z, spacing.x], float)
    owner = np.zeros((1, 1, 1), np.uint32) if particles is None else particles.transpose(1, 0, 2)
    network = Network(*_network(along, owner, edges, float(contact_length_um)))
    layers = np.concatenate([[0], np.cumsum(np.count_nonzero(along, axis=(1, 2)))])
    current, converged, steps, solution = _current(network, layers)
    potential = np.full(along.shape, np.nan, np.float32)
    potential[along] = solution
    length, area = along.shape[0] * edges[0], along.shape[1] * edges[1] * along.shape[2] * edges[2]
    return Conduction(float(current * length / area), converged, steps), potential.transpose(1, 0, 2)


def _conducting(along: np.ndarray) -> np.ndarray | None:
    """Metal that is connected to both electrodes, current along the first axis; None where there is none."""
    labels = cc3d.connected_components(np.ascontiguousarray(along), connectivity=6)
    both = np.intersect1d(labels[0], labels[-1])
    both = both[both > 0]
    if not both.size:
        return None
    keep = np.zeros(int(labels.max()) + 1, bool)
    keep[both] = True
    return keep[labels]


def _current(network: Network, layers: np.ndarray) -> tuple[float, bool, int, np.ndarray]:
    """Current at unit voltage between the electrodes.

    Parameters
    ----------
    network : Network
        Nodes in the order of their layers; grounded at both electrodes.
    layers : (ny + 1,) int array
        First node of each layer, and the number of nodes.

    Returns
    -------
    current : float
    converged : bool
    steps : int
    potential : (n,) array
    """
    inlet = network.ground[: layers[1]] / (1 if len(layers) > 2 else 2)  # a single layer is at both electrodes
    heights = (np.arange(len(layers) - 1) + 0.5) / (len(layers) - 1)
    potential = np.repeat(1 - heights, np.diff(layers))
    levels = build_levels(network)
    steps, gain = 0, np.inf
    for _ in range(MOST_STARTS):
        residual = -currents(*network, potential)
        residual[: layers[1]] += inlet
        current, spread = _balance(potential, residual, inlet, layers)
        if _settled(current, spread, gain) or steps == MOST_STEPS:
            break
        residual = residual.astype(np.float32)
        gain = 0.0  # where nothing is left to balance, there is no step
        for length, direction, gain in descend(levels, residual):
            add(length, direction, potential)
            steps += 1
            current, spread = _balance(potential, residual, inlet, layers)
            if _settled(current, spread, gain) or steps == MOST_STEPS:
                break
    if not _settled(current, spread, gain):
        log.warning("currents through the layers still differ by %.2g of the current after %d steps", spread, steps)
    return current, _settled(current, spread, gain), steps, potential


def _balance(potential: np.ndarray, residual: np.ndarray, inlet: np.ndarray, layers: np.ndarray) -> tuple[float, float]:
    """Power at unit voltage, and the largest difference of the currents through two layers relative to the current."""
    inflow = float(inlet @ (1 - potential[: layers[1]]))
    through = inflow - np.cumsum(np.add.reduceat(residual, layers[:-1], dtype=float))
    through = np.append(through, inflow)
    return inflow - float(potential @ residual), float(np.ptp(through)) / abs(inflow)


def _settled(current: float, spread: float, gain: float) -> bool:
    return spread < LAYER_TOLERANCE and gain < TOLERANCE * current


def network_of(solid: np.ndarray, edges: np.ndarray) -> Network:
    """Voxels of a solid without contacts as the nodes of a network, grounded at both ends of the first axis.

    Parameters
    ----------
    solid : (n0, n1, n2) bool array
    edges : (3,) float array
        Voxel edges along the same axes.
    """
    owner = np.zeros((1, 1, 1), np.uint32)
    return Network(*_network(solid, owner, edges, 0.0))


@njit(cache=True, nogil=True)
def _network(
    along: np.ndarray, owner: np.ndarray, edges: np.ndarray, contact_length: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Voxels of metal as the nodes of a network, numbered along the last axis first.

    Each has six neighbours, itself where there is none at a side: loops over six take half the time of loops over some.
    """
    shape = along.shape
    number = np.full(shape, -1, np.int32)
    count = 0
    for y, z, x in np.ndindex(shape):
        if along[y, z, x]:
            number[y, z, x] = count
            count += 1
    neighbour = np.empty((count, 6), np.uint32)
    conductance = np.zeros((count, 6), np.float32)
    ground = np.zeros(count, np.float32)
    for y, z, x in np.ndindex(shape):
        i = number[y, z, x]
        if i < 0:
            continue
        if y == 0:
            ground[i] += 2 * edges[1] * edges[2] / edges[0]
        if y == shape[0] - 1:
            ground[i] += 2 * edges[1] * edges[2] / edges[0]
        for side in range(6):
            neighbour[i, side] = i
            axis, step = side // 2, 2 * (side % 2) - 1
            ny, nz, nx = y + step * (axis == 0), z + step * (axis == 1), x + step * (axis == 2)
            if not (0 <= ny < shape[0] and 0 <= nz < shape[1] and 0 <= nx < shape[2]):
                continue
            j = number[ny, nz, nx]
            if j < 0:
                continue
            distance = edges[axis]
            if contact_length > 0 and owner[y, z, x] != owner[ny, nz, nx]:
                distance += contact_length
            neighbour[i, side] = j
            conductance[i, side] = edges[0] * edges[1] * edges[2] / edges[axis] / distance
    first = np.arange(0, neighbour.size + 1, 6).astype(np.uint64)
    return first, neighbour.ravel(), conductance.ravel(), ground
