"""Random structures as a described instrument would show them: data to adapt a segmenter to that instrument."""

import math
from collections.abc import Mapping
from typing import Any

UNLIKE_LENGTHS = ("bandwidth_px", "electrons_per_px")
"""Settings in pixels that are no lengths on the specimen."""

AT_MOST_ONE = ("pore_yield", "topography", "shadowing")
"""Settings that would mean nothing above 1."""

DRIFT = "drift_"
"""Settings of the stage keep their random ranges: registration leaves a part of any drift."""

RESTORED = {"drift_step_px": (0.01, 0.25), "drift_jump_px": (0.1, 0.5)}
"""That part, from slice to slice (benchmarks/restore.py)."""


def matched_ranges(
    ranges: Mapping[str, Any],
    structure: Mapping[str, Any],
    beam: Mapping[str, float],
    instrument: Mapping[str, float],
    voxel_nm: Mapping[str, float],
    spread: float,
) -> dict[str, Any]:
    """Ranges of random stacks narrowed to one instrument; what is imaged stays random.

    Parameters
    ----------
    ranges : dict
        As config simulate/random_stacks/ranges.
    structure : dict
        edge_px, and ranges of relative_density, feature_px, flattening and blur_px, in their place.
    beam, instrument : dict
        Settings as config simulate/beam and simulate/instrument, lengths in um.
    voxel_nm : dict
        Voxel edges z, y, x.
    spread : float
        How far settings and voxels may differ from those described, relative; to both sides alike, so that a setting
        that can be at most 1 differs less the nearer it is to 1.

    Returns
    -------
    dict
        Arguments of randomise.Ranges.
    """
    pixel_um = voxel_nm["y"] / 1000

    def around(name: str, value: float) -> tuple[float, float]:
        widest = 1 / value if value and name in AT_MOST_ONE else math.inf
        factor = min(1 + spread, widest)
        return value / factor, value * factor

    def narrowed(group: str, described: Mapping[str, float]) -> dict[str, Any]:
        found = {}
        for name, limits in ranges[group].items():
            if name.startswith(DRIFT):
                found[name] = RESTORED.get(name, limits)
            elif name.endswith("_px") and name not in UNLIKE_LENGTHS:
                found[name] = around(name, described[name.removesuffix("_px") + "_um"] / pixel_um)
            else:
                found[name] = around(name, described[name])
        return found

    return {
        **ranges,
        **structure,
        "pixel_nm": around("pixel_nm", voxel_nm["y"]),
        "slice_thickness_px": around("slice_thickness_px", voxel_nm["z"] / voxel_nm["y"]),
        "beam": narrowed("beam", beam),
        "instrument": narrowed("instrument", instrument),
    }
