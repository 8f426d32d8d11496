"""Pictures of what drives the property: coefficients, SHAP of the model and of each specimen, correlations."""

import math

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from porescope.report.notation import feature_name, feature_symbol
from porescope.report.style import GRID, INK, MUTED, WIDTH_IN, axis_label, canvas, plain, quiet_grid

BAR = "#0072B2"
DOWN, UP = "#0072B2", "#D55E00"
"""Contributions that lower and that raise the prediction; low and high values of a feature."""


def coefficient_figure(coefficients: pd.DataFrame, model: str) -> Figure:
    """Standardised coefficients of one model with their 95 % intervals: of Student's t and over resampled specimens."""
    rows = coefficients[(coefficients["model"] == model) & (coefficients["feature"] != "intercept")]
    figure = canvas(WIDTH_IN, 1.3 + 0.5 * max(len(rows), 2))
    ax = figure.subplots()
    ax.axvline(0, color=MUTED, linewidth=0.9)
    for place, row in enumerate(rows.to_dict("records")):
        centre, half = row["standardised_coefficient"], row["standardised_half_width"]
        scale = centre / row["coefficient"] if row["coefficient"] else math.nan
        ends = sorted((row["boot_low"] * scale, row["boot_high"] * scale))
        if not math.isnan(ends[0]):
            ax.plot(ends, [place + 0.16] * 2, color=MUTED, linewidth=3, alpha=0.5, solid_capstyle="butt")
        ax.errorbar(centre, place, xerr=0 if math.isnan(half) else half, marker="o", color=BAR, capsize=3, markersize=5)
        stable = row["sign_stability"]
        if not math.isnan(stable):
            ax.annotate(f"same sign in {100 * stable:.0f} %", (1.0, place - 0.2), xycoords=("axes fraction", "data"),
                        ha="right", va="bottom", fontsize=7, color=MUTED)  # fmt: skip
    ax.set_yticks(range(len(rows)), [plain(feature_name(name)) for name in rows["feature"]])
    ax.set_ylim(max(len(rows), 1) - 0.5, -0.6)
    ax.set_xlabel("standardised coefficient")
    ax.set_title(plain(f"coefficients of model {model}"), loc="left")
    ax.tick_params(axis="y", length=0)
    quiet_grid(ax, "x")
    return figure


def shap_figure(shap: pd.DataFrame, values: pd.DataFrame, model: str) -> Figure:
    """Mean |SHAP| of the features of one model with rank and interval, and the values of all specimens."""
    rows = shap[shap["model"] == model].sort_values("rank")
    own = values[values["model"] == model]
    figure = canvas(WIDTH_IN, 1.5 + 0.95 * max(len(rows), 2))
    bars, swarm = figure.subplots(2, 1, height_ratios=[2, 3])
    sizes = rows["mean_abs_shap"].to_numpy(float)
    names = [plain(feature_name(name)) for name in rows["feature"]]
    bars.barh(range(len(rows)), sizes, color=BAR, height=0.6)
    for place, row in enumerate(rows.to_dict("records")):
        interval = "" if pd.isna(row["rank_ci"]) or row["rank_ci"] == "" else f" ({row['rank_ci']})"
        bars.text(
            row["mean_abs_shap"], place, f"  rank {row['rank']:.0f}{interval}", va="center", fontsize=8, color=INK
        )
    bars.set_xlim(0, 1.45 * sizes.max() if len(sizes) and sizes.max() > 0 else 1)
    unit = rows["unit"].iloc[0] if len(rows) else ""
    bars.set_xlabel(axis_label("mean |SHAP|", unit))
    bars.locator_params(axis="x", nbins=4)
    swarm.locator_params(axis="x", nbins=5)
    bars.set_title(plain(f"what drives model {model}"), loc="left")
    for place, feature in enumerate(rows["feature"]):
        points = own[own["feature"] == feature].sort_values("feature_value")
        level = np.linspace(0, 1, len(points))  # of the feature's value among the specimens
        jitter = 0.12 * ((np.arange(len(points)) % 3) - 1)
        colours = [_between(share) for share in level]
        swarm.scatter(points["shap"], place + jitter, c=colours, s=16, linewidths=0)
    swarm.axvline(0, color=MUTED, linewidth=0.9)
    swarm.set_xlabel(axis_label("SHAP of each specimen", unit))
    swarm.text(0.0, 1.02, "low", color=DOWN, transform=swarm.transAxes, fontsize=8)
    swarm.text(1.0, 1.02, "high value of the feature", color=UP, transform=swarm.transAxes, fontsize=8, ha="right")
    for ax in (bars, swarm):
        ax.set_yticks(range(len(rows)), names)
        ax.set_ylim(max(len(rows), 1) - 0.4, -0.6)
        ax.tick_params(axis="y", length=0)
        quiet_grid(ax, "x")
    return figure


def contribution_figure(values: pd.DataFrame, properties: pd.DataFrame, model: str) -> Figure:
    """What lifts or lowers the prediction of every specimen, a bar a feature, from the mean prediction on."""
    rows = values[values["model"] == model]
    order = properties.set_index(properties["sample"].astype(str))["property"].astype(float)
    names = sorted(rows["sample"].astype(str).unique(), key=lambda name: order.get(name, math.nan))
    features = list(dict.fromkeys(rows["feature"]))
    figure = canvas(WIDTH_IN, 1.4 + 0.21 * max(len(names), 4))
    ax = figure.subplots()
    height = 0.8 / max(len(features), 1)
    shades = [BAR, "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#5D3A9B", "#8c8c8c"]
    for index, feature in enumerate(features):
        own = rows[rows["feature"] == feature].set_index(rows.loc[rows["feature"] == feature, "sample"].astype(str))
        offsets = np.arange(len(names)) + (index - (len(features) - 1) / 2) * height
        ax.barh(offsets, own["shap"].reindex(names), height=height, color=shades[index % len(shades)],
                label=plain(feature_symbol(feature)))  # fmt: skip
    tests = set(rows.loc[rows["split"] == "test", "sample"].astype(str))
    ax.set_yticks(range(len(names)), [plain(f"{name}*" if name in tests else name) for name in names], fontsize=7.5)
    ax.axvline(0, color=MUTED, linewidth=0.9)
    ax.set_ylim(-0.6, max(len(names), 1) - 0.4)
    unit = rows["unit"].iloc[0] if len(rows) else ""
    ax.set_xlabel(axis_label("SHAP: away from the mean prediction", unit))
    ax.locator_params(axis="x", nbins=5)
    ax.set_title(plain(f"each specimen in model {model}"), loc="left")
    ax.tick_params(axis="y", length=0)
    quiet_grid(ax, "x")
    if features:
        figure.legend(loc="outside lower center", ncols=min(len(features), 4), fontsize=8)
    return figure


def correlation_figure(features: pd.DataFrame, properties: pd.DataFrame, models: pd.DataFrame) -> Figure:
    """Correlation matrix of all features of the models, and of the property, over the training specimens."""
    used = list(dict.fromkeys(name for text in models["features"].astype(str) for name in text.split(" + ")))
    train = properties[(properties["split"] == "train") & properties["property"].notna()]
    train = train.set_index(train["sample"].astype(str))
    wide = features.assign(sample=features["sample"].astype(str)).pivot(
        index="sample", columns="feature", values="value"
    )
    table = wide.reindex(index=train.index).assign(temperature_C=train["temperature_C"])
    table = table.reindex(columns=used).assign(property=train["property"])
    table = table.replace([np.inf, -np.inf], np.nan).dropna()
    matrix = table.corr().fillna(0.0).to_numpy(float)
    figure = canvas(WIDTH_IN, 3.9)
    ax = figure.subplots()
    image = ax.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
    for i, row in enumerate(matrix):
        for j, value in enumerate(row):
            colour = "white" if abs(value) > 0.6 else INK
            ax.text(j, i, f"{value:.1f}".replace("-", "−"), ha="center", va="center", fontsize=6.5, color=colour)
    names = [*(plain(feature_symbol(name)) for name in used), "property"]
    ax.set_xticks(range(len(names)), names, fontsize=8, rotation=90)
    ax.set_yticks(range(len(names)), names, fontsize=8)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.set_title(f"correlation over {len(table)} training specimens", loc="left")
    bar = figure.colorbar(image, ax=ax, shrink=0.7)
    bar.outline.set_edgecolor(GRID)
    return figure


def _between(share: float) -> tuple[float, float, float]:
    """A colour from DOWN (0) over grey to UP (1)."""
    ends = [tuple(int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)) for c in (DOWN, "#b5b5b5", UP)]
    first, second, part = (ends[0], ends[1], 2 * share) if share < 0.5 else (ends[1], ends[2], 2 * share - 1)
    red, green, blue = (a + part * (b - a) for a, b in zip(first, second, strict=True))
    return red, green, blue
