"""What is kept of one VOI for pictures: thin, and of at most a cut-out of the VOI."""

import numpy as np

from porescope.describe.boxes import Voi, points_in
from porescope.describe.curvature import Interface
from porescope.describe.field import Block, crop, cubic_factors, finer
from porescope.describe.struts import Struts

LARGEST = 96
"""Longest edge of the cut-out in voxels."""

LEVELS = 200
"""Steps between the values 0 and 1 of the stored field; the interface stays within a fiftieth of a voxel."""

EVERY = 4
"""Of the points of the interface so many-th is kept: the kernel makes curvature smooth over several voxels."""


def field_map(smooth: np.ndarray, block: Block, factors: tuple[int, ...]) -> dict[str, np.ndarray]:
    """The smooth field of the cut-out.

    Returns
    -------
    dict
        - picture_field: (nz, ny, nx) int8, LEVELS times the smooth field at the nodes, 0 on the interface
        - picture_nodes_um: (3,) node distances (z, y, x)
    """
    field = crop(smooth, cut_out(block.shape), factors)
    return {
        "picture_field": np.clip(np.rint(field * LEVELS), -127, 127).astype(np.int8),
        "picture_nodes_um": np.array(finer(block.spacing, factors)),
    }


def point_map(surface: Interface, block: Block) -> dict[str, np.ndarray]:
    """The curvature of the interface in the cut-out.

    Returns
    -------
    dict
        - picture_points_um: (n, 3) float16, some points of the interface from the cut-out's first node
        - picture_mean_per_um, picture_gaussian_per_um2: (n,) float32, curvature at these points
    """
    edges = np.array(block.spacing)
    inside = (surface.area_um2 > 0) & points_in(
        surface.position_um, Voi((0, 0, 0), cut_out(block.shape)), block.spacing
    )
    kept = np.flatnonzero(inside)[::EVERY]
    first = (0.5 / np.array(cubic_factors(block.spacing)) - 0.5) * edges  # finer nodes, from the first voxel's centre
    return {
        "picture_points_um": (surface.position_um[kept] - first).astype(np.float16),
        "picture_mean_per_um": surface.mean_per_um[kept],
        "picture_gaussian_per_um2": surface.gaussian_per_um2[kept],
    }


def skeleton_map(struts: Struts) -> dict[str, np.ndarray]:
    """Skeleton points (z, y, x) of the VOI from the centre of its first voxel, and the diameters there, float16."""
    return {
        "picture_skeleton_um": struts.position_um.astype(np.float16),
        "picture_diameters_um": struts.diameter_um.astype(np.float16),
    }


def path_map(ratio: np.ndarray, block: Block, factors: tuple[int, ...]) -> dict[str, np.ndarray]:
    """Middle section of the VOI and of the map path length / distance of the ways along +y (NaN off the metal)."""
    middle = block.shape[0] // 2
    return {
        "slice_mask": block.interior[middle].astype(np.uint8),
        "slice_tortuosity": ratio[middle * factors[0], :: factors[1], :: factors[2]].astype(np.float32),
        "slice_pixel_um": np.array(block.spacing[1:]),
    }


def cut_out(shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Shape of the cut-out in voxels; it lies in the VOI's first corner."""
    z, y, x = (min(n, LARGEST) for n in shape)
    return z, y, x
