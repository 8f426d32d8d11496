"""Spheres on a grid: how much of each voxel they fill, and to which of them it belongs."""

import numba
import numpy as np
from scipy.spatial import cKDTree

from porescope.simulate.packing import Packing
from porescope.volume import Spacing

NEIGHBOURS = 12
"""Nearest centres among which the nearest surface is looked for, where it is beyond the reach of the quick way."""


def voxelise(packing: Packing, shape: tuple[int, int, int], spacing: Spacing) -> np.ndarray:
    """Partial volume of metal in every voxel of the packing's box.

    Parameters
    ----------
    packing : Packing
    shape : (nz, ny, nx)
        Voxels of the whole periodic box.
    spacing : Spacing
        Voxel edges (z, y, x) in um.

    Returns
    -------
    (nz, ny, nx) float32 array
        1 in metal, 0 in pores, between them in the voxels that the interface crosses (linear in the distance to it).
    """
    width = min(spacing)
    planes = _Planes(packing, shape[0], spacing, width)
    metal = np.zeros(shape, np.float32)
    _fill(metal, planes.arrays(), np.array(spacing), width)
    return metal


class ParticleMap:
    """The particle that each metal voxel belongs to: the one whose surface was nearest when green.

    Parameters
    ----------
    packing : Packing
        The green body.
    n_planes : int
        Planes of the grid.
    spacing : Spacing
        Voxel edges (z, y, x) in um of the grid when green, on which the centres keep their places while it shrinks.
    """

    def __init__(self, packing: Packing, n_planes: int, spacing: Spacing) -> None:
        self.packing, self.spacing = packing, spacing
        self._reach = 2 * min(spacing)
        self._index = _Planes(packing, n_planes, spacing, self._reach)
        self._tree = cKDTree(packing.centres_um, boxsize=packing.box_um)

    def labels(self, metal: np.ndarray, planes: slice) -> np.ndarray:
        """Particles of some planes.

        Parameters
        ----------
        metal : (nz, ny, nx) float32 array
            Partial volume in the packing's box after sintering.
        planes : slice
            Planes of ``metal`` that are wanted.

        Returns
        -------
        (n, ny, nx) uint32 array
            Index in the packing plus 1; 0 in pores.
        """
        wanted = np.ascontiguousarray(metal[planes]) > 0.5
        labels = np.zeros(wanted.shape, np.uint32)
        _label(labels, wanted, planes.start, self._index.arrays(), np.array(self.spacing), self._reach)
        z, y, x = np.nonzero(wanted & (labels == 0))  # necks between particles, farther than the reach from each
        if z.size:
            places = np.column_stack([z + planes.start, y, x]) * np.asarray(self.spacing)
            count = min(NEIGHBOURS, self.packing.radii_um.size)
            distance, near = self._tree.query(np.mod(places, self.packing.box_um), k=count)
            distance, near = distance.reshape(z.size, count), near.reshape(z.size, count)
            gaps = distance - self.packing.radii_um[near]
            labels[z, y, x] = near[np.arange(z.size), gaps.argmin(axis=1)] + 1
        return labels


class _Planes:
    """Which spheres come near which plane of the grid, as ranges of one list of sphere indices."""

    def __init__(self, packing: Packing, n_planes: int, spacing: Spacing, reach_um: float) -> None:
        z, radii = packing.centres_um[:, 0], packing.radii_um + reach_um
        first = np.ceil((z - radii) / spacing.z).astype(np.int64)
        counts = np.floor((z + radii) / spacing.z).astype(np.int64) - first + 1
        sphere = np.repeat(np.arange(z.size), counts)
        plane = np.arange(sphere.size) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
        inside = np.mod(plane, n_planes)
        order = np.argsort(inside, kind="stable")
        self.starts = np.searchsorted(inside[order], np.arange(n_planes + 1))
        self.spheres = sphere[order].astype(np.int64)
        self.heights = ((plane * spacing.z - z[sphere])[order]).astype(np.float32)
        self.packing = packing

    def arrays(self) -> tuple[np.ndarray, ...]:
        """For the kernels: ranges, sphere and height above its centre of every entry, centres, radii."""
        return self.starts, self.spheres, self.heights, self.packing.centres_um, self.packing.radii_um


@numba.njit(cache=True)
def _plane(gap, nearest, first, last, spheres, heights, centres, radii, spacing, reach):  # type: ignore[no-untyped-def]
    """Distance to the nearest surface (negative inside) and whose it is; entries beyond the reach are left."""
    ny, nx = gap.shape
    for entry in range(first, last):
        sphere = spheres[entry]
        radius, dz2 = radii[sphere], heights[entry] ** 2
        rim2 = (radius + reach) ** 2 - dz2
        if rim2 <= 0:
            continue
        rim = np.sqrt(rim2)
        cy, cx = centres[sphere, 1], centres[sphere, 2]
        for iy in range(int(np.ceil((cy - rim) / spacing[1])), int(np.floor((cy + rim) / spacing[1])) + 1):
            dy2 = (iy * spacing[1] - cy) ** 2
            half = np.sqrt(max(rim2 - dy2, 0.0))
            for ix in range(int(np.ceil((cx - half) / spacing[2])), int(np.floor((cx + half) / spacing[2])) + 1):
                distance = np.sqrt(dz2 + dy2 + (ix * spacing[2] - cx) ** 2) - radius
                y, x = iy % ny, ix % nx
                if distance < gap[y, x]:
                    gap[y, x] = distance
                    nearest[y, x] = sphere


@numba.njit(parallel=True, cache=True)
def _fill(metal, index, spacing, width):  # type: ignore[no-untyped-def]
    starts, spheres, heights, centres, radii = index
    for z in numba.prange(metal.shape[0]):
        gap = np.full(metal.shape[1:], np.float32(width))
        nearest = np.empty(metal.shape[1:], np.int64)
        _plane(gap, nearest, starts[z], starts[z + 1], spheres, heights, centres, radii, spacing, width)
        for y in range(gap.shape[0]):
            for x in range(gap.shape[1]):
                metal[z, y, x] = min(max(0.5 - gap[y, x] / width, 0.0), 1.0)


@numba.njit(parallel=True, cache=True)
def _label(labels, wanted, start, index, spacing, reach):  # type: ignore[no-untyped-def]
    starts, spheres, heights, centres, radii = index
    for row in numba.prange(labels.shape[0]):
        z = start + row
        gap = np.full(labels.shape[1:], np.float32(reach))
        nearest = np.full(labels.shape[1:], -1)
        _plane(gap, nearest, starts[z], starts[z + 1], spheres, heights, centres, radii, spacing, reach)
        for y in range(gap.shape[0]):
            for x in range(gap.shape[1]):
                if wanted[row, y, x]:
                    labels[row, y, x] = nearest[y, x] + 1
