"""Local thickness: the diameter of the largest inscribed sphere that covers a place, in metal and in pore."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from porescope.describe.spheres import Spheres
from porescope.volume import Spacing

TOLERANCE = 0.15
"""In nodes: a sphere that sticks out of a larger one by no more is left out, which thins thousands to one."""

QUANTILES = (0.1, 0.5, 0.9)


class Thickness(NamedTuple):
    """Distribution of local thickness over the volume of a phase.

    Attributes
    ----------
    mean_um : float
        Volume-weighted mean diameter; NaN without the phase.
    quantiles_um : tuple of float
        Diameters below which 10, 50 and 90 % of the volume lie.
    """

    mean_um: float
    quantiles_um: tuple[float, float, float]


def local_thickness(spheres: Spheres, phase: np.ndarray, spacing: Spacing) -> np.ndarray:
    """Map of local thickness.

    Parameters
    ----------
    spheres : Spheres
        Of the phase; see spheres.ridge_spheres.
    phase : (nz, ny, nx) bool array
        Where to measure: metal or pore.
    spacing : Spacing
        Node distances (z, y, x) in um.

    Returns
    -------
    (nz, ny, nx) float32 array
        Diameter in um of the largest sphere within the phase that covers each node; 0 outside the phase, and
        everywhere if there is no interface. Spheres end at the interface, not at the faces of the array.

    Notes
    -----
    Spheres are drawn from the largest on, so that a place keeps the first that covers it; those that lie in the one
    drawn at their centre, but for 0.15 nodes, are left out.

    References
    ----------
    Hildebrand & Rueegsegger, A new method for the model-independent assessment of thickness in three-dimensional
    images, Journal of Microscopy 185 (1997).
    """
    order = np.argsort(-spheres.radii_um, kind="stable")
    centres, radii = spheres.centres_um[order], spheres.radii_um[order]
    owner = np.full(phase.shape, -1, np.int32)
    edges = np.array(spacing, np.float64)
    _draw(centres, radii, phase, edges, TOLERANCE * float(edges.min()), owner)
    diameters = np.append(2 * radii, np.float32(0))  # the last one for places without a sphere, number -1
    thickness = owner.view(np.float32)  # in place, slice by slice
    for section, numbers in zip(thickness, owner, strict=True):
        section[:] = diameters[numbers]
    return thickness


def thickness_of(diameter_um: np.ndarray) -> Thickness:
    """Distribution of the nodes with a thickness above 0."""
    values = diameter_um[diameter_um > 0]
    if not len(values):
        return Thickness(math.nan, (math.nan, math.nan, math.nan))
    low, middle, high = (float(q) for q in np.quantile(values, QUANTILES))
    return Thickness(float(values.mean(dtype=np.float64)), (low, middle, high))


@njit(cache=True, nogil=True)
def _draw(
    centres: np.ndarray,
    radii: np.ndarray,
    phase: np.ndarray,
    edges: np.ndarray,
    tolerance: float,
    owner: np.ndarray,
) -> None:
    """Number the places of the phase by the first sphere that covers them; the largest come first."""
    nz, ny, nx = phase.shape
    free = _places(phase)
    for n in range(len(radii)):
        radius = radii[n]
        c = centres[n]
        z, y, x = round(c[0] / edges[0]), round(c[1] / edges[1]), round(c[2] / edges[2])
        z, y, x = min(max(z, 0), nz - 1), min(max(y, 0), ny - 1), min(max(x, 0), nx - 1)
        large = owner[z, y, x]
        if large >= 0:
            d = centres[large]
            apart = math.sqrt((c[0] - d[0]) ** 2 + (c[1] - d[1]) ** 2 + (c[2] - d[2]) ** 2)
            if apart + radius <= radii[large] + tolerance:
                continue
        reach = radius + 0.5 * edges.min()  # nodes between the ridge's spheres and the interface belong to one too
        for i in range(max(0, int((c[0] - reach) / edges[0])), min(nz, int((c[0] + reach) / edges[0]) + 2)):
            dz = i * edges[0] - c[0]
            for j in range(max(0, int((c[1] - reach) / edges[1])), min(ny, int((c[1] + reach) / edges[1]) + 2)):
                dy = j * edges[1] - c[1]
                rest = reach * reach - dz * dz - dy * dy
                if rest <= 0:
                    continue
                half = math.sqrt(rest)
                first = max(math.ceil((c[2] - half) / edges[2]), 0)
                last = min(int((c[2] + half) / edges[2]), nx - 1)
                k = _next(free[i, j], first)
                while k <= last:
                    owner[i, j, k] = n
                    free[i, j, k] = k + 1
                    k = _next(free[i, j], k + 1)


@njit(cache=True, nogil=True)
def _next(free: np.ndarray, k: int) -> int:
    """First place of a row from k on that no sphere covers; the way there is shortened for the next one."""
    end = k
    while free[end] != end:
        end = free[end]
    while free[k] != end:
        after = free[k]
        free[k] = end
        k = after
    return end


@njit(cache=True, nogil=True)
def _places(phase: np.ndarray) -> np.ndarray:
    """For each place of a row, and one beyond its end: itself where the phase is, else the next place."""
    nz, ny, nx = phase.shape
    free = np.empty((nz, ny, nx + 1), np.int16)
    for z in range(nz):
        for y in range(ny):
            for x in range(nx):
                free[z, y, x] = x if phase[z, y, x] else x + 1
            free[z, y, nx] = nx
    return free
