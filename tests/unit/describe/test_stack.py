"""Sums over whole stacks: a failure would make slabs, or the size of the stack, part of the result."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from porescope.describe.boxes import Voi, cut_block
from porescope.describe.chords import mean_chord_um
from porescope.describe.stack import describe_stack
from porescope.describe.surface import specific_surface
from porescope.volume import Spacing, Volume

LONG = Spacing(0.05, 0.025, 0.03)


def metal(labels: np.ndarray) -> np.ndarray:
    return labels == 0


@given(shape=st.tuples(st.integers(4, 23), st.integers(8, 16), st.integers(8, 16)), slices=st.integers(1, 30))
@settings(max_examples=15, deadline=None)
def test_slab_by_slab_equals_the_whole(shape, slices):
    """Pairs across two slabs are counted, and once; whatever the height of the slabs."""
    labels = np.random.default_rng(1).integers(0, 3, shape).astype(np.uint8)
    found = describe_stack(labels, metal, LONG, slices)
    whole = cut_block(Volume(labels, LONG), Voi((0, 0, 0), shape), metal)
    assert found.relative_density == np.count_nonzero(labels == 0) / labels.size
    assert found.specific_surface_per_um == pytest.approx(specific_surface(whole), rel=1e-12)
    np.testing.assert_allclose(found.solid_chord_um, mean_chord_um(labels == 0, LONG), rtol=1e-12)
    np.testing.assert_allclose(found.pore_chord_um, mean_chord_um(labels != 0, LONG), rtol=1e-12)


class Alternating:
    """A stack of more than 2^31 changes, slices of metal and pore in turn, that is never there as a whole."""

    shape = (2**31 + 10**6, 1, 1)
    largest = 0

    def __init__(self) -> None:
        self._pattern = np.resize(np.array([0, 1], np.uint8), 2**25).reshape(-1, 1, 1)

    def __getitem__(self, part: slice) -> np.ndarray:
        self.largest = max(self.largest, part.stop - part.start)
        first = part.start % 2
        return self._pattern[first : first + part.stop - part.start]


def test_more_than_two_to_the_31_changes_are_counted_right():
    """Counters of 32 bits would turn negative."""
    stack = Alternating()
    found = describe_stack(stack, metal, Spacing(0.5, 0.5, 0.5))
    assert stack.largest <= 2**24
    assert found.relative_density == 0.5
    assert found.solid_chord_um[0] == pytest.approx(2 * 0.5 / (4 / 3 / 0.5))  # changes at step 1, none at step 2
    assert math.isnan(found.specific_surface_per_um)  # a single column
