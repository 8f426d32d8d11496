"""From the noise-free signal to the grey slices that an instrument stores."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from porescope.volume import Spacing


@dataclass(frozen=True)
class Instrument:
    """Everything between signal and file.

    Attributes
    ----------
    black_grey, metal_grey : float
        Grey level of no signal and of the milled face, of 255.
    electrons_per_px : float
        Detected electrons per pixel on the milled face: shot noise is their Poisson noise.
    read_noise_grey : float
        Standard deviation of the amplifier's noise in grey levels.
    curtaining : float
        Standard deviation of the stripes along y, relative to the signal.
    curtain_width_um : float
        Width of a stripe (standard deviation of the Gaussian that makes it).
    curtain_depth_um : float
        Depth in z over which stripes change.
    brightness_drift : float
        Standard deviation over the stack of the slow change of brightness, relative.
    brightness_depth_um : float
        Depth in z over which the brightness changes.
    illumination : float
        Change of brightness from the centre of a slice to its edge along y, relative; half as much along x.
    drift_step_um : float
        Standard deviation of the stage's random step from slice to slice, in y and in x.
    drift_reach_um : float
        Distance from where it began that the stage does not exceed in y or x.
    """

    black_grey: float
    metal_grey: float
    electrons_per_px: float
    read_noise_grey: float
    curtaining: float
    curtain_width_um: float
    curtain_depth_um: float
    brightness_drift: float
    brightness_depth_um: float
    illumination: float
    drift_step_um: float
    drift_reach_um: float


def stage_drift(n_slices: int, spacing: Spacing, instrument: Instrument, rng: np.random.Generator) -> np.ndarray:
    """Displacement of the image content in every slice: a random walk, folded back at its reach.

    Returns
    -------
    (n_slices, 2) float array
        Shift (y, x) in pixels; image(y, x) = true(y - shift_y, x - shift_x). The first slice has none.
    """
    steps = rng.normal(0, instrument.drift_step_um, (n_slices, 2))
    steps[0] = 0
    reach = instrument.drift_reach_um
    walk = np.abs(np.mod(np.cumsum(steps, axis=0) + reach, 4 * reach) - 2 * reach) - reach  # triangle wave: no jumps
    return -walk / np.array([spacing.y, spacing.x])


def shift_slice(image: np.ndarray, shift_px: np.ndarray) -> np.ndarray:
    """Move the content of a periodic slice (y, x) by a sub-pixel shift (cubic spline)."""
    return ndimage.shift(image, shift_px, order=3, mode="grid-wrap")


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


def expose(signal: np.ndarray, instrument: Instrument, rng: np.random.Generator) -> np.ndarray:
    """Digitise a signal (1 on the milled face) with shot and read noise to 8 bit."""
    electrons = rng.poisson(np.maximum(signal, 0) * instrument.electrons_per_px) / instrument.electrons_per_px
    grey = instrument.black_grey + (instrument.metal_grey - instrument.black_grey) * electrons
    grey += rng.normal(0, instrument.read_noise_grey, signal.shape)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def _smooth_noise(shape: tuple[int, ...], sigma_px: tuple[float, ...], rng: np.random.Generator) -> np.ndarray:
    """Gaussian noise, correlated over some pixels along each axis, with mean 0 and standard deviation 1."""
    noise = ndimage.gaussian_filter(rng.standard_normal(shape), sigma_px, mode="wrap")
    return (noise - noise.mean()) / noise.std()
