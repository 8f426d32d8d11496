"""Conditional denoising diffusion model of binary sections."""

from collections.abc import Sequence
from typing import Any

import torch
from diffusers import DDPMScheduler, UNet2DModel
from torch import nn
from torch.nn.functional import avg_pool2d, binary_cross_entropy_with_logits, pixel_shuffle, pixel_unshuffle

COARSE_BLOCK_PX = 8
"""Edge of the blocks whose mean error counts beside that of single pixels."""

HIGHEST_WEIGHT = 20.0
"""Of a nearly clean section in the loss."""


class Denoiser(nn.Module):
    """U-Net of diffusers; a multilayer perceptron adds the condition to the embedding of the noise step.

    Parameters
    ----------
    field_px : int
        Edge of a section.
    condition_size : int
        Length of a condition vector.
    fold_px : int
        Blocks of fold x fold pixels become channels: the U-Net works on a grid that is this much coarser, and so
        sees the whole section with few levels.
    channels : sequence of int
        Channels of the U-Net's levels; multiples of 8.
    layers : int
        Residual layers a level.
    depth_px : int
        Layers of a section: 1 for flat sections.
    """

    def __init__(
        self,
        field_px: int,
        condition_size: int,
        fold_px: int,
        channels: Sequence[int],
        layers: int,
        depth_px: int = 1,
    ) -> None:
        super().__init__()
        width = 4 * channels[0]
        self.field_px, self.fold_px, self.depth_px = field_px, fold_px, depth_px
        self.condition = nn.Sequential(
            nn.Linear(condition_size, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.unet: Any = UNet2DModel(
            sample_size=field_px // fold_px,
            in_channels=depth_px * fold_px**2,
            out_channels=depth_px * fold_px**2,
            block_out_channels=tuple(channels),
            layers_per_block=layers,
            down_block_types=("DownBlock2D",) * len(channels),
            up_block_types=("UpBlock2D",) * len(channels),
            norm_num_groups=8,
            add_attention=False,
            class_embed_type="identity",
            resnet_time_scale_shift="scale_shift",
        )

    def forward(self, noisy: torch.Tensor, noise_step: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Clean sections (n, depth, px, px), pore -1 and solid +1, behind noisy ones; see log_odds.

        The mean of what may be behind them, probability of solid less that of pore.
        """
        return torch.tanh(self.log_odds(noisy, noise_step, condition) / 2)

    def log_odds(self, noisy: torch.Tensor, noise_step: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Logarithm of the odds (n, depth, px, px), float32, that pixels are solid rather than pore.

        Parameters
        ----------
        noisy : (n, depth, px, px) tensor
        noise_step : (n,) tensor
        condition : (n, size) tensor
        """
        folded = pixel_unshuffle(noisy, self.fold_px)
        unfolded: torch.Tensor = self.unet(folded, noise_step, class_labels=self.condition(condition)).sample
        return 2 * pixel_shuffle(unfolded, self.fold_px).float()


def guided(
    network: nn.Module, noisy: torch.Tensor, noise_step: torch.Tensor, condition: torch.Tensor, guidance: float
) -> torch.Tensor:
    """Clean sections (n, depth, px, px), float32, that follow their condition more or less than as learned.

    Parameters
    ----------
    network : module
        As Denoiser.
    noisy, noise_step, condition
        See Denoiser.forward.
    guidance : float
        1 as learned; beyond it sections are pushed away from what the network makes without a condition, which narrows
        their distribution (classifier-free guidance: Ho and Salimans, 2022). Other values than 1 need a network that
        was trained without conditions too, and twice the time.
    """
    clean: torch.Tensor = network(noisy, noise_step, condition).float()
    if guidance == 1:
        return clean
    without = network(noisy, noise_step, torch.zeros_like(condition)).float()
    return without + guidance * (clean - without)


def noise_schedule(steps: int, schedule: str, shift: float) -> Any:
    """Forward noising (a DDPMScheduler) that ends in pure noise: its terminal signal-to-noise ratio is zero.

    Parameters
    ----------
    steps : int
        Noise steps.
    schedule : str
        Name of the growth of noise in diffusers.
    shift : float
        Factor on the ratio of noise to signal at every step. White noise on single pixels hides features of many
        pixels, and the density of a whole section, only where it is strong: without a shift their fate is decided in
        so few of the steps that samples come out too dense or too alike. About half the width of features in pixels.

    Notes
    -----
    The network predicts the clean section, which is smooth on the folded grid while the noise is not: predicting
    noise or velocity leaves specks. Zero terminal signal: Lin et al., Common diffusion noise schedules and sample steps
    are flawed (2024). Shift: Hoogeboom et al., Simple diffusion (2023).
    """
    plain: Any = DDPMScheduler(num_train_timesteps=steps, beta_schedule=schedule, rescale_betas_zero_snr=True)
    signal = plain.alphas_cumprod.double()
    shifted = signal / (signal + shift**2 * (1 - signal))
    kept = shifted / torch.cat([torch.ones(1, dtype=torch.float64), shifted[:-1]])
    return DDPMScheduler(
        num_train_timesteps=steps,
        trained_betas=(1 - kept).tolist(),
        prediction_type="sample",
        rescale_betas_zero_snr=True,
        clip_sample=False,
    )


def noise_steps(size: int, steps: int, chance: torch.Generator) -> torch.Tensor:
    """One noise step in each of ``size`` equal ranges of all steps: even batches, so that the loss scatters less."""
    position = (torch.arange(size) + torch.rand(size, generator=chance)) / size
    return (position * steps).long().clamp(max=steps - 1)


def denoising_loss(
    log_odds: torch.Tensor, clean: torch.Tensor, signal: torch.Tensor, shift: float, coarse_weight: float
) -> torch.Tensor:
    """Weighted mean cross-entropy of pixels, and squared error of the means of blocks and whole sections.

    Parameters
    ----------
    log_odds : (n, depth, px, px) tensor
        See Denoiser.log_odds.
    clean : (n, depth, px, px) tensor
        Pore -1 and solid +1. A section is one phase or the other: squared errors of pixels leave every tenth of a
        generated section grey, and pores too smooth.
    signal : (n,) tensor
        Share of the signal in the variance of each noisy section.
    shift : float
        See noise_schedule. Errors count 1 + shift^2 signal / (1 - signal), at most HIGHEST_WEIGHT, relative to the
        mean of the batch: about the inverse of what they must be, so that fine detail, decided where little noise is
        left, is learned beside the layout, whose errors are large whatever is learned.
    coarse_weight : float
        The density of a section is one number among thousands of pixels: a loss over pixels alone hardly feels it,
        and samples drift in density. The squared errors of block means and of the section's mean are added, times
        this.
    """
    weight = (1 + shift**2 * signal / (1 - signal)).clamp(max=HIGHEST_WEIGHT)
    weight = (weight / weight.mean()).view(-1, 1, 1, 1)
    loss = (weight * binary_cross_entropy_with_logits(log_odds, (clean + 1) / 2, reduction="none")).mean()
    error = torch.tanh(log_odds / 2) - clean
    for block in (COARSE_BLOCK_PX, error.shape[-1]):
        loss = loss + coarse_weight * (weight * avg_pool2d(error, block).square()).mean()
    return loss
