"""Optional denoising of a slice."""

from typing import Literal

import numpy as np
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle, estimate_sigma

Method = Literal["none", "tv", "nl_means"]

PATCH_PX, SEARCH_PX = 5, 6
"""Edge of the patches that non-local means compares, and how far it looks for them."""


def denoise(pixels: np.ndarray, method: Method, strength: float) -> np.ndarray:
    """Smooth noise and keep edges.

    Parameters
    ----------
    pixels : (ny, nx) float array
        Grey values.
    method : 'none', 'tv' or 'nl_means'
        Total variation (A. Chambolle, J. Math. Imaging Vis. 20 (2004) 89) or non-local means (A. Buades et al., CVPR
        2005), as in scikit-image.
    strength : float
        In standard deviations of the noise, estimated slice by slice from the finest wavelets.

    Returns
    -------
    (ny, nx) float32 array
    """
    if method == "none":
        return pixels
    scale = float(np.ptp(pixels)) or 1.0
    image = (pixels / scale).astype(np.float32)
    sigma = float(estimate_sigma(image))
    if method == "tv":
        smooth = denoise_tv_chambolle(image, weight=strength * sigma)
    else:
        smooth = denoise_nl_means(image, PATCH_PX, SEARCH_PX, h=strength * sigma, sigma=sigma, fast_mode=True)
    return np.asarray(smooth * scale, np.float32)
