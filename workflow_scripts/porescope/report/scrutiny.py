"""Pictures that doubt a model: its residuals and leverages, and what physics says beside it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from porescope.report.style import ALARM, INK, MUTED, WIDTH_IN, axis_label, canvas, material_look, plain, quiet_grid


def residual_figure(predictions: pd.DataFrame, models: pd.DataFrame, model: str, materials: Sequence[str]) -> Figure:
    """Left-out residuals of one model over the prediction, and over the leverage of each specimen."""
    own = predictions[predictions["model"] == model]
    left_out = own[own["split"] == "loocv"]
    leverage = own[own["split"] == "train"].set_index("sample")["leverage"]
    figure = canvas(WIDTH_IN, 4.6)
    over, against = figure.subplots(2, 1)
    unit = own["unit"].iloc[0] if len(own) else ""
    residual = left_out["measured"] - left_out["predicted"]
    _scatter(over, left_out["predicted"], residual, left_out["material"], materials)
    over.set_xlabel(axis_label("predicted, left out", unit))
    over.locator_params(axis="x", nbins=5)
    positions = leverage.reindex(left_out["sample"]).to_numpy(float)
    _scatter(against, positions, residual, left_out["material"], materials)
    size = models.loc[models["model"] == model]
    if len(size) and np.isfinite(positions).any():
        coefficients = len(str(size["features"].iloc[0]).split(" + ")) + 1
        against.axvline(min(1.0, 2 * coefficients / max(len(left_out), 1)), color=ALARM, linestyle=(0, (3, 2)),
                        linewidth=0.9)  # fmt: skip
    against.set_xlabel("leverage")
    for ax in (over, against):
        ax.axhline(0, color=MUTED, linewidth=0.9)
        ax.set_ylabel(axis_label("measured − predicted", unit), fontsize=8)
        quiet_grid(ax, "both")
    over.set_title(plain(f"what model {model} misses"), loc="left")
    return figure


def physics_figure(physics: pd.DataFrame, property_name: str, materials: Sequence[str]) -> Figure:
    """Measurement, prediction by a model that has not seen the specimen, direct solution and bound, by specimen."""
    rows = physics[physics[["measured", "predicted", "solved"]].notna().any(axis=1)]
    places = {name: place for place, name in enumerate(materials)}
    rows = rows.assign(place=rows["material"].map(places)).sort_values(["place", "temperature_C"], kind="stable")
    x = np.arange(len(rows))
    figure = canvas(2 * WIDTH_IN, 3.7)
    ax = figure.subplots()
    look = material_look(materials)
    colours = [look[m]["color"] for m in rows["material"]]
    ax.plot(x, rows["bound"], linestyle="none", marker="_", markersize=13, color=ALARM)
    ax.plot(x, rows["solved"], linestyle="none", marker="s", markerfacecolor="none", color=INK, markersize=6)
    for place, (row, colour) in enumerate(zip(rows.to_dict("records"), colours, strict=True)):
        if pd.notna(row["solved"]) and pd.notna(row["measured"]):
            ax.plot([place, place], [row["measured"], row["solved"]], color=MUTED, linewidth=0.8, alpha=0.6, zorder=0)
        sd = row["measured_sd"]
        ax.errorbar(place - 0.12, row["measured"], yerr=0 if pd.isna(sd) else 1.96 * sd, marker="o", color=colour,
                    markersize=5, elinewidth=0.9)  # fmt: skip
        reach = [row["predicted"] - row["predicted_low"], row["predicted_high"] - row["predicted"]]
        bars = None if pd.isna(reach).any() else np.array(reach).reshape(2, 1).clip(0)
        ax.errorbar(place + 0.12, row["predicted"], yerr=bars, marker="x", color=colour, markersize=5, elinewidth=0.6)
    heights = rows[["measured", "predicted", "solved", "bound"]].to_numpy(float)
    if np.isfinite(heights).any():  # of a logarithm, an interval may reach far beyond
        ends = (min(0.0, float(np.nanmin(heights))), float(np.nanmax(heights)))
        ax.set_ylim(ends[0] - 0.05 * (ends[1] - ends[0]), ends[1] + 0.1 * (ends[1] - ends[0]) or 1.0)
    ax.set_xticks(x, [plain(name) for name in rows["sample"]], rotation=90, fontsize=7.5)
    ax.set_ylabel(axis_label(property_name, rows["unit"].iloc[0] if len(rows) else ""))
    model = rows["model"].dropna()
    ax.set_title(plain("physics beside statistics" + (f" (model {model.iloc[0]})" if len(model) else "")), loc="left")
    quiet_grid(ax)
    handles = {
        "measured": Line2D([], [], linestyle="none", marker="o", color=MUTED),
        "predicted unseen": Line2D([], [], linestyle="none", marker="x", color=MUTED),
        "solved on the structure": Line2D([], [], linestyle="none", marker="s", markerfacecolor="none", color=INK),
        "upper bound": Line2D([], [], linestyle="none", marker="_", markersize=13, color=ALARM),
    }
    there = {"measured": "measured", "predicted unseen": "predicted", "solved on the structure": "solved",
             "upper bound": "bound"}  # fmt: skip
    names = [name for name in handles if rows[there[name]].notna().any()]
    if names:
        figure.legend([handles[name] for name in names], names, loc="outside lower center", ncols=4, fontsize=8)
    return figure


def _scatter(
    ax: Axes, x: Sequence[float] | np.ndarray | pd.Series, y: pd.Series, of: pd.Series, materials: Sequence[str]
) -> None:
    look = material_look(materials)
    places, values = np.asarray(x, dtype=float), y.to_numpy(float)
    for material in materials:
        mine = of.to_numpy(str) == material
        if mine.any():
            ax.plot(places[mine], values[mine], linestyle="none", marker=look[material]["marker"], markersize=5,
                    color=look[material]["color"])  # fmt: skip
