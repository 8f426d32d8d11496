"""How figures look: one palette and one set of fonts for the whole report."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from porescope.report.notation import unit_text

INK = "#1f2933"
MUTED = "#66727f"
GRID = "#e3e7eb"
ALARM = "#b00020"

MATERIAL_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#B8860B", "#5D3A9B", "#555555")
"""Okabe and Ito's hues, told apart by all common kinds of colour blindness; markers repeat the distinction."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "h")

SEGMENTER_COLOURS = {
    "cta": "#8c8c8c",
    "hybrid": "#88a0d8",
    "unet_cta": "#999933",
    "unet_hybrid": "#332288",
    "unet_twin": "#44AA99",
    "unet_best": "#882255",
}
OTHER_SEGMENTERS = ("#117733", "#AA4499", "#661100")

ORIGIN_COLOURS = {"real": "#1f2933", "cgan": "#b8a92e", "ddpm": "#AA3377"}
ORIGIN_MARKERS = {"real": "o", "cgan": "v", "ddpm": "D"}
ORIGIN_NAMES = {"real": "real", "cgan": "cGAN", "ddpm": "DDPM"}

PHASE_COLOURS = ("#dcd8ce", "#16294d", "#f2a900")
"""Labels 0 metal, 1 pore, 2 shine-through: they differ in lightness too, so that a grey print tells them apart."""

PHASE_NAMES = ("metal", "pore", "shine-through pore")

WIDTH_IN = 3.9
"""Width of a panel: three of them fill a wide screen, one a phone, with letters of readable size on both."""

SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9.0,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "lines.linewidth": 1.4,
    "svg.hashsalt": "porescope",  # the same figure, the same bytes
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw and save inside this context."""
    with matplotlib.rc_context(SETTINGS):
        yield


def canvas(width_in: float, height_in: float) -> Figure:
    """A figure with its own canvas; no global state, no window."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: str | Path, dpi: int = 160) -> None:
    """Write a figure as its suffix says; folders are made, and no date enters the file."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"Date": None} if target.suffix == ".svg" else {"Software": None}
    figure.savefig(target, dpi=dpi, metadata=metadata)


def plain(text: object) -> str:
    """Text for a figure that is never read as mathematics, whatever a sheet or config holds."""
    return str(text).replace("$", r"\$")


def axis_label(name: str, unit: object = "") -> str:
    """Name with its unit in brackets."""
    unit = unit_text(unit)
    return plain(f"{name} ({unit})" if unit else name)


def material_look(materials: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Colour and marker of each material by its place in the sheet, the same in every figure."""
    return {
        material: {"color": MATERIAL_COLOURS[i % len(MATERIAL_COLOURS)], "marker": MARKERS[i % len(MARKERS)]}
        for i, material in enumerate(materials)
    }


def segmenter_colour(segmenter: str) -> str:
    """Colour of a segmenter; one that is not known by name gets its own by its letters."""
    return SEGMENTER_COLOURS.get(segmenter, OTHER_SEGMENTERS[sum(segmenter.encode()) % len(OTHER_SEGMENTERS)])


def quiet_grid(axes: Axes, axis: str = "y") -> None:
    """Thin lines behind the data, along one axis."""
    axes.grid(visible=True, axis=axis)  # type: ignore[arg-type]
    axes.tick_params(length=3, width=0.7)
