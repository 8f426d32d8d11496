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
    "strut_diameter_um": Descriptor("phi", "strut diameter", "um"),
    "tortuosity": Descriptor("tau", "geodesic tortuosity, five directions", ""),
    "tortuosity_y": Descriptor("tau_y", "geodesic tortuosity, +y", ""),
    "gaussian_curvature_per_um2": Descriptor("G", "Gaussian curvature", "1/um2"),
    "mean_curvature_per_um": Descriptor("M", "mean curvature", "1/um"),
    "alpha": Descriptor("alpha", "Bruggeman exponent", ""),
    "beta": Descriptor("beta", "curvature ratio M/(|G| phi)", ""),
    "specific_perimeter_per_um": Descriptor("SP2D", "specific perimeter of sections", "1/um"),
    "shape_index": Descriptor("SI", "shape index of pore sections", ""),
}

PLANAR = ("relative_density", "specific_perimeter_per_um", "shape_index")
"""Descriptors of a 2D section."""
