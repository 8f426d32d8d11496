"""Columns that tell how wide metal and pores are."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from porescope.describe.boxes import Voi, crop_to, points_in
from porescope.describe.constrictivity import constrictivity, inscribed_radius
from porescope.describe.distance import InterfaceDistance
from porescope.describe.field import MARGIN, Block, crop, finer
from porescope.describe.spheres import Spheres, ridge_spheres
from porescope.describe.struts import Struts, fit_log_normal
from porescope.describe.thickness import QUANTILES, local_thickness, thickness_of
from porescope.volume import Spacing


class Widths(NamedTuple):
    """What is needed of the distance to the interface.

    Attributes
    ----------
    solid, pore : Spheres
        Largest spheres in each phase.
    distance_um : float32 array
        Of every node of the block.
    """

    solid: Spheres
    pore: Spheres
    distance_um: np.ndarray


def strut_columns(struts: Struts, cuts: Sequence[Voi], spacing: Spacing) -> list[dict[str, float]]:
    """Strut diameter of parts of a VOI.

    Parameters
    ----------
    struts : Struts
        Of the VOI.
    cuts : sequence of Voi
        Parts of the VOI, counted from its first voxel.
    spacing : Spacing
        Voxel edges (z, y, x) in um.
    """
    rows = []
    for cut in cuts:
        inside = points_in(struts.position_um, cut, spacing)
        fit = fit_log_normal(struts.diameter_um[inside], struts.length_um[inside])
        rows.append(
            {
                "strut_diameter_um": fit.mean,
                "strut_log_mean": fit.mu,
                "strut_log_sd": fit.s,
                "strut_misfit": fit.misfit,
            }
        )
    return rows


def widths(block: Block, near: InterfaceDistance, inside: np.ndarray, factors: tuple[int, ...]) -> Widths:
    """Spheres of both phases; they reach beyond the faces of the VOI into what is known there.

    Parameters
    ----------
    block : Block
        The VOI and its surroundings.
    near : InterfaceDistance
        Of the smooth field of the whole block, refined by ``factors``.
    inside : bool array
        Nodes of the same field in the metal.
    factors : (z, y, x)
        Nodes a voxel.
    """
    nodes = finer(block.spacing, factors)
    solid, pore = (ridge_spheres(near, phase, nodes) for phase in (inside, ~inside))
    return Widths(solid, pore, near.distance_um)


def columns(
    block: Block, found: Widths, inside: np.ndarray, factors: tuple[int, ...], cuts: Sequence[Voi]
) -> list[dict[str, float]]:
    """Local thickness of metal and pores of parts of a VOI, and the constrictivity of the whole.

    Parameters
    ----------
    block, inside, factors
        As for widths.
    found : Widths
    cuts : sequence of Voi
        Parts of the VOI, counted from its first voxel; the first is the whole.
    """
    nodes = finer(block.spacing, factors)
    rows: list[dict[str, float]] = [{} for _ in cuts]
    for name, spheres, phase in (("solid", found.solid, inside), ("pore", found.pore, ~inside)):
        diameter = crop(local_thickness(spheres, phase, nodes), block.shape, factors)
        for row, cut in zip(rows, cuts, strict=True):
            thickness = thickness_of(crop_to(diameter, cut, factors))
            row[f"{name}_thickness_um"] = thickness.mean_um
            for share, value in zip(QUANTILES, thickness.quantiles_um, strict=True):
                row[f"{name}_thickness_p{100 * share:.0f}_um"] = value
        del diameter
    median = rows[0]["solid_thickness_p50_um"]
    radius = inscribed_radius(found.distance_um, inside, found.solid, [MARGIN * f for f in factors])
    narrow = float(np.mean(constrictivity(radius, median, nodes)))
    return [rows[0] | {"constrictivity": narrow}, *rows[1:]]
