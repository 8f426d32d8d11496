"""Geodesic tortuosity."""

from collections.abc import Iterator

import numpy as np

from porescope.describe.field import Block, crop, cubic_factors, finer, near_cubic_field
from porescope.describe.geodesic import LAST, geodesic
from porescope.describe.selfcheck import path_shapes
from porescope.describe.selfcheck.check import Check
from porescope.volume import Spacing


def channels(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    tau = tortuosity_y(path_shapes.channel(8, 60, spacing), smoothing_px)
    yield Check("tortuosity_y", f"straight channel, {voxels}", 8, 1, tau, 0.005)
    expected = path_shapes.oblique_tortuosity(12, 96, LAST)
    tau = tortuosity_y(path_shapes.oblique_channel(12, 96, spacing), smoothing_px)
    yield Check("tortuosity_y", f"channel at 45 degrees, {voxels}", 12, expected, tau, 0.01)


def shadows(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    for radius, tolerance in ((4, 0.10), (8, 0.10), (12, 0.05)):
        block, _, depth = path_shapes.ball_in_the_way(radius, spacing)
        expected = path_shapes.shadow_tortuosity(block, radius, depth, LAST) - 1
        measured = tortuosity_y(block, smoothing_px) - 1
        yield Check("tortuosity_y - 1", f"behind a ball of pore, {voxels}", radius, expected, measured, tolerance)
    for radius, tolerance in ((5, 0.10), (10, 0.05)):
        block, _, depth = path_shapes.ball_in_the_way(radius, spacing, bar=True)
        expected = path_shapes.shadow_tortuosity(block, radius, depth, LAST, bar=True) - 1
        measured = tortuosity_y(block, smoothing_px) - 1
        yield Check("tortuosity_y - 1", f"behind a bar of pore, {voxels}", radius, expected, measured, tolerance)


def helices(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    for tube, tolerance in ((4, 0.15), (6, 0.10)):
        block = path_shapes.helix(2 * tube, tube, 8 * tube, 3, spacing)
        expected = path_shapes.helix_tortuosity(2 * tube, tube, 8 * tube) - 1
        nodes = _nodes(block)
        ratio = geodesic(*_smooth(block, smoothing_px), 1, 1).ratio
        depth = (np.arange(ratio.shape[1]) + 0.5) * nodes.y
        lengths = np.nanmean(ratio, axis=(0, 2)) * depth
        turn = round(8 * tube / nodes.y)
        gain = (lengths[-(turn // 2) :].mean() - lengths[-(turn // 2) - turn : -turn].mean()) / (turn * nodes.y) - 1
        yield Check("tortuosity_y - 1", f"a turn of a helical tube, {voxels}", tube, expected, float(gain), tolerance)


def tortuosity_y(block: Block, smoothing_px: float) -> float:
    """Geodesic tortuosity of a VOI along +y."""
    return geodesic(*_smooth(block, smoothing_px), 1, 1).tortuosity


def _nodes(block: Block) -> Spacing:
    return finer(block.spacing, cubic_factors(block.spacing))


def _smooth(block: Block, smoothing_px: float) -> tuple[np.ndarray, Spacing]:
    """Field and node distances of a VOI as they are given to the estimator."""
    field, factors = near_cubic_field(block, smoothing_px)
    return crop(field, block.shape, factors), _nodes(block)
