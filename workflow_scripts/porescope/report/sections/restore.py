"""Sections on stages restore and label: what was mended, where the thresholds lie."""

import math
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
    if quality is not None and len(quality):
        blocks += [summary_table(quality), full_table(quality)]
    return Section("restore", title, lead, blocks)


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
            "Grey-level histograms with the thresholds; the hybrid one is the first high peak of the smoothed second "
            "derivative above both the pore mode and the conventional threshold."
        )
        blocks.append(Figure("Histograms and thresholds", "", caption, pictures, columns=1))
    rows = [Row([name, number(r["threshold_cta"], 4), number(r["threshold_hybrid"], 4)]) for name, r in labels.items()]
    columns = ["specimen", "conventional (CTA)", "hybrid"]
    blocks.append(Table("Thresholds in grey levels", columns, rows, folded=len(rows) > 6))
    links = [(name, f"../label/{name}.png") for name in labels]
    blocks.append(Links("Histograms of all specimens, in the results folder:", links))
    return Section("label", title, lead, blocks)


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
