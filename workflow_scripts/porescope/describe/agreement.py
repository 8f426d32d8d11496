"""Second, independent estimators beside the first: where they contradict each other, a row is flagged."""

import math
from collections.abc import Mapping
from typing import NamedTuple

SURFACES_DIFFER = 0.05
"""Relative difference of the two surfaces beyond what both are stated to be off, 1 to 2 % each."""

ISOTROPIC = 0.10
"""Relative difference of S_V and 4/pi SP2D beyond which sections along z do not tell the whole."""

CURVATURES_DIFFER = 0.3
"""Relative difference of the two <G>: that of the surface is stated within 10 to 15 %, and small VOIs scatter."""

FLUX_TOLERANCE = 0.02
"""What the solution and the tortuosity may be off together."""

ROUNDING = 1e-3
"""What the solver leaves over at bounds."""


class Pair(NamedTuple):
    """Two columns that estimate one quantity.

    Attributes
    ----------
    first, second : str
        Columns.
    factor : float
        second x factor is what first should be.
    tolerance : float
        Relative difference that is flagged.
    meaning : str
        What a difference says.
    """

    first: str
    second: str
    factor: float
    tolerance: float
    meaning: str


PAIRS = (
    Pair(
        "specific_surface_per_um",
        "mesh_surface_per_um",
        1.0,
        SURFACES_DIFFER,
        "structures too fine for the voxels, or noise on the mask",
    ),
    Pair(
        "specific_surface_per_um",
        "specific_perimeter_per_um",
        4 / math.pi,
        ISOTROPIC,
        "the structure is not isotropic, or a voxel edge is wrong",
    ),
)
"""Pairs that must agree. Others only go together and stand side by side in the table without judgement: strut diameter
and local thickness (skeleton or volume weighs), geodesic and flux tortuosity (length of the shortest way or resistance
of all ways)."""


def flags(values: Mapping[str, float]) -> list[str]:
    """Contradictions between two estimators of a VOI, one sentence each; NaN contradicts nothing."""
    found = [sentence for pair in PAIRS if (sentence := _differ(pair, values))]
    return found + _curvature(values) + _conduction(values)


def _differ(pair: Pair, values: Mapping[str, float]) -> str:
    first, second = values[pair.first], values[pair.second] * pair.factor
    if not abs(first - second) > pair.tolerance * abs(first):
        return ""
    factor = "" if pair.factor == 1 else f"{pair.factor:.4g} times "
    return f"{pair.first} {first:.4g} against {second:.4g} from {factor}{pair.second}: {pair.meaning}"


def _curvature(values: Mapping[str, float]) -> list[str]:
    """The Euler number knows <G> without any surface."""
    counted, local = values["gaussian_curvature_per_um2"], values["surface_gaussian_curvature_per_um2"]
    if not abs(local - counted) > CURVATURES_DIFFER * abs(counted):
        return []
    return [
        f"gaussian_curvature_per_um2 {counted:.4g} from the Euler number against {local:.4g} of the smooth surface: "
        "structures too fine for the smoothing, noise on the mask, or a VOI with few structures"
    ]


def _conduction(values: Mapping[str, float]) -> list[str]:
    """Current cannot meet less resistance than along the shortest ways: D / sigma >= tau^2."""
    flux, tau, density = values["flux_tortuosity_factor"], values["tortuosity"], values["relative_density"]
    found = []
    if flux < (1 - FLUX_TOLERANCE) * tau**2:
        found.append(f"flux_tortuosity_factor {flux:.4g} below the square of the geodesic tortuosity, {tau**2:.4g}")
    if values["effective_conductivity"] > (1 + ROUNDING) * 2 * density / (3 - density):
        found.append("effective_conductivity above 2D/(3 - D): not an isotropic structure, or a wrong solution")
    if values["conductivity_principal_3"] > (1 + ROUNDING) * density:
        found.append("conductivity_principal_3 above the relative density: a wrong solution")
    return found
