"""Section on stage describe: what the microstructure is, and how it changes with temperature."""

import math

import pandas as pd

from porescope.describe.names import DESCRIPTORS
from porescope.report.blocks import Block, Figure, Key, Row, Section, Table
from porescope.report.densities import density_check
from porescope.report.joint import read_joints
from porescope.report.notation import plain_label, symbol_of, unit_text
from porescope.report.results import Results
from porescope.report.sections import uncertainty
from porescope.report.tables import CONDUCTION, STRUCTURES, descriptor_rows, undefined_rows
from porescope.report.words import counted, fixed, listed, number, temperature, with_interval

CURVATURES = ("mean_curvature_per_um", "gaussian_curvature_per_um2")

INTERVALS = (
    "Points are means over disjoint volumes of interest (VOIs), bars their 95 % intervals; hollow points have none. "
    "Materials are set side by side at equal temperatures so that bars do not hide each other."
)

JOINT = (
    "Share of the interface by its mean curvature M and Gaussian curvature G; all materials share one logarithmic "
    "colour scale. Upper right: convex, as particles; upper left: concave, as round pores; below zero: saddles, as "
    "necks. No surface lies above the dashed parabola G = M²; the cross is the mean of the histogram."
)

CONDUCTING = (
    "The metal's geometry solved for its conductivity, relative to the pore-free metal; bars are standard errors where "
    "known. No isotropic structure lies above 2D/(3 − D) (Hashin and Shtrikman); D^1.5 is Bruggeman's rule."
)

STRUCTURE = (
    "One volume of interest of each material's lowest and highest temperature, in parallel projection: the bars of "
    "length hold in the plane of the picture. Skeleton and curvature are shown in a part of the volume; each picture "
    "has one scale of colours for all specimens."
)

SEEN = {
    "solid": "The metal.",
    "skeleton": "Its skeleton, coloured by the strut diameter.",
    "paths": "Ways from the top through a section: how much longer than straight they are.",
    "mean_curvature": "Mean curvature of the interface: red convex, blue concave.",
    "gaussian_curvature": "Gaussian curvature of the interface: below zero saddles, such as necks.",
}

CONTRIBUTIONS = {
    "sd_statistical": "u (material)",
    "sd_segmentation": "u (interface)",
    "sd_voxel": "u (slices)",
    "sd_method": "u (estimator)",
    "sd_total": "u (all)",
}
"""Columns of the standard uncertainties, and how the full table names them."""


def section(results: Results) -> Section:
    """Curves, curvature distributions, checks of density, full table."""
    samples = results.table("samples")
    if samples is None or samples.empty:
        raise ValueError("describe/sample.csv is empty")
    panels = [stem.removeprefix("descriptor__") for stem in results.stems("descriptor")]
    shape = [name for name in panels if name in DESCRIPTORS and name not in CURVATURES]
    curved = [name for name in panels if name in CURVATURES]
    says = {name: trend(samples, name, results) for name in (*shape, *curved)}
    blocks: list[Block] = []
    if shape:
        blocks.append(
            Figure(
                "Microstructure over temperature",
                "",
                f"{INTERVALS} {remarks(samples, shape)}".strip(),
                results.pictures([f"descriptor__{n}" for n in shape], "{} over temperature", says),
                columns=2,
            )
        )
    if curved:
        blocks.append(
            Figure(
                "Curvature of the interface over temperature",
                "",
                f"{INTERVALS} Area-weighted means; M > 0 where the metal is convex, G < 0 on saddles such as necks.",
                results.pictures([f"descriptor__{n}" for n in curved], "{} over temperature", says),
                columns=2,
            )
        )
    blocks.append(
        Figure(
            "How the interface is curved",
            saddle_sentence(results),
            JOINT,
            results.pictures([f"curvature__{m}" for m in results.materials], "G-M distribution of {}"),
            columns=3,
        )
    )
    blocks += structures(results)
    conduction = results.pictures([f"descriptor__{CONDUCTION}"], "Solved conductivity over relative density")
    if conduction:
        blocks.append(Figure("What the structure alone conducts", "", CONDUCTING, conduction, columns=2))
    blocks.append(change_table(samples, results))
    blocks += uncertainty.blocks(results, samples)
    check = density_check(samples, list(results.records("simulated").values()), results.facts)
    keys = density_keys(samples, results)
    if len(check):
        picture = results.pictures(["descriptor__density_check"], "Described minus independent relative density")
        caption = "Bars: 95 % interval of the described density, the reference's own uncertainty included; the truth of a simulation is of its whole stack."  # noqa: E501
        blocks.append(Figure("Relative density against independent values", check_sentence(check), caption, picture, 2))
        blocks.append(check_table(check))
    blocks.append(full_table(samples))
    segmenters = sorted(set(samples["segmenter"].astype(str)))
    lead = (
        f"{counted(samples['sample'].nunique(), 'specimen')} described on the masks of {listed(segmenters)}, "
        f"{_vois(samples)} in each."
    )
    return Section("describe", "Microstructure", lead, blocks, keys)


def structures(results: Results) -> list[Block]:
    """Pictures of the structure, those that were made."""
    pictures = results.pictures([f"structure__{kind}" for kind in STRUCTURES], "{} of the structure", SEEN)
    return [Figure("The structure itself", "", STRUCTURE, pictures, columns=3)] if pictures else []


def ends(samples: pd.DataFrame, descriptor: str, material: str) -> tuple[pd.Series, pd.Series] | None:
    """Rows of a material's lowest and highest temperature with a finite mean; None without two temperatures.

    Where several specimens share a temperature, the first in the table stands for it.
    """
    rows = descriptor_rows(samples[samples["material"].astype(str) == material], descriptor)
    if rows["temperature_C"].nunique() < 2:
        return None
    first = rows[rows["temperature_C"] == rows["temperature_C"].min()].iloc[0]
    last = rows[rows["temperature_C"] == rows["temperature_C"].max()].iloc[0]
    return first, last


def clear(first: pd.Series, last: pd.Series) -> bool | None:
    """Whether the 95 % intervals of two rows are apart; None where one is missing."""
    limits = [first["ci_low"], first["ci_high"], last["ci_low"], last["ci_high"]]
    if not all(math.isfinite(float(limit)) for limit in limits):
        return None
    return bool(limits[1] < limits[2] or limits[3] < limits[0])


def trend(samples: pd.DataFrame, descriptor: str, results: Results) -> str:
    """How a descriptor changes on heating, in one sentence: the material that changes most, then the others."""
    meaning = DESCRIPTORS[descriptor]
    unit = unit_text(meaning.unit)
    unit = f" {unit}" if unit else ""
    pairs = {m: ends(samples, descriptor, m) for m in results.materials_of(samples)}
    known = {m: pair for m, pair in pairs.items() if pair is not None}
    if not known:
        return range_sentence(samples, descriptor)
    change = {m: float(last["mean"] - first["mean"]) for m, (first, last) in known.items()}
    order = sorted(known, key=lambda m: -abs(change[m]))
    first, last = known[order[0]]
    verb = "rises" if change[order[0]] > 0 else "falls"
    name = plain_label(descriptor)[:1].upper() + plain_label(descriptor)[1:]
    sentence = (
        f"{name} {verb} {'most ' if len(order) > 1 else ''}in {order[0]}, from {number(first['mean'], 4)} at "
        f"{temperature(first['temperature_C'])} to {number(last['mean'], 4)}{unit} at "
        f"{temperature(last['temperature_C'])}"
    )
    others = [f"{m} {signed(change[m])}" for m in order[1:]]
    sentence += f" ({signed(change[order[0]])}; {listed(others)})." if others else "."
    unclear = [m for m in order if clear(*known[m]) is False]
    if unclear:
        sentence += f" In {listed(unclear)} the change is within the intervals."
    return sentence


def range_sentence(samples: pd.DataFrame, descriptor: str) -> str:
    """Lowest and highest value, for campaigns without a temperature series."""
    rows = descriptor_rows(samples, descriptor).sort_values("mean", kind="stable")
    meaning = DESCRIPTORS[descriptor]
    name = plain_label(descriptor)[:1].upper() + plain_label(descriptor)[1:]
    unit = f" {unit_text(meaning.unit)}" if meaning.unit else ""
    if rows.empty:
        return f"{name} is defined for no specimen."
    low, high = rows.iloc[0], rows.iloc[-1]
    if len(rows) == 1:
        return f"{name} of {low['sample']} is {with_interval(low['mean'], low['ci_low'], low['ci_high'])}{unit}."
    return (
        f"{name} runs from {number(low['mean'])} ({low['sample']}) to {number(high['mean'])}{unit} ({high['sample']})."
    )


def signed(value: float, digits: int = 3) -> str:
    """A change with its sign."""
    return f"{'+' if value > 0 else ''}{number(value, digits)}"


def change_table(samples: pd.DataFrame, results: Results) -> Table:
    """Descriptors at the two ends of each material's temperatures; at the only one where there is one."""
    columns, chosen = ["descriptor"], []
    for material in results.materials_of(samples):
        own = samples[samples["material"].astype(str) == material]
        for value in sorted({own["temperature_C"].min(), own["temperature_C"].max()}):
            columns.append(f"{material}, {temperature(value)}")
            chosen.append(own[own["temperature_C"] == value].drop_duplicates("descriptor").set_index("descriptor"))
    rows = []
    for name, meaning in DESCRIPTORS.items():
        if name in set(samples["descriptor"]):
            unit = unit_text(meaning.unit)
            known = [r.loc[name] if name in r.index else {} for r in chosen]
            cells = [with_interval(r.get("mean"), r.get("ci_low"), r.get("ci_high")) for r in known]
            cells = [cell.replace(" (", "\n(") for cell in cells]
            rows.append(Row([f"{plain_label(name)}, {symbol_of(name)}" + (f" ({unit})" if unit else ""), *cells]))
    return Table(
        "The microstructure in numbers",
        columns,
        rows,
        caption="Mean and 95 % interval at each material's lowest and highest temperature.",
    )


def saddle_sentence(results: Results) -> str:
    """How much of the interface is saddle-shaped, at the ends of each material's temperatures."""
    joints = read_joints(results.paths("maps"))
    parts = []
    for material in results.materials:
        own = [fact for fact in results.facts if fact["material"] == material and fact["sample"] in joints]
        own.sort(key=lambda fact: float(fact["temperature_C"]))
        shares = {float(f["temperature_C"]): joints[f["sample"]].saddle_share for f in (*own[-1:], *own[:1])}
        texts = [f"{number(100 * shares[value], 2)} % at {temperature(value)}" for value in sorted(shares)]
        if texts:
            parts.append(f"{material} {' and '.join(texts)}")
    return f"Share of the interface that is saddle-shaped (G < 0): {'; '.join(parts)}." if parts else ""


def remarks(samples: pd.DataFrame, names: list[str]) -> str:
    """Which points are missing from the curves, with the reasons of the table."""
    parts = []
    for name in names:
        for _, row in undefined_rows(samples, name).iterrows():
            reason = row.get("reason")
            why = f" ({reason})" if isinstance(reason, str) and reason else ""
            parts.append(f"{DESCRIPTORS[name].label} of {row['sample']}{why}")
    return f"Not defined, so not drawn: {'; '.join(parts)}." if parts else ""


def density_keys(samples: pd.DataFrame, results: Results) -> list[Key]:
    """Range of relative density and the largest gain."""
    rows = descriptor_rows(samples, "relative_density")
    if rows.empty:
        return []
    gains = {}
    for material in results.materials_of(samples):
        pair = ends(samples, "relative_density", material)
        if pair:
            gains[material] = float(pair[1]["mean"] - pair[0]["mean"])
    detail = "mean of each specimen"
    if gains:
        most = max(gains, key=lambda m: gains[m])
        detail = f"largest gain on heating: {most}, {signed(gains[most])}"
    low, high = float(rows["mean"].min()), float(rows["mean"].max())
    value = f"{fixed(low, 2)} to {fixed(high, 2)}" if len(rows) > 1 else fixed(low, 3)
    return [Key(value, "relative density", detail)]


def check_sentence(check: pd.DataFrame) -> str:
    """How far described densities are from independent ones."""
    known = check.dropna(subset=["difference"])
    if known.empty:
        return "No described density is defined."
    agreeing = int((known["agrees"] == True).sum())  # noqa: E712 - a column of True, False and None
    judged = int(known["agrees"].notna().sum())
    sentence = (
        f"Described densities differ from independent ones by {number(known['difference'].abs().mean(), 2)} on average "
        f"(mean difference {signed(float(known['difference'].mean()), 2)})"
    )
    return f"{sentence}; {agreeing} of {judged} agree within their 95 % intervals." if judged else f"{sentence}."


def check_table(check: pd.DataFrame) -> Table:
    """Every specimen with a reference."""
    rows = []
    for r in check.to_dict("records"):
        spread = f" ± {number(r['reference_sd'], 2)}" if r["reference_sd"] > 0 else ""
        verdict = {True: "yes", False: "no"}.get(r["agrees"], "–")
        difference = with_interval(r["difference"], r["difference"] - r["below"], r["difference"] + r["above"])
        rows.append(Row([r["sample"], f"{'the sheet' if r['origin'] == 'sheet' else 'truth of the simulation'}",
                         verdict, number(r["described"]), number(r["reference"]) + spread, difference]))  # fmt: skip
    columns = ["specimen", "independent value from", "agrees", "described", "independent", "difference (95 % interval)"]
    return Table("Relative density, specimen by specimen", columns, rows, text_columns=3, folded=len(rows) > 6)


def full_table(samples: pd.DataFrame) -> Table:
    """Every row of sample.csv."""
    rows = []
    for r in samples.to_dict("records"):
        meaning = DESCRIPTORS.get(str(r["descriptor"]))
        label = plain_label(str(r["descriptor"])) if meaning else str(r["descriptor"])
        unit = unit_text(r.get("unit"))
        reason = r.get("reason")
        words = [str(r["sample"]), label + (f" ({unit})" if unit else ""), text_or_dash(r.get("interval_method")),
                 text_or_dash(reason, "")]  # fmt: skip
        numbers = [number(r["mean"], 4), number(r["ci_low"], 4), number(r["ci_high"], 4)]
        numbers += [number(r[column], 2) for column in CONTRIBUTIONS]
        rows.append(Row([*words, *numbers, number(r["n_voi"], 4)]))
    columns = ["specimen", "descriptor", "interval from", "remark", "mean", "95 % low", "95 % high"]
    columns += [*CONTRIBUTIONS.values(), "VOIs"]
    return Table("All descriptors of all specimens", columns, rows, text_columns=4, folded=True)


def text_or_dash(value: object, otherwise: str = "–") -> str:
    """A cell of text; what stands for a missing one."""
    return str(value) if isinstance(value, str) and value else otherwise


def _vois(samples: pd.DataFrame) -> str:
    low, high = int(samples["n_voi"].min()), int(samples["n_voi"].max())
    return counted(high, "VOI") if low == high else f"{low} to {high} VOIs"
