"""Pictures of how far segmenters are to be believed: reliability curves, and slices that a person should look at."""

import logging
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from porescope.report.pictures import scale_bar
from porescope.report.segmentation import central_window
from porescope.report.style import (
    ALARM,
    INK,
    MUTED,
    PHASE_COLOURS,
    WIDTH_IN,
    canvas,
    house_style,
    plain,
    quiet_grid,
    save,
    segmenter_colour,
)
from porescope.report.tables import segmenter_order
from porescope.volume import read_volume

log = logging.getLogger(__name__)

VOTES = LinearSegmentedColormap.from_list("votes", [PHASE_COLOURS[0], ALARM, PHASE_COLOURS[1]])
"""Share of segmenters that see pore: the phases' own colours where all agree, red between."""


def plot_reliability(reliability: str, destinations: Sequence[str]) -> None:
    """Draw the reliability curves of table segment/reliability.csv; nowhere where nothing is scored."""
    with house_style():
        for destination in destinations:
            save(reliability_figure(pd.read_csv(reliability)), destination)


def reliability_figure(table: pd.DataFrame) -> Figure:
    """Observed over said probability of pore, a line a network, over slices that no training saw if there are any."""
    unseen = table[table["split"] != "train"]
    shown = unseen if len(unseen) else table
    figure = canvas(WIDTH_IN, WIDTH_IN)
    ax = figure.subplots()
    ax.plot([0, 1], [0, 1], color=MUTED, linewidth=0.9, linestyle="--", zorder=1)
    marks = []
    for segmenter in segmenter_order(shown["segmenter"]):
        own = shown[shown["segmenter"] == segmenter]
        for _, curve in own.groupby("split", sort=False):
            ax.plot(curve["probability"], curve["observed"], color=segmenter_colour(segmenter), marker="o",
                    markersize=3, linewidth=1.1)  # fmt: skip
        marks.append(
            Line2D([], [], color=segmenter_colour(segmenter), marker="o", markersize=3, label=plain(segmenter))
        )
    ax.set_xlabel("probability of pore that the network gives")
    ax.set_ylabel("share of these pixels that are pore")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_aspect("equal")
    quiet_grid(ax, "both")
    ax.text(0.97, 0.06, "sees more pore than there is", ha="right", fontsize=7.5, color=MUTED)
    ax.text(0.03, 0.92, "sees less", ha="left", fontsize=7.5, color=MUTED)
    ax.legend(handles=marks, loc="lower right", bbox_to_anchor=(1.0, 0.1))
    return figure


def plot_flagged(
    flagged: str,
    restored: Mapping[str, str],
    masks: Mapping[str, Mapping[str, str]],
    field_px: int,
    destinations: Sequence[str],
) -> None:
    """Draw the slices at the top of table segment/flagged.csv, each of another specimen as far as there are enough.

    Parameters
    ----------
    flagged : path
    restored : dict of paths
        Restored volumes by specimen.
    masks : dict of dicts of paths
        By specimen, then segmenter.
    field_px : int
        Longest edge of the central field that is shown.
    destinations : paths
        One for each picture; never more than there are specimens.
    """
    table = pd.read_csv(flagged).drop_duplicates("sample")
    with house_style():
        for row, destination in zip(table.itertuples(), destinations, strict=False):
            sample, z = str(row.sample), int(row.slice)  # type: ignore[arg-type]
            volume = read_volume(restored[sample])
            window = central_window(volume.shape[1:], field_px)
            votes = np.mean([np.asarray(read_volume(p).array[z]) > 0 for p in masks[sample].values()], axis=0)
            title = f"{sample}, slice {z}: {100 * float(row.disagreement):.1f} % in dispute"  # type: ignore[arg-type]
            save(
                flagged_figure(title, np.asarray(volume.array[z])[window], votes[window], volume.spacing.x),
                destination,
                dpi=200,
            )


def flagged_figure(title: str, grey: np.ndarray, votes: np.ndarray, pixel_um: float) -> Figure:
    """A restored slice above the share of segmenters that see pore in it."""
    ny, nx = grey.shape
    figure = canvas(WIDTH_IN, 2 * WIDTH_IN * ny / nx + 0.75)
    figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.02, wspace=0.01, hspace=0.01)
    figure.suptitle(plain(title), fontsize=9.5, fontweight="bold", color=INK)
    above, below = figure.subplots(2, 1)
    low, high = np.percentile(grey, (0.5, 99.5))
    above.imshow(grey, cmap="gray", vmin=low, vmax=max(high, low + 1), interpolation="nearest")
    below.imshow(votes, cmap=VOTES, vmin=0, vmax=1, interpolation="nearest")
    for ax in (above, below):
        ax.set_axis_off()
    scale_bar(above, nx, ny, pixel_um)
    names = {"all see metal": PHASE_COLOURS[0], "they differ": ALARM, "all see pore": PHASE_COLOURS[1]}
    handles = [Patch(facecolor=colour, edgecolor=MUTED, linewidth=0.4, label=name) for name, colour in names.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=8, columnspacing=1.0, handlelength=1.0)
    return figure
