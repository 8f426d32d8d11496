"""Triangles of the zero level of the smooth field, slab by slab, and their area."""

import dataclasses
import math
from collections.abc import Iterator

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

from porescope.describe.field import MARGIN, Block
from porescope.describe.smoothing import smooth_field
from porescope.innermost import innermost

ORIENTATION = -1.0
"""Sign that turns the triangles of zero_level, in (z, y, x), out of the positive region."""

SLAB = 64
"""Slices that are worked on at once, margins not counted."""

WIDER = 1.38
"""Ratio of the two smoothing widths that the area is extrapolated from."""

STEPPED = 2.0
"""Ratio of voxel edges from which on slices leave steps on the surface: both widths grow with the root of what it is
exceeded by."""


@dataclasses.dataclass(frozen=True)
class Mesh:
    """The part of the zero level that belongs to one slab.

    Attributes
    ----------
    field : (n, ny, nx) float32 array
        The smooth field of the slab and its surroundings.
    vertices : (n, 3) float32 array
        In index coordinates (z, y, x) of ``field``, each on an edge of the grid.
    triangles : (m, 3) int array
    offset : (3,) float32 array
        What brings vertices to voxels of the VOI.
    """

    field: np.ndarray
    vertices: np.ndarray
    triangles: np.ndarray
    offset: np.ndarray


def mesh_specific_surface(narrow_um2: float, block: Block, smoothing_px: float) -> float:
    """Interface area per volume of a VOI from the smooth surface, its faces excluded.

    Parameters
    ----------
    narrow_um2 : float
        Area of the interface at ``smoothing_px``: the sum of curvature.Interface.area_um2.
    block : Block
        The VOI and its surroundings.
    smoothing_px : float
        Width of the kernel in voxels.

    Returns
    -------
    float
        Area / volume of the VOI in 1/um; 0 for a VOI of one phase.

    Notes
    -----
    Smoothing takes a share of the area that grows with the square of its width: a second surface, smoothed 1.38 times
    as wide, gives that share, and the area is extrapolated linearly to width 0. On balls from a radius of 4 voxels
    and random fields up to G h^2 = -0.09: within 1.1 % on cubic voxels, 2 % at 2:1:1, 3 % at 4:1:1 (see selfcheck); the
    estimator of surface.py is the more accurate one there.
    """
    wider = math.sqrt(max(1.0, max(block.spacing) / min(block.spacing) / STEPPED))
    narrow = narrow_um2 if wider == 1 else _area(block, wider * smoothing_px)
    wide = _area(block, WIDER * wider * smoothing_px)
    return max(0.0, narrow + (narrow - wide) / (WIDER**2 - 1)) / block.volume_um3


def _area(block: Block, smoothing_px: float) -> float:
    """Area in um^2 of the smooth surface in the VOI."""
    areas = (
        areas_and_normals(mesh.vertices + mesh.offset, mesh.triangles, block)[0]
        for mesh in slab_meshes(block, smoothing_px)
    )
    return sum(float(area.sum(dtype=np.float64)) for area in areas)


def slab_meshes(block: Block, smoothing_px: float) -> Iterator[Mesh]:
    """The zero level of a block in slabs; each triangle belongs to the slab that holds its centre."""
    depth = block.solid.shape[0]
    for start in range(0, depth, SLAB):
        stop = min(start + SLAB, depth)
        low, high = max(0, start - MARGIN), min(depth, stop + MARGIN)
        field = smooth_field(block.solid[low:high], block.spacing, smoothing_px)
        vertices, triangles = zero_level(field)
        height = vertices[:, 0]
        centres = (height[triangles[:, 0]] + height[triangles[:, 1]] + height[triangles[:, 2]]) / 3
        triangles = triangles[(centres >= start - low - 0.5) & (centres < stop - low - 0.5)]
        used = np.zeros(len(vertices), bool)
        used[triangles] = True
        renumbered = np.cumsum(used, dtype=np.int32) - 1
        offset = np.array([low - MARGIN, -MARGIN, -MARGIN], np.float32)
        yield Mesh(field, vertices[used], renumbered[triangles], offset)


def zero_level(field: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Triangulation of the zero level of a field.

    Returns
    -------
    vertices : (n, 3) float32 array
        In index coordinates (z, y, x), each on an edge of the grid.
    triangles : (m, 3) int array
    """
    image = vtkImageData()
    image.SetDimensions(field.shape[::-1])
    image.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(field, np.float32).ravel()))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, 0.0)
    edges.ComputeNormalsOff()
    edges.ComputeGradientsOff()
    edges.ComputeScalarsOff()
    edges.Update()
    surface = edges.GetOutput()
    if surface.GetNumberOfPoints() == 0:
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int64)
    vertices = vtk_to_numpy(surface.GetPoints().GetData())[:, ::-1]
    triangles = vtk_to_numpy(surface.GetPolys().GetConnectivityArray()).reshape(-1, 3)
    return np.ascontiguousarray(vertices), triangles.copy()


def areas_and_normals(vertices: np.ndarray, triangles: np.ndarray, block: Block) -> tuple[np.ndarray, np.ndarray]:
    """Per vertex a third in um^2 of each triangle with the centre in the VOI, and the normal out of the solid."""
    area, normal = np.zeros(len(vertices), np.float32), np.zeros((len(vertices), 3), np.float32)
    _add_triangles(vertices, triangles, np.array(block.spacing), np.array(block.shape) - 0.5, area, normal)
    normal *= np.float32(ORIENTATION) / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), np.float32(1e-30))
    return area, normal


@innermost()
def _add_triangles(
    vertices: np.ndarray,
    triangles: np.ndarray,
    edges: np.ndarray,
    end: np.ndarray,
    area: np.ndarray,
    normal: np.ndarray,
) -> None:
    """Add to each vertex a third of its triangles' areas in the VOI, and their vector areas."""
    for m in range(len(triangles)):
        i, j, k = triangles[m, 0], triangles[m, 1], triangles[m, 2]
        inside = True
        for a in range(3):
            centre = (vertices[i, a] + vertices[j, a] + vertices[k, a]) / 3
            inside &= -0.5 <= centre < end[a]
        square = 0.0
        for a in range(3):
            b, c = (a + 1) % 3, (a + 2) % 3
            to_j, to_k = vertices[j, b] - vertices[i, b], vertices[k, b] - vertices[i, b]
            across_j, across_k = vertices[j, c] - vertices[i, c], vertices[k, c] - vertices[i, c]
            along = (to_j * across_k - across_j * to_k) * edges[b] * edges[c]
            square += along * along
            for corner in (i, j, k):
                normal[corner, a] += along
        if inside:
            for corner in (i, j, k):
                area[corner] += math.sqrt(square) / 6
