"""Changes of a training patch under which its labels stay right."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class AugmentOptions:
    """How SE images differ from one another.

    Attributes
    ----------
    brightness : float
        Standard deviation of an offset, in units of the normalised input (the contrast of a stack is 2).
    contrast : float
        Standard deviation of the logarithm of a factor.
    noise : float
        Largest standard deviation of noise that is added, in units of the normalised input.
    """

    brightness: float
    contrast: float
    noise: float


def augment(
    grey: torch.Tensor, labels: torch.Tensor, options: AugmentOptions, random: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mirror along x, change brightness, contrast and noise of each patch.

    Never mirrored along y, nor turned: the detector looks along y, so shine-through and shadows have a direction.

    Parameters
    ----------
    grey : (n, channels, py, px) float tensor
    labels : (n, py, px) tensor
    options : AugmentOptions
    random : Generator
        Of the CPU.
    """
    n = len(grey)
    mirrored = torch.rand(n, generator=random) < 0.5
    grey = torch.where(mirrored[:, None, None, None], grey.flip(-1), grey)
    labels = torch.where(mirrored[:, None, None], labels.flip(-1), labels)
    factor = torch.exp(options.contrast * torch.randn(n, 1, 1, 1, generator=random))
    offset = options.brightness * torch.randn(n, 1, 1, 1, generator=random)
    noise = options.noise * torch.rand(n, 1, 1, 1, generator=random)
    return grey * factor + offset + noise * torch.randn(grey.shape, generator=random), labels
