"""Columns that are found on the smooth interface: curvatures, struts, paths."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from porescope.describe.boxes import Voi, crop_to
from porescope.describe.curvature import Interface, curvature_edges, interface
from porescope.describe.field import Block, crop, finer
from porescope.describe.geodesic import method_error, tortuosities
from porescope.describe.mesh import mesh_specific_surface
from porescope.describe.options import DescribeOptions
from porescope.describe.pictures import interface_map, path_map, skeleton_map
from porescope.describe.struts import Struts, fit_log_normal, strut_diameters
from porescope.volume import Spacing

KINDS = (
    ("convex", False, True),
    ("concave", False, False),
    ("saddle_convex", True, True),
    ("saddle_concave", True, False),
)
"""Quadrants of the joint distribution: name, whether G < 0, whether M > 0."""

TAILS = (0.01, 0.05, 0.95, 0.99)


def columns(
    block: Block,
    smooth: np.ndarray,
    factors: tuple[int, ...],
    cuts: Sequence[Voi],
    options: DescribeOptions,
    maps: bool,
) -> tuple[list[dict[str, float]], dict[str, np.ndarray]]:
    """Curvatures, strut diameter and tortuosity of parts of a VOI, and their distributions over the whole.

    Parameters
    ----------
    block : Block
        The VOI and its surroundings.
    smooth : float32 array
        Smooth field of the whole block, refined by ``factors``.
    factors : (z, y, x)
        Nodes a voxel.
    cuts : sequence of Voi
        Parts of it, counted from its first voxel; the first is the whole.
    options : DescribeOptions
    maps : bool
        Whether to keep what pictures are made from.
    """
    surface = interface(block, options.smoothing_px)
    struts = strut_diameters(block, smooth, factors, surface)
    arrays = _distributions(surface, struts, block.spacing, options)
    peak = _peak(arrays["gm_histogram"], arrays["gm_G_edges"], arrays["gm_M_edges"])
    if maps:
        arrays |= interface_map(surface, smooth, block, factors) | skeleton_map(struts)
    rows = [
        _curvatures(_within(surface, cut, block.spacing)) | _struts(_struts_within(struts, cut, block.spacing))
        for cut in cuts
    ]
    mesh = mesh_specific_surface(surface.total_area_um2, block, options.smoothing_px)
    rows[0] |= peak | {"mesh_surface_per_um": mesh}
    del surface, struts
    smooth, nodes = crop(smooth, block.shape, factors), finer(block.spacing, factors)
    for index, (row, cut) in enumerate(zip(rows, cuts, strict=True)):
        part = crop_to(smooth, cut, factors)
        taus, ratio = _tortuosities(part, nodes)
        row.update(taus)
        row["tortuosity_method_error"] = _method_error(row["gaussian_curvature_per_um2"], nodes, part.size)
        if maps and index == 0:
            arrays |= path_map(ratio, block, factors)
    return rows, arrays


def _distributions(
    surface: Interface, struts: Struts, spacing: Spacing, options: DescribeOptions
) -> dict[str, np.ndarray]:
    gaussian, mean = curvature_edges(spacing, options.curvature_bins, options.gaussian_limit, options.mean_limit)
    return {
        "gm_histogram": surface.histogram(gaussian, mean),
        "gm_G_edges": gaussian,
        "gm_M_edges": mean,
        "strut_diameters_um": struts.diameter_um.astype(np.float32),
        "strut_weights_um": struts.length_um.astype(np.float32),
    }


def _curvatures(surface: Interface) -> dict[str, float]:
    """Means, shares of the four kinds of places, and tails of the distributions, weighted by area."""
    values = {
        "gaussian_curvature_per_um2": surface.gaussian_curvature_per_um2,
        "mean_curvature_per_um": surface.mean_curvature_per_um,
    }
    counts = surface.area_um2 > 0
    if not counts.any():
        return values
    gaussian, mean, area = (a[counts] for a in (surface.gaussian_per_um2, surface.mean_per_um, surface.area_um2))
    whole = float(area.sum(dtype=np.float64))
    for name, saddle, convex in KINDS:
        here = ((gaussian < 0) == saddle) & ((mean > 0) == convex)
        values[f"share_{name}"] = float(area[here].sum(dtype=np.float64)) / whole
    for name, unit, curvature in (("G", "per_um2", gaussian), ("M", "per_um", mean)):
        tails = np.quantile(curvature, TAILS, weights=area, method="inverted_cdf")
        values |= {f"{name}_q{100 * t:02.0f}_{unit}": float(v) for t, v in zip(TAILS, tails, strict=True)}
    return values


def _peak(histogram: np.ndarray, gaussian: np.ndarray, mean: np.ndarray) -> dict[str, float]:
    """Where the joint distribution is highest: the middle of its fullest bin after smoothing by a bin; NaN if empty."""
    if not histogram.any():
        return {}
    i, j = np.unravel_index(ndimage.gaussian_filter(histogram, 1.0).argmax(), histogram.shape)
    return {
        "curvature_peak_G_per_um2": float(gaussian[i : i + 2].mean()),
        "curvature_peak_M_per_um": float(mean[j : j + 2].mean()),
    }


def _struts(struts: Struts) -> dict[str, float]:
    fit = fit_log_normal(struts.diameter_um, struts.length_um)
    return {
        "strut_diameter_um": fit.mean,
        "strut_log_mean": fit.mu,
        "strut_log_sd": fit.s,
        "strut_misfit": fit.misfit,
    }


def _tortuosities(smooth: np.ndarray, nodes: Spacing) -> tuple[dict[str, float], np.ndarray]:
    """Tortuosity per direction, its mean, and +y alone; and the map of the ways along +y."""
    values: dict[str, float] = {}
    kept = np.zeros(0, np.float32)
    for name, result in tortuosities(smooth, nodes):
        values[f"tortuosity_{name}"] = result.tortuosity
        if name == "plus_y":
            kept = result.ratio
    values["tortuosity"] = float(np.mean(list(values.values())))
    values["tortuosity_y"] = values["tortuosity_plus_y"]
    return values, kept


def _method_error(gaussian: float, nodes: Spacing, count: int) -> float:
    """Relative error of tau - 1, at the radius of curvature 1 / sqrt |<G>|; NaN without interface."""
    if not abs(gaussian) > 0:
        return math.nan
    return method_error(1 / (math.sqrt(abs(gaussian)) * nodes.voxel_volume ** (1 / 3)), count)


def _within(surface: Interface, cut: Voi, spacing: Spacing) -> Interface:
    """The interface of a part: points outside it stand for no area."""
    inside = _inside(surface.position_um, cut, spacing)
    return dataclasses.replace(surface, area_um2=np.where(inside, surface.area_um2, np.float32(0)))


def _struts_within(struts: Struts, cut: Voi, spacing: Spacing) -> Struts:
    inside = _inside(struts.position_um, cut, spacing)
    return Struts(*(values[inside] for values in struts))


def _inside(position: np.ndarray, cut: Voi, spacing: Spacing) -> np.ndarray:
    low = (np.array(cut.start) - 0.5) * np.array(spacing)
    high = (np.array(cut.start) + np.array(cut.shape) - 0.5) * np.array(spacing)
    return ((position >= low) & (position < high)).all(axis=1)
