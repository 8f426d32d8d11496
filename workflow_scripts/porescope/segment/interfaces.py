"""How far a mask's interface lies from the true one, and what is left of its errors away from it."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

UNKNOWN = 255
"""Class of pixels whose phase nobody knows; they are not scored."""

NEAR_PX = 3.0
"""Distance from the true interface up to which a wrong pixel counts as a displaced interface, not as a missed pore."""


@dataclass(frozen=True)
class Surroundings:
    """Where the pixels of a slice of truth lie.

    Attributes
    ----------
    known : (ny, nx) bool array
    pore : (ny, nx) bool array
    beside : (ny, nx) bool array
        Pixels that share an edge with one of the other phase: the band of one pixel on either side of the interface.
    near : (ny, nx) bool array
        At most NEAR_PX from the other phase.
    length_px : float
        Length of the interface: pi / 4 times the pixel edges between phases, which is right for isotropic interfaces
        (Cauchy-Crofton with two directions).
    """

    known: np.ndarray
    pore: np.ndarray
    beside: np.ndarray
    near: np.ndarray
    length_px: float

    @classmethod
    def of(cls, truth: np.ndarray) -> "Surroundings":
        """From the classes of a slice, 255 where unknown."""
        known = truth != UNKNOWN
        pore = known & (truth > 0)
        beside = np.zeros(truth.shape, bool)
        edges = 0
        for axis in (0, 1):
            first, second = _halves(axis)
            crossing = (pore[first] != pore[second]) & known[first] & known[second]
            beside[first] |= crossing
            beside[second] |= crossing
            edges += int(np.count_nonzero(crossing))
        if edges:
            far = np.where(pore, ndimage.distance_transform_edt(pore), ndimage.distance_transform_edt(~pore))
            near = known & (far <= NEAR_PX)
        else:
            near = np.zeros(truth.shape, bool)
        return cls(known, pore, beside, near, np.pi / 4 * edges)


def displaced(truth: Surroundings, mask: np.ndarray) -> int:
    """Wrong pixels near the true interface: over its length, the mean distance between both interfaces in pixels."""
    return int(np.count_nonzero((mask != truth.pore) & truth.near))


def _halves(axis: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    whole, before, behind = slice(None), slice(None, -1), slice(1, None)
    return ((before, whole), (behind, whole)) if axis == 0 else ((whole, before), (whole, behind))
