"""Picture of one slice of a simulated specimen: metal, signal of the detector, stored image, classes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from porescope.report.pictures import PHASES, phase_legend, scale_bar
from porescope.report.style import WIDTH_IN, canvas, house_style, plain, save
from porescope.simulate.example import Example
from porescope.volume import Spacing

BRIGHTEST_GREY = 0.9
"""White in the picture of the image, of the largest value that it can store."""

BRIGHTEST_SIGNAL = 1.25
"""White in the picture of the signal: the milled face is 1, its edges are brighter."""


def plot_examples(examples: Mapping[str, str], destinations: Mapping[str, str]) -> None:
    """Draw the slice in the middle of each specimen in four stages.

    Parameters
    ----------
    examples : dict
        Specimen -> npz of simulate.example.
    destinations : dict
        Specimen -> figure.
    """
    for sample, path in examples.items():
        with house_style():
            save(_figure(sample, Example.load(path)), destinations[sample])


def _figure(sample: str, example: Example) -> Figure:
    ny, nx = example.classes.shape
    edge = WIDTH_IN * 0.9
    figure = canvas(4 * edge, edge * ny * example.spacing.y / (nx * example.spacing.x) + 0.55)
    truth, signal, image, classes = figure.subplots(1, 4)
    stored = np.iinfo(example.image.dtype).max
    _show(truth, example.metal, plain(f"{sample}: metal on the milled face"), example.spacing, vmax=1)
    _show(signal, example.signal, "noise-free signal of the detector", example.spacing, vmax=BRIGHTEST_SIGNAL)
    _show(image, example.image, "stored image", example.spacing, vmax=BRIGHTEST_GREY * stored)
    _show(classes, example.classes, "classes", example.spacing, vmax=2, cmap=PHASES)
    scale_bar(truth, nx, ny, example.spacing.x)
    phase_legend(figure)
    return figure


def _show(axes: Axes, values: np.ndarray, title: str, spacing: Spacing, vmax: float, cmap: Any = "gray") -> None:
    axes.imshow(values, cmap=cmap, vmin=0, vmax=vmax, aspect=spacing.y / spacing.x, interpolation="nearest")
    axes.set_title(title, loc="left")
    axes.set_xticks([])
    axes.set_yticks([])
