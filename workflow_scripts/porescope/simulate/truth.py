"""Exact classes of a simulated stack."""

import numpy as np
from skimage.filters import threshold_otsu

METAL, DARK_PORE, SHINE_THROUGH = 0, 1, 2
"""Classes of the truth."""

FACE = "face"
"""Group beside the classes with the partial volume of metal on every face, 255 for 1: interfaces between pixels."""

BRIGHTEST = 2.0
"""Upper end of the histogram of the signal: what is brighter is no pore."""

BINS = 1024


def perfect_threshold(signal: np.ndarray) -> float:
    """The best that the conventional method can do: Otsu's threshold of the noise-free signal of a whole stack.

    What it misses, it misses for the shine-through alone and not for noise, stripes, drift or uneven brightness.

    Parameters
    ----------
    signal : (nz, ny, nx) float array
        1 on the milled face, 0 in a pore without end.

    References
    ----------
    N. Otsu, IEEE Trans. Syst. Man Cybern. 9 (1979) 62.
    """
    counts = np.zeros(BINS, np.int64)
    for image in signal:
        counts += np.histogram(np.clip(image, 0, BRIGHTEST), bins=BINS, range=(0, BRIGHTEST))[0]
    centres = (np.arange(BINS) + 0.5) * BRIGHTEST / BINS
    if np.count_nonzero(counts) == 1:  # a signal of one value, as of a stack without pores
        return float(centres[counts.argmax()])
    return float(threshold_otsu(hist=(counts, centres)))


def classify(face: np.ndarray, signal: np.ndarray, threshold: float) -> np.ndarray:
    """Classes of the pixels of milled faces.

    Parameters
    ----------
    face : float array
        Partial volume of metal on the face.
    signal : float array of the same shape
        Noise-free signal there.
    threshold : float
        See perfect_threshold.

    Returns
    -------
    uint8 array
        0 metal, 1 dark pore, 2 shine-through: pore that the threshold calls metal.
    """
    classes = np.where(signal > threshold, SHINE_THROUGH, DARK_PORE).astype(np.uint8)
    classes[face > 0.5] = METAL
    return classes
