"""Shapes whose descriptors are known, sampled on voxels of any aspect ratio."""

import math
from typing import NamedTuple

import numpy as np
import scipy.fft
from scipy.spatial import cKDTree

from porescope.describe.field import MARGIN, Block
from porescope.volume import Spacing

SHIFT = (0.21, -0.34, 0.13)
"""Of shapes from the middle of their array, in voxels: no symmetry helps."""


class RandomField(NamedTuple):
    """A thresholded Gaussian random field and what is expected of it.

    Attributes
    ----------
    block : Block
        With periodic surroundings.
    surface, gaussian, mean : float
        S_V, <G> and <M> in the unit of the spacing.
    """

    block: Block
    surface: float
    gaussian: float
    mean: float


def block_of(solid: np.ndarray, spacing: Spacing) -> Block:
    """A block whose outer MARGIN voxels are surroundings of the VOI."""
    return Block(solid, spacing, tuple((0, n) for n in solid.shape))  # type: ignore[arg-type]


def grid(shape: tuple[int, int, int], spacing: Spacing, centre_px: tuple[float, float, float]) -> list[np.ndarray]:
    """Coordinates (z, y, x) of the voxel centres from a point given in voxels."""
    axes = [(np.arange(n) - c) * h for n, c, h in zip(shape, centre_px, spacing, strict=True)]
    return list(np.meshgrid(*axes, indexing="ij", sparse=True))


def box(half_um: float, spacing: Spacing) -> tuple[int, int, int]:
    """Voxels of a box that holds a shape of this half width, with surroundings."""
    z, y, x = (2 * (math.ceil(half_um / h) + 2 + MARGIN) + 1 for h in spacing)
    return z, y, x


def off_centre(shape: tuple[int, int, int], shift: tuple[float, float, float] = SHIFT) -> tuple[float, ...]:
    """The middle of an array in voxels, moved by fractions of a voxel."""
    return tuple((n - 1) / 2 + s for n, s in zip(shape, shift, strict=True))


def ball(radius: float, spacing: Spacing, shift: tuple[float, float, float] = SHIFT) -> Block:
    """A ball about the middle of its array; see off_centre."""
    shape = box(radius, spacing)
    z, y, x = grid(shape, spacing, off_centre(shape, shift))  # type: ignore[arg-type]
    return block_of(z**2 + y**2 + x**2 < radius**2, spacing)


def torus(major: float, minor: float, spacing: Spacing) -> Block:
    """A ring around the z axis through the middle; see off_centre."""
    shape = box(major + minor, spacing)
    z, y, x = grid(shape, spacing, off_centre(shape))  # type: ignore[arg-type]
    return block_of((np.sqrt(y**2 + x**2) - major) ** 2 + z**2 < minor**2, spacing)


def cylinder(
    radius: float,
    direction: tuple[float, float, float],
    length: float,
    spacing: Spacing,
    shift: tuple[float, float, float] = SHIFT,
) -> Block:
    """A round bar through the middle of a cube, along a direction (z, y, x); see off_centre."""
    shape = box(length / 2, spacing)
    z, y, x = grid(shape, spacing, off_centre(shape, shift))  # type: ignore[arg-type]
    unit = np.array(direction) / np.linalg.norm(direction)
    along = unit[0] * z + unit[1] * y + unit[2] * x
    return block_of(z**2 + y**2 + x**2 - along**2 < radius**2, spacing)


def slab(width: float, normal: tuple[float, float, float], spacing: Spacing) -> Block:
    """A wall across a direction."""
    shape = tuple(round(40 / h) + 2 * MARGIN for h in spacing)
    z, y, x = grid(shape, spacing, off_centre(shape))  # type: ignore[arg-type]
    across = (normal[0] * z + normal[1] * y + normal[2] * x) / np.linalg.norm(normal)
    return block_of(np.ascontiguousarray(np.broadcast_to(np.abs(across) < width / 2, shape)), spacing)


def round_pores(period: float, radius: float, spacing: Spacing) -> Block:
    """A cubic array of balls of pore, four cells a side with the surroundings, which are periodic."""
    shape = tuple(round(4 * period / h) for h in spacing)
    axes = grid(shape, spacing, off_centre(shape))  # type: ignore[arg-type]
    z, y, x = ((c + period / 2) % period - period / 2 for c in axes)
    return block_of(z**2 + y**2 + x**2 > radius**2, spacing)


def gyroid(period: float, cells: int, spacing: Spacing) -> Block:
    """The nodal gyroid sin x cos y + sin y cos z + sin z cos x > 0, with periodic surroundings."""
    inner = [round(cells * period / h) for h in spacing]
    shape = tuple(n + 2 * MARGIN for n in inner)
    k = 2 * math.pi / period
    z, y, x = (k * c for c in grid(shape, spacing, off_centre(shape)))  # type: ignore[arg-type]
    return block_of(gyroid_level(z, y, x) > 0, spacing)


def gyroid_level(z: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """What is 0 on the nodal gyroid, at places in rad, a cell being 2 pi; positive in the solid."""
    level: np.ndarray = np.sin(x) * np.cos(y) + np.sin(y) * np.cos(z) + np.sin(z) * np.cos(x)
    return level


def random_spectrum(shape: tuple[int, ...], gaussian: float, level: float, spacing: Spacing, seed: int) -> np.ndarray:
    """Half spectrum of the periodic field that random_field thresholds."""
    wanted = -6 * gaussian / (1 - level**2)
    noise: np.ndarray = scipy.fft.rfftn(np.random.default_rng(seed).standard_normal(shape))
    spectrum = noise * np.exp(-_square_wave_number(shape, spacing) * 3 / wanted / 4)
    spectrum[0, 0, 0] = 0
    return spectrum


def _square_wave_number(shape: tuple[int, ...], spacing: Spacing) -> np.ndarray:
    k = [2 * math.pi * scipy.fft.fftfreq(n, h) for n, h in zip(shape[:2], spacing[:2], strict=True)]
    k.append(2 * math.pi * scipy.fft.rfftfreq(shape[2], spacing.x))
    square: np.ndarray = sum(a**2 for a in np.meshgrid(*k, indexing="ij", sparse=True))
    return square


def random_field(size: float, gaussian: float, level: float, spacing: Spacing, seed: int) -> RandomField:
    """Gaussian random field with a Gaussian covariance, thresholded: f > level is solid.

    Parameters
    ----------
    size : float
        Edge of the periodic cube.
    gaussian : float
        <G> wanted, negative.
    level : float
        Threshold in standard deviations, |level| < 1.
    spacing : Spacing
    seed : int

    Notes
    -----
    With k2 = E|grad f|^2 of the field at hand: S_V = (2/pi) sqrt(k2/3) exp(-a^2/2), <M> = (a/2) sqrt(pi k2/6),
    <G> = -(k2/6) (1 - a^2) (Adler & Taylor, Random Fields and Geometry, 2007).
    """
    shape = tuple(round(size / h) for h in spacing)
    spectrum = random_spectrum(shape, gaussian, level, spacing, seed)
    field = scipy.fft.irfftn(spectrum, s=shape)
    counted = np.full(spectrum.shape[2], 2.0)
    counted[0] = 1
    power = np.abs(spectrum) ** 2 * counted
    k2 = float((_square_wave_number(shape, spacing) * power).sum() / power.sum())
    solid = np.pad(field > level * field.std(), MARGIN, mode="wrap")
    return RandomField(
        block=block_of(solid, spacing),
        surface=2 / math.pi * math.sqrt(k2 / 3) * math.exp(-(level**2) / 2),
        gaussian=-k2 / 6 * (1 - level**2),
        mean=level / 2 * math.sqrt(math.pi * k2 / 6),
    )


def overlapping_balls(size: float, radius: float, density: float, spacing: Spacing, seed: int) -> tuple[Block, float]:
    """A Boolean model, balls about places drawn at random, and the area in its VOI of what no other ball covers.

    The area is that of the very balls, from 2000 points on each, and not the model's mean, about which VOIs scatter.
    """
    rng = np.random.default_rng(seed)
    inner = [round(size / h) for h in spacing]
    shape = tuple(n + 2 * MARGIN for n in inner)
    low = np.array([-MARGIN * h for h in spacing]) - radius
    high = np.array([(n + MARGIN) * h for n, h in zip(inner, spacing, strict=True)]) + radius
    count = -math.log(1 - density) / (4 / 3 * math.pi * radius**3) * np.prod(high - low)
    centres = rng.uniform(low, high, (rng.poisson(count), 3))
    axes = [(np.arange(n) - MARGIN + 0.5) * h for n, h in zip(shape, spacing, strict=True)]
    solid = np.zeros(shape, bool)
    for centre in centres:
        near = [slice(*np.searchsorted(a, (c - radius, c + radius))) for a, c in zip(axes, centre, strict=True)]
        z, y, x = np.ix_(*(a[i] - c for a, i, c in zip(axes, near, centre, strict=True)))
        solid[tuple(near)] |= z**2 + y**2 + x**2 < radius**2
    tree, area = cKDTree(centres), 0.0
    for centre in centres:
        outward = rng.standard_normal((2000, 3))
        points = centre + radius * outward / np.linalg.norm(outward, axis=1, keepdims=True)
        points = points[((points >= 0) & (points < np.multiply(inner, spacing))).all(axis=1)]
        alone = tree.query(points, k=1, distance_upper_bound=radius * (1 - 1e-9))[0] == np.inf
        area += 4 * math.pi * radius**2 * np.count_nonzero(alone) / 2000
    return block_of(solid, spacing), area
