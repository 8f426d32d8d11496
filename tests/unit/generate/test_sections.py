"""If these fail, real sections have another size, orientation or origin than is said."""

import logging

import numpy as np
import pytest

from porescope.errors import InputError
from porescope.generate.conditions import Condition
from porescope.generate.sections import (
    CutOptions,
    HeldOut,
    Sections,
    cut_sections,
    evenly,
    places,
    section,
    split_slabs,
    tile,
)
from porescope.volume import Spacing, write_volume

CUBES = Spacing(0.1, 0.1, 0.1)


def options(
    field_um=1.6, field_px=16, directions=("z",), train=8, held_out=4, slabs=1, share=0.3, gap_um=0.2, depth_px=1
):
    numbers = {"train": train, "held_out": held_out}
    return CutOptions(field_um, field_px, directions, numbers, HeldOut(slabs, share, gap_um), depth_px)


@pytest.fixture
def coordinates():
    """Every voxel's labels tell where it lies: pore (1) in planes of known position."""
    labels = np.zeros((40, 32, 48), np.uint8)
    labels[:, :, 5] = 1
    labels[:, 7, :] = 2
    return labels


@pytest.mark.parametrize(("direction", "row", "column"), [("z", 7, 5), ("y", None, 5), ("x", None, 7)])
def test_a_section_shows_the_two_axes_that_are_left(coordinates, direction, row, column):
    cut = section(coordinates, CUBES, direction, (3, 0, 0), options())
    expected = np.ones((16, 16), np.uint8)
    expected[:, column] = 0
    if row is not None:
        expected[row] = 0
    np.testing.assert_array_equal(cut, expected)


def test_both_pore_labels_are_pore_and_metal_is_one():
    labels = np.tile(np.array([0, 1, 2, 0], np.uint8), (1, 16, 4))
    cut = section(labels, CUBES, "z", (0, 0, 0), options())
    assert cut[0, :4].tolist() == [1, 0, 0, 1]
    assert cut.dtype == np.uint8


@pytest.mark.parametrize(
    ("spacing", "shape"), [(Spacing(1, 0.05, 0.05), (1, 32, 32)), (Spacing(1, 0.05, 0.2), (1, 32, 8))]
)
def test_other_voxels_are_resampled_to_the_same_physical_size(spacing, shape):
    """A disc of 0.5 um radius in the middle of 1.6 um stays that, whatever the voxels."""
    y, x = (np.arange(n) + 0.5 for n in shape[1:])
    distance = np.hypot(y[:, None] * spacing.y - 0.8, x[None] * spacing.x - 0.8)
    labels = (distance > 0.5).astype(np.uint8)[None]
    cut = section(labels, spacing, "z", (0, 0, 0), options(field_px=16))
    assert cut.shape == (16, 16)
    assert cut.sum() * 0.1**2 == pytest.approx(np.pi * 0.25, rel=0.1)
    rows, columns = np.nonzero(cut)
    assert rows.mean() == pytest.approx(7.5, abs=0.2)
    assert columns.mean() == pytest.approx(7.5, abs=0.2)


@pytest.mark.parametrize("direction", ["z", "y", "x"])
def test_the_layers_of_a_thick_section_are_the_flat_sections_one_after_the_other(coordinates, direction):
    thick = section(coordinates, CUBES, direction, (3, 2, 1), options(depth_px=8))
    step = np.array([name == direction for name in "zyx"])
    flat = [section(coordinates, CUBES, direction, np.array((3, 2, 1)) + n * step, options()) for n in range(8)]
    np.testing.assert_array_equal(thick, flat)


@pytest.mark.parametrize("slice_um", [0.03, 0.04, 0.1, 0.2])
def test_a_thick_section_is_as_deep_as_it_says_whatever_the_distance_of_slices(slice_um):
    """A ball of 0.5 um radius in its middle would be an ellipsoid otherwise."""
    spacing = Spacing(slice_um, 0.05, 0.05)
    chosen = options(depth_px=12)
    slices = chosen.extent("z", spacing)[0]
    z, y, x = (np.arange(n) + 0.5 for n in (slices, 32, 32))
    square = (z[:, None, None] * slice_um - 0.6) ** 2 + (y[:, None] * 0.05 - 0.8) ** 2 + (x * 0.05 - 0.8) ** 2
    cut = section((square > 0.5**2).astype(np.uint8), spacing, "z", (0, 0, 0), chosen)
    assert cut.shape == (12, 16, 16)
    assert cut.sum() * 0.1**3 == pytest.approx(4 / 3 * np.pi * 0.125, rel=0.1)
    deep, high, wide = (np.flatnonzero(cut.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1)))
    assert deep.mean() == pytest.approx(5.5, abs=0.3)
    assert len(deep) == pytest.approx(10, abs=max(1, slice_um / 0.1))  # to a slice
    assert len(high) == len(wide) == 10


@pytest.mark.parametrize("n_slices", [30, 72, 101])
@pytest.mark.parametrize("slabs", [1, 2, 3])
def test_held_out_slabs_keep_their_distance_from_training(n_slices, slabs):
    split = split_slabs(n_slices, 0.025, HeldOut(slabs, 0.3, 0.05), "mask")
    train, held_out = (
        {z for slab in split[side] for z in range(slab.start, slab.stop)} for side in ("train", "held_out")
    )
    assert min(abs(a - b) for a in train for b in held_out) == 3  # two slices of 25 nm between
    assert max(train | held_out) == n_slices - 1
    assert min(train) == 0
    assert len(held_out) == pytest.approx(0.3 * n_slices, abs=slabs / 2)
    assert len(split["held_out"]) == slabs


def test_a_thin_stack_serves_both_sides_and_says_so(caplog):
    with caplog.at_level(logging.WARNING):
        split = split_slabs(6, 0.025, HeldOut(2, 0.3, 0.1), "thin")
    assert split == {"train": [slice(0, 6)], "held_out": [slice(0, 6)]}
    assert "thin: 6 slices" in caplog.text


def test_tiles_cover_every_layer_and_stay_inside():
    covered = np.zeros((3, 40, 33), int)
    for z, y, x in tile(covered.shape, (1, 16, 16), "z"):
        assert covered[z, y : y + 16, x : x + 16].shape == (16, 16)
        covered[z, y : y + 16, x : x + 16] += 1
    assert covered.min() >= 1
    assert not list(tile((3, 40, 33), (16, 1, 16), "y"))  # three slices are no room for a section 1.6 um high


def test_evenly_spreads_and_repeats_nothing():
    assert evenly(10, 10) == list(range(10))
    assert evenly(9, 3) == [1, 4, 7]


@pytest.fixture
def masks(tmp_path):
    rng = np.random.default_rng(1)
    paths = {}
    for name in ("a", "b", "c"):
        paths[name] = str(tmp_path / f"{name}.ome.zarr")
        write_volume(paths[name], rng.integers(0, 3, (24, 24, 40), np.uint8), CUBES, "labels")
    return paths


def test_conditions_are_balanced_and_share_their_specimens(masks, tmp_path):
    conditions = {"a": Condition("M", 200.0), "b": Condition("M", 300.0), "c": Condition("M", 300.0)}
    sections = cut_sections(masks, conditions, options())
    for condition in set(conditions.values()):
        for split, count in (("train", 8), ("held_out", 4)):
            rows = (sections.temperature_C == condition.temperature_C) & (sections.split == split)
            assert rows.sum() == count
    assert set(sections.sample[sections.temperature_C == 300]) == {"b", "c"}
    assert set(np.unique(sections.solid)) == {0, 1}
    assert sections.pixel_um == pytest.approx(0.1)
    sections.save(tmp_path / "sections.npz")
    loaded = Sections.load(tmp_path / "sections.npz")
    np.testing.assert_array_equal(loaded.solid, sections.solid)
    assert loaded.conditions == sections.conditions


@pytest.mark.parametrize("depth_px", [1, 3])
@pytest.mark.parametrize("direction", ["z", "y", "x"])
def test_sections_are_those_of_their_places(masks, direction, depth_px):
    """Were the cutter's kept slices mistaken, sections would come from other slices."""
    conditions = {"a": Condition("M", 200.0)}
    chosen = options(directions=(direction,), slabs=1, share=0.0001, train=4, depth_px=depth_px)
    sections = cut_sections({"a": masks["a"]}, conditions, chosen)
    labels = np.random.default_rng(1).integers(0, 3, (24, 24, 40), np.uint8)
    found = places(masks["a"], "train", chosen)
    for cut, index in zip(sections.part("train").solid, evenly(len(found), 4), strict=True):
        np.testing.assert_array_equal(cut, section(labels, CUBES, *found[index], chosen))


def test_thick_sections_stay_within_the_slabs_of_their_split(masks):
    """Were they cut across, the network of volumes would learn from what scores of sections keep back."""
    chosen = options(depth_px=3)
    slabs = split_slabs(24, 0.1, chosen.held_out, "a")["train"]
    for _, (z, _, _) in places(masks["a"], "train", chosen):
        assert any(slab.start <= z and z + 3 <= slab.stop for slab in slabs)


def test_a_section_larger_than_the_mask_is_an_error(masks):
    with pytest.raises(InputError, match=r"3 um does not fit into the 'train' part of the mask of 2.4 x 2.4 x 4 um"):
        places(masks["a"], "train", options(field_um=3.0))


def test_a_thick_section_deeper_than_the_slabs_is_an_error(masks):
    with pytest.raises(InputError, match=r"of 1.6 um and 20 layers does not fit.*'generate/volumes'"):
        places(masks["a"], "train", options(depth_px=20))


def test_a_campaign_without_a_curve_is_an_error():
    with pytest.raises(InputError, match="no material has three temperatures"):
        cut_sections({}, {}, options())


def test_too_few_sections_are_an_error(masks):
    with pytest.raises(InputError, match=r"'M_200': \d+ sections.*'train'.*at least 1000"):
        cut_sections({"a": masks["a"]}, {"a": Condition("M", 200.0)}, options(train=1000))
