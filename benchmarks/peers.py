"""Descriptors by the fastest public library for each, on voxels of unit edge, as its user would write them.

All take a (nz, ny, nx) bool array, True where metal, and give the number that describe.py compares. For local thickness
and constrictivity there are two: the fastest within 10 % of a known answer, and PoreSpy's fastest, which rounds radii
down to whole voxels.
"""

import math
from typing import Literal

import cc3d
import edt
import igl
import numpy as np
import porespy
import pyvista
import scipy.fft
import skfmm
from localthickness import local_thickness
from scipy import ndimage
from skimage.measure import euler_number, label, perimeter_crofton, regionprops_table
from skimage.morphology import skeletonize

from porescope.describe.geodesic import DIRECTIONS, LAST

porespy.settings.ncores = 1
porespy.settings.tqdm["disable"] = True


def specific_surface(solid: np.ndarray) -> float:
    """Area of the surface by VTK's flying edges (four times as fast as scikit-image's marching cubes), per volume."""
    return float(_zero_level(solid.astype(np.float32) - np.float32(0.5)).area) / solid.size


def gaussian_curvature(solid: np.ndarray, sigma: float = 1.45) -> float:
    """Area-weighted <G> from libigl's principal curvatures."""
    local, area = local_curvature(solid, sigma)
    return float(np.average(local, weights=area))


def local_curvature(solid: np.ndarray, sigma: float = 1.45) -> tuple[np.ndarray, np.ndarray]:
    """G by libigl's quadric fits at the vertices of a surface that a Gaussian has smoothed, and their areas."""
    vertices, faces = _triangles(_zero_level(ndimage.gaussian_filter(solid.astype(np.float32), sigma) - 0.5))
    found = igl.principal_curvature(vertices, faces)
    return found[2] * found[3], igl.massmatrix(vertices, faces, 0).diagonal()


def angle_defects(solid: np.ndarray, sigma: float = 1.45) -> tuple[np.ndarray, np.ndarray]:
    """The same from angle defects, by VTK."""
    surface = _zero_level(ndimage.gaussian_filter(solid.astype(np.float32), sigma) - 0.5)
    return np.asarray(surface.curvature("gaussian")), igl.massmatrix(*_triangles(surface), 0).diagonal()


def _zero_level(field: np.ndarray) -> pyvista.PolyData:
    grid = pyvista.ImageData(dimensions=field.shape[::-1])
    grid.point_data["field"] = field.ravel()
    return grid.contour([0.0], scalars="field", method="flying_edges", compute_normals=False)


def _triangles(surface: pyvista.PolyData) -> tuple[np.ndarray, np.ndarray]:
    return surface.points.astype(np.float64), surface.regular_faces.astype(np.int64)


def euler_density(solid: np.ndarray) -> float:
    """Euler number by scikit-image, per volume; the faces of the volume count as interface."""
    return float(euler_number(solid, connectivity=3)) / solid.size


def mean_chord(solid: np.ndarray) -> float:
    """Mean over the axes of the mean chords of the metal, by numpy; those of the pores follow from the same counts."""
    chords = [2 * solid.mean() / (np.diff(solid, axis=axis).mean()) for axis in range(3)]
    return float(np.mean(chords))


def correlation_length(solid: np.ndarray) -> float:
    """Lag at which the mean correlation over all directions is 1/e, by scipy.fft (PoreSpy takes twelve times as long).

    Lags up to half the edges, of pairs within the volume.
    """
    sizes = [scipy.fft.next_fast_len(n + n // 2 + 1, real=True) for n in solid.shape]
    counts = []
    for values in (solid.astype(np.float32) - np.float32(solid.mean()), np.ones(solid.shape, np.float32)):
        spectrum = scipy.fft.rfftn(values, s=sizes)
        counts.append(scipy.fft.irfftn(spectrum.real**2 + spectrum.imag**2, s=sizes))
    lags = [np.abs(np.fft.fftfreq(size, 1 / size)).astype(np.float32) for size in sizes]
    z, y, x = np.meshgrid(*lags, indexing="ij", sparse=True)
    shell = np.sqrt(z**2 + y**2 + x**2).round().astype(np.int32).ravel()
    products, pairs = (np.bincount(shell, count.ravel())[: min(solid.shape) // 2] for count in counts)
    correlation = products / pairs
    correlation /= correlation[0]
    i = int(np.argmax(correlation < 1 / math.e))
    return float(i - 1 + (correlation[i - 1] - 1 / math.e) / (correlation[i - 1] - correlation[i]))


def thickness(solid: np.ndarray) -> float:
    """Median local thickness of the metal; of the pores, too, which is not given back. By localthickness."""
    metal, _ = (float(np.median(2 * local_thickness(phase)[phase])) for phase in (solid, ~solid))
    return metal


def whole_thickness(solid: np.ndarray) -> float:
    """The same by PoreSpy, in whole radii."""
    metal, _ = (2 * float(np.median(_inserted(phase)[phase])) for phase in (solid, ~solid))
    return metal


def _inserted(phase: np.ndarray) -> np.ndarray:
    return porespy.filters.local_thickness(phase, dt=edt.edt(phase, parallel=1), method="bf")


def strut_diameter(solid: np.ndarray) -> float:
    """Mean of a log-normal fit to the distances on the skeleton, by scikit-image and edt."""
    radius = edt.edt(solid, parallel=1)[skeletonize(solid)]
    logs = np.log(2 * radius)
    return float(np.exp(logs.mean() + logs.var() / 2))


def excess_length(solid: np.ndarray) -> float:
    """Geodesic tortuosity - 1 along the first of five directions, all of which are found, by scikit-fmm."""
    along_y, *_ = (fast_marching(np.moveaxis(solid, axis, 0)[::sense]) for axis, sense in DIRECTIONS.values())
    return along_y - 1


def fast_marching(oriented: np.ndarray, steps: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> float:
    """Mean of travel time / distance over the end of the length, from a layer before the first; by scikit-fmm."""
    front = np.ma.MaskedArray(np.ones((len(oriented) + 1, *oriented.shape[1:])))
    front[0] = -1
    front.mask = ~np.concatenate([oriented[:1], oriented])
    length = skfmm.travel_time(front, np.ones(front.shape), dx=steps)[1:]
    distance = (np.arange(len(oriented)).reshape(-1, 1, 1) + 0.5) * steps[0]
    tail = math.ceil((1 - LAST) * len(oriented) - 0.5)
    return float((length / distance)[tail:].mean())


def constrictivity(solid: np.ndarray) -> float:
    """Constrictivity along y; along z and x, too, which is not given back. PoreSpy, 25 radii by distance transforms."""
    distance = edt.edt(solid, parallel=1)
    widest = porespy.filters.local_thickness(solid, dt=distance, method="legacy")
    return _constrictivity(solid, distance, widest, np.linspace(distance.max(), 1, 25), "dt")


def whole_constrictivity(solid: np.ndarray) -> float:
    """The same in whole radii."""
    distance = edt.edt(solid, parallel=1)
    return _constrictivity(solid, distance, _inserted(solid), np.arange(int(distance.max()), 0, -1), "dsi")


def _constrictivity(
    solid: np.ndarray, distance: np.ndarray, widest: np.ndarray, sizes: np.ndarray, method: Literal["dt", "dsi"]
) -> float:
    found = []
    for axis in range(3):
        narrow = []
        for side in (0, -1):
            inlets = np.zeros(solid.shape, bool)
            np.moveaxis(inlets, axis, 0)[side] = True
            sphere = porespy.filters.porosimetry(solid, dt=distance, inlets=inlets, sizes=sizes, method=method)
            narrow.append(np.median(sphere[solid]))
        found.append(float((np.mean(narrow) / np.median(widest[solid])) ** 2))
    return found[1]


def percolating_fraction(solid: np.ndarray) -> float:
    """Share of the metal in parts that reach both faces, mean of three axes, by connected-components-3d."""
    labels = cc3d.connected_components(solid, connectivity=6)
    voxels = np.bincount(labels.ravel())
    shares = []
    for axis in range(3):
        both = np.intersect1d(np.unique(labels.take(0, axis)), np.unique(labels.take(-1, axis)))
        shares.append(voxels[both[both > 0]].sum() / voxels[1:].sum())
    return float(np.mean(shares))


def shape_index(solid: np.ndarray) -> float:
    """Mean shape index of the sections' pores; their specific perimeter, too, which is not given back. scikit-image."""
    means, perimeters = [], []
    for section in solid:
        table = regionprops_table(label(~section, connectivity=1), properties=("area", "perimeter_crofton"))
        index = table["perimeter_crofton"] / np.sqrt(4 * math.pi * table["area"])
        means.append(np.average(index, weights=table["area"]))
        perimeters.append(perimeter_crofton(section) / section.size)
    return float(np.mean(means))
