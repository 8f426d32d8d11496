"""What the page says of generated volumes: a table beside their picture."""

import math

import pandas as pd

from porescope.describe.names import DESCRIPTORS
from porescope.report.blocks import Block, Figure, Row, Table
from porescope.report.notation import unit_text
from porescope.report.results import Results
from porescope.report.words import counted, listed, number

NAMES = {
    "volume_relative_density": "relative density of the whole volume",
    "tortuosity_minus_1": "geodesic tortuosity less 1",
    "pore_percolating_fraction": "percolating share of the pores",
}

PICTURE = (
    "Above: one volume of interest of the real metal, on the voxels of the generated ones, of the coldest and of the "
    "hottest condition. Below: as large a part of the volume that the diffusion model, which knows thick sections "
    "only, made of the same condition."
)

CAPTION = (
    "Volumes of interest of {edge} µm on voxels of {voxel} µm; means over the temperatures of a material, with "
    "the standard errors that the scatter of volumes of interest leaves. Difference: of the real mean, or absolute "
    "for shares; in brackets what it should not exceed. At one temperature: mean magnitude of the differences there, "
    "the scatter of the few volumes included."
)


TRENDS = (
    "Every volume of interest is a point, of the density every whole volume; lines go through the means of each "
    "temperature."
)


def volume_blocks(volumes: pd.DataFrame, results: Results) -> list[Block]:
    """Pictures and table of the volumes; none where none was generated."""
    if volumes.empty:
        return []
    drawn = results.pictures(["volumes__metal"], "Real metal above generated metal")
    trends = results.pictures(["volumes__trends"], "Descriptors of generated and of real volumes over temperature")
    return [
        Figure("From sections to volumes", volume_sentence(volumes), PICTURE, drawn, columns=1),
        Figure("Do volumes follow the temperature?", "", TRENDS, trends, columns=1),
        table(volumes),
    ]


def volume_sentence(volumes: pd.DataFrame) -> str:
    """How many of the asked comparisons hold, and which do not."""
    asked = volumes.dropna(subset=["tolerance", "deviation"])
    if asked.empty:
        return "There is no real volume of interest to compare with."
    off = asked[~asked["within"].astype(bool)]
    sentence = f"{len(asked) - len(off)} of {counted(len(asked), 'comparison')} with real volumes hold"
    if off.empty:
        return f"{sentence}."
    rows = zip(off["material"], off["descriptor"], strict=True)
    return f"{sentence}; not {listed([f'{name_of(d)} of {m}' for m, d in rows])}."


def table(volumes: pd.DataFrame) -> Table:
    """A row a material and descriptor."""
    rows = []
    for _, row in volumes.iterrows():
        deviation, tolerance = float(row["deviation"]), float(row["tolerance"])
        relative = bool(row["relative"])
        made, real = (with_error(float(row[side]), float(row[f"{side}_se"])) for side in ("generated", "real"))
        shown = difference(deviation, relative)
        if math.isfinite(tolerance):
            shown += f" ({100 * tolerance:g} %)" if relative else f" ({tolerance:g})"
        unit = unit_text(row["unit"])
        named = name_of(row["descriptor"]) + (f" ({unit})" if unit else "")
        single = difference(float(row["mean_absolute_deviation"]), relative).lstrip("+")
        rows.append(Row([row["material"], named, made, real, shown, single]))
    edge, voxel = (float(volumes[name].iloc[0]) for name in ("voi_um", "voxel_um"))
    columns = ["material", "descriptor", "generated", "real", "difference", "at one temperature"]
    caption = CAPTION.format(edge=number(edge, 3), voxel=number(voxel, 2))
    return Table("Generated volumes against real ones", columns, rows, caption=caption, text_columns=2)


def with_error(mean: float, error: float) -> str:
    """A mean and its standard error, where there is one."""
    return number(mean, 3) + (f" ± {number(error, 2)}" if math.isfinite(error) else "")


def difference(value: float, relative: bool) -> str:
    """With its sign, in per cent where it is relative."""
    if not math.isfinite(value):
        return number(value)
    return f"{100 * value:+.0f} %" if relative else f"{value:+.3f}"


def name_of(descriptor: str) -> str:
    """In words."""
    return NAMES.get(descriptor) or DESCRIPTORS[descriptor].label
