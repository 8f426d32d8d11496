"""The noise-free signal of a secondary-electron detector that looks at milled faces, and into the pores behind them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu

from porescope.simulate.sintering import gaussian
from porescope.volume import Spacing, slabs

METAL, DARK_PORE, SHINE_THROUGH = 0, 1, 2
"""Classes of the truth."""

NORMAL_SMOOTHING_PX = 1.5
"""Standard deviation of the Gaussian behind surface normals: a voxelised surface has none of its own."""


@dataclass(frozen=True)
class Beam:
    """The electron beam, the detector and what metal surfaces send to it.

    Attributes
    ----------
    tilt_deg : float
        Angle between ion and electron beam. The ion beam mills along y; the electron ray meets the milled face at
        this angle to y and goes on into pores: +z, and +y by 1 / tan(tilt) of that.
    attenuation_um : float
        Depth behind the face over which the signal of a surface falls by a factor e.
    depth_um : float
        Depth behind the face beyond which nothing is seen.
    pore_yield : float
        Signal of a surface at depth 0 inside a pore, parallel to the face, relative to the face itself.
    topography : float
        How far emission follows the secant of the angle between ray and surface normal: 1 is the secant law, 0 none.
    grazing_limit : float
        Largest secant: surfaces seen at a more grazing angle are not brighter.
    edge_brightening : float
        Extra signal of the face at a straight edge of a pore, relative to the face.
    edge_um : float
        Width of that bright rim (standard deviation of a Gaussian).
    point_spread_um : float
        Standard deviation of the point spread within the slice.
    """

    tilt_deg: float
    attenuation_um: float
    depth_um: float
    pore_yield: float
    topography: float
    grazing_limit: float
    edge_brightening: float
    edge_um: float
    point_spread_um: float


def depth_slices(beam: Beam, spacing: Spacing) -> int:
    """Slices behind the last imaged one that its pores can show."""
    return int(np.ceil(beam.depth_um / spacing.z))


def noise_free_signal(metal: np.ndarray, n_slices: int, spacing: Spacing, beam: Beam) -> np.ndarray:
    """What the detector would read without noise, drift or uneven brightness.

    Parameters
    ----------
    metal : (nz, ny, nx) float32 array
        Partial volume of metal, periodic in y and x; ``nz >= n_slices + depth_slices``.
    n_slices : int
        Imaged slices, the first ones of ``metal``.
    spacing : Spacing
        Voxel edges (z, y, x) in um.
    beam : Beam

    Returns
    -------
    (n_slices, ny, nx) float32 array
        1 on the milled face, 0 in a pore without end.

    Notes
    -----
    Along the ray through each pixel, voxels are passed front to back: a voxel holds back its partial volume of what is
    left of the ray, and sends its emission (secant law) times exp(-depth / attenuation), with the depth counted
    along z behind the milled face. The first voxel is the face. Emission by the secant law: H. Seiler, J. Appl. Phys.
    54 (1983) R1; shine-through of pores in FIB-SEM: M. Prill, K. Schladitz, Scanning 35 (2013) 189.
    """
    emission = _emission(metal, spacing, beam)
    signal = np.empty((n_slices, *metal.shape[1:]), np.float32)
    for slab in slabs(n_slices):
        signal[slab] = _ray_sum(metal, emission, slab, spacing, beam)
    sigma = [0, beam.point_spread_um / spacing.y, beam.point_spread_um / spacing.x]
    return ndimage.gaussian_filter(signal, sigma, mode="wrap")


def classify(metal: np.ndarray, signal: np.ndarray) -> tuple[np.ndarray, float]:
    """Exact classes of every voxel.

    Parameters
    ----------
    metal : (nz, ny, nx) array
        Partial volume of metal.
    signal : (nz, ny, nx) array
        Noise-free signal of the same voxels.

    Returns
    -------
    classes : (nz, ny, nx) uint8 array
        0 metal, 1 dark pore, 2 shine-through: pore whose noise-free signal a perfect threshold calls metal.
    threshold : float
        The perfect threshold: the one of the largest variance between the two sides (Otsu's separability) over the
        noise-free signal of the whole stack. It is the best that the conventional method can do: what it misses,
        it misses for the shine-through alone and not for noise, stripes, drift or uneven brightness.
    """
    counts, edges = np.histogram(signal, bins=1024)
    threshold = float(threshold_otsu(hist=(counts, (edges[:-1] + edges[1:]) / 2)))
    classes = np.where(signal > threshold, SHINE_THROUGH, DARK_PORE).astype(np.uint8)
    classes[metal > 0.5] = METAL
    return classes, threshold


def _ray_sum(metal: np.ndarray, emission: np.ndarray, slab: slice, spacing: Spacing, beam: Beam) -> np.ndarray:
    """Signal of some slices before the point spread."""
    face = metal[slab]
    blurred = ndimage.gaussian_filter(face, [0, beam.edge_um / spacing.y, beam.edge_um / spacing.x], mode="wrap")
    signal = face * (1 + 2 * beam.edge_brightening * (1 - blurred))
    left = 1 - face
    for depth, y_px in _steps(spacing, beam):
        place = slice(slab.start + depth, slab.stop + depth)
        held = left * _shifted(metal[place], y_px)
        fading = beam.pore_yield * np.exp(-depth * spacing.z / beam.attenuation_um)
        signal += np.float32(fading) * held * _shifted(emission[place], y_px)
        left -= held
    return signal


def _steps(spacing: Spacing, beam: Beam) -> Iterator[tuple[int, float]]:
    """Depth in slices, and how far the ray has moved along +y by then, in pixels."""
    slope = 1 / np.tan(np.radians(beam.tilt_deg))
    for depth in range(1, depth_slices(beam, spacing) + 1):
        yield depth, depth * spacing.z * slope / spacing.y


def _shifted(values: np.ndarray, y_px: float) -> np.ndarray:
    """Values at y + y_px, linear between pixels, periodic."""
    whole = int(np.floor(y_px))
    part = np.float32(y_px - whole)
    near = np.roll(values, -whole, axis=1)
    return near + part * (np.roll(near, -1, axis=1) - near)


def _emission(metal: np.ndarray, spacing: Spacing, beam: Beam) -> np.ndarray:
    """Yield of every surface voxel relative to the milled face: the secant of its angle to the ray over the face's."""
    smooth = gaussian(metal, spacing, NORMAL_SMOOTHING_PX * min(spacing))
    z, y, x = (np.gradient(smooth, edge, axis=axis) for axis, edge in enumerate(spacing))
    tilt = np.radians(beam.tilt_deg)
    steepness = np.sqrt(z**2 + y**2 + x**2)
    towards = z * np.sin(tilt) + y * np.cos(tilt)
    cosine = np.divide(towards, steepness, out=np.ones_like(steepness), where=steepness > 0)
    secant = 1 / np.clip(cosine, 1 / beam.grazing_limit, 1)
    return (1 + beam.topography * (secant * np.sin(tilt) - 1)).astype(np.float32)
