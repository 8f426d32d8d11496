"""Descriptors of generated volumes over temperature, beside those of real ones."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from porescope.report.descriptors import temperature_axis
from porescope.report.style import (
    ORIGIN_COLOURS,
    ORIGIN_MARKERS,
    WIDTH_IN,
    axis_label,
    canvas,
    house_style,
    plain,
    quiet_grid,
    save,
)

SIDES = {"real": "real", "generated": "ddpm"}
"""Origins of VOIs, and whose colour and marker each has."""

DRAWN = {
    "volume_relative_density": ("relative density", ""),
    "specific_surface_per_um": ("specific surface", "1/um"),
    "correlation_length_um": ("correlation length", "um"),
    "tortuosity_minus_1": ("tortuosity less 1", ""),
    "effective_conductivity": ("conductivity", "of the solid's"),
}
"""Descriptors with a row in the figure: name and unit."""

LOGARITHMIC = "tortuosity_minus_1"
"""Loosely packed metal has several times that of dense metal."""

LABEL_WIDTH = 0.2
"""Of a temperature under a panel, as a share of its width."""


def plot_volume_trends(vois: str, destination: str) -> None:
    """Draw a column a material, a row a descriptor.

    Parameters
    ----------
    vois : path
        generate/volume_vois.csv.
    destination : path
    """
    with house_style():
        save(trend_figure(pd.read_csv(vois)), destination)


def trend_figure(vois: pd.DataFrame) -> Figure:
    """Every VOI a point, a line through the means of the conditions."""
    materials = list(dict.fromkeys(vois["material"]))
    figure = canvas(2 * WIDTH_IN, 1.55 * len(DRAWN) + 0.7)
    axes = figure.subplots(len(DRAWN), len(materials), squeeze=False, sharex="col", sharey="row")
    for row, (name, (label, unit)) in zip(axes, DRAWN.items(), strict=True):
        row[0].set_ylabel(axis_label(label, unit), fontsize=8.5)
        for ax, material in zip(row, materials, strict=True):
            _panel(ax, vois[vois["material"] == material], name)
        if name == LOGARITHMIC:
            row[0].set_yscale("log")
            row[0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            row[0].yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
            row[0].yaxis.set_minor_locator(NullLocator())
    for ax, material in zip(axes[0], materials, strict=True):
        ax.set_title(plain(material), fontsize=9.5)
    for ax, material in zip(axes[-1], materials, strict=True):
        temperature_axis(ax, sorted(vois.loc[vois["material"] == material, "temperature_C"].unique()), LABEL_WIDTH)
    handles, names = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2, fontsize=8.5)
    return figure


def _panel(ax: Axes, own: pd.DataFrame, name: str) -> None:
    for origin, look in SIDES.items():
        side = own[own["origin"] == origin]
        finite = side[np.isfinite(side[name])]
        colour, marker = ORIGIN_COLOURS[look], ORIGIN_MARKERS[look]
        ax.plot(finite["temperature_C"], finite[name], marker, color=colour, markersize=3.5, alpha=0.45)
        means = finite.groupby("temperature_C")[name].mean()
        ax.plot(means.index, means, "-", marker=marker, color=colour, markersize=5, label=origin)
    quiet_grid(ax)
