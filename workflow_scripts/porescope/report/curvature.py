"""Joint distributions of mean and Gaussian curvature, a grid of temperatures for each material."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from porescope.report.joint import Joint, read_joints
from porescope.report.style import MUTED, WIDTH_IN, canvas, house_style, plain, save

DECADES = 3.0
"""Range of the colour scale, in powers of ten under its maximum."""

TAIL = 0.005
"""Share of the pooled interface that the shown window may cut off at each end."""


def plot_curvature_distributions(
    maps: Sequence[str], facts: Sequence[Mapping[str, Any]], destinations: Mapping[str, str]
) -> None:
    """Draw one figure a material; all share their window and their colours.

    Parameters
    ----------
    maps : paths
        ``{sample}.npz`` of stage describe with gm_histogram, gm_G_edges, gm_M_edges.
    facts : list of dict
        Of each specimen: sample, material, temperature_C.
    destinations : dict of paths
        Where each material's figure goes.
    """
    joints = read_joints(maps)
    window = shared_window(list(joints.values()))
    peak = max((joint.density.max() for joint in joints.values()), default=0.0) or 1.0
    with house_style():
        for material, destination in destinations.items():
            own = [fact for fact in facts if fact["material"] == material and fact["sample"] in joints]
            own.sort(key=lambda fact: (fact["temperature_C"], fact["sample"]))
            cells = [(cell_title(fact, own), joints[fact["sample"]]) for fact in own]
            save(distribution_figure(material, cells, window, peak), destination)


def cell_title(fact: Mapping[str, Any], all_facts: Sequence[Mapping[str, Any]]) -> str:
    """The temperature; with the specimen's name where several share it."""
    same = [other for other in all_facts if other["temperature_C"] == fact["temperature_C"]]
    text = f"{fact['temperature_C']:g} °C"
    return text if len(same) == 1 else f"{text}, {fact['sample']}"


def shared_window(joints: Sequence[Joint]) -> tuple[float, float, float, float]:
    """Limits (M low, M high, G low, G high) outside which TAIL of the pooled interface lies at each end.

    Every specimen weighs the same; both axes are widened to contain 0.
    """
    limits = []
    for axis in ("M", "G"):
        low, high = [], []
        for joint in joints:
            edges = joint.M_edges if axis == "M" else joint.G_edges
            share = joint.area.sum(axis=0 if axis == "M" else 1)
            if share.sum() <= 0:
                continue
            cumulative = np.concatenate([[0.0], np.cumsum(share) / share.sum()])
            low.append(np.interp(TAIL, cumulative, edges))
            high.append(np.interp(1 - TAIL, cumulative, edges))
        span = (min(low), max(high)) if low else (-1.0, 1.0)
        limits += [min(span[0], 0.0) or -0.05 * span[1], max(span[1], 0.0) or -0.05 * span[0]]
    return limits[0], limits[1], limits[2], limits[3]


def distribution_figure(
    material: str, cells: Sequence[tuple[str, Joint]], window: tuple[float, float, float, float], peak: float
) -> Figure:
    """Histograms two abreast; the dashed parabola G = M^2 bounds what a surface can have, the cross is the mean."""
    rows = max(-(-len(cells) // 2), 1)
    figure = canvas(WIDTH_IN, 1.6 * rows + 0.95)
    axes = figure.subplots(rows, 2, sharex=True, sharey=True, squeeze=False).ravel()
    image = None
    for ax, (title, joint) in zip(axes, cells, strict=False):
        image = _draw_joint(ax, joint, window, peak)
        ax.set_title(plain(title), fontsize=8.5, pad=3)
    for ax in axes[len(cells) :]:
        ax.set_visible(False)
    for index, ax in enumerate(axes[: len(cells)]):
        if index + 2 >= len(cells):
            ax.set_xlabel("M (µm⁻¹)", fontsize=8.5)
            ax.tick_params(labelbottom=True)
        if index % 2 == 0:
            ax.set_ylabel("G (µm⁻²)", fontsize=8.5)
    figure.suptitle(plain(material), fontsize=10.5, fontweight="bold")
    if image is not None:
        bar = figure.colorbar(image, ax=list(axes), location="bottom", shrink=0.8, aspect=32, pad=0.02)
        bar.set_label("share of the interface per unit of M and G (µm³)", fontsize=8)
        bar.outline.set_linewidth(0.5)
    return figure


def _draw_joint(ax: Axes, joint: Joint, window: tuple[float, float, float, float], peak: float) -> Any:
    floor = peak / 10**DECADES
    density = np.where(joint.density >= floor, joint.density, np.nan)
    image = ax.pcolormesh(
        joint.M_edges, joint.G_edges, density, norm=LogNorm(floor, peak), cmap="viridis_r", rasterized=True
    )
    ax.axhline(0, color=MUTED, linewidth=0.6)
    ax.axvline(0, color=MUTED, linewidth=0.6)
    m = np.linspace(window[0], window[1], 200)
    ax.plot(m, m**2, color=MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
    mean = joint.mean
    ax.plot(*mean, marker="+", markersize=9, markeredgewidth=2.6, color="white")
    ax.plot(*mean, marker="+", markersize=8, markeredgewidth=1.3, color="#b00020")
    ax.set_xlim(window[0], window[1])
    ax.set_ylim(window[2], window[3])
    ax.tick_params(labelsize=7.5, length=2.5)
    return image
