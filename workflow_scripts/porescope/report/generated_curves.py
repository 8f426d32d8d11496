"""Curves of stage generate: spatial statistics over length, withheld temperatures, losses over steps."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from porescope.describe.names import DESCRIPTORS, PLANAR
from porescope.report.notation import symbol_of
from porescope.report.style import (
    GRID,
    INK,
    MUTED,
    ORIGIN_COLOURS,
    ORIGIN_MARKERS,
    ORIGIN_NAMES,
    WIDTH_IN,
    axis_label,
    canvas,
    house_style,
    plain,
    quiet_grid,
    save,
)

TRAINED_ON = "train"

CURVES = {"two_point": "S₂ (metal)", "metal_chord": "share of metal chords", "pore_chord": "share of pore chords"}
"""Curves of generate/curves.csv, each with the label of its axis."""

LOSSES = {"ddpm": {"loss": "DDPM"}, "cgan": {"loss_discriminator": "discriminator", "loss_generator": "generator"}}
"""Columns of the training curves of each generator, with their names."""


def plot_statistics(table: str, destinations: Mapping[str, str]) -> None:
    """Draw generate/curves.csv, a figure a material (name -> path)."""
    curves = pd.read_csv(table)
    with house_style():
        for material, path in destinations.items():
            save(statistics_figure(curves[curves["material"] == material], material), path)


def statistics_figure(curves: pd.DataFrame, material: str) -> Figure:
    """Rows of curves, columns of the coldest and the hottest temperature."""
    temperatures = sorted(set(curves["temperature_C"]))
    ends = list(dict.fromkeys([temperatures[0], temperatures[-1]])) if temperatures else [0.0]
    figure = canvas(WIDTH_IN, 6.2)
    axes = figure.subplots(len(CURVES), len(ends), sharex="row", sharey="row", squeeze=False)
    for row, (name, label) in zip(axes, CURVES.items(), strict=True):
        for ax, temperature in zip(row, ends, strict=True):
            own = curves[(curves["curve"] == name) & (curves["temperature_C"] == temperature)]
            for origin in (TRAINED_ON, *ORIGIN_NAMES):
                line = own[own["origin"] == origin]
                colour = ORIGIN_COLOURS.get(origin, MUTED)
                style = "-" if origin in ("real", TRAINED_ON) else "--"
                shown = ORIGIN_NAMES.get(origin, "real, trained on")
                width = 2.6 if origin == TRAINED_ON else 1.3
                fade = 0.35 if origin == TRAINED_ON else 1.0
                ax.plot(line["length_um"], line["value"], style, color=colour, linewidth=width, alpha=fade, label=shown)
            quiet_grid(ax)
            if name != "two_point":
                ax.set_xlim(0, _reached(curves[curves["curve"] == name]))
        row[0].set_ylabel(label)
    for ax, temperature in zip(axes[0], ends, strict=True):
        ax.set_title(f"{temperature:g} °C", fontsize=9)
    for ax in axes[-1]:
        ax.set_xlabel(axis_label("length", "um"))
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.suptitle(plain(material), fontsize=10.5, fontweight="bold")
    figure.legend(handles, names, loc="outside lower center", ncols=2, fontsize=8.5)
    return figure


def plot_withheld(table: str, sections: str, destination: str) -> None:
    """Draw generate/withheld.csv on the real curves over temperature of generate/sections.csv."""
    withheld, means = pd.read_csv(table), pd.read_csv(sections)
    real = means[means["origin"] == "real"].groupby(["material", "temperature_C"], sort=False)[list(PLANAR)].mean()
    with house_style():
        save(withheld_figure(withheld, real), destination)


def withheld_figure(withheld: pd.DataFrame, real: pd.DataFrame) -> Figure:
    """Rows of descriptors, columns of materials."""
    materials = list(dict.fromkeys(withheld["material"]))
    figure = canvas(2 * WIDTH_IN, 5.6)
    axes = figure.subplots(len(PLANAR), max(len(materials), 1), sharex=True, sharey="row", squeeze=False)
    for row, name in zip(axes, PLANAR, strict=True):
        for ax, material in zip(row, materials, strict=False):
            line = real.loc[material, name].sort_index()
            ax.plot(line.index, line, color=INK, marker="o", markersize=3.5, label="real")
            own = withheld[(withheld["material"] == material) & (withheld["descriptor"] == name)]
            for temperature in own["temperature_C"]:
                ax.axvline(temperature, color=GRID, linewidth=6, zorder=0)
            look = {"linestyle": "none", "markersize": 6.5}
            ax.plot(own["temperature_C"], own["interpolated"], marker="_", color=MUTED, label="straight line", **look)
            ax.plot(
                own["temperature_C"],
                own["generated"],
                marker=ORIGIN_MARKERS["ddpm"],
                color=ORIGIN_COLOURS["ddpm"],
                label="DDPM, never seen",
                **look,
            )
            ax.set_xticks(sorted({float(line.index.min()), *own["temperature_C"], float(line.index.max())}))
            quiet_grid(ax)
        meaning = DESCRIPTORS[name]
        row[0].set_ylabel(axis_label(symbol_of(name), meaning.unit))
    for ax, material in zip(axes[0], materials, strict=False):
        ax.set_title(plain(material), fontsize=9.5)
    for ax in axes[-1]:
        ax.set_xlabel("sintering temperature (°C)")
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3, fontsize=8.5)
    return figure


def plot_losses(curves: Mapping[str, Sequence[str]], destination: str) -> None:
    """Draw the training curves of each generator (name -> files, one a training)."""
    tables = {generator: [pd.read_csv(path) for path in paths] for generator, paths in curves.items()}
    with house_style():
        save(loss_figure(tables), destination)


def loss_figure(tables: Mapping[str, Sequence[pd.DataFrame]]) -> Figure:
    """A panel a generator."""
    figure = canvas(2 * WIDTH_IN, 2.6)
    axes = figure.subplots(1, len(tables), squeeze=False)[0]
    for ax, (generator, trainings) in zip(axes, tables.items(), strict=True):
        _losses(ax, trainings, LOSSES[generator])
        ax.set_title(ORIGIN_NAMES[generator], loc="left", fontsize=9.5)
    return figure


def _losses(ax: Axes, trainings: Sequence[pd.DataFrame], columns: Mapping[str, str]) -> None:
    colours = (ORIGIN_COLOURS["ddpm"], "#0072B2") if len(columns) > 1 else (ORIGIN_COLOURS["ddpm"],)
    for (column, name), colour in zip(columns.items(), colours, strict=True):
        for place, curve in enumerate(trainings):
            ax.plot(curve["step"], curve[column], color=colour, linewidth=0.9, label=name if place == 0 else None)
    if len(columns) > 1:
        ax.legend()
    else:
        ax.set_yscale("log")
    ax.set_xlabel("step")
    ax.set_ylabel("loss")
    quiet_grid(ax)


def _reached(chords: pd.DataFrame) -> float:
    """Length in um that nearly all chords stay below, of all origins."""
    below = chords.groupby("length_um")["value"].min()
    reached = below.index[below.to_numpy() >= 0.97]
    return float(reached[0]) if len(reached) else float(np.max(below.index))
