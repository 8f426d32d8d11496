"""Two-point statistics: a failure would make a volume look more representative than it is."""

import math

import numpy as np
import pytest

from porescope.describe.correlation import two_point
from porescope.describe.selfcheck import shapes
from porescope.describe.selfcheck.chords import correlation_length
from porescope.volume import Spacing

CUBE = Spacing(1.0, 1.0, 1.0)


def test_pairs_do_not_reach_around_the_faces():
    """Half solid, half pore: S2 along the axis falls as the pairs within the box, not as those of a periodic box."""
    solid = np.zeros((40, 8, 8), bool)
    solid[:20] = True
    found = two_point(solid, CUBE).axis_probability[0]
    lags = np.arange(21)
    np.testing.assert_allclose(found, (20 - lags) / (40 - lags), atol=1e-5)


@pytest.mark.parametrize("spacing", [CUBE, Spacing(2.0, 1.0, 1.0)])
def test_random_field_has_its_correlation_length_and_integral_range(spacing):
    edge = spacing.voxel_volume ** (1 / 3)
    fields = [shapes.random_field(96.0, -0.05 / edge**2, 0.0, spacing, seed) for seed in (1, 2, 3, 4)]
    found = [two_point(field.block.interior, spacing) for field in fields]
    k2 = -6 * np.mean([field.gaussian for field in fields])
    length = np.mean([pair.correlation_length_um for pair in found])
    assert length == pytest.approx(correlation_length(k2), rel=0.05)
    r = np.linspace(0, 40, 4000)
    rho = 2 / math.pi * np.arcsin(np.exp(-k2 * r**2 / 6))
    integral = np.mean([pair.integral_range_um3 for pair in found])
    assert integral == pytest.approx(np.trapezoid(4 * math.pi * r**2 * rho, r), rel=0.15)


def test_boolean_model_has_its_two_point_probability():
    """Overlapping balls: the pore's is the void fraction of two balls' union."""
    rng, radius, size = np.random.default_rng(0), 8.0, 96
    solid = np.zeros((size, size, size), bool)
    count = 120
    z, y, x = np.ogrid[:size, :size, :size]
    for centre in rng.uniform(0, size, (count, 3)):
        d = [np.minimum(abs(a - c), size - abs(a - c)) for a, c in zip((z, y, x), centre, strict=True)]
        solid |= d[0] ** 2 + d[1] ** 2 + d[2] ** 2 < radius**2
    found = two_point(~solid, CUBE)
    lag = np.arange(17)
    union = 4 / 3 * math.pi * radius**3 * (1 + 3 * lag / (4 * radius) - lag**3 / (16 * radius**3))
    expected = np.exp(-count / size**3 * union)
    measured = np.mean([values[:17] for values in found.axis_probability], axis=0)
    np.testing.assert_allclose(measured - (~solid).mean() ** 2, expected - expected[-1], atol=0.025)


def test_one_phase_has_no_correlation():
    assert math.isnan(two_point(np.ones((10, 10, 10), bool), CUBE).integral_range_um3)
