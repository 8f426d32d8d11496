"""Picture of what restoring did to a stack."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from porescope.restore.accuracy import drift_error, read_drift, trend_of
from porescope.volume import Volume, read_volume

FOUND, TRUE, DAMAGED = "#0072b2", "#333333", "#d55e00"

CURVES_IN, ROW_IN = 4.4, 2.7
"""Width of the curves and height of a row of images in inches."""

STYLE: Any = {
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "legend.frameon": False,
}


def plot_restoration(
    sample: str,
    raw: str | Path,
    restored: str | Path,
    info: str | Path,
    truth: Sequence[str | Path],
    path: str | Path,
) -> None:
    """Draw the recovered drift, one slice and one cut through all slices, before and after.

    Parameters
    ----------
    sample : str
    raw, restored : path
        OME-Zarr before and after.
    info : path
        JSON of stage restore.
    truth : sequence of path
        The table of the true drift of a simulated stack; empty for others.
    path : path
        Image file to write.
    """
    record: dict[str, Any] = json.loads(Path(info).read_text(encoding="utf-8"))
    shifts = np.asarray(record["shift_px"], float)
    drift = read_drift(truth[0]) if truth and len(shifts) > 1 else None
    volume = read_volume(restored)
    z_um, y_um, x_um = volume.spacing.extent(volume.shape)
    widths = [ROW_IN * min(max(edge / y_um, 0.6), 2.0) for edge in (x_um, z_um)]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(CURVES_IN + sum(widths) + 0.6, 2 * ROW_IN + 0.9), dpi=140, layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(f"{sample}: what restoring did", x=0.01, ha="left", fontsize=11)
        grid = figure.add_gridspec(2, 3, width_ratios=[CURVES_IN, *widths])
        curves = [figure.add_subplot(grid[k, 0]) for k in (0, 1)]
        for axis, axes in enumerate(curves):
            _draw_drift(axes, axis, shifts, drift, record)
        curves[1].set_xlabel("slice")
        crop = tuple(slice(*record["crop_px"][axis]) for axis in "yx")
        images = [
            (read_volume(raw), crop, "as ingested"),
            (volume, (slice(None), slice(None)), "restored"),
        ]
        for row, (shown, region, title) in enumerate(images):
            places = figure.add_subplot(grid[row, 1]), figure.add_subplot(grid[row, 2])
            _draw_images(*places, shown, region, title)
        figure.savefig(path)


def _draw_drift(axes: Axes, axis: int, shifts: np.ndarray, drift: np.ndarray | None, record: dict[str, Any]) -> None:
    name = "yx"[axis]
    title = f"drift along {name}"
    if drift is not None:
        told = drift + trend_of(shifts - drift)
        axes.plot(told[:, axis], color=TRUE, linewidth=3, alpha=0.35, label="true, but for a linear trend")
        title += f": error {drift_error(shifts, drift).after[axis]:.2f} px RMS"
    axes.plot(shifts[:, axis], color=FOUND, linewidth=1.2, label="recovered")
    for index, item in enumerate(record["interpolated_slices"]):
        axes.axvline(item["slice"], color=DAMAGED, linewidth=1, label="" if index else "damaged slice, interpolated")
    axes.set(title=title, ylabel="px")
    if axis == 0:
        axes.legend(loc="best", fontsize=7)


def _draw_images(face: Axes, cut: Axes, volume: Volume, region: tuple[slice, ...], title: str) -> None:
    """The slice in the middle, and what all slices show in the column of pixels in its middle."""
    spacing = volume.spacing
    slice_ = np.asarray(volume.array[volume.shape[0] // 2])[region]
    column = (region[1].start or 0) + slice_.shape[1] // 2
    across = np.asarray(volume.array[:, region[0], column]).T
    low, high = np.percentile(slice_, [0.5, 99.5])
    for axes, pixels, width in ((face, slice_, spacing.x), (cut, across, spacing.z)):
        axes.imshow(pixels, cmap="gray", vmin=low, vmax=high, aspect=spacing.y / width, interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    face.set_title(f"{title}: slice {volume.shape[0] // 2}")
    cut.set_title("cut (z to the right)")
