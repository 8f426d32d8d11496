"""Constrictivity: how much narrower the bottlenecks of a phase are than the phase itself."""

import math

import cc3d
import edt
import numpy as np

from porescope.describe.distance import InterfaceDistance
from porescope.describe.thickness import inscribed_spheres
from porescope.volume import Spacing

NODES = 200
"""Longer axes are looked at through the widest of each few nodes, at most so many."""

HALVINGS = 6
"""Steps in which the radius of the bottlenecks is closed in, to 1/128 of the largest."""


def constrictivity(radius_um: np.ndarray, diameter_um: np.ndarray, spacing: Spacing, axis: int) -> float:
    """Constrictivity (r_min / r_max)^2 of a phase along an axis.

    Parameters
    ----------
    radius_um : (nz, ny, nx) float32 array
        Of the largest sphere about each node of the phase, 0 outside it; see inscribed_radius.
    diameter_um : (nz, ny, nx) float array
        Local thickness of the phase; see thickness.local_thickness.
    spacing : Spacing
        Node distances (z, y, x) in um.
    axis : int
        Of the flow.

    Returns
    -------
    float
        0 to 1, 1 for a straight channel; NaN without the phase, 0 where less than half of it can be reached from a
        face.

    Notes
    -----
    r_max is the radius that half of the phase's volume is covered with by spheres put anywhere in it (the median of the
    local thickness), r_min that of spheres that come in through a face: the mean of both faces of the axis.

    References
    ----------
    Muench & Holzer, Journal of the American Ceramic Society 91 (2008); Stenzel et al., AIChE Journal 62 (2016).
    """
    covered = diameter_um[diameter_um > 0]
    if not len(covered):
        return math.nan
    widest = float(np.median(covered)) / 2
    factors = tuple(-(-n // NODES) for n in radius_um.shape)
    radius = np.moveaxis(_widest_of(radius_um, factors), axis, 0)
    edges = Spacing(*(h * f for h, f in zip(spacing, factors, strict=True)))
    along = (edges[axis], *(h for i, h in enumerate(edges) if i != axis))
    narrow = np.mean([_intruded_radius(radius[::sense], along) for sense in (1, -1)])
    return min(1.0, float(narrow / widest) ** 2)


def inscribed_radius(near: InterfaceDistance, phase: np.ndarray, spacing: Spacing) -> np.ndarray:
    """Radius in um of the largest sphere about each node of a phase, float32; 0 outside it, and without interface."""
    if not len(near.points_um):
        return np.zeros(phase.shape, np.float32)
    radius = np.where(phase, near.distance_um, np.float32(0))
    nodes, _, inscribed = inscribed_spheres(near, phase, spacing)
    flat = radius.reshape(-1)
    flat[nodes] = np.maximum(flat[nodes], inscribed)
    return radius


def _intruded_radius(radius: np.ndarray, edges: tuple[float, ...]) -> float:
    """Largest radius of spheres that cover half of the phase when they come in through the first face."""
    half = np.count_nonzero(radius) / 2
    low, high = 0.0, float(radius.max())
    if _intruded_volume(radius, edges, high) >= half:
        return high
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _intruded_volume(radius, edges, middle) >= half:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _intruded_volume(radius: np.ndarray, edges: tuple[float, ...], size: float) -> int:
    """Nodes of the phase that spheres of a radius cover which come in through the first face."""
    open_to = radius >= size
    labels = cc3d.connected_components(np.ascontiguousarray(open_to), connectivity=26)
    entered = np.unique(labels[0])
    reached = np.isin(labels, entered[entered > 0])
    if not reached.any():
        return 0
    away = edt.edt(~reached, anisotropy=edges, black_border=False, parallel=1)
    return int(np.count_nonzero((away <= size) & (radius > 0)))


def _widest_of(radius: np.ndarray, factors: tuple[int, ...]) -> np.ndarray:
    """Largest value of each box of nodes, an odd rest left out."""
    if max(factors) == 1:
        return radius
    z, y, x = (n // f for n, f in zip(radius.shape, factors, strict=True))
    cut = radius[: z * factors[0], : y * factors[1], : x * factors[2]]
    return np.asarray(cut.reshape(z, factors[0], y, factors[1], x, factors[2]).max(axis=(1, 3, 5)))
