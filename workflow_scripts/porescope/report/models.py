"""Pictures of stage relate: predicted against measured, scores of all models, property over a feature."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from porescope.report.drivers import coefficient_figure, contribution_figure, correlation_figure, shap_figure
from porescope.report.notation import feature_name
from porescope.report.scrutiny import physics_figure, residual_figure
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
from porescope.report.tables import highlighted_model, in_order

BEST = "#0072B2"
TEXT = {"model": str, "sample": str, "material": str, "outside": str, "rank_ci": str}

KINDS = {"least_squares": "least squares", "law": "physical law"}
"""Estimators in words; others are rivals."""


def read_tables(paths: Mapping[str, str]) -> dict[str, Any]:
    """The tables of stage relate by name; a JSON as what it holds."""
    read: dict[str, Any] = {}
    for name, path in paths.items():
        if path.endswith(".json"):
            read[name] = json.loads(Path(path).read_text(encoding="utf-8"))
        else:
            read[name] = pd.read_csv(path, dtype=TEXT)
    return read


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
        Paths of the tables of stage relate: 'models', 'coefficients', 'predictions', 'shap', 'values' (of SHAP),
        'features', 'properties', 'physics' and 'selection'.
    highlighted : str
        Model that is shown large; the best cross-validated one where it is not there.
    property_name : str
        What is predicted.
    materials : list of str
        Of the sheet, in the order of colours; others follow.
    outputs : dict
        'predicted', 'property', 'overview', 'residuals', 'coefficients', 'shap', 'contributions', 'correlation',
        'physics' and 'all'.
    """
    read = read_tables(tables)
    chosen = highlighted_model(read["models"], highlighted)
    materials = in_order(read["properties"]["material"].astype(str), materials)
    with house_style():
        save(predicted_figure(read, chosen, property_name, materials), outputs["predicted"])
        save(property_figure(read, chosen, property_name, materials), outputs["property"])
        save(overview_figure(read["models"], read["selection"], chosen), outputs["overview"])
        save(residual_figure(read["predictions"], read["models"], chosen, materials), outputs["residuals"])
        save(coefficient_figure(read["coefficients"], chosen), outputs["coefficients"])
        save(shap_figure(read["shap"], read["values"], chosen), outputs["shap"])
        save(contribution_figure(read["values"], read["properties"], chosen), outputs["contributions"])
        save(correlation_figure(read["features"], read["properties"], read["models"]), outputs["correlation"])
        save(physics_figure(read["physics"], property_name, materials), outputs["physics"])
        save(all_models_figure(read, property_name, materials), outputs["all"])


def predicted_figure(
    read: Mapping[str, pd.DataFrame], model: str, property_name: str, materials: Sequence[str]
) -> Figure:
    """Predicted over measured of one model: left-out, fitted and test specimens, with the errors of both."""
    rows = read["predictions"][read["predictions"]["model"] == model]
    figure = canvas(WIDTH_IN, 3.9)
    ax = figure.subplots()
    _draw_predictions(ax, rows, materials)
    unit = rows["unit"].iloc[0] if len(rows) else ""
    ax.set_xlim(_limits(rows))
    ax.set_ylim(_limits(rows))
    ax.locator_params(axis="x", nbins=4)
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
    columns = min(6, count)
    rows = -(-count // columns)
    figure = canvas(1.75 * columns + 0.4, 1.85 * rows + 0.3)
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for ax in axes[len(models) :]:
        ax.set_visible(False)
    limits = _limits(read["predictions"])
    for ax, model in zip(axes, models.to_dict("records"), strict=False):
        own = read["predictions"][read["predictions"]["model"] == model["model"]]
        _draw_predictions(ax, own, materials, size=3.2, interval=False)
        r2 = model["r2_loocv"]
        score = "not tested" if math.isnan(r2) else f"R² {r2:.2f}"
        ax.set_title(plain(f"{model['model']}: {score}"), fontsize=8.5)
        ax.tick_params(labelsize=7.5)
        ax.set_xlim(limits)
        ax.set_ylim(limits)
    unit = read["predictions"]["unit"].iloc[0] if len(read["predictions"]) else ""
    figure.supxlabel(axis_label(f"measured {property_name}", unit), fontsize=9)
    figure.supylabel(axis_label("predicted", unit), fontsize=9)
    return figure


def overview_figure(models: pd.DataFrame, selection: Mapping[str, Any], highlighted: str) -> Figure:
    """R2 of every model: fitted, left out with its interval, by material, test; what chance and choosing do to it."""
    rows = models.to_dict("records")
    figure = canvas(WIDTH_IN, 1.5 + 0.235 * max(len(rows) + 1, 4))
    ax = figure.subplots()
    looks = {
        "r2_train": ("o", "none", MUTED, "fitted"),
        "r2_loocv": ("o", BEST, BEST, "left out"),
        "r2_material": ("D", "#009E73", "#009E73", "unseen material"),
        "r2_test": ("*", "#D55E00", "#D55E00", "test specimens"),
    }
    known = [v for c in looks for v in models[c].dropna()]
    floor = max(-0.5, math.floor(min([0.5, *known]) * 10) / 10)
    for place, row in enumerate(rows):
        low, high = row["r2_loocv_low"], row["r2_loocv_high"]
        if not math.isnan(low):
            ax.plot([max(low, floor), max(high, floor)], [place, place], color=BEST, linewidth=4, alpha=0.25, zorder=0)
        for column, (marker, face, edge, _) in looks.items():
            value = row[column]
            if not math.isnan(value):
                shape = marker if value >= floor else "<"
                size = {"*": 8, "D": 4}.get(shape, 5.5)
                ax.plot(max(value, floor), place, marker=shape, markerfacecolor=face, markeredgecolor=edge,
                        markersize=size, linestyle="none", clip_on=False)  # fmt: skip
        if place and row["estimator"] != rows[place - 1]["estimator"] and {
            row["estimator"], rows[place - 1]["estimator"]} & set(KINDS):  # fmt: skip
            ax.axhline(place - 0.5, color=GRID, linewidth=1)
    labels = [plain(name) for name in models["model"]]
    _draw_selection(ax, selection, floor, len(rows))
    ticks = [*labels, "best of all*"] if selection.get("r2_nested") is not None else labels
    ax.set_yticks(range(len(ticks)), ticks, fontsize=7.5)
    for tick, name in zip(ax.get_yticklabels(), models["model"], strict=False):
        tick.set_fontweight("bold" if name == highlighted else "normal")
    ax.set_ylim(len(ticks) - 0.5, -0.5)
    ax.set_xlim(floor, 1.005)
    ax.set_xlabel("R²")
    ax.set_title("all models", loc="left")
    ax.tick_params(axis="y", length=0)
    quiet_grid(ax, "x")
    handles = [
        Line2D([], [], linestyle="none", marker=m, markerfacecolor=f, markeredgecolor=e)
        for m, f, e, _ in looks.values()
    ]
    names = [look[3] for look in looks.values()]
    if selection.get("r2_chance_95") is not None:
        handles.append(Line2D([], [], color="#b00020", linestyle=(0, (3, 2)), linewidth=1))
        names.append("best by chance, 95 %")
    figure.legend(handles, names, loc="outside lower center", ncols=2, fontsize=8)
    return figure


def property_figure(
    read: Mapping[str, pd.DataFrame], model: str, property_name: str, materials: Sequence[str]
) -> Figure:
    """The measured property over relative density (else a feature of the shown model), with the errors of both."""
    features, properties = read["features"], read["properties"]
    own = read["models"].loc[read["models"]["model"] == model, "features"].astype(str)
    wanted = ["relative_density", *(own.iloc[0].split(" + ") if len(own) else [])]
    shown = next((name for name in wanted if name in set(features["feature"])), wanted[0])
    values = features.loc[features["feature"] == shown, ["sample", "value", "standard_error"]]
    rows = properties.dropna(subset=["property"]).merge(values, on="sample").sort_values("temperature_C")
    rows = rows[np.isfinite(rows["value"].astype(float))]
    figure = canvas(WIDTH_IN, 3.9)
    ax = figure.subplots()
    look = material_look(materials)
    for material in materials:
        group = rows[rows["material"] == material]
        if group.empty:
            continue
        ax.errorbar(
            group["value"],
            group["property"],
            xerr=1.96 * np.nan_to_num(group["standard_error"].to_numpy(float)),
            yerr=1.96 * np.nan_to_num(group["property_sd"].to_numpy(float)),
            color=look[material]["color"],
            marker=look[material]["marker"],
            markersize=5,
            linewidth=1.2 if group["temperature_C"].notna().all() else 0,
            elinewidth=0.9,
            capsize=2,
            label=plain(material),
        )
    ax.set_xlabel(plain(feature_name(shown)))
    ax.set_ylabel(axis_label(property_name, rows["unit"].iloc[0] if len(rows) else ""))
    ax.set_title(plain(f"{property_name} of every specimen"), loc="left")
    quiet_grid(ax)
    if len(rows):
        ax.legend(loc="best", fontsize=8)
    return figure


def _draw_selection(ax: Axes, selection: Mapping[str, Any], floor: float, place: int) -> None:
    """The score of 'the best of all' with the choice itself cross-validated, and what the best reaches by chance."""
    nested = selection.get("r2_nested")
    if nested is not None:
        low, high = selection.get("r2_nested_low"), selection.get("r2_nested_high")
        if low is not None and high is not None:
            ax.plot([max(low, floor), max(high, floor)], [place, place], color=INK, linewidth=4, alpha=0.2)
        shape = "s" if nested >= floor else "<"
        ax.plot(max(nested, floor), place, marker=shape, color=INK, markersize=5.5, clip_on=False)
    chance = selection.get("r2_chance_95")
    if chance is not None and chance > floor:
        ax.axvline(chance, color="#b00020", linestyle=(0, (3, 2)), linewidth=1, zorder=0)


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """Ends of both axes: all measured values and, within three times their range, all predictions."""
    measured = rows["measured"].to_numpy(float)
    if not len(measured):
        return 0.0, 1.0
    reach = float(np.ptp(measured)) or 1.0
    predicted = rows["predicted"].to_numpy(float)
    both = np.r_[measured, predicted[np.isfinite(predicted)].clip(measured.min() - reach, measured.max() + reach)]
    margin = 0.06 * float(np.ptp(both)) or 1.0
    return float(both.min() - margin), float(both.max() + margin)


def _draw_predictions(
    ax: Axes, rows: pd.DataFrame, materials: Sequence[str], size: float = 5.5, interval: bool = True
) -> None:
    look = material_look(materials)
    limits = _limits(rows)
    ax.plot(limits, limits, color=MUTED, linewidth=0.9, linestyle=(0, (4, 2)), zorder=0)
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
            bars = None if split == "train" else 1.96 * np.nan_to_num(own["measured_sd"].to_numpy(float))
            reach = None
            if split != "train" and interval:
                below, above = own["predicted"] - own["predicted_low"], own["predicted_high"] - own["predicted"]
                reach = np.nan_to_num(np.stack([below, above]).astype(float)).clip(0)
            ax.errorbar(
                own["measured"],
                own["predicted"],
                xerr=bars,
                yerr=reach,
                linestyle="none",
                marker="*" if split == "test" else shape,
                color=colour,
                elinewidth=0.6,
                **mark,
            )
    quiet_grid(ax, "both")
