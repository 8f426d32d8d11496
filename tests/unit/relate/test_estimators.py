"""Rivals of least squares: were they tuned on what they predict, they would always win."""

import numpy as np
import pytest

from porescope.relate.estimators import fit_rival, linear_slopes

SINGLE = np.arange(20).astype(str)


def _data(noise: float, seed: int = 0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(20, 8)) * 10.0 ** np.arange(-3, 5)
    return x, x[:, 0] * 1e3 - 2 * x[:, 1] * 1e2 + noise * rng.normal(size=20)


@pytest.mark.parametrize("kind", ["ridge", "elastic_net"])
def test_penalised_models_recover_a_law_and_do_not_follow_noise(kind):
    x, y = _data(0.01)
    fit = fit_rival(kind, x, y, SINGLE)
    np.testing.assert_allclose(linear_slopes(fit)[:2], [1e3, -2e2], rtol=0.05)
    rng = np.random.default_rng(5)
    pure = rng.normal(size=20)
    shrunk = fit_rival(kind, x, pure, SINGLE).predict(x)
    assert np.var(shrunk) < 0.5 * np.var(pure), "of pure noise little is learnt"


def test_units_do_not_matter():
    x, y = _data(1.0)
    one, other = fit_rival("ridge", x, y, SINGLE), fit_rival("ridge", x * 1e6, y * 10, SINGLE)
    np.testing.assert_allclose(10 * one.predict(x), other.predict(x * 1e6))


def test_a_gaussian_process_bends_where_a_line_cannot():
    x = np.linspace(-2, 2, 15)[:, None]
    fit = fit_rival("gaussian_process", x, x[:, 0] ** 2, np.arange(15).astype(str))
    assert fit.predict(np.array([[0.1], [1.5]])) == pytest.approx([0.01, 2.25], abs=0.1)
    assert linear_slopes(fit) is None


def test_more_features_than_specimens_are_no_obstacle():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 9)), rng.normal(size=6)
    for kind in ("ridge", "elastic_net", "gaussian_process"):
        assert np.isfinite(fit_rival(kind, x, y, np.arange(6).astype(str)).predict(x)).all()


def test_twins_do_not_choose_the_penalty():
    """Equal specimens on both sides of the tuning would say that no penalty is needed."""
    rng = np.random.default_rng(0)
    x, y = np.repeat(rng.normal(size=(8, 6)), 3, axis=0), np.repeat(rng.normal(size=8), 3)
    apart = fit_rival("ridge", x, y, np.arange(24).astype(str)).predict(x)
    together = fit_rival("ridge", x, y, np.repeat(np.arange(8), 3).astype(str)).predict(x)
    assert np.var(together) < np.var(apart)
