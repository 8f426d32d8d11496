"""Strut diameters: twice the distance to the interface along the curve skeleton of the solid."""

import math
from typing import NamedTuple

import cc3d
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from scipy.special import ndtr

from porescope.describe.distance import InterfaceDistance
from porescope.describe.field import MARGIN, Block, finer, first_node
from porescope.describe.spheres import spheres_about
from porescope.describe.thinning import thin
from porescope.volume import Spacing

NEAR = 4
"""Voxels around the VOI in which diameters are measured, so that spurs are judged across its faces."""

COURSE = 3.2
"""Shortest edges of nodes within which points of the skeleton tell which way a strut runs."""

SPUR = 1.5
"""A free end is a spur if it is shorter than this many times the radius at its junction: if it leaves the sphere there
by less than half a radius, as a bump on a strut does."""


class Struts(NamedTuple):
    """Diameters along the skeleton.

    Attributes
    ----------
    diameter_um, length_um : (n,) float arrays
        Diameter at each skeleton point and the length of skeleton that it stands for.
    position_um : (n, 3) float array
        Skeleton points (z, y, x) from the centre of the VOI's first voxel.
    """

    diameter_um: np.ndarray
    length_um: np.ndarray
    position_um: np.ndarray


class Links(NamedTuple):
    """Pairs of skeleton points that touch, at a face, an edge or a corner.

    Attributes
    ----------
    one, other : (n,) int arrays
        Indices of points; each pair stands once.
    length_um : (n,) float array
        From one to the other.
    """

    one: np.ndarray
    other: np.ndarray
    length_um: np.ndarray


class LogNormal(NamedTuple):
    """A log-normal distribution fitted to weighted values.

    Attributes
    ----------
    mean : float
        exp(mu + s^2 / 2), in the unit of the values.
    mu, s : float
        Mean and standard deviation of the natural logarithm.
    misfit : float
        Largest distance between the cumulative distributions (Kolmogorov-Smirnov statistic), 0 to 1.
    """

    mean: float
    mu: float
    s: float
    misfit: float


def strut_diameters(block: Block, skeleton: np.ndarray, near: InterfaceDistance, factors: tuple[int, ...]) -> Struts:
    """Diameters of the struts of a VOI.

    Parameters
    ----------
    block : Block
        The VOI and its surroundings.
    skeleton : (n, 3) int array
        From skeleton_points of the nodes in the solid, of the smooth field of the whole block, refined by ``factors``.
    near : InterfaceDistance
        Of the same field.
    factors : (z, y, x)
        Nodes a voxel; see field.cubic_factors.

    Returns
    -------
    Struts
        Empty where the solid of the VOI has no skeleton or no interface.

    Notes
    -----
    The skeleton is that of the block, so that the faces of the VOI do not end it; ends too short to be struts are
    pruned; points outside the VOI, and points nearer to the end of the data than to the interface, are left out. The
    diameter is that of the largest sphere about a point, whose centre moves across the strut and not along it to where
    that is wider; see spheres.spheres_about. Bars come out within 0.3 of the longest voxel edge (0.6 along the grid),
    from two such edges in radius on and for voxels up to 4:1:1.
    """
    nodes = finer(block.spacing, factors)
    origin = first_node(block.spacing, factors) - MARGIN * np.array(block.spacing)
    if not len(skeleton) or not len(near.points_um):
        return Struts(np.zeros(0), np.zeros(0), np.zeros((0, 3)))
    position = skeleton * np.array(nodes) + origin
    measured = _in_voi(block, position, NEAR)
    radius = np.zeros(len(skeleton))
    flat = np.asarray(np.ravel_multi_index(tuple(skeleton.T), near.nearest.shape))
    along = courses(position[measured], COURSE * min(nodes))
    radius[measured] = spheres_about(near, flat[measured], nodes, along).radii_um
    touching = links(skeleton, near.nearest.shape, nodes)
    keep = ~spurs(touching, radius)
    both = keep[touching.one] & keep[touching.other]
    ends = np.concatenate([touching.one[both], touching.other[both]])
    length = np.bincount(ends, np.tile(touching.length_um[both] / 2, 2), len(skeleton))
    keep &= _usable(block, position, radius)
    return Struts(2 * radius[keep], length[keep], position[keep])


def courses(points_um: np.ndarray, reach_um: float) -> np.ndarray:
    """Which way a curve runs at its points: the longest axis of those near by.

    Parameters
    ----------
    points_um : (n, 3) float array
        (z, y, x).
    reach_um : float
        How far away points count.

    Returns
    -------
    (n, 3) float array
        Unit vectors of either sense; 0 for a point by itself.
    """
    one, other = cKDTree(points_um).query_pairs(reach_um, output_type="ndarray").T
    ways = points_um[other] - points_um[one]
    spread = np.empty((len(points_um), 3, 3))
    for i, j in np.ndindex(3, 3):
        product = ways[:, i] * ways[:, j]
        spread[:, i, j] = np.bincount(one, product, len(points_um)) + np.bincount(other, product, len(points_um))
    squares, axes = np.linalg.eigh(spread)
    return np.where(squares[:, -1:] > 0, axes[:, :, -1], 0.0)


def skeleton_points(solid: np.ndarray) -> np.ndarray:
    """Nodes (n, 3) of the curve skeleton of a solid, by Lee thinning.

    Notes
    -----
    Thinning keeps a shell around every closed pore, since that cannot be opened: many nodes, and no curve. So closed
    pores are filled first, and nodes in them left out afterwards. Thinning deletes some objects of even width whole;
    these are thinned again, peeled on one side by a voxel.
    """
    filled = solid | closed_pores(solid)
    skeleton = thin(filled)
    labels, count = cc3d.connected_components(filled, connectivity=26, return_N=True)
    lost = np.ones(count + 1, bool)
    lost[labels[skeleton]] = False
    lost[0] = False
    boxes = cc3d.statistics(labels)["bounding_boxes"] if lost.any() else []
    for label in np.flatnonzero(lost):
        skeleton[boxes[label]] |= _peeled_skeleton(labels[boxes[label]] == label)
    return np.argwhere(skeleton & solid)


def closed_pores(solid: np.ndarray) -> np.ndarray:
    """Pores (True) that reach no face of the array, their nodes connected through faces."""
    labels, count = cc3d.connected_components(~solid, connectivity=6, return_N=True, out_dtype=np.uint32)
    closed = np.ones(count + 1, bool)
    for axis in range(3):
        for face in (0, -1):
            closed[np.take(labels, face, axis)] = False
    closed[0] = False
    return closed[labels]


def _peeled_skeleton(whole: np.ndarray) -> np.ndarray:
    """Skeleton of an object that was lost, without the voxels on its lower side along the first axis that saves it."""
    for axis in range(3):
        peeled = np.zeros_like(whole)
        np.moveaxis(peeled, axis, 0)[1:] = np.moveaxis(whole, axis, 0)[1:] & np.moveaxis(whole, axis, 0)[:-1]
        skeleton = thin(peeled)
        if skeleton.any():
            break
    return skeleton


def links(points: np.ndarray, shape: tuple[int, ...], spacing: Spacing) -> Links:
    """Which points of a skeleton touch.

    Parameters
    ----------
    points : (n, 3) int array
        Nodes of the skeleton, in the order of an array.
    shape : (nz, ny, nx)
        Of that array.
    spacing : Spacing
        Node distances (z, y, x) in um.
    """
    place = np.ravel_multi_index(tuple(points.T), shape)
    found = []
    for corner in list(np.ndindex(3, 3, 3))[14:]:  # one of each two opposite steps
        step = np.array(corner) - 1
        there = points + step
        one = np.flatnonzero(((there >= 0) & (there < shape)).all(axis=1))
        wanted = np.ravel_multi_index(tuple(there[one].T), shape)
        other = np.minimum(np.searchsorted(place, wanted), len(place) - 1)
        touch = place[other] == wanted
        one, other = one[touch], other[touch]
        found.append((one, other, np.full(len(one), math.hypot(*(step * np.array(spacing))))))
    return Links(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def spurs(touching: Links, radius: np.ndarray) -> np.ndarray:
    """Which skeleton points belong to free ends too short to be struts; see SPUR.

    Parameters
    ----------
    touching : Links
    radius : (n,) array
        Of the strut in um at each point; 0 where it is not known.
    """
    count = len(radius)
    degree = np.bincount(touching.one, minlength=count) + np.bincount(touching.other, minlength=count)
    junction = degree > 2
    one, other = np.concatenate(touching[:2]), np.concatenate(touching[1::-1])
    away = np.tile(touching.length_um, 2)
    within = ~junction[one] & ~junction[other]
    graph = coo_array((np.ones(int(within.sum()), bool), (one[within], other[within])), (count, count))
    branches, branch = connected_components(graph, directed=False)
    free_ends = np.bincount(branch[degree <= 1], minlength=branches)
    length = np.bincount(branch[one[within]], away[within] / 2, branches)  # each link stands there both ways
    at_junction, last = np.zeros(branches), np.zeros(branches)
    leaves = np.flatnonzero(~junction[one] & junction[other])
    np.maximum.at(at_junction, branch[one[leaves]], radius[other[leaves]])
    np.maximum.at(last, branch[one[leaves]], away[leaves])
    short = (free_ends > 0) & (length + last < SPUR * at_junction)
    return np.asarray(~junction & short[branch])


def fit_log_normal(values: np.ndarray, weights: np.ndarray) -> LogNormal:
    """Fit a log-normal distribution by weighted maximum likelihood.

    Parameters
    ----------
    values, weights : (n,) arrays
        Positive values and how much each counts.

    Returns
    -------
    LogNormal
        All NaN where nothing counts.
    """
    counts = (weights > 0) & (values > 0)
    if not counts.any():
        return LogNormal(math.nan, math.nan, math.nan, math.nan)
    logs, share = np.log(values[counts]), weights[counts] / weights[counts].sum()
    mu = float((share * logs).sum())
    s = math.sqrt(float((share * (logs - mu) ** 2).sum()))
    order = np.argsort(logs)
    above = np.cumsum(share[order])
    model = ndtr((logs[order] - mu) / max(s, 1e-12))
    misfit = float(np.maximum(np.abs(above - model), np.abs(above - share[order] - model)).max())
    return LogNormal(math.exp(mu + s * s / 2), mu, s, misfit)


def _usable(block: Block, position: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Points in the VOI that are nearer to the interface than to the end of the data."""
    usable = _in_voi(block, position)
    for axis, ((low, high), h) in enumerate(zip(block.data, block.spacing, strict=True)):
        x = position[:, axis]
        usable &= (x - (low - MARGIN - 0.5) * h >= radius) & ((high - MARGIN - 0.5) * h - x >= radius)
    return usable


def _in_voi(block: Block, position: np.ndarray, margin_px: float = 0.0) -> np.ndarray:
    """Points in the VOI or up to a number of voxels around it."""
    low = -(0.5 + margin_px) * np.array(block.spacing)
    high = (np.array(block.shape) - 0.5 + margin_px) * np.array(block.spacing)
    return ((position >= low) & (position < high)).all(axis=1)
