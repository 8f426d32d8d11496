"""Conditional generative adversarial network of binary sections: the opponent of the diffusion model."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle, relu
from torch.nn.utils.parametrizations import spectral_norm


class Generator(nn.Module):
    """Sections from a grid of random vectors and a condition.

    Parameters
    ----------
    field_px : int
        Edge of a section.
    condition_size : int
        Length of a condition vector.
    latent_size : int
        Length of the random vectors.
    fold_px : int
        The last grid is this much coarser than the section, its channels unfold to blocks of pixels.
    channels : sequence of int
        Channels of the grids, from coarse to fine; the edge doubles from one to the next.

    Notes
    -----
    Random vectors stand at every place of the first grid, and frames are mirrored rather than padded with zeros, as
    in spatial and slice GANs: the network cannot tell where it is, so it cannot fall into one layout for all samples,
    which it did with one vector a section. The condition scales and shifts the batch-normalised channels of every
    layer, as in BigGAN.
    """

    def __init__(
        self, field_px: int, condition_size: int, latent_size: int, fold_px: int, channels: Sequence[int]
    ) -> None:
        super().__init__()
        width = 128
        self.latent_size = latent_size
        self.fold_px = fold_px
        self.start_px = field_px // fold_px // 2 ** (len(channels) - 1)
        self.style = nn.Sequential(nn.Linear(condition_size, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())
        self.start = nn.Conv2d(latent_size, channels[0], 3)
        before = [channels[0], *channels[:-1]]
        self.blocks = nn.ModuleList(
            _GeneratorBlock(a, b, width, grow=index > 0)
            for index, (a, b) in enumerate(zip(before, channels, strict=True))
        )
        self.last = nn.Conv2d(channels[-1], fold_px**2, 3, padding=1, padding_mode="reflect")

    def latent(self, count: int, chance: torch.Generator) -> torch.Tensor:
        """Random vectors (count, latent_size, start + 2, start + 2); the margin spares the first layer its padding."""
        edge = self.start_px + 2
        return torch.randn(count, self.latent_size, edge, edge, generator=chance)

    def forward(self, latent: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Sections (n, 1, px, px) between -1 (pore) and 1 (solid)."""
        style = self.style(condition)
        grid = self.start(latent)
        for block in self.blocks:
            grid = block(grid, style)
        return torch.tanh(pixel_shuffle(self.last(relu(grid)), self.fold_px))


class _GeneratorBlock(nn.Module):
    def __init__(self, before: int, after: int, width: int, grow: bool) -> None:
        super().__init__()
        self.grow = nn.Upsample(scale_factor=2, mode="nearest") if grow else nn.Identity()
        self.first = _StyledConvolution(before, after, width)
        self.second = _StyledConvolution(after, after, width)
        self.shortcut = nn.Conv2d(before, after, 1)

    def forward(self, grid: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
        grown = self.grow(grid)
        inner: torch.Tensor = self.second(self.first(grown, style), style)
        return self.shortcut(grown) + inner


class _StyledConvolution(nn.Module):
    def __init__(self, before: int, after: int, width: int) -> None:
        super().__init__()
        self.normal = nn.BatchNorm2d(before, affine=False)
        self.style = nn.Linear(width, 2 * before)
        self.convolution = nn.Conv2d(before, after, 3, padding=1, padding_mode="reflect")

    def forward(self, grid: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
        scale, shift = self.style(style)[:, :, None, None].chunk(2, dim=1)
        result: torch.Tensor = self.convolution(relu(self.normal(grid) * (1 + scale) + shift))
        return result


class Discriminator(nn.Module):
    """Score of sections under conditions, higher for real ones, by projection (Miyato and Koyama, 2018).

    Parameters
    ----------
    condition_size : int
        Length of a condition vector.
    fold_px : int
        Blocks of pixels that become channels at the entrance.
    channels : sequence of int
        Channels of the levels, from fine to coarse; the edge halves from one to the next.

    Notes
    -----
    Spectral normalisation in every layer that sees sections keeps it smooth in them; not in those that see the
    condition only, or neighbouring temperatures would look the same to it.
    """

    def __init__(self, condition_size: int, fold_px: int, channels: Sequence[int]) -> None:
        super().__init__()
        self.fold_px = fold_px
        layers: list[nn.Module] = [spectral_norm(nn.Conv2d(fold_px**2, channels[0], 3, padding=1)), nn.LeakyReLU(0.2)]
        for before, after in pairwise(channels):
            layers += [
                spectral_norm(nn.Conv2d(before, before, 3, padding=1)),
                nn.LeakyReLU(0.2),
                spectral_norm(nn.Conv2d(before, after, 4, stride=2, padding=1)),
                nn.LeakyReLU(0.2),
            ]
        self.features = nn.Sequential(*layers)
        self.plain = spectral_norm(nn.Linear(channels[-1], 1))
        self.condition = nn.Sequential(nn.Linear(condition_size, 128), nn.LeakyReLU(0.2), nn.Linear(128, channels[-1]))

    def forward(self, sections: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Scores (n,) of sections (n, 1, px, px) under conditions (n, size)."""
        features = self.features(pixel_unshuffle(sections, self.fold_px)).mean(dim=(2, 3))
        score: torch.Tensor = self.plain(features)[:, 0] + (features * self.condition(condition)).sum(dim=1)
        return score


def discriminator_loss(real: torch.Tensor, generated: torch.Tensor) -> torch.Tensor:
    """Hinge loss: real sections above 1, generated ones below -1."""
    return relu(1 - real).mean() + relu(1 + generated).mean()
