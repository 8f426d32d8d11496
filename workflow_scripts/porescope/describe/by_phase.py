"""Columns that are counted on the mask itself."""

import math
from collections.abc import Sequence

import numpy as np

from porescope.describe.boxes import Voi, part
from porescope.describe.chords import mean_chord_um
from porescope.describe.correlation import two_point
from porescope.describe.euler import curvature_from_euler, euler_density_per_um3
from porescope.describe.field import Block
from porescope.describe.planar import planar_descriptors
from porescope.describe.surface import surfaces_of_parts
from porescope.volume import Spacing


def columns(block: Block, cuts: Sequence[Voi]) -> list[dict[str, float]]:
    """Density, surface, Euler number, two-point correlation, chords and planar descriptors of parts of a VOI.

    Parameters
    ----------
    block : Block
        The VOI and its surroundings.
    cuts : sequence of Voi
        Parts of it, counted from its first voxel; the first is the whole.
    """
    blocks = [part(block, cut) for cut in cuts]
    return [_of_one(*each) for each in zip(blocks, surfaces_of_parts(blocks), strict=True)]


def _of_one(block: Block, surface: float) -> dict[str, float]:
    solid, euler_density = block.interior, euler_density_per_um3(block)
    values = {
        "relative_density": float(np.count_nonzero(solid) / solid.size),
        "specific_surface_per_um": surface,
        "euler_density_per_um3": euler_density,
        "gaussian_curvature_per_um2": curvature_from_euler(euler_density, surface),
    }
    pairs = two_point(solid, block.spacing)
    values |= {"correlation_length_um": pairs.correlation_length_um, "integral_range_um3": pairs.integral_range_um3}
    return values | _chords(solid, block.spacing) | _planar(solid, block.spacing)


def _chords(solid: np.ndarray, spacing: Spacing) -> dict[str, float]:
    """Mean chords along each axis, and their mean."""
    values: dict[str, float] = {}
    for name, phase in (("solid", solid), ("pore", ~solid)):
        chords = mean_chord_um(phase, spacing)
        values |= {f"{name}_chord_{axis}_um": float(chord) for axis, chord in zip("zyx", chords, strict=True)}
        values[f"{name}_chord_um"] = float(chords.mean())
    return values


def _planar(solid: np.ndarray, spacing: Spacing) -> dict[str, float]:
    """Means over the z sections of the VOI; sections without a value are left out."""
    sections = planar_descriptors(solid, (spacing.y, spacing.x))
    index = sections["shape_index"].to_numpy()
    return {
        "specific_perimeter_per_um": float(sections["specific_perimeter_per_um"].mean()),
        "shape_index": float(np.nanmean(index)) if np.isfinite(index).any() else math.nan,
    }
