"""Picture of the generated sections that are nearest to a training section, each above the one it resembles."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from porescope.report.generated import SECTION
from porescope.report.style import GRID, ORIGIN_NAMES, WIDTH_IN, canvas, house_style, save


def plot_copies(pairs: str, generators: Sequence[str], destination: str) -> None:
    """Draw the nearest pairs of each generator.

    Parameters
    ----------
    pairs : path
        generate/copies.npz.
    generators : list of str
        In the order of rows.
    destination : path
    """
    with np.load(pairs, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    with house_style():
        save(pair_figure(arrays, generators), destination, dpi=200)


def pair_figure(arrays: dict[str, np.ndarray], generators: Sequence[str]) -> Figure:
    """Two rows a generator: its sections that come nearest, and below each the training section."""
    columns = max(len(arrays[f"{generator}_ratio"]) for generator in generators)
    edge = (2 * WIDTH_IN - 0.6) / columns
    figure = canvas(2 * WIDTH_IN, 2 * len(generators) * (edge + 0.12) + 0.2)
    axes = figure.subplots(2 * len(generators), columns, squeeze=False)
    for ax in axes.ravel():
        ax.set_xticks([])
        ax.set_yticks([])
        for spine in ax.spines.values():
            spine.set(visible=True, color=GRID)
    for place, generator in enumerate(generators):
        upper, lower = axes[2 * place], axes[2 * place + 1]
        for column, ratio in enumerate(arrays[f"{generator}_ratio"]):
            upper[column].imshow(arrays[f"{generator}_section"][column], cmap=SECTION, vmin=0, vmax=1)
            lower[column].imshow(arrays[f"{generator}_training"][column], cmap=SECTION, vmin=0, vmax=1)
            upper[column].set_title(f"{ratio:.2f}", fontsize=8.5)
        upper[0].set_ylabel(ORIGIN_NAMES[generator], fontsize=8.5)
        lower[0].set_ylabel("training", fontsize=8.5)
    return figure
