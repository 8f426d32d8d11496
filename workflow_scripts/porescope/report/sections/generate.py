"""Section on stage generate: real and synthetic sections, and how well these follow the real ones."""

import math

import pandas as pd

from porescope.describe.names import DESCRIPTORS, PLANAR
from porescope.report.blocks import Block, Figure, Key, Note, Row, Section, Table
from porescope.report.results import Results
from porescope.report.volume_findings import volume_blocks
from porescope.report.words import counted, fixed, listed, number

NAMES = {"real": "real", "cgan": "cGAN", "ddpm": "DDPM", "train": "real, other slabs"}
GENERATORS = ("cgan", "ddpm")
AVERAGE = "average"

PLANTED = "planted"

EXPECTED_NEAR = 0.05
"""Share of real sections that no network saw which count as near to a training section."""

COPIES = (
    "The generated sections that come nearest to a training section of their condition, each above the one it "
    "resembles, turned or mirrored as it is most alike; it may be shifted too. The number is their distance over the "
    "one that counts as near, the 5th percentile of the distances of real sections that no network saw."
)


WITHHELD = (
    "Lines: real sections over temperature. Of the marked temperatures the diffusion model saw nothing in training; "
    "its sections stand beside real ones, and beside a straight line between the neighbouring temperatures."
)


STATISTICS = (
    "At the coldest and the hottest temperature. S₂: probability that both ends of a step along y or x lie in the "
    "metal. Chords: share of the chords along y and x that are not longer. Grey: real sections from slabs that were "
    "trained on, whose distance from the black line is the scatter within one specimen."
)


DENOISING = (
    "What the diffusion model leaves of pure noise, step by step, at the coldest and the hottest temperature of each "
    "material: the layout is decided first, fine detail last."
)

LOSSES = (
    "Mean losses over steps, a line a training. The diffusion model's loss falls; the two networks of the cGAN hold "
    "each other in balance, and a discriminator whose loss goes to zero has won."
)


def section(results: Results) -> Section:
    """Gallery, curves over temperature, R2 table."""
    title = "Synthetic sections"
    scores, sections = results.table("generator_scores"), results.table("sections")
    if "generate" in results.left_out or scores is None or sections is None:
        return Section("generate", title, "", [Note(f"Left out: {results.left_out.get('generate', 'no scores')}.")])
    count = sections.groupby("origin").size()
    numbers = [f"{count[origin]} {NAMES[origin]}" for origin in ("real", *GENERATORS) if origin in count]
    field = sorted(set(sections["field_um"].round(3)))
    size = f" of {listed([number(value) for value in field])} µm edge" if field else ""
    lead = f"{listed(numbers)} sections{size}, conditioned on material and temperature."
    materials = results.materials
    says = {m: agreement_sentence(scores, m) for m in materials}
    blocks: list[Block] = [
        Figure(
            "Real and synthetic, side by side",
            drift_sentence(sections),
            "Binary sections of equal size, metal light and pore dark. Real ones come from slabs that no network saw.",
            results.pictures([f"gallery__{m}" for m in materials], "Real and synthetic sections of {}"),
        ),
        Figure(
            "Descriptors of the sections over temperature",
            winner_sentence(scores, results),
            "Points: means over sections; bars: one standard deviation from section to section (not of the mean).",
            results.pictures([f"curves__{m}" for m in materials], "Planar descriptors of {} over temperature", says),
        ),
        score_table(scores, results),
        Figure(
            "Two-point probability and chord lengths",
            "",
            STATISTICS,
            results.pictures([f"statistics__{m}" for m in materials], "Spatial statistics of sections of {}"),
        ),
    ]
    withheld = results.table("withheld")
    if withheld is not None:
        blocks.append(
            Figure(
                "Temperatures that the network never saw",
                withheld_sentence(withheld),
                WITHHELD,
                results.pictures(["withheld__temperatures"], "Descriptors of sections of withheld temperatures"),
                columns=1,
            )
        )
    copies = results.table("copies")
    if copies is not None:
        nearest = results.pictures(["copies__nearest"], "Generated sections above the training sections they resemble")
        blocks.append(Figure("New sections, or copies?", copies_sentence(copies), COPIES, nearest, columns=1))
    volumes = results.table("volumes")
    if volumes is not None:
        blocks += volume_blocks(volumes, results)
    strips = results.pictures(["denoising__steps"], "Sections on their way from noise to structure")
    blocks.append(Figure("From noise to structure", "", DENOISING, strips, columns=1))
    losses = results.pictures(["trainings__losses"], "Losses of the generators over their trainings")
    blocks.append(Figure("How the generators were trained", "", LOSSES, losses, columns=1))
    return Section("generate", title, lead, blocks, keys(scores))


def averages(scores: pd.DataFrame, generator: str) -> pd.Series:
    """Average R2 of a generator by material."""
    rows = scores[(scores["generator"] == generator) & (scores["descriptor"] == AVERAGE)]
    return rows.set_index("material")["r2"].dropna()


def winner_sentence(scores: pd.DataFrame, results: Results) -> str:
    """Which generator follows the real curves better, material by material."""
    ddpm, cgan = averages(scores, "ddpm"), averages(scores, "cgan")
    both = [m for m in results.materials if m in ddpm.index and m in cgan.index]
    if not both:
        return "R² over temperature needs three temperatures of a material with both generators."
    wins = [m for m in both if ddpm[m] > cgan[m]]
    parts = [f"{m} {fixed(ddpm[m], 2)} against {fixed(cgan[m], 2)}" for m in both]
    total = counted(len(both), "material")
    where = f"all {total}" if len(wins) == len(both) > 1 else f"{len(wins)} of {total}"
    return f"DDPM follows the real curves better than cGAN for {where} (average R² over temperature: {listed(parts)})."


def withheld_sentence(withheld: pd.DataFrame) -> str:
    """How well withheld temperatures are generated, beside what needs no network and what real sections reach."""
    temperatures = listed([f"{value:g} °C" for value in sorted(withheld["temperature_C"].unique())])
    means = withheld.filter(like="r2_").mean()
    return (
        f"Asked for {temperatures} without ever having seen it, the diffusion model reaches R² "
        f"{fixed(means['r2_generated'], 2)} (a straight line between the neighbours "
        f"{fixed(means['r2_interpolated'], 2)}, real sections from other slabs {fixed(means['r2_other_slabs'], 2)}; "
        "mean over materials and descriptors)."
    )


def agreement_sentence(scores: pd.DataFrame, material: str) -> str:
    """R2 of each generator, descriptor by descriptor, for one material."""
    own = scores[(scores["material"] == material) & scores["generator"].isin(GENERATORS)]
    parts = []
    for descriptor in PLANAR:
        values = own[own["descriptor"] == descriptor].set_index("generator")["r2"].dropna()
        texts = [f"{NAMES[g]} {fixed(values[g], 2)}" for g in GENERATORS if g in values.index]
        if texts:
            parts.append(f"{DESCRIPTORS[descriptor].label} {' and '.join(texts)}")
    return f"R²: {'; '.join(parts)}." if parts else ""


def copies_sentence(copies: pd.DataFrame) -> str:
    """Share of sections that are nearer to training ones than real ones are, and whether planted copies are found."""
    total = copies.groupby("origin")[["n_near", "n_sections"]].sum()
    share = total["n_near"] / total["n_sections"]
    parts = [f"{fixed(100 * share[g], 1)} % of {NAMES[g]}" for g in ("ddpm", "cgan") if g in share.index]
    sentence = (
        f"{listed(parts)} sections lie nearer to a training section than 95 % of unseen real sections do; "
        f"{100 * EXPECTED_NEAR:g} % would be chance."
    )
    alike = copies.groupby("origin")["share_alike"].mean()
    told = [f"{fixed(100 * alike[g], 1)} % of {NAMES[g]}" for g in ("ddpm", "cgan") if g in alike.index]
    sentence += f" As near to another section of their own kind are {listed(told)} sections."
    if PLANTED in share.index:
        sentence += f" Of copies planted on purpose {fixed(100 * share[PLANTED], 1)} % are found."
    return sentence


def drift_sentence(sections: pd.DataFrame) -> str:
    """The mean difference of relative density from the real sections."""
    means = sections.groupby(["origin", "material", "temperature_C"])["relative_density"].mean()
    if "real" not in means.index.get_level_values("origin"):
        return ""
    parts = []
    for generator in GENERATORS:
        if generator in means.index.get_level_values("origin"):
            difference = (means[generator] - means["real"]).abs().dropna()
            if len(difference):
                parts.append(f"{NAMES[generator]} {number(float(difference.mean()), 2)}")
    if not parts:
        return ""
    return f"Mean difference of relative density from the real sections, over all conditions: {listed(parts)}."


def keys(scores: pd.DataFrame) -> list[Key]:
    """Average R2 of the DDPM over the materials."""
    ddpm, cgan = averages(scores, "ddpm"), averages(scores, "cgan")
    if ddpm.empty:
        return []
    detail = "mean over materials and descriptors"
    if len(cgan):
        detail = f"cGAN {fixed(cgan.mean(), 2)}; {detail}"
    return [Key(f"R² {fixed(ddpm.mean(), 2)}", "DDPM sections over temperature", detail)]


def score_table(scores: pd.DataFrame, results: Results) -> Table:
    """R2 and error by material and descriptor; the better one is not marked: the ceiling says more."""
    generators = [g for g in GENERATORS if g in set(scores["generator"])]
    rows = []
    for material in results.materials_of(scores):
        for descriptor in (*PLANAR, AVERAGE):
            name = DESCRIPTORS[descriptor].label if descriptor in DESCRIPTORS else "average"
            wanted = scores[(scores["material"] == material) & (scores["descriptor"] == descriptor)]
            lines = {str(line["generator"]): line for _, line in wanted.iterrows()}
            r2 = [with_interval(lines[g]) if g in lines else number(math.nan) for g in generators]
            ceiling = [decimals(line["r2_ceiling"]) for line in lines.values()][:1]
            ratios = [decimals(lines[g]["rmse_ratio"]) if g in lines else number(math.nan) for g in generators]
            distances = [
                decimals(lines[g]["wasserstein_ratio"]) if g in lines else number(math.nan) for g in generators
            ]
            rows.append(Row([material, name, *r2, *ceiling, *ratios, *distances]))
    conditions = sorted({int(n) for n in scores["n_conditions"].dropna()})
    trainings = int(scores.loc[scores["generator"].isin(generators), "n_trainings"].max())
    caption = (
        f"R² of condition means over {listed([str(n) for n in conditions])} temperatures against real sections from "
        f"slabs that no network saw, mean of {counted(trainings, 'independent training')}"
        f"{' ± half of its 95 % interval' if trainings > 1 else ''}; negative where a constant would do better. "
        "Ceiling: R² of real sections from other slabs of the same specimens. Error: root mean squared difference of "
        "the condition means over that of those real sections. Distribution: the same for the Wasserstein distance of "
        "the distributions over sections; 1 is as good as real."
    )
    columns = [
        "material",
        "descriptor",
        *(f"R² {NAMES[g]}" for g in generators),
        "ceiling",
        *(f"error {NAMES[g]}" for g in generators),
        *(f"distribution {NAMES[g]}" for g in generators),
    ]
    return Table("R² over temperature", columns, rows, caption=caption, text_columns=2)


def decimals(value: float) -> str:
    """Two decimals, or what stands for no value."""
    return fixed(value, 2) if math.isfinite(value) else number(value)


def with_interval(line: pd.Series) -> str:
    """R2 of a generator and half of its interval over trainings."""
    half = (line["r2_ci_high"] - line["r2_ci_low"]) / 2
    return f"{decimals(line['r2'])} ± {fixed(half, 2)}" if math.isfinite(half) else decimals(line["r2"])
