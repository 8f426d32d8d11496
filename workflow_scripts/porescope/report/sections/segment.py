"""Section on stage segment: which segmenter to trust."""

import math
from collections.abc import Sequence

import pandas as pd

from porescope.report.blocks import Block, Figure, Key, Note, Row, Section, Table
from porescope.report.results import Results
from porescope.report.tables import LOWER_IS_BETTER, SCORE_NAMES, SPLIT_NAMES, segmenter_order
from porescope.report.words import counted, fixed, listed, number

TABLED = (
    "accuracy",
    "precision",
    "recall",
    "jaccard",
    "dice",
    "jaccard_solid",
    "recall_shine_through",
    "density_error",
)
"""The paper's Table 1, and what it says nothing of."""

NEAR_AND_SURE = ("accuracy_off_interface", "jaccard_off_interface", "interface_displacement_px", "ece", "brier")

SHOWN = ("accuracy", "jaccard", "recall_shine_through", "interface_displacement_px")

PERCENT = ("disagreement", "typical_disagreement", "expected_error")

MEANS = "Means over specimens. Error of relative density: described minus true, so its sign tells the side."

SURE = (
    "Off the interface: without the pixels that touch the other phase. Displacement: mean distance between the mask's "
    "interface and the true one. Calibration error: mean difference between probability and what is there, in bins of "
    "equal mass, within 3 px of interfaces and on shine-through; Brier score: mean squared difference over all pixels, "
    "which for a plain mask is its share of errors."
)

RELIABILITY = (
    "Pixels within 3 px of an interface or of shine-through, in bins of equal mass; a line a network and split. "
    "unet_cta and unet_hybrid are calibrated on the labels of the validation slabs, unet_twin and unet_best on random "
    "simulated stacks; none on the phases that it is judged by here."
)

FLAGGED = (
    "The most disputed slice of each of these stacks: restored grey values, and how many of the networks see pore. "
    "A slice stands out where its share of pixels in dispute is four robust deviations above the stack's median."
)

DENSITIES = (
    "The interval is centred on the density by probabilities. Its half-width is the expected share of wrong pixels "
    "times a factor that held 95 % of the patches kept for calibration; it knows nothing of errors they all share."
)

SLICES = (
    "One slice of each stack: the middle one, or that of known phases nearest to it. Shine-through is pore whose far "
    "wall is so bright that a threshold calls it metal. In the truth it is what a perfect threshold would miss; in a "
    "mask, what the segmenter found beyond the conventional threshold. The Jaccard index is that of pore (both "
    "colours) in the field shown."
)


def section(results: Results) -> Section:
    """Pictures of slices, scores as figure and table."""
    title = "Segmentation"
    if "segment" in results.left_out:
        return Section("segment", title, "", [Note(f"Left out: {results.left_out['segment']}.")])
    slices = Figure(
        "The same slice under every segmenter",
        "",
        SLICES,
        results.pictures(results.stems("slices"), "Slices of {}"),
    )
    scores = results.table("scores")
    if scores is None or scores.empty:
        reason = results.left_out.get("truth", "the table of scores is empty")
        blocks: list[Block] = [slices, Note(f"Scores are left out: {reason}.")]
        return Section("segment", title, "Pore against metal.", [*blocks, *doubt(results)])
    seen = unseen(scores)
    blocks = [
        Figure(slices.title, _shine_takeaway(seen), slices.caption, slices.pictures),
        Figure(
            "Scores against the known phases",
            "",
            "Each dot is one specimen, the bar the mean over specimens. Accuracy and Jaccard compare pore (labels 1 "
            "and 2) with metal; recall of shine-through is the share of the truth's class 2 that was found as pore.",
            results.pictures(results.stems("scores"), "{} of every segmenter", {m: ranking(seen, m) for m in SHOWN}),
        ),
        mean_table(scores, "Mean scores", TABLED, MEANS),
        mean_table(scores, "Interfaces and probabilities", NEAR_AND_SURE, SURE),
        full_table(scores),
        *reliability(results, seen),
        *doubt(results),
    ]
    lead = f"Scored on {counted(scores['sample'].nunique(), 'specimen')} with known phases. {ranking(seen, 'accuracy')}"
    return Section("segment", title, lead, blocks, keys(seen))


def unseen(scores: pd.DataFrame) -> pd.DataFrame:
    """Rows that no training saw; all rows where there are no such."""
    rows = scores[scores["split"] != "train"]
    return rows if len(rows) else scores


def where(scores: pd.DataFrame) -> str:
    """What the rows of unseen() are scored on."""
    return "slices that no training saw" if (scores["split"] != "train").all() else "slices seen in training"


def means(scores: pd.DataFrame, metric: str) -> pd.Series:
    """Mean of a metric by segmenter, the plainest segmenter first; without those that have no value."""
    values = scores.groupby("segmenter")[metric].mean().dropna()
    return values.reindex([name for name in segmenter_order(scores["segmenter"]) if name in values.index])


def ranking(scores: pd.DataFrame, metric: str) -> str:
    """The best segmenter of a metric and its rivals, in one sentence."""
    values = means(scores, metric).sort_values(ascending=metric in LOWER_IS_BETTER, kind="stable")
    if values.empty:
        return ""
    best = f"On {where(scores)}, {values.index[0]} reaches a mean {SCORE_NAMES[metric]} of {fixed(values.iloc[0], 3)}"
    others = [f"{name} {fixed(value, 3)}" for name, value in values.iloc[1:].items()]
    return f"{best}, against {listed(others)}." if others else f"{best}."


def keys(scores: pd.DataFrame) -> list[Key]:
    """Accuracy of the best segmenter."""
    values = means(scores, "accuracy").sort_values(ascending=False, kind="stable")
    if values.empty:
        return []
    others = [f"{name} {number(100 * value)} %" for name, value in values.iloc[1:].items()]
    detail = "; ".join([*([listed(others)] if others else []), where(scores)])
    return [Key(f"{number(100 * values.iloc[0])} %", f"accuracy of {values.index[0]}", detail)]


def mean_table(scores: pd.DataFrame, title: str, metrics: Sequence[str], caption: str) -> Table:
    """Means over specimens by segmenter and split."""
    rows = []
    for segmenter in segmenter_order(scores["segmenter"]):
        for split, name in SPLIT_NAMES.items():
            own = scores[(scores["segmenter"] == segmenter) & (scores["split"] == split)]
            if len(own):
                cells = [fixed_or_dash(own[metric].mean()) for metric in metrics]
                rows.append(Row([segmenter, name, *cells, str(len(own))]))
    columns = ["segmenter", "slices", *(SCORE_NAMES[metric] for metric in metrics), "specimens"]
    return Table(title, columns, rows, caption=caption, text_columns=2)


def reliability(results: Results, scores: pd.DataFrame) -> list[Block]:
    """The reliability curves, with what they come to; nothing without networks."""
    pictures = results.pictures(results.stems("reliability"), "Reliability of {}")
    if not pictures:
        return []
    return [Figure("Probabilities against what is there", ranking(scores, "ece"), RELIABILITY, pictures)]


def doubt(results: Results) -> list[Block]:
    """Slices that a person should look at, with pictures; densities with the interval that probabilities leave."""
    flagged, densities = results.table("flagged"), results.table("densities")
    blocks: list[Block] = []
    if flagged is not None and len(flagged):
        standing = flagged[flagged["reason"] == "stands out"]
        says = (
            f"{counted(len(standing), 'slice')} of {counted(standing['sample'].nunique(), 'specimen')} stand out of "
            "their stacks."
            if len(standing)
            else "No slice stands out of its stack."
        )
        pictures = results.pictures(results.stems("flagged"), "Slice in doubt, number {}")
        blocks.append(Figure("Slices to look at", says, FLAGGED, pictures))
        blocks.append(flagged_table(flagged))
    if densities is not None and len(densities):
        blocks.append(density_table(densities))
    return blocks


def flagged_table(flagged: pd.DataFrame) -> Table:
    """Every flagged slice, the most disputed first."""
    rows = [
        Row([str(r["sample"]), str(r["reason"]), str(r["slice"]), *(fixed_or_dash(100 * r[name]) for name in PERCENT)])
        for r in flagged.to_dict("records")
    ]
    columns = ["specimen", "why", "slice", "in dispute (%)", "typical of its stack (%)", "probably wrong (%)"]
    return Table("Slices in doubt", columns, rows, text_columns=2, folded=True)


def density_table(densities: pd.DataFrame) -> Table:
    """Relative densities by network with their intervals."""
    columns = {
        "relative_density": "of the mask",
        "expected_density": "by probabilities",
        "density_low": "95 % from",
        "density_high": "to",
        "confidence": "pixels probably right",
        "least_confidence": "in the worst slice",
    }
    rows = [
        Row([str(r["segmenter"]), str(r["sample"]), *(fixed_or_dash(r[name]) for name in columns)])
        for r in densities.to_dict("records")
    ]
    names = ["segmenter", "specimen", *columns.values()]
    return Table("Relative density by every network", names, rows, caption=DENSITIES, text_columns=2, folded=True)


def full_table(scores: pd.DataFrame) -> Table:
    """Every specimen."""
    rows = [
        Row([str(r["segmenter"]), str(r["sample"]), SPLIT_NAMES.get(r["split"], str(r["split"])),
             *(fixed_or_dash(r[metric]) for metric in TABLED)])
        for r in scores.to_dict("records")
    ]  # fmt: skip
    columns = ["segmenter", "specimen", "slices", *(SCORE_NAMES[metric] for metric in TABLED)]
    return Table("Scores of every specimen", columns, rows, text_columns=3, folded=True)


def fixed_or_dash(value: float) -> str:
    """Three decimals; a dash for a missing value."""
    return fixed(value, 3) if math.isfinite(value) else number(value)


def _shine_takeaway(scores: pd.DataFrame) -> str:
    values = means(scores, "recall_shine_through")
    if values.empty:
        return ""
    parts = [f"{name} {number(100 * value, 2)} %" for name, value in values.items()]
    return f"Share of the shine-through pores that is found on {where(scores)}: {listed(parts)}."
