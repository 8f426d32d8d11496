"""If these fail, the spatial statistics of sections are not what the axes of their figure say."""

import numpy as np
import pytest

from porescope.generate.conditions import Condition
from porescope.generate.curves import chord_shares, describe_curves, two_point_probability
from porescope.generate.samples import Samples


def test_two_point_probability_of_random_pixels_and_of_stripes():
    random = np.random.default_rng(1).random((200, 32, 32)) < 0.6
    expected = np.full(17, 0.36)
    expected[0] = 0.6
    np.testing.assert_allclose(two_point_probability(random), expected, atol=0.005)
    stripes = np.broadcast_to(np.arange(32) % 8 < 4, (1, 32, 32))  # along y always 1/2, along x a triangle wave
    along_x = [0.5, 3 / 8, 2 / 8, 1 / 8, 0.0]
    found = two_point_probability(stripes)[:5]
    np.testing.assert_allclose(2 * found - 0.5, along_x, atol=0.03)


def test_chords_of_random_pixels_have_geometric_lengths():
    """A chord goes on with the probability of metal; those that the frame cuts must not be missing."""
    random = np.random.default_rng(2).random((400, 32, 32)) < 0.6
    np.testing.assert_allclose(chord_shares(random)[:12], 1 - 0.6 ** np.arange(12), atol=0.01)


def test_every_origin_and_condition_has_its_curves(stripes, tmp_path):
    solid = np.zeros((2, 16, 16), np.uint8)
    solid[:, :, :4] = 1
    Samples(solid, np.array([1, 2]), Condition("A", 300.0), 0.1, False).save(tmp_path / "A_300.npz")
    table = describe_curves(stripes, {"ddpm": [tmp_path / "A_300.npz"]})
    assert set(table["origin"]) == {"real", "train", "ddpm"}
    own = table[(table["origin"] == "ddpm") & (table["curve"] == "two_point")]
    assert own["value"].iloc[0] == 0.25
    assert own["length_um"].to_numpy() == pytest.approx(np.arange(9) * 0.1)
    pore = table[(table["origin"] == "real") & (table["temperature_C"] == 200) & (table["curve"] == "pore_chord")]
    step = pore[pore["material"] == "A"].set_index("length_um")["value"]
    assert step[step < 0.5].index.max() == pytest.approx(0.5), "pores of 6 of 8 columns"
