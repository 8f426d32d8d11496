"""Mean and Gaussian curvature of the interface, from derivatives of the smooth field at points of its zero level."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D

from porescope.describe.field import MARGIN, Block, field_from, smooth_spectrum, wave_numbers
from porescope.volume import Spacing

ORIENTATION = -1.0
"""Sign that turns the triangles of zero_level, in (z, y, x), out of the positive region."""

SLAB = 64
"""Slices that are worked on at once, margins not counted."""


@dataclass(frozen=True)
class Interface:
    """Points on the interface.

    Attributes
    ----------
    position_um : (n, 3) float32 array
        Points (z, y, x) from the centre of the VOI's first voxel, those around the VOI too.
    normal : (n, 3) float32 array
        Unit normals (z, y, x) out of the solid.
    area_um2 : (n,) float32 array
        The area that each point stands for; 0 outside the VOI.
    mean_per_um, gaussian_per_um2 : (n,) float32 arrays
        M = (k1 + k2) / 2, positive where the solid is convex, and G = k1 k2; 0 outside the VOI.
    """

    position_um: np.ndarray
    normal: np.ndarray
    area_um2: np.ndarray
    mean_per_um: np.ndarray
    gaussian_per_um2: np.ndarray

    @property
    def mean_curvature_per_um(self) -> float:
        """Area-weighted mean of M; NaN without interface in the VOI."""
        return _weighted_mean(self.mean_per_um, self.area_um2)

    @property
    def gaussian_curvature_per_um2(self) -> float:
        """Area-weighted mean of G; NaN without interface in the VOI."""
        return _weighted_mean(self.gaussian_per_um2, self.area_um2)

    def histogram(self, gaussian_edges: np.ndarray, mean_edges: np.ndarray) -> np.ndarray:
        """Joint distribution: area in um^2 per bin (G along the first axis); what lies beyond the edges is left out."""
        counts, _, _ = np.histogram2d(
            self.gaussian_per_um2, self.mean_per_um, bins=(gaussian_edges, mean_edges), weights=self.area_um2
        )
        return counts


def interface(block: Block, smoothing_px: float) -> Interface:
    """The interface of a VOI with its curvatures.

    Parameters
    ----------
    block : Block
        The VOI and its surroundings.
    smoothing_px : float
        Width of the smoothing kernel in voxels; see field.smooth_spectrum.

    Returns
    -------
    Interface
        Points on the edges of the voxel grid where the smooth field is zero.

    Notes
    -----
    With gradient g and Hessian H of u, the normal out of the solid N = -g/|g|: M = -(|g|^2 tr H - g'Hg) / (2 |g|^3),
    G = g' adj(H) g / |g|^4. Derivatives are exact in the Fourier domain and interpolated by cubics along the edge.
    Large volumes are worked on in slabs, so memory holds one slab of derivatives.

    References
    ----------
    Goldman, Curvature formulas for implicit curves and surfaces, CAGD 22 (2005).
    """
    parts = list(_slab_interfaces(block, smoothing_px))
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("position_um", "normal", "area_um2", "mean_per_um", "gaussian_per_um2")
    }
    return Interface(**joined)


def curvature_edges(
    spacing: Spacing, bins: int, gaussian_limit: float, mean_limit: float
) -> tuple[np.ndarray, np.ndarray]:
    """Edges of the joint histogram: -limit to limit, the limits in units of 1/h^2 and 1/h of the mean voxel edge h."""
    edge = spacing.voxel_volume ** (1 / 3)
    gaussian = gaussian_limit / edge**2
    mean = mean_limit / edge
    return np.linspace(-gaussian, gaussian, bins + 1), np.linspace(-mean, mean, bins + 1)


def _slab_interfaces(block: Block, smoothing_px: float) -> Iterator[Interface]:
    depth = block.solid.shape[0]
    for start in range(0, depth, SLAB):
        stop = min(start + SLAB, depth)
        low, high = max(0, start - MARGIN), min(depth, stop + MARGIN)
        yield _slab_interface(block, slice(low, high), (start, stop), smoothing_px)


def _slab_interface(block: Block, read: slice, core: tuple[int, int], smoothing_px: float) -> Interface:
    """Interface points of the slices ``core`` from the slices ``read`` of the block."""
    solid = block.solid[read]
    spectrum = smooth_spectrum(solid, block.spacing, smoothing_px)
    vertices, triangles = zero_level(field_from(spectrum, solid.shape))
    keep_from, keep_to = core[0] - read.start - 0.5, core[1] - read.start - 0.5
    centres = vertices[triangles].mean(axis=1)
    triangles = triangles[(centres[:, 0] >= keep_from) & (centres[:, 0] < keep_to)]
    used, triangles = np.unique(triangles, return_inverse=True)
    vertices, triangles = vertices[used], triangles.reshape(-1, 3)
    offset = np.array([read.start - MARGIN, -MARGIN, -MARGIN], np.float32)
    area, normal = _areas_and_normals(vertices + offset, triangles, block)
    mean, gaussian = np.zeros_like(area), np.zeros_like(area)
    counts = area > 0
    mean[counts], gaussian[counts] = _curvatures(spectrum, solid.shape, vertices[counts], block.spacing)
    return Interface((vertices + offset) * np.array(block.spacing, np.float32), normal, area, mean, gaussian)


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


def _areas_and_normals(vertices: np.ndarray, triangles: np.ndarray, block: Block) -> tuple[np.ndarray, np.ndarray]:
    """Per vertex a third in um^2 of each triangle with the centre in the VOI, and the normal out of the solid."""
    corners = vertices[triangles]
    centres = corners.mean(axis=1)
    inside = ((centres >= -0.5) & (centres < np.array(block.shape) - 0.5)).all(axis=1)
    corners = corners * np.array(block.spacing, np.float32)
    vectors = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    share = np.linalg.norm(vectors, axis=1) / 6 * inside
    corner, count = triangles.ravel(), len(vertices)
    area = np.bincount(corner, weights=np.repeat(share, 3), minlength=count)
    summed = np.column_stack([np.bincount(corner, weights=np.repeat(v, 3), minlength=count) for v in vectors.T])
    normal = ORIENTATION * summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-30)
    return area.astype(np.float32), normal.astype(np.float32)


def _curvatures(
    spectrum: np.ndarray, shape: tuple[int, ...], vertices: np.ndarray, spacing: Spacing
) -> tuple[np.ndarray, np.ndarray]:
    """M in 1/um and G in 1/um^2 at the vertices."""
    sample = _EdgeSampler(vertices, shape)
    steps = [1j * k / np.float32(h) for k, h in zip(wave_numbers(shape), spacing, strict=True)]
    gz, gy, gx = (sample(field_from(spectrum * d, shape)) for d in steps)
    zz, zy, zx, yy, yx, xx = (
        sample(field_from(spectrum * (steps[i] * steps[j]), shape))
        for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    )
    square = gz**2 + gy**2 + gx**2
    along = gz**2 * zz + gy**2 * yy + gx**2 * xx + 2 * (gz * gy * zy + gz * gx * zx + gy * gx * yx)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = -(square * (zz + yy + xx) - along) / (2 * square**1.5)
        adjugate = gz**2 * (yy * xx - yx**2) + gy**2 * (zz * xx - zx**2) + gx**2 * (zz * yy - zy**2)
        adjugate += 2 * (gz * gy * (zx * yx - zy * xx) + gz * gx * (zy * yx - zx * yy) + gy * gx * (zy * zx - yx * zz))
        gaussian = adjugate / square**2
    return np.nan_to_num(mean).astype(np.float32), np.nan_to_num(gaussian).astype(np.float32)


class _EdgeSampler:
    """Cubic interpolation at points that lie on the edges of a grid."""

    def __init__(self, vertices: np.ndarray, shape: tuple[int, ...]) -> None:
        nearest = np.rint(vertices)
        axis = np.abs(vertices - nearest).argmax(axis=1)
        index = nearest.astype(np.int64)
        rows = np.arange(len(vertices))
        lower = np.floor(vertices[rows, axis])
        index[rows, axis] = lower.astype(np.int64)
        t = (vertices[rows, axis] - lower).astype(np.float32)
        strides = np.array([shape[1] * shape[2], shape[2], 1])
        first = index @ strides
        limit = shape[0] * shape[1] * shape[2] - 1
        self._nodes = [np.clip(first + (i - 1) * strides[axis], 0, limit) for i in range(4)]
        self._weights = [
            -t * (t - 1) * (t - 2) / 6,
            (t + 1) * (t - 1) * (t - 2) / 2,
            -(t + 1) * t * (t - 2) / 2,
            (t + 1) * t * (t - 1) / 6,
        ]

    def __call__(self, field: np.ndarray) -> np.ndarray:
        flat = field.ravel()
        values = sum(w * flat[n] for w, n in zip(self._weights, self._nodes, strict=True))
        return np.asarray(values, dtype=np.float64)


def _weighted_mean(values: np.ndarray, weights: np.ndarray) -> float:
    total = weights.sum(dtype=np.float64)
    return float((values * weights).sum(dtype=np.float64) / total) if total > 0 else float("nan")
