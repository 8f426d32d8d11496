"""Whether generated sections are copies of training ones, wherever and however they were placed."""

import math
from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

COARSE = 2
"""Sections are averaged over blocks of this many pixels first: a copy stays one, single pixels do not count."""

REACH = 0.25
"""Farthest shift along an axis, as a share of the edge."""

QUANTILE = 0.05
"""Share of real sections that no network saw which lie nearer to a training section than what is called near."""

PLANTED_NOISE = 0.02
"""Share of pixels turned over in planted copies."""


class Nearest(NamedTuple):
    """The training section that each section is most alike.

    Attributes
    ----------
    distance : (n,) float32 array
        Mean squared difference of the averaged sections where they overlap, 0 (equal) to 1.
    training : (n,) int array
        Which training section.
    orientation : (n,) int array
        How it is turned: index in combined().
    """

    distance: np.ndarray
    training: np.ndarray
    orientation: np.ndarray


def nearest(sections: np.ndarray, training: np.ndarray, symmetries: Sequence[str]) -> Nearest:
    """Nearest training section under shifts and symmetries.

    Parameters
    ----------
    sections, training : (n, px, px), (m, px, px) uint8 arrays
        1 where solid.
    symmetries : sequence of 'flip_y', 'flip_x', 'transpose'
        As in training; all their combinations are tried.

    Notes
    -----
    Shifts go to a quarter of the edge along both axes, in steps of two pixels, so that at least 9/16 of a section is
    compared. The difference is found as |a|^2 + |b|^2 - 2ab, whose last term is one product of matrices a shift.
    """
    here, there = averaged(sections), averaged(training)
    variants = np.stack(list(combined(there, symmetries)))
    there = variants.reshape(-1, *there.shape[1:])
    reach = int(REACH * here.shape[-1])
    best = np.full(len(here), np.inf, np.float32)
    index = np.zeros(len(here), np.intp)
    for dy, dx in product(range(-reach, reach + 1), repeat=2):
        a = _window(here, dy, dx)
        b = _window(there, -dy, -dx)
        squares = a @ b.T
        squares *= -2
        squares += np.einsum("ij,ij->i", b, b)
        closest = squares.argmin(axis=1)
        distance = (squares[np.arange(len(a)), closest] + np.einsum("ij,ij->i", a, a)) / a.shape[1]
        better = distance < best
        best[better] = distance[better]
        index[better] = closest[better]
    return Nearest(np.maximum(best, 0), index % len(training), index // len(training))


def averaged(sections: np.ndarray) -> np.ndarray:
    """Means over blocks, (n, px / 2, px / 2) float32; an odd last row and column is left out."""
    edge = sections.shape[-1] // COARSE * COARSE
    blocks = sections[:, :edge, :edge].reshape(len(sections), edge // COARSE, COARSE, edge // COARSE, COARSE)
    return blocks.mean(axis=(2, 4), dtype=np.float32)


def combined(sections: np.ndarray, symmetries: Sequence[str]) -> Iterable[np.ndarray]:
    """The sections under every combination of the symmetries, each once."""
    flips = [(False, True) if name in symmetries else (False,) for name in ("flip_y", "flip_x", "transpose")]
    for flip_y, flip_x, transpose in product(*flips):
        turned = sections[:, ::-1] if flip_y else sections
        turned = turned[:, :, ::-1] if flip_x else turned
        yield turned.transpose(0, 2, 1) if transpose else turned


def near_distance(held_out: np.ndarray) -> float:
    """Distance below which a section counts as near to the training ones; NaN without held-out sections."""
    return float(np.quantile(held_out, QUANTILE)) if len(held_out) else math.nan


def planted_copies(training: np.ndarray, symmetries: Sequence[str], seed: int) -> np.ndarray:
    """Copies as a network might make them: turned, shifted by up to a fifth of the edge, a few pixels wrong.

    What a shift leaves open is filled by the mirrored section.
    """
    rng = np.random.default_rng(seed)
    edge = training.shape[-1]
    far = edge // 5
    variants = list(combined(training, symmetries))
    copies = np.empty_like(training)
    for i in range(len(training)):
        padded = np.pad(variants[rng.integers(len(variants))][i], far, mode="symmetric")
        y, x = rng.integers(0, 2 * far + 1, 2)
        copies[i] = padded[y : y + edge, x : x + edge] ^ (rng.random((edge, edge)) < PLANTED_NOISE)
    return copies


def _window(sections: np.ndarray, dy: int, dx: int) -> np.ndarray:
    """What overlaps with others shifted by (dy, dx), as rows of pixels."""
    ny, nx = sections.shape[1:]
    part = sections[:, max(0, dy) : ny + min(0, dy), max(0, dx) : nx + min(0, dx)]
    return part.reshape(len(sections), -1)
