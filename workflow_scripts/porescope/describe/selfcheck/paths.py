"""Geodesic tortuosity."""

from collections.abc import Iterator

from porescope.describe.field import Block, crop, cubic_factors, finer, refined_field, smooth_spectrum
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
    for radius, tolerance in ((4, 0.25), (8, 0.15)):
        block, _, depth = path_shapes.ball_in_the_way(radius, spacing)
        expected = path_shapes.shadow_tortuosity(block, radius, depth, LAST) - 1
        measured = tortuosity_y(block, smoothing_px) - 1
        yield Check("tortuosity_y - 1", f"behind a ball of pore, {voxels}", radius, expected, measured, tolerance)


def tortuosity_y(block: Block, smoothing_px: float) -> float:
    """Geodesic tortuosity of a VOI along +y."""
    factors = cubic_factors(block.spacing)
    field = refined_field(smooth_spectrum(block.solid, block.spacing, smoothing_px), block.solid.shape, factors)
    return geodesic(crop(field, block.shape, factors), finer(block.spacing, factors), 1, 1).tortuosity
