"""Columns that tell how wide metal and pores are."""

from collections.abc import Sequence

import numpy as np

from porescope.describe.boxes import Voi, crop_to
from porescope.describe.constrictivity import constrictivity, inscribed_radius
from porescope.describe.distance import interface_distance
from porescope.describe.field import Block, crop, finer
from porescope.describe.thickness import QUANTILES, local_thickness, thickness_of


def columns(block: Block, smooth: np.ndarray, factors: tuple[int, ...], cuts: Sequence[Voi]) -> list[dict[str, float]]:
    """Local thickness of metal and pores of parts of a VOI, and the constrictivity of the whole.

    Spheres reach beyond the faces of the VOI into what is known there.

    Parameters
    ----------
    block : Block
        The VOI and its surroundings.
    smooth : float32 array
        Smooth field of the whole block, refined by ``factors``.
    factors : (z, y, x)
        Nodes a voxel.
    cuts : sequence of Voi
        Parts of the VOI, counted from its first voxel.
    """
    nodes = finer(block.spacing, factors)
    near = interface_distance(smooth, nodes)
    rows: list[dict[str, float]] = [{} for _ in cuts]
    for phase in ("solid", "pore"):
        inside = smooth > 0 if phase == "solid" else smooth <= 0
        diameter = crop(local_thickness(near, inside, nodes), block.shape, factors)
        for row, cut in zip(rows, cuts, strict=True):
            found = thickness_of(crop_to(diameter, cut, factors))
            row[f"{phase}_thickness_um"] = found.mean_um
            for share, value in zip(QUANTILES, found.quantiles_um, strict=True):
                row[f"{phase}_thickness_p{100 * share:.0f}_um"] = value
        if phase == "solid":
            radius = crop(inscribed_radius(near, inside, nodes), block.shape, factors)
            each = [constrictivity(radius, diameter, nodes, axis) for axis in range(3)]
            rows[0]["constrictivity"] = float(np.mean(each))
    return rows
