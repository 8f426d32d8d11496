"""One slice of a simulated specimen in all its stages, for a picture."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from porescope.volume import Spacing


@dataclass(frozen=True)
class Example:
    """A slice in the frame of the specimen, without drift.

    Attributes
    ----------
    metal : (ny, nx) float array
        Partial volume of metal on the milled face.
    signal : (ny, nx) float array
        Noise-free: 1 on the face, 0 in a pore without end.
    image : (ny, nx) integer array
        Grey values, moved back by the slice's drift to the nearest pixel.
    classes : (ny, nx) uint8 array
        0 metal, 1 dark pore, 2 shine-through.
    spacing : Spacing
        Voxel edges (z, y, x) in um.
    """

    metal: np.ndarray
    signal: np.ndarray
    image: np.ndarray
    classes: np.ndarray
    spacing: Spacing

    def save(self, path: str | Path) -> None:
        """Write as npz."""
        np.savez_compressed(
            path,
            metal=self.metal.astype(np.float32),
            signal=self.signal.astype(np.float32),
            image=self.image,
            classes=self.classes,
            spacing_um=np.array(self.spacing),
        )

    @classmethod
    def load(cls, path: str | Path) -> "Example":
        """Read what save has written."""
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in ("metal", "signal", "image", "classes")}
            return cls(**arrays, spacing=Spacing(*stored["spacing_um"].tolist()))
