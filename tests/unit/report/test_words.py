"""Numbers as text: a wrong digit here would be a wrong finding."""

import math

import pytest

from porescope.report.words import counted, fixed, listed, number, percent, with_interval


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.12345, "0.123"),
        (12345.6, "12,300"),
        (-146.04, "−146"),
        (1.0, "1.00"),
        (0, "0"),
        (math.nan, "–"),
        (None, "–"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (1.23e-7, "1.23·10⁻⁷"),
        (5.96e9, "5.96·10⁹"),
        (0.9996, "1.000"),
    ],
)
def test_number_keeps_three_digits(value, text):
    assert number(value) == text


def test_no_negative_zero():
    assert fixed(-0.0004, 2) == "0.00"


def test_digits_follow_the_interval():
    """A density known to 0.01 must not be printed to 0.0001, a tortuosity of 1.0093 not to 1.01."""
    assert with_interval(0.57812, 0.5661, 0.5899) == "0.578 (0.566 to 0.590)"
    assert with_interval(1.00934, 1.00911, 1.00957) == "1.00934 (1.00911 to 1.00957)"
    assert with_interval(-146.2, -180, -110) == "−146 (−180 to −110)"


def test_without_interval_there_are_no_brackets():
    assert with_interval(0.5, math.nan, 0.6) == "0.500"
    assert with_interval(math.inf, 1, 2) == "∞"


def test_lists_and_counts_read_as_sentences():
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([]) == ""
    assert counted(1, "specimen") == "1 specimen"
    assert counted(0, "specimen") == "0 specimens"
    assert percent(0.9631) == "96.3 %"
