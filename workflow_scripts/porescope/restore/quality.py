"""How good a stack is, in five numbers that restoring should move."""

from dataclasses import asdict, dataclass

import numpy as np
from scipy import ndimage

from porescope.restore.brightness import Face, block_sums, fit_polynomial
from porescope.restore.stripes import stripe_energy

SLOWEST_STRIPE_PX = 32.0

IMMERKAER = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
"""Blind to planes and to straight edges along the axes; of white noise it leaves 6 times the standard deviation."""


@dataclass(frozen=True)
class Quality:
    """Quality of a stack.

    Attributes
    ----------
    neighbour_correlation : float
        Mean Pearson correlation of neighbouring slices; drift, stripes and noise lower it.
    stripe_energy : float
        Mean over slices of the variance between columns of the face's relative grey, without changes slower than 32 px.
    brightness_cv : float
        Standard deviation over slices of the face's grey / its mean.
    illumination_unevenness : float
        Range over the field of view of a quadratic surface through the face's grey / its mean.
    noise : float
        Mean over slices of the standard deviation of pixel noise on the face / its grey. Moving slices by parts of a
        pixel smooths it a little; only denoising is meant to.
    """

    neighbour_correlation: float
    stripe_energy: float
    brightness_cv: float
    illumination_unevenness: float
    noise: float


class QualityMeter:
    """Measure a stack slice by slice; one slice is kept.

    Parameters
    ----------
    block_px : int
        Edge of the blocks over which illumination is averaged.
    """

    def __init__(self, block_px: int) -> None:
        self._block_px = block_px
        self._last: np.ndarray | None = None
        self._levels: list[float] = []
        self._stripes: list[float] = []
        self._noise: list[float] = []
        self._correlations: list[float] = []
        self._sums: np.ndarray | float = 0.0
        self._counts: np.ndarray | float = 0.0

    def add(self, pixels: np.ndarray, face: Face) -> None:
        """Take the next slice (ny, nx) and its face."""
        standard = pixels.astype(np.float32) - pixels.mean(dtype=np.float32)
        standard /= np.sqrt(np.mean(standard**2)) + 1e-9
        if self._last is not None:
            self._correlations.append(float(np.mean(standard * self._last)))
        self._last = standard
        self._levels.append(face.level)
        self._stripes.append(stripe_energy(pixels, face, SLOWEST_STRIPE_PX))
        self._noise.append(pixel_noise(pixels, face))
        self._sums = self._sums + block_sums(np.where(face.mask, pixels / face.level, 0), self._block_px)
        self._counts = self._counts + block_sums(face.mask, self._block_px)

    def result(self) -> Quality:
        """Quality of the slices taken so far; at least one."""
        assert self._last is not None
        field = fit_polynomial(
            np.asarray(self._sums), np.asarray(self._counts), self._last.shape, degree=2, block_px=self._block_px
        )
        return Quality(
            neighbour_correlation=float(np.mean(self._correlations)) if self._correlations else 1.0,
            stripe_energy=float(np.mean(self._stripes)),
            brightness_cv=float(np.std(self._levels) / np.mean(self._levels)),
            illumination_unevenness=float(np.ptp(field)),
            noise=float(np.mean(self._noise)),
        )


def pixel_noise(pixels: np.ndarray, face: Face) -> float:
    """Standard deviation of the noise on the face / its grey (J. Immerkaer, 1996)."""
    if not face.mask.any():
        return 0.0
    curved = np.abs(ndimage.convolve(pixels.astype(np.float32), IMMERKAER))
    return float(np.sqrt(np.pi / 2) / 6 * curved[face.mask].mean() / face.level)


def as_record(before: Quality, after: Quality) -> dict[str, dict[str, float]]:
    """Both as they stand in JSON."""
    return {"before": asdict(before), "after": asdict(after)}
