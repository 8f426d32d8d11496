"""The estimators on shapes with known answers, in every campaign."""

import logging
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from porescope.describe import shapes
from porescope.describe.curvature import interface
from porescope.describe.field import Block, crop, cubic_factors, finer, refined_field, smooth_spectrum
from porescope.describe.geodesic import LAST, geodesic
from porescope.describe.planar import planar_descriptors
from porescope.describe.struts import fit_log_normal, strut_diameters
from porescope.describe.surface import specific_surface
from porescope.volume import Spacing

log = logging.getLogger(__name__)

VOXELS = {"1:1:1": Spacing(1.0, 1.0, 1.0), "2:1:1": Spacing(2.0, 1.0, 1.0)}
"""Voxel edges z:y:x; sizes of shapes are in the shortest edge."""


class Check(NamedTuple):
    """One estimator on one shape.

    Attributes
    ----------
    estimator, shape : str
    size_voxels : float
        Radius, period or width in the shortest voxel edge.
    expected, measured : float
    tolerance : float
        Of the relative error.
    scale : float
        What the error is relative to; NaN: the expected value.
    """

    estimator: str
    shape: str
    size_voxels: float
    expected: float
    measured: float
    tolerance: float
    scale: float = math.nan

    def row(self) -> dict[str, object]:
        """A line of the table."""
        scale = abs(self.expected) if math.isnan(self.scale) else self.scale
        error = (self.measured - self.expected) / scale
        row = {k: v for k, v in self._asdict().items() if k not in ("tolerance", "scale")}
        return {
            **row,
            "relative_error": error,
            "tolerance": self.tolerance,
            "passed": bool(abs(error) <= self.tolerance),
        }


def check_estimators(smoothing_px: float, table: str | Path) -> None:
    """Run all checks and write them as a table; a failed one is a line with passed = False.

    Parameters
    ----------
    smoothing_px : float
        As for the specimens.
    table : path
        CSV to write: estimator, shape, size_voxels, expected, measured, relative_error, tolerance, passed.
    """
    rows = [check.row() for check in checks(smoothing_px)]
    for row in rows:
        if not row["passed"]:
            log.warning("%s on %s is off by %.3g", row["estimator"], row["shape"], row["relative_error"])
    pd.DataFrame(rows).to_csv(table, index=False)


def checks(smoothing_px: float) -> Iterator[Check]:
    """All checks, each with isotropic and with anisotropic voxels."""
    groups: tuple[Callable[[str, Spacing, float], Iterator[Check]], ...] = (
        _balls, _gyroid, _random_fields, _torus, _channels, _shadows, _bars
    )  # fmt: skip
    for name, spacing in VOXELS.items():
        for group in groups:
            start = time.monotonic()
            yield from group(f"voxels {name}", spacing, smoothing_px)
            log.info("%s, voxels %s: %.1f s", group.__name__.strip("_"), name, time.monotonic() - start)
    yield from _discs()


def _balls(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    for radius in (6, 10):
        block = shapes.ball(radius, spacing)
        area = specific_surface(block) * block.volume_um3
        yield Check("specific_surface_per_um", f"ball, {voxels}", radius, 4 * math.pi * radius**2, area, 0.02)
        surface = interface(block, smoothing_px)
        mean, gaussian = surface.mean_curvature_per_um, surface.gaussian_curvature_per_um2
        yield Check("mean_curvature_per_um", f"ball, {voxels}", radius, 1 / radius, mean, 0.05)
        yield Check("gaussian_curvature_per_um2", f"ball, {voxels}", radius, 1 / radius**2, gaussian, 0.05)


def _gyroid(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    period = 32.0
    block = shapes.gyroid(period, 2, spacing)
    measured = specific_surface(block)
    yield Check("specific_surface_per_um", f"gyroid, {voxels}", period, 3.091 / period, measured, 0.02)
    mean = interface(block, smoothing_px).mean_curvature_per_um
    yield Check(
        "mean_curvature_per_um", f"gyroid, {voxels}, relative to 2 pi / period", period, 0, mean, 0.02, 6.283 / period
    )


def _random_fields(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    """Means over some fields each: a single one differs from its expectation, the more the coarser it is."""
    edge = spacing.voxel_volume ** (1 / 3)
    for wanted, level, seeds in ((-0.09, 0.0, 1), (-0.03, 0.5, 6)):
        fields = [shapes.random_field(96.0, wanted / edge**2, level, spacing, seed) for seed in range(seeds)]
        surfaces = [interface(field.block, smoothing_px) for field in fields]
        shape = f"random field at {level:g} sd, G h2 = {wanted:g}, {voxels}"
        area, gaussian, mean = (float(np.mean(values)) for values in list(zip(*fields, strict=True))[1:])
        scale = math.sqrt(-gaussian)
        measured = float(np.mean([specific_surface(field.block) for field in fields]))
        yield Check("specific_surface_per_um", shape, 1 / scale, area, measured, 0.02)
        measured = float(np.mean([surface.gaussian_curvature_per_um2 for surface in surfaces]))
        yield Check("gaussian_curvature_per_um2", shape, 1 / scale, gaussian, measured, 0.10)
        measured = float(np.mean([surface.mean_curvature_per_um for surface in surfaces]))
        yield Check("mean_curvature_per_um", f"{shape}, relative to sqrt(-G)", 1 / scale, mean, measured, 0.05, scale)


def _torus(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
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


def _channels(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    tau = tortuosity_y(shapes.channel(8, 60, spacing), smoothing_px)
    yield Check("tortuosity_y", f"straight channel, {voxels}", 8, 1, tau, 0.005)
    expected = shapes.oblique_tortuosity(12, 96, LAST)
    tau = tortuosity_y(shapes.oblique_channel(12, 96, spacing), smoothing_px)
    yield Check("tortuosity_y", f"channel at 45 degrees, {voxels}", 12, expected, tau, 0.01)


def _shadows(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    for radius, tolerance in ((4, 0.25), (8, 0.15)):
        block, _, depth = shapes.ball_in_the_way(radius, spacing)
        expected = shapes.shadow_tortuosity(block, radius, depth, LAST) - 1
        measured = tortuosity_y(block, smoothing_px) - 1
        yield Check("tortuosity_y - 1", f"behind a ball of pore, {voxels}", radius, expected, measured, tolerance)


def _bars(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    for radius, direction in ((3, (0.3, 1, 0.4)), (4.3, (1, 0.2, 0.1)), (6, (0.5, 0.6, 0.5))):
        block = shapes.cylinder(radius, direction, 48, spacing)
        measured = strut_diameter(block, smoothing_px)
        tolerance = max(0.02, 0.3 * max(spacing) / (2 * radius))
        yield Check(
            "strut_diameter_um", f"bar along {direction}, {voxels}", 2 * radius, 2 * radius, measured, tolerance
        )


def _discs() -> Iterator[Check]:
    """A disc in a section, with square and with 2:1 pixels."""
    for name, pixel in (("1:1", (1.0, 1.0)), ("2:1", (2.0, 1.0))):
        radius, size = 10, 80
        y, x = (np.arange(round(size / h)) * h - size / 2 + 0.3 for h in pixel)
        found = planar_descriptors(y[:, np.newaxis] ** 2 + x**2 > radius**2, pixel)
        perimeter = float(found["specific_perimeter_per_um"].iloc[0]) * (size - pixel[0]) * (size - pixel[1])
        yield Check("specific_perimeter_per_um", f"disc, pixels {name}", radius, 2 * math.pi * radius, perimeter, 0.02)
        index = float(found["shape_index"].iloc[0])
        yield Check("shape_index", f"disc, pixels {name}", radius, 1, index, 0.02)


def tortuosity_y(block: Block, smoothing_px: float) -> float:
    """Geodesic tortuosity of a VOI along +y."""
    factors = cubic_factors(block.spacing)
    field = refined_field(smooth_spectrum(block.solid, block.spacing, smoothing_px), block.solid.shape, factors)
    return geodesic(crop(field, block.shape, factors), finer(block.spacing, factors), 1, 1).tortuosity


def strut_diameter(block: Block, smoothing_px: float) -> float:
    """Log-normal mean strut diameter of a VOI in um."""
    factors = cubic_factors(block.spacing)
    field = refined_field(smooth_spectrum(block.solid, block.spacing, smoothing_px), block.solid.shape, factors)
    struts = strut_diameters(block, field, factors, interface(block, smoothing_px))
    return fit_log_normal(struts.diameter_um, struts.length_um).mean
