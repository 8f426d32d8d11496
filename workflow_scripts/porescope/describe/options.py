"""Settings of the stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DescribeOptions:
    """How a VOI is described.

    Attributes
    ----------
    voi_um : float
        Edge of the cubic VOIs.
    smoothing_px : float
        Width of the smoothing kernel in voxels; see field.smoothing_widths.
    curvature_bins : int
        Bins along each axis of the joint distribution of G and M.
    gaussian_limit : float
        Its largest |G| in units of 1 / (mean voxel edge)^2.
    mean_limit : float
        Its largest |M| in units of 1 / (mean voxel edge).
    """

    voi_um: float
    smoothing_px: float = 1.45
    curvature_bins: int = 80
    gaussian_limit: float = 0.5
    mean_limit: float = 1.0


def options_from(section: Mapping[str, Any]) -> DescribeOptions:
    """Options from the config's section ``describe``."""
    histogram = section["curvature_histogram"]
    return DescribeOptions(
        voi_um=section["voi_um"],
        smoothing_px=section["smoothing_px"],
        curvature_bins=histogram["bins"],
        gaussian_limit=histogram["gaussian_limit"],
        mean_limit=histogram["mean_limit"],
    )
