"""Cross-validation: were it wrong, a useless model would look good."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from porescope.relate.regression import fit_linear
from porescope.relate.validation import kin, leave_out_operator, r_squared, rmse

SINGLE = np.array([f"s{i}" for i in range(15)])
GROUPED = np.array(["a", "a", "b", "c", "c", "c", *(f"s{i}" for i in range(9))])


def _data(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(15, 3)) * [100, 0.01, 1] + [1000, 0.02, 0]
    return x, x @ [0.01, 50, 2] + rng.normal(size=15)


def test_leave_one_out_residual_is_e_over_one_minus_h():
    x, y = _data()
    fit = fit_linear(x, y)
    np.testing.assert_allclose(
        leave_out_operator(fit.hat, SINGLE) @ y, fit.residuals / (1 - np.diag(fit.hat)), rtol=0, atol=1e-9
    )


@pytest.mark.parametrize("groups", [SINGLE, GROUPED])
def test_closed_form_equals_refitting_without_each_group(groups):
    # were a member left in training, its residual would shrink
    x, y = _data()
    pipeline = make_pipeline(StandardScaler(), LinearRegression())
    refitted = y - cross_val_predict(pipeline, x, y, groups=groups, cv=LeaveOneGroupOut())
    np.testing.assert_allclose(leave_out_operator(fit_linear(x, y).hat, groups) @ y, refitted, rtol=0, atol=1e-9)


def test_grouped_residuals_are_larger_than_leaking_ones():
    # twins share everything but the noise of the property: leaving one out while its twin trains is a leak
    rng = np.random.default_rng(3)
    x = np.repeat(rng.normal(size=(6, 3)), 2, axis=0)
    y = np.repeat(rng.normal(size=6), 2)
    hat = fit_linear(x + 1e-6 * rng.normal(size=x.shape), y).hat
    apart = leave_out_operator(hat, np.arange(12).astype(str)) @ y
    together = leave_out_operator(hat, np.repeat(np.arange(6), 2).astype(str)) @ y
    assert rmse(together) > 1.5 * rmse(apart)


def test_r_squared_of_left_out_residuals_is_one_minus_press_over_sst():
    x, y = _data()
    fit = fit_linear(x, y)
    press = np.sum((fit.residuals / (1 - np.diag(fit.hat))) ** 2)
    sst = np.sum((y - y.mean()) ** 2)
    assert r_squared(y, leave_out_operator(fit.hat, SINGLE) @ y) == pytest.approx(1 - press / sst, abs=1e-12)


def test_a_group_without_which_nothing_is_determined_is_nan():
    x = np.array([[0.0], [0.0], [0.0], [1.0]])  # without the last, the feature is constant
    y = np.array([1.0, 2.0, 3.0, 5.0])
    operator = leave_out_operator(fit_linear(x, y).hat, np.array(list("abcd")))
    assert np.isnan(operator @ y).tolist() == [False, False, False, True]


def test_materials_that_share_a_group_are_left_out_together():
    groups = np.array(["bar", "b", "bar", "d", "e"])
    materials = np.array(["X", "X", "Y", "Y", "Z"])
    assert kin(groups, materials).tolist() == ["X", "X", "X", "X", "Z"]
    assert kin(np.arange(5).astype(str), materials).tolist() == materials.tolist()


def test_scores_of_nothing_are_unknown():
    assert np.isnan(rmse(np.empty(0)))
    assert np.isnan(r_squared(np.array([3.0]), np.array([0.1])))
