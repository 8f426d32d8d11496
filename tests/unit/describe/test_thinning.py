"""If these fail, skeletons are not those of Lee thinning."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage.morphology import skeletonize

from porescope.describe.thinning import thin


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shape=st.tuples(st.integers(2, 14), st.integers(1, 14), st.integers(1, 140)),
    share=st.floats(0.1, 0.9),
    width=st.sampled_from([0.0, 1.0, 2.0]),
)
def test_the_same_voxels_as_by_scikit_image(seed, shape, share, width):
    """Noise and smooth structures, rows of any length and bits at the ends of the numbers that rows are kept in."""
    field = ndimage.gaussian_filter(np.random.default_rng(seed).random(shape), width)
    solid = field < np.quantile(field, share)
    np.testing.assert_array_equal(thin(solid), skeletonize(solid).astype(bool))


def test_a_torus_becomes_a_ring():
    """One voxel wide all around: no tunnel is closed and no end is left."""
    z, y, x = np.mgrid[-6:7, -20:21, -20:21]
    ring = thin((np.hypot(y, x) - 13) ** 2 + z**2 < 20)
    assert ndimage.label(ring, np.ones((3, 3, 3)))[1] == 1
    neighbours = ndimage.convolve(ring.astype(int), np.ones((3, 3, 3), int))[ring] - 1
    assert (neighbours >= 2).all()
    assert 60 < ring.sum() < 100
