"""If these fail, networks are told of another condition than the one that is meant."""

import numpy as np
import pytest

from porescope.errors import InputError
from porescope.generate.conditions import Condition, ConditionCode, parse_condition


@pytest.mark.parametrize("condition", [Condition("NPC", 300.0), Condition("a-b", 212.5), Condition("x", -20.0)])
def test_names_and_conditions_correspond(condition):
    assert parse_condition(condition.name) == condition


def test_a_name_without_temperature_is_an_error():
    with pytest.raises(InputError, match=r"'NPC'.*NPC_300"):
        parse_condition("NPC")


def test_vectors_are_one_hot_and_a_temperature_between_minus_one_and_one():
    code = ConditionCode.of([Condition("B", 200.0), Condition("A", 400.0), Condition("A", 300.0)])
    vectors = code.encode([Condition("A", 200.0), Condition("B", 300.0), Condition("B", 500.0)])
    np.testing.assert_array_equal(vectors, [[1, 0, -1], [0, 1, 0], [0, 1, 2]])
    assert vectors.dtype == np.float32
    assert code.size == 3


def test_one_temperature_is_written_as_zero():
    assert ConditionCode.of([Condition("A", 300.0)]).encode([Condition("A", 300.0)]).tolist() == [[1.0, 0.0]]


def test_a_code_survives_json():
    code = ConditionCode(("A", "B"), 175.0, 400.0)
    assert ConditionCode.from_json(code.to_json()) == code


def test_an_unknown_material_is_an_error():
    with pytest.raises(InputError, match=r"'C_300'.*A, B"):
        ConditionCode(("A", "B"), 175.0, 400.0).encode([Condition("C", 300.0)])
