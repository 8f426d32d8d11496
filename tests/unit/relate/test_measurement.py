"""Errors of property and features: were they not carried, predictions would claim more than anyone measured."""

import numpy as np
import pytest

from porescope.relate.measurement import ErrorBudget, error_budget, reliability, target_errors
from porescope.relate.regression import fit_linear

SLOPES = np.array([2.0, -1.0])


def _draw(rng, n, x_error, y_error, scatter=0.5):
    true = rng.normal(size=(n, 2))
    y = 3 + true @ SLOPES + scatter * rng.normal(size=n) + y_error * rng.normal(size=n)
    return true + x_error * rng.normal(size=(n, 2)), y


@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_interval_holds_95_percent_of_new_measurements(factor):
    """Also of specimens whose descriptors are three times less certain than those of the training."""
    rng = np.random.default_rng(0)
    x_error, y_error, inside = 0.1, 0.3, 0
    for _ in range(1000):
        x, y = _draw(rng, 15, x_error, y_error)
        fit = fit_linear(x, y)
        budget = error_budget(fit, np.full((15, 2), x_error), np.full(15, y_error))
        new, measured = _draw(rng, 1, factor * x_error, y_error)
        half = budget.half_widths(
            fit.slopes, fit.leverage(new), np.full((1, 2), factor * x_error), np.array([y_error**2])
        )
        inside += abs(fit.predict(new)[0] - measured[0]) <= half[0]
    assert 0.935 <= inside / 1000 <= 0.965


def test_a_specimen_like_the_others_gets_the_textbook_interval():
    rng = np.random.default_rng(1)
    x, y = _draw(rng, 15, 0.1, 0.3)
    fit = fit_linear(x, y)
    textbook = error_budget(fit, np.zeros((15, 2)), np.full(15, np.nan))
    carried = error_budget(fit, np.full((15, 2), 0.1), np.full(15, 0.3))
    new, leverage = x[:1], fit.leverage(x[:1])
    expected = textbook.half_widths(fit.slopes, leverage, np.zeros((1, 2)), np.array([np.nan]))
    found = carried.half_widths(fit.slopes, leverage, np.full((1, 2), 0.1), np.array([np.nan]))
    np.testing.assert_allclose(found, expected)
    assert expected[0] == pytest.approx(2.1788 * np.sqrt(fit.variance * (1 + fit.leverage(new)[0])), rel=1e-4)


def test_errors_stated_larger_than_the_scatter_are_scaled_to_it():
    budget = ErrorBudget(residual=1.0, from_property=1.0, from_features=3.0, freedom=12)
    assert budget.share == 0.25
    assert budget.intrinsic == 0.0
    half = budget.half_widths(np.array([1.0]), np.array([0.0]), np.array([[np.sqrt(3)]]), np.array([np.nan]))
    assert half[0] == pytest.approx(2.1788, rel=1e-4), "a usual specimen has the scatter of the others"


def test_reliability_is_the_slope_that_errors_leave():
    """Attenuation: the fitted slope of a feature with error is the true one times the reliability."""
    rng = np.random.default_rng(2)
    true = rng.normal(size=20_000)
    x = true + 0.5 * rng.normal(size=20_000)
    share = reliability(x[:, None], np.full((20_000, 1), 0.5), np.ones(1))[0]
    assert share == pytest.approx(0.8, abs=0.01)
    assert np.polyfit(x, 3 * true, 1)[0] == pytest.approx(3 * share, rel=0.02)
    assert reliability(x[:, None], np.full((20_000, 1), 5.0), np.ones(1))[0] == 0


def test_relative_errors_become_errors_of_the_logarithm():
    assert target_errors(np.array([200.0]), np.array([6.0]), "log")[0] == pytest.approx(0.03)
    assert target_errors(np.array([200.0]), np.array([6.0]), "none")[0] == 6.0


def test_without_a_degree_of_freedom_no_interval():
    budget = ErrorBudget(residual=np.nan, from_property=0.0, from_features=0.0, freedom=0)
    assert np.isnan(budget.half_widths(np.ones(1), np.ones(1), np.zeros((1, 1)), np.array([np.nan]))).all()
