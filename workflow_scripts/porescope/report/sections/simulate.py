"""Section on stage simulate: what the simulated specimens are, and how near they come to the published ones."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from porescope.report.blocks import Block, Figure, Note, Row, Section, Table
from porescope.report.notation import unit_text
from porescope.report.paper import PAPER, comparison
from porescope.report.results import Results
from porescope.report.words import counted, listed, number

LIMIT = (
    "Simulated specimens are made by this workflow; conclusions from them are about the method, not about a real metal."
)

STAGES = (
    "Middle slice: metal on the milled face (partial volumes grey), noise-free signal of the detector, stored image, "
    "exact classes. Shine-through is pore that a perfect threshold of the noise-free signal would call metal."
)


def section(results: Results) -> Section:
    """Pictures of slices, what was made, and the published values beside the campaign's."""
    title = "Simulation"
    if "simulate" in results.left_out:
        return Section("simulate", title, "", [Note(f"Left out: {results.left_out['simulate']}.")])
    records = list(results.records("simulated").values())
    shares = [100 * float(r["shine_through_share_of_pores"]) for r in records]
    shape, spacing = records[0]["shape"], records[0]["spacing_um"]
    lead = (
        f"{counted(len(records), 'specimen')} packed, sintered and imaged, of {' × '.join(map(str, shape))} voxels of "
        f"{' × '.join(number(1000 * edge) for edge in spacing)} nm (z × y × x). Shine-through is "
        f"{number(min(shares), 2)} to {number(max(shares), 2)} % of the pore pixels."
    )
    pictures = results.pictures(results.stems("twin"), "One slice of {}: truth, signal, image, classes")
    blocks: list[Block] = [Note(LIMIT), Figure("One slice, four stages", "", STAGES, pictures, columns=1)]
    blocks.append(specimen_table(records))
    samples = results.table("samples")
    if samples is not None:
        names = {str(r["sample"]) for r in records}
        properties = results.table("properties")
        own = None if properties is None else properties[properties["sample"].isin(names)]
        beside = comparison(with_true_densities(samples[samples["sample"].isin(names)], records), own)
        if len(beside):
            blocks.append(paper_table(beside))
    return Section("simulate", title, lead, blocks)


TRUE = {
    "true_relative_density": "relative density",
    "shine_through_share_of_pores": "shine-through / pores",
    "particles": "particles in the box",
    "property_without_noise": "{name} ({unit})",
    "property_without_contacts": "{name} without contact resistance ({unit})",
    "contact_resistance_ohm_m2": "contact resistance (Ω m²)",
}
"""Entries of specimen.json that the table shows, and its heads."""


def specimen_table(records: Sequence[Mapping[str, Any]]) -> Table:
    """What is true of each specimen."""
    words = {"name": str(records[0]["property_name"]), "unit": unit_text(records[0]["property_unit"])}
    rows = [Row([str(r["sample"]), *(number(r[entry], 3) for entry in TRUE)]) for r in records]
    columns = ["specimen", *(head.format(**words) for head in TRUE.values())]
    return Table("What is true of them", columns, rows, folded=len(rows) > 6)


def with_true_densities(samples: pd.DataFrame, records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The described specimens with the relative density that is really theirs."""
    true = {str(r["sample"]): float(r["true_relative_density"]) for r in records}
    densities = samples["descriptor"] == "relative_density"
    return samples.assign(mean=samples["mean"].where(~densities, samples["sample"].map(true)))


def paper_table(beside: pd.DataFrame) -> Table:
    """Published values beside the campaign's."""
    rows = [
        Row([str(r["fact"]), unit_text(r["unit"]), number(r["paper"], 4), number(r["campaign"], 4)])
        for r in beside.to_dict("records")
    ]
    wrong = [
        str(r["fact"]) for r in beside.to_dict("records") if r["unit"] and float(r["paper"]) * float(r["campaign"]) < 0
    ]
    return Table(
        "The published porous coppers beside the simulated ones",
        ["fact", "unit", "paper", "this campaign"],
        rows,
        f"Of the other sign than published: {listed(wrong)}." if wrong else "",
        f"Paper: {PAPER}; its volumes of interest are 10 µm wide at 25 nm. This campaign's densities are the "
        "true ones, its other values those of the described masks, segmentation error included; curvatures scale with "
        "the size of its particles.",
        text_columns=2,
    )
