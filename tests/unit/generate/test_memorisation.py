"""If these fail, a generator that repeats its training sections could pass for one that makes new ones."""

import numpy as np
import pytest
from scipy import ndimage

from porescope.generate.conditions import Condition
from porescope.generate.copies import PLANTED, find_copies
from porescope.generate.memorisation import combined, near_distance, nearest, planted_copies
from porescope.generate.samples import Samples
from porescope.generate.sections import Sections

SYMMETRIES = ("flip_y", "flip_x", "transpose")


def structures(count, seed, px=32):
    noise = np.random.default_rng(seed).standard_normal((count, px, px))
    return (ndimage.gaussian_filter(noise, (0, 2.5, 2.5)) > 0).astype(np.uint8)


def test_all_eight_orientations_of_a_square_are_tried_and_no_other():
    section = np.arange(9).reshape(1, 3, 3)
    assert len({variant.tobytes() for variant in map(np.ascontiguousarray, combined(section, SYMMETRIES))}) == 8
    assert len(list(combined(section, ["flip_x"]))) == 2


@pytest.mark.parametrize("shift", [(0, 0), (5, -7), (-8, 8)])
def test_a_turned_and_shifted_copy_is_found(shift):
    training = structures(20, 1)
    large = structures(1, 2, 64)[0]
    training[13] = large[16:48, 16:48]
    copy = large[16 + shift[0] : 48 + shift[0], 16 + shift[1] : 48 + shift[1]].T[::-1]
    found = nearest(copy[np.newaxis], training, SYMMETRIES)
    other = nearest(structures(30, 3), training, SYMMETRIES)
    assert found.training[0] == 13
    assert found.distance[0] < 0.5 * other.distance.min()


def test_without_the_symmetry_a_turned_copy_is_none():
    training = structures(20, 1)
    limit = near_distance(nearest(structures(60, 4), training, []).distance)
    turned = training[:10].transpose(0, 2, 1)
    assert (nearest(turned, training, []).distance > 0.5 * limit).all()
    assert (nearest(turned, training, ["transpose"]).distance == 0).all()


def test_planted_copies_are_near_and_new_sections_are_not():
    training, held_out, new = structures(60, 5), structures(100, 6), structures(200, 7)
    limit = near_distance(nearest(held_out, training, SYMMETRIES).distance)
    planted = planted_copies(training, SYMMETRIES, 0)
    assert (nearest(planted, training, SYMMETRIES).distance < limit).mean() > 0.95
    assert (nearest(new, training, SYMMETRIES).distance < limit).mean() < 0.12  # 0.05 but for chance


def test_the_table_tells_a_copying_generator_from_an_honest_one(tmp_path):
    training, held_out = structures(40, 8), structures(60, 9)
    n = len(training) + len(held_out)
    split = np.array(["train"] * len(training) + ["held_out"] * len(held_out))
    solid = np.concatenate([training, held_out])
    Sections(solid, np.array(["A"] * n), np.full(n, 300.0), split, np.array(["s"] * n), 0.05).save(tmp_path / "s.npz")
    for name, made in (
        ("honest", structures(40, 10)),
        ("copying", training[:, ::-1]),
        ("repeating", np.repeat(structures(4, 11), 10, axis=0)),
    ):
        Samples(made, np.ones(len(made), int), Condition("A", 300.0), 0.05, False).save(tmp_path / f"{name}.npz")
    files = {name: [tmp_path / f"{name}.npz"] for name in ("honest", "copying", "repeating")}
    table = find_copies(tmp_path / "s.npz", files, SYMMETRIES, 0, tmp_path / "pairs.npz").set_index("origin")
    assert list(table.index) == ["honest", "copying", "repeating", PLANTED]
    assert table.loc["copying", "share_near"] == 1
    assert table.loc["honest", "share_near"] < 0.2
    assert table.loc[PLANTED, "share_near"] > 0.95
    assert table.loc["repeating", "share_alike"] == 1
    assert table.loc["honest", "share_alike"] < 0.5
    with np.load(tmp_path / "pairs.npz", allow_pickle=False) as pairs:
        assert (pairs["copying_section"] == pairs["copying_training"]).all() or pairs["copying_ratio"].max() < 1
        assert (np.diff(pairs["honest_ratio"]) >= 0).all()
