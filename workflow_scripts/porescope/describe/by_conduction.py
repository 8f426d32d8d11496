"""Columns that tell what the metal connects and conducts."""

import numpy as np

from porescope.describe.percolation import percolation
from porescope.describe.transport import effective_conductivity
from porescope.volume import Spacing


def columns(solid: np.ndarray, spacing: Spacing, solve: bool) -> dict[str, float]:
    """Percolation, effective conductivity, dead ends.

    Parameters
    ----------
    solid : (nz, ny, nx) bool array
        True where metal.
    spacing : Spacing
        Voxel edges (z, y, x) in um.
    solve : bool
        Whether to solve for the conductivity, which also tells the dead ends; without it they are NaN.
    """
    connected = percolation(solid)
    values = {"percolating_fraction": connected.percolating_fraction}
    values |= {f"percolating_fraction_{a}": float(v) for a, v in zip("zyx", connected.per_axis, strict=True)}
    if not solve or not solid.any():
        return values
    found = effective_conductivity(solid, spacing)
    if not found.converged:
        return values
    values |= {f"conductivity_{a}": float(v) for a, v in zip("zyx", np.diag(found.tensor), strict=True)}
    values |= {f"conductivity_principal_{i}": float(v) for i, v in enumerate(found.principal, start=1)}
    return values | {
        "effective_conductivity": found.mean,
        "flux_tortuosity_factor": found.flux_tortuosity_factor,
        "dead_end_fraction": found.dead_end_fraction,
    }
