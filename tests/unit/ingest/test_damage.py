"""If one fails, a ruined slice would be taken for specimen, or a porous one for ruined."""

import numpy as np
import pytest

from porescope.ingest.damage import find_damage, look_at


def stack(count: int = 9) -> np.ndarray:
    rng = np.random.default_rng(0)
    pixels = rng.normal(120, 30, (count, 40, 50)).clip(1, 254)
    return pixels.astype(np.uint8)


def reasons(slices: np.ndarray) -> dict[int, str]:
    looks = [look_at(p, slices[i - 1] if i else None, 255) for i, p in enumerate(slices)]
    return {damage.place: damage.reason for damage in find_damage(looks)}


def test_a_good_stack_has_no_damage() -> None:
    assert reasons(stack()) == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (np.zeros_like, "is 0 everywhere"),
        (lambda p: np.where(np.arange(50) < 30, 0, p), "is black over 60%"),
        (lambda p: np.where(np.arange(50) < 20, 255, p), "is saturated over 40%"),
        (lambda p: (100 + p // 16).astype(np.uint8), "has a contrast of"),
    ],
)
def test_each_kind_of_damage_is_told(change, reason: str) -> None:
    slices = stack()
    slices[4] = change(slices[4])
    found = reasons(slices)
    assert list(found) == [4]
    assert found[4].startswith(reason)


def test_a_slice_stored_twice_is_told() -> None:
    slices = stack()
    slices[5] = slices[4]
    assert reasons(slices) == {5: "equals the slice before"}


def test_a_stack_whose_pores_are_all_clipped_is_good() -> None:
    slices = stack()
    slices[:, :, :30] = 0
    slices[2, :, :34] = 0
    assert reasons(slices) == {}


def test_a_few_slices_are_not_compared() -> None:
    slices = stack(3)
    slices[1, :, :40] = 0
    assert reasons(slices) == {}
