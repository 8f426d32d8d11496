"""Random packings of spheres in a periodic box: the green body before sintering."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from porescope.errors import InputError
from porescope.progress import progress
from porescope.simulate.neighbours import pushes, sort_into_cells
from porescope.simulate.recipe import LARGEST_DENSITY, Mode


@dataclass(frozen=True)
class PackingOptions:
    """How overlapping spheres are pushed apart.

    Attributes
    ----------
    steps : int
        Rounds of moving every sphere.
    reach : float
        Largest gap over which neighbours attract, as a multiple of the smaller median radius.
    """

    steps: int
    reach: float


class Packing(NamedTuple):
    """Spheres in a periodic box.

    Attributes
    ----------
    centres_um : (n, 3) float array
        (z, y, x), inside the box.
    radii_um : (n,) float array
    box_um : (z, y, x)
        Period along each axis.
    """

    centres_um: np.ndarray
    radii_um: np.ndarray
    box_um: tuple[float, float, float]


def pack(
    modes: Sequence[Mode],
    density: float,
    cohesion: float,
    box_um: tuple[float, float, float],
    options: PackingOptions,
    rng: np.random.Generator,
) -> Packing:
    """Pack spheres at a given density: random positions, then repulsion of overlaps and cohesion across small gaps.

    Parameters
    ----------
    modes : sequence of Mode
        Sizes; their shares of the volume are taken relative to their sum.
    density : float
        Volume of all spheres / volume of the box.
    cohesion : float
        Part of the gap to a near neighbour that a step closes; 0 leaves gaps as they are.
    box_um : (z, y, x)
        Edges of the periodic box.
    options : PackingOptions
    rng : Generator

    Returns
    -------
    Packing
        Small overlaps remain; sintering turns them into necks.

    Raises
    ------
    InputError
        The density is not one that spheres can be packed to, or the box holds no particle of a mode.

    Notes
    -----
    Force-biased packing: each overlapping pair moves apart by its overlap, the lighter sphere the farther. The
    cohesion closes gaps the same way, so that a loose green body hangs together as a powder with van der Waals
    contacts does; without it, random spheres at a density of 0.4 hardly touch. It acts in the first half of the steps;
    the second half takes out the overlaps that it made.

    References
    ----------
    J. Moscinski et al., Molecular Simulation 3 (1989) 201 (force-biased algorithm);
    A. Bezrukov, M. Bargiel, D. Stoyan, Part. Part. Syst. Charact. 19 (2002) 111.
    """
    if not 0 < density <= LARGEST_DENSITY:
        raise InputError(
            f"a packing density of {density:g} was asked for, expected more than 0, at most {LARGEST_DENSITY:g}"
        )
    drawn = [_draw_radii(mode, modes, density, box_um, rng) for mode in modes]
    radii = np.concatenate(drawn)
    box = np.asarray(box_um)
    centres = rng.random((radii.size, 3)) * box
    reach = options.reach * min(mode.radius_um for mode in modes)
    modes_end = np.cumsum([0, *(len(one) for one in drawn)])
    for step in progress(range(options.steps), options.steps, "steps of packing"):
        cells = sort_into_cells(centres, radii, box, reach, modes_end)
        pull = cohesion if 2 * step < options.steps else 0.0
        centres = np.mod(centres + pushes(centres, radii, box, reach, pull, cells), box)
    return Packing(centres, radii, box_um)


def _draw_radii(
    mode: Mode,
    modes: Sequence[Mode],
    density: float,
    box_um: tuple[float, float, float],
    rng: np.random.Generator,
) -> np.ndarray:
    """Radii of one mode whose volumes add up to its share, to within half a particle."""
    share = mode.share / sum(m.share for m in modes)
    volume = share * density * float(np.prod(box_um))
    mean_volume = 4 / 3 * np.pi * mode.radius_um**3 * np.exp(4.5 * mode.spread**2)
    count = round(volume / mean_volume)
    if count < 1:
        raise InputError(
            f"a box of {' x '.join(f'{e:.3g}' for e in box_um)} um holds no particle of radius {mode.radius_um:g} um "
            f"at a share of {share:g}; expected a larger stack or smaller particles"
        )
    radii = mode.radius_um * np.exp(mode.spread * rng.standard_normal(count))
    return radii * np.cbrt(volume / (4 / 3 * np.pi * np.sum(radii**3)))
