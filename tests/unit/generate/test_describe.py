"""If these fail, sections.csv describes other sections than those that were made."""

import numpy as np
import pytest

from porescope.generate.conditions import Condition
from porescope.generate.describe import describe_sections
from porescope.generate.samples import Samples


def test_samples_survive_the_file(tmp_path):
    solid = np.random.default_rng(1).random((3, 8, 8)) > 0.5
    Samples(solid, np.array([1, 1, 2]), Condition("A", 212.5), 0.05, True).save(tmp_path / "s.npz")
    loaded = Samples.load(tmp_path / "s.npz")
    np.testing.assert_array_equal(loaded.solid, solid)
    assert (loaded.solid.dtype, loaded.training.tolist()) == (np.uint8, [1, 1, 2])
    assert (loaded.condition, loaded.pixel_um, loaded.extrapolated) == (Condition("A", 212.5), 0.05, True)


def test_every_section_has_its_row(stripes, tmp_path):
    """Stripes in material A, 300 C: 3 of 8 columns solid, one interface every 0.4 um on average."""
    solid = np.zeros((2, 16, 16), np.uint8)
    solid[0, :, :4] = 1
    Samples(solid, np.array([1, 2]), Condition("A", 300.0), 0.1, False).save(tmp_path / "A_300.npz")
    table = describe_sections(stripes, {"ddpm": [tmp_path / "A_300.npz"]})
    assert table.groupby("origin").size().to_dict() == {"real": 12, "train": 48, "ddpm": 2}
    assert set(table["condition"]) == {f"{m}_{t}" for m in "AB" for t in (200, 300, 400)}
    assert (table["field_px"] == 16).all()
    assert table["field_um"].to_numpy() == pytest.approx(1.6)
    real = table[(table["origin"] == "real") & (table["condition"] == "A_300")]
    assert real["relative_density"].to_numpy() == pytest.approx(3 / 8)
    assert real["index"].tolist() == [0, 1]
    made = table[table["origin"] == "ddpm"]
    assert made["training"].tolist() == [1, 2]
    assert made["relative_density"].tolist() == [0.25, 0.0]
    assert made["shape_index"].isna().tolist() == [False, True]
    assert made["touches_border"].all()
