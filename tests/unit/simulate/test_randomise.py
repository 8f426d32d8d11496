"""If these fail, segmenters trained on random stacks learn from less variety, or from other truth, than is said."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from porescope.simulate.random_structures import STRUCTURES
from porescope.simulate.randomise import Ranges, draw, random_stack, write_random_stacks
from porescope.simulate.truth import DARK_PORE, METAL
from porescope.volume import Spacing

CONFIG = Path(__file__).parents[3] / "config" / "config.yaml"
RANGES = replace(
    Ranges(**yaml.safe_load(CONFIG.read_text())["simulate"]["random_stacks"]["ranges"]), slices=3, edge_px=64
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("random")
    write_random_stacks(RANGES, 12, 5, folder / "a.npz", folder / "a.csv")
    with np.load(folder / "a.npz") as arrays:
        return arrays["images"], arrays["classes"], pd.read_csv(folder / "a.csv")


@pytest.mark.parametrize("kind", STRUCTURES)
@pytest.mark.parametrize("density", [0.35, 0.8])
def test_structures_have_about_the_density_that_was_drawn(kind, density):
    spacing = Spacing(0.05, 0.025, 0.025)
    metal = STRUCTURES[kind]((48, 96, 96), spacing, density, 0.15, np.random.default_rng(1))
    assert metal.dtype == np.float32
    assert (metal.min(), metal.max()) == (0, 1)
    expected = {"bubbles": 0.1, "two_scales": 0.15}  # bubbles are few; pores of two kinds may overlap
    assert np.mean(metal > 0.5) == pytest.approx(density, abs=expected.get(kind, 0.002))


def test_stacks_differ_widely(drawn):
    """All kinds of structure, densities and contrasts far apart, slices no thinner or thicker than the limits."""
    images, classes, table = drawn
    assert images.shape == classes.shape == (12, 3, 64, 64)
    assert set(table["structure"]) == set(STRUCTURES)
    assert table["relative_density"].max() - table["relative_density"].min() > 0.3
    contrast = [i[c == METAL].mean() - i[c == DARK_PORE].mean() for i, c in zip(images, classes, strict=True)]
    assert max(contrast) > 2 * min(contrast) > 0
    ratio = table["voxel_z_nm"] / table["voxel_x_nm"]
    assert ratio.between(*RANGES.slice_thickness_px).all()
    assert table["voxel_x_nm"].between(*RANGES.pixel_nm).all()


def test_classes_are_those_of_the_images(drawn):
    """Moved with the drift of each slice: metal is the brighter class in every slice."""
    images, classes, _ = drawn
    for stack, truth in zip(images, classes, strict=True):
        for image, labels in zip(stack, truth, strict=True):
            if (labels == METAL).any() and (labels == DARK_PORE).any():
                assert image[labels == METAL].mean() > image[labels == DARK_PORE].mean()


def test_a_stack_is_the_same_for_its_seed_and_another_for_the_next(drawn):
    images, _, _ = drawn
    first, second = np.random.SeedSequence(5).spawn(2)
    np.testing.assert_array_equal(random_stack(RANGES, first).images, images[0])
    assert (random_stack(RANGES, second).images != images[0]).any()


def test_a_blur_makes_interfaces_gradual_and_leaves_all_else_as_it_was(drawn):
    """The interface stays, within the pixels it passes, and nothing else is drawn anew."""
    images, classes, table = drawn
    blurred = random_stack(replace(RANGES, blur_px=(0.6, 0.6)), np.random.SeedSequence(5).spawn(1)[0])
    assert blurred.settings["blur_um"] == pytest.approx(0.6e-3 * blurred.settings["voxel_x_nm"])
    assert blurred.settings["tilt_deg"] == pytest.approx(table["tilt_deg"][0], rel=1e-4)
    assert 0 < np.mean((blurred.classes == METAL) != (classes[0] == METAL)) < 0.02
    assert (blurred.images != images[0]).any()


def test_positive_ranges_are_drawn_evenly_in_the_logarithm():
    rng = np.random.default_rng(0)
    values = np.array([draw((1, 100), rng) for _ in range(2000)])
    assert np.mean(values < 10) == pytest.approx(0.5, abs=0.04)
    even = np.array([draw((0, 100), rng) for _ in range(2000)])
    assert even.mean() == pytest.approx(50, abs=2)
