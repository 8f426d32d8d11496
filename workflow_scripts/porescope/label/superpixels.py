"""Superpixels of a slice, and which of them are pores."""

import numpy as np
from skimage.segmentation import slic


def superpixel_means(
    pixels: np.ndarray,
    area_px: float,
    compactness: float,
    sigma_px: float,
    grey_range: tuple[float, float],
    aspect: float = 1.0,
) -> np.ndarray:
    """Mean grey of the superpixel that each pixel belongs to.

    Parameters
    ----------
    pixels : (ny, nx) array
        Grey values of a slice.
    area_px : float
        Mean area of a superpixel.
    compactness : float
        Weight of nearness against likeness: a step of this share of the grey range counts as much as the distance
        between superpixels.
    sigma_px : float
        Gaussian smoothing before clustering; 0 without. Means are of the slice as it is.
    grey_range : (float, float)
        Greys that stand for 0 and 1, the same in all slices; beyond, they are clipped.
    aspect : float
        Pixel height / pixel width.

    Returns
    -------
    (ny, nx) float array

    Notes
    -----
    SLIC: R. Achanta et al., IEEE TPAMI 34 (2012) 2274, as in scikit-image. That stretches each image to [0, 1]; the
    compactness is stretched likewise, so that slices of less contrast are not cut up more finely.
    """
    low, high = grey_range
    scaled = (np.clip(pixels, low, high) - low) / (high - low)
    contrast = float(np.ptp(scaled))
    if contrast == 0:
        return np.full(pixels.shape, float(pixels.mean()))
    regions = slic(
        scaled.astype(np.float32),
        n_segments=max(1, round(pixels.size / area_px)),
        compactness=compactness / contrast,
        sigma=sigma_px,
        spacing=(np.sqrt(aspect), 1 / np.sqrt(aspect)),
        channel_axis=None,
        start_label=0,
    )
    flat = regions.ravel()
    means = np.bincount(flat, weights=pixels.ravel()) / np.maximum(np.bincount(flat), 1)
    return means[regions]
