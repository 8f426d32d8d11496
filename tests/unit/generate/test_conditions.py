"""If these fail, networks are told of another condition than the one that is meant."""

import json

import numpy as np
import pytest

from porescope.errors import InputError
from porescope.generate.conditions import MOST_KNOTS, Condition, ConditionCode, parse_condition


@pytest.mark.parametrize("condition", [Condition("NPC", 300.0), Condition("a-b", 212.5), Condition("x", -20.0)])
def test_names_and_conditions_correspond(condition):
    assert parse_condition(condition.name) == condition


def test_a_name_without_temperature_is_an_error():
    with pytest.raises(InputError, match=r"'NPC'.*NPC_300"):
        parse_condition("NPC")


def test_a_known_value_has_a_place_of_its_own_and_others_lie_on_the_line_between_two():
    """Of A the value and places for 300 and 400, of B for 200, 250, 400. Beyond the last the same line goes on."""
    known = [Condition("B", 400.0), Condition("B", 200.0), Condition("B", 250.0), Condition("B", 200.0)]
    code = ConditionCode.of([*known, Condition("A", 400.0), Condition("A", 300.0)])
    conditions = [("A", 300.0), ("B", 250.0), ("B", 325.0), ("B", 475.0), ("A", 290.0)]
    vectors = code.encode([Condition(*condition) for condition in conditions])
    expected = [
        [-1, 1, 0, 0, 0, 0, 0],
        [0, 0, 0, -0.5, 0, 1, 0],
        [0, 0, 0, 0.25, 0, 0.5, 0.5],
        [0, 0, 0, 1.75, 0, -0.5, 1.5],
        [-1.2, 1.1, -0.1, 0, 0, 0, 0],
    ]
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    assert vectors.dtype == np.float32
    assert vectors.shape[1] == code.size
    assert [code.spans(Condition(material, 250.0)) for material in "AB"] == [False, True]


def test_many_values_share_a_few_places_and_keep_their_range():
    values = np.random.default_rng(1).uniform(0.3, 0.7, 500)
    code = ConditionCode.of([Condition("A", float(value), "relative_density") for value in values])
    assert code.size == 1 + MOST_KNOTS
    assert code.range_of("A") == (values.min(), values.max())
    vectors = code.encode([Condition("A", float(value), "relative_density") for value in values])
    np.testing.assert_allclose(vectors[:, 1:] @ np.array(code.knots["A"]), values, atol=1e-6)


def test_a_single_value_has_a_place():
    vectors = ConditionCode.of([Condition("A", 300.0)]).encode([Condition("A", 300.0)])
    assert vectors.tolist() == [[0.0, 1.0]]


def test_a_code_survives_json():
    code = ConditionCode("temperature_C", {"A": (175.0, 250.0, 400.0), "B": (175.0, 300.0)})
    assert ConditionCode.from_json(json.loads(json.dumps(code.to_json()))) == code


def test_an_unknown_material_is_an_error():
    with pytest.raises(InputError, match=r"'C_300'.*A, B"):
        ConditionCode("temperature_C", {"A": (175.0, 400.0), "B": (175.0, 300.0)}).encode([Condition("C", 300.0)])
