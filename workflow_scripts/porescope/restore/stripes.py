"""Removal of curtaining: stripes along y that the ion beam mills into the face."""

import numpy as np
import pywt
from scipy import fft

from porescope.restore.brightness import Face


def remove_stripes(pixels: np.ndarray, face: Face, levels: int, damping: float, wavelet: str) -> np.ndarray:
    """Divide a slice by its stripes.

    Parameters
    ----------
    pixels : (ny, nx) float array
        Grey values.
    face : Face
        The milled face in this slice.
    levels : int
        Wavelet levels; stripes that fade along y are removed up to a width of about ``2**levels`` px.
    damping : float
        How far a stripe may be from constant along y: width of the gap in the Fourier spectrum, in cycles per height.
    wavelet : str
        Name of a discrete wavelet of PyWavelets.

    Returns
    -------
    (ny, nx) float32 array

    Notes
    -----
    Only the face is looked at: the relative deviation of its grey from its level. What is constant along y is the mean
    of each column over its face; what changes slowly along y comes from combined wavelet-Fourier filtering of the
    rest (B. Muench, P. Trtik, F. Marone, M. Stampanoni, Opt. Express 17 (2009) 8567), with pores at zero. Applied to
    the whole image, that filter takes the columns' share of pores for stripes and does more harm than the curtains did
    (an error of 12 grey levels where curtains of 6 were to be removed; now 2). Curtains change the yield, so they are
    divided out.
    """
    deviation = np.where(face.mask, pixels / face.level - 1, 0)
    column = deviation.sum(axis=0) / (face.mask.sum(axis=0) + 1)
    stripes = column + stripe_part(np.where(face.mask, deviation - column, 0), levels, damping, wavelet)
    return (pixels / np.maximum(1 + stripes, 0.1)).astype(np.float32)


def stripe_part(image: np.ndarray, levels: int, damping: float, wavelet: str) -> np.ndarray:
    """What wavelet-Fourier filtering takes for stripes along y in an image (ny, nx)."""
    levels = min(levels, int(np.log2(min(image.shape))))
    modes = ("symmetric", "symmetric")
    parts = []
    rest = image
    for _ in range(levels):
        smooth, (across_y, across_x, both) = pywt.dwt2(rest, wavelet, modes)
        del across_y, both  # neither holds stripes along y
        spectrum = fft.rfft(across_x, axis=0)
        cycles = np.arange(spectrum.shape[0])
        spectrum *= np.exp(-(cycles**2) / (2 * damping**2))[:, None]
        parts.append((fft.irfft(spectrum, n=across_x.shape[0], axis=0), rest.shape))
        rest = smooth
    stripes = np.zeros_like(rest)
    for part, shape in reversed(parts):
        rows, columns = part.shape
        stripes = pywt.idwt2((stripes[:rows, :columns], (None, part, None)), wavelet, modes)[: shape[0], : shape[1]]
    return stripes


def stripe_energy(pixels: np.ndarray, face: Face, slowest_px: float) -> float:
    """Variance over x of the face's mean grey per column, relative to its level; changes slower than a width left out.

    The columns count by how much face they show. Zero without stripes and noise.
    """
    count = face.mask.sum(axis=0).astype(float)
    if not count.any():
        return 0.0
    mean = np.where(face.mask, pixels / face.level - 1, 0).sum(axis=0) / np.maximum(count, 1)
    fast = mean - _weighted_smooth(mean, count, slowest_px)
    return float(np.average(fast**2, weights=count))


def _weighted_smooth(values: np.ndarray, weights: np.ndarray, sigma_px: float) -> np.ndarray:
    distance = np.subtract.outer(np.arange(values.size), np.arange(values.size))
    kernel = np.exp(-(distance**2) / (2 * sigma_px**2)) * weights
    return kernel @ values / kernel.sum(axis=1)
