"""Changes of a training patch under which its labels stay right."""

from dataclasses import dataclass

import torch
from torch.nn import functional

BINOMIAL = torch.tensor([0.25, 0.5, 0.25])
"""Kernel of the blur, along y and along x."""


@dataclass(frozen=True)
class AugmentOptions:
    """How SE images differ from one another.

    Attributes
    ----------
    brightness : float
        Standard deviation of an offset, in units of the normalised input (the contrast of a stack is 2).
    contrast : float
        Standard deviation of the logarithm of a factor.
    gamma : float
        Standard deviation of the logarithm of an exponent that bends grey values between dark and bright.
    shading : float
        Standard deviation of the change of brightness from the middle of a patch to its edge, along y and along x.
    blur : float
        Largest part of a patch that is replaced by its blurred self, from 0 to 1.
    noise : float
        Largest standard deviation of noise that is added, in units of the normalised input.
    single : float
        Chance that a patch has no neighbours: all channels show its own slice, as in an image of one slice.
    cropped : float
        Chance that neighbours are missing beyond a random one on each side, as at the ends of a stack.
    """

    brightness: float
    contrast: float
    gamma: float
    shading: float
    blur: float
    noise: float
    single: float
    cropped: float


def augment(
    grey: torch.Tensor, labels: torch.Tensor, options: AugmentOptions, random: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Mirror along x, change brightness, contrast, sharpness, noise and known neighbours of each patch.

    Never mirrored along y, nor turned: the detector looks along y, so shine-through and shadows have a direction.

    Parameters
    ----------
    grey : (n, channels, py, px) float tensor
        See network.as_input; dark is -1, bright 1.
    labels : (n, py, px) tensor
    options : AugmentOptions
    random : Generator
        Of the CPU.
    """
    n = len(grey)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=random)

    def even(*shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=random)

    mirrored = even(n) < 0.5
    grey = torch.where(mirrored[:, None, None, None], grey.flip(-1), grey)
    labels = torch.where(mirrored[:, None, None], labels.flip(-1), labels)
    grey = grey.gather(1, known_neighbours(n, grey.shape[1], options, random)[:, :, None, None].expand_as(grey))
    grey = grey + options.blur * even(n, 1, 1, 1) * (blurred(grey) - grey)
    exponent = torch.exp(options.gamma * normal(n, 1, 1, 1))
    part = (grey + 1) / 2
    grey = 2 * part.sign() * part.abs() ** exponent - 1
    y = torch.linspace(-1, 1, grey.shape[2])[:, None]
    x = torch.linspace(-1, 1, grey.shape[3])
    slope = options.shading * normal(n, 1, 1, 1) * y + options.shading * normal(n, 1, 1, 1) * x
    factor = torch.exp(options.contrast * normal(n, 1, 1, 1))
    offset = options.brightness * normal(n, 1, 1, 1)
    noise = options.noise * even(n, 1, 1, 1)
    return grey * factor + slope + offset + noise * normal(*grey.shape), labels


def known_neighbours(n: int, channels: int, options: AugmentOptions, random: torch.Generator) -> torch.Tensor:
    """Which channel each channel shows (n, channels): the nearest one that is known, as beyond the ends of a stack."""
    reach = channels // 2
    below = torch.randint(0, reach + 1, (n,), generator=random)
    above = torch.randint(0, reach + 1, (n,), generator=random)
    kind = torch.rand(n, generator=random)
    single, cropped = kind < options.single, kind < options.single + options.cropped
    below = torch.where(single, 0, torch.where(cropped, below, reach))
    above = torch.where(single, 0, torch.where(cropped, above, reach))
    offsets = torch.arange(-reach, reach + 1).expand(n, -1)
    return reach + torch.minimum(torch.maximum(offsets, -below[:, None]), above[:, None])


def blurred(grey: torch.Tensor) -> torch.Tensor:
    """Images (n, channels, y, x) after a small binomial blur; edges are repeated."""
    channels = grey.shape[1]
    padded = functional.pad(grey, (1, 1, 1, 1), mode="replicate")
    rows = functional.conv2d(padded, BINOMIAL.view(1, 1, 3, 1).expand(channels, 1, 3, 1), groups=channels)
    return functional.conv2d(rows, BINOMIAL.view(1, 1, 1, 3).expand(channels, 1, 1, 3), groups=channels)
