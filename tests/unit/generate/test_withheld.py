"""If these fail, a temperature that was never seen is scored against the wrong sections."""

import numpy as np
import pytest

from porescope.generate.conditions import Condition
from porescope.generate.samples import Samples
from porescope.generate.withheld import score_withheld


def test_known_answers(stripes, tmp_path):
    """Material A has 2, 3 and 4 of 8 columns solid: the real mean at 300 C is 3/8, and so is a straight line's."""
    solid = np.zeros((2, 16, 16), np.uint8)
    solid[:, :, :8] = 1
    Samples(solid, np.array([1, 1]), Condition("A", 300.0), 0.1, False).save(tmp_path / "A_300.npz")
    table = score_withheld(stripes, [tmp_path / "A_300.npz"]).set_index("descriptor")
    assert len(table) == 3
    density = table.loc["relative_density"]
    assert (density["material"], density["temperature_C"]) == ("A", 300)
    assert density[["real", "real_other_slabs", "interpolated"]].to_numpy(float) == pytest.approx(3 / 8)
    assert density["generated"] == pytest.approx(0.5)
    variance = np.var([2 / 8, 3 / 8, 4 / 8])
    assert density["r2_generated"] == pytest.approx(1 - (1 / 8) ** 2 / variance)
    assert density[["r2_other_slabs", "r2_interpolated"]].to_numpy(float) == pytest.approx(1)


def test_a_line_does_not_reach_beyond_the_known_temperatures(stripes, tmp_path):
    for temperature in (300, 400):
        made = Samples(np.ones((1, 16, 16), np.uint8), np.array([1]), Condition("A", float(temperature)), 0.1, True)
        made.save(tmp_path / f"A_{temperature}.npz")
    table = score_withheld(stripes, [tmp_path / "A_300.npz", tmp_path / "A_400.npz"])
    assert table["interpolated"].isna().all(), "only 200 C is known"
