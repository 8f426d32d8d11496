"""Euler number of the solid, and the mean Gaussian curvature that follows from it and the surface per volume."""

import math

import numpy as np

from porescope.describe.field import MARGIN, Block
from porescope.innermost import innermost


def euler_characteristic(solid: np.ndarray) -> int:
    """Euler number of the solid: objects - tunnels + cavities.

    Parameters
    ----------
    solid : (nz, ny, nx) bool array
        Voxels that touch at a corner are connected (26 neighbours), those of the pore only through faces (6): the
        Euler number of the union of closed voxels. The array's faces are faces of the solid.

    Returns
    -------
    int
        Ball 1, solid torus 0, hollow ball 2.

    References
    ----------
    Ohser & Muecklich, Statistical Analysis of Microstructures in Materials Science (2000).
    """
    return int(_owned_cells(np.pad(solid.astype(bool, copy=False), 1)))


def euler_density_per_um3(block: Block) -> float:
    """Euler number of the solid per volume, free of the faces of the VOI.

    Parameters
    ----------
    block : Block
        The VOI and the layer of voxels before its first ones.

    Notes
    -----
    chi_V = [chi(X in W) - chi(X in the three upper faces of W)] / |W|: each voxel counts the corner, edges and faces on
    its lower side, so that the sum is additive and the surroundings make up for the faces. Solid of 26 and of 6
    neighbours err in opposite ways where a gap or a neck is about one voxel wide: their mean is given. Swapped phases
    give the same.
    """
    first = tuple(slice(MARGIN - 1, MARGIN + n) for n in block.shape)
    window = np.ascontiguousarray(block.solid[first])
    return (int(_owned_cells(window)) + int(_owned_cells(~window))) / (2 * block.volume_um3)


def curvature_from_euler(euler_density_per_um3: float, surface_per_um: float) -> float:
    """Area-weighted mean of the Gaussian curvature in 1/um^2, by Gauss and Bonnet: <G> S_V = 4 pi chi_V.

    Parameters
    ----------
    euler_density_per_um3, surface_per_um : float
        Of one VOI; see euler_density_per_um3 and surface.specific_surface.

    Returns
    -------
    float
        NaN where there is no interface.

    Notes
    -----
    Within 10 % on random fields with G h^2 from -0.01 to -0.09, 31 to 69 % metal, voxels up to 4:1:1 (see selfcheck).
    It knows no smoothing: a single voxel of noise counts as an object or a hole, which flags such a VOI; see agreement.
    """
    return 4 * math.pi * euler_density_per_um3 / surface_per_um if surface_per_um > 0 else math.nan


@innermost()
def _owned_cells(solid: np.ndarray) -> int:
    """Corners - edges + faces - voxels of the solid on the lower sides of all voxels but the first in each axis."""
    nz, ny, nx = solid.shape
    total = 0
    for z in range(1, nz):
        for y in range(1, ny):
            for x in range(1, nx):
                here = solid[z, y, x]
                below, before, left = solid[z - 1, y, x], solid[z, y - 1, x], solid[z, y, x - 1]
                edge_z = here | before | left | solid[z, y - 1, x - 1]
                edge_y = here | below | left | solid[z - 1, y, x - 1]
                edge_x = here | below | before | solid[z - 1, y - 1, x]
                corner = edge_z | edge_y | edge_x | solid[z - 1, y - 1, x - 1]
                faces = int(here | below) + int(here | before) + int(here | left)
                total += int(corner) - int(edge_z) - int(edge_y) - int(edge_x) + faces - int(here)
    return total
