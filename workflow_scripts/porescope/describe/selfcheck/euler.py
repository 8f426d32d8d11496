"""Euler number, and the mean Gaussian curvature that follows from it."""

import math
from collections.abc import Iterator

import numpy as np

from porescope.describe.euler import curvature_from_euler, euler_characteristic, euler_density_per_um3
from porescope.describe.field import Block
from porescope.describe.selfcheck import shapes
from porescope.describe.selfcheck.check import Check
from porescope.describe.surface import specific_surface
from porescope.volume import Spacing


def bodies(voxels: str, spacing: Spacing, _: float) -> Iterator[Check]:
    for radius in (6, 10):
        ball = shapes.ball(radius, spacing).solid
        yield Check("euler_characteristic", f"ball, {voxels}", radius, 1, euler_characteristic(ball), 0, 1)
        hollow = ball & ~_shrunk(ball, spacing, radius / 2)
        yield Check("euler_characteristic", f"hollow ball, {voxels}", radius, 2, euler_characteristic(hollow), 0, 1)
        measured = _curvature(shapes.ball(radius, spacing))
        yield Check("gaussian_curvature_per_um2", f"ball, {voxels}", radius, 1 / radius**2, measured, 0.04)
        ring = shapes.torus(2.2 * radius, radius, spacing).solid
        yield Check("euler_characteristic", f"torus, {voxels}", radius, 0, euler_characteristic(ring), 0, 1)


def random_fields(voxels: str, spacing: Spacing, _: float) -> Iterator[Check]:
    edge, size = spacing.voxel_volume ** (1 / 3), 96.0 * min(spacing)
    for wanted, level, seeds in (
        (-0.09, 0.0, (31,)),
        (-0.09, 0.5, range(60, 64)),
        (-0.09, -0.5, range(70, 74)),
        (-0.03, 0.5, range(41, 47)),
        (-0.03, -0.5, range(80, 86)),
    ):
        fields = [shapes.random_field(size, wanted / edge**2, level, spacing, seed) for seed in seeds]
        measured = float(np.mean([_curvature(field.block) for field in fields]))
        expected = float(np.mean([field.gaussian for field in fields]))
        shape = f"random fields ({len(seeds)}), threshold {level:g} sd, G h2 = {wanted:g}, {voxels}"
        yield Check("gaussian_curvature_per_um2", shape, 1 / math.sqrt(-expected), expected, measured, 0.10)


def _curvature(block: Block) -> float:
    return curvature_from_euler(euler_density_per_um3(block), specific_surface(block))


def _shrunk(ball: np.ndarray, spacing: Spacing, radius: float) -> np.ndarray:
    z, y, x = shapes.grid(ball.shape, spacing, shapes.off_centre(ball.shape))  # type: ignore[arg-type]
    return np.asarray(z**2 + y**2 + x**2 < radius**2)
