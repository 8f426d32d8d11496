"""Pictures of stage describe: descriptors over temperature, and densities against independent ones."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from porescope.describe.names import DESCRIPTORS
from porescope.report.densities import density_check
from porescope.report.notation import symbol_of
from porescope.report.style import (
    MUTED,
    WIDTH_IN,
    axis_label,
    canvas,
    house_style,
    material_look,
    plain,
    quiet_grid,
    save,
)
from porescope.report.tables import CONDUCTION, DENSITY_CHECK, ERRORS, descriptor_rows, undefined_rows
from porescope.report.uncertainty import budget_figure
from porescope.report.words import counted


def plot_descriptors(
    table: str,
    simulated: Sequence[str],
    facts: Sequence[Mapping[str, Any]],
    materials: Sequence[str],
    destinations: Mapping[str, str],
) -> None:
    """Draw one figure a panel: a descriptor over temperature, or one of the panels beside them (see tables).

    Parameters
    ----------
    table : path
        describe/sample.csv.
    simulated : paths
        specimen.json of the simulated specimens.
    facts : list of dict
        What the sheet says of each specimen.
    materials : list of str
        In the order of colours.
    destinations : dict of paths
        Where each panel goes: by the name of a descriptor, or 'density_check', 'conduction', 'errors'.
    """
    samples = pd.read_csv(table)
    truths = [json.loads(Path(path).read_text(encoding="utf-8")) for path in simulated]
    with house_style():
        for panel, destination in destinations.items():
            if panel == DENSITY_CHECK:
                figure = density_figure(density_check(samples, truths, facts), materials)
            elif panel == CONDUCTION:
                figure = conduction_figure(samples, materials)
            elif panel == ERRORS:
                figure = budget_figure(samples)
            else:
                figure = descriptor_figure(samples, panel, materials)
            save(figure, destination)


def descriptor_figure(samples: pd.DataFrame, descriptor: str, materials: Sequence[str]) -> Figure:
    """Mean and 95 % interval of one descriptor over temperature, a line a material."""
    meaning = DESCRIPTORS[descriptor]
    rows = descriptor_rows(samples, descriptor)
    figure = canvas(WIDTH_IN, 3.1)
    ax = figure.subplots()
    temperatures = sorted(samples["temperature_C"].unique())
    look = material_look(materials)
    for index, material in enumerate(materials):
        own = rows[rows["material"] == material]
        if len(own):
            shift = dodge(index, len(materials), temperatures)
            draw_intervals(ax, own, shift, look[material], material)
    missing = undefined_rows(samples, descriptor)
    if len(missing):
        text = f"not defined for {counted(len(missing), 'specimen')}"
        ax.text(0.01, 0.01, text, transform=ax.transAxes, fontsize=7.5, color=MUTED)
    if len(rows) and rows["mean"].min() < 0 < rows["mean"].max():
        ax.axhline(0, color=MUTED, linewidth=0.8, zorder=0)
    symbol = symbol_of(descriptor)
    ax.set_ylabel(axis_label(symbol, meaning.unit))
    temperature_axis(ax, temperatures)
    title_and_legend(ax, f"{meaning.label}, {symbol}", len(materials))
    return figure


def draw_intervals(ax: Axes, rows: pd.DataFrame, shift: float, look: Mapping[str, Any], label: str) -> None:
    """Points with 95 % bars, joined through the mean of each temperature; a point without interval is hollow."""
    x = rows["temperature_C"].to_numpy(float) + shift
    mean = rows["mean"].to_numpy(float)
    below = mean - rows["ci_low"].to_numpy(float)
    above = rows["ci_high"].to_numpy(float) - mean
    bars = np.isfinite(below) & np.isfinite(above)
    line = rows.groupby("temperature_C")["mean"].mean()
    ax.plot(line.index.to_numpy(float) + shift, line.to_numpy(), color=look["color"], alpha=0.8)
    ax.errorbar(
        x[bars],
        mean[bars],
        yerr=np.clip(np.stack([below[bars], above[bars]]), 0, None),
        fmt=look["marker"],
        color=look["color"],
        markersize=5,
        capsize=2.5,
        linewidth=1.1,
        label=plain(label),
    )
    if not bars.all():
        hollow = {"marker": look["marker"], "markeredgecolor": look["color"], "markerfacecolor": "white"}
        name = None if bars.any() else plain(label)
        ax.plot(x[~bars], mean[~bars], linestyle="none", markersize=5, label=name, **hollow)


def dodge(index: int, count: int, temperatures: Sequence[float]) -> float:
    """Shift in degrees C that keeps the bars of several materials apart: at most a fifth of the smallest step."""
    steps = np.diff(temperatures)
    step = float(steps.min()) if len(steps) else 10.0
    return (index - (count - 1) / 2) * min(0.2 * step / max(count - 1, 1), 3.0)


def temperature_axis(ax: Axes, temperatures: Sequence[float], label_width: float = 0.09) -> None:
    """Ticks at the temperatures of the campaign, thinned where labels of this share of the axis would touch."""
    ax.set_xlabel("sintering temperature (°C)")
    low, high = min(temperatures), max(temperatures)
    margin = 0.05 * (high - low) or 10.0
    ax.set_xlim(low - margin, high + margin)
    ticks = [low]
    for value in temperatures[1:]:
        if value - ticks[-1] >= label_width * (high - low):
            ticks.append(value)
    ax.set_xticks(ticks, [f"{value:g}" for value in ticks])
    quiet_grid(ax)


def title_and_legend(ax: Axes, title: str, entries: int) -> None:
    """The title, flush left, and under it the legend in one row."""
    handles = ax.get_legend_handles_labels()[0]
    ax.set_title(plain(title), loc="left", pad=20 if handles else 6)
    if handles:
        ax.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=min(entries, 4), handletextpad=0.3,
                  columnspacing=1.0, borderaxespad=0.1, borderpad=0.2)  # fmt: skip


def density_figure(check: pd.DataFrame, materials: Sequence[str]) -> Figure:
    """Described minus independent relative density over the independent one, with the interval of the difference."""
    figure = canvas(WIDTH_IN, 3.1)
    ax = figure.subplots()
    look = material_look(materials)
    for material in materials:
        own = check[check["material"] == material].dropna(subset=["difference"])
        if own.empty:
            continue
        half = np.clip(own[["below", "above"]].to_numpy(float).T, 0, None)
        ax.errorbar(
            own["reference"],
            own["difference"],
            yerr=np.nan_to_num(half),
            fmt=look[material]["marker"],
            color=look[material]["color"],
            markersize=5,
            capsize=2.5,
            linewidth=1.1,
            label=plain(material),
        )
    ax.axhline(0, color=MUTED, linewidth=0.9, zorder=0)
    ax.set_xlabel("independent relative density (truth or weighing)")
    ax.set_ylabel("difference")
    quiet_grid(ax)
    title_and_legend(ax, "relative density: described − independent", len(materials))
    return figure


def conduction_figure(samples: pd.DataFrame, materials: Sequence[str]) -> Figure:
    """Conductivity of the structure, relative to the metal's, over relative density, and what no structure exceeds."""
    density, solved = (
        descriptor_rows(samples, name).set_index("sample") for name in ("relative_density", "effective_conductivity")
    )
    figure = canvas(WIDTH_IN, 3.1)
    ax = figure.subplots()
    look = material_look(materials)
    for material in materials:
        own = solved[(solved["material"] == material) & solved.index.isin(density.index)]
        if len(own):
            x = density.loc[own.index]
            ax.errorbar(
                x["mean"],
                own["mean"],
                xerr=np.nan_to_num(x["sd_statistical"]),
                yerr=np.nan_to_num(own["sd_statistical"]),
                fmt=look[material]["marker"],
                color=look[material]["color"],
                markersize=5,
                capsize=2,
                linewidth=1.0,
                label=plain(material),
            )
    known = density.loc[density.index.isin(solved.index), "mean"]
    low, high = (max(0.0, known.min() - 0.05), min(1.0, known.max() + 0.05)) if len(known) else (0.0, 1.0)
    D = np.linspace(low, high, 100)
    for values, style, words, above in (
        (2 * D / (3 - D), (0, (4, 2)), "2D/(3 − D)", 1),
        (D**1.5, (0, (1, 1.5)), "D^1.5", -1),
    ):
        ax.plot(D, values, color=MUTED, linewidth=1.0, linestyle=style, zorder=0)
        start = (D[0], values[0])
        ax.annotate(words, start, (6, 9 * above), textcoords="offset points", va="center", fontsize=7.5, color=MUTED)
    ax.set_xlabel("relative density D")
    ax.set_ylabel("conductivity / that of the metal")
    quiet_grid(ax)
    title_and_legend(ax, "conductivity of the structure alone, σᵣ", len(materials))
    return figure
