"""Running mean of a network's weights."""

import copy

import torch
from torch import nn


class RunningMean:
    """Exponential moving average of the weights, which generates better than the last step's weights.

    Parameters
    ----------
    network : module
    decay : float
        Share of the old mean that a step keeps; less in the first steps, (1 + step) / (10 + step), so that the random
        start is forgotten.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self._decay = decay

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        """Take in the weights after a step, and running statistics of normalisations with them."""
        keep = min(self._decay, (1 + step) / (10 + step))
        for mean, new in zip(self.network.parameters(), network.parameters(), strict=True):
            mean.data.lerp_(new, 1 - keep)
        for old, now in zip(self.network.buffers(), network.buffers(), strict=True):
            if old.is_floating_point():
                old.lerp_(now, 1 - keep)
