"""Shapes whose shortest paths are known, sampled on voxels of any aspect ratio."""

import math

import numpy as np

from porescope.describe.field import MARGIN, Block
from porescope.describe.selfcheck.shapes import block_of, box, grid, off_centre
from porescope.volume import Spacing


def channel(width: float, length: float, spacing: Spacing) -> Block:
    """A straight square channel of metal along y."""
    shape = box(max(width, length / 2), spacing)
    z, _, x = grid(shape, spacing, off_centre(shape))  # type: ignore[arg-type]
    inside = (np.abs(z) < width / 2) & (np.abs(x) < width / 2)
    return block_of(np.broadcast_to(inside, shape).copy(), spacing)


def oblique_channel(width: float, length: float, spacing: Spacing) -> Block:
    """A slot of metal at 45 degrees in the y-x plane, ``width`` along x; it enters at the first y face of the VOI."""
    nz, ny, nx = (math.ceil(extent / h) for extent, h in zip((8, length, length + 2 * width), spacing, strict=True))
    shape = (nz + 2 * MARGIN, ny + 2 * MARGIN, nx + 2 * MARGIN)
    _, y, x = grid(shape, spacing, (0.0, MARGIN - 0.5, MARGIN + 0.23))
    inside = (x - y > 0.5 * width) & (x - y < 1.5 * width)
    return block_of(np.broadcast_to(inside, shape).copy(), spacing)


def oblique_tortuosity(width: float, length: float, last: float) -> float:
    """Tortuosity of oblique_channel: at depth y the mean over u in [0, 1] of sqrt(1 + max(0, 1 - width u / y)^2)."""
    u = (np.arange(1000) + 0.5) / 1000
    depths = length * (1 - last + last * (np.arange(200) + 0.5) / 200)
    return float(np.mean([np.sqrt(1 + np.maximum(0, 1 - width * u / y) ** 2).mean() for y in depths]))


def helix(around: float, tube: float, pitch: float, turns: int, spacing: Spacing) -> Block:
    """A tube of metal that winds around the y axis at the radius ``around``; a disc of radius ``tube`` in each section.

    The shortest way hugs the inner wall: a helix of radius around - tube.
    """
    width = 2 * (around + tube) + 6
    n = [math.ceil(extent / h) for extent, h in zip((width, turns * pitch, width), spacing, strict=True)]
    shape = tuple(k + 2 * MARGIN for k in n)
    middle = ((shape[0] - 1) / 2 + 0.21, MARGIN - 0.5, (shape[2] - 1) / 2 + 0.13)
    z, y, x = grid(shape, spacing, middle)  # type: ignore[arg-type]
    turn = 2 * math.pi * y / pitch
    return block_of((z - around * np.sin(turn)) ** 2 + (x - around * np.cos(turn)) ** 2 < tube**2, spacing)


def helix_tortuosity(around: float, tube: float, pitch: float) -> float:
    """Of a helix of many turns."""
    return math.hypot(1, 2 * math.pi * (around - tube) / pitch)


def ball_in_the_way(radius: float, spacing: Spacing, bar: bool = False) -> tuple[Block, float, float]:
    """Metal with a ball of pore or a bar of it along z, the length along y of its VOI, and the depth of the centre.

    The ball ends within the last quarter of the length, so that its shadow is what is averaged.
    """
    length = 4 * radius
    n = [math.ceil(extent / h) for extent, h in zip((2 * radius + 8, length, 2 * radius + 8), spacing, strict=True)]
    shape = tuple(k + 2 * MARGIN for k in n)
    depth = length - 1.6 * radius
    middle = [MARGIN + (k - 1) / 2 + s for k, s in zip(n, (0.21, 0.0, 0.13), strict=True)]
    middle[1] = MARGIN - 0.5 + depth / spacing.y
    z, y, x = grid(shape, spacing, tuple(middle))  # type: ignore[arg-type]
    return block_of((0 if bar else z**2) + y**2 + x**2 + 0 * z > radius**2, spacing), n[1] * spacing.y, depth


def shadow_tortuosity(block: Block, radius: float, depth: float, last: float, bar: bool = False) -> float:
    """Tortuosity along y past a ball or bar, averaged as the estimator does: tangent + arc + tangent in its shadow."""
    sub = 4
    fine = Spacing(*(h / sub for h in block.spacing))
    shape = tuple(n * sub for n in block.shape)
    centre = [(n * sub - 1) / 2 + s * sub for n, s in zip(block.shape, (0.21, 0.0, 0.13), strict=True)]
    centre[1] = -0.5 + depth / fine.y
    z, y, x = grid(shape, fine, tuple(centre))  # type: ignore[arg-type]
    aside = np.sqrt((0 * z if bar else z**2) + x**2)
    from_centre = np.sqrt(aside**2 + y**2)
    straight = np.broadcast_to(y + depth, from_centre.shape)
    turn = np.arctan2(y, aside) - np.arccos(np.minimum(1, radius / np.maximum(from_centre, radius)))
    shadow = (aside < radius) & (y > 0) & (turn > 0)
    tangent = np.sqrt(np.maximum(from_centre**2 - radius**2, 0))
    length = np.where(shadow, depth + radius * turn + tangent, straight)
    counted = (from_centre > radius) & (straight >= (1 - last) * block.shape[1] * block.spacing.y)
    return float((length / straight)[counted].mean())
