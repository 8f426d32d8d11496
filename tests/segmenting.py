"""Small images and networks that several tests of segmentation share."""

from typing import Any

import numpy as np
from scipy import ndimage

SMALL: dict[str, Any] = {"architecture": "folded", "settings": {"channels": [8, 12, 16]}}


def grey_and_pores(shape: tuple[int, ...], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noisy grey values of a random two-phase structure, and its pores."""
    rng = np.random.default_rng(seed)
    pore = ndimage.gaussian_filter(rng.standard_normal(shape), (*[0] * (len(shape) - 2), 3, 3)) > 0
    grey = np.where(pore, 60, 180) + 25 * rng.standard_normal(shape)
    return np.clip(grey, 0, 255).astype(np.uint8), pore.astype(np.uint8)
