"""If these fail, a network could be scored on what it was trained on, or some specimens would dominate its training."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from porescope.errors import InputError
from porescope.segment.plan import PlanOptions, divide_stack, plan_training, read_plan

OPTIONS = PlanOptions(
    held_out_fraction=0.2, validation_fraction=0.1, gap_slices=3, patches=100, patch_px=32, neighbours=1, doubtful_px=0
)


@example(n_slices=3, held_out=0.5, validation=0.25, gap=0)  # rounding up alone would leave nothing to train on
@given(
    n_slices=st.integers(3, 500),
    held_out=st.floats(0, 0.5),
    validation=st.floats(0.01, 0.3),
    gap=st.integers(0, 20),
)
def test_slabs_cover_the_stack_in_order_and_keep_their_distance(
    n_slices: int, held_out: float, validation: float, gap: int
) -> None:
    options = PlanOptions(held_out, validation, gap, 10, 32, 0, 0)
    slabs = divide_stack(n_slices, options, "s")
    assert [s.start for s in slabs] == [0, *(s.stop for s in slabs[:-1])]
    assert slabs[-1].stop == n_slices
    sizes = {split: sum(s.stop - s.start for s in slabs if s.split == split) for split in {s.split for s in slabs}}
    assert sizes["train"] >= 1
    assert sizes["validation"] >= 1
    assert (sizes.get("held_out_slab", 0) > 0) == (held_out > 0)
    if sizes["train"] >= (n_slices + 1) // 2 + 2:  # room to spare: then the gaps are whole
        wanted = gap * (2 if held_out > 0 else 1)
        assert sizes.get("gap", 0) == wanted


def test_the_default_stack_is_divided_as_configured() -> None:
    assert [tuple(s) for s in divide_stack(72, OPTIONS, "s")] == [
        ("train", 0, 45),
        ("gap", 45, 48),
        ("validation", 48, 55),
        ("gap", 55, 58),
        ("held_out_slab", 58, 72),
    ]


def test_four_slices_still_give_training_validation_and_held_out() -> None:
    assert [tuple(s) for s in divide_stack(4, OPTIONS, "s")] == [
        ("train", 0, 2),
        ("validation", 2, 3),
        ("held_out_slab", 3, 4),
    ]


def test_two_slices_are_too_few() -> None:
    with pytest.raises(InputError, match="sample 'a': 2 slices, expected at least 3"):
        plan_training({"a": (2, 64, 64)}, set(), OPTIONS, 1)


def test_no_specimen_to_train_on() -> None:
    with pytest.raises(InputError, match="expected at least one with split 'train'"):
        plan_training({"a": (20, 64, 64)}, {"a"}, OPTIONS, 1)


def test_slices_smaller_than_a_patch() -> None:
    with pytest.raises(InputError, match="'a': its slices are 20 x 64 px"):
        plan_training({"a": (20, 20, 64)}, set(), OPTIONS, 1)


def test_patches_are_balanced_inside_their_slices_and_only_of_training_specimens() -> None:
    shapes = {"a": (20, 64, 80), "b": (70, 40, 50), "t": (30, 64, 64)}
    plan, info = plan_training(shapes, {"t"}, OPTIONS, 1)
    cut = plan.dropna()
    assert cut[cut["split"] == "train"]["sample"].value_counts().to_dict() == {"a": 50, "b": 50}
    assert set(cut["split"]) == {"train", "validation"}
    assert set(plan[plan["sample"] == "t"]["split"]) == {"held_out_specimen"}
    for name, (nz, ny, nx) in shapes.items():
        rows = plan[plan["sample"] == name]
        assert sorted(rows["slice"].unique()) == list(range(nz))
        assert rows.groupby("slice")["split"].nunique().max() == 1
        assert (rows["y0_px"].dropna() <= ny - 32).all()
        assert (rows["x0_px"].dropna() <= nx - 32).all()
    assert info["in_channels"] == 3
    assert info["patches"] == {"train": 100, "validation": 10}


def test_every_training_slice_gets_its_share() -> None:
    plan, _ = plan_training({"a": (72, 64, 64)}, set(), OPTIONS, 1)
    counts = plan.dropna().query("split == 'train'")["slice"].value_counts()
    assert counts.min() >= 2
    assert counts.max() <= 3


def test_one_specimen_only_is_said() -> None:
    _, info = plan_training({"a": (20, 64, 64)}, set(), OPTIONS, 1)
    assert any("No specimen is held out" in note for note in info["notes"])


def test_equal_seeds_give_equal_plans() -> None:
    shapes = {"a": (20, 64, 64)}
    assert plan_training(shapes, set(), OPTIONS, 1)[0].equals(plan_training(shapes, set(), OPTIONS, 1)[0])
    assert not plan_training(shapes, set(), OPTIONS, 1)[0].equals(plan_training(shapes, set(), OPTIONS, 2)[0])


def test_a_plan_comes_back_from_its_file_even_for_a_sample_called_na(tmp_path: Path) -> None:
    plan, _ = plan_training({"NA": (5, 64, 64)}, set(), OPTIONS, 1)
    plan.to_csv(tmp_path / "plan.csv", index=False)
    assert read_plan(tmp_path / "plan.csv").astype(object).equals(plan.astype(object))
