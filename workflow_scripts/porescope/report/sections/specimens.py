"""Section on the specimens: where they come from, and which stage applies to which of them."""

import hashlib
from typing import Any

from porescope.report.blocks import Block, Key, Row, Section, Table
from porescope.report.results import Results
from porescope.report.words import MISSING, counted, listed, number, temperature

SOURCES = {"simulate": "simulated here", "raw": "grey slices", "mask": "mask made elsewhere"}


def section(results: Results) -> Section:
    """Specimens with their source, and the stages that are left out."""
    facts = results.facts
    sources = [f"{sum(f['source'] == s for f in facts)} {text}" for s, text in SOURCES.items()]
    present = [text for text in sources if not text.startswith("0 ")]
    origin = f"all {present[0].split(' ', 1)[1]}" if len(present) == 1 else listed(present)
    temperatures = sorted({float(fact["temperature_C"]) for fact in facts})
    span = temperature(temperatures[0])
    if len(temperatures) > 1:
        span = f"{temperatures[0]:g} to {temperature(temperatures[-1])}"
    test = sum(fact["split"] == "test" for fact in facts)
    lead = (
        f"{counted(len(facts), 'specimen')} ({origin}) of {counted(len(results.materials), 'material')}, "
        f"sintered at {span}; {test} held out as test specimens."
    )
    blocks: list[Block] = [specimen_table(results), stage_table(results)]
    key = Key(str(len(facts)), "specimen" if len(facts) == 1 else "specimens", f"{listed(results.materials)}; {span}")
    return Section("specimens", "Specimens", lead, blocks, [key])


def specimen_table(results: Results) -> Table:
    """One row a specimen: the sheet's words and the stack's size."""
    ingested = results.records("ingest")
    rows = []
    for fact in results.facts:
        info = ingested.get(str(fact["sample"]), {})
        rows.append(
            Row(
                [
                    str(fact["sample"]),
                    str(fact["material"]),
                    SOURCES[fact["source"]] + (f": {fact['path']}" if fact["path"] else ""),
                    str(fact["split"]),
                    f"{float(fact['temperature_C']):g}",
                    " × ".join(str(n) for n in info.get("shape", [])) or MISSING,
                    " × ".join(number(1000 * edge) for edge in info.get("spacing_um", [])) or MISSING,
                    " × ".join(number(e) for e in extent(info)) or MISSING,
                    sources_digest(info) or MISSING,
                ]
            )
        )
    columns = ["specimen", "material", "source", "split", "T (°C)", "voxels z × y × x", "voxel (nm)", "extent (µm)"]
    return Table(
        "All specimens",
        [*columns, "slices"],
        rows,
        caption="Last column: start of a SHA-256 over the hashes of all source files; equal digits, equal slices.",
        text_columns=4,
        folded=len(rows) > 8,
    )


def stage_table(results: Results) -> Table:
    """How many specimens each stage deals with, and why others are left out."""
    total = len(results.facts)
    grey = sum(fact["source"] != "mask" for fact in results.facts)
    counts = {
        "simulate": sum(fact["source"] == "simulate" for fact in results.facts),
        "ingest": total,
        "restore": grey,
        "label": grey,
        "segment": grey,
        "describe": total,
        "relate": _with_property(results),
        "generate": sum(fact["generated"] for fact in results.facts),
    }
    remarks = {
        "simulate": "the others bring their own slices or mask",
        "relate": "the others have no measured property",
        "generate": "the others are of materials with too few temperatures for a curve",
    }
    rows = []
    for stage, count in counts.items():
        reason = results.left_out.get(stage, "")
        if not reason and count < total:
            reason = remarks.get(stage, "the others are masks made elsewhere")
        rows.append(Row([stage, f"left out: {reason}" if stage in results.left_out else reason or "all specimens",
                         "0" if stage in results.left_out else str(count)]))  # fmt: skip
    if "truth" in results.left_out:
        rows.append(Row(["scores of segment", f"left out: {results.left_out['truth']}", "0"]))
    left = [stage for stage in counts if stage in results.left_out]
    takeaway = f"Left out: {listed(left)}." if left else ""
    whole = not left and all(count == total for count in counts.values())
    title = "Every stage applied to every specimen" if whole else "Which stage applied to what"
    return Table(title, ["stage", "remark", "specimens"], rows, takeaway, text_columns=2, folded=whole)


def extent(info: dict[str, Any]) -> list[float]:
    """Edge lengths of a stack in um, (z, y, x)."""
    return [n * edge for n, edge in zip(info.get("shape", []), info.get("spacing_um", []), strict=True)]


def sources_digest(info: dict[str, Any]) -> str:
    """First eight digits of a hash over the hashes of a specimen's source files; empty without any."""
    hashes = [str(source["sha256"]) for source in info.get("source_files", [])]
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()[:8] if hashes else ""


def _with_property(results: Results) -> int:
    properties = results.table("properties")
    return 0 if properties is None else int(properties["property"].notna().sum())
