"""What networks are taught by conventional labels."""

import numpy as np
from scipy import ndimage

from porescope.segment.classes import IGNORED

METAL, CTA_PORE = 0, 1


def conventional_labels(labels: np.ndarray, segmenter: str, doubtful_px: float) -> np.ndarray:
    """Training labels of the networks that learn from stage label.

    Parameters
    ----------
    labels : (n, ny, nx) uint8
        0 metal, 1 pore by the conventional threshold, 2 pore by the hybrid method only.
    segmenter : 'unet_cta' or 'unet_hybrid'
        The first one is taught class 1 only.
    doubtful_px : float
        Metal at most this far from a pore teaches nothing: at the rim of a pore, secondary electrons escape more easily
        and partly filled pixels look like metal, so thresholds and superpixels put the interface too far inside pores.

    Returns
    -------
    (n, ny, nx) uint8
        Classes; IGNORED where nothing is taught.
    """
    taught = np.where(labels == CTA_PORE, labels, METAL) if segmenter == "unet_cta" else labels.copy()
    for section in taught:
        metal = section == METAL
        if doubtful_px and metal.any() and not metal.all():
            section[metal & (ndimage.distance_transform_edt(metal) <= doubtful_px)] = IGNORED
    return taught
