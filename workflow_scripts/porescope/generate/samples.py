"""Generated sections on disk."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from porescope.generate.conditions import Condition


@dataclass(frozen=True)
class Samples:
    """Generated sections of one condition.

    Attributes
    ----------
    solid : (n, px, px) uint8 array
        1 where solid.
    training : (n,) int array
        Which of the independent trainings each comes from, from 1.
    condition : Condition
    pixel_um : float
        Edge of a pixel in um.
    extrapolated : bool
        Whether the condition lies beyond those that the networks were trained on.
    """

    solid: np.ndarray
    training: np.ndarray
    condition: Condition
    pixel_um: float
    extrapolated: bool

    def save(self, path: str | Path) -> None:
        """Write the sections as .npz."""
        np.savez_compressed(
            path,
            solid=self.solid.astype(np.uint8),
            training=self.training,
            material=self.condition.material,
            value=self.condition.value,
            quantity=self.condition.quantity,
            pixel_um=self.pixel_um,
            extrapolated=self.extrapolated,
        )

    @classmethod
    def load(cls, path: str | Path) -> "Samples":
        """Read what save() wrote."""
        with np.load(path, allow_pickle=False) as stored:
            return cls(
                stored["solid"],
                stored["training"],
                Condition(str(stored["material"]), float(stored["value"]), str(stored["quantity"])),
                float(stored["pixel_um"]),
                bool(stored["extrapolated"]),
            )
