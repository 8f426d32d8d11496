"""All descriptors of one volume of interest, and where the volumes of interest lie."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from porescope.describe.curvature import Interface, curvature_edges, interface
from porescope.describe.field import MARGIN, Block, crop, cubic_factors, finer, refined_field, smooth_spectrum
from porescope.describe.geodesic import DIRECTIONS, geodesic
from porescope.describe.options import DescribeOptions
from porescope.describe.planar import planar_descriptors
from porescope.describe.ratios import alpha, beta
from porescope.describe.struts import Struts, fit_log_normal, strut_diameters
from porescope.describe.surface import specific_surface
from porescope.errors import InputError
from porescope.volume import Spacing, Volume

LARGEST_LABEL = 2


class Voi(NamedTuple):
    """A box of voxels.

    Attributes
    ----------
    start, shape : (z, y, x)
        First voxel and number of voxels.
    """

    start: tuple[int, int, int]
    shape: tuple[int, int, int]


@dataclass(frozen=True)
class Description:
    """What is known about a VOI.

    Attributes
    ----------
    values : dict
        Number per column of the table; NaN or infinite where undefined.
    reasons : dict
        Why, per such column.
    arrays : dict
        Distributions and maps: gm_histogram, gm_G_edges, gm_M_edges, strut_diameters_um, strut_weights_um, slice_mask,
        slice_tortuosity.
    """

    values: dict[str, float]
    reasons: dict[str, str] = field(default_factory=dict)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


def voi_grid(shape: tuple[int, int, int], spacing: Spacing, edge_um: float) -> list[Voi]:
    """Disjoint cubic VOIs, as many as fit, centred in the volume; none if the volume is too small.

    Parameters
    ----------
    shape : (nz, ny, nx)
        Of the volume.
    spacing : Spacing
        Voxel edges in um.
    edge_um : float
        Edge of a VOI; rounded to whole voxels along each axis.
    """
    z, y, x = (max(1, round(edge_um / h)) for h in spacing)
    counts = [n // size for n, size in zip(shape, (z, y, x), strict=True)]
    rests = [(n - c * size) // 2 for n, c, size in zip(shape, counts, (z, y, x), strict=True)]
    return [
        Voi((rests[0] + i * z, rests[1] + j * y, rests[2] + k * x), (z, y, x)) for i, j, k in np.ndindex(tuple(counts))
    ]


def octants(voi: Voi) -> list[Voi]:
    """The eight halves of halves of a VOI, an odd voxel left out."""
    half = tuple(n // 2 for n in voi.shape)
    return [
        Voi(tuple(s + i * h for s, i, h in zip(voi.start, corner, half, strict=True)), half)  # type: ignore[arg-type]
        for corner in np.ndindex(2, 2, 2)
    ]


def read_block(volume: Volume, voi: Voi, source: str) -> Block:
    """Read a VOI and its surroundings from a mask, and nothing else of the volume.

    Raises
    ------
    InputError
        A label of the mask is none of 0 (metal), 1 and 2 (pore).
    """
    low = [max(0, s - MARGIN) for s in voi.start]
    high = [min(n, s + size + MARGIN) for n, s, size in zip(volume.shape, voi.start, voi.shape, strict=True)]
    labels = np.asarray(volume.array[low[0] : high[0], low[1] : high[1], low[2] : high[2]])
    if labels.max(initial=0) > LARGEST_LABEL:
        raise InputError(f"{source}: holds label {labels.max()}, expected 0 (metal), 1 or 2 (pore)")
    solid = labels == 0
    before = [MARGIN - (s - a) for s, a in zip(voi.start, low, strict=True)]
    after = [MARGIN - (b - s - size) for b, s, size in zip(high, voi.start, voi.shape, strict=True)]
    padded = np.pad(solid, list(zip(before, after, strict=True)), mode="symmetric")
    data = tuple((a, n - b) for a, b, n in zip(before, after, padded.shape, strict=True))
    return Block(padded, volume.spacing, data)  # type: ignore[arg-type]


def describe_voi(block: Block, options: DescribeOptions, maps: bool = False) -> Description:
    """Descriptors of a VOI.

    Parameters
    ----------
    block : Block
        The VOI and its surroundings.
    options : DescribeOptions
    maps : bool
        Whether to keep the thin maps for pictures.

    Returns
    -------
    Description
        Of a VOI of one phase, what a single phase leaves undefined is NaN, tortuosity infinite without metal.
    """
    solid = block.interior
    values: dict[str, float] = {
        "relative_density": float(solid.mean()),
        "specific_surface_per_um": specific_surface(block),
    }
    spectrum = smooth_spectrum(block.solid, block.spacing, options.smoothing_px)
    factors = cubic_factors(block.spacing)
    smooth = refined_field(spectrum, block.solid.shape, factors)
    del spectrum
    surface = interface(block, options.smoothing_px)
    struts = strut_diameters(block, smooth, factors, surface)
    arrays = _distributions(surface, struts, block.spacing, options)
    values |= _curvature_and_struts(surface, struts)
    del surface
    taus, tau_arrays = _tortuosities(crop(smooth, block.shape, factors), block, factors, maps)
    values |= taus
    values |= _planar(solid, block.spacing)
    values["alpha"] = alpha(values["tortuosity"], values["relative_density"])
    values["beta"] = beta(
        values["mean_curvature_per_um"], values["gaussian_curvature_per_um2"], values["strut_diameter_um"]
    )
    return Description(values, _reasons(values), arrays | tau_arrays)


def too_small(shape: tuple[int, int, int], spacing: Spacing, edge_um: float, columns: Iterable[str]) -> Description:
    """The single row of a volume that no VOI fits into: all NaN, the reason with both sizes."""
    extent = " x ".join(f"{length:.4g}" for length in spacing.extent(shape))
    reason = f"the volume is {extent} um (z, y, x), smaller than a VOI of {edge_um:g} um"
    return Description(dict.fromkeys(columns, math.nan), {"all": reason})


def _distributions(
    surface: Interface, struts: Struts, spacing: Spacing, options: DescribeOptions
) -> dict[str, np.ndarray]:
    gaussian, mean = curvature_edges(spacing, options.curvature_bins, options.gaussian_limit, options.mean_limit)
    return {
        "gm_histogram": surface.histogram(gaussian, mean),
        "gm_G_edges": gaussian,
        "gm_M_edges": mean,
        "strut_diameters_um": struts.diameter_um.astype(np.float32),
        "strut_weights_um": struts.length_um.astype(np.float32),
    }


def _curvature_and_struts(surface: Interface, struts: Struts) -> dict[str, float]:
    fit = fit_log_normal(struts.diameter_um, struts.length_um)
    return {
        "strut_diameter_um": fit.mean,
        "strut_log_mean": fit.mu,
        "strut_log_sd": fit.s,
        "strut_misfit": fit.misfit,
        "gaussian_curvature_per_um2": surface.gaussian_curvature_per_um2,
        "mean_curvature_per_um": surface.mean_curvature_per_um,
    }


def _tortuosities(
    smooth: np.ndarray, block: Block, factors: tuple[int, ...], maps: bool
) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    """Tortuosity per direction, its mean, and +y alone; on request the middle section of the +y map."""
    values: dict[str, float] = {}
    arrays: dict[str, np.ndarray] = {}
    for name, (axis, sense) in DIRECTIONS.items():
        result = geodesic(smooth, finer(block.spacing, factors), axis, sense)
        values[f"tortuosity_{name}"] = result.tortuosity
        if maps and name == "plus_y":
            middle = block.shape[0] // 2
            section = result.ratio[middle * factors[0], :: factors[1], :: factors[2]]
            arrays = {"slice_mask": block.interior[middle].astype(np.uint8), "slice_tortuosity": section}
    values["tortuosity"] = float(np.mean(list(values.values())))
    values["tortuosity_y"] = values["tortuosity_plus_y"]
    return values, arrays


def _planar(solid: np.ndarray, spacing: Spacing) -> dict[str, float]:
    """Means over the z sections of the VOI; sections without a value are left out."""
    sections = planar_descriptors(solid, (spacing.y, spacing.x))
    index = sections["shape_index"].to_numpy()
    return {
        "specific_perimeter_per_um": float(sections["specific_perimeter_per_um"].mean()),
        "shape_index": float(np.nanmean(index)) if np.isfinite(index).any() else math.nan,
    }


def _reasons(values: Mapping[str, float]) -> dict[str, str]:
    """Why a descriptor is NaN or infinite."""
    density = values["relative_density"]
    if density in (0.0, 1.0):
        phase = "metal" if density else "pore"
        return {"all": f"the VOI is {phase} only; what needs an interface is undefined"}
    reasons = {}
    blocked = [name for name in DIRECTIONS if math.isinf(values[f"tortuosity_{name}"])]
    if blocked:
        reasons["tortuosity"] = f"the metal does not percolate along {', '.join(blocked)}"
    for name, reason in (
        ("gaussian_curvature_per_um2", "no interface after smoothing"),
        ("strut_diameter_um", "no skeleton point nearer to the interface than to the end of the data"),
        ("shape_index", "no section holds pore and metal"),
    ):
        if math.isnan(values[name]):
            reasons[name] = reason
    return reasons
