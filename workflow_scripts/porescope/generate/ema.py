"""Running mean of a network's weights."""

import copy

import torch
from torch import nn


class RunningMean:
    """Exponential moving average of the weights, which generates better than the last step's weights.

    Parameters
    ----------
    network : module
        On its device already; it is followed.
    decay : float
        Share of the old mean that a step keeps; less in the first steps, (1 + step) / (10 + step), so that the random
        start is forgotten.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self._decay = decay
        self._means, self._now = _averaged(self.network), _averaged(network)

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the network as it is after a step, running statistics of its normalisations too."""
        keep = min(self._decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self._means, self._now, 1 - keep)  # three times faster than a loop


def _averaged(network: nn.Module) -> list[torch.Tensor]:
    return [*network.parameters(), *(buffer for buffer in network.buffers() if buffer.is_floating_point())]
