"""A porous stack with shine-through whose metal is known."""

from typing import NamedTuple

import numpy as np
import pytest
from scipy import ndimage

from porescope.label.stack import LabelOptions


class Known(NamedTuple):
    """Grey values, and where metal is."""

    grey: np.ndarray
    metal: np.ndarray


@pytest.fixture(scope="session")
def known() -> Known:
    """Dark pores, and in them patches of deeper metal: darker than the face, brighter than Otsu's threshold."""
    rng = np.random.default_rng(3)
    shape = (6, 120, 140)
    noise = ndimage.gaussian_filter(rng.standard_normal(shape), (2, 6, 6), mode="wrap")
    metal = noise > np.quantile(noise, 0.42)
    deeper = ndimage.gaussian_filter(rng.standard_normal(shape), (2, 5, 5), mode="wrap")
    seen = np.clip(0.5 + deeper / deeper.std() / 2, 0, 1)
    grey = np.where(metal, 180.0, 30 + 115 * seen)
    grey = ndimage.gaussian_filter(grey, (0, 0.6, 0.6)) + rng.normal(0, 8, shape)
    return Known(np.clip(np.rint(grey), 0, 255).astype(np.uint8), metal)


@pytest.fixture(scope="session")
def options() -> LabelOptions:
    return LabelOptions(
        smoothing_px=0.7,
        slowness_slices=0,
        cta={"method": "otsu", "threshold": None, "local_px": 41},
        hybrid={"relative_bandwidth": 0.75, "least_height": 0.5, "threshold": None},
        superpixels={"area_px": 20, "compactness": 0.3, "smoothing_px": 0},
    )
