"""Chord lengths: a failure would make pores and struts look longer or shorter than they are."""

import numpy as np
import pytest

from porescope.describe.chords import distribution, mean_chord_um
from porescope.describe.selfcheck import shapes
from porescope.describe.surface import specific_surface
from porescope.volume import Spacing

CUBE = Spacing(1.0, 1.0, 1.0)


def test_layers_have_their_thickness_and_no_chord_across():
    layers = np.zeros((400, 20, 20), bool)
    layers[np.arange(400) % 10 < 4] = True
    z, y, x = mean_chord_um(layers, Spacing(0.5, 1.0, 1.0))
    assert z == pytest.approx(0.5 * 4, rel=0.02)
    assert np.isnan([y, x]).all()


def test_cut_chords_bias_nothing():
    """Long chords are cut by the faces more often than short ones: weights make up for those that are lost."""
    lengths = distribution(np.random.default_rng(0).random((60, 60, 30)) < 0.7, CUBE, 2)
    assert (lengths.length_um * lengths.share).sum() == pytest.approx(1 / 0.3, rel=0.03)
    assert lengths.share.sum() == pytest.approx(1)


def test_isotropic_mean_is_four_densities_over_the_surface():
    block = shapes.random_field(80.0, -0.05, 0.3, CUBE, seed=2).block
    found = mean_chord_um(block.interior, CUBE).mean()
    assert found == pytest.approx(4 * block.interior.mean() / specific_surface(block), rel=0.02)
