"""Figures: that they are drawn for hard cases, are the same twice, and show what they claim."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from porescope.report.curvature import shared_window
from porescope.report.descriptors import descriptor_figure
from porescope.report.generated import gallery_figure, read_gallery, spread
from porescope.report.joint import Joint, read_joints
from porescope.report.models import plot_models
from porescope.report.pictures import nice_length
from porescope.report.segmentation import central_window, pore_jaccard, score_figure, slice_tiles
from porescope.report.style import axis_label, house_style, material_look, plain, save
from porescope.volume import Spacing, Volume


def test_every_figure_is_there_and_not_empty(made):
    assert len(made.files["figures"]) == 56
    assert all(Path(path).stat().st_size > 3000 for path in made.files["figures"])


def test_svg_loads_nothing_and_has_no_date(made):
    for path in (Path(p) for p in made.files["figures"] if p.endswith(".svg")):
        text = path.read_text(encoding="utf-8")
        assert "<dc:date>" not in text
        assert 'href="http' not in text


def test_the_same_figure_has_the_same_bytes(made, tmp_path):
    """Else a rerun would change every hash of the provenance."""
    table = pd.read_csv(made.files["samples"])
    with house_style():
        for name in ("a.svg", "b.svg"):
            save(descriptor_figure(table, "tortuosity", ["HPA", "HPB", "NPC"]), tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_missing_values_and_intervals_are_drawn_around(made, tmp_path, bad):
    table = pd.read_csv(made.files["samples"])
    table.loc[table["sample"] == "HPA_175", ["mean", "ci_low", "ci_high"]] = bad
    table.loc[table["material"] == "NPC", ["ci_low", "ci_high"]] = np.nan
    with house_style():
        save(descriptor_figure(table, "relative_density", ["HPA", "HPB", "NPC"]), tmp_path / "a.svg")
        empty = table.assign(mean=bad)
        save(descriptor_figure(empty, "relative_density", ["HPA", "HPB", "NPC"]), tmp_path / "b.svg")
    assert (tmp_path / "a.svg").stat().st_size > (tmp_path / "b.svg").stat().st_size > 0


def test_one_specimen_is_enough_for_a_figure(made, tmp_path):
    table = pd.read_csv(made.files["samples"])
    with house_style():
        one = table[table["sample"] == "HPA_175"]
        save(descriptor_figure(one, "relative_density", ["HPA"]), tmp_path / "a.svg")
    assert "HPA" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_text_from_a_sheet_is_never_mathematics(made, tmp_path):
    """'$' in a property's name or unit would else be parsed, and fail on what is no formula."""
    assert axis_label("cost", "$/kg_{") == r"cost (\$/kg_{)"
    assert plain("a$b") == r"a\$b"
    figures = [Path(path).stem for path in made.files["figures"] if Path(path).stem.startswith("models__")]
    outputs = {name.removeprefix("models__"): str(tmp_path / f"{name}.svg") for name in figures}
    hostile = r"<b>$\frac{</b>"
    plot_models(made.drawn, "Q", hostile, ["HPA", "HPB", "NPC"], outputs)
    assert "<b>" not in Path(outputs["property"]).read_text(encoding="utf-8")


def test_models_without_any_usable_specimen_are_drawn_empty(made, tmp_path):
    """A campaign whose features are all undefined still gets its report."""
    empty = {"predictions": 0, "coefficients": 0, "shap": 0, "values": 0, "physics": 0}
    tables = dict(made.drawn)
    for name in empty:
        pd.read_csv(tables[name]).iloc[:0].to_csv(tmp_path / f"{name}.csv", index=False)
        tables[name] = str(tmp_path / f"{name}.csv")
    models = pd.read_csv(tables["models"])
    models.loc[:, [c for c in models if c.startswith(("r2", "rmse_l", "rmse_t"))]] = np.nan
    models.to_csv(tmp_path / "models.csv", index=False)
    (tmp_path / "selection.json").write_text('{"compared": [], "best": null}')
    tables |= {"models": str(tmp_path / "models.csv"), "selection": str(tmp_path / "selection.json")}
    figures = [Path(path).stem for path in made.files["figures"] if Path(path).stem.startswith("models__")]
    outputs = {name.removeprefix("models__"): str(tmp_path / f"{name}.svg") for name in figures}
    plot_models(tables, "Q", "conductivity", ["HPA", "HPB", "NPC"], outputs)
    assert all(Path(path).stat().st_size > 1000 for path in outputs.values())


def test_a_material_looks_the_same_whatever_else_is_drawn():
    assert material_look(["A", "B", "C"])["B"] == material_look(["A", "B"])["B"]
    assert len({look["color"] for look in material_look("ABCDEFGH").values()}) == 8


def test_scores_without_a_value_are_drawn(made):
    table = pd.read_csv(made.files["scores"])
    figure = score_figure(table.assign(recall_shine_through=np.nan), "recall_shine_through")
    assert figure.axes[0].get_yticklabels()


class Known:
    """Truth of one slice."""

    def __init__(self, z: int, classes: np.ndarray) -> None:
        self.z, self.classes = z, classes

    def read(self, slab: slice) -> dict[int, np.ndarray]:
        return {self.z: self.classes} if slab.start <= self.z < slab.stop else {}


def test_the_slice_of_known_phases_is_shown():
    """Manual labels exist for some slices only: a picture of another slice could not be compared."""
    grey = np.arange(7)[:, None, None] * np.ones((7, 4, 6))
    volume = Volume(grey, Spacing(1, 1, 1))
    truth = np.full((4, 6), 255, np.uint8)
    truth[:, :3] = 1
    tiles = slice_tiles(volume, Known(6, truth), {"cta": Volume(np.ones((7, 4, 6)), volume.spacing)}, 100)
    assert [tile.title for tile in tiles] == ["restored, slice 6", "truth", "cta, Jaccard 1.000"]
    assert (tiles[0].image == 6).all()
    without = slice_tiles(volume, None, {}, 100)
    assert [tile.title for tile in without] == ["restored, slice 3"]


def test_window_is_central_and_keeps_proportions():
    assert central_window((640, 1120), 320) == (slice(228, 411), slice(400, 720))
    assert central_window((100, 50), 320) == (slice(0, 100), slice(0, 50))


def test_jaccard_counts_both_pore_classes_and_skips_the_unknown():
    truth = np.array([0, 1, 2, 255, 0])
    assert pore_jaccard(np.array([0, 2, 0, 1, 1]), truth) == pytest.approx(1 / 3)
    assert np.isnan(pore_jaccard(np.zeros(5), np.zeros(5)))


@pytest.mark.parametrize(("wanted", "length"), [(1.4, 1.0), (0.9, 0.5), (7, 5), (20, 20)])
def test_scale_bars_have_round_lengths(wanted, length):
    assert nice_length(wanted) == pytest.approx(length)


def test_shared_window_holds_the_bulk_and_zero():
    edges = np.linspace(-100, 0, 101)
    area = np.zeros((100, 10))
    area[50:60] = 1
    window = shared_window([Joint(area, edges, np.linspace(-5, 5, 11))])
    assert window[2] == pytest.approx(-50, abs=0.5)
    assert window[3] > 0
    assert shared_window([])[0] < 0 < shared_window([])[1]


def test_gallery_shows_no_section_that_a_network_saw(tmp_path):
    """Else a memorised training section would look like generalisation."""
    np.savez(
        tmp_path / "real.npz",
        solid=np.stack([np.zeros((4, 4)), np.ones((4, 4)), np.ones((4, 4))]),
        material=np.array(["A", "A", "A"]),
        temperature_C=np.array([175.0, 175.0, 175.0]),
        split=np.array(["train", "held_out", "held_out"]),
    )
    gallery = read_gallery(str(tmp_path / "real.npz"), {}, 1)
    assert gallery["A", 175.0, "real"].shape == (1, 4, 4)
    assert gallery["A", 175.0, "real"].all()
    gallery_figure(gallery, "A", 1)


def test_spread_takes_items_from_all_over():
    assert spread(9, 1).tolist() == [4]
    assert spread(2, 4).tolist() == [0, 1]
    assert spread(0, 3).size == 0


def test_a_specimen_without_a_voi_has_no_curvature_distribution(tmp_path):
    """Stage describe stores no histogram where no VOI fits into the stack; the figure must do without."""
    np.savez(tmp_path / "thin.npz", octants=np.zeros((0, 1)))
    edges = np.linspace(-1, 1, 5)
    np.savez(tmp_path / "thick.npz", gm_histogram=np.ones((4, 4)), gm_G_edges=edges, gm_M_edges=edges)
    joints = read_joints([tmp_path / "thin.npz", tmp_path / "thick.npz"])
    assert list(joints) == ["thick"]
    assert joints["thick"].saddle_share == pytest.approx(0.5)
