"""From the noise-free signal to the grey values that an instrument stores."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from porescope.shifting import shift_image
from porescope.volume import Spacing

LEAST_THICKNESS = 0.2
"""Thinnest slice, relative to the nominal one: the ion beam always takes something."""

SPLINE_PX = 4
"""Pixels kept beyond the reach of the drift: as far as the spline of a shifted slice looks."""

FULL_SCALE = 255
"""Of the grey levels that settings are given in; 16-bit images hold 257 times as much."""


@dataclass(frozen=True)
class Instrument:
    """Everything between signal and file.

    Attributes
    ----------
    bits : int
        Of a stored pixel, 8 or 16.
    black_grey, metal_grey : float
        Grey level of no signal and of the milled face, of 255.
    electrons_per_px : float
        Detected electrons per pixel on the milled face: shot noise is their Poisson noise.
    bandwidth_px : float
        Standard deviation along the scan direction x of what the detector's limited bandwidth does to signal and noise.
    read_noise_grey : float
        Standard deviation of the amplifier's noise in grey levels.
    curtaining : float
        Standard deviation of the stripes along y, relative to the signal.
    curtain_width_um : float
        Width of a stripe (standard deviation of the Gaussian that makes it).
    curtain_depth_um : float
        Depth in z over which stripes change.
    streaks_per_slice : float
        Scan lines, on average, that charging makes brighter or darker behind an edge.
    streak_strength : float
        Standard deviation of their brightness at the edge, relative.
    streak_um : float
        Length along x over which a streak fades by a factor e.
    brightness_drift : float
        Standard deviation over the stack of the slow change of brightness, relative.
    brightness_depth_um : float
        Depth in z over which the brightness changes.
    illumination : float
        Change of brightness from the centre of a slice to its edge along y, relative; half as much along x.
    thickness_variation : float
        Standard deviation of the thickness of slices, relative to the nominal one.
    drift_step_um : float
        Standard deviation of the stage's random step from slice to slice, in y and in x.
    drift_jump_chance : float
        Probability that the stage jumps between two slices.
    drift_jump_um : float
        Standard deviation of a jump, in y and in x.
    drift_reach_um : float
        Distance from where it began that the stage does not exceed in y or x.
    """

    bits: int
    black_grey: float
    metal_grey: float
    electrons_per_px: float
    bandwidth_px: float
    read_noise_grey: float
    curtaining: float
    curtain_width_um: float
    curtain_depth_um: float
    streaks_per_slice: float
    streak_strength: float
    streak_um: float
    brightness_drift: float
    brightness_depth_um: float
    illumination: float
    thickness_variation: float
    drift_step_um: float
    drift_jump_chance: float
    drift_jump_um: float
    drift_reach_um: float


def milled_faces(n_slices: int, instrument: Instrument, rng: np.random.Generator) -> np.ndarray:
    """Where the ion beam has cut (n_slices,): positions of the faces in nominal slice thicknesses, the first at 0.

    Thicknesses vary independently; the stack as a whole is as deep as nominal, as a calibrated one is.
    """
    thickness = 1 + instrument.thickness_variation * rng.standard_normal(n_slices - 1)
    thickness = np.maximum(thickness, LEAST_THICKNESS)
    return np.concatenate([[0], np.cumsum(thickness) * (n_slices - 1) / thickness.sum()])


def stage_drift(n_slices: int, spacing: Spacing, instrument: Instrument, rng: np.random.Generator) -> np.ndarray:
    """Displacement of the image content in every slice: a random walk with rare jumps, folded back at its reach.

    Returns
    -------
    (n_slices, 2) float array
        Shift (y, x) in pixels; image(y, x) = true(y - shift_y, x - shift_x). The first slice has none.
    """
    steps = rng.normal(0, instrument.drift_step_um, (n_slices, 2))
    jumps = rng.random((n_slices, 1)) < instrument.drift_jump_chance
    steps += jumps * rng.normal(0, instrument.drift_jump_um, (n_slices, 2))
    steps[0] = 0
    reach = instrument.drift_reach_um
    walk = np.abs(np.mod(np.cumsum(steps, axis=0) + reach, 4 * reach) - 2 * reach) - reach  # triangle wave
    return -walk / np.array([spacing.y, spacing.x])


def drift_margins(spacing: Spacing, instrument: Instrument) -> tuple[int, int]:
    """Pixels (y, x) that must be known around what a slice without drift shows, on either side."""
    return tuple(int(np.ceil(instrument.drift_reach_um / edge)) + SPLINE_PX for edge in spacing[1:])  # type: ignore[return-value]


def shift_slice(image: np.ndarray, shift_px: np.ndarray) -> np.ndarray:
    """Move the content of a periodic slice (y, x) by a sub-pixel shift (cubic spline)."""
    return shift_image(image, shift_px, order=3, edge="wrap")


def curtains(shape: tuple[int, int], spacing: Spacing, instrument: Instrument, rng: np.random.Generator) -> np.ndarray:
    """Stripes along y for slices and columns (nz, nx): relative brightness with mean 1."""
    return 1 + instrument.curtaining * _smooth_noise(
        shape, (instrument.curtain_depth_um / spacing.z, instrument.curtain_width_um / spacing.x), rng
    )


def brightness(n_slices: int, spacing: Spacing, instrument: Instrument, rng: np.random.Generator) -> np.ndarray:
    """Relative brightness of every slice (nz,), slowly changing, with mean 1."""
    noise = _smooth_noise((n_slices,), (instrument.brightness_depth_um / spacing.z,), rng)
    return 1 + instrument.brightness_drift * noise


def illumination(shape: tuple[int, int], instrument: Instrument) -> np.ndarray:
    """Relative brightness over a slice (ny, nx): falls along y, bends along x."""
    y = np.linspace(-1, 1, shape[0])[:, None]
    x = np.linspace(-1, 1, shape[1])
    return 1 + instrument.illumination * (0.5 * (1 / 3 - x**2) - y)


def streaks(signal: np.ndarray, spacing: Spacing, instrument: Instrument, rng: np.random.Generator) -> np.ndarray:
    """Charging streaks of a slice (ny, nx): relative brightness of single scan lines, 1 elsewhere.

    A streak begins where its line first steps onto metal most sharply, an edge that holds charge, and fades along the
    scan direction x.
    """
    factor = np.ones(signal.shape, np.float32)
    for row in rng.integers(0, signal.shape[0], rng.poisson(instrument.streaks_per_slice)):
        start = int(np.argmax(np.diff(signal[row])))
        fading = np.exp(-np.arange(signal.shape[1] - start) * spacing.x / instrument.streak_um)
        factor[row, start:] += instrument.streak_strength * rng.standard_normal() * fading
    return factor


def expose(signal: np.ndarray, instrument: Instrument, rng: np.random.Generator) -> np.ndarray:
    """Digitise a signal (1 on the milled face) with shot noise, limited bandwidth along x and read noise.

    Returns
    -------
    uint8 or uint16 array, by the instrument's bits
    """
    electrons = rng.poisson(np.maximum(signal, 0) * instrument.electrons_per_px).astype(np.float32)
    if instrument.bandwidth_px:
        electrons = ndimage.gaussian_filter1d(electrons, instrument.bandwidth_px, axis=1, mode="nearest")
    grey = (
        instrument.black_grey
        + (instrument.metal_grey - instrument.black_grey) * electrons / instrument.electrons_per_px
    )
    grey += instrument.read_noise_grey * rng.standard_normal(signal.shape, np.float32)
    scale = (2**instrument.bits - 1) / FULL_SCALE
    stored = np.rint(np.clip(grey, 0, FULL_SCALE) * scale)
    return stored.astype(np.uint8 if instrument.bits == 8 else np.uint16)


def _smooth_noise(shape: tuple[int, ...], sigma_px: tuple[float, ...], rng: np.random.Generator) -> np.ndarray:
    """Gaussian noise, correlated over some pixels along each axis, with mean 0 and standard deviation 1."""
    noise = ndimage.gaussian_filter(rng.standard_normal(shape), sigma_px, mode="wrap")
    return (noise - noise.mean()) / noise.std()
