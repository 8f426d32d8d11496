"""Columns that are found on the smooth interface: its curvatures, and its area."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from porescope.describe.boxes import Voi, points_in
from porescope.describe.curvature import Interface, curvature_edges, interface
from porescope.describe.field import Block
from porescope.describe.mesh import mesh_specific_surface
from porescope.describe.options import DescribeOptions
from porescope.describe.pictures import point_map
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
    block: Block, cuts: Sequence[Voi], options: DescribeOptions, maps: bool, twice: bool
) -> tuple[list[dict[str, float]], dict[str, np.ndarray]]:
    """Curvatures of parts of a VOI, their joint distribution over the whole, and its area.

    Parameters
    ----------
    block : Block
        The VOI and its surroundings.
    cuts : sequence of Voi
        Parts of it, counted from its first voxel; the first is the whole.
    options : DescribeOptions
    maps : bool
        Whether to keep what pictures are made from.
    twice : bool
        Whether to find the second estimate of the area, too; it is NaN without.
    """
    surface = interface(block, options.smoothing_px)
    gaussian, mean = curvature_edges(block.spacing, options.curvature_bins, options.gaussian_limit, options.mean_limit)
    arrays = {"gm_histogram": surface.histogram(gaussian, mean), "gm_G_edges": gaussian, "gm_M_edges": mean}
    if maps:
        arrays |= point_map(surface, block)
    rows = [_curvatures(_within(surface, cut, block.spacing)) for cut in cuts]
    rows[0] |= _peak(arrays["gm_histogram"], gaussian, mean)
    area = surface.total_area_um2
    del surface
    if twice:
        rows[0]["mesh_surface_per_um"] = mesh_specific_surface(area, block, options.smoothing_px)
    return rows, arrays


def _curvatures(surface: Interface) -> dict[str, float]:
    """Means, shares of the four kinds of places, and tails of the distributions, weighted by area."""
    values = {
        "surface_gaussian_curvature_per_um2": surface.gaussian_curvature_per_um2,
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


def _within(surface: Interface, cut: Voi, spacing: Spacing) -> Interface:
    """The interface of a part: points outside it stand for no area."""
    inside = points_in(surface.position_um, cut, spacing)
    return dataclasses.replace(surface, area_um2=np.where(inside, surface.area_um2, np.float32(0)))
