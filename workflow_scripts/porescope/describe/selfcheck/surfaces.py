"""Specific surface and curvatures."""

import math
from collections.abc import Iterator

import numpy as np

from porescope.describe.curvature import interface
from porescope.describe.mesh import mesh_specific_surface
from porescope.describe.selfcheck import shapes
from porescope.describe.selfcheck.check import Check, is_long
from porescope.describe.surface import specific_surface
from porescope.volume import Spacing


def balls(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    for radius in (4, 6, 8, 12):
        block = shapes.ball(radius, spacing)
        expected, tolerance = 4 * math.pi * radius**2, 0.03 if radius < 6 else 0.01
        area = specific_surface(block) * block.volume_um3
        yield Check("specific_surface_per_um", f"ball, {voxels}", radius, expected, area, tolerance)
        surface = interface(block, smoothing_px)
        area = mesh_specific_surface(surface.total_area_um2, block, smoothing_px) * block.volume_um3
        tolerance = max(tolerance, 0.015, _on_mesh(spacing))
        yield Check("mesh_specific_surface_per_um", f"ball, {voxels}", radius, expected, area, tolerance)
        if radius < 8:
            continue
        mean, gaussian = surface.mean_curvature_per_um, surface.gaussian_curvature_per_um2
        yield Check("mean_curvature_per_um", f"ball, {voxels}", radius, 1 / radius, mean, 0.02)
        yield Check("surface_gaussian_curvature_per_um2", f"ball, {voxels}", radius, 1 / radius**2, gaussian, 0.04)


def _on_mesh(spacing: Spacing) -> float:
    """What the area of the mesh may be off: slices of long voxels leave steps on it."""
    return 0.03 if is_long(spacing) else 0.0


def gyroid(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    period = 32.0
    block = shapes.gyroid(period, 2, spacing)
    measured = specific_surface(block)
    yield Check("specific_surface_per_um", f"gyroid, {voxels}", period, 3.091 / period, measured, 0.02)
    mean = interface(block, smoothing_px).mean_curvature_per_um
    yield Check(
        "mean_curvature_per_um", f"gyroid, {voxels}, relative to 2 pi / period", period, 0, mean, 0.02, 6.283 / period
    )


def random_fields(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    """Means over some fields each: a single one differs from its expectation, the more the coarser it is."""
    edge, size = spacing.voxel_volume ** (1 / 3), 96.0 * min(spacing)
    for wanted, level, seeds in (
        (-0.09, 0.0, range(1)),
        (-0.09, 0.0, range(300, 304)),
        (-0.03, 0.5, range(6)),
        (-0.03, -0.5, range(310, 314)),
    ):
        fields = [shapes.random_field(size, wanted / edge**2, level, spacing, seed) for seed in seeds]
        surfaces = [interface(field.block, smoothing_px) for field in fields]
        shape = f"random fields ({len(seeds)}), threshold {level:g} sd, G h2 = {wanted:g}, {voxels}"
        area, gaussian, mean = (float(np.mean(values)) for values in list(zip(*fields, strict=True))[1:])
        scale = math.sqrt(-gaussian)
        measured = float(np.mean([specific_surface(field.block) for field in fields]))
        yield Check("specific_surface_per_um", shape, 1 / scale, area, measured, 0.02)
        smooth = [
            mesh_specific_surface(surface.total_area_um2, field.block, smoothing_px)
            for surface, field in zip(surfaces, fields, strict=True)
        ]
        measured, tolerance = float(np.mean(smooth)), max(0.02, _on_mesh(spacing))
        yield Check("mesh_specific_surface_per_um", shape, 1 / scale, area, measured, tolerance)
        measured = float(np.mean([surface.gaussian_curvature_per_um2 for surface in surfaces]))
        tolerance = 0.13 if is_long(spacing) else 0.10  # twelve fields each: 8 to 12 % small with voxels of 4:1:1
        yield Check("surface_gaussian_curvature_per_um2", shape, 1 / scale, gaussian, measured, tolerance)
        measured = float(np.mean([surface.mean_curvature_per_um for surface in surfaces]))
        yield Check("mean_curvature_per_um", f"{shape}, relative to sqrt(-G)", 1 / scale, mean, measured, 0.05, scale)


def overlapping_balls(voxels: str, spacing: Spacing, _: float) -> Iterator[Check]:
    """A Boolean model: balls meet at creases, not at round necks."""
    for radius in (8, 20):
        made = [shapes.overlapping_balls(96.0, radius, 0.5, spacing, seed) for seed in range(3)]
        expected = sum(area / block.volume_um3 for block, area in made) / len(made)
        measured = sum(specific_surface(block) for block, _ in made) / len(made)
        shape = f"overlapping balls, density 0.5, {voxels}"
        yield Check("specific_surface_per_um", shape, radius, expected, measured, 0.02)


def torus(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    major, minor = 18.0, 8.0
    block = shapes.torus(major, minor, spacing)
    surface = interface(block, smoothing_px)
    middle = shapes.off_centre(block.solid.shape)
    y, x = (surface.position_um[:, i] - (middle[i] - shapes.MARGIN) * spacing[i] for i in (1, 2))
    outer = np.hypot(y, x) > major
    measured = float((surface.gaussian_per_um2 * surface.area_um2)[outer].sum())
    yield Check("integral of G", f"outer half of a torus, {voxels}", minor, 4 * math.pi, measured, 0.03)
    measured = float((surface.mean_per_um * surface.area_um2).sum())
    yield Check("integral of M", f"torus, {voxels}", minor, 2 * math.pi**2 * major, measured, 0.03)
    expected = 4 * math.pi**2 * major * minor
    yield Check(
        "specific_surface_per_um", f"torus, {voxels}", minor, expected, specific_surface(block) * block.volume_um3, 0.02
    )
