"""Pictures of stage segment: the same slice under every segmenter, and their scores."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from porescope.report.pictures import PHASES, phase_legend, scale_bar
from porescope.report.style import (
    GRID,
    INK,
    MUTED,
    WIDTH_IN,
    canvas,
    house_style,
    plain,
    quiet_grid,
    save,
    segmenter_colour,
)
from porescope.report.tables import SCORE_NAMES, SPLIT_NAMES, segmenter_order
from porescope.segment.interfaces import UNKNOWN
from porescope.segment.scores import TruthSource, open_truth
from porescope.segment.truth import Truth
from porescope.volume import Volume, read_volume

log = logging.getLogger(__name__)

SPLIT_MARKERS = {"train": "o", "held_out_slab": "s", "held_out_specimen": "D"}


class Tile(NamedTuple):
    """One picture of a slice: its title and its grey values or labels."""

    title: str
    image: np.ndarray
    labels: bool


def plot_slices(
    restored: Mapping[str, str],
    info: Mapping[str, str],
    truths: Mapping[str, TruthSource],
    masks: Mapping[str, Mapping[str, str]],
    field_px: int,
    destinations: Mapping[str, str],
) -> None:
    """Draw one slice of each specimen: restored grey, truth where it is known, and every segmenter's mask.

    Parameters
    ----------
    restored, info, destinations : dict of paths
        Restored volumes, their JSONs and the pictures to write, by specimen.
    truths : dict
        Where the truth is, for the specimens that have one.
    masks : dict of dicts of paths
        By specimen, then segmenter in the order in which they are shown.
    field_px : int
        Longest edge of the central field that is shown.
    """
    for sample, destination in destinations.items():
        volume = read_volume(restored[sample])
        truth = open_truth(truths[sample], info[sample]) if sample in truths else None
        named = {segmenter: read_volume(path) for segmenter, path in masks[sample].items()}
        tiles = slice_tiles(volume, truth, named, field_px)
        with house_style():
            save(slice_figure(sample, tiles, volume.spacing.x), destination, dpi=200)
        log.info("%s: %s", sample, ", ".join(tile.title.replace("\n", " ") for tile in tiles))


def slice_tiles(volume: Volume, truth: Truth | None, masks: Mapping[str, Volume], field_px: int) -> list[Tile]:
    """The pictures of the middle slice, or of the one nearest to it whose truth is known, cut to the central field.

    Parameters
    ----------
    volume : Volume
        Restored grey values.
    truth : Truth, optional
        Classes in the restored frame, 255 where unknown.
    masks : dict
        Labels 0/1/2 by segmenter, of the restored shape.
    field_px : int
        Longest edge of the field.
    """
    n_slices = volume.shape[0]
    chosen, known = n_slices // 2, None
    for z in sorted(range(n_slices), key=lambda z: abs(z - n_slices // 2)) if truth is not None else ():
        found = truth.read(slice(z, z + 1)) if truth is not None else {}
        if z in found:
            chosen, known = z, found[z]
            break
    window = central_window(volume.shape[1:], field_px)
    tiles = [Tile(f"restored, slice {chosen}", np.asarray(volume.array[chosen])[window], labels=False)]
    if known is not None:
        known = known[window]
        tiles.append(Tile("truth", known, labels=True))
    for segmenter, mask in masks.items():
        labels = np.asarray(mask.array[chosen])[window]
        score = f", Jaccard {pore_jaccard(labels, known):.3f}" if known is not None else ""
        tiles.append(Tile(f"{segmenter}{score}", labels, labels=True))
    return tiles


def central_window(shape: Sequence[int], field_px: int) -> tuple[slice, slice]:
    """The central part of a slice (ny, nx), at most field_px along its longer edge, of the slice's own proportions."""
    scale = min(1.0, field_px / max(shape))
    edges = [round(n * scale) for n in shape]
    starts = [(n - edge) // 2 for n, edge in zip(shape, edges, strict=True)]
    y, x = (slice(start, start + edge) for start, edge in zip(starts, edges, strict=True))
    return y, x


def pore_jaccard(labels: np.ndarray, truth: np.ndarray) -> float:
    """Overlap of pore (labels 1 and 2) over its union where the truth is known; NaN where neither holds a pore."""
    given = truth != UNKNOWN
    found, known = labels[given] > 0, truth[given] > 0
    union = np.count_nonzero(found | known)
    return np.count_nonzero(found & known) / union if union else float("nan")


def slice_figure(sample: str, tiles: Sequence[Tile], pixel_um: float) -> Figure:
    """Tiles two abreast, with a scale bar on the first and the colours of the phases at the end."""
    rows = -(-len(tiles) // 2)
    ny, nx = tiles[0].image.shape
    figure = canvas(WIDTH_IN, rows * (0.485 * WIDTH_IN * ny / nx + 0.24) + 0.55)
    figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.02, wspace=0.01, hspace=0.01)
    figure.suptitle(plain(sample), fontsize=10.5, fontweight="bold")
    axes = figure.subplots(rows, 2, squeeze=False).ravel()
    for ax in axes:
        ax.set_axis_off()
    for ax, tile in zip(axes, tiles, strict=False):
        if tile.labels:
            shown = np.ma.masked_equal(tile.image, UNKNOWN)
            ax.imshow(shown, cmap=PHASES, vmin=0, vmax=2, interpolation="nearest")
        else:
            low, high = np.percentile(tile.image, (0.5, 99.5))
            ax.imshow(tile.image, cmap="gray", vmin=low, vmax=max(high, low + 1), interpolation="nearest")
        ax.set_title(plain(tile.title), fontsize=8, pad=3)
    scale_bar(axes[0], nx, ny, pixel_um)
    phase_legend(figure)
    return figure


def plot_scores(scores: str, destinations: Mapping[str, str]) -> None:
    """Draw one panel a metric: every specimen a dot, the mean of a segmenter and split a bar.

    Parameters
    ----------
    scores : path
        Table segment/scores.csv.
    destinations : dict of paths
        Where each of its columns goes that is drawn; none where nothing is scored.
    """
    with house_style():
        for metric, destination in destinations.items():
            save(score_figure(pd.read_csv(scores), metric), destination)


def score_figure(table: pd.DataFrame, metric: str) -> Figure:
    """Dots of one metric: a row for each segmenter, in it a line and a marker for each split."""
    segmenters = segmenter_order(table["segmenter"])
    splits = [split for split in SPLIT_NAMES if split in set(table["split"])]
    figure = canvas(WIDTH_IN, 1.25 + 0.24 * max(len(segmenters) * len(splits), 4))
    ax = figure.subplots()
    rng = np.random.default_rng(0)  # spreads dots that would hide each other; across the value axis only
    step = 0.8 / max(len(splits), 1)
    for row, segmenter in enumerate(segmenters):
        for line, split in enumerate(splits):
            place = row + (line - (len(splits) - 1) / 2) * step
            values = table.loc[(table["segmenter"] == segmenter) & (table["split"] == split), metric].dropna()
            spread = rng.uniform(-0.3, 0.3, len(values)) * step
            look: dict[str, Any] = {"color": segmenter_colour(segmenter), "marker": SPLIT_MARKERS[split]}
            ax.scatter(values, place + spread, s=16, alpha=0.6, linewidths=0, **look)
            if len(values):
                ax.plot([values.mean()] * 2, [place - 0.42 * step, place + 0.42 * step], color=INK, linewidth=1.8)
    ax.set_yticks(range(len(segmenters)), [plain(name) for name in segmenters])
    ax.set_ylim(len(segmenters) - 0.45, -0.55)
    for edge in range(1, len(segmenters)):
        ax.axhline(edge - 0.5, color=GRID, linewidth=0.8)
    ax.set_xlabel(SCORE_NAMES[metric])
    ax.tick_params(axis="y", length=0)
    quiet_grid(ax, "x")
    marks = [Line2D([], [], linestyle="none", marker=SPLIT_MARKERS[split], color=MUTED) for split in splits]
    names = [SPLIT_NAMES[split] for split in splits]
    figure.legend(marks, names, loc="outside lower center", ncols=3, fontsize=8, handletextpad=0.1, columnspacing=1.0)
    return figure
