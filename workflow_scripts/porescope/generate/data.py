"""Batches of real sections for training, the same for every generator."""

from collections.abc import Sequence

import numpy as np
import torch


class Batches:
    """Random batches of sections; each follows from seed and step alone, so that a resume repeats none.

    Parameters
    ----------
    solid : (n, px, px) or (n, depth, px, px) uint8 array
        1 where solid; every section is used equally often.
    conditions : (n, size) float32 array
        Their condition vectors.
    symmetries : sequence of 'flip_normal', 'flip_y', 'flip_x', 'transpose'
        Operations that map the material onto itself; each is applied to half of the sections. The first one turns the
        layers of thick sections round.
    size : int
        Sections in a batch.
    seed : int
    device : str
    unconditional : float
        Share of the sections whose condition is replaced by the zero vector, so that the network learns to do without
        one (classifier-free guidance: Ho and Salimans, 2022).
    """

    def __init__(
        self,
        solid: np.ndarray,
        conditions: np.ndarray,
        symmetries: Sequence[str],
        size: int,
        seed: int,
        device: str,
        unconditional: float = 0.0,
    ) -> None:
        self._solid = torch.from_numpy(solid if solid.ndim == 4 else solid[:, None])
        self._conditions = torch.from_numpy(conditions)
        self._unconditional = unconditional
        self._symmetries = symmetries
        self._size = size
        self._seed = seed
        self._device = device

    @property
    def depth_px(self) -> int:
        """Layers of a section."""
        return int(self._solid.shape[1])

    def __call__(self, step: int) -> tuple[torch.Tensor, torch.Tensor]:
        """The batch of a step: sections (n, depth, px, px), solid +1 and pore -1, and condition vectors (n, size)."""
        chance = random_numbers(self._seed, step, "sections")
        rows = torch.randint(len(self._solid), (self._size,), generator=chance)
        solid = self._solid[rows].float().mul(2).sub(1)
        for symmetry in self._symmetries:
            chosen = torch.rand(self._size, generator=chance) < 0.5
            solid[chosen] = _transformed(solid[chosen], symmetry)
        conditions = self._conditions[rows]
        if self._unconditional:
            conditions[torch.rand(self._size, generator=chance) < self._unconditional] = 0
        return solid.to(self._device), conditions.to(self._device)


def random_numbers(seed: int, step: int, purpose: str) -> torch.Generator:
    """Random numbers on the CPU that depend on these three alone."""
    words = np.random.SeedSequence([seed, step, *purpose.encode()]).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(words[0] >> np.uint64(1)))


def _transformed(images: torch.Tensor, symmetry: str) -> torch.Tensor:
    if symmetry == "transpose":
        return images.transpose(-1, -2)
    return images.flip({"flip_normal": -3, "flip_y": -2, "flip_x": -1}[symmetry])
