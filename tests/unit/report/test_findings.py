"""Sentences computed from tables: each must say what the numbers say, and nothing else."""

import numpy as np
import pandas as pd
import pytest

from porescope.report import answers
from porescope.report.densities import density_check
from porescope.report.joint import Joint
from porescope.report.results import Results
from porescope.report.sections import describe, generate, relate, restore, segment
from porescope.report.tables import highlighted_model


def sample_table(rows: list[tuple[str, str, float, float, float]], descriptor: str = "relative_density"):
    """Rows (sample, material, temperature, mean, half width)."""
    return pd.DataFrame(
        {
            "sample": [r[0] for r in rows],
            "segmenter": "hybrid",
            "material": [r[1] for r in rows],
            "temperature_C": [r[2] for r in rows],
            "descriptor": descriptor,
            "unit": "",
            "mean": [r[3] for r in rows],
            "ci_low": [r[3] - r[4] for r in rows],
            "ci_high": [r[3] + r[4] for r in rows],
            "sd": 0.01,
            "n_voi": 8,
        }
    )


def results_of(*materials: str) -> Results:
    facts = [{"sample": m, "material": m, "temperature_C": 1.0, "source": "mask"} for m in materials]
    return Results({}, facts, {})


def test_copies_are_counted_over_all_conditions_and_chance_is_named():
    rows = [("ddpm", 3, 100, 0.01), ("ddpm", 5, 100, 0.03), ("cgan", 20, 100, 0.1), ("cgan", 0, 300, 0.1),
            ("planted", 19, 20, 0.5)]  # fmt: skip
    copies = pd.DataFrame(rows, columns=["origin", "n_near", "n_sections", "share_alike"])
    assert generate.copies_sentence(copies) == (
        "4.0 % of DDPM and 5.0 % of cGAN sections lie nearer to a training section than 95 % of unseen real sections "
        "do; 5 % would be chance. As near to another section of their own kind are 2.0 % of DDPM and 10.0 % of cGAN "
        "sections. Of copies planted on purpose 95.0 % are found."
    )


def test_trend_names_the_material_that_changes_most():
    table = sample_table([("a1", "A", 175, 0.5, 0.01), ("a2", "A", 400, 0.6, 0.01),
                          ("b1", "B", 175, 0.4, 0.01), ("b2", "B", 400, 0.7, 0.01)])  # fmt: skip
    text = describe.trend(table, "relative_density", results_of("A", "B"))
    assert text == ("Relative density rises most in B, from 0.4000 at 175 °C to 0.7000 at 400 °C (+0.300; A +0.100).")


def test_trend_admits_a_change_within_the_intervals():
    table = sample_table([("a1", "A", 175, 0.50, 0.05), ("a2", "A", 400, 0.52, 0.05)])
    text = describe.trend(table, "relative_density", results_of("A"))
    assert text.endswith("In A the change is within the intervals.")


def test_trend_without_a_second_temperature_gives_the_value_or_the_range():
    one = sample_table([("a1", "A", 175, 0.5, 0.01)])
    assert describe.trend(one, "relative_density", results_of("A")) == (
        "Relative density of a1 is 0.500 (0.490 to 0.510)."
    )
    two = sample_table([("a1", "A", 175, 0.5, 0.01), ("b1", "B", 175, 0.4, 0.01)])
    assert describe.trend(two, "relative_density", results_of("A", "B")) == (
        "Relative density runs from 0.400 (b1) to 0.500 (a1)."
    )


def test_infinite_values_take_no_part_in_a_trend():
    table = sample_table([("a1", "A", 175, np.inf, 0.01), ("a2", "A", 400, 1.02, 0.01)], "tortuosity")
    assert "is 1.020" in describe.trend(table, "tortuosity", results_of("A"))
    assert describe.remarks(table, ["tortuosity"]).startswith("Not defined, so not drawn: geodesic tortuosity")


def test_density_check_prefers_the_sheet_and_carries_its_error():
    table = sample_table([("a", "A", 175, 0.60, 0.01), ("b", "A", 200, 0.65, 0.01), ("c", "A", 225, 0.7, 0.01)])
    facts = [
        {"sample": "a", "material": "A", "density_reference": 0.62, "density_sd": 0.02},
        {"sample": "b", "material": "A", "density_reference": None, "density_sd": None},
        {"sample": "c", "material": "A", "density_reference": None, "density_sd": None},
    ]
    truths = [{"sample": "a", "true_relative_density": 0.1}, {"sample": "b", "true_relative_density": 0.67}]
    check = density_check(table, truths, facts).set_index("sample")
    assert list(check.index) == ["a", "b"]
    assert check.loc["a", "difference"] == pytest.approx(-0.02)
    assert check.loc["a", "above"] == pytest.approx(np.hypot(0.01, 1.96 * 0.02))
    assert check.loc["a", "agrees"]
    assert not check.loc["b", "agrees"]
    assert "1 of 2 agree" in describe.check_sentence(check)


def test_segmenters_are_ranked_on_what_no_training_saw():
    rows = [("cta", "train", 0.99), ("cta", "held_out_slab", 0.90), ("unet_hybrid", "held_out_slab", 0.95)]
    scores = pd.DataFrame(rows, columns=["segmenter", "split", "accuracy"])
    assert segment.ranking(segment.unseen(scores), "accuracy") == (
        "On slices that no training saw, unet_hybrid reaches a mean accuracy of 0.950, against cta 0.900."
    )
    seen = scores[scores["split"] == "train"]
    assert segment.ranking(segment.unseen(seen), "accuracy").startswith("On slices seen in training, cta")


def test_generators_are_compared_without_favour():
    rows = [("ddpm", "A", 0.4), ("cgan", "A", 0.6), ("ddpm", "B", 0.9), ("cgan", "B", 0.5)]
    scores = pd.DataFrame(rows, columns=["generator", "material", "r2"]).assign(descriptor="average")
    text = generate.winner_sentence(scores, results_of("A", "B"))
    assert "better than cGAN for 1 of 2 materials" in text
    assert "A 0.40 against 0.60" in text


def test_a_model_that_could_not_be_fitted_says_why():
    row = pd.Series({"model": "Q", "r2_train": np.nan, "reason": "fewer specimens than coefficients"})
    assert relate.score_sentence(row, "S/cm") == "Model Q could not be fitted: fewer specimens than coefficients."


COEFFICIENT = {
    "model": "Q",
    "feature": "alpha",
    "coefficient": -500.0,
    "ci_low": -700.0,
    "ci_high": -300.0,
    "sign_stability": 1.0,
    "feature_sd": 0.1,
    "vif": 2.0,
}
ROW = {"model": "Q", "r2_loocv": 0.9, "transform": "none"}


def advice(row: dict | None = None, **changes: float) -> str:
    """What to change according to one coefficient."""
    return answers.change(ROW | (row or {}), pd.DataFrame([COEFFICIENT | changes]), "S/cm", "conductivity")


def test_advice_has_direction_size_and_interval():
    assert advice().startswith(
        "Lower Bruggeman exponent α: by 0.10 (its usual difference between specimens), others as they are, it goes "
        "with 50 S/cm more conductivity (95 %: 30 to 70)."
    )
    assert "49 % more conductivity" in advice({"transform": "log"}, coefficient=4.0, ci_low=3.0, ci_high=5.0)


@pytest.mark.parametrize("doubt", [{"ci_high": 10.0}, {"sign_stability": 0.9}, {"vif": 40.0}])
def test_no_advice_where_the_data_do_not_tell_the_direction(doubt):
    """An interval across 0, a sign that turns with the specimens, a feature that another one repeats."""
    assert "No single feature of model Q has a sure effect" in advice(**doubt)


def test_no_advice_from_a_model_that_does_not_predict():
    assert advice({"r2_loocv": 0.2}) == answers.change(ROW | {"r2_loocv": np.nan}, pd.DataFrame(), "", "")
    assert advice({"r2_loocv": 0.2}).startswith("No advice")


def test_entangled_features_are_named_together():
    groups = pd.DataFrame(
        [
            {"model": "Q", "group": "alpha + beta", "mean_abs_shap": 30.0, "rank": 1},
            {"model": "Q", "group": "relative_density", "mean_abs_shap": 5.0, "rank": 2},
        ]
    )
    coefficients = pd.DataFrame([COEFFICIENT | {"feature": "relative_density"}])
    text = answers.drives(ROW, groups, coefficients, "S/cm", "conductivity")
    assert "most of all Bruggeman exponent α and curvature ratio β together (they rise and fall together" in text
    assert "Then relative density D (more of it goes with less conductivity): ± 5.0 S/cm" in text


def test_luck_is_told():
    row = ROW | {"r2_loocv_low": 0.8, "r2_loocv_high": 0.95, "p_corrected": 0.3, "reason": ""}
    selection = {"compared": ["A", "Q"], "best": "Q", "r2_best": 0.9, "r2_nested": 0.4}
    shap = pd.DataFrame([{"model": "Q", "rank_ci": "1-1"}, {"model": "Q", "rank_ci": "2-3"}])
    text = answers.sureness(row, selection, shap)
    assert "30 % of shuffles of the property: it may be chance." in text
    assert "keeps R² = 0.40 when the choice itself is tested" in text
    assert "The order holds for 1 of 2 features" in text


def test_a_property_that_spans_decades_calls_for_its_logarithm(tmp_path):
    table = tmp_path / "properties.csv"
    pd.DataFrame({"property": [2.0, 280.0]}).to_csv(table, index=False)
    results = Results({"properties": str(table)}, [], {})
    (note,) = relate.span_note(results, "none")
    assert "spans a factor of 140" in note.text
    assert relate.span_note(results, "log") == []


def test_a_poor_model_is_not_relied_on():
    groups = pd.DataFrame([{"model": "Q", "group": "alpha", "mean_abs_shap": 30.0, "rank": 1}])
    text = answers.drives(ROW | {"r2_loocv": 0.1}, groups, pd.DataFrame([COEFFICIENT]), "S/cm", "conductivity")
    assert text.startswith("Not to be relied on")


def test_what_is_lost_beside_the_geometry_is_told():
    physics = pd.DataFrame({"sample": ["a", "b", "c"], "lost_share": [0.75, 0.2, np.nan]})
    text = relate.physics_sentence(physics, "conductivity")
    assert "is 25 % (a) to 80 % (b) of what the geometry alone would let through" in text
    assert relate.physics_sentence(physics.iloc[2:], "conductivity") == ""


def test_highlighted_model_falls_back_to_the_best():
    models = pd.DataFrame({"model": ["A", "B"], "r2_train": [0.9, 0.9], "r2_loocv": [0.5, 0.8]})
    assert highlighted_model(models, "A") == "A"
    assert highlighted_model(models, "Q") == "B"


def test_drift_is_measured_from_the_middle_slice():
    assert restore.drift_px({"shift_px": [[0, 0], [3, 4], [3, 4]]}) == pytest.approx(5)
    assert np.isnan(restore.drift_px({}))


def test_saddle_share_counts_a_bin_across_zero_by_its_part():
    joint = Joint(np.array([[1.0], [2.0], [1.0]]), np.array([-3.0, -1.0, 1.0, 3.0]), np.array([-1.0, 1.0]))
    assert joint.saddle_share == pytest.approx(0.5)
    assert joint.mean == pytest.approx((0.0, 0.0))
    assert np.isnan(joint._replace(area=np.zeros((3, 1))).saddle_share)


def test_density_of_a_histogram_integrates_to_one():
    joint = Joint(np.array([[1.0, 3.0], [2.0, 2.0]]), np.array([-4.0, 0.0, 1.0]), np.array([-1.0, 0.0, 3.0]))
    cells = np.outer([4.0, 1.0], [1.0, 3.0])
    assert (joint.density * cells).sum() == pytest.approx(1)
