"""Where the uncertainty of a specimen's descriptor comes from."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from porescope.describe.names import METHOD, SEGMENTATION, VOXEL


class Budget(NamedTuple):
    """Standard uncertainties of a mean, in its unit; NaN where not known.

    Attributes
    ----------
    sd_statistical : float
        Another piece of the same material would differ by this.
    sd_segmentation : float
        From the place of the interface.
    sd_voxel : float
        From the distance of slices.
    sd_method : float
        From the estimator itself; known for the tortuosity and what is made of it.
    sd_total : float
        Root of the sum of the known squares; NaN if the statistical one is not known.
    """

    sd_statistical: float
    sd_segmentation: float
    sd_voxel: float
    sd_method: float
    sd_total: float


def budget(vois: pd.DataFrame, name: str, statistical: float) -> Budget:
    """The contributions to the uncertainty of one descriptor.

    Parameters
    ----------
    vois : table
        A row a VOI, with the columns that end in names.SEGMENTATION, VOXEL and METHOD.
    name : str
        The descriptor.
    statistical : float
        Standard error of its mean over VOIs.

    Notes
    -----
    Segmentation, voxel size and method put all VOIs of a specimen wrong alike: their mean over VOIs counts, it does not
    fall with the number of VOIs. alpha and beta bear the changes of tau, D, M, G and phi together, as they occur.
    """
    segmentation, voxel, method = (_mean(vois, name + end) for end in (SEGMENTATION, VOXEL, METHOD))
    known = [part for part in (segmentation, voxel, method) if math.isfinite(part)]
    return Budget(statistical, segmentation, voxel, method, math.hypot(statistical, *known))


def _mean(table: pd.DataFrame, column: str) -> float:
    values = table[column].to_numpy(float) if column in table else np.zeros(0)
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan
