"""Joint distributions of mean and Gaussian curvature, as stage describe stores them."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Joint(NamedTuple):
    """Interface area over curvatures.

    Attributes
    ----------
    area : (nG, nM) array
        Area-weighted counts.
    G_edges, M_edges : arrays
        Bin edges in um^-2 and um^-1.
    """

    area: np.ndarray
    G_edges: np.ndarray
    M_edges: np.ndarray

    @property
    def density(self) -> np.ndarray:
        """Share of the interface per um^-2 um^-1; all zero for an empty histogram."""
        cells = np.outer(np.diff(self.G_edges), np.diff(self.M_edges))
        total = self.area.sum()
        return self.area / cells / total if total > 0 else np.zeros_like(cells)

    @property
    def mean(self) -> tuple[float, float]:
        """Area-weighted mean (M, G) of the histogram; NaN for an empty one."""
        total = self.area.sum()
        if total <= 0:
            return float("nan"), float("nan")
        G = (self.G_edges[1:] + self.G_edges[:-1]) / 2
        M = (self.M_edges[1:] + self.M_edges[:-1]) / 2
        return float(self.area.sum(axis=0) @ M / total), float(self.area.sum(axis=1) @ G / total)

    @property
    def saddle_share(self) -> float:
        """Share of the interface with G < 0; bins that hold 0 count by their part below it. NaN if empty."""
        total = self.area.sum()
        if total <= 0:
            return float("nan")
        below = np.clip(-self.G_edges[:-1], 0, np.diff(self.G_edges)) / np.diff(self.G_edges)
        return float(self.area.sum(axis=1) @ below / total)


def read_joints(paths: Iterable[str | Path]) -> dict[str, Joint]:
    """The G-M histograms of specimens by name; one that no VOI fits into has none."""
    joints = {}
    for path in paths:
        with np.load(path, allow_pickle=False) as arrays:
            if "gm_histogram" in arrays:
                area = arrays["gm_histogram"].astype(float)
                joints[Path(path).stem] = Joint(area, arrays["gm_G_edges"], arrays["gm_M_edges"])
    return joints
