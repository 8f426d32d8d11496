"""Picture of a stack's thresholds and labels."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from porescope.label.thresholds import Histogram, Thresholds
from porescope.volume import Spacing

CTA_COLOUR, HYBRID_COLOUR, INK = "#0072b2", "#d55e00", "#333333"  # Okabe and Ito: told apart by everyone

STYLE: Any = {
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.7,
    "legend.frameon": False,
}


def draw_thresholds(
    sample: str,
    histogram: Histogram,
    thresholds: Thresholds,
    pixels: np.ndarray,
    labels: np.ndarray,
    spacing: Spacing,
    path: str | Path,
) -> None:
    """Draw histogram and second derivative with both thresholds, beside one slice and its labels.

    Parameters
    ----------
    sample : str
    histogram : Histogram
    thresholds : Thresholds
    pixels, labels : (ny, nx) array
        One slice and its labels 0, 1, 2.
    spacing : Spacing
        Voxel edges in um.
    path : path
        Image file to write.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(12, 3.7), dpi=160, layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.add_gridspec(2, 3, width_ratios=[1, 1.1, 1.1], height_ratios=[2, 1])
        counts, second = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[1, 0])
        _draw_histogram(counts, second, histogram, thresholds)
        counts.set_title(f"{sample}: grey values of all slices")
        low, high = np.percentile(pixels, [0.5, 99.5])
        raw = figure.add_subplot(grid[:, 1])
        raw.imshow(pixels, cmap="gray", vmin=low, vmax=high, aspect=spacing.y / spacing.x, interpolation="nearest")
        raw.set_title("restored slice")
        _scale_bar(raw, pixels.shape, spacing)
        overlay = figure.add_subplot(grid[:, 2])
        picture = _overlay((pixels - low) / max(high - low, 1e-9), labels)
        overlay.imshow(picture, aspect=spacing.y / spacing.x, interpolation="nearest")
        overlay.set_title("labels")
        overlay.legend(
            handles=[
                Patch(color=CTA_COLOUR, label=f"1  pore by CTA ({np.mean(labels == 1):.0%})"),
                Patch(color=HYBRID_COLOUR, label=f"2  by hybrid only ({np.mean(labels == 2):.0%})"),
            ],
            loc="upper center",
            bbox_to_anchor=(0.5, -0.02),
            ncols=2,
            columnspacing=1.2,
            handlelength=1.2,
        )
        for axes in (raw, overlay):
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
        figure.savefig(path)


def _draw_histogram(counts: Axes, second: Axes, histogram: Histogram, thresholds: Thresholds) -> None:
    centres = histogram.centres
    counts.fill_between(centres, histogram.counts / 1e3, step="mid", color="0.82", linewidth=0)
    counts.plot(centres, thresholds.smoothed / 1e3, color=INK, linewidth=1.2)
    counts.set_ylabel("pixels (thousands)")
    counts.set_ylim(0)
    counts.tick_params(labelbottom=False)
    second.axhline(0, color="0.7", linewidth=0.7)
    second.plot(centres, thresholds.second_derivative, color=INK, linewidth=1.2)
    at = int(np.argmin(np.abs(centres - thresholds.hybrid)))
    second.plot(thresholds.hybrid, thresholds.second_derivative[at], "o", color=HYBRID_COLOUR, markersize=4)
    second.set(xlabel="grey value", ylabel="2nd derivative", yticks=[0])
    occupied = np.flatnonzero(histogram.counts > histogram.counts.max() * 1e-4)
    for axes in (counts, second):
        axes.set_xlim(centres[occupied[0]], centres[occupied[-1]])
        axes.axvline(thresholds.cta, color=CTA_COLOUR, linewidth=1.2)
        axes.axvline(thresholds.hybrid, color=HYBRID_COLOUR, linewidth=1.2)
    for value, name, colour, height in (
        (thresholds.cta, f"CTA {thresholds.cta:.0f} ", CTA_COLOUR, 0.88),
        (thresholds.hybrid, f"hybrid {thresholds.hybrid:.0f} ", HYBRID_COLOUR, 0.98),
    ):
        counts.annotate(name, (value, height), xycoords=("data", "axes fraction"), color=colour, ha="right", va="top")


def _overlay(grey: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The slice in grey with its pores tinted, as RGB in [0, 1]."""
    picture = np.repeat(np.clip(grey, 0, 1)[..., np.newaxis], 3, axis=-1)
    for value, colour in ((1, CTA_COLOUR), (2, HYBRID_COLOUR)):
        tint = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        chosen = labels == value
        picture[chosen] = 0.35 * picture[chosen] + 0.65 * tint
    return picture


def _scale_bar(axes: Axes, shape: tuple[int, ...], spacing: Spacing) -> None:
    """A bar of a round length, about a quarter of the width."""
    target = shape[1] * spacing.x / 4
    power = 10.0 ** np.floor(np.log10(target))
    length = max(step * power for step in (1, 2, 5) if step * power <= target)
    pixels = length / spacing.x
    text = f"{length:g} µm" if length >= 1 else f"{1000 * length:g} nm"
    y = shape[0] * 0.95
    outline = [withStroke(linewidth=1.5, foreground="black")]
    start = shape[1] * 0.04
    bar = axes.plot([start, start + pixels], [y, y], color="white", linewidth=3, solid_capstyle="butt")
    bar[0].set_path_effects([withStroke(linewidth=4.5, foreground="black")])
    axes.text(
        start + pixels / 2, y - shape[0] * 0.02, text, color="white", ha="center", va="bottom", path_effects=outline
    )
