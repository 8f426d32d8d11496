"""Strut diameter."""

from collections.abc import Iterator

from porescope.describe.distance import interface_distance
from porescope.describe.field import Block, near_cubic_field
from porescope.describe.selfcheck import shapes
from porescope.describe.selfcheck.check import Check, of_width
from porescope.describe.struts import fit_log_normal, skeleton_points, strut_diameters
from porescope.volume import Spacing


def bars(voxels: str, spacing: Spacing, smoothing_px: float) -> Iterator[Check]:
    for radius, direction in ((3, (0.3, 1, 0.4)), (4.3, (1, 0.2, 0.1)), (6, (0.5, 0.6, 0.5))):
        block = shapes.cylinder(radius, direction, 48, spacing)
        measured = strut_diameter(block, smoothing_px)
        tolerance = of_width(2 * radius, spacing)
        yield Check(
            "strut_diameter_um", f"bar along {direction}, {voxels}", 2 * radius, 2 * radius, measured, tolerance
        )


def strut_diameter(block: Block, smoothing_px: float) -> float:
    """Log-normal mean strut diameter of a VOI in um."""
    field, factors = near_cubic_field(block, smoothing_px)
    near = interface_distance(field, block.spacing, factors)
    struts = strut_diameters(block, skeleton_points(field > 0), near, factors)
    return fit_log_normal(struts.diameter_um, struts.length_um).mean
