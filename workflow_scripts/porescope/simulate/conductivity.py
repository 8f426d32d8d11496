"""Effective conductivity of a structure from a steady diffusion solve."""

import logging
from typing import Any, NamedTuple

import numpy as np
from scipy import ndimage
from skimage.measure import block_reduce
from taufactor import AnisotropicSolver, Solver

from porescope.volume import Spacing

log = logging.getLogger(__name__)

COARSEST_EDGE = 16
"""Smallest edge, in voxels, of an array that is first solved at half its resolution."""


class Conduction(NamedTuple):
    """Result of a solve.

    Attributes
    ----------
    relative : float
        Effective conductivity over that of the pore-free metal; 0 where the metal does not percolate.
    converged : bool
        The flux is the same through all layers to within 1 %, and no longer changes by more than 0.002 in the
        tortuosity factor.
    iterations : int
    """

    relative: float
    converged: bool
    iterations: int


class _SpacedSolver(AnisotropicSolver):
    """TauFactor's solver for voxels that are no cubes, with fluxes counted in all metal.

    The library takes neighbour weights above 8 for pores, which they reach in metal when voxels are long along the
    current.
    """

    def vertical_flux(self) -> Any:
        flux = self.field[:, 2:-1, 1:-1, 1:-1] - self.field[:, 1:-2, 1:-1, 1:-1]
        flux[self.factor[:, :-1].isinf()] = 0
        flux[self.factor[:, 1:].isinf()] = 0
        return flux


def effective_conductivity(metal: np.ndarray, spacing: Spacing) -> Conduction:
    """Conductivity along y, from the surface to the substrate; no current through the other faces.

    Parameters
    ----------
    metal : (nz, ny, nx) bool array
        True where current flows.
    spacing : Spacing
        Voxel edges (z, y, x) in um.

    Returns
    -------
    Conduction

    Notes
    -----
    Finite volumes on the voxels, successive over-relaxation. The solution at half the resolution is the start: it
    holds the long waves, which the relaxation is slow to find.

    References
    ----------
    S. Kench, I. Squires, S. Cooper, J. Open Source Softw. 8 (2023) 5358 (TauFactor 2).
    """
    along = np.ascontiguousarray(metal.transpose(1, 0, 2))
    if not _percolates(along):
        log.warning("the metal does not percolate along y: its conductivity is 0")
        return Conduction(0.0, True, 0)
    edges = (spacing.y, spacing.z, spacing.x)
    solver = _solver(along, edges)
    if min(along.shape) >= COARSEST_EDGE:
        start = _coarse_solution(along, edges)
        solver.field[0, 1:-1, 1:-1, 1:-1] = solver.field.new_tensor(start * along)
    solver.solve(verbose=False)
    if not solver.converged:
        log.warning("the conductivity did not converge in %d iterations", solver.iter)
    return Conduction(float(solver.D_eff[0]), bool(solver.converged), int(solver.iter))


def _solver(along: np.ndarray, edges: tuple[float, float, float]) -> Any:
    """A solver for a structure whose first axis is that of the current."""
    phases = along.astype(np.uint8)
    if max(edges) - min(edges) < 1e-9 * max(edges):
        return Solver(phases, device="cpu")
    return _SpacedSolver(phases, edges, device="cpu")


def _percolates(along: np.ndarray) -> bool:
    labels, _ = ndimage.label(along)
    both = np.intersect1d(labels[0], labels[-1])
    return bool(both.max(initial=0) > 0)


def _coarse_solution(along: np.ndarray, edges: tuple[float, float, float]) -> np.ndarray:
    """Potential at half the resolution, carried on into the pores and interpolated to the shape of ``along``."""
    even = np.pad(along, [(0, n % 2) for n in along.shape], mode="edge")
    coarse = block_reduce(even, 2, np.mean) >= 0.5
    if not _percolates(coarse):
        return np.broadcast_to(_linear(along.shape[0]), along.shape)
    solver = _solver(coarse, edges)
    solver.solve(verbose=False)
    weight = coarse.astype(np.float32)
    potential = solver.field[0, 1:-1, 1:-1, 1:-1].numpy() * weight
    near = ndimage.gaussian_filter(weight, 0.7)
    filled = ndimage.gaussian_filter(potential, 0.7) / np.maximum(near, 1e-3)
    filled = np.where(near > 1e-3, filled, _linear(coarse.shape[0]))
    filled = np.where(coarse, potential, filled)
    fine = ndimage.zoom(filled, 2, order=1, grid_mode=True, mode="nearest")
    return fine[tuple(slice(n) for n in along.shape)]


def _linear(n: int) -> np.ndarray:
    """Potential of pore-free metal between the two electrodes (n, 1, 1)."""
    return ((np.arange(n, dtype=np.float32) + 0.5) / n - 0.5)[:, None, None]
