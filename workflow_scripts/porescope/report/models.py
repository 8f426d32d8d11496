"""Pictures of stage relate: predicted against measured, scores of all models, SHAP, property over density."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from porescope.report.notation import feature_name
from porescope.report.style import (
    GRID,
    INK,
    MUTED,
    WIDTH_IN,
    axis_label,
    canvas,
    house_style,
    material_look,
    plain,
    quiet_grid,
    save,
)
from porescope.report.tables import descriptor_rows, highlighted_model

BEST = "#0072B2"


def plot_models(
    tables: Mapping[str, str],
    highlighted: str,
    property_name: str,
    materials: Sequence[str],
    outputs: Mapping[str, str],
) -> None:
    """Draw the figures of stage relate.

    Parameters
    ----------
    tables : dict
        Paths of 'models', 'predictions', 'shap', 'properties' (stage relate) and 'samples' (describe/sample.csv).
    highlighted : str
        Model that is shown large; the best cross-validated one where it is not there.
    property_name : str
        What is predicted.
    materials : list of str
        In the order of colours.
    outputs : dict
        'predicted', 'overview', 'shap', 'property' and 'all'.
    """
    read = {name: pd.read_csv(path) for name, path in tables.items()}
    chosen = highlighted_model(read["models"], highlighted)
    with house_style():
        save(predicted_figure(read, chosen, property_name, materials), outputs["predicted"])
        save(overview_figure(read["models"], chosen), outputs["overview"])
        save(shap_figure(read["shap"], chosen), outputs["shap"])
        save(property_figure(read["properties"], read["samples"], property_name, materials), outputs["property"])
        save(all_models_figure(read, property_name, materials), outputs["all"])


def predicted_figure(
    read: Mapping[str, pd.DataFrame], model: str, property_name: str, materials: Sequence[str]
) -> Figure:
    """Predicted over measured of one model: left-out, fitted and test specimens."""
    rows = read["predictions"][read["predictions"]["model"] == model]
    figure = canvas(WIDTH_IN, 3.9)
    ax = figure.subplots()
    _draw_predictions(ax, rows, materials)
    unit = rows["unit"].iloc[0] if len(rows) else ""
    ax.set_xlabel(axis_label(f"measured {property_name}", unit))
    ax.set_ylabel(axis_label(f"predicted {property_name}", unit))
    ax.set_title(plain(f"model {model}"), loc="left")
    look = material_look(materials)
    handles = [Line2D([], [], linestyle="none", marker=look[m]["marker"], color=look[m]["color"]) for m in materials]
    splits = [
        Line2D([], [], linestyle="none", marker="o", color=MUTED),
        Line2D([], [], linestyle="none", marker="o", markerfacecolor="none", markeredgecolor=MUTED, alpha=0.6),
        Line2D([], [], linestyle="none", marker="*", markersize=10, color=MUTED),
    ]
    names = [plain(m) for m in materials]
    figure.legend([*handles, *splits], [*names, "left out", "fitted", "test specimen"], loc="outside lower center",
                  ncols=3, fontsize=8)  # fmt: skip
    return figure


def all_models_figure(read: Mapping[str, pd.DataFrame], property_name: str, materials: Sequence[str]) -> Figure:
    """The same for every model, small, on equal axes."""
    models = read["models"]
    count = max(len(models), 1)
    columns = min(4, count)
    rows = -(-count // columns)
    figure = canvas(2.1 * columns + 0.4, 2.15 * rows + 0.3)
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for ax in axes[len(models) :]:
        ax.set_visible(False)
    for ax, model in zip(axes, models.to_dict("records"), strict=False):
        own = read["predictions"][read["predictions"]["model"] == model["model"]]
        _draw_predictions(ax, own, materials, size=3.5)
        r2 = model["r2_loocv"]
        score = "not cross-validated" if math.isnan(r2) else f"R² left out {r2:.2f}"
        ax.set_title(plain(f"{model['model']}: {score}"), fontsize=8.5)
        ax.tick_params(labelsize=7.5)
    unit = read["predictions"]["unit"].iloc[0] if len(read["predictions"]) else ""
    figure.supxlabel(axis_label(f"measured {property_name}", unit), fontsize=9)
    figure.supylabel(axis_label("predicted", unit), fontsize=9)
    return figure


def overview_figure(models: pd.DataFrame, highlighted: str) -> Figure:
    """R2 of every model: fitted, left out, test."""
    figure = canvas(WIDTH_IN, 1.1 + 0.29 * max(len(models), 3))
    ax = figure.subplots()
    looks = {
        "r2_train": ("o", "none", MUTED, "fitted"),
        "r2_loocv": ("o", BEST, BEST, "left out"),
        "r2_test": ("*", "#D55E00", "#D55E00", "test specimens"),
    }
    low = min([0.5, *(v for c in looks for v in models[c].dropna())])
    floor = max(-0.5, math.floor(low * 10) / 10)
    for place, row in enumerate(models.to_dict("records")):
        values = [max(row[c], floor) for c in looks if not math.isnan(row[c])]
        if values:
            ax.plot([min(values), max(values)], [place, place], color=GRID, linewidth=3, zorder=0)
        for column, (marker, face, edge, _) in looks.items():
            value = row[column]
            if not math.isnan(value):
                shape = marker if value >= floor else "<"
                ax.plot(max(value, floor), place, marker=shape, markerfacecolor=face, markeredgecolor=edge,
                        markersize=9 if marker == "*" else 6, linestyle="none", clip_on=False)  # fmt: skip
    labels = [plain(name) for name in models["model"]]
    ax.set_yticks(range(len(models)), labels)
    for tick, name in zip(ax.get_yticklabels(), models["model"], strict=True):
        tick.set_fontweight("bold" if name == highlighted else "normal")
    ax.set_ylim(len(models) - 0.5, -0.5)
    ax.set_xlim(floor, 1.005)
    ax.set_xlabel("R²")
    ax.set_title("all models", loc="left")
    ax.tick_params(axis="y", length=0)
    quiet_grid(ax, "x")
    handles = [
        Line2D([], [], linestyle="none", marker=m, markerfacecolor=f, markeredgecolor=e)
        for m, f, e, _ in looks.values()
    ]
    figure.legend(handles, [look[3] for look in looks.values()], loc="outside lower center", ncols=3, fontsize=8)
    return figure


def shap_figure(shap: pd.DataFrame, model: str) -> Figure:
    """Mean |SHAP| of the features of one model, the rank and its interval beside each bar."""
    rows = shap[shap["model"] == model].sort_values("rank")
    figure = canvas(WIDTH_IN, 1.1 + 0.42 * max(len(rows), 2))
    ax = figure.subplots()
    values = rows["mean_abs_shap"].to_numpy(float)
    ax.barh(range(len(rows)), values, color=BEST, height=0.6)
    for place, row in enumerate(rows.to_dict("records")):
        interval = "" if pd.isna(row["rank_ci"]) or row["rank_ci"] == "" else f" ({row['rank_ci']})"
        ax.text(row["mean_abs_shap"], place, f"  rank {row['rank']:.0f}{interval}", va="center", fontsize=8, color=INK)
    ax.set_yticks(range(len(rows)), [plain(feature_name(name)) for name in rows["feature"]])
    ax.set_ylim(max(len(rows), 1) - 0.4, -0.6)
    ax.set_xlim(0, 1.45 * values.max() if len(values) and values.max() > 0 else 1)
    unit = rows["unit"].iloc[0] if len(rows) else ""
    ax.set_xlabel(axis_label("mean |SHAP|", unit))
    ax.set_title(plain(f"what drives model {model}"), loc="left")
    ax.tick_params(axis="y", length=0)
    quiet_grid(ax, "x")
    return figure


def property_figure(
    properties: pd.DataFrame, samples: pd.DataFrame, property_name: str, materials: Sequence[str]
) -> Figure:
    """The measured property over relative density, with the uncertainty of both."""
    density = descriptor_rows(samples, "relative_density")[["sample", "mean", "ci_low", "ci_high"]]
    rows = properties.dropna(subset=["property"]).merge(density, on="sample").sort_values("temperature_C")
    figure = canvas(WIDTH_IN, 3.9)
    ax = figure.subplots()
    look = material_look(materials)
    for material in materials:
        own = rows[rows["material"] == material]
        if own.empty:
            continue
        x_bars = np.nan_to_num(np.stack([own["mean"] - own["ci_low"], own["ci_high"] - own["mean"]])).clip(0)
        ax.errorbar(
            own["mean"],
            own["property"],
            xerr=x_bars,
            yerr=np.nan_to_num(own["property_sd"].to_numpy(float)),
            color=look[material]["color"],
            marker=look[material]["marker"],
            markersize=5,
            linewidth=1.2,
            elinewidth=0.9,
            capsize=2,
            label=plain(material),
        )
    ax.set_xlabel("relative density D")
    ax.set_ylabel(axis_label(property_name, rows["unit"].iloc[0] if len(rows) else ""))
    ax.set_title(plain(f"{property_name} over density"), loc="left")
    quiet_grid(ax)
    if len(rows):
        ax.legend(loc="upper left", fontsize=8)
    return figure


def _draw_predictions(ax: Axes, rows: pd.DataFrame, materials: Sequence[str], size: float = 5.5) -> None:
    look = material_look(materials)
    ends = rows[["measured", "predicted"]].to_numpy(float)
    finite = ends[np.isfinite(ends)]
    if len(finite):
        margin = 0.06 * (finite.max() - finite.min()) or 1.0
        line = [finite.min() - margin, finite.max() + margin]
        ax.plot(line, line, color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)), zorder=0)
    marks: dict[str, dict[str, Any]] = {
        "train": {"markerfacecolor": "none", "alpha": 0.55, "markersize": size + 1.5, "zorder": 1},
        "loocv": {"markersize": size, "zorder": 2},
        "test": {"markersize": 2 * size, "zorder": 3, "markeredgecolor": "white", "markeredgewidth": 0.6},
    }
    for material in materials:
        colour, shape = look[material]["color"], look[material]["marker"]
        for split, mark in marks.items():
            own = rows[(rows["material"] == material) & (rows["split"] == split)]
            if own.empty:
                continue
            bars = None if split == "train" else np.nan_to_num(own["measured_sd"].to_numpy(float))
            ax.errorbar(
                own["measured"],
                own["predicted"],
                xerr=bars,
                linestyle="none",
                marker="*" if split == "test" else shape,
                color=colour,
                elinewidth=0.8,
                **mark,
            )
    quiet_grid(ax, "both")
