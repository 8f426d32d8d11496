"""The part of the section on stage describe that says how far its numbers can be relied on."""

import pandas as pd

from porescope.report.blocks import Block, Figure, Note, Row, Table
from porescope.report.notation import unit_text
from porescope.report.results import Results
from porescope.report.tables import ERRORS
from porescope.report.uncertainty import SOURCES, relative_errors, representative, row_label
from porescope.report.words import MISSING, counted, listed, number

BUDGET = (
    "One standard uncertainty each. This piece of the material: another piece would differ by so much. Place of the "
    "interface: described again with the interface one standard uncertainty further in and out. Distance of slices: "
    "described again with it off by its uncertainty. Estimator: what the self-check leaves. Bars: root of the sum of "
    "squares. Those of interface and slices put all specimens wrong alike, so that differences between specimens are "
    "known better than that."
)

TOLD = ("relative_density", "specific_surface_per_um", "strut_diameter_um", "tortuosity", "gaussian_curvature_per_um2")
"""Descriptors whose representativity is told in sentences, where known."""


def blocks(results: Results, samples: pd.DataFrame) -> list[Block]:
    """What makes the errors, what one volume of interest tells, and where two estimators contradict each other."""
    found: list[Block] = []
    pictures = results.pictures([f"descriptor__{ERRORS}"], "Contributions to the uncertainty of each descriptor")
    if pictures:
        found.append(Figure("What the uncertainty is made of", budget_sentence(samples), BUDGET, pictures, 1))
    table = representativity_table(samples)
    if table.rows:
        found.append(table)
    vois = results.table("vois")
    if vois is not None:
        found.append(flag_block(vois))
    return found


def budget_sentence(samples: pd.DataFrame) -> str:
    """Which source is the largest of how many descriptors."""
    errors = relative_errors(samples)[list(SOURCES)].dropna(how="all")
    if errors.empty:
        return "No contribution to the uncertainty is known."
    largest = errors.idxmax(axis=1)
    counts = largest.value_counts()
    texts = [f"{SOURCES[str(column)]} for {counts[column]}" for column in counts.index]
    return f"The largest source of uncertainty of {counted(len(errors), 'descriptor')}: {listed(texts)}."


def representativity_table(samples: pd.DataFrame) -> Table:
    """How far one volume of interest may be off, and which size would be enough."""
    names = list(dict.fromkeys(samples["descriptor"]))
    table = representative(samples, names)
    rows = [
        Row([row_label(str(name)), f"± {number(row['percent'], 2)} %", number(row["enough_um"], 2)])
        for name, row in table.iterrows()
    ]
    edge = number(table["voi_um"].median(), 3) if len(table) else MISSING
    told = [sentence(str(name), row) for name, row in table.iterrows() if name in TOLD]
    return Table(
        "How representative a volume of interest is",
        ["descriptor", f"95 % of volumes of {edge} µm lie within", "edge for ± 1 % (µm)"],
        rows,
        takeaway=" ".join(told),
        caption="Medians over specimens, from the scatter between volumes or their octants; the scatter falls with the "
        "power 3/2 of the edge. A lower bound where the structure is coarse against an octant.",
        folded=len(rows) > 8,
    )


def sentence(name: str, row: pd.Series) -> str:
    """E.g. 'A volume of 2.7 µm gives the specific surface within ± 3 %; 1 % would need 5.6 µm.'"""
    return (
        f"A volume of {number(row['voi_um'], 2)} {unit_text('um')} gives {row_label(name)} within "
        f"± {number(row['percent'], 2)} %; 1 % would need {number(row['enough_um'], 2)} {unit_text('um')}."
    )


def flag_block(vois: pd.DataFrame) -> Block:
    """Volumes in which two estimators contradict each other, each with what it says; a sentence if there is none."""
    flagged = vois[vois["flags"].map(lambda text: isinstance(text, str) and text != "").astype(bool)]
    if flagged.empty:
        return Note(f"In none of {counted(len(vois), 'volume')} of interest do two estimators contradict each other.")
    rows = [
        Row([str(r["sample"]), str(r["voi"]), text], alarm=True)
        for r in flagged.to_dict("records")
        for text in str(r["flags"]).split("; ")
    ]
    return Table(
        "Where two estimators contradict each other",
        ["specimen", "volume", "what differs"],
        rows,
        takeaway=f"{counted(len(flagged), 'volume')} of {len(vois)} flagged.",
        text_columns=3,
        folded=len(rows) > 12,
    )
