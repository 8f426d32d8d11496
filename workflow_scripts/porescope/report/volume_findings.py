"""What the page says of generated volumes: a table beside their picture."""

import math

import pandas as pd

from porescope.describe.names import DESCRIPTORS
from porescope.report.blocks import Block, Figure, Row, Table
from porescope.report.notation import unit_text
from porescope.report.results import Results
from porescope.report.volume_trends import departure, of_material
from porescope.report.words import counted, listed, number

NAMES = {
    "tortuosity_minus_1": "geodesic tortuosity less 1",
    "pore_percolating_fraction": "percolating share of the pores",
}

PICTURE = (
    "Above: one volume of interest of the real metal on the voxels of the generated ones. Below: as large a part of "
    "the volume that the diffusion model, which knows thick sections only, made of the same condition."
)

CAPTION = (
    "Volumes of interest of {edge} µm on voxels of {voxel} µm. Real: mean ± standard deviation from one to the next. "
    "Difference: of the real mean, or absolute for shares; in brackets what it should not exceed."
)


TRENDS = (
    "Every volume of interest of generated volumes among the real ones of their material at all temperatures; dark "
    "those of this one, on the voxels of the generated ones. Few are of one condition, and how winding metal is "
    "depends steeply on its density: what lies above the line through the real ones is too winding, what lies on it "
    "and to the left only less dense."
)


def volume_blocks(volumes: pd.DataFrame, results: Results) -> list[Block]:
    """Pictures and table of the volumes; none where none was generated."""
    if volumes.empty:
        return []
    drawn = results.pictures(["volumes__metal"], "Real metal above generated metal")
    among = results.pictures(["volumes__trends"], "Tortuosity of generated and of real volumes over density")
    own, real = results.table("volume_vois"), results.table("vois")
    says = trend_sentence(own, real) if own is not None and real is not None else ""
    return [
        Figure("From sections to volumes", volume_sentence(volumes), PICTURE, drawn, columns=1),
        Figure("Too winding, or less dense?", says, TRENDS, among, columns=1),
        table(volumes),
    ]


def trend_sentence(vois: pd.DataFrame, described: pd.DataFrame) -> str:
    """How winding generated volumes are beside real ones of their own density."""
    conditions = dict.fromkeys(vois["condition"].astype(str))
    off = {c: departure(vois[vois["condition"] == c], of_material(described, c)) for c in conditions}
    known = [f"{c} {100 * value:+.0f} %".replace("-", "−") for c, value in off.items() if math.isfinite(value)]
    if not known:
        return ""
    return f"Tortuosity less 1 beside that of real metal of the same density: {listed(known)}."


def volume_sentence(volumes: pd.DataFrame) -> str:
    """How many of the asked comparisons hold, and which do not."""
    asked = volumes.dropna(subset=["tolerance", "deviation"])
    if asked.empty:
        return "There is no real volume of interest to compare with."
    off = asked[~asked["within"].astype(bool)]
    sentence = f"{len(asked) - len(off)} of {counted(len(asked), 'comparison')} with real volumes hold"
    if off.empty:
        return f"{sentence}."
    rows = zip(off["condition"], off["descriptor"], strict=True)
    return f"{sentence}; not {listed([f'{name_of(d)} of {c}' for c, d in rows])}."


def table(volumes: pd.DataFrame) -> Table:
    """A row a condition and descriptor."""
    rows = []
    for _, row in volumes.iterrows():
        spread, deviation, tolerance = (float(row[name]) for name in ("real_sd", "deviation", "tolerance"))
        relative = bool(row["relative"])
        real = number(row["real_mean"], 3) + (f" ± {number(spread, 2)}" if math.isfinite(spread) else "")
        shown = f"{100 * deviation:+.0f} %" if relative else f"{deviation:+.3f}"
        if math.isfinite(tolerance):
            shown += f" ({100 * tolerance:g} %)" if relative else f" ({tolerance:g})"
        if not math.isfinite(deviation):
            shown = number(deviation)
        unit = unit_text(row["unit"])
        named = name_of(row["descriptor"]) + (f" ({unit})" if unit else "")
        rows.append(Row([row["condition"], named, number(row["generated"], 3), real, shown]))
    edge, voxel = (float(volumes[name].iloc[0]) for name in ("voi_um", "voxel_um"))
    columns = ["condition", "descriptor", "generated", "real", "difference"]
    caption = CAPTION.format(edge=number(edge, 3), voxel=number(voxel, 2))
    return Table("Generated volumes against real ones", columns, rows, caption=caption, text_columns=2)


def name_of(descriptor: str) -> str:
    """In words."""
    return NAMES.get(descriptor) or DESCRIPTORS[descriptor].label
