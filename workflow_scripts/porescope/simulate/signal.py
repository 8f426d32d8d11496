"""The noise-free signal of a secondary-electron detector that looks at milled faces, and into the pores behind them."""

from dataclasses import dataclass

import numba
import numpy as np
from scipy import fft, ndimage, special

from porescope.simulate.smoothing import smooth_in_place
from porescope.volume import Spacing

NORMAL_SMOOTHING_PX = 1.5
"""Standard deviation of the Gaussian behind surface normals: a voxelised surface has none of its own."""

HALO = 8
"""Planes kept on either side of what is looked at, so that the smoothing's reach stays inside."""

POOLED = 2
"""Pixels, along y and x, that share one value of the openness of the pore above them."""

OPENNESS_DEPTHS = (0.125, 0.25, 0.5, 1.0)
"""Depths at which openness is computed, as shares of the depth beyond which nothing is seen."""

FLATTEST_WAVE = 1e-9
"""Wave number in 1/um that stands for 0, where the view factor's transform is a limit."""

HIDDEN = 0.002
"""Part of a ray beyond which what is left of it is not followed."""


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
    shadowing : float
        Part of a pore surface's signal that leaves only through the mouth of its pore on the milled face: 0 none.
    edge_brightening : float
        Extra signal of the face at a straight edge of a pore, relative to the face.
    edge_um : float
        Width of that bright rim (standard deviation of a Gaussian).
    redeposition : float
        Signal of sputtered metal in pores beside their walls, relative to the face; 0 none.
    redeposition_um : float
        How far from the wall it settles (standard deviation of a Gaussian).
    point_spread_um : float
        Standard deviation of the point spread within the slice.
    """

    tilt_deg: float
    attenuation_um: float
    depth_um: float
    pore_yield: float
    topography: float
    grazing_limit: float
    shadowing: float
    edge_brightening: float
    edge_um: float
    redeposition: float
    redeposition_um: float
    point_spread_um: float


def depth_planes(beam: Beam, spacing: Spacing) -> int:
    """Planes behind a milled face that its pores can show."""
    return int(np.ceil(beam.depth_um / spacing.z))


def face_at(metal: np.ndarray, position: float) -> np.ndarray:
    """Partial volume of metal (ny, nx) on a milled face at a position in planes, linear between planes."""
    plane = int(np.floor(position))
    part = np.float32(position - plane)
    near, far = metal[plane % len(metal)], metal[(plane + 1) % len(metal)]
    return near + part * (far - near)


def noise_free_signal(metal: np.ndarray, faces: np.ndarray, spacing: Spacing, beam: Beam) -> np.ndarray:
    """What the detector would read without noise, drift or uneven brightness.

    Parameters
    ----------
    metal : (nz, ny, nx) float32 array
        Partial volume of metal, periodic.
    faces : (n,) float array
        Positions of milled faces in planes of ``metal``, rising; any part of a stack's, with the same result.
    spacing : Spacing
        Voxel edges (z, y, x) in um.
    beam : Beam

    Returns
    -------
    (n, ny, nx) float32 array
        1 on the milled face, 0 in a pore without end.

    Notes
    -----
    Along the ray through each pixel, planes are passed front to back: metal holds back its partial volume of what is
    left of the ray, and sends its emission (secant law) times exp(-depth / attenuation), with the depth counted along z
    behind the milled face, times the openness there: the part of what a Lambertian emitter at this depth sends upwards
    that meets the pore's mouth on the face and not the metal around it. Emission by the secant law: H. Seiler,
    J. Appl. Phys. 54 (1983) R1; shine-through of pores in FIB-SEM: M. Prill, K. Schladitz, Scanning 35 (2013) 189.
    """
    first = int(np.floor(faces[0]))
    depths = depth_planes(beam, spacing)
    planes = np.arange(first - HALO, int(np.floor(faces[-1])) + depths + 2 + HALO)
    block = metal.take(planes, axis=0, mode="wrap")
    smooth = block.copy()
    smooth_in_place(smooth, spacing, NORMAL_SMOOTHING_PX * min(spacing))
    steps = np.arange(1, depths + 1) * spacing.z
    fading = (beam.pore_yield * np.exp(-steps / beam.attenuation_um)).astype(np.float32)
    y_shift = steps / np.tan(np.radians(beam.tilt_deg)) / spacing.y
    levels = beam.depth_um * np.array(OPENNESS_DEPTHS)
    signal = np.stack([face_at(metal, position) for position in faces])
    escaping = 1 - beam.shadowing * (1 - openness(signal, levels, spacing))
    level = np.searchsorted(levels, steps).clip(max=len(levels) - 1)
    before = np.concatenate([[0], levels])[level]
    share = ((steps - before) / (levels[level] - before)).clip(max=1).astype(np.float32)
    for face in signal:
        face[...] = _lit_face(face, spacing, beam)
    tilt = np.radians(beam.tilt_deg)
    _add_pores(
        signal, block, smooth, faces - first + HALO, escaping, level, share, np.array(spacing, np.float32), fading,
        y_shift, (np.float32(np.sin(tilt)), np.float32(np.cos(tilt))), np.float32(beam.topography),
        np.float32(1 / beam.grazing_limit),
    )  # fmt: skip
    sigma = (0, beam.point_spread_um / spacing.y, beam.point_spread_um / spacing.x)
    return ndimage.gaussian_filter(signal, sigma, mode="wrap")


def _lit_face(face: np.ndarray, spacing: Spacing, beam: Beam) -> np.ndarray:
    """Signal of the milled face itself, brighter at the edges of pores, and of what was sputtered into their mouths."""
    lit = face * (1 + 2 * beam.edge_brightening * (1 - _blurred(face, beam.edge_um, spacing)))
    if beam.redeposition:
        lit += 2 * beam.redeposition * (1 - face) * _blurred(face, beam.redeposition_um, spacing)
    return lit


def _blurred(face: np.ndarray, sigma_um: float, spacing: Spacing) -> np.ndarray:
    return ndimage.gaussian_filter(face, (sigma_um / spacing.y, sigma_um / spacing.x), mode="wrap")


def openness(faces: np.ndarray, depths_um: np.ndarray, spacing: Spacing) -> np.ndarray:
    """Part of what a Lambertian emitter under faces (n, ny, nx) of metal sends upwards that meets their pores.

    It is the pore on the face, convolved with the view factor of a plane's points from a depth d,
    d^2 / (pi (d^2 + r^2)^2), whose Fourier transform is k d K1(k d).

    Returns
    -------
    (n, depths, ny / POOLED, nx / POOLED) float32 array
    """
    padded = np.pad(1 - faces, [(0, 0), *((0, -n % POOLED) for n in faces.shape[1:])], mode="wrap")
    pore = padded.reshape(len(faces), padded.shape[1] // POOLED, POOLED, -1, POOLED).mean(axis=(2, 4))
    ny, nx = pore.shape[1:]
    wave_y, wave_x = fft.fftfreq(ny, POOLED * spacing.y), fft.rfftfreq(nx, POOLED * spacing.x)
    wave = 2 * np.pi * np.hypot(wave_y[:, None], wave_x)
    wave[0, 0] = FLATTEST_WAVE
    threads = numba.get_num_threads()
    spectrum = fft.rfft2(pore, workers=threads)
    found = np.empty((len(faces), len(depths_um), ny, nx), np.float32)
    for index, depth in enumerate(depths_um):
        view = (wave * depth * special.k1(wave * depth)).astype(np.float32)
        found[:, index] = fft.irfft2(spectrum * view, s=(ny, nx), workers=threads)
    return found


@numba.njit(parallel=True, fastmath=True, cache=True)
def _add_pores(  # type: ignore[no-untyped-def]
    signal, metal, smooth, places, escaping, level, share, spacing, fading, y_shift, direction, topography, least_cosine
):
    """Follow the rays of all pixels into their pores and add what the metal there sends back.

    The rays of a row go side by side, so that what they read lies side by side; those held back drop out.
    """
    n, ny, nx = signal.shape
    for row in numba.prange(n * ny):
        index, y = row // ny, row % ny
        plane = int(np.floor(places[index]))
        z_part = np.float32(places[index] - plane)
        rays, left = np.empty(nx, np.int32), np.empty(nx, np.float32)
        count = 0
        for x in range(nx):
            near = metal[plane, y, x]
            rays[count] = x
            left[count] = np.float32(1) - near - z_part * (metal[plane + 1, y, x] - near)
            count += left[count] >= HIDDEN
        for k in range(fading.size):
            z, along = plane + k + 1, y + y_shift[k]
            low = int(np.floor(along))
            y_part, y0, y1 = np.float32(along - low), low % ny, (low + 1) % ny
            z_near, y_near = z + int(z_part > 0.5), y1 if y_part > 0.5 else y0
            kept = 0
            for i in range(count):
                x, rest = rays[i], left[i]
                front = metal[z, y0, x] + y_part * (metal[z, y1, x] - metal[z, y0, x])
                back = metal[z + 1, y0, x] + y_part * (metal[z + 1, y1, x] - metal[z + 1, y0, x])
                held = rest * (front + z_part * (back - front))
                if held > 0:
                    lit = _emission(smooth, z_near, y_near, x, spacing, direction, topography, least_cosine)
                    lit *= _escaping(escaping, index, level[k], share[k], y_near // POOLED, x // POOLED)
                    signal[index, y, x] += held * fading[k] * lit
                    rest -= held
                rays[kept], left[kept] = x, rest
                kept += rest >= HIDDEN
            count = kept


@numba.njit(fastmath=True, cache=True)
def _emission(smooth, z, y, x, spacing, direction, topography, least_cosine):  # type: ignore[no-untyped-def]
    """Yield relative to the milled face: the secant of the angle between ray and surface normal over the face's."""
    ny, nx = smooth.shape[1:]
    dz = (smooth[z + 1, y, x] - smooth[z - 1, y, x]) / spacing[0]
    dy = (smooth[z, (y + 1) % ny, x] - smooth[z, y - 1, x]) / spacing[1]
    dx = (smooth[z, y, (x + 1) % nx] - smooth[z, y, x - 1]) / spacing[2]
    steepness = np.sqrt(dz * dz + dy * dy + dx * dx)
    cosine = 1.0
    if steepness > 0:
        cosine = (dz * direction[0] + dy * direction[1]) / steepness
    secant = 1 / min(max(cosine, least_cosine), 1.0)
    return 1 + topography * (secant * direction[0] - 1)


@numba.njit(fastmath=True, cache=True)
def _escaping(escaping, index, level, share, row, column):  # type: ignore[no-untyped-def]
    """Part that leaves from a depth between a level and the one before it; all does at the face, before the first."""
    before = escaping[index, level - 1, row, column] if level > 0 else np.float32(1)
    return before + share * (escaping[index, level, row, column] - before)
