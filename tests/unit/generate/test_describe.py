"""If these fail, sections.csv describes other sections than those that were made."""

import numpy as np
import pytest

from porescope.generate.conditions import Condition
from porescope.generate.describe import describe_sections
from porescope.generate.samples import load_samples, save_samples


def test_samples_survive_the_file(tmp_path):
    solid = np.random.default_rng(1).random((3, 8, 8)) > 0.5
    save_samples(tmp_path / "s.npz", solid, Condition("A", 212.5), 0.05)
    loaded, condition, pixel_um = load_samples(tmp_path / "s.npz")
    np.testing.assert_array_equal(loaded, solid)
    assert (loaded.dtype, condition, pixel_um) == (np.uint8, ("A", 212.5), 0.05)


def test_every_section_has_its_row(stripes, tmp_path):
    """Stripes in material A, 300 C: 3 of 8 columns solid, one interface every 0.4 um on average."""
    solid = np.zeros((2, 16, 16), np.uint8)
    solid[0, :, :4] = 1
    save_samples(tmp_path / "A_300.npz", solid, Condition("A", 300.0), 0.1)
    table = describe_sections(stripes, {"ddpm": [tmp_path / "A_300.npz"]})
    assert table.groupby("origin").size().to_dict() == {"real": 12, "train": 48, "ddpm": 2}
    assert set(table["condition"]) == {f"{m}_{t}" for m in "AB" for t in (200, 300, 400)}
    assert (table["field_px"] == 16).all()
    assert table["field_um"].to_numpy() == pytest.approx(1.6)
    real = table[(table["origin"] == "real") & (table["condition"] == "A_300")]
    assert real["relative_density"].to_numpy() == pytest.approx(3 / 8)
    assert real["index"].tolist() == [0, 1]
    made = table[table["origin"] == "ddpm"]
    assert made["relative_density"].tolist() == [0.25, 0.0]
    assert made["shape_index"].isna().tolist() == [False, True]
    assert made["touches_border"].all()
