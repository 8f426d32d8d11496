"""Currents in a structure on whose whole surface the potential rises linearly: how its axes are coupled."""

import logging
from itertools import islice

import cc3d
import numpy as np

from porescope.conduction.conductivity import network_of
from porescope.conduction.multigrid import Level, Network, add, build_levels, currents, descend
from porescope.volume import Spacing

log = logging.getLogger(__name__)

TOLERANCE = 1e-5
"""Largest gain by the last step, relative to the power of a block without pores. Couplings are then off by about 1e-4
of the metal's conductivity (1.2e-4 the most in three VOIs of the campaign, beside a tolerance of 1e-8)."""

MOST_STEPS = 60


def linear_boundary_conductivity(solid: np.ndarray, spacing: Spacing) -> np.ndarray:
    """Apparent conductivity tensor when all six faces are held at a potential that rises linearly along an axis.

    Parameters
    ----------
    solid : (nz, ny, nx) bool array
        True where current flows.
    spacing : Spacing
        Voxel edges (z, y, x) in um.

    Returns
    -------
    (3, 3) float array
        Relative to the solid's; symmetric; of the axes z, y, x. An upper bound of the effective tensor: metal that
        ends at a side face carries current, too. Layers carry their D (1 - n n) up to the staircase of the voxels.

    References
    ----------
    Huet, J. Mech. Phys. Solids 38 (1990) 813 (bounds by boundary conditions).
    """
    touching = _touching(solid)
    if not touching.any():
        return np.zeros((3, 3))
    edges = np.array(list(spacing), float)
    network = network_of(touching, edges)
    places = [i.astype(np.int32) for i in np.nonzero(touching)]
    ground = np.zeros(len(places[0]), np.float32)
    loads = np.zeros((3, len(ground)), np.float32)
    outside = np.zeros((3, 3))
    extent = edges * solid.shape
    for axis in range(3):
        conductance = 2 * edges.prod() / edges[axis] ** 2
        for last in (0, solid.shape[axis] - 1):
            at = np.flatnonzero(places[axis] == last)
            x = np.stack([(places[k][at] + 0.5) * edges[k] - extent[k] / 2 for k in range(3)])
            x[axis] = extent[axis] / 2 if last else -extent[axis] / 2
            if solid.shape[axis] == 1:
                x[axis] = 0.0
            ground[at] += conductance
            loads[:, at] += conductance * x
            outside += conductance * (x @ x.T)
    network = Network(network.first, network.neighbour, network.conductance, ground)
    levels = build_levels(network)
    inside = np.zeros((3, 3))
    for axis in range(3):
        start = ((places[axis] + 0.5) * edges[axis] - extent[axis] / 2).astype(np.float32)
        potential = _solution(levels, network, loads[axis], start, TOLERANCE * float(extent.prod()))
        inside[axis] = loads.astype(float) @ potential
    tensor = (outside - (inside + inside.T) / 2) / extent.prod()
    return np.asarray(tensor)


def _touching(solid: np.ndarray) -> np.ndarray:
    """The solid that is connected to any face."""
    labels = cc3d.connected_components(np.ascontiguousarray(solid), connectivity=6)
    keep = np.zeros(int(labels.max()) + 1, bool)
    for axis in range(3):
        keep[np.unique(labels.take((0, -1), axis=axis))] = True
    keep[0] = False
    return np.asarray(keep[labels])


def _solution(
    levels: list[Level], network: Network, load: np.ndarray, start: np.ndarray, least_gain: float
) -> np.ndarray:
    """Potentials under a load, from a first guess; steps go on until one gains less power than ``least_gain``."""
    potential = start.astype(np.float64)
    residual = (load - currents(*network, start)).astype(np.float32)
    gain = 0.0
    for length, direction, gain in islice(descend(levels, residual), MOST_STEPS):
        add(length, direction, potential)
        if gain < least_gain:
            break
    if gain >= least_gain:
        log.warning("potentials on a linear boundary still change after %d steps", MOST_STEPS)
    return potential
