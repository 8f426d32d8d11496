"""Verdicts in plain words: were they too kind, a useless model would be used."""

import numpy as np
import pytest

from porescope.relate.clusters import clusters_of
from porescope.relate.regression import fit_linear
from porescope.relate.scoring import MODEL_COLUMNS
from porescope.relate.verdict import bent_p, linear_range, verdict

GOOD = dict.fromkeys(MODEL_COLUMNS, np.nan) | {
    "model": "M",
    "estimator": "least_squares",
    "n_train": 15,
    "n_test": 3,
    "r2_train": 0.97,
    "r2_loocv": 0.94,
    "rmse_loocv": 12.34,
    "rmse_unit": "S/cm",
    "r2_material": 0.2,
    "p_corrected": 0.001,
    "p_bent": 0.4,
    "linear_from": 10.0,
    "linear_to": 12345.0,
    "linear_n": 15,
    "reason": "",
}
LAW = {"model": "bruggeman", "r2_loocv": 0.5}


def test_a_good_model_is_praised_no_further_than_it_goes():
    text = verdict(GOOD, LAW, 2)
    assert "Predicts left-out specimens well (R² 0.94, error 12.3 S/cm)." in text
    assert "Linear over the whole range, 10 to 12,300." in text
    assert "Does not carry over to a material it has not seen (R² 0.20): there it extrapolates." in text
    assert "Better than every physical law of one line (the best, bruggeman: R² 0.50)." in text
    assert "2 of 3 test specimens lie outside" in text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"p_corrected": 0.3}, "No better than chance on left-out specimens (R² 0.94, p 0.3 as one of those tried)."),
        ({"r2_loocv": -0.2}, "No better than chance"),
        ({"r2_loocv": 0.3}, "The one-line law bruggeman does as well or better (R² 0.50)."),
        ({"p_bent": 0.01}, "Its residuals bend"),
        ({"linear_to": 200.0, "linear_n": 9}, "Linear from 10 to 200 only (9 of 15 specimens)"),
        ({"linear_from": np.nan}, "Linear over no range"),
        ({"r2_loocv": np.nan, "reason": "too few"}, "Not tested, so not to be trusted: too few."),
        ({"r2_train": np.nan, "reason": "too few"}, "Not fitted: too few."),
    ],
)
def test_faults_are_told(change, expected):
    assert expected in verdict(GOOD | change, LAW, 0)


def test_the_linear_range_ends_where_predictions_leave_the_line():
    y = np.linspace(0, 100, 21)
    residuals = np.where(y > 60, 30.0, 1.0)
    residuals[4] = 50.0  # one bad specimen is scatter
    low, high, count = linear_range(y, residuals)
    assert (low, count) == (0.0, 13)
    assert high == 60.0
    assert np.isnan(linear_range(y, np.full(21, 30.0))[0])
    assert linear_range(y[:2], np.zeros(2))[2] == 0


def test_a_bend_is_seen_and_scatter_is_not():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 3, size=(15, 1))
    hat = fit_linear(x, x[:, 0]).hat
    assert bent_p(hat, np.exp(x[:, 0])) < 1e-3
    values = [bent_p(hat, 2 * x[:, 0] + rng.normal(size=15)) for _ in range(500)]
    assert 0.02 < np.mean(np.array(values) < 0.05) < 0.08
    assert np.isnan(bent_p(fit_linear(x[:2], x[:2, 0]).hat, x[:2, 0]))


def test_clusters_hold_only_features_that_all_correlate():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 200))
    x = np.column_stack([a, b, -a + 0.2 * b, (a + b) / np.sqrt(2)])  # the last correlates with each by 0.7
    assert clusters_of(x) == [[0, 2], [1], [3]]
    assert clusters_of(x[:, :1]) == [[0]]
    assert clusters_of(np.column_stack([a, np.ones(200)])) == [[0], [1]]
