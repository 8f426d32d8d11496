"""If these fail, the classes that segmenters are scored against are wrong."""

import numpy as np
import pytest
from skimage.filters import threshold_otsu

from porescope.simulate.truth import DARK_PORE, METAL, SHINE_THROUGH, classify, perfect_threshold


def test_shine_through_is_pore_that_a_perfect_threshold_calls_metal():
    """Half metal (1), a quarter empty pore (0), a quarter pore with a near wall (0.9)."""
    metal = np.zeros((1, 4, 100), np.float32)
    metal[:, :2] = 1
    signal = metal.copy()
    signal[:, 3] = 0.9
    threshold = perfect_threshold(signal)
    classes = classify(metal, signal, threshold)
    assert 0 < threshold < 0.9
    assert (classes[:, :2] == METAL).all()
    assert (classes[:, 2] == DARK_PORE).all()
    assert (classes[:, 3] == SHINE_THROUGH).all()


def test_the_threshold_is_that_of_otsu_over_all_slices():
    rng = np.random.default_rng(0)
    signal = np.concatenate([rng.normal(0.3, 0.1, (3, 50, 60)), rng.normal(1.0, 0.05, (5, 50, 60))])
    assert perfect_threshold(signal) == pytest.approx(threshold_otsu(signal, nbins=1024), abs=0.01)
