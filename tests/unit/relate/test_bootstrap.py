"""The bootstrap: were it wrong, coefficients, ranks and scores would look surer than they are."""

import numpy as np
import pytest

from porescope.relate.bootstrap import (
    percentile_interval,
    r_squared_interval,
    rank,
    rank_intervals,
    resample,
    sign_stability,
)
from porescope.relate.regression import fit_linear

SINGLE = np.arange(15).astype(str)


def test_one_resample_is_the_fit_of_what_was_drawn():
    # two groups of eight: a draw that holds both gives the fit of all, any other one group twice
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, 2)) * [1, 100] + 5, rng.normal(size=16)
    drawn = resample(x, y, np.repeat(["a", "b"], 8), 40, rng)
    fits = [fit_linear(x[rows], y[rows]) for rows in (slice(0, 16), slice(0, 8), slice(8, 16))]
    for coefficients, importance in zip(drawn.coefficients, drawn.importance):
        which = int(np.argmin([np.abs(coefficients - fit.coefficients).sum() for fit in fits]))
        np.testing.assert_allclose(coefficients, fits[which].coefficients, rtol=1e-8)
        rows = (slice(0, 16), slice(0, 8), slice(8, 16))[which]
        expected = np.abs(fits[which].slopes * (x[rows] - x[rows].mean(axis=0))).mean(axis=0)
        np.testing.assert_allclose(importance, expected, rtol=1e-8)


def test_whole_groups_are_drawn():
    # five groups of two equal members, two coefficients: never determined if fewer than two groups were drawn
    rng = np.random.default_rng(1)
    x = np.repeat(rng.normal(size=(2, 1)), 5, axis=0)
    drawn = resample(x, x[:, 0], np.repeat(["a", "b"], 5), 400, rng)
    assert 150 < len(drawn.coefficients) < 250, "half of all draws of two groups hold both"


def test_features_that_cancel_count_little_together():
    rng = np.random.default_rng(1)
    base = rng.normal(size=15)
    x = np.column_stack([base, base + 0.01 * rng.normal(size=15)])
    drawn = resample(x, 100 * (x[:, 0] - x[:, 1]), SINGLE, 200, rng, [[0, 1]])
    assert (drawn.grouped[:, 0] < 0.1 * drawn.importance[:, 0]).all()


def test_intervals_signs_and_ranks_say_what_is_sure():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(15, 3))
    y = x @ [3, 0.0, 1.5] + 0.5 * rng.normal(size=15)
    fit, drawn = fit_linear(x, y), resample(x, y, SINGLE, 500, rng)
    low, high = percentile_interval(drawn.coefficients, 500)
    assert low[1] < 3 < high[1]
    assert low[2] < 0 < high[2]
    stable = sign_stability(drawn.coefficients, fit.coefficients, 500)
    assert stable[1] > 0.99
    assert stable[2] < 0.99
    assert rank_intervals(drawn.importance, 500)[0] == "1-1"
    assert rank(np.array([0.1, 3.0, 0.2])).tolist() == [3, 1, 2]
    assert rank_intervals(drawn.importance[:100], 500) == ["", "", ""], "too few resamples give no interval"


def test_equal_drivers_have_an_open_rank():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(15, 2))
    drawn = resample(x, x.sum(axis=1) + 0.3 * rng.normal(size=15), SINGLE, 300, rng)
    assert rank_intervals(drawn.importance, 300) == ["1-2", "1-2"]


def test_interval_of_r_squared_holds_what_many_specimens_would_give():
    rng = np.random.default_rng(2)
    held = 0
    for _ in range(200):
        y = rng.normal(size=30)
        low, high = r_squared_interval(y, 0.4 * rng.normal(size=30), np.arange(30), 200, rng)
        held += low <= 1 - 0.16 <= high
    assert held / 200 > 0.85


def test_interval_of_a_score_that_is_unknown_is_unknown():
    y = np.arange(5.0)
    rng = np.random.default_rng(0)
    assert np.isnan(r_squared_interval(y, np.full(5, np.nan), np.arange(5), 100, rng)).all()
    assert np.isnan(r_squared_interval(y, y, np.array(list("aaabb")), 100, rng)).all()
    assert r_squared_interval(y, np.zeros(5), np.arange(5), 100, rng) == pytest.approx((1, 1))
