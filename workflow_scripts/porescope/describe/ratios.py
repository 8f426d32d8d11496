"""Descriptors made of other descriptors: alpha and beta."""

import math

ALPHA_INPUTS = ("tortuosity", "relative_density")
BETA_INPUTS = ("mean_curvature_per_um", "gaussian_curvature_per_um2", "strut_diameter_um")


def alpha(tortuosity: float, relative_density: float) -> float:
    """Bruggeman exponent: tau = D^-alpha, alpha = -ln(tau) / ln(D).

    Parameters
    ----------
    tortuosity : float
        At least 1.
    relative_density : float
        Solid volume / volume.

    Returns
    -------
    float
        Infinite for an infinite tortuosity; NaN unless 0 < D < 1.
    """
    if not 0 < relative_density < 1 or math.isnan(tortuosity) or tortuosity <= 0:
        return math.nan
    return -math.log(tortuosity) / math.log(relative_density)


def beta(mean_curvature_per_um: float, gaussian_curvature_per_um2: float, strut_diameter_um: float) -> float:
    """Curvature ratio <M> / (|<G>| phi), without unit.

    Returns
    -------
    float
        NaN where the denominator is zero or undefined.
    """
    denominator = abs(gaussian_curvature_per_um2) * strut_diameter_um
    return mean_curvature_per_um / denominator if denominator > 0 else math.nan
