"""The bar of text that microscopes write under an image."""

from collections.abc import Sequence

import numpy as np

PLAIN = 0.5
"""Share of its pixels that have one and the same value in a row of a bar: background between letters."""

STILL = 0.8
"""Share of pixels of a bar that are the same in all slices; the noise of an image changes."""

LEAST_ROWS, LARGEST_SHARE = 8, 0.25
"""Rows of the smallest bar, and the part of the height that the largest may take."""


def databar_rows(slices: Sequence[np.ndarray]) -> int:
    """Height in rows of a bar at the bottom of slices; 0 without.

    Parameters
    ----------
    slices : sequence of (ny, nx) arrays
        A few of them, none constant. From two on, what counts is that a bar stays the same from slice to slice; of a
        single one, that most of a row has one value.

    Notes
    -----
    The bar is the largest block of rows from the bottom of which at most a tenth fail the test and whose top row passes
    it. An image whose pores are clipped at black is not taken for one: it changes where its metal is.
    """
    height = slices[0].shape[0]
    plain = np.median([_plain_share(pixels) for pixels in slices], axis=0) >= PLAIN
    if len(slices) > 1:
        same = np.logical_and.reduce([pixels == slices[0] for pixels in slices[1:]])
        bar_like = same.mean(axis=1) >= STILL
        bar_like &= plain | (same.mean(axis=1) == 1) | _between(plain & bar_like)
    else:
        bar_like = plain
    from_bottom = bar_like[::-1]
    passed = np.cumsum(from_bottom) / np.arange(1, height + 1)
    rows = np.flatnonzero(from_bottom & (passed >= 0.9)) + 1
    found = int(rows[-1]) if rows.size else 0
    return found if LEAST_ROWS <= found <= LARGEST_SHARE * height else 0


def _plain_share(pixels: np.ndarray) -> np.ndarray:
    """For every row, the share of its pixels that have its commonest value."""
    ordered = np.sort(pixels, axis=1)
    shares = np.empty(len(pixels))
    for row, values in enumerate(ordered):
        ends = np.flatnonzero(np.diff(values)) + 1
        shares[row] = np.diff(np.concatenate([[0], ends, [values.size]])).max() / values.size
    return shares


def _between(rows: np.ndarray) -> np.ndarray:
    """Rows that have such rows both above and below: those through the middle of letters."""
    return np.logical_or.accumulate(rows) & np.logical_or.accumulate(rows[::-1])[::-1]
