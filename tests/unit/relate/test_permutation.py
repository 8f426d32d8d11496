"""Permutation nulls: were they wrong, luck would be called a law."""

import numpy as np
import pytest
from scipy import stats

from porescope.relate.permutation import Candidate, permutation_null, shuffles
from porescope.relate.validation import leave_out_operator

SINGLE = np.array([f"s{i}" for i in range(15)])
GROUPED = np.array(["a", "a", "b", "c", "c", "c", *(f"s{i}" for i in range(9))])
ALL = np.arange(15)


def hat_of(x: np.ndarray) -> np.ndarray:
    q = np.linalg.qr(np.column_stack([np.ones(len(x)), x]))[0]
    return q @ q.T


def candidate(x: np.ndarray, groups: np.ndarray = SINGLE, places: np.ndarray = ALL) -> Candidate:
    return Candidate(places, leave_out_operator(hat_of(x), groups[places]))


@pytest.mark.parametrize("groups", [SINGLE, GROUPED])
def test_p_is_uniform_where_the_features_say_nothing(groups):
    rng = np.random.default_rng(11)
    values = []
    for _ in range(400):
        x, y = rng.normal(size=(15, 3)), rng.normal(size=15)
        values.append(permutation_null([candidate(x, groups)], y, groups, 99, rng).p[0])
    assert stats.kstest(values, "uniform").pvalue > 0.01
    assert 0.02 < np.mean(np.array(values) <= 0.05) < 0.085


def test_p_of_a_strong_relation_is_the_smallest_it_can_be_even_as_one_of_many():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(15, 4))
    null = permutation_null(
        [candidate(x[:, :2]), candidate(x[:, 2:])], x @ [1, 2, 0, 0], SINGLE, 999, np.random.default_rng(0)
    )
    assert null.p[0] == null.p_corrected[0] == pytest.approx(1 / 1000)
    assert null.p_corrected[1] >= null.p[1]


def test_a_models_p_does_not_depend_on_its_neighbours():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(15, 4)), rng.normal(size=15)
    alone = permutation_null([candidate(x[:, :2])], y, SINGLE, 199, np.random.default_rng(1))
    beside = permutation_null([candidate(x[:, 2:]), candidate(x[:, :2])], y, SINGLE, 199, np.random.default_rng(1))
    assert beside.p[1] == alone.p[0]
    other = permutation_null([candidate(x[:, :2])], y, SINGLE, 199, np.random.default_rng(2))
    assert other.p[0] != alone.p[0]


def test_a_model_over_fewer_specimens_is_judged_on_its_own():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(15, 1))
    places = np.arange(3, 15)
    null = permutation_null([candidate(x[places], places=places)], 2 * x[:, 0], SINGLE, 199, rng)
    assert null.p[0] == pytest.approx(1 / 200)


def test_a_model_that_cannot_be_cross_validated_has_no_p():
    x = np.array([[0.0], [0.0], [0.0], [1.0]])  # without the last, the feature is constant
    groups = np.array(list("abcd"))
    undetermined = Candidate(np.arange(4), leave_out_operator(hat_of(x), groups))
    null = permutation_null([undetermined], np.arange(4.0), groups, 99, np.random.default_rng(0))
    assert np.isnan(null.p).all()
    assert len(null.best) == 0


def test_shuffles_keep_groups_together():
    order = shuffles(GROUPED, 200, np.random.default_rng(5))
    assert all(sorted(row) == list(range(15)) for row in order)
    assert all(len({GROUPED[i] for i in row[GROUPED == "c"]}) == 1 for row in order)
    assert len(np.unique(order, axis=0)) > 190
