"""Where a model knows its way: the range of its training specimens."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Domain:
    """Ranges of the features of the training specimens, and their largest leverage.

    Attributes
    ----------
    features : tuple of str
    low, high : (p,) arrays
    leverage_limit : float
        A specimen whose leverage exceeds that of every training specimen stands outside of their cloud, even where each
        of its features alone is within its range. Infinite where no leverage is to be had.
    """

    features: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray
    leverage_limit: float

    def departures(self, x: np.ndarray, leverage: np.ndarray) -> list[str]:
        """Why each specimen (m, p) is an extrapolation, in one clause; empty for one inside."""
        return [self._departure(row, value) for row, value in zip(x, leverage)]

    def _departure(self, row: np.ndarray, leverage: float) -> str:
        texts = [
            f"{name} {value:.4g} is {'below' if value < low else 'above'} {low if value < low else high:.4g}"
            for name, value, low, high in zip(self.features, row, self.low, self.high)
            if not low <= value <= high
        ]
        if not texts and leverage > self.leverage_limit * (1 + 1e-9):
            return "each feature is within its range but not their combination"
        return ", ".join(texts)


def domain_of(features: Sequence[str], x: np.ndarray, leverage: np.ndarray) -> Domain:
    """The domain of training specimens with features ``x`` (n, p) and their leverages (n,)."""
    limit = float(np.max(leverage)) if len(leverage) else np.inf
    return Domain(tuple(features), x.min(axis=0), x.max(axis=0), limit)
