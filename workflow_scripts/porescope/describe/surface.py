"""Specific surface from phase changes along lattice directions (Crofton), without a mesh."""

import itertools
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from porescope.describe.field import MARGIN, Block
from porescope.volume import Spacing

Step = tuple[int, int, int]

REACH = 3.5
"""Longest step, in geometric mean voxel edges; 73 directions on cubic voxels."""

DEGREES = (6, 4, 2, 0)
"""Spherical harmonics up to this degree are integrated exactly, as far as the directions allow."""


class Slopes(NamedTuple):
    """How P(r) / r falls with the distance r, in all directions alike.

    Attributes
    ----------
    linear, square : float
        Coefficients of r, in 1/um^2, and of r^2, in 1/um^3.
    """

    linear: float
    square: float


def specific_surface(block: Block) -> float:
    """Interface area per volume of a VOI, its faces excluded.

    Parameters
    ----------
    block : Block
        The VOI and its surroundings; pairs of voxels reach out of the VOI where there is data.

    Returns
    -------
    float
        Area / volume of the VOI in 1/um; 0 for a VOI of one phase.

    Notes
    -----
    S_V = 2 <P(r) / r> over directions, P(r) the probability that two points at distance r lie in different phases. For
    r towards 0, P(r) = S_V r / 2 (1 - a r - b r^2 + ...): a is 0 for a smooth interface (Kirste and Porod) and positive
    where pieces meet at creases instead of round necks. Both terms are found from steps r and 2 r and removed, so that
    interfaces with radii of a few voxels lose no area. Weights of the directions integrate spherical harmonics exactly,
    which makes up for anisotropic voxels. Counting voxel faces would read 1.5 times too much.

    Within 1.5 % on average (see selfcheck) of balls from a radius of 4 voxels, random fields to G h^2 = -0.09 and
    overlapping balls; a single ball of radius 6 scatters by 1 % with its place on the grid. Worst for a single plane
    along the grid: 2 % low on cubic voxels, 6 % at 2:1:1 across the long edge.

    References
    ----------
    Kirste & Porod, Kolloid-Z. 184 (1962); Ciccariello et al., Phys. Rev. B 23 (1981) 6474, for the linear term; Ohser &
    Muecklich, Statistical Analysis of Microstructures (2000).
    """
    return surfaces_of_parts([block])[0]


def surfaces_of_parts(blocks: Sequence[Block]) -> list[float]:
    """Specific surface of a VOI, the first block, and of parts of it.

    Parts take the slopes of their whole: they add up to it then, and scatter less.
    """
    spacing = blocks[0].spacing
    changes = {step: change_probability(blocks[0], step) for step in all_steps(spacing)}
    slopes = slopes_from_changes(changes, spacing)
    found = [surface_from_changes(changes, spacing, slopes)]
    for block in blocks[1:]:
        changes = {step: change_probability(block, step) for step in directions(spacing)[0]}
        found.append(surface_from_changes(changes, spacing, slopes))
    return found


def surface_from_changes(probability: Mapping[Step, float], spacing: Spacing, slopes: Slopes) -> float:
    """Specific surface in 1/um from the share of pairs of voxels that differ in phase, for each of directions."""
    steps, weights = directions(spacing)
    lengths = _lengths(steps, spacing)
    once = np.array([probability[step] for step in steps]) / lengths
    return float(2 * (weights * (once - slopes.linear * lengths - slopes.square * lengths**2)).sum())


def slopes_from_changes(probability: Mapping[Step, float], spacing: Spacing) -> Slopes:
    """Slopes from the share of pairs of voxels that differ in phase, by least squares; NaN where any share is.

    The linear one is taken as far as it exceeds twice its standard error (a garrotte: Breiman, Technometrics 37 (1995)
    373): most interfaces have no creases, and a term that is not there would only add noise.
    """
    steps = _short_steps(spacing)
    lengths = _lengths(steps, spacing)
    gain = np.array([probability[_doubled(step)] / 2 - probability[step] for step in steps]) / lengths
    if not np.isfinite(gain).all():
        return Slopes(math.nan, math.nan)
    root = np.sqrt(quadrature(steps, tuple(spacing), DEGREES[1:]))
    terms = root[:, np.newaxis] * np.column_stack([lengths, 3 * lengths**2])
    found = np.linalg.lstsq(terms, root * gain)[0]
    residual = root * gain - terms @ found
    variance = (residual @ residual) / (len(gain) - 2) * np.linalg.inv(terms.T @ terms)[0, 0]
    linear = found[0] * max(0.0, 1 - 4 * variance / found[0] ** 2) if found[0] else 0.0
    square = terms[:, 1] @ (root * gain - linear * terms[:, 0]) / (terms[:, 1] @ terms[:, 1])
    return Slopes(float(linear), float(square))


def all_steps(spacing: Spacing) -> tuple[Step, ...]:
    """Steps (z, y, x) between the voxels that are compared; z is never negative."""
    return (*directions(spacing)[0], *map(_doubled, _short_steps(spacing)))


def _short_steps(spacing: Spacing) -> tuple[Step, ...]:
    """Steps to the voxels that touch a voxel."""
    return tuple(step for step in directions(spacing)[0] if max(map(abs, step)) == 1)


def _lengths(steps: tuple[Step, ...], spacing: Spacing) -> np.ndarray:
    lengths: np.ndarray = np.linalg.norm(np.array(steps) * np.array(spacing), axis=1)
    return lengths


def _doubled(step: Step) -> Step:
    z, y, x = step
    return 2 * z, 2 * y, 2 * x


def change_probability(block: Block, step: Step) -> float:
    """Share of pairs (a voxel of the VOI, its neighbour at this step in either direction) that differ in phase."""
    differing, tested = 0, 0
    for sign in (1, -1):
        first, second = [], []
        for n, (low, high), d in zip(block.shape, block.data, step, strict=True):
            start = max(MARGIN, low - sign * d)
            stop = min(MARGIN + n, high - sign * d)
            if stop <= start:
                return math.nan
            first.append(slice(start, stop))
            second.append(slice(start + sign * d, stop + sign * d))
        here = block.solid[tuple(first)]
        differing += int(np.count_nonzero(here != block.solid[tuple(second)]))
        tested += here.size
    return differing / tested


@lru_cache
def directions(spacing: Spacing) -> tuple[tuple[Step, ...], np.ndarray]:
    """Lattice steps (z, y, x) up to a length, one of each opposite pair, and their weights (sum 1)."""
    mean_edge = spacing.voxel_volume ** (1 / 3)
    reach = max(REACH * mean_edge, 1.01 * math.hypot(*spacing))
    limits = [int(reach / edge) for edge in spacing]
    steps = tuple(
        step
        for step in itertools.product(*(range(-n, n + 1) for n in limits))
        if math.gcd(*step) == 1
        and step > (0, 0, 0)
        and math.hypot(*(n * h for n, h in zip(step, spacing, strict=True))) <= reach
    )
    return steps, quadrature(steps, tuple(spacing))  # type: ignore[return-value]


@lru_cache
def quadrature(steps: tuple[Step, ...], spacing: tuple[float, ...], degrees: tuple[int, ...] = DEGREES) -> np.ndarray:
    """Weights for means over the sphere from values along directions.

    The share of the sphere nearest to each direction, changed as little as is needed to integrate even spherical
    harmonics exactly up to the first of ``degrees`` that leaves all weights positive.
    """
    vectors = np.array(steps) * np.array(spacing)
    vectors /= np.linalg.norm(vectors, axis=1)[:, np.newaxis]
    nearest = np.abs(_fibonacci_sphere(20000) @ vectors.T).argmax(axis=1)
    share = np.bincount(nearest, minlength=len(vectors)) / 20000
    for degree in degrees:
        moments, means = _even_moments(vectors, degree)
        scaled = moments * share
        change = share * (moments.T @ np.linalg.lstsq(scaled @ moments.T, means - moments @ share, rcond=1e-10)[0])
        if (share + change).min() > 0:
            return share + change
    return share


def _even_moments(vectors: np.ndarray, degree: int) -> tuple[np.ndarray, np.ndarray]:
    """Monomials of an even degree on unit vectors (they span all even harmonics up to it), and their means."""
    rows, means = [], []
    for a, b in itertools.product(range(degree + 1), repeat=2):
        c = degree - a - b
        if c < 0:
            continue
        rows.append(vectors[:, 0] ** a * vectors[:, 1] ** b * vectors[:, 2] ** c)
        odd = a % 2 or b % 2 or c % 2
        means.append(
            0.0 if odd else _odd_factorial(a) * _odd_factorial(b) * _odd_factorial(c) / _odd_factorial(degree + 2)
        )
    return np.array(rows), np.array(means)


def _odd_factorial(n: int) -> int:
    """(n - 1)!! for an even n."""
    return math.prod(range(1, n, 2))


def _fibonacci_sphere(n: int) -> np.ndarray:
    """Evenly spread unit vectors."""
    i = np.arange(n) + 0.5
    polar, azimuth = np.arccos(1 - 2 * i / n), math.pi * (1 + math.sqrt(5)) * i
    return np.column_stack([np.cos(polar), np.sin(polar) * np.sin(azimuth), np.sin(polar) * np.cos(azimuth)])
