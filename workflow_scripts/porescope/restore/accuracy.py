"""How well the drift was recovered, where it is known."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd


class DriftError(NamedTuple):
    """Along (y, x), after the linear trend is taken out, which images alone cannot tell from oblique structure.

    Attributes
    ----------
    before, after : (2,) array
        Root mean square in px of the drift itself, and of what is left of it.
    trend : (2,) array
        Px per slice by which the recovered drift runs away from the true one.
    """

    before: np.ndarray
    after: np.ndarray
    trend: np.ndarray


def read_drift(path: str | Path) -> np.ndarray:
    """True displacement (n, 2) along (y, x) in px of every slice of a simulated stack."""
    return pd.read_csv(path).sort_values("slice")[["shift_y_px", "shift_x_px"]].to_numpy(float)


def drift_error(shifts: np.ndarray, drift: np.ndarray) -> DriftError:
    """Compare recovered displacements (n, 2) with the true ones."""
    left = shifts - drift
    return DriftError(
        _rms(drift - trend_of(drift)), _rms(left - trend_of(left)), np.diff(trend_of(left)[:2], axis=0)[0]
    )


def trend_of(values: np.ndarray) -> np.ndarray:
    """Straight lines through values (n, 2), n of at least 2, at the same places."""
    index = np.arange(len(values))
    return np.stack([np.polyval(np.polyfit(index, v, 1), index) for v in values.T], axis=-1)


def _rms(values: np.ndarray) -> np.ndarray:
    return np.sqrt(np.mean(values**2, axis=0))
