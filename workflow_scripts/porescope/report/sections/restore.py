"""Sections on stages restore and label: what was mended, where the thresholds lie."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from porescope.report.blocks import Block, Figure, Links, Note, Picture, Row, Section, Table
from porescope.report.results import Results
from porescope.report.words import MISSING, counted, number

MEASURES = {
    "neighbour_correlation": ("correlation of neighbouring slices", "higher"),
    "stripe_energy": ("energy of stripes", "lower"),
    "brightness_cv": ("variation of brightness from slice to slice", "lower"),
    "illumination_unevenness": ("unevenness of illumination", "lower"),
    "noise": ("noise of pixels on the metal", "lower"),
    "drift_rms_y_px": ("drift along y against the truth, without its trend (px RMS)", "lower"),
    "drift_rms_x_px": ("drift along x against the truth, without its trend (px RMS)", "lower"),
}
"""Columns ``metric`` of quality.csv in words, and which way is better."""


def restore_section(results: Results) -> Section:
    """Drift that was found, and the quality before and after."""
    title = "Restoration"
    if "restore" in results.left_out:
        return Section("restore", title, "", [Note(f"Left out: {results.left_out['restore']}.")])
    drifts = {name: drift_px(info) for name, info in results.records("restored").items()}
    blocks: list[Block] = []
    known = {name: value for name, value in drifts.items() if math.isfinite(value)}
    lead = "Slices registered, freed of stripes and of slow changes of brightness."
    if known:
        worst = max(known, key=lambda name: known[name])
        lead += (
            f" The largest drift found within a stack is {number(known[worst])} px ({worst}); "
            f"the median over {counted(len(known), 'stack')} is {number(float(np.median(list(known.values()))))} px."
        )
    quality = results.table("quality")
    records = results.records("restored")
    blocks += damage_notes(records)
    if pictures := [
        Picture(path, f"Drift of {path.stem}, before and after") for path in results.paths("restore_figures")
    ]:
        caption = (
            "Left: displacement of every slice as recovered and, for a simulated specimen, as it was, but for a linear "
            "trend, which images alone cannot tell from structure that lies obliquely. Right: one slice, and a cut "
            "through all slices, before and after."
        )
        blocks.append(
            Figure("Drift, and slices before and after", drift_takeaway(quality), caption, pictures, columns=1)
        )
    if quality is not None and len(quality):
        blocks += [summary_table(quality), full_table(quality)]
    if records:
        blocks.append(stack_table(records))
    return Section("restore", title, lead, blocks)


def damage_notes(records: Mapping[str, Mapping[str, Any]]) -> list[Block]:
    """A note for every specimen with slices that had to be interpolated."""
    notes: list[Block] = []
    for name, record in records.items():
        if damaged := record.get("interpolated_slices", []):
            told = "; ".join(f"slice {item['slice']} {item['reason']}" for item in damaged)
            notes.append(
                Note(f"{name}: {counted(len(damaged), 'slice')} damaged and interpolated: {told}.", alarm=True)
            )
    return notes


def drift_takeaway(quality: pd.DataFrame | None) -> str:
    """How exactly the drift was recovered, over all specimens where it is known."""
    if quality is None:
        return ""
    errors = quality[quality["metric"].isin(["drift_rms_y_px", "drift_rms_x_px"])]
    if errors.empty:
        return ""
    before, after = (float(np.sqrt(np.mean(errors[column] ** 2))) for column in ("before", "after"))
    return (
        f"Of a drift of {number(before)} px RMS {number(after)} px are left in the simulated specimens, linear trends "
        "apart."
    )


def stack_table(records: Mapping[str, Mapping[str, Any]]) -> Table:
    """What cannot be known from the images alone, with its doubt: steady drift, and the thickness of the slices."""
    rows = []
    for name, record in records.items():
        rate, error = record.get("apparent_trend_px_per_slice"), record.get("apparent_trend_standard_error")
        told = record.get("slice_thickness", {})
        cells = [
            MISSING if rate is None else f"{number(value, 2)} ± {number(2 * error[axis], 2) if error else MISSING}"
            for axis, value in enumerate(rate or (math.nan, math.nan))
        ]
        um, doubt = told.get("apparent_um"), told.get("standard_error_um")
        apparent = MISSING if um is None else f"{number(1000 * um)} ± {number(2000 * doubt, 2) if doubt else MISSING}"
        rows.append(Row([name, *cells, number(1000 * told["nominal_um"]) if told else MISSING, apparent]))
    return Table(
        "Steady drift and slice thickness, as far as images tell",
        ["specimen", "rate along y, px a slice", "along x", "nominal thickness, nm", "apparent thickness, nm"],
        rows,
        caption="Rates are of the displacement as measured, with twice their standard error; walls of pores seen at an "
        "angle move along y at such a rate, so that by default it is not undone there. The apparent thickness is that "
        "of a structure alike in all directions; a flattened one looks thicker or thinner.",
        folded=len(rows) > 6,
    )


def drift_px(info: dict[str, Any]) -> float:
    """Largest distance in px between the displacements of any slice and of the middle one; NaN if not registered."""
    shifts = np.asarray(info.get("shift_px", []), dtype=float)
    if shifts.ndim != 2 or not len(shifts):
        return math.nan
    return float(np.linalg.norm(shifts - shifts[len(shifts) // 2], axis=1).max())


def summary_table(quality: pd.DataFrame) -> Table:
    """One row a metric: medians over the specimens."""
    rows = []
    for metric, group in quality.groupby("metric", sort=False):
        before, after = float(group["before"].median()), float(group["after"].median())
        change = 100 * (after / before - 1) if before else math.nan
        name, better = measure(str(metric))
        sign = 1 if better == "higher" else -1
        improved = int((sign * (group["after"] - group["before"]) > 0).sum())
        rows.append(
            Row([name, better, number(before), number(after), change_text(change), f"{improved} of {len(group)}"])
        )
    return Table(
        "Quality before and after restoring",
        ["measure", "better if", "before", "after", "change", "improved in"],
        rows,
        takeaway=_takeaway(quality),
        caption="Medians over the specimens; the last column counts those in which the measure went the better way.",
        text_columns=2,
    )


def full_table(quality: pd.DataFrame) -> Table:
    """Every specimen and metric."""
    rows = [
        Row([str(r["sample"]), measure(str(r["metric"]))[0], number(r["before"]), number(r["after"])])
        for r in quality.to_dict("records")
    ]
    return Table("Every specimen", ["specimen", "measure", "before", "after"], rows, text_columns=2, folded=True)


def measure(metric: str) -> tuple[str, str]:
    """A metric in words and which way is better; lower for one that is not known."""
    return MEASURES.get(metric, (metric.replace("_", " "), "lower"))


def change_text(change: float) -> str:
    """A change in percent with its sign."""
    if not math.isfinite(change):
        return MISSING
    return f"{'+' if change > 0 else ''}{number(change, 2)} %"


def label_section(results: Results) -> Section:
    """Thresholds of every specimen and the histograms behind them."""
    title = "Labels"
    if "label" in results.left_out:
        return Section("label", title, "", [Note(f"Left out: {results.left_out['label']}.")])
    labels = results.records("label")
    gaps = [r["threshold_hybrid"] - r["threshold_cta"] for r in labels.values()]
    gaps = [gap for gap in gaps if math.isfinite(gap)]
    lead = "Two thresholds from the grey-level histogram: the conventional one (CTA) and the hybrid method's."
    takeaway = ""
    if gaps:
        below = sum(gap < 0 for gap in gaps)
        takeaway = (
            f"The hybrid threshold lies below the conventional one in {below} of {counted(len(gaps), 'specimen')}, "
            f"by {number(abs(float(np.median(gaps))), 3)} grey levels in the median."
            if below > len(gaps) / 2
            else f"The hybrid threshold lies above the conventional one in {len(gaps) - below} of "
            f"{counted(len(gaps), 'specimen')}, by {number(abs(float(np.median(gaps))), 3)} grey levels in the median."
        )
    lead = f"{lead} {takeaway}".strip()
    pictures = [Picture(path, f"Grey-level histogram of {path.stem}") for path in results.paths("label_figures")]
    blocks: list[Block] = []
    if pictures:
        caption = (
            "a: grey values of all slices with both thresholds. b: the hybrid one is the first high peak of the second "
            "derivative above the pore mode and the conventional threshold. c: relative density for every position of "
            "either threshold. d to f: a slice and its labels; g to i: the framed part, with mean greys of superpixels."
        )
        blocks.append(Figure("Histograms and thresholds", "", caption, pictures, columns=1))
    rows = [
        Row([name, number(r["threshold_cta"], 4), number(r["threshold_hybrid"], 4), *_spreads(r)])
        for name, r in labels.items()
    ]
    columns = ["specimen", "conventional (CTA)", "hybrid", "density, CTA", "density, hybrid"]
    caption = "Thresholds in grey levels; densities with what half a standard deviation of the metal's grey changes."
    blocks.append(Table("Thresholds, and what hangs on them", columns, rows, caption=caption, folded=len(rows) > 6))
    links = [(name, f"../label/{name}.png") for name in labels]
    blocks.append(Links("Histograms of all specimens, in the results folder:", links))
    return Section("label", title, lead, blocks)


def _spreads(record: Mapping[str, Any]) -> list[str]:
    """Relative density by either method, with its change over half a standard deviation of the metal either way."""
    told = record.get("sensitivity")
    if told is None:
        return [MISSING, MISSING]
    low, middle, high = (told["shift_in_metal_sd"].index(shift) for shift in (-0.5, 0.0, 0.5))
    densities = [told[f"relative_density_{method}"] for method in ("cta", "hybrid")]
    return [f"{d[middle]:.3f} ± {(d[low] - d[high]) / 2:.3f}" for d in densities]


def _takeaway(quality: pd.DataFrame) -> str:
    shares = []
    for metric, group in quality.groupby("metric", sort=False):
        before, after = float(group["before"].median()), float(group["after"].median())
        if before and math.isfinite(after):
            shares.append((abs(math.log(after / before)) if after / before > 0 else 0.0, metric, before, after))
    if not shares:
        return ""
    _, metric, before, after = max(shares)
    verb = "fell" if after < before else "rose"
    return f"The median {measure(str(metric))[0]} {verb} most, from {number(before)} to {number(after)}."
