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
        Width of the smoothing kernels in voxels; see field.smooth_spectrum and smoothing.smoothing_widths.
    curvature_bins : int
        Bins along each axis of the joint distribution of G and M.
    gaussian_limit : float
        Its largest |G| in units of 1 / (mean voxel edge)^2.
    mean_limit : float
        Its largest |M| in units of 1 / (mean voxel edge).
    conductivity : bool
        Whether the effective conductivity is solved for.
    error_vois : int
        VOIs of a specimen in which the errors of segmentation and voxel size are found.
    probability_levels : (low, high)
        Probabilities of pore between which the interface is expected; see segmentation_error.
    interface_shift_px : float
        Uncertainty of the interface of a mask without probabilities, in mean voxel edges.
    slice_thickness : float
        Relative standard uncertainty of the distance of slices.
    """

    voi_um: float
    smoothing_px: float = 1.45
    curvature_bins: int = 80
    gaussian_limit: float = 0.5
    mean_limit: float = 1.0
    conductivity: bool = False
    error_vois: int = 0
    probability_levels: tuple[float, float] = (0.16, 0.84)
    interface_shift_px: float = 0.25
    slice_thickness: float = 0.05


def options_from(section: Mapping[str, Any]) -> DescribeOptions:
    """Options from the config's section ``describe``."""
    histogram, errors = section["curvature_histogram"], section["errors"]
    low, high = errors["probability_levels"]
    return DescribeOptions(
        voi_um=section["voi_um"],
        smoothing_px=section["smoothing_px"],
        curvature_bins=histogram["bins"],
        gaussian_limit=histogram["gaussian_limit"],
        mean_limit=histogram["mean_limit"],
        conductivity=section["conductivity"],
        error_vois=errors["vois"],
        probability_levels=(low, high),
        interface_shift_px=errors["interface_shift_px"],
        slice_thickness=errors["slice_thickness"],
    )
