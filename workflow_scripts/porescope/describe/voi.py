"""All descriptors of one volume of interest, and of its octants."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from porescope.describe import by_conduction, by_interface, by_path, by_phase, by_size
from porescope.describe.agreement import flags
from porescope.describe.boxes import Voi, octants
from porescope.describe.distance import interface_distance
from porescope.describe.field import Block, near_cubic_field
from porescope.describe.geodesic import DIRECTIONS
from porescope.describe.names import DESCRIPTORS, DETAILS
from porescope.describe.options import DescribeOptions
from porescope.describe.pictures import field_map, skeleton_map
from porescope.describe.ratios import alpha, beta
from porescope.describe.segmentation_error import Variant
from porescope.describe.struts import Struts, skeleton_points, strut_diameters
from porescope.volume import Spacing

NOT_SOLVED = "not solved for (config: describe/conductivity)"


@dataclass(frozen=True)
class Description:
    """What is known about a VOI.

    Attributes
    ----------
    values : dict
        Number per column of the table; NaN or infinite where undefined.
    reasons : dict
        Why, per such column.
    flags : list of str
        Where two estimators of one quantity contradict each other, in words.
    arrays : dict
        Distributions; and, of the VOI that is shown, what pictures are made from.
    parts : list of dict
        ``values`` of the octants, without what takes a solution of its own in each.
    """

    values: dict[str, float]
    reasons: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    parts: list[dict[str, float]] = field(default_factory=list)


def describe_voi(
    block: Block,
    options: DescribeOptions,
    variant: Variant = Variant.NONE,
    parts: bool = False,
    maps: bool = False,
    thicker: float | None = None,
) -> Description:
    """Descriptors of a VOI.

    Parameters
    ----------
    block : Block
        The VOI and its surroundings.
    options : DescribeOptions
    variant : Variant
        What the block differs in from the VOI itself. Of variants only the differences count: ways are looked for
        quickly, with thicker slices not at all (see ``thicker``), and the dearest descriptors are NaN: local thickness,
        constrictivity, percolation, conductivity and the area of the mesh.
    parts : bool
        Whether to describe the octants of the VOI itself too: from the same surface, skeleton and sizes, so that they
        end at no wall.
    maps : bool
        Whether to keep what pictures are made from.
    thicker : float, optional
        See by_path.columns.

    Returns
    -------
    Description
        Of a VOI of one phase, what a single phase leaves undefined is NaN, tortuosity infinite without metal.
    """
    whole = Voi((0, 0, 0), block.shape)
    cuts = [whole, *(octants(whole) if parts else [])]
    itself = variant is Variant.NONE
    rows = by_phase.columns(block, cuts)
    on_interface, arrays = by_interface.columns(block, cuts, options, maps, twice=itself)
    smooth, factors = near_cubic_field(block, options.smoothing_px)
    pictures: dict[str, np.ndarray] = {}
    if itself:
        paths, pictures = by_path.columns(block, smooth, factors, cuts, maps, thicker)
    else:
        paths = [{} if variant is Variant.THICKER else by_path.quick_columns(block, smooth, factors)]
    skeleton = skeleton_points(smooth > 0)
    near, inside = interface_distance(smooth, block.spacing, factors), smooth > 0
    arrays |= pictures | (field_map(smooth, block, factors) if maps else {})
    del smooth
    struts = strut_diameters(block, skeleton, near, factors)
    arrays |= _strut_arrays(struts, maps)
    widths = by_size.widths(block, near, inside, factors) if itself else None
    del near
    columns = [on_interface, paths, by_size.strut_columns(struts, cuts, block.spacing)]
    if widths is not None:
        columns.append(by_size.columns(block, widths, inside, factors, cuts))
        rows[0] |= by_conduction.columns(block.interior, block.spacing, options.conductivity)
    rows = [_joined(row, *more) for row, *more in zip(rows, *columns, strict=True)]
    rows[0]["tortuosity_method_error"] = by_path.error(rows[0]["gaussian_curvature_per_um2"], block, factors)
    return Description(rows[0], _reasons(rows[0], options), flags(rows[0]), arrays, rows[1:])


def _joined(*columns: dict[str, float]) -> dict[str, float]:
    """All columns of a row, with those that are made of others; NaN where nothing was found."""
    row = dict.fromkeys((*DESCRIPTORS, *DETAILS), math.nan)
    for more in columns:
        row |= more
    row["surface_per_solid_per_um"] = _ratio(row["specific_surface_per_um"], row["relative_density"])
    row["alpha"] = alpha(row["tortuosity"], row["relative_density"])
    row["beta"] = beta(row["mean_curvature_per_um"], row["gaussian_curvature_per_um2"], row["strut_diameter_um"])
    return row


def _strut_arrays(struts: Struts, maps: bool) -> dict[str, np.ndarray]:
    arrays = {
        "strut_diameters_um": struts.diameter_um.astype(np.float32),
        "strut_weights_um": struts.length_um.astype(np.float32),
    }
    return arrays | (skeleton_map(struts) if maps else {})


def too_small(shape: tuple[int, int, int], spacing: Spacing, edge_um: float, columns: Iterable[str]) -> Description:
    """The single row of a volume that no VOI fits into: all NaN, the reason with both sizes."""
    extent = " x ".join(f"{length:.4g}" for length in spacing.extent(shape))
    reason = f"the volume is {extent} um (z, y, x), smaller than a VOI of {edge_um:g} um"
    return Description(dict.fromkeys(columns, math.nan), {"all": reason})


def _ratio(value: float, by: float) -> float:
    return value / by if by > 0 else math.nan


def _reasons(values: Mapping[str, float], options: DescribeOptions) -> dict[str, str]:
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
        ("mean_curvature_per_um", "no interface after smoothing"),
        ("strut_diameter_um", "no skeleton point nearer to the interface than to the end of the data"),
        ("shape_index", "no section holds pore and metal"),
        ("constrictivity", "no interface after smoothing"),
        ("dead_end_fraction", "the metal does not percolate" if options.conductivity else NOT_SOLVED),
        ("effective_conductivity", "the solution did not converge" if options.conductivity else NOT_SOLVED),
        ("correlation_length_um", "the correlation does not fall off within the VOI"),
    ):
        if math.isnan(values[name]):
            reasons.setdefault(name, reason)
    return reasons
