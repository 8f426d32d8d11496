"""Where the property of a specimen comes from: were it mixed up, every model would be wrong."""

import json

import numpy as np
import pytest

from porescope.errors import InputError
from porescope.relate.properties import collect_properties, property_table, read_properties


def _row(sample: str, value: float | None = None, sd: float | None = None) -> dict:
    return {
        "sample": sample,
        "material": "NA",
        "temperature_C": 250.0,
        "group": sample,
        "split": "train",
        "property": value,
        "property_sd": sd,
    }


def _record(sample: str, value: float = 41.0, unit: str = "S/cm") -> dict:
    return {"sample": sample, "property": value, "property_name": "conductivity", "property_unit": unit}


def test_sheet_wins_over_simulation_and_the_rest_is_nan():
    table = property_table(
        [_row("a", 5.0, 0.5), _row("b"), _row("c")],
        {"a.json": _record("a"), "b.json": _record("b")},
        "conductivity",
        "S/cm",
    )
    assert table["property"].tolist()[:2] == [5.0, 41.0]
    assert np.isnan(table["property"][2])
    assert table["property_sd"][0] == 0.5
    assert table["origin"].tolist() == ["sheet", "simulated", ""]


def test_simulated_property_of_another_kind_is_refused():
    with pytest.raises(InputError, match=r"b.json: .*'conductivity' in 'S/m', expected 'conductivity' in 'S/cm'"):
        property_table([_row("b")], {"b.json": _record("b", unit="S/m")}, "conductivity", "S/cm")


def test_what_the_structure_alone_would_have_stands_beside_the_property():
    record = _record("b") | {"property_without_contacts": 90.0}
    table = property_table([_row("b"), _row("a", 5.0)], {"b.json": record}, "conductivity", "S/cm")
    assert table["solved"][0] == 90.0
    assert np.isnan(table["solved"][1])


def test_names_that_look_like_numbers_or_nothing_survive_the_file(tmp_path):
    record = tmp_path / "specimen.json"
    record.write_text(json.dumps(_record("007")), encoding="utf-8")
    output = tmp_path / "properties.csv"
    collect_properties([_row("007"), _row("null")], [record], "conductivity", "S/cm", output)
    table = read_properties(output)
    assert table["sample"].tolist() == ["007", "null"]
    assert table["material"].tolist() == ["NA", "NA"]
    assert table["property"][0] == 41.0
    assert np.isnan(table["property"][1])
