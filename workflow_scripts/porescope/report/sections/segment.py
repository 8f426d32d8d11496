"""Section on stage segment: which segmenter to trust."""

import math

import pandas as pd

from porescope.report.blocks import Block, Figure, Key, Note, Row, Section, Table
from porescope.report.results import Results
from porescope.report.tables import SCORE_NAMES, SPLIT_NAMES, segmenter_order
from porescope.report.words import counted, fixed, listed, number

TABLED = tuple(SCORE_NAMES)

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
        return Section("segment", title, "Pore against metal.", blocks)
    seen = unseen(scores)
    blocks = [
        Figure(slices.title, _shine_takeaway(seen), slices.caption, slices.pictures),
        Figure(
            "Scores against the known phases",
            "",
            "Each dot is one specimen, the bar the mean over specimens. Accuracy and Jaccard compare pore (labels 1 "
            "and 2) with metal; recall of shine-through is the share of the truth's class 2 that was found as pore.",
            results.pictures(
                results.stems("scores"), "{} of every segmenter", {m: ranking(seen, m) for m in SCORE_NAMES}
            ),
        ),
        mean_table(scores),
        full_table(scores),
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
    values = means(scores, metric).sort_values(ascending=False, kind="stable")
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


def mean_table(scores: pd.DataFrame) -> Table:
    """Means over specimens by segmenter and split."""
    rows = []
    for segmenter in segmenter_order(scores["segmenter"]):
        for split, name in SPLIT_NAMES.items():
            own = scores[(scores["segmenter"] == segmenter) & (scores["split"] == split)]
            if len(own):
                cells = [fixed_or_dash(own[metric].mean()) for metric in TABLED]
                rows.append(Row([segmenter, name, *cells, str(len(own))]))
    columns = ["segmenter", "slices", *(SCORE_NAMES[metric] for metric in TABLED), "specimens"]
    return Table(
        "Mean scores",
        columns,
        rows,
        caption="Means over specimens. Error of relative density: described minus true, so its sign tells the side.",
        text_columns=2,
    )


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
