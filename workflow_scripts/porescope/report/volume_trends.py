"""Generated volumes among all real ones of their material: how winding the metal is at its density.

Volumes of interest of one condition are few and differ in density, on which tortuosity depends steeply; those of all
temperatures of a material show whether a generated one is too winding or only less dense.
"""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from porescope.report.style import (
    INK,
    MUTED,
    ORIGIN_COLOURS,
    ORIGIN_MARKERS,
    WIDTH_IN,
    canvas,
    house_style,
    plain,
    quiet_grid,
    save,
)
from porescope.report.words import condition_words

FEWEST = 4
"""Real volumes of interest that a line is drawn through."""


def plot_volume_trends(vois: str, described: str, destination: str) -> None:
    """Draw a panel a condition.

    Parameters
    ----------
    vois : path
        generate/volume_vois.csv.
    described : path
        describe/voi.csv.
    destination : path
    """
    with house_style():
        save(trend_figure(pd.read_csv(vois), pd.read_csv(described)), destination)


def trend_figure(vois: pd.DataFrame, described: pd.DataFrame) -> Figure:
    """Tortuosity less 1, on a logarithmic axis, over relative density."""
    conditions = list(dict.fromkeys(vois["condition"]))
    figure = canvas(2 * WIDTH_IN, 3.1)
    axes = figure.subplots(1, len(conditions), squeeze=False)[0]
    for ax, condition in zip(axes, conditions, strict=True):
        _panel(ax, vois[vois["condition"] == condition], of_material(described, condition))
        ax.set_title(plain(condition_words(condition)), fontsize=9.5)
        ax.set_xlabel("relative density φ")
    axes[0].set_ylabel("geodesic tortuosity less 1")
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3, fontsize=8.5)
    return figure


def _panel(ax: Axes, own: pd.DataFrame, real: pd.DataFrame) -> None:
    density, winding = real["relative_density"], real["tortuosity_minus_1"]
    ax.plot(density, winding, "o", color=MUTED, markersize=4, alpha=0.6, label="real, all temperatures")
    here = own[own["origin"] == "real"]
    ax.plot(
        here["relative_density"],
        here["tortuosity_minus_1"],
        "o",
        color=INK,
        markersize=6,
        label="real, this temperature",
    )
    made = own[own["origin"] == "generated"]
    ax.plot(
        made["relative_density"],
        made["tortuosity_minus_1"],
        ORIGIN_MARKERS["ddpm"],
        color=ORIGIN_COLOURS["ddpm"],
        markerfacecolor="none",
        label="generated",
    )
    line = trend(real)
    if line is not None:
        ends = np.array([min(density.min(), made["relative_density"].min()), density.max()])
        ax.plot(ends, np.exp(np.polyval(line, ends)), "-", color=MUTED, linewidth=1, zorder=0)
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 4, 6, 8)))
    ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    ax.yaxis.set_minor_locator(NullLocator())
    quiet_grid(ax)


def of_material(described: pd.DataFrame, condition: str) -> pd.DataFrame:
    """Real VOIs of a condition's material through which the metal percolates, with tortuosity_minus_1."""
    own = described[described["material"] == condition.rpartition("_")[0]]
    own = own.assign(tortuosity_minus_1=own["tortuosity"] - 1)
    return own[np.isfinite(own["tortuosity_minus_1"]) & (own["tortuosity_minus_1"] > 0)]


def trend(real: pd.DataFrame) -> np.ndarray | None:
    """Slope and offset of the logarithm of tortuosity less 1 over relative density; None with too few VOIs."""
    if len(real) < FEWEST or real["relative_density"].std() == 0:
        return None
    line: np.ndarray = np.polyfit(real["relative_density"], np.log(real["tortuosity_minus_1"]), 1)
    return line


def departure(own: pd.DataFrame, real: pd.DataFrame) -> float:
    """How much more winding the generated VOIs of a condition are than real ones of their density, 0 for as much.

    The geometric mean of the ratios to the line through the real ones; NaN without a line or a way through.
    """
    line = trend(real)
    made = own[(own["origin"] == "generated") & np.isfinite(own["tortuosity_minus_1"])]
    if line is None or made.empty:
        return math.nan
    off = np.log(made["tortuosity_minus_1"]) - np.polyval(line, made["relative_density"])
    return float(np.expm1(off.mean()))
