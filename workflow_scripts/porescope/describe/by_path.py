"""Columns that tell how long the ways through the metal are."""

import math
from collections.abc import Sequence

import numpy as np

from porescope.describe.boxes import Voi, crop_to
from porescope.describe.field import Block, crop, finer
from porescope.describe.geodesic import DIRECTIONS, block_size, method_error, tortuosities
from porescope.describe.pictures import path_map
from porescope.volume import Spacing

COARSE = 2
"""Edge in nodes of the blocks that are searched where only differences count: between octants, or between places of
the interface. What blocks take from each tau - 1 is much alike there."""

IF_THICKER = "_if_slices_were_thicker"
"""End of the names of what is measured once more."""


def columns(
    block: Block,
    smooth: np.ndarray,
    factors: tuple[int, ...],
    cuts: Sequence[Voi],
    maps: bool,
    thicker: float | None,
) -> tuple[list[dict[str, float]], dict[str, np.ndarray]]:
    """Tortuosity of parts of a VOI; ways enter each part at its own faces.

    Parameters
    ----------
    block : Block
        The VOI and its surroundings.
    smooth : float32 array
        Smooth field of the whole block, refined by ``factors``.
    factors : (z, y, x)
        Nodes a voxel.
    cuts : sequence of Voi
        Parts of it, counted from its first voxel. The first is the whole, which is searched in all directions, node by
        node if there are not too many; the others are searched quickly.
    maps : bool
        Whether to keep what pictures are made from.
    thicker : float, optional
        By what share slices are thicker where the tortuosities of the whole are measured once more, along the same
        ways; their names end in IF_THICKER.
    """
    smooth, nodes = crop(smooth, block.shape, factors), finer(block.spacing, factors)
    otherwise = None if thicker is None else nodes._replace(z=nodes.z * (1 + thicker))
    whole, ratio = _best(smooth, nodes, otherwise)
    arrays = path_map(ratio, block, factors) if maps else {}
    del ratio
    return [whole, *(_quick(crop_to(smooth, cut, factors), nodes) for cut in cuts[1:])], arrays


def quick_columns(block: Block, smooth: np.ndarray, factors: tuple[int, ...]) -> dict[str, float]:
    """Tortuosity of a whole VOI as is enough for differences: in blocks, and in one sense of each axis.

    Parameters
    ----------
    block, smooth, factors
        As for columns.
    """
    return _quick(crop(smooth, block.shape, factors), finer(block.spacing, factors))


def error(gaussian_per_um2: float, block: Block, factors: tuple[int, ...]) -> float:
    """Relative error of a VOI's tau - 1 at the radius of curvature 1 / sqrt |<G>|; NaN without interface."""
    if not abs(gaussian_per_um2) > 0:
        return math.nan
    edge = finer(block.spacing, factors).voxel_volume ** (1 / 3)
    size = block_size(math.prod(block.shape) * math.prod(factors))
    return method_error(1 / (math.sqrt(abs(gaussian_per_um2)) * edge), size)


def _best(smooth: np.ndarray, nodes: Spacing, otherwise: Spacing | None) -> tuple[dict[str, float], np.ndarray]:
    """Tortuosity per direction, its mean, and +y alone; and the map of the ways along +y."""
    found, other = {}, {}
    kept = np.zeros(0, np.float32)
    for name, result in tortuosities(smooth, nodes, otherwise=otherwise):
        found[name], other[name] = result.tortuosity, result.measured_otherwise
        if name == "plus_y":
            kept = result.ratio
    values = {f"tortuosity_{name}": value for name, value in found.items()} | _mean_and_y(found)
    if otherwise is not None:
        values |= {name + IF_THICKER: value for name, value in _mean_and_y(other).items()}
    return values, kept


def _quick(smooth: np.ndarray, nodes: Spacing) -> dict[str, float]:
    """Tortuosities by coarse blocks, one sense of each axis standing for the other."""
    one = {name: way for name, way in DIRECTIONS.items() if name.startswith("plus_")}
    found = {name: way.tortuosity for name, way in tortuosities(smooth, nodes, one, COARSE)}
    return _mean_and_y({name: found[name.replace("minus_", "plus_")] for name in DIRECTIONS})


def _mean_and_y(by_direction: dict[str, float]) -> dict[str, float]:
    return {"tortuosity": float(np.mean(list(by_direction.values()))), "tortuosity_y": by_direction["plus_y"]}
