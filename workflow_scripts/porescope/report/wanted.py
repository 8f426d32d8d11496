"""Figure of volumes of a wanted property: what the regression says of them and what their metal conducts."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from porescope.report.style import ALARM, MUTED, ORIGIN_COLOURS, WIDTH_IN, axis_label, canvas, house_style, plain, save


class Panel(NamedTuple):
    """What one panel has across the wanted property.

    Attributes
    ----------
    column : str
        Of check.csv; with ``_low`` and ``_high`` where they are there, an interval.
    title, axis : str
    """

    column: str
    title: str
    axis: str


PANELS = (
    Panel("predicted", "regression on the descriptors", "predicted"),
    Panel("solved", "metal alone, contacts without resistance", "solved"),
    Panel("conducted", "with the contacts of real specimens", "solved, with contacts"),
)


def plot_wanted(table: str, destination: str) -> None:
    """Draw a column a panel and a row a material of generate/wanted/check.csv."""
    check = pd.read_csv(table, dtype={"name": str, "material": str}, keep_default_na=False, na_values=[""])
    with house_style():
        save(wanted_figure(check), destination, dpi=200)


def wanted_figure(check: pd.DataFrame) -> Figure:
    """Volumes in colour, extrapolated ones hollow; real specimens in grey, joined by a line; the wanted as 1:1 line."""
    materials = list(dict.fromkeys(check.loc[check["origin"] == "generated", "material"]))
    figure = canvas(2 * WIDTH_IN, 2.7 * len(materials) + 0.3)
    axes = figure.subplots(len(materials), len(PANELS), squeeze=False)
    for row, material in zip(axes, materials, strict=True):
        own = check[check["material"] == material]
        for ax, panel in zip(row, PANELS, strict=True):
            _draw(ax, own, panel)
        row[0].set_ylabel(axis_label(f"{material}, conductivity found", own["unit"].iloc[0]))
    handles: Mapping[str, object] = {
        text: handle for ax in axes.ravel() for handle, text in zip(*ax.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4)  # type: ignore[call-overload]
    return figure


def _draw(ax: Axes, own: pd.DataFrame, panel: Panel) -> None:
    real = own[own["origin"] == "real"].sort_values("wanted")
    made = own[own["origin"] == "generated"]
    ends = own["wanted"].min(), own["wanted"].max()
    ax.plot(ends, ends, color=ALARM, linewidth=1, linestyle="--", label="as wanted")
    ax.plot(real["wanted"], real[panel.column], "o-", color=MUTED, markersize=4, linewidth=0.8, label="real specimens")
    if f"{panel.column}_low" in own:
        spans = made[panel.column] - made[f"{panel.column}_low"], made[f"{panel.column}_high"] - made[panel.column]
        ax.errorbar(made["wanted"], made[panel.column], yerr=spans, fmt="none", color=ORIGIN_COLOURS["ddpm"], lw=0.8)
    for extrapolated, face, label in ((False, None, "generated"), (True, "white", "generated, extrapolated")):
        some = made[made["extrapolated"] == extrapolated]
        if len(some):
            colour = ORIGIN_COLOURS["ddpm"]
            x, y = some["wanted"], some[panel.column]
            ax.plot(x, y, "D", label=label, markersize=6, color=colour, markerfacecolor=face or colour)
    ax.set_title(plain(panel.title), fontsize=8.5)
    ax.set_xlabel(axis_label("wanted or measured", own["unit"].iloc[0]))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(EngFormatter(sep=""))
