"""If these fail, metal that carries nothing is counted as connected."""

import numpy as np
import pytest

from porescope.describe import percolation as module
from porescope.describe.percolation import percolation
from porescope.describe.selfcheck.percolation import bars
from porescope.volume import Spacing


def test_selfcheck_has_no_failed_line():
    for spacing in (Spacing(1.0, 1.0, 1.0), Spacing(2.0, 1.0, 1.0)):
        assert [check for check in bars("voxels", spacing, 0.0) if not check.row()["passed"]] == []


def test_shares_per_axis():
    phase = np.zeros((4, 6, 8), bool)
    phase[0, :, 0] = True  # 6 along y
    phase[2, 3] = True  # 8 along x
    phase[3, 0, 5] = True  # touches faces, percolates nowhere
    found = percolation(phase)
    np.testing.assert_allclose(found.per_axis, np.array([0, 6, 8]) / 15)
    assert found.percolating_fraction == pytest.approx(14 / 45)
    assert found.isolated_fraction == 0


def test_an_edge_does_not_connect():
    phase = np.zeros((1, 4, 4), bool)
    phase[0, :2, 0] = True
    phase[0, 2:, 1] = True
    assert percolation(phase).per_axis[1] == 0


def test_sections_are_counted_as_the_whole():
    labels = np.random.default_rng(0).integers(0, 9, (5, 6, 7))
    np.testing.assert_array_equal(module._count(labels), np.bincount(labels.ravel()))


def test_a_phase_that_is_not_there_is_undefined():
    assert np.isnan(percolation(np.zeros((3, 3, 3), bool)).percolating_fraction)
    full = percolation(np.ones((3, 3, 3), bool))
    assert full.percolating_fraction == 1
    assert full.isolated_fraction == 0
