"""The structure itself: metal, skeleton, ways and curvature of the coldest and hottest specimen of each material."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from porescope.report.pictures import scale_bar
from porescope.report.render import CutOut, View, corner, interface_view, read_cut_out, skeleton_view, solid_view
from porescope.report.style import MUTED, WIDTH_IN, canvas, house_style, plain, save
from porescope.report.words import temperature

PART = 0.6
"""Share of the cut-out's edges that is shown where something inside is looked at."""

BEYOND = 5.0
"""Percent of the values that may lie beyond an end of the colours."""

SOFT = "YlGnBu_r"
"""Colours of ways, dark where they are straight."""

LABELS = {
    "skeleton": "strut diameter (µm)",
    "paths": "way through the metal / distance from the top",
    "mean_curvature": "mean curvature M (µm⁻¹)",
    "gaussian_curvature": "Gaussian curvature G (µm⁻²)",
}


class Shown(NamedTuple):
    """One tile: what is kept of a specimen, its title; None where no VOI fits into it."""

    title: str
    cut: CutOut | None
    section: "Section | None"


class Section(NamedTuple):
    """Middle section of a VOI: metal, length / distance of the ways along +y (NaN elsewhere), pixel edges (y, x)."""

    solid: np.ndarray
    ratio: np.ndarray
    pixel_um: tuple[float, float]


def plot_structures(maps: Sequence[str], facts: Sequence[Mapping[str, Any]], destinations: Mapping[str, str]) -> None:
    """Draw one figure a kind of picture: a row a material, its lowest and highest temperature side by side.

    Parameters
    ----------
    maps : paths
        ``{sample}.npz`` of stage describe, those that are shown.
    facts : list of dict
        What the sheet says of each specimen.
    destinations : dict of paths
        Where each of tables.STRUCTURES goes.
    """
    about = {fact["sample"]: fact for fact in facts}
    rows: dict[str, list[Shown]] = {}
    for path in maps:
        fact = about[Path(path).stem]
        title = f"{fact['material']}, {temperature(fact['temperature_C'])}"
        rows.setdefault(fact["material"], []).append(Shown(title, read_cut_out(path), read_section(path)))
    with house_style():
        for kind, destination in destinations.items():
            save(structure_figure(kind, list(rows.values())), destination, dpi=220)


def read_section(path: str | Path) -> Section | None:
    """The section in a specimen's npz; None of one that no VOI fits into."""
    with np.load(path, allow_pickle=False) as stored:
        if "slice_tortuosity" not in stored:
            return None
        y, x = (float(edge) for edge in stored["slice_pixel_um"])
        return Section(stored["slice_mask"] > 0, stored["slice_tortuosity"], (y, x))


def structure_figure(kind: str, rows: Sequence[Sequence[Shown]]) -> Figure:
    """All tiles of a kind at one scale of colours, with a bar of length in each and the bar of colours under them."""
    columns = max((len(row) for row in rows), default=1)
    edge = WIDTH_IN / max(columns, 2)
    figure = canvas(WIDTH_IN, (edge + 0.22) * max(len(rows), 1) + (0.55 if kind in LABELS else 0.1))
    figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.02, wspace=0.01, hspace=0.02)
    axes = figure.subplots(max(len(rows), 1), columns, squeeze=False)
    limits, colours = colour_range(kind, [shown for row in rows for shown in row])
    for row, line in zip(axes, [*rows, *[[]] * (len(axes) - len(rows))], strict=True):
        for ax, shown in zip(row, [*line, *[None] * (columns - len(line))], strict=True):
            ax.set_axis_off()
            if shown is not None:
                ax.set_title(plain(shown.title), fontsize=8.5, pad=2)
                draw(ax, kind, shown, limits, colours)
    if kind in LABELS:
        painted = ScalarMappable(Normalize(*limits), colours)
        bar = figure.colorbar(painted, ax=list(axes.ravel()), location="bottom", shrink=0.8, aspect=32, pad=0.02)
        bar.set_label(LABELS[kind], fontsize=8)
        bar.ax.tick_params(labelsize=7.5)
        bar.outline.set_linewidth(0.5)
    return figure


def colour_range(kind: str, tiles: Sequence[Shown]) -> tuple[tuple[float, float], str]:
    """Ends of the colours, from all tiles together, and the name of the colour map."""
    cuts = [tile.cut for tile in tiles if tile.cut is not None]
    sections = [tile.section for tile in tiles if tile.section is not None]
    values = {
        "skeleton": [cut.diameters_um for cut in cuts],
        "paths": [section.ratio.ravel() for section in sections],
        "mean_curvature": [np.abs(cut.mean_per_um) for cut in cuts],
        "gaussian_curvature": [np.abs(cut.gaussian_per_um2) for cut in cuts],
    }.get(kind, [])
    finite = [part[np.isfinite(part)].astype(float) for part in values]
    known = np.concatenate([*finite, np.zeros(0)])
    low, high = np.percentile(known, [BEYOND, 100 - BEYOND]) if len(known) else (0.0, 1.0)
    if kind == "skeleton":
        return (float(low), float(max(high, low + 1e-6))), "viridis"
    if kind == "paths":
        return (1.0, float(max(high, 1.01))), SOFT
    limit = float(high) or 1.0
    return (-limit, limit), "RdBu_r" if kind == "mean_curvature" else "PuOr_r"


def draw(ax: Axes, kind: str, shown: Shown, limits: tuple[float, float], colours: str) -> None:
    """One tile; a sentence where there is nothing to show."""
    if shown.cut is None or shown.section is None:
        ax.text(0.5, 0.5, "no volume of interest", ha="center", va="center", fontsize=8, color=MUTED)
    elif kind == "paths":
        draw_section(ax, shown.section, limits, colours)
    else:
        show(ax, view(kind, shown.cut, limits, colours))


def view(kind: str, cut: CutOut, limits: tuple[float, float], colours: str) -> View:
    """A tile in three dimensions."""
    if kind == "solid":
        return solid_view(cut)
    if kind == "skeleton":
        return skeleton_view(corner(cut, PART), limits, colours)
    values = cut.mean_per_um if kind == "mean_curvature" else cut.gaussian_per_um2
    return interface_view(corner(cut, PART), values, limits[1], colours)


def show(ax: Axes, picture: View) -> None:
    ny, nx = picture.image.shape[:2]
    ax.imshow(picture.image)
    scale_bar(ax, nx, ny, picture.pixel_um)


def draw_section(ax: Axes, section: Section, limits: tuple[float, float], colours: str) -> None:
    """The map of ways; pores white, metal that no way reaches grey."""
    ny, nx = section.solid.shape
    ground = np.where(section.solid, 0.6, 1.0)
    aspect = section.pixel_um[0] / section.pixel_um[1]
    ax.imshow(ground, cmap="gray", vmin=0, vmax=1, aspect=aspect, interpolation="nearest")
    ratio = np.where(section.solid, section.ratio, np.nan)
    ax.imshow(ratio, cmap=colours, vmin=limits[0], vmax=limits[1], aspect=aspect, interpolation="nearest")
    scale_bar(ax, nx, ny, section.pixel_um[1])
