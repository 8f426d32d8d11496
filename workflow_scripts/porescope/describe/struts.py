"""Strut diameters: twice the distance to the interface along the curve skeleton of the solid."""

import math
from typing import NamedTuple

import cc3d
import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree
from scipy.special import ndtr
from skimage.morphology import skeletonize

from porescope.describe.curvature import Interface
from porescope.describe.field import MARGIN, Block

CLIMB = (0.5, 0.35, 0.25, 0.15, 0.1, 0.05)
"""Steps in voxels with which a skeleton point climbs to the middle of its strut."""

TOUCHING = 96
"""Points of the interface whose tangent planes make up a distance; some 60 square voxels."""

NEAR = 4
"""Voxels around the VOI in which diameters are measured, so that spurs are judged across its faces."""

SPUR = 1.0
"""A free end is a spur if it is shorter than this many times the radius at its junction."""


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


def strut_diameters(block: Block, field: np.ndarray, factors: tuple[int, ...], surface: Interface) -> Struts:
    """Diameters of the struts of a VOI.

    Parameters
    ----------
    block : Block
        The VOI and its surroundings.
    field : float array
        Smooth field of the whole block, positive in the solid, refined by ``factors`` to near-cubic nodes.
    factors : (z, y, x)
        Nodes a voxel; see field.cubic_factors.
    surface : Interface
        Of the same block.

    Returns
    -------
    Struts
        Empty where the solid of the VOI has no skeleton or no interface.

    Notes
    -----
    Skeleton by Lee thinning on the block, so that the faces of the VOI do not end it; ends shorter than the radius at
    their junction are pruned; points outside the VOI, and points nearer to the end of the data than to the interface,
    are left out. A skeleton point lies up to half a voxel off the middle of its strut: it climbs the distance to the
    interface by up to 1.4 nodes first. The distance is that to the tangent planes of the sub-voxel interface at the
    nearest points of it, on average: exact for slabs, cylinders and balls, and not drawn to the dents that a
    voxelised interface has. Bars come out within 0.3 of the longest voxel edge (see selfcheck).

    References
    ----------
    Lee, Kashyap & Chu, CVGIP: Graphical Models and Image Processing 56 (1994).
    """
    nodes = np.array([h / f for h, f in zip(block.spacing, factors, strict=True)])
    origin = np.array([(0.5 / f - 0.5 - MARGIN) * h for h, f in zip(block.spacing, factors, strict=True)])
    skeleton = thin(field > 0)
    points = np.argwhere(skeleton)
    if not len(points) or not len(surface.position_um):
        return Struts(np.zeros(0), np.zeros(0), np.zeros((0, 3)))
    position = points * nodes + origin
    near = _in_voi(block, position, NEAR)
    radius = np.zeros(len(points))
    radius[near] = inscribed_radius(position[near], surface, float(nodes.min()))
    keep = ~spurs(skeleton, points, radius, nodes)
    skeleton[tuple(points[~keep].T)] = False
    points, radius = points[keep], radius[keep]
    length = skeleton_lengths(skeleton, points, nodes)
    position = position[keep]
    return Struts(*(values[_usable(block, position, radius)] for values in (2 * radius, length, position)))


def thin(solid: np.ndarray) -> np.ndarray:
    """Curve skeleton by Lee thinning.

    scikit-image 0.26 deletes some objects of even width whole; these are thinned again, peeled on one side by a voxel.
    """
    skeleton = skeletonize(solid).astype(bool)
    labels, count = cc3d.connected_components(solid, connectivity=26, return_N=True)
    for axis in range(3):
        lost = np.ones(count + 1, bool)
        lost[labels[skeleton]] = False
        lost[0] = False
        if not lost.any():
            break
        whole = lost[labels]
        skeleton |= skeletonize(whole & np.roll(whole, 1, axis)).astype(bool)
    return skeleton


def inscribed_radius(points: np.ndarray, surface: Interface, step: float) -> np.ndarray:
    """Radius in um of the strut around each point.

    Parameters
    ----------
    points : (n, 3) array
        In um, about the middle of a strut.
    surface : Interface
    step : float
        A voxel in um.
    """
    tree = cKDTree(surface.position_um, compact_nodes=False, balanced_tree=False)
    here = best_point = points.astype(float)
    best, nearest = tree.query(here)
    for share in CLIMB:
        away = here - tree.data[nearest]
        here = here + share * step * away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-12)
        distance, nearest = tree.query(here)
        better = distance > best
        best = np.where(better, distance, best)
        best_point = np.where(better[:, np.newaxis], here, best_point)
    _, near = tree.query(best_point, k=min(TOUCHING, tree.n))
    near = near.reshape(len(points), -1)
    total = np.zeros(len(points))
    for column in near.T:
        total += ((surface.position_um[column] - best_point) * surface.normal[column]).sum(axis=1)
    return np.maximum(total / near.shape[1], best)


def spurs(skeleton: np.ndarray, points: np.ndarray, radius: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Which skeleton points belong to free ends that are shorter than the radius at their junction.

    Parameters
    ----------
    skeleton : (nz, ny, nx) bool array
    points : (n, 3) int array
        Its voxels.
    radius : (n,) array
        Distance to the interface in um at each point.
    nodes : (3,) array
        Node distances in um.
    """
    neighbours = ndimage.convolve(skeleton.astype(np.uint8), np.ones((3, 3, 3), np.uint8), mode="constant")
    degree = neighbours[tuple(points.T)] - 1
    branches = skeleton.copy()
    branches[tuple(points[degree > 2].T)] = False
    labels, count = cc3d.connected_components(branches, connectivity=26, return_N=True)
    label = labels[tuple(points.T)]
    size = np.bincount(label, weights=_mean_step(nodes) * np.ones(len(points)), minlength=count + 1)
    ends = np.bincount(label[degree <= 1], minlength=count + 1)
    at_junction = np.zeros(count + 1)
    value = np.zeros(skeleton.shape, np.float32)
    junction = degree > 2
    value[tuple(points[junction].T)] = radius[junction]
    around = ndimage.maximum_filter(value, size=3)
    np.maximum.at(at_junction, label, around[tuple(points.T)])
    short = (ends > 0) & (at_junction > 0) & (size < SPUR * at_junction)
    short[0] = False
    return short[label]


def skeleton_lengths(skeleton: np.ndarray, points: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Length in um that each skeleton point stands for: half the way to each of its neighbours."""
    padded = np.pad(skeleton, 1)
    total = np.zeros(len(points))
    for offset in np.ndindex(3, 3, 3):
        step = np.array(offset) - 1
        if step.any():
            total += 0.5 * np.linalg.norm(step * nodes) * padded[tuple((points + 1 + step).T)]
    return total


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


def _mean_step(nodes: np.ndarray) -> float:
    """Mean length of a step along a skeleton, in um: between a face and a body diagonal."""
    return float(nodes.mean() * 1.3)


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
