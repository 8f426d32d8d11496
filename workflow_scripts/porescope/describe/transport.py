"""Effective conductivity of the solid: a steady solve along each axis."""

import logging
import math
from dataclasses import dataclass

import numpy as np

from porescope.conduction.conductivity import solve
from porescope.conduction.linear import linear_boundary_conductivity
from porescope.volume import Spacing

log = logging.getLogger(__name__)

STAGNANT = 0.05
"""Metal is a dead end where the current density is less than this part of its mean over the percolating metal."""

ROUNDING = 1.001
"""Bounds may be exceeded by as much as the solver's tolerance."""

AXES = "zyx"


@dataclass(frozen=True)
class EffectiveConductivity:
    """Conductivity of a porous solid relative to that of the solid.

    Attributes
    ----------
    density : float
        Volume fraction of the solid.
    tensor : (3, 3) float array
        Symmetric, axes z, y, x; 0 along an axis that the solid does not percolate along.
    converged : bool
        All three solves.
    dead_end_fraction : float
        Share of the percolating solid that carries next to no current (see STAGNANT), mean over the axes that the solid
        percolates along; NaN if there is none.
    reason : str
        Why a diagonal entry is 0; empty otherwise.
    """

    density: float
    tensor: np.ndarray
    converged: bool
    dead_end_fraction: float
    reason: str

    @property
    def mean(self) -> float:
        """A third of the trace."""
        return float(np.trace(self.tensor) / 3)

    @property
    def principal(self) -> np.ndarray:
        """(3,) principal values, from the smallest to the largest."""
        return np.asarray(np.linalg.eigvalsh(self.tensor))

    @property
    def flux_tortuosity_factor(self) -> float:
        """Density / mean conductivity, the square of a length of ways; infinite where nothing flows."""
        return self.density / self.mean if self.mean > 0 else math.inf

    @property
    def upper_bound(self) -> float:
        """Hashin-Shtrikman bound 2D / (3 - D) of the mean, for isotropic structures."""
        return 2 * self.density / (3 - self.density)

    @property
    def within_bounds(self) -> bool:
        """Whether the mean obeys the Hashin-Shtrikman bound and each principal value that of layers, D."""
        return bool(self.mean <= self.upper_bound * ROUNDING and self.principal[-1] <= self.density * ROUNDING)


def effective_conductivity(solid: np.ndarray, spacing: Spacing) -> EffectiveConductivity:
    """Effective conductivity tensor of a mask.

    Parameters
    ----------
    solid : (nz, ny, nx) bool array
        True where current flows; the other phase insulates.
    spacing : Spacing
        Voxel edges (z, y, x) in um.

    Returns
    -------
    EffectiveConductivity

    Notes
    -----
    Diagonal: finite volumes on the voxels between two opposite faces at constant potential, no current through the four
    others; that is what a measurement on a cut piece gives. Off the diagonal this says nothing, since no current leaves
    sideways: there the coupling K_ab / sqrt(K_aa K_bb) of the tensor K under potentials that rise linearly on all faces
    is taken. Layers along the axes are exact. Round obstacles and struts of n voxels diameter are low by the order of
    1/n; the extrapolation 2 sigma(h) - sigma(2h) from two grids is within 1 % on simple cubic arrays of insulating
    spheres, voxels of 1:1:1 to 4:1:1, where both grids hold the same share of metal (see selfcheck).

    References
    ----------
    Hashin & Shtrikman, J. Appl. Phys. 33 (1962) 3125 (bound of the mean).
    """
    diagonal, converged, still, blocked = np.zeros(3), True, [], []
    for axis in range(3):
        turned = np.moveaxis(solid, axis, 1)
        order = [axis, *(i for i in range(3) if i != axis)]
        edges = np.array([list(spacing)[i] for i in order])
        cut = Spacing(float(edges[1]), float(edges[0]), float(edges[2]))
        result, potential = solve(turned, cut)
        diagonal[axis] = result.relative
        converged &= result.converged
        if result.relative > 0:
            still.append(_stagnant_share(potential, cut))
        else:
            blocked.append(AXES[axis])
    return EffectiveConductivity(
        density=float(np.count_nonzero(solid) / solid.size),
        tensor=_tensor(diagonal, solid, spacing),
        converged=converged,
        dead_end_fraction=float(np.mean(still)) if still else np.nan,
        reason=f"the metal does not percolate along {', '.join(blocked)}" if blocked else "",
    )


def _tensor(diagonal: np.ndarray, solid: np.ndarray, spacing: Spacing) -> np.ndarray:
    """Diagonal entries coupled as under a linear potential on all faces."""
    if np.count_nonzero(diagonal) < 2:
        return np.diag(diagonal)
    linear = linear_boundary_conductivity(solid, spacing)
    scale = np.sqrt(diagonal / np.maximum(np.diag(linear), 1e-12))
    tensor = linear * np.outer(scale, scale)
    np.fill_diagonal(tensor, diagonal)
    return np.asarray(tensor)


def _stagnant_share(potential: np.ndarray, spacing: Spacing) -> float:
    """Share of the conducting voxels with a current density below STAGNANT of their mean."""
    conducting = np.isfinite(potential)
    square = np.zeros(potential.shape, np.float32)
    for axis, edge in enumerate(spacing):
        through = np.nan_to_num(np.diff(potential, axis=axis)) / np.float32(edge)
        before, after = [(0, 0)] * 3, [(0, 0)] * 3
        before[axis], after[axis] = (1, 0), (0, 1)
        sides = np.pad(through, before) + np.pad(through, after)
        if axis == 1:  # the electrodes, half a voxel away
            sides[:, 0] += 2 / np.float32(edge) * (np.nan_to_num(potential[:, 0], nan=1.0) - 1)
            sides[:, -1] -= 2 / np.float32(edge) * np.nan_to_num(potential[:, -1])
        square += (sides / 2) ** 2
    density = np.sqrt(square[conducting])
    return float(np.mean(density < STAGNANT * density.mean()))
