"""If these fail, a network would be trained on patches that do not belong to their labels, or see held-out slices."""

from pathlib import Path

import numpy as np
import pytest

from porescope.segment.classes import IGNORED
from porescope.segment.cutting import cut_labelled_patches, cut_specimen
from porescope.segment.patches import BRIGHT, DARK, grey_range, normalise, read_patches, with_neighbours
from porescope.segment.plan import PlanOptions, plan_training
from porescope.segment.teaching import conventional_labels
from porescope.volume import Spacing, Volume, write_volume

SPACING = Spacing(0.05, 0.025, 0.025)


@pytest.fixture
def stack() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (24, 48, 56), dtype=np.uint8)


def test_normalised_grey_is_the_same_for_8_and_16_bit_and_any_contrast(stack: np.ndarray) -> None:
    dim = stack.astype(np.uint16) * 40 + 1000
    a = normalise(stack, grey_range(Volume(stack, SPACING)))
    b = normalise(dim, grey_range(Volume(dim, SPACING)))
    assert np.abs(a.astype(int) - b.astype(int)).max() <= 1
    low, high = np.percentile(a, (1, 99))
    assert abs(low - DARK) <= 2
    assert abs(high - BRIGHT) <= 2


def test_a_constant_stack_gives_no_division_by_zero() -> None:
    grey = np.full((4, 8, 8), 7, np.uint8)
    assert np.all(normalise(grey, grey_range(Volume(grey, SPACING))) == DARK)


def test_neighbours_stop_at_the_ends() -> None:
    slices = np.arange(5)[:, None, None]
    assert with_neighbours(slices, 0, 2).ravel().tolist() == [0, 0, 0, 1, 2]
    assert with_neighbours(slices, 3, 1).ravel().tolist() == [2, 3, 4]


@pytest.mark.parametrize("neighbours", [0, 2])
def test_patches_are_where_the_plan_says(stack: np.ndarray, neighbours: int) -> None:
    options = PlanOptions(0.2, 0.1, 1, 60, 32, neighbours, 0)
    plan, info = plan_training({"a": stack.shape}, set(), options, 3)
    places = plan.dropna()
    labels = (stack > 128).astype(np.uint8)
    cut = cut_specimen(Volume(stack, SPACING), lambda slab: labels[slab], places, 32, neighbours)
    grey = normalise(stack, grey_range(Volume(stack, SPACING)))
    slabs = {split: range(start, stop) for split, start, stop in info["specimens"]["a"]["slabs"] if split != "gap"}
    for index, row in enumerate(places.itertuples()):
        window = (slice(row.y0_px, row.y0_px + 32), slice(row.x0_px, row.x0_px + 32))
        assert np.array_equal(cut.labels[index], labels[row.slice][window])
        slab = slabs[row.split]
        for channel, z in enumerate(range(row.slice - neighbours, row.slice + neighbours + 1)):
            inside = min(max(z, slab.start), slab.stop - 1)  # never a slice of another slab
            assert np.array_equal(cut.grey[index, channel], grey[inside][window])


def test_patches_of_all_specimens_in_one_file(tmp_path: Path, stack: np.ndarray) -> None:
    options = PlanOptions(0.2, 0.1, 1, 20, 32, 1, 0)
    plan, _ = plan_training({"b": stack.shape, "a": stack.shape}, set(), options, 3)
    plan.to_csv(tmp_path / "plan.csv", index=False)
    write_volume(tmp_path / "grey.ome.zarr", stack, SPACING, "image")
    write_volume(tmp_path / "labels.ome.zarr", (stack > 128).astype(np.uint8), SPACING, "labels")
    greys = dict.fromkeys("ab", tmp_path / "grey.ome.zarr")
    labels = dict.fromkeys("ab", tmp_path / "labels.ome.zarr")
    cut_labelled_patches(tmp_path / "plan.csv", greys, labels, options, "unet_hybrid", tmp_path / "patches.npz")
    train, validation = (read_patches(tmp_path / "patches.npz", split) for split in ("train", "validation"))
    assert train.grey.shape == (20, 3, 32, 32)
    assert train.labels.shape == (20, 32, 32)
    assert validation.grey.shape == (2, 3, 32, 32)
    assert np.array_equal(train.grey[:, 1] > normalise(np.array(128), grey_range(Volume(stack, SPACING))), train.labels)


def test_conventional_labels_are_taught_without_what_is_in_doubt() -> None:
    labels = np.array([[[1, 1, 2, 0, 0, 0, 0]]], np.uint8)
    assert conventional_labels(labels, "unet_hybrid", 1).tolist() == [[[1, 1, 2, IGNORED, 0, 0, 0]]]
    assert conventional_labels(labels, "unet_cta", 1).tolist() == [[[1, 1, IGNORED, 0, 0, 0, 0]]]
    assert conventional_labels(labels, "unet_cta", 0).tolist() == [[[1, 1, 0, 0, 0, 0, 0]]]
    assert conventional_labels(np.zeros((1, 2, 2), np.uint8), "unet_cta", 1).max() == 0
