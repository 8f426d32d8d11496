"""Sentences computed from tables: each must say what the numbers say, and nothing else."""

import numpy as np
import pandas as pd
import pytest

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
