"""A stack whose drift, stripes, illumination and brightness are known."""

from typing import NamedTuple

import numpy as np
import pytest
from scipy import ndimage

from porescope.restore.stack import RestoreOptions

METAL, PORE = 180.0, 40.0


class Damaged(NamedTuple):
    """What was done to a clean stack, and the outcome."""

    clean: np.ndarray
    grey: np.ndarray
    drift: np.ndarray
    field: np.ndarray
    brightness: np.ndarray
    stripes: np.ndarray


def clean_stack(n_slices: int = 24, shape: tuple[int, int] = (128, 144), density: float = 0.65) -> np.ndarray:
    """Dark pores in metal that change little from slice to slice."""
    rng = np.random.default_rng(1)
    noise = ndimage.gaussian_filter(rng.standard_normal((n_slices, *shape)), (8, 4, 4), mode="wrap")
    metal = ndimage.gaussian_filter((noise > np.quantile(noise, 1 - density)).astype(float), (0, 0.8, 0.8), mode="wrap")
    return PORE + (METAL - PORE) * metal


@pytest.fixture(scope="session")
def damaged() -> Damaged:
    rng = np.random.default_rng(2)
    clean = clean_stack()
    n_slices, ny, nx = clean.shape
    drift = np.cumsum(rng.normal(0, 0.4, (n_slices, 2)), axis=0)
    drift[n_slices // 2 :] += (3.3, -2.6)  # a jump of the stage
    drift -= drift[0]
    y, x = np.linspace(-1, 1, ny)[:, None], np.linspace(-1, 1, nx)
    field = 1 - 0.08 * y + 0.05 * x - 0.06 * (y**2 + x**2 - 2 / 3)
    brightness = 1 + 0.08 * np.sin(np.arange(n_slices) / 5)
    stripes = ndimage.gaussian_filter1d(rng.standard_normal((n_slices, nx)), 1.5, axis=1)
    stripes = 1 + 0.05 * stripes / stripes.std()
    moved = np.stack([ndimage.shift(s, d, order=3, mode="grid-wrap") for s, d in zip(clean, drift, strict=True)])
    grey = moved * field * brightness[:, None, None] * stripes[:, None, :] + rng.normal(0, 6, clean.shape)
    return Damaged(clean, np.clip(np.rint(grey), 0, 255).astype(np.uint8), drift, field, brightness, stripes)


@pytest.fixture(scope="session")
def options() -> RestoreOptions:
    return RestoreOptions(
        illumination={"degree": 2, "block_px": 16},
        brightness={"even": True, "slowness_slices": 0},
        stripes={"levels": 7, "damping": 1.0, "wavelet": "db5"},
        registration={
            "method": "translation",
            "reach": 2,
            "upsampling": 20,
            "apparent_trend": ["y"],
            "interpolation": "cubic",
        },
        denoising={"method": "none", "strength": 0.8},
    )
