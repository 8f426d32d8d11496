"""If one fails, slices would be put in the wrong place, and structure would be sheared or torn."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import ndimage

from porescope.errors import InputError
from porescope.restore.registration import (
    Crop,
    Pair,
    common_region,
    face_features,
    measure_pairs,
    measure_trend,
    shift_back,
    solve_walk,
    spectrum,
)


def all_pairs(walk: np.ndarray, reach: int) -> list[Pair]:
    return [Pair(i, j, tuple(walk[j] - walk[i])) for j in range(len(walk)) for i in range(max(0, j - reach), j)]


def test_a_known_shift_of_one_image_is_measured_with_its_sign(damaged) -> None:
    image = damaged.clean[3]
    moved = ndimage.shift(image, (2.35, -1.6), order=3, mode="grid-wrap")
    spectra = [(k, spectrum(face_features(a, 180.0))) for k, a in enumerate((image, moved))]
    (pair,) = measure_pairs(spectra, reach=1, upsampling=20)
    assert (pair.first, pair.second) == (0, 1)
    assert pair.shift == pytest.approx((2.35, -1.6), abs=0.11)


def test_a_walk_is_solved_exactly_from_exact_pairs() -> None:
    walk = np.cumsum(np.random.default_rng(0).normal(0, 1, (30, 2)), axis=0)
    np.testing.assert_allclose(solve_walk(all_pairs(walk, 2), 30), walk - walk[0], atol=1e-6)


def test_pairs_with_one_damaged_slice_are_outvoted_and_a_jump_is_kept() -> None:
    walk = np.cumsum(np.random.default_rng(0).normal(0, 0.3, (30, 2)), axis=0)
    walk[15:] += 8
    pairs = [
        pair._replace(shift=(pair.shift[0] + 5, pair.shift[1] - 4)) if pair[:2] == (20, 21) else pair
        for pair in all_pairs(walk, 3)
    ]
    np.testing.assert_allclose(solve_walk(pairs, 30), walk - walk[0], atol=0.05)


def test_one_slice_has_no_drift_to_be_found() -> None:
    assert measure_pairs([(0, spectrum(np.ones((8, 8))))], reach=2, upsampling=20) == []
    assert solve_walk([], 1).tolist() == [[0, 0]]
    assert measure_trend(np.zeros((1, 2))).rate.tolist() == [0, 0]


def test_slices_without_a_pair_lie_between_their_neighbours() -> None:
    walk = np.cumsum(np.random.default_rng(0).normal(0, 1, (12, 2)), axis=0)
    there = [0, 1, 2, 3, 6, 7, 8, 9, 10]
    pairs = [Pair(i, j, tuple(walk[j] - walk[i])) for i, j in pairwise(there)]
    solved = solve_walk(pairs, 12)
    np.testing.assert_allclose(solved[there], (walk - walk[0])[there], atol=1e-6)
    np.testing.assert_allclose(solved[[4, 5]], [[2 / 3], [1 / 3]] * solved[3] + [[1 / 3], [2 / 3]] * solved[6])
    assert solved[11].tolist() == solved[10].tolist()


def test_the_trend_is_the_steady_rate_and_no_jump_and_its_error_is_right() -> None:
    rng = np.random.default_rng(0)
    errors, told = [], []
    for _ in range(40):
        steps = rng.normal((0.15, 0.0), 0.05, (60, 2))
        steps[30] += 9
        trend = measure_trend(np.cumsum(steps, axis=0))
        errors.append(trend.rate - (0.15, 0.0))
        told.append(trend.standard_error)
    assert np.abs(np.mean(errors, axis=0)).max() < 0.01
    assert np.sqrt(np.mean(np.square(told))) == pytest.approx(np.std(errors), rel=0.5)


def test_the_common_region_is_covered_by_every_slice() -> None:
    shifts = np.array([[0, 0], [2.2, -1.5], [-3.0, 0.4]])
    crop = common_region(shifts, (40, 50), "s")
    assert crop == Crop((3, 37), (2, 49))
    for shift in shifts:  # pixel p of the undrifted frame is read at p + shift
        for (start, stop), s, size in zip(crop, shift, (40, 50), strict=True):
            assert start + s >= 0
            assert stop - 1 + s <= size - 1


def test_a_drift_beyond_half_the_image_is_an_error() -> None:
    with pytest.raises(InputError, match="along x from 0 to 30 px, which leaves less than half of the 50 px"):
        common_region(np.array([[0, 0], [0, 30.0]]), (40, 50), "s")


@pytest.mark.parametrize("order", [1, 3])
def test_shifting_back_undoes_the_drift(damaged, order: int) -> None:
    image = damaged.clean[0]
    moved = ndimage.shift(image, (1.5, -0.7), order=3, mode="grid-wrap")
    crop = Crop((4, 120), (4, 140))
    back = shift_back(moved, np.array([1.5, -0.7]), crop, order)
    error = back - image[4:120, 4:140]
    assert np.sqrt(np.mean(error**2)) < (1.0 if order == 3 else 6.0)
