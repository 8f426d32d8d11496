"""Sintering: the interface moves by its curvature while the box shrinks around the metal, none of which is lost."""

from collections.abc import Iterator
from typing import NamedTuple

import numba
import numpy as np

from porescope.simulate.kinetics import State
from porescope.simulate.smoothing import smooth_in_place
from porescope.volume import Spacing

INTERFACE_PX = 1.0
"""Width of the linear ramp across the interface in the field of partial volumes, in voxels."""

Region = tuple[slice, slice, slice]

WHOLE: Region = (slice(None), slice(None), slice(None))

BINS = 1 << 16
"""Of the histogram behind the threshold: its density is right to about one part in this."""


class Step(NamedTuple):
    """Where a step has come to.

    Attributes
    ----------
    state : State
    spacing : Spacing
        Voxel edges (z, y, x) in um of the shrunk grid.
    """

    state: State
    spacing: Spacing


def shrunk(spacing: Spacing, density_before: float, density_after: float) -> Spacing:
    """Voxel edges after a change of density: the volume of the metal, density times box, stays."""
    factor = (density_before / density_after) ** (1 / 3)
    return Spacing(*(edge * factor for edge in spacing))


def sinter(
    metal: np.ndarray, spacing: Spacing, before: State, after: State, step_um: float, region: Region = WHOLE
) -> Iterator["Step"]:
    """Move the interface by its mean curvature from one state to the next, step by step.

    Parameters
    ----------
    metal : (nz, ny, nx) float32 array
        Partial volume of metal in a periodic box; overwritten.
    spacing : Spacing
        Voxel edges (z, y, x) in um in the state before.
    before, after : State
        Relative density and coarsening so far; the difference is what this run adds.
    step_um : float
        Standard deviation of one Gaussian step at most.
    region : slices (z, y, x)
        Part of the box whose density is that of the states; what is around it has about the same.

    Yields
    ------
    Step
        After every step; ``metal`` is then what it has made: above 0.5 is metal, and that share of the region is the
        step's density. The voxel edges are (D before / D after)^(1/3) of those before: all particles draw nearer
        alike.

    Notes
    -----
    Threshold dynamics: a step is a convolution with a Gaussian and a threshold, which moves the interface by its mean
    curvature; the threshold is the one that gives the density of the step, which goes evenly from that of the start to
    the end. So the metal that the shrinking grid takes from the particles comes back where curvature draws it, into
    the necks. The threshold is applied as a ramp one voxel wide, so that the interface keeps its place within a
    voxel and is not pinned by the grid.

    References
    ----------
    B. Merriman, J. Bence, S. Osher, J. Comput. Phys. 112 (1994) 334 (diffusion-generated motion);
    S. J. Ruuth, B. T. R. Wetton, J. Sci. Comput. 19 (2003) 373 (volume-preserving threshold).
    """
    variance = after.coarsening_um**2 - before.coarsening_um**2
    steps = max(1, int(np.ceil(variance / step_um**2)))
    sigma_um = float(np.sqrt(variance / steps))
    density = before.relative_density
    for step in range(1, steps + 1):
        wanted = before.relative_density + (after.relative_density - before.relative_density) * step / steps
        spacing, density = shrunk(spacing, density, wanted), wanted
        smooth_in_place(metal, spacing, sigma_um)
        threshold = upper_quantile(metal[region], density)
        slope = sigma_um * np.sqrt(2 * np.pi) / (INTERFACE_PX * min(spacing))  # 1 / slope of a smoothed flat interface
        _sharpen(metal, np.float32(threshold), np.float32(slope))
        yield Step(State(density, float(np.sqrt(before.coarsening_um**2 + step * sigma_um**2))), spacing)


def upper_quantile(values: np.ndarray, share: float) -> float:
    """The value that ``share`` of the values, all in [0, 1], exceed; linear within a bin of the histogram."""
    counts = _histogram(values, BINS)
    above = np.concatenate([np.cumsum(counts[::-1])[::-1], [0]])
    return float(np.interp(-share * values.size, -above, np.arange(BINS + 1) / BINS))


@numba.njit(parallel=True, cache=True)
def _histogram(values: np.ndarray, bins: int) -> np.ndarray:
    parts = 16
    counts = np.zeros((parts, bins), np.int64)
    for part in numba.prange(parts):
        for z in range(part * values.shape[0] // parts, (part + 1) * values.shape[0] // parts):
            for row in values[z]:
                for value in row:
                    counts[part, min(max(int(value * bins), 0), bins - 1)] += 1
    return counts.sum(axis=0)


@numba.njit(parallel=True, fastmath=True, cache=True)
def _sharpen(metal: np.ndarray, threshold: np.float32, slope: np.float32) -> None:
    for z in numba.prange(metal.shape[0]):
        for y in range(metal.shape[1]):
            row = metal[z, y]
            for x in range(row.size):
                row[x] = min(max((row[x] - threshold) * slope + np.float32(0.5), np.float32(0)), np.float32(1))
