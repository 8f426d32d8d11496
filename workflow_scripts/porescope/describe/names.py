"""Names of the descriptors, their meaning and how they are written in figures."""

from typing import NamedTuple


class Descriptor(NamedTuple):
    """A column of voi.csv."""

    symbol: str
    label: str
    unit: str


DESCRIPTORS: dict[str, Descriptor] = {
    "relative_density": Descriptor("D", "relative density", ""),
    "specific_surface_per_um": Descriptor("S_V", "specific surface", "1/um"),
    "surface_per_solid_per_um": Descriptor("S_S", "surface per volume of metal", "1/um"),
    "strut_diameter_um": Descriptor("phi", "strut diameter", "um"),
    "solid_thickness_um": Descriptor("t_s", "local thickness of the metal", "um"),
    "pore_thickness_um": Descriptor("t_p", "local thickness of the pores", "um"),
    "tortuosity": Descriptor("tau", "geodesic tortuosity, five directions", ""),
    "tortuosity_y": Descriptor("tau_y", "geodesic tortuosity, +y", ""),
    "gaussian_curvature_per_um2": Descriptor("G", "Gaussian curvature", "1/um2"),
    "mean_curvature_per_um": Descriptor("M", "mean curvature", "1/um"),
    "alpha": Descriptor("alpha", "Bruggeman exponent", ""),
    "beta": Descriptor("beta", "curvature ratio M/(|G| phi)", ""),
    "constrictivity": Descriptor("b", "constrictivity", ""),
    "effective_conductivity": Descriptor("sigma_r", "conductivity relative to the metal's", ""),
    "percolating_fraction": Descriptor("p", "percolating share of the metal", ""),
    "dead_end_fraction": Descriptor("e", "dead-end share of the percolating metal", ""),
    "euler_density_per_um3": Descriptor("chi_V", "Euler number per volume", "1/um3"),
    "solid_chord_um": Descriptor("l_s", "mean chord in the metal", "um"),
    "pore_chord_um": Descriptor("l_p", "mean chord in the pores", "um"),
    "correlation_length_um": Descriptor("xi", "correlation length", "um"),
    "specific_perimeter_per_um": Descriptor("SP2D", "specific perimeter of sections", "1/um"),
    "shape_index": Descriptor("SI", "shape index of pore sections", ""),
}

PLANAR = ("relative_density", "specific_perimeter_per_um", "shape_index")
"""Descriptors of a 2D section."""

DETAILS = (
    *(f"tortuosity_{name}" for name in ("plus_y", "plus_x", "minus_x", "plus_z", "minus_z")),
    "tortuosity_method_error",
    "strut_log_mean",
    "strut_log_sd",
    "strut_misfit",
    "mesh_surface_per_um",
    "surface_gaussian_curvature_per_um2",
    *(f"curvature_{name}" for name in ("peak_G_per_um2", "peak_M_per_um")),
    *(f"share_{name}" for name in ("convex", "concave", "saddle_convex", "saddle_concave")),
    *(f"G_q{q:02d}_per_um2" for q in (1, 5, 95, 99)),
    *(f"M_q{q:02d}_per_um" for q in (1, 5, 95, 99)),
    *(f"{phase}_thickness_p{q}_um" for phase in ("solid", "pore") for q in (10, 50, 90)),
    *(f"{phase}_chord_{axis}_um" for phase in ("solid", "pore") for axis in "zyx"),
    "integral_range_um3",
    *(f"percolating_fraction_{axis}" for axis in "zyx"),
    *(f"conductivity_{axis}" for axis in "zyx"),
    *(f"conductivity_principal_{i}" for i in (1, 2, 3)),
    "flux_tortuosity_factor",
)
"""Columns of a specimen's table beyond the descriptors: second estimators, single directions, distributions."""

SEGMENTATION = "_sd_segmentation"
VOXEL = "_sd_voxel"
METHOD = "_sd_method"
"""Ends of the columns of a specimen's table that hold the standard uncertainty of a descriptor due to the place of the
interface, to the distance of slices, and to the estimator itself (of the tortuosities and alpha)."""
