"""Picture of a stack's thresholds and labels, after Fig. 1b-g of the paper."""

from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from scipy import ndimage

from porescope.label.sensitivity import MeansHistogram, density_by_threshold
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


class Shown(NamedTuple):
    """The slice in the picture.

    Attributes
    ----------
    pixels, labels, means : (ny, nx) array
        Restored greys, labels 0, 1, 2, and the mean grey of each pixel's superpixel.
    spacing : Spacing
        Voxel edges in um.
    """

    pixels: np.ndarray
    labels: np.ndarray
    means: np.ndarray
    spacing: Spacing

    def cut(self, rows: slice, columns: slice) -> "Shown":
        """A part of it."""
        part = (rows, columns)
        return Shown(self.pixels[part], self.labels[part], self.means[part], self.spacing)


def draw_labels(
    sample: str,
    histogram: Histogram,
    thresholds: Thresholds,
    means: MeansHistogram,
    shown: Shown,
    path: str | Path,
) -> None:
    """Draw where the thresholds come from, what they do to one slice and to a part of it, and what hangs on them.

    Parameters
    ----------
    sample : str
    histogram : Histogram
    thresholds : Thresholds
    means : MeansHistogram
    shown : Shown
    path : path
        Image file to write.
    """
    rows, columns = _most_telling(shown.labels)
    low, high = np.percentile(shown.pixels, [0.5, 99.5])
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(13, 6.4), dpi=140, layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(f"{sample}: from grey values to labels", x=0.01, ha="left", fontsize=11)
        grid = figure.add_gridspec(2, 4, width_ratios=[1.15, 1, 1, 1])
        left = grid[:, 0].subgridspec(3, 1, height_ratios=[1.3, 0.8, 1])
        counts, second, density = (figure.add_subplot(left[k]) for k in range(3))
        _draw_histogram(counts, second, histogram, thresholds)
        counts.set_title("a  grey values of all slices")
        second.set_title("b  its curvature: first high peak")
        _draw_density(density, histogram, thresholds, means)
        for row, part in enumerate((shown, shown.cut(rows, columns))):
            places = [figure.add_subplot(grid[row, 1 + k]) for k in range(3)]
            _draw_slice(places, part, (low, high), zoomed=row == 1)
        corner = (columns.start - 0.5, rows.start - 0.5)
        for place in figure.axes[3:6]:
            size = (columns.stop - columns.start, rows.stop - rows.start)
            place.add_patch(Rectangle(corner, *size, fill=False, edgecolor="white", linewidth=1))
        figure.savefig(path)


def _most_telling(labels: np.ndarray) -> tuple[slice, slice]:
    """The part of a slice, about a quarter of its edges, that holds most of what only the hybrid method finds."""
    edge = max(min(labels.shape) // 3, min(48, *labels.shape))
    share = ndimage.uniform_filter((labels == 2).astype(np.float32), edge)
    half = edge // 2
    inner = share[half : labels.shape[0] - half, half : labels.shape[1] - half]
    y, x = np.unravel_index(int(inner.argmax()), inner.shape) if inner.size else (0, 0)
    return slice(int(y), int(y) + edge), slice(int(x), int(x) + edge)


def _draw_slice(axes: list[Axes], shown: Shown, limits: tuple[float, float], zoomed: bool) -> None:
    """Greys, pores by the conventional threshold, and pores by both; zoomed in, superpixels in place of the second."""
    low, high = limits
    grey = np.clip((shown.pixels - low) / max(high - low, 1e-9), 0, 1)
    titles = ["d  restored slice", "e  pores by CTA (blue)", "f  and by superpixels (orange)"]
    if zoomed:
        titles = ["g  the framed part", "h  mean greys of its superpixels", "i  its labels"]
    middle = np.repeat(np.clip((shown.means - low) / max(high - low, 1e-9), 0, 1)[..., np.newaxis], 3, axis=-1)
    pictures = [
        np.repeat(grey[..., np.newaxis], 3, axis=-1),
        middle if zoomed else _overlay(grey, np.where(shown.labels == 1, 1, 0)),
        _overlay(grey, shown.labels),
    ]
    for place, picture, title in zip(axes, pictures, titles, strict=True):
        place.imshow(picture, aspect=shown.spacing.y / shown.spacing.x, interpolation="nearest")
        place.set_title(title)
        place.set(xticks=[], yticks=[])
        place.spines[:].set_visible(False)
    _scale_bar(axes[0], shown.pixels.shape, shown.spacing)
    if not zoomed:
        for place, chosen in ((axes[1], [1]), (axes[2], [1, 2])):
            place.set_xlabel(f"porosity of the slice {np.isin(shown.labels, chosen).mean():.1%}")


def _draw_density(axes: Axes, histogram: Histogram, thresholds: Thresholds, means: MeansHistogram) -> None:
    """Relative density of the stack for every position of either threshold."""
    occupied = np.flatnonzero(histogram.counts > histogram.counts.max() * 1e-4)
    greys = np.linspace(histogram.centres[occupied[0]], histogram.centres[occupied[-1]], 200)
    above = greys[greys >= thresholds.cta]
    axes.plot(greys, [density_by_threshold(histogram, g) for g in greys], color=CTA_COLOUR, linewidth=1.2)
    axes.plot(above, [means.density(g) for g in above], color=HYBRID_COLOUR, linewidth=1.2)
    sd = thresholds.metal_sd
    for value, colour, height, density in (
        (thresholds.cta, CTA_COLOUR, 0.22, lambda grey: density_by_threshold(histogram, grey)),
        (thresholds.hybrid, HYBRID_COLOUR, 0.08, means.density),
    ):
        axes.axvspan(value - sd / 2, value + sd / 2, color=colour, alpha=0.12, linewidth=0)
        axes.plot(value, density(value), "o", color=colour, markersize=4)
        spread = (density(value - sd / 2) - density(value + sd / 2)) / 2
        axes.text(0.04, height, f"{density(value):.3f} ± {spread:.3f}", transform=axes.transAxes, color=colour)
    axes.set(xlabel="threshold (grey value)", ylabel="relative density", ylim=(0, 1))
    axes.set_xlim(greys[0], greys[-1])
    axes.set_title("c  density, and ± by half a deviation of metal")


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
    for grey, height in thresholds.candidates:
        second.plot(grey, height, "o", color=HYBRID_COLOUR, markersize=4, fillstyle="none")
    second.set(ylabel="2nd derivative", yticks=[0])
    second.tick_params(labelbottom=False)
    occupied = np.flatnonzero(histogram.counts > histogram.counts.max() * 1e-4)
    for axes in (counts, second):
        axes.set_xlim(centres[occupied[0]], centres[occupied[-1]])
        axes.axvline(thresholds.cta, color=CTA_COLOUR, linewidth=1.2)
        axes.axvline(thresholds.hybrid, color=HYBRID_COLOUR, linewidth=1.2)
    for value, name, colour, height in (
        (thresholds.cta, f"CTA {thresholds.cta:.0f} ", CTA_COLOUR, 0.88),
        (thresholds.hybrid, f"hybrid {thresholds.hybrid:.0f} ", HYBRID_COLOUR, 0.96),
    ):
        counts.annotate(
            name,
            (value, height),
            xycoords=("data", "axes fraction"),
            color=colour,
            ha="right",
            va="top",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )


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
