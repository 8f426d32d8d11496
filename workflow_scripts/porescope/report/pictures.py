"""What pictures of slices share: colours of the phases and their legend, the scale bar."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from porescope.report.style import MUTED, PHASE_COLOURS, PHASE_NAMES

PHASES = ListedColormap(PHASE_COLOURS)


def phase_legend(figure: Figure) -> None:
    """Names of the phases under all pictures of a figure."""
    handles = [Patch(facecolor=c, edgecolor=MUTED, linewidth=0.5) for c in PHASE_COLOURS]
    figure.legend(handles, PHASE_NAMES, loc="outside lower center", ncols=3, fontsize=8, handlelength=1.2)


def scale_bar(ax: Axes, nx: int, ny: int, pixel_um: float) -> None:
    """A bar of round length in the lower left corner of a picture of (ny, nx) pixels."""
    length_um = nice_length(nx * pixel_um / 4)
    pixels = length_um / pixel_um
    x0, y0 = 0.04 * nx, 0.94 * ny
    for colour, width in (("black", 5), ("white", 3)):  # seen on bright and on dark ground
        ax.plot([x0, x0 + pixels], [y0, y0], color=colour, linewidth=width, solid_capstyle="butt")
    ax.text(
        x0,
        y0 - 0.03 * ny,
        f"{length_um:g} µm",
        color="white",
        fontsize=7.5,
        va="bottom",
        bbox={"facecolor": "black", "alpha": 0.6, "pad": 1.5, "linewidth": 0},
    )


def nice_length(wanted: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not more than wanted."""
    power = 10.0 ** np.floor(np.log10(wanted))
    return float(max(step * power for step in (1, 2, 5) if step * power <= wanted))
