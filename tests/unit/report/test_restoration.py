"""If one fails, the page would hide a damaged slice, or say of a drift what the tables do not."""

import pandas as pd

from porescope.report.sections.restore import damage_notes, drift_takeaway, stack_table

RECORD = {
    "interpolated_slices": [
        {"slice": 7, "reason": "is 0 everywhere"},
        {"slice": 9, "reason": "equals the slice before"},
    ],
    "apparent_trend_px_per_slice": [0.1721, 0.0],
    "apparent_trend_standard_error": [0.03, 0.02],
    "slice_thickness": {"nominal_um": 0.03, "apparent_um": 0.0281, "standard_error_um": 0.0004},
}
UNKNOWN = {
    "apparent_trend_px_per_slice": [0.0, 0.0],
    "apparent_trend_standard_error": None,
    "slice_thickness": {"nominal_um": 0.03, "apparent_um": None, "standard_error_um": None},
}


def test_damaged_slices_are_named_in_red() -> None:
    (note,) = damage_notes({"a": RECORD, "b": UNKNOWN})
    assert note.alarm
    assert "a: 2 slices damaged and interpolated" in note.text
    assert "slice 7 is 0 everywhere; slice 9 equals the slice before" in note.text


def test_trend_and_thickness_carry_their_doubt() -> None:
    known, unknown = stack_table({"a": RECORD, "b": UNKNOWN}).rows
    assert known.cells == ["a", "0.17 ± 0.060", "0 ± 0.040", "30.0", "28.1 ± 0.80"]
    assert unknown.cells[-1] not in ("0", "nan")


def test_the_takeaway_is_the_rms_over_specimens_and_axes() -> None:
    rows = [("a", "drift_rms_y_px", 3.0, 0.3), ("a", "drift_rms_x_px", 4.0, 0.4), ("a", "noise", 9.0, 9.0)]
    quality = pd.DataFrame(rows, columns=["sample", "metric", "before", "after"])
    assert drift_takeaway(quality).startswith("Of a drift of 3.54 px RMS 0.354 px are left")
    assert drift_takeaway(quality.iloc[2:]) == ""
    assert drift_takeaway(None) == ""
