"""Picture of generated volumes: a VOI of the real metal and one of the generated metal of some conditions."""

import numpy as np
from matplotlib.figure import Figure

from porescope.report.render import CutOut, solid_view
from porescope.report.structure import show
from porescope.report.style import WIDTH_IN, canvas, house_style, plain, save
from porescope.report.words import condition_words

SIDES = {"real": "real", "generated": "generated"}


def plot_volumes(blocks: str, destination: str) -> None:
    """Draw a real VOI above a generated one of each condition.

    Parameters
    ----------
    blocks : path
        generate/volumes.npz.
    destination : path
    """
    with np.load(blocks, allow_pickle=False) as stored:
        voxel_um = float(stored["voxel_um"])
        fields = {name: stored[name] for name in stored.files if name != "voxel_um"}
    with house_style():
        save(volume_figure(fields, voxel_um), destination, dpi=220)


def volume_figure(fields: dict[str, np.ndarray], voxel_um: float) -> Figure:
    """A column a condition, all VOIs at one scale, with a bar of length in each; nothing where a mask holds no VOI."""
    conditions = list(dict.fromkeys(name.rpartition("__")[0] for name in fields))
    columns = max(len(conditions), 2)
    width = 2 * WIDTH_IN
    edge = width / columns
    figure = canvas(width, len(SIDES) * edge + 0.3)
    figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.02, wspace=0.01, hspace=0.02)
    axes = figure.subplots(len(SIDES), columns, squeeze=False)
    for row, (side, label) in zip(axes, SIDES.items(), strict=True):
        for ax in row:
            ax.set_xticks([])
            ax.set_yticks([])
            for spine in ax.spines.values():
                spine.set_visible(False)
        row[0].set_ylabel(label, fontsize=8.5)
        for ax, condition in zip(row, conditions, strict=False):
            if side == "real":
                ax.set_title(plain(condition_words(condition)), fontsize=8.5, pad=2)
            if f"{condition}__{side}" in fields:
                show(ax, solid_view(cut_out(fields[f"{condition}__{side}"], voxel_um)))
    return figure


def cut_out(field: np.ndarray, voxel_um: float) -> CutOut:
    """A field as render draws it, without curvatures and skeleton."""
    none, nowhere = np.zeros(0), np.zeros((0, 3))
    return CutOut(field, np.full(3, voxel_um), nowhere, none, none, nowhere, none)
