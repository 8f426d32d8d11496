"""Local thickness: the diameter of the largest inscribed sphere that covers a place, in metal and in pore."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from porescope.describe.spheres import Spheres
from porescope.volume import Spacing

WORD = 64
"""Places that are asked for at once: the bits of a number."""

ALL = np.uint64(2**WORD - 1)

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
    Spheres are drawn from the largest on, so that a place keeps the first that covers it.

    References
    ----------
    Hildebrand & Rueegsegger, A new method for the model-independent assessment of thickness in three-dimensional
    images, Journal of Microscopy 185 (1997).
    """
    order = np.argsort(-spheres.radii_um, kind="stable")
    thickness = np.zeros(phase.shape, np.float32)
    _draw(spheres.centres_um[order], spheres.radii_um[order], _words(phase), np.array(spacing, np.float64), thickness)
    return thickness


def thickness_of(diameter_um: np.ndarray) -> Thickness:
    """Distribution of the nodes with a thickness above 0."""
    values = diameter_um[diameter_um > 0]
    if not len(values):
        return Thickness(math.nan, (math.nan, math.nan, math.nan))
    low, middle, high = (float(q) for q in np.quantile(values, QUANTILES))
    return Thickness(float(values.mean(dtype=np.float64)), (low, middle, high))


@njit(cache=True, nogil=True)
def _draw(centres: np.ndarray, radii: np.ndarray, free: np.ndarray, edges: np.ndarray, thickness: np.ndarray) -> None:
    """Enter the diameter of the first sphere that covers each free place; the largest come first.

    Spheres of a ridge lie in each other for the most part, so that hardly any row of a sphere still has a free place:
    that is asked of 64 places at once.
    """
    nz, ny, nx = thickness.shape
    edge_z, edge_y, edge_x = edges[0], edges[1], edges[2]
    for n in range(len(radii)):
        reach = radii[n] + 0.5 * edges.min()  # nodes between the ridge's spheres and the interface belong to one too
        z, y, x = centres[n, 0], centres[n, 1], centres[n, 2] / edge_x
        for i in range(max(0, int((z - reach) / edge_z)), min(nz, int((z + reach) / edge_z) + 2)):
            in_section = reach * reach - (i * edge_z - z) ** 2
            for j in range(max(0, int((y - reach) / edge_y)), min(ny, int((y + reach) / edge_y) + 2)):
                in_row = in_section - (j * edge_y - y) ** 2
                if in_row <= 0:
                    continue
                half = math.sqrt(in_row) / edge_x
                first, last = max(math.ceil(x - half), 0), min(math.floor(x + half), nx - 1)
                for word in range(first // WORD, last // WORD + 1):
                    low, high = max(first - word * WORD, 0), min(last - word * WORD, WORD - 1)
                    span = (ALL >> np.uint64(WORD - 1 - high)) & (ALL << np.uint64(low))
                    if not free[i, j, word] & span:
                        continue
                    for bit in range(low, high + 1):
                        if free[i, j, word] >> np.uint64(bit) & np.uint64(1):
                            thickness[i, j, word * WORD + bit] = 2 * radii[n]
                    free[i, j, word] &= ~span


def _words(phase: np.ndarray) -> np.ndarray:
    """The rows of a phase in numbers, a bit for each place; the lowest bit is the first."""
    nz, ny, nx = phase.shape
    bits = np.zeros((nz, ny, -(-nx // WORD) * WORD // 8), np.uint8)
    bits[:, :, : -(-nx // 8)] = np.packbits(phase, axis=2, bitorder="little")
    return bits.view("<u8").astype(np.uint64, copy=False)
