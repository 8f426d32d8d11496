"""Generated sections on disk."""

from pathlib import Path

import numpy as np

from porescope.generate.conditions import Condition


def save_samples(
    path: str | Path, solid: np.ndarray, condition: Condition, pixel_um: float, extrapolated: bool = False
) -> None:
    """Write sections (n, px, px), uint8 with 1 = solid, and what they are sections of, as .npz.

    ``extrapolated`` tells a reader that the condition lies beyond those that the network was trained on.
    """
    np.savez_compressed(
        path,
        solid=solid.astype(np.uint8),
        material=condition.material,
        temperature_C=condition.temperature_C,
        pixel_um=pixel_um,
        extrapolated=extrapolated,
    )


def load_samples(path: str | Path) -> tuple[np.ndarray, Condition, float]:
    """Sections, their condition and their pixel edge in um; see save_samples."""
    with np.load(path, allow_pickle=False) as stored:
        condition = Condition(str(stored["material"]), float(stored["temperature_C"]))
        return stored["solid"], condition, float(stored["pixel_um"])
