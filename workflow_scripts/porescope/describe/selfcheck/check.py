"""One estimator on one shape, and how far it may be off."""

import math
from typing import NamedTuple

from porescope.volume import Spacing


def is_long(spacing: Spacing) -> bool:
    """Whether voxels are longer than 2:1:1, where some estimators are less exact."""
    return max(spacing) > 2 * min(spacing)


def of_width(width_um: float, spacing: Spacing) -> float:
    """Tolerance of a width: 2 %, or 0.3 of the longest edge."""
    return max(0.02, 0.3 * max(spacing) / width_um)


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
