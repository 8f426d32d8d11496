"""Pictures of stage generate: real and synthetic sections side by side, and their descriptors over temperature."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure

from porescope.describe.names import DESCRIPTORS, PLANAR
from porescope.report.descriptors import temperature_axis
from porescope.report.notation import symbol_of
from porescope.report.style import (
    GRID,
    ORIGIN_COLOURS,
    ORIGIN_MARKERS,
    ORIGIN_NAMES,
    PHASE_COLOURS,
    WIDTH_IN,
    axis_label,
    canvas,
    house_style,
    plain,
    quiet_grid,
    save,
)
from porescope.report.words import condition_words

SECTION = ListedColormap([PHASE_COLOURS[1], PHASE_COLOURS[0]])
"""Colours of a binary section: 0 pore, 1 metal."""

GREYS = LinearSegmentedColormap.from_list("denoising", [PHASE_COLOURS[1], PHASE_COLOURS[0]])
"""Between pore and metal, for states that are not yet either."""

STRIP = 6
"""Steps shown of the way from noise to a section."""

Gallery = Mapping[tuple[str, float, str], np.ndarray]
"""Sections (n, px, px) by material, temperature and origin."""


def plot_generated(
    table: str,
    real: str,
    generated: Mapping[str, Sequence[str]],
    tiles: int,
    galleries: Mapping[str, str],
    curves: Mapping[str, str],
) -> None:
    """Draw a gallery and the descriptor curves of each material.

    Parameters
    ----------
    table : path
        generate/sections.csv.
    real : path
        generate/sections.npz.
    generated : dict
        Generator -> ``.../{material}_{temperature}.npz`` of all conditions.
    tiles : int
        Sections shown of each origin and condition.
    galleries, curves : dicts of paths
        Where each material's two figures go.
    """
    sections = pd.read_csv(table)
    gallery = read_gallery(real, generated, tiles)
    with house_style():
        for material in galleries:
            save(gallery_figure(gallery, material, tiles), galleries[material], dpi=200)
            save(curve_figure(sections, material), curves[material])


def read_gallery(real: str, generated: Mapping[str, Sequence[str]], tiles: int) -> Gallery:
    """Some sections of every condition and origin; real ones from slabs that no network saw."""
    gallery: dict[tuple[str, float, str], np.ndarray] = {}
    with np.load(real, allow_pickle=False) as arrays:
        material, temperature, split = (arrays[key] for key in ("material", "temperature_C", "split"))
        for name, value in sorted(set(zip(material.tolist(), temperature.tolist(), strict=True))):
            chosen = np.flatnonzero((material == name) & (temperature == value) & (split != "train"))
            gallery[str(name), float(value), "real"] = arrays["solid"][chosen[spread(len(chosen), tiles)]]
    for generator, paths in generated.items():
        for path in paths:
            name, value = Path(path).stem.rsplit("_", 1)
            with np.load(path, allow_pickle=False) as arrays:
                gallery[name, float(value), generator] = arrays["solid"][:tiles]
    return gallery


def spread(available: int, wanted: int) -> np.ndarray:
    """Indices of at most ``wanted`` items, evenly over those there are: neighbouring sections resemble each other."""
    return np.linspace(0, max(available - 1, 0), min(wanted, available) + 2)[1:-1].round().astype(int)


def gallery_figure(gallery: Gallery, material: str, tiles: int) -> Figure:
    """Rows of temperatures, columns of origins."""
    temperatures = sorted({value for name, value, _ in gallery if name == material})
    origins = [origin for origin in ORIGIN_NAMES if any(key[2] == origin for key in gallery)]
    columns = len(origins) * tiles
    edge = (WIDTH_IN - 0.3) / max(columns, 1)
    figure = canvas(WIDTH_IN, max(len(temperatures), 1) * (edge + 0.04) + 0.5)
    axes = figure.subplots(max(len(temperatures), 1), max(columns, 1), squeeze=False)
    figure.set_layout_engine("constrained", w_pad=0.01, h_pad=0.01, wspace=0.01, hspace=0.01)
    for place, (row, value) in enumerate(zip(axes, temperatures, strict=False)):
        for column, ax in enumerate(row):
            origin, index = origins[column // tiles], column % tiles
            sections = gallery.get((material, value, origin), np.zeros((0, 1, 1)))
            ax.set_xticks([])
            ax.set_yticks([])
            for spine in ax.spines.values():
                spine.set(visible=True, color=GRID)
            if index < len(sections):
                ax.imshow(sections[index], cmap=SECTION, vmin=0, vmax=1, interpolation="nearest")
            if place == 0 and index == tiles // 2:
                ax.set_title(ORIGIN_NAMES[origin], fontsize=9)
        row[0].set_ylabel(f"{value:g} °C", fontsize=8.5)
    figure.suptitle(plain(material), fontsize=10.5, fontweight="bold")
    return figure


def plot_denoising(trace: str, destination: str) -> None:
    """Draw generate/ddpm/denoising.npz."""
    with np.load(trace, allow_pickle=False) as arrays, house_style():
        save(denoising_figure(arrays["states"], arrays["conditions"].tolist()), destination, dpi=200)


def denoising_figure(states: np.ndarray, conditions: Sequence[str]) -> Figure:
    """Rows of conditions, columns of steps (conditions, steps + 1, px, px)."""
    chosen = np.unique(np.linspace(0, states.shape[1] - 1, STRIP).round().astype(int))
    edge = (2 * WIDTH_IN - 0.9) / len(chosen)
    figure = canvas(2 * WIDTH_IN, len(conditions) * (edge + 0.04) + 0.35)
    axes = figure.subplots(len(conditions), len(chosen), squeeze=False)
    figure.set_layout_engine("constrained", w_pad=0.01, h_pad=0.01, wspace=0.01, hspace=0.01)
    for row, own, condition in zip(axes, states, conditions, strict=True):
        for ax, step in zip(row, chosen, strict=True):
            ax.imshow(own[step], cmap=GREYS, vmin=-1.5, vmax=1.5, interpolation="nearest")
            ax.set_xticks([])
            ax.set_yticks([])
            for spine in ax.spines.values():
                spine.set(visible=True, color=GRID)
        row[0].set_ylabel(plain(condition_words(condition)), fontsize=8)
    for ax, step in zip(axes[0], chosen, strict=True):
        ax.set_title("noise" if step == 0 else f"step {step}", fontsize=8.5)
    return figure


def curve_figure(sections: pd.DataFrame, material: str) -> Figure:
    """Mean over temperature, and one standard deviation either side, of each planar descriptor and origin."""
    own = sections[sections["material"] == material]
    temperatures = sorted(own["temperature_C"].unique()) or [0.0]
    figure = canvas(WIDTH_IN, 6.2)
    axes = figure.subplots(len(PLANAR), 1, sharex=True)
    step = float(np.diff(temperatures).min()) if len(temperatures) > 1 else 10.0
    for ax, name in zip(axes, PLANAR, strict=True):
        for place, origin in enumerate(o for o in ORIGIN_NAMES if o in set(own["origin"])):
            groups = own[own["origin"] == origin].groupby("temperature_C")[name]
            mean, sd = groups.mean(), groups.std(ddof=1).fillna(0.0)
            x = mean.index.to_numpy(float) + (place - 1) * min(0.12 * step, 2.5)
            ax.errorbar(
                x,
                mean,
                yerr=sd,
                color=ORIGIN_COLOURS[origin],
                marker=ORIGIN_MARKERS[origin],
                markersize=4.5,
                linewidth=1.4,
                elinewidth=0.9,
                capsize=2,
                label=ORIGIN_NAMES[origin],
            )
        meaning = DESCRIPTORS[name]
        ax.set_ylabel(axis_label(symbol_of(name), meaning.unit))
        ax.set_title(meaning.label, loc="left", fontsize=9)
        quiet_grid(ax)
    temperature_axis(axes[-1], temperatures)
    handles, names = axes[0].get_legend_handles_labels()
    figure.suptitle(plain(material), fontsize=10.5, fontweight="bold")
    if handles:
        figure.legend(handles, names, loc="outside lower center", ncols=3, fontsize=8.5)
    return figure
