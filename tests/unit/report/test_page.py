"""The page: one file that loads nothing, says what is missing, and escapes what people wrote."""

import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from porescope.report.blocks import Note
from porescope.report.page import PageOptions, sections_of, write_page
from porescope.report.results import Results

OPTIONS = PageOptions(title="Copper", model="Q", property_name="conductivity", seed=1)
NAMES = ["specimens", "simulate", "restore", "label", "segment", "describe", "relate", "generate", "trust"]


def written(made: Any, folder: Path, options: PageOptions = OPTIONS, **changes: Any) -> str:
    """The page with some inputs, facts or left-out stages replaced."""
    facts, left_out = changes.pop("facts", made.facts), changes.pop("left_out", made.left_out)
    write_page(made.files | changes, facts, left_out, options, folder / "index.html")
    return (folder / "index.html").read_text(encoding="utf-8")


def changed(made: Any, folder: Path, name: str, change: Any) -> str:
    """A copy of a table after a change."""
    table = pd.read_csv(made.files[name])
    change(table)
    table.to_csv(folder / f"{name}.csv", index=False)
    return str(folder / f"{name}.csv")


def test_page_loads_nothing(made, tmp_path):
    """A colleague opens the file on a train: nothing may come from a network or another file."""
    page = written(made, tmp_path)
    assert page.count("<img") >= 25
    assert all(source.startswith("data:image/") for source in re.findall(r'<img src="([^"]*)"', page))
    addresses = re.findall(r'(?:href|src)="([^"]*)"', page)
    assert all(a.startswith(("data:", "#", "../")) for a in addresses)
    for word in ("<script", "@import", "url(", "<iframe", "<object", "http-equiv", '<link rel="stylesheet'):
        assert word not in page


def test_page_has_every_section_in_stage_order_and_the_navigation_leads_there(made, tmp_path):
    page = written(made, tmp_path)
    assert re.findall(r'<section id="(\w+)"', page) == NAMES
    assert re.findall(r'<a href="#(\w+)"', page) == NAMES
    assert page.count("<strong>") == 6  # key findings


def test_page_is_the_same_twice(made, tmp_path):
    """A date or a random id in it would rerun what follows."""
    assert written(made, tmp_path) == written(made, tmp_path)


def test_a_title_cannot_bring_code(made, tmp_path):
    hostile = '<script>alert("x")</script>'
    facts = [fact | {"path": hostile, "source": "raw"} for fact in made.facts]
    samples = changed(made, tmp_path, "samples", lambda t: t.insert(0, "x", 0) or t.__setitem__("reason", hostile))
    options = PageOptions(title=hostile, model="Q", property_name=f"a&b {hostile}", seed=1)
    page = written(made, tmp_path, options, facts=facts, samples=samples)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") > 30


@pytest.mark.parametrize(
    ("stage", "inputs"),
    [
        ("restore", ["quality", "restored"]),
        ("label", ["label", "label_figures"]),
        ("segment", ["scores"]),
        (
            "relate",
            [
                "models",
                "coefficients",
                "selection",
                "predictor",
                "shap",
                "shap_groups",
                "properties",
                "predicted",
                "physics",
            ],
        ),
        ("generate", ["sections", "generator_scores", "copies"]),
    ],
)
def test_a_stage_left_out_is_named_with_its_reason(made, tmp_path, stage, inputs):
    page = written(made, tmp_path, left_out={stage: "because <reasons>"}, **{name: [] for name in inputs})
    section = page.split(f'<section id="{stage}"')[1].split("</section>")[0]
    assert "Left out: because &lt;reasons&gt;." in section
    assert "<img" not in section
    assert f"Left out: {stage}." in page


def test_masks_alone_give_a_page(made, tmp_path):
    """A user with masks from elsewhere, one material, one temperature, no property."""
    fact = made.facts[0] | {"source": "mask", "path": "m.tif", "density_reference": 0.6, "density_sd": 0.01}
    samples = pd.read_csv(made.files["samples"])
    samples[samples["sample"] == fact["sample"]].to_csv(tmp_path / "samples.csv", index=False)
    files = {name: made.files[name] for name in ("selfcheck",)} | {"samples": str(tmp_path / "samples.csv")}
    wanted = ("descriptor__relative_density", "curvature__HPA")
    files["figures"] = [path for path in made.files["figures"] if Path(path).stem in wanted]
    left_out = dict.fromkeys(("simulate", "restore", "label", "segment", "relate", "generate", "truth"), "only masks")
    write_page(files, [fact], left_out, OPTIONS, tmp_path / "index.html")
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "1 specimen (all mask made elsewhere)" in page
    assert page.count("Left out: only masks.") == 6
    assert "Relative density of HPA_175 is 0.5" in page
    assert "the sheet" in page


def test_missing_values_are_dashes_with_their_reason(made, tmp_path):
    """NaN and inf are results here (one-phase or non-percolating VOIs): they must not read as numbers or break it."""

    def spoil(table: pd.DataFrame) -> None:
        tortuosity = (table["descriptor"] == "tortuosity") & (table["sample"] == "HPA_175")
        table.loc[tortuosity, ["mean", "ci_low", "ci_high"]] = [float("inf"), float("nan"), float("nan")]
        table["reason"] = table["reason"].astype(object)
        table.loc[tortuosity, "reason"] = "solid does not percolate"
        table.loc[table["descriptor"] == "relative_density", ["ci_low", "ci_high"]] = float("nan")

    def unscored(table: pd.DataFrame) -> None:
        table["recall_shine_through"] = float("nan")

    def unfitted(table: pd.DataFrame) -> None:
        table[["r2_loocv", "r2_test", "rmse_test", "p_permutation"]] = float("nan")

    page = written(
        made,
        tmp_path,
        samples=changed(made, tmp_path, "samples", spoil),
        scores=changed(made, tmp_path, "scores", unscored),
        models=changed(made, tmp_path, "models", unfitted),
        generator_scores=changed(made, tmp_path, "generator_scores", lambda t: t.__setitem__("r2", float("nan"))),
    )
    text = re.sub(r"<[^>]*>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL))
    assert not re.search(r"\b(nan|None|inf)\b", text)
    assert "geodesic tortuosity, five directions of HPA_175 (solid does not percolate)" in text
    assert "∞" in text


def test_a_failed_check_is_red_and_never_folded_away(made, tmp_path):
    """The reader must meet it at the top of the page and in the section, whatever the page folds."""

    def fail(table: pd.DataFrame) -> None:
        table.loc[1, ["measured", "relative_error", "passed"]] = [3.5, 0.13, False]

    page = written(made, tmp_path, selfcheck=changed(made, tmp_path, "selfcheck", fail))
    open_parts = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    assert '<tr class="alarm">' in open_parts
    assert "gyroid" in open_parts
    assert "1 check FAILED" in open_parts
    assert re.search(r'<li class="alarm">\s*<strong>2 of 3</strong>', page)


def test_the_page_says_how_far_its_numbers_can_be_relied_on(made, tmp_path):
    """Size of a representative volume, sources of the errors, and the one volume whose estimators disagree."""
    page = written(made, tmp_path)
    section = page.split('<section id="describe"')[1].split("</section>")[0]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", section))
    assert "A volume of 2.7 µm gives specific surface, Sᵥ within ± 6.0 %; 1 % would need 8.9 µm." in text
    assert "place of the interface for 12" in text
    assert "1 volume of 18 flagged." in text
    assert '<tr class="alarm">' in section
    assert section.count("of the structure") >= 5
    calm = changed(made, tmp_path, "vois", lambda t: t.__setitem__("flags", ""))
    assert "In none of 18 volumes" in written(made, tmp_path, vois=calm)


def test_scores_without_truth_are_left_out_but_slices_are_shown(made):
    files = made.files | {"scores": []}
    results = Results(files, made.facts, {"truth": "nothing is known"})
    section = next(s for s in sections_of(results, OPTIONS) if s.name == "segment")
    assert [type(block).__name__ for block in section.blocks][:2] == ["Figure", "Note"]
    assert isinstance(section.blocks[1], Note)
    assert "nothing is known" in section.blocks[1].text


def test_caution_of_the_shap_table_is_shown(made, tmp_path):
    """An order of features that should not be trusted must say so on the page."""
    shap = changed(made, tmp_path, "shap", lambda t: t.__setitem__("caution", "too few specimens"))
    assert "Caution with the order of features in model Q: too few specimens." in written(made, tmp_path, shap=shap)


def test_page_in_another_folder_needs_no_figure_files(made, tmp_path):
    """The figures are in the page, not beside it."""
    shutil.copytree(made.root / "report" / "figures", tmp_path / "figures")
    figures = [str(tmp_path / "figures" / Path(path).name) for path in made.files["figures"]]
    page = written(made, tmp_path, figures=figures)
    assert str(tmp_path) not in page
