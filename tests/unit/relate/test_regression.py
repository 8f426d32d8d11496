"""The regression itself: coefficients, intervals and variance inflation against known answers."""

import numpy as np
import pytest
import sklearn
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import variance_inflation_factor

from porescope.relate.regression import (
    fit_linear,
    from_target,
    obstacle,
    to_target,
)

SCALES = np.array([100.0, 0.01, 1.0])  # features of very different units


def _data(n: int = 15, noise: float = 0.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)) * SCALES + 5 * SCALES
    y = 7.0 + x @ np.array([0.02, -300.0, 4.0]) + noise * rng.normal(size=n)
    return x, y


def test_noiseless_coefficients_are_recovered_in_the_features_own_units():
    fit = fit_linear(*_data())
    np.testing.assert_allclose(fit.coefficients, [7.0, 0.02, -300.0, 4.0], rtol=1e-9)


def test_standard_errors_and_intervals_are_those_of_ordinary_least_squares():
    x, y = _data(noise=1.0)
    fit = fit_linear(x, y)
    peer = sm.OLS(y, sm.add_constant(x)).fit()
    np.testing.assert_allclose(fit.standard_errors, peer.bse, rtol=1e-9)
    low, high = peer.conf_int(0.05).T
    np.testing.assert_allclose(fit.coefficients - fit.half_widths, low, rtol=1e-9)
    np.testing.assert_allclose(fit.coefficients + fit.half_widths, high, rtol=1e-9)
    np.testing.assert_allclose(np.diag(fit.hat), peer.get_influence().hat_matrix_diag)
    np.testing.assert_allclose(fit.hat @ y, peer.fittedvalues)


def test_intervals_hold_the_true_coefficients_in_95_percent_of_draws():
    """5000 draws of noise about the same 15 specimens."""
    x, _ = _data()
    true = np.array([7.0, 0.02, -300.0, 4.0])
    rng = np.random.default_rng(1)
    inside = np.zeros(4)
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):  # for speed
        for _ in range(5000):
            fit = fit_linear(x, true[0] + x @ true[1:] + rng.normal(size=15))
            inside += np.abs(fit.coefficients - true) <= fit.half_widths
    assert ((inside / 5000 >= 0.94) & (inside / 5000 <= 0.96)).all(), inside / 5000


def test_condition_number_and_leverage_of_known_designs():
    basis = np.array([[1, 1, -1, -1], [1, -1, 1, -1]], dtype=float).T
    assert fit_linear(basis, np.arange(4.0)).condition == pytest.approx(1)
    r = 0.8
    tilted = np.column_stack([basis[:, 0], r * basis[:, 0] + np.sqrt(1 - r**2) * basis[:, 1]])
    assert fit_linear(tilted, np.arange(4.0)).condition == pytest.approx(np.sqrt((1 + r) / (1 - r)))
    x, y = _data()
    fit = fit_linear(x, y)
    np.testing.assert_allclose(fit.leverage(x), np.diag(fit.hat))
    assert fit.leverage(x.mean(axis=0)[None])[0] == pytest.approx(1 / 15)


def test_standardised_coefficient_is_the_correlation_for_one_feature():
    x, y = _data(noise=2.0)
    fit = fit_linear(x[:, :1], y)
    assert fit.standardised[0] == pytest.approx(np.corrcoef(x[:, 0], y)[0, 1])


def test_interval_is_unknown_without_a_degree_of_freedom():
    fit = fit_linear(*_data(n=4))
    assert np.isnan(fit.half_widths).all()


def test_variance_inflation_of_a_known_correlation():
    # two centred features with correlation r have 1 / (1 - r^2); the orthogonal third has 1
    basis = np.array([[1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]], dtype=float)
    r = 0.8
    x = np.column_stack([basis[0], r * basis[0] + np.sqrt(1 - r**2) * basis[1], basis[2]])
    np.testing.assert_allclose(fit_linear(x, np.arange(4.0)).vif, [1 / (1 - r**2), 1 / (1 - r**2), 1.0])


def test_variance_inflation_is_that_of_regressing_each_feature_on_the_others():
    x, y = _data()
    x[:, 2] += x[:, 0] / 60
    expected = [variance_inflation_factor(sm.add_constant(x), j) for j in (1, 2, 3)]
    np.testing.assert_allclose(fit_linear(x, y).vif, expected)
    assert fit_linear(x[:, :1], y).vif == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda x, y: (x[:3], y[:3]), "3 usable training specimens are fewer than the 4 coefficients"),
        (lambda x, y: (x * [1, 0, 1] + [0, 1.02, 0], y), "b is the same for all 15 training specimens"),
        (lambda x, y: (np.c_[x[:, :2], x[:, 0] + 1000 * x[:, 1]], y), "the features are linearly dependent"),
        (lambda x, y: (x, 0 * y + 3.0), "the property is the same for all 15 training specimens"),
        (lambda x, y: (x[:0], y[:0]), "0 usable training specimens are fewer than the 4 coefficients"),
    ],
)
def test_what_cannot_be_fitted_is_named(change, reason):
    assert obstacle(*change(*_data()), ("a", "b", "c")) == reason


def test_what_can_be_fitted_is_not_refused_for_its_units():
    x, y = _data()
    assert obstacle(x * 1e-9, y, ("a", "b", "c")) == ""


def test_log_target_comes_back():
    values = np.array([2.3, 78.2])
    np.testing.assert_allclose(from_target(to_target(values, "log"), "log"), values)
    np.testing.assert_allclose(to_target(values, "none"), values)
