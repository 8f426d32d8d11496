"""Local thickness and constrictivity."""

import math
from collections.abc import Iterator

import numpy as np

from porescope.describe.constrictivity import STEPS, constrictivity, inscribed_radius
from porescope.describe.distance import interface_distance
from porescope.describe.field import Block, crop, finer, near_cubic_field
from porescope.describe.selfcheck import shapes
from porescope.describe.selfcheck.check import Check, of_width
from porescope.describe.spheres import ridge_spheres
from porescope.describe.thickness import local_thickness, thickness_of
from porescope.volume import Spacing


def balls_and_bars(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    for radius in (4.3, 8):
        for name, block in (
            ("ball", shapes.ball(radius, spacing)),
            ("bar", shapes.cylinder(radius, (0.3, 1, 0.4), 40, spacing)),
        ):
            measured = thickness_of(thickness_map(block, smoothing_px)).quantiles_um[1]
            tolerance = of_width(2 * radius, spacing)
            yield Check("solid_thickness_um", f"{name}, {voxels}", 2 * radius, 2 * radius, measured, tolerance)


def slabs(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    for width, normal in ((4, (0, 0.6, 0.8)), (5, (0, 0, 1)), (6, (0, 1, 0)), (9.4, (0.5, 0.3, 0.8))):
        block = shapes.slab(width, normal, spacing)
        measured = thickness_of(thickness_map(block, smoothing_px)).quantiles_um[1]
        tolerance = of_width(width, spacing)
        yield Check("solid_thickness_um", f"slab across {normal}, {voxels}", width, width, measured, tolerance)


def between_round_pores(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    """The largest spheres between balls of pore touch eight of them, which curve away from where they are touched."""
    for period, radius in ((16, 5), (20, 6)):
        width = math.sqrt(3) * period - 2 * radius
        measured = float(thickness_map(shapes.round_pores(period, radius, spacing), smoothing_px).max())
        tolerance = of_width(width, spacing)
        yield Check("solid_thickness_um", f"largest between round pores, {voxels}", width, width, measured, tolerance)


def channels(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    """A straight bar has no neck; necks of half its width make 1/4 of it."""
    for radius in (6, 8):
        straight = shapes.cylinder(radius, (0, 1, 0), 48, spacing)
        yield Check("constrictivity", f"straight bar, {voxels}", radius, 1, of_block(straight, smoothing_px), 0.05)
        throat = radius / 2
        measured = of_block(neck(radius, throat, spacing), smoothing_px)
        tolerance = 2 * (0.3 * max(spacing) + radius / STEPS / 2) / throat  # 0.3 voxel and half a step of the radii
        yield Check("constrictivity", f"bar with a neck, {voxels}", radius, 0.25, measured, tolerance)


def neck(radius: float, throat: float, spacing: Spacing) -> Block:
    """A bar along y with throats a quarter of the way from either end: half of it lies behind one from each side."""
    shape = shapes.box(32, spacing)
    z, y, x = shapes.grid(shape, spacing, shapes.off_centre(shape))  # type: ignore[arg-type]
    narrow = np.abs(np.abs(y) - 22) < 4
    return shapes.block_of(z**2 + x**2 < np.where(narrow, throat, radius) ** 2, spacing)


def thickness_map(block: Block, smoothing_px: float) -> np.ndarray:
    """Local thickness of the metal of a VOI, on near-cubic nodes."""
    field, factors = near_cubic_field(block, smoothing_px)
    nodes = finer(block.spacing, factors)
    spheres = ridge_spheres(interface_distance(field, block.spacing, factors), field > 0, nodes)
    return crop(local_thickness(spheres, field > 0, nodes), block.shape, factors)


def of_block(block: Block, smoothing_px: float) -> float:
    """Constrictivity of the metal along y, of a VOI and its surroundings."""
    field, factors = near_cubic_field(block, smoothing_px)
    field = np.ascontiguousarray(crop(field, block.shape, factors))
    nodes = finer(block.spacing, factors)
    near = interface_distance(field, block.spacing, factors)
    spheres = ridge_spheres(near, field > 0, nodes)
    median = thickness_of(local_thickness(spheres, field > 0, nodes)).quantiles_um[1]
    radius = inscribed_radius(near.distance_um, field > 0, spheres, (0, 0, 0))
    return constrictivity(radius, median, nodes, (1,))[0]
