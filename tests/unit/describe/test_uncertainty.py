"""Errors of the descriptors: the interface, the slices, the size of a volume, and what is made of them."""

import math

import numpy as np
import pandas as pd
import pytest

from porescope.describe.agreement import PAIRS, flags
from porescope.describe.boxes import Voi
from porescope.describe.budget import budget
from porescope.describe.field import whole_block
from porescope.describe.interval import estimates
from porescope.describe.names import DESCRIPTORS, DETAILS
from porescope.describe.options import DescribeOptions
from porescope.describe.representativity import representativity
from porescope.describe.segmentation_error import Variant, moved, read_variant
from porescope.volume import Spacing, write_volume

SPACING = Spacing(0.05, 0.025, 0.025)


def ball(radius_um: float, spacing: Spacing, shape: tuple[int, int, int]) -> np.ndarray:
    axes = [(np.arange(n) - (n - 1) / 2 + 0.3) * h for n, h in zip(shape, spacing, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    return z**2 + y**2 + x**2 < radius_um**2


@pytest.mark.parametrize("outward", [-0.012, 0.012])
def test_a_moved_interface_lies_where_it_was_moved_to(outward):
    """A ball's radius grows by the shift, with voxels twice as long along z."""
    block = whole_block(ball(0.4, SPACING, (30, 50, 50)), SPACING)
    solid = moved(block, outward, 1.45).interior
    radius = (3 * solid.sum() * SPACING.voxel_volume / (4 * math.pi)) ** (1 / 3)
    assert radius == pytest.approx(0.4 + outward, abs=0.0035)


def test_probabilities_are_cut_at_the_two_levels(tmp_path):
    probability = np.tile(np.arange(60, dtype=np.uint8) * 4, (30, 30, 1))
    labels = (probability > 127).astype(np.uint8)
    mask = tmp_path / "m.ome.zarr"
    write_volume(mask, labels, SPACING, "labels")
    box = Voi((0, 0, 0), (30, 30, 60))
    moved_by_field = read_variant(mask, box, Variant.MORE_SOLID, DescribeOptions(1.0)).interior
    write_volume(mask, probability, SPACING, "image", group="probability")
    less, more = (
        read_variant(mask, box, variant, DescribeOptions(1.0)).interior[0, 0].sum()
        for variant in (Variant.LESS_SOLID, Variant.MORE_SOLID)
    )
    assert (less, more) == (math.floor(0.16 * 255 / 4) + 1, math.floor(0.84 * 255 / 4) + 1)
    assert moved_by_field[0, 0].sum() in (32, 33)  # without probabilities: by a quarter of a voxel


def test_thicker_slices_change_the_spacing_only(tmp_path):
    labels = np.random.default_rng(0).integers(0, 2, (30, 30, 30)).astype(np.uint8)
    write_volume(tmp_path / "m.ome.zarr", labels, SPACING, "labels")
    box = Voi((0, 0, 0), (30, 30, 30))
    block = read_variant(tmp_path / "m.ome.zarr", box, Variant.THICKER, DescribeOptions(1.0, slice_thickness=0.1))
    assert block.spacing == pytest.approx((0.055, 0.025, 0.025))
    assert (block.interior == (labels == 0)).all()


def numbers(n: int, scatter: float, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({name: 0.5 * (1 + scatter * rng.standard_normal(n)) for name in DESCRIPTORS})


def test_contributions_add_as_squares_and_unknown_ones_are_left_out():
    vois = numbers(2, 0.01).assign(strut_diameter_um_sd_segmentation=[0.3, np.nan], strut_diameter_um_sd_voxel=0.4)
    found = budget(vois, "strut_diameter_um", 1.2)
    assert found.sd_total == pytest.approx(1.3)
    assert math.isnan(found.sd_method)
    assert math.isnan(budget(vois, "strut_diameter_um", math.nan).sd_total)


def test_standard_error_of_few_vois_is_that_of_their_octants():
    vois, octants = numbers(1, 0.0), numbers(8, 0.1)
    found = estimates(vois, octants)["specific_surface_per_um"]
    assert found.standard_error == pytest.approx(octants["specific_surface_per_um"].std() / math.sqrt(8))


def test_a_size_is_representative_where_the_scatter_is_one_percent():
    """White noise: doubling the edge divides the scatter by sqrt(8)."""
    rng = np.random.default_rng(2)
    voxels = 1 + rng.standard_normal((2000, 8))
    eighths = pd.DataFrame({"shape_index": voxels.ravel()})
    whole = pd.DataFrame({"shape_index": voxels.mean(axis=1)})
    from_vois = representativity(whole, eighths.iloc[:0], "shape_index", 2.0)
    assert from_vois.voi_half_width == pytest.approx(1.96 / math.sqrt(8), rel=0.05)
    assert from_vois.enough_um == pytest.approx(2.0 * (from_vois.voi_relative / 0.01) ** (2 / 3))
    from_octants = representativity(whole.iloc[:1].assign(shape_index=1.0), eighths, "shape_index", 2.0)
    assert from_octants.voi_half_width == pytest.approx(from_vois.voi_half_width, rel=0.05)


def test_tortuosity_is_judged_by_what_exceeds_one():
    """1 % of tau would be met by any VOI: the signal is tau - 1."""
    vois = pd.DataFrame({"tortuosity": 1.02 + 0.002 * np.array([-1, -0.5, 0, 0.5, 1])})
    found = representativity(vois, vois.iloc[:0], "tortuosity", 2.0)
    assert found.voi_relative == pytest.approx(found.voi_half_width / 0.02)


def test_density_of_a_coarse_structure_is_judged_by_its_correlation():
    """Octants of one grain all look alike; the integral range knows better."""
    vois = pd.DataFrame({"relative_density": [0.5], "integral_range_um3": [0.8]})
    octants = pd.DataFrame({"relative_density": np.full(8, 0.5) + 1e-4 * np.arange(8)})
    found = representativity(vois, octants, "relative_density", 2.0)
    assert found.voi_half_width == pytest.approx(2.3646 * math.sqrt(0.25 * 0.8 / 8), rel=1e-3)


def test_without_enough_parts_nothing_is_claimed():
    found = representativity(numbers(2, 0.1), numbers(0, 0.1), "alpha", 2.0)
    assert math.isnan(found.voi_half_width)
    assert math.isnan(found.enough_um)


AGREEING = dict.fromkeys((*DESCRIPTORS, *DETAILS), math.nan) | {
    "specific_surface_per_um": 10.0,
    "mesh_surface_per_um": 10.2,
    "specific_perimeter_per_um": 10 * math.pi / 4,
    "gaussian_curvature_per_um2": -100.0,
    "surface_gaussian_curvature_per_um2": -90.0,
    "flux_tortuosity_factor": 1.5,
    "tortuosity": 1.03,
}


def test_estimators_that_agree_raise_no_flag():
    assert flags(AGREEING) == []
    assert flags(dict.fromkeys((*DESCRIPTORS, *DETAILS), math.nan)) == []
    assert {pair.first for pair in PAIRS} <= set(DESCRIPTORS)


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("mesh_surface_per_um", 9.0, "too fine"),
        ("specific_perimeter_per_um", 6.0, "isotropic"),
        ("surface_gaussian_curvature_per_um2", -30.0, "Euler"),
        ("flux_tortuosity_factor", 1.01, "geodesic"),
    ],
)
def test_a_contradiction_is_told_in_words(column, value, word):
    (sentence,) = flags(AGREEING | {column: value})
    assert word in sentence
    assert column.split("_")[0] in sentence or "Euler" in sentence
