"""Where the uncertainty of each descriptor comes from: a picture, and what one volume of interest tells."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from porescope.describe.names import DESCRIPTORS
from porescope.report.notation import plain_label, symbol_of
from porescope.report.style import GRID, MARKERS, MATERIAL_COLOURS, WIDTH_IN, canvas, plain

SOURCES = {
    "sd_statistical": "this piece of the material",
    "sd_segmentation": "place of the interface",
    "sd_voxel": "distance of slices",
    "sd_method": "estimator",
}
"""Columns of sample.csv, in plain words."""

FROM_ONE = ("tortuosity", "tortuosity_y")
"""Descriptors whose signal is what exceeds 1."""


def relative_errors(samples: pd.DataFrame) -> pd.DataFrame:
    """Median over specimens of each contribution, in percent of the descriptor (tortuosities: of what exceeds 1).

    Returns
    -------
    DataFrame
        Indexed by descriptor in the order of the tables; the columns of SOURCES and sd_total; NaN where unknown in all
        specimens. Descriptors without any known contribution are left out.
    """
    columns = [*SOURCES, "sd_total"]
    signal = (samples["mean"] - samples["descriptor"].isin(FROM_ONE)).abs().replace([0, np.inf], np.nan)
    percent = samples[columns].astype(float).div(signal, axis=0) * 100
    table = percent.groupby(samples["descriptor"]).median()
    order = [name for name in DESCRIPTORS if name in table.index]
    return table.loc[order].dropna(how="all")


def budget_figure(samples: pd.DataFrame) -> Figure:
    """A line a descriptor, a mark a source, on a logarithmic axis of percent; the bar is the total."""
    errors = relative_errors(samples)
    figure = canvas(2 * WIDTH_IN, 0.21 * max(len(errors), 2) + 1.15)
    ax = figure.subplots()
    place = np.arange(len(errors))[::-1]
    shown = errors.where(errors >= 0.01)
    ax.barh(place, shown["sd_total"] - 0.01, left=0.01, height=0.62, color=GRID, label="together")
    for index, (column, words) in enumerate(SOURCES.items()):
        ax.plot(
            shown[column], place, linestyle="none", marker=MARKERS[index], color=MATERIAL_COLOURS[index], label=words,
            markersize=5.5, markeredgecolor="white", markeredgewidth=0.5,
        )  # fmt: skip
    ax.set_xscale("log")
    ax.set_xlim(0.01, 300)
    ax.set_xticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    ax.set_yticks(place, [plain(row_label(str(name))) for name in errors.index], fontsize=8)
    ax.set_ylim(-0.7, len(errors) - 0.3)
    ax.set_xlabel("standard uncertainty (% of the descriptor; of τ − 1), median over specimens")
    ax.grid(visible=True, axis="x")
    figure.legend(loc="outside upper left", ncols=5, fontsize=8, handletextpad=0.3, columnspacing=1.1)
    return figure


def row_label(descriptor: str) -> str:
    """Name and symbol of a descriptor; a tortuosity by what exceeds 1."""
    label = plain_label(descriptor).removesuffix(" M/(|G| φ)").replace(", five directions", "").replace(", +y", "")
    minus = " − 1" if descriptor in FROM_ONE else ""
    return f"{label}, {symbol_of(descriptor)}{minus}"


def representative(samples: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Median over specimens: half the 95 % interval of one VOI in percent (``percent``), and the edge for 1 % in um.

    Indexed by descriptor, those of ``names`` with a finite value; the edge of a VOI is the column ``voi_um``.
    """
    own = samples[samples["descriptor"].isin(list(names))].assign(percent=100 * samples["voi_relative"])
    numbers = own[["percent", "enough_um", "voi_um"]].astype(float).replace(np.inf, np.nan)
    table = numbers.groupby(own["descriptor"]).median()
    return table.loc[[name for name in names if name in table.index]].dropna(subset=["percent"])
