"""Whether metal is the brighter phase, as every later stage takes for granted."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu

SMOOTHING_PX = 1.5
QUIET = 0.25
"""Share of pixels of a phase, the flattest ones, on which its noise is measured."""

LEAST_RATIO = 1.05
"""The darker phase must be noisier by this factor before contrast is called inverted."""

MASK = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]]) / 6
"""Leaves of a plane or an edge little, and of white noise its standard deviation (J. Immerkaer, 1996)."""


def looks_inverted(slices: Sequence[np.ndarray]) -> bool:
    """Whether the bright phase of slices seems to be pores.

    Parameters
    ----------
    slices : sequence of (ny, nx) arrays
        Not constant.

    Notes
    -----
    Two signs must agree. Electrons are counted, so the brighter phase of an image as recorded is the noisier one, and
    that of an inverted one the less noisy. The milled face has one grey, and pores have many: the phase of metal has
    the narrower distribution.
    """
    votes = [_signs(pixels.astype(np.float32)) for pixels in slices]
    noise, width = np.median(votes, axis=0)
    return bool(noise > LEAST_RATIO and width < 1)


def _signs(pixels: np.ndarray) -> tuple[float, float]:
    """Noise of the dark phase / of the bright one; and the spread of its greys / of the bright one's."""
    smooth = ndimage.gaussian_filter(pixels, SMOOTHING_PX)
    steep = ndimage.gaussian_gradient_magnitude(pixels, SMOOTHING_PX)
    noise = np.abs(ndimage.convolve(pixels, MASK))
    bright = smooth > threshold_otsu(smooth)
    levels, widths = [], []
    for phase in (~bright, bright):
        flat = phase & (steep <= np.quantile(steep[phase], QUIET))
        levels.append(float(noise[flat].mean()))
        widths.append(float(np.subtract(*np.quantile(smooth[phase], [0.75, 0.25]))))
    tiny = 1e-6 * max(float(np.ptp(pixels)), 1.0)
    return levels[0] / max(levels[1], tiny), widths[0] / max(widths[1], tiny)
