"""Columns that tell how wide metal and pores are."""

from collections.abc import Sequence

import numpy as np

from porescope.describe.boxes import Voi, crop_to
from porescope.describe.constrictivity import constrictivity
from porescope.describe.distance import InterfaceDistance, interface_distance
from porescope.describe.field import MARGIN, Block, crop, finer
from porescope.describe.thickness import QUANTILES, local_thickness, thickness_of
from porescope.volume import Spacing


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
            rows[0]["constrictivity"] = _constrictivity(near, diameter, block.shape, factors, nodes)
    return rows


def _constrictivity(
    near: InterfaceDistance,
    diameter: np.ndarray,
    shape: tuple[int, int, int],
    factors: tuple[int, ...],
    nodes: Spacing,
) -> float:
    """Of the metal of a VOI, mean over the three axes; ``diameter`` is its local thickness."""
    first = [MARGIN * f * h for f, h in zip(factors, nodes, strict=True)]
    part = near._replace(
        distance_um=crop(near.distance_um, shape, factors),
        nearest=crop(near.nearest, shape, factors),
        points_um=near.points_um - np.array(first, np.float32),
    )
    return float(np.mean([constrictivity(part, diameter > 0, diameter, nodes, axis) for axis in range(3)]))
