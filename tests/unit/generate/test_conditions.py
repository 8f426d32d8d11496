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


def test_vectors_hold_the_value_in_the_place_of_the_material_over_its_own_range():
    """-1, 0 and, outside the known temperatures, 2."""
    known = [Condition("B", 200.0), Condition("B", 400.0), Condition("A", 400.0), Condition("A", 300.0)]
    code = ConditionCode.of(known)
    vectors = code.encode([Condition("A", 300.0), Condition("B", 300.0), Condition("B", 500.0)])
    np.testing.assert_array_equal(vectors, [[1, -1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 2]])
    assert vectors.dtype == np.float32
    assert vectors.shape[1] == code.size
    assert [code.spans(Condition(material, 250.0)) for material in "AB"] == [False, True]


def test_one_temperature_is_the_middle():
    vectors = ConditionCode.of([Condition("A", 300.0)]).encode([Condition("A", 300.0)])
    assert vectors.tolist() == [[1.0, 0.0]]


def test_a_code_survives_json():
    code = ConditionCode("temperature_C", {"A": (175.0, 400.0), "B": (175.0, 300.0)})
    assert ConditionCode.from_json(code.to_json()) == code


def test_an_unknown_material_is_an_error():
    with pytest.raises(InputError, match=r"'C_300'.*A, B"):
        ConditionCode("temperature_C", {"A": (175.0, 400.0), "B": (175.0, 300.0)}).encode([Condition("C", 300.0)])
