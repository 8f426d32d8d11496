"""Where the volumes of interest lie, and how one is read from a volume with its surroundings."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from porescope.describe.field import MARGIN, Block
from porescope.errors import InputError
from porescope.volume import Spacing, Volume

LARGEST_LABEL = 2


class Voi(NamedTuple):
    """A box of voxels.

    Attributes
    ----------
    start, shape : (z, y, x)
        First voxel and number of voxels.
    """

    start: tuple[int, int, int]
    shape: tuple[int, int, int]

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """For an array whose first voxel is the origin of ``start``."""
        z, y, x = (slice(s, s + n) for s, n in zip(self.start, self.shape, strict=True))
        return z, y, x


def voi_grid(shape: tuple[int, int, int], spacing: Spacing, edge_um: float) -> list[Voi]:
    """Disjoint cubic VOIs, as many as fit, centred in the volume; none if the volume is too small.

    Parameters
    ----------
    shape : (nz, ny, nx)
        Of the volume.
    spacing : Spacing
        Voxel edges in um.
    edge_um : float
        Edge of a VOI; rounded to whole voxels along each axis.
    """
    z, y, x = (max(1, round(edge_um / h)) for h in spacing)
    counts = [n // size for n, size in zip(shape, (z, y, x), strict=True)]
    rests = [(n - c * size) // 2 for n, c, size in zip(shape, counts, (z, y, x), strict=True)]
    return [
        Voi((rests[0] + i * z, rests[1] + j * y, rests[2] + k * x), (z, y, x)) for i, j, k in np.ndindex(tuple(counts))
    ]


def octants(voi: Voi) -> list[Voi]:
    """The eight halves of halves of a VOI, an odd voxel left out."""
    half = tuple(n // 2 for n in voi.shape)
    return [
        Voi(tuple(s + i * h for s, i, h in zip(voi.start, corner, half, strict=True)), half)  # type: ignore[arg-type]
        for corner in np.ndindex(2, 2, 2)
    ]


def read_block(volume: Volume, voi: Voi, source: str) -> Block:
    """Read a VOI and its surroundings from a mask, and nothing else of the volume.

    Raises
    ------
    InputError
        A label of the mask is none of 0 (metal), 1 and 2 (pore).
    """
    return cut_block(volume, voi, partial(metal, source=source))


def metal(labels: np.ndarray, source: str) -> np.ndarray:
    """Where a mask's labels stand for metal; ``source`` names the mask in what is raised, see read_block."""
    if labels.max(initial=0) > LARGEST_LABEL:
        raise InputError(f"{source}: holds label {labels.max()}, expected 0 (metal), 1 or 2 (pore)")
    return labels == 0


def cut_block(volume: Volume, voi: Voi, is_solid: Callable[[np.ndarray], np.ndarray]) -> Block:
    """A VOI and its surroundings; ``is_solid`` tells metal (True) from what the volume holds."""
    low = [max(0, s - MARGIN) for s in voi.start]
    high = [min(n, s + size + MARGIN) for n, s, size in zip(volume.shape, voi.start, voi.shape, strict=True)]
    solid = is_solid(np.asarray(volume.array[low[0] : high[0], low[1] : high[1], low[2] : high[2]]))
    before = [MARGIN - (s - a) for s, a in zip(voi.start, low, strict=True)]
    after = [MARGIN - (b - s - size) for b, s, size in zip(high, voi.start, voi.shape, strict=True)]
    padded = np.pad(solid, list(zip(before, after, strict=True)), mode="symmetric")
    data = tuple((a, n - b) for a, b, n in zip(before, after, padded.shape, strict=True))
    return Block(padded, volume.spacing, data)  # type: ignore[arg-type]


def part(block: Block, box: Voi) -> Block:
    """A part of a VOI as a block of its own, its surroundings those of the whole: a view.

    Parameters
    ----------
    block : Block
    box : Voi
        Counted from the first voxel of the block's VOI.
    """
    solid = block.solid[tuple(slice(s, s + n + 2 * MARGIN) for s, n in zip(box.start, box.shape, strict=True))]
    data = tuple(
        (max(0, low - s), min(n + 2 * MARGIN, high - s))
        for (low, high), s, n in zip(block.data, box.start, box.shape, strict=True)
    )
    return Block(solid, block.spacing, data)  # type: ignore[arg-type]


def crop_to(field: np.ndarray, box: Voi, factors: tuple[int, ...]) -> np.ndarray:
    """The part of a VOI's field, refined by ``factors``, that lies in a box counted from its first voxel: a view."""
    return field[tuple(slice(s * f, (s + n) * f) for s, n, f in zip(box.start, box.shape, factors, strict=True))]


def points_in(position_um: np.ndarray, box: Voi, spacing: Spacing) -> np.ndarray:
    """Which points (n, 3), in um from the centre of a VOI's first voxel, lie in a box counted from that voxel."""
    low = (np.array(box.start) - 0.5) * np.array(spacing)
    high = (np.array(box.start) + np.array(box.shape) - 0.5) * np.array(spacing)
    return np.asarray(((position_um >= low) & (position_um < high)).all(axis=1))
