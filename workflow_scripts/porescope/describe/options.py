"""Settings of the stage."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DescribeOptions:
    """How specimens are described; the keys of the config section.

    Attributes
    ----------
    segmenter : str
        Whose masks are described.
    voi_um : float
        Edge of the cubic VOIs.
    smoothing_px : float
        Width of the smoothing kernel in voxels; see field.smooth_spectrum.
    curvature_bins : int
        Bins along each axis of the joint distribution of G and M.
    gaussian_limit : float
        Its largest |G| in units of 1 / (mean voxel edge)^2.
    mean_limit : float
        Its largest |M| in units of 1 / (mean voxel edge).
    """

    segmenter: str
    voi_um: float
    smoothing_px: float
    curvature_bins: int
    gaussian_limit: float
    mean_limit: float
