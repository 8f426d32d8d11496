"""Pictures of stage segment: the same slice under every segmenter, and their scores."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from porescope.report.style import (
    INK,
    MUTED,
    PHASE_COLOURS,
    PHASE_NAMES,
    canvas,
    house_style,
    plain,
    quiet_grid,
    save,
    segmenter_colour,
)
from porescope.report.tables import SCORE_NAMES, SPLIT_NAMES, segmenter_order
from porescope.volume import Volume, read_volume

log = logging.getLogger(__name__)

PHASES = ListedColormap(PHASE_COLOURS)


class Tile(NamedTuple):
    """One picture of a slice: its title and its grey values or labels."""

    title: str
    image: np.ndarray
    labels: bool


def plot_slices(
    restored: Sequence[str],
    info: Sequence[str],
    truths: Sequence[str],
    masks: Sequence[str],
    field_px: int,
    destinations: Sequence[str],
) -> None:
    """Draw the middle slice of each specimen: restored grey, truth where it is known, and every segmenter's mask.

    Parameters
    ----------
    restored, info, destinations : paths
        Restored volumes, their JSONs (with ``crop_px``) and the pictures to write, in the same order.
    truths : paths
        ``.../{sample}/truth.ome.zarr`` of the specimens that have one; labels 0/1/2 in the frame before cropping.
    masks : paths
        ``.../{segmenter}/{sample}.ome.zarr`` of all specimens; in the order in which segmenters are shown.
    field_px : int
        Longest edge of the central field that is shown.
    """
    for volume_path, info_path, destination in zip(restored, info, destinations, strict=True):
        sample = Path(volume_path).name.removesuffix(".ome.zarr")
        volume = read_volume(volume_path)
        crop = json.loads(Path(info_path).read_text(encoding="utf-8"))["crop_px"]
        truth = [read_volume(path) for path in truths if Path(path).parent.name == sample]
        named = {Path(p).parent.name: read_volume(p) for p in masks if Path(p).name == Path(volume_path).name}
        tiles = slice_tiles(volume, truth[0] if truth else None, crop, named, field_px)
        with house_style():
            save(slice_figure(tiles, volume.spacing.x), destination, dpi=200)
        log.info("%s: %s", sample, ", ".join(tile.title for tile in tiles))


def slice_tiles(
    volume: Volume, truth: Volume | None, crop: dict[str, list[int]], masks: dict[str, Volume], field_px: int
) -> list[Tile]:
    """The pictures of the middle slice, cut to the central field.

    Parameters
    ----------
    volume : Volume
        Restored grey values.
    truth : Volume, optional
        Labels in the frame before cropping.
    crop : dict
        ``{"y": [y0, y1], "x": [x0, x1]}`` of the restored slices in that frame.
    masks : dict
        Labels 0/1/2 by segmenter, of the restored shape.
    field_px : int
        Longest edge of the field.
    """
    middle = volume.shape[0] // 2
    window = central_window(volume.shape[1:], field_px)
    tiles = [Tile(f"restored, slice {middle}", np.asarray(volume.array[middle])[window], labels=False)]
    known = None
    if truth is not None:
        (y0, y1), (x0, x1) = crop["y"], crop["x"]
        known = np.asarray(truth.array[middle])[y0:y1, x0:x1][window]
        tiles.append(Tile("truth", known, labels=True))
    for segmenter, mask in masks.items():
        labels = np.asarray(mask.array[middle])[window]
        score = f"\nJaccard {pore_jaccard(labels, known):.3f}" if known is not None else ""
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
    """Overlap of pore (labels 1 and 2) over its union; NaN where neither holds a pore."""
    found, known = labels > 0, truth > 0
    union = np.count_nonzero(found | known)
    return np.count_nonzero(found & known) / union if union else float("nan")


def slice_figure(tiles: Sequence[Tile], pixel_um: float) -> Figure:
    """Tiles two abreast, with a scale bar on the first and the colours of the phases at the end."""
    rows = -(-len(tiles) // 2)
    ny, nx = tiles[0].image.shape
    tile_width = 2.1
    figure = canvas(2 * tile_width, rows * (tile_width * ny / nx + 0.36) + 0.36)
    axes = figure.subplots(rows, 2, squeeze=False).ravel()
    for ax in axes:
        ax.set_axis_off()
    for ax, tile in zip(axes, tiles, strict=False):
        if tile.labels:
            ax.imshow(tile.image, cmap=PHASES, vmin=0, vmax=2, interpolation="nearest")
        else:
            low, high = np.percentile(tile.image, (0.5, 99.5))
            ax.imshow(tile.image, cmap="gray", vmin=low, vmax=max(high, low + 1), interpolation="nearest")
        ax.set_title(plain(tile.title), fontsize=8, pad=3)
    _scale_bar(axes[0], nx, ny, pixel_um)
    handles = [Patch(facecolor=c, edgecolor=MUTED, linewidth=0.5) for c in PHASE_COLOURS]
    figure.legend(handles, PHASE_NAMES, loc="outside lower center", ncols=3, fontsize=8, handlelength=1.2)
    return figure


def plot_scores(scores: str, metrics: Sequence[str], destinations: Sequence[str]) -> None:
    """Draw one panel a metric: every specimen a dot, the mean of a segmenter and split a bar.

    Parameters
    ----------
    scores : path
        Table segment/scores.csv.
    metrics : list of str
        Its columns to draw, one a destination.
    """
    table = pd.read_csv(scores)
    with house_style():
        for metric, destination in zip(metrics, destinations, strict=True):
            save(score_figure(table, metric), destination)


def score_figure(table: pd.DataFrame, metric: str) -> Figure:
    """Dots of one metric, a row for each segmenter and split."""
    splits = [split for split in SPLIT_NAMES if split in set(table["split"])]
    rows = [
        (segmenter, split)
        for segmenter in segmenter_order(table["segmenter"])
        for split in splits
        if ((table["segmenter"] == segmenter) & (table["split"] == split)).any()
    ]
    figure = canvas(4.2, 1.0 + 0.3 * max(len(rows), 3))
    ax = figure.subplots()
    rng = np.random.default_rng(0)  # spreads dots that would hide each other; across the value axis only
    for place, (segmenter, split) in enumerate(rows):
        values = table.loc[(table["segmenter"] == segmenter) & (table["split"] == split), metric].dropna()
        colour = segmenter_colour(segmenter)
        spread = rng.uniform(-0.22, 0.22, len(values))
        ax.scatter(values, place + spread, s=14, color=colour, alpha=0.55, linewidths=0)
        if len(values):
            ax.plot([values.mean()] * 2, [place - 0.36, place + 0.36], color=INK, linewidth=2)
    ax.set_yticks(range(len(rows)), [plain(f"{segmenter}, {SPLIT_NAMES[split]}") for segmenter, split in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlabel(SCORE_NAMES[metric])
    ax.tick_params(axis="y", length=0)
    quiet_grid(ax, "x")
    return figure


def _scale_bar(ax: object, nx: int, ny: int, pixel_um: float) -> None:
    length_um = nice_length(nx * pixel_um / 4)
    pixels = length_um / pixel_um
    x0, y0 = 0.04 * nx, 0.94 * ny
    ax.plot([x0, x0 + pixels], [y0, y0], color="white", linewidth=3, solid_capstyle="butt")  # type: ignore[attr-defined]
    ax.text(  # type: ignore[attr-defined]
        x0,
        y0 - 0.03 * ny,
        f"{length_um:g} µm",
        color="white",
        fontsize=7.5,
        va="bottom",
        bbox={"facecolor": "black", "alpha": 0.45, "pad": 1.2, "linewidth": 0},
    )


def nice_length(wanted: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not more than wanted."""
    power = 10.0 ** np.floor(np.log10(wanted))
    return float(max(step * power for step in (1, 2, 5) if step * power <= wanted))
