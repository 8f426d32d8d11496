"""Conditional denoising diffusion model of binary sections."""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import torch
from diffusers import DDPMScheduler, DPMSolverMultistepScheduler, UNet2DModel
from torch import nn
from torch.nn.functional import avg_pool2d, pixel_shuffle, pixel_unshuffle

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DenoiserOptions:
    """The network.

    Attributes
    ----------
    fold_px : int
        Blocks of fold x fold pixels become channels: the U-Net works on a grid that is this much coarser.
    channels : sequence of int
        Channels of the U-Net's levels.
    layers : int
        Residual layers a level.
    """

    fold_px: int
    channels: tuple[int, ...]
    layers: int


class Denoiser(nn.Module):
    """U-Net of diffusers with a multilayer perceptron that adds the condition to the time embedding."""

    def __init__(self, options: DenoiserOptions, field_px: int, condition_size: int) -> None:
        super().__init__()
        fold, channels = options.fold_px, tuple(options.channels)
        width = 4 * channels[0]
        self.fold = fold
        self.condition = nn.Sequential(
            nn.Linear(condition_size, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.unet = UNet2DModel(
            sample_size=field_px // fold,
            in_channels=fold**2,
            out_channels=fold**2,
            block_out_channels=channels,
            layers_per_block=options.layers,
            down_block_types=("DownBlock2D",) * len(channels),
            up_block_types=("UpBlock2D",) * len(channels),
            norm_num_groups=8,
            add_attention=False,
            class_embed_type="identity",
            resnet_time_scale_shift="scale_shift",
        )

    def forward(self, noisy: torch.Tensor, step: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """Predict the velocity (n, 1, px, px) from noisy sections, their noise steps (n,) and conditions (n, size)."""
        folded = pixel_unshuffle(noisy, self.fold)
        predicted = self.unet(folded, step, class_labels=self.condition(condition)).sample
        return pixel_shuffle(predicted, self.fold)


def noise_schedule(steps: int, schedule: str) -> DDPMScheduler:
    return DDPMScheduler(
        num_train_timesteps=steps, beta_schedule=schedule, prediction_type="v_prediction", rescale_betas_zero_snr=True,
        clip_sample=False, timestep_spacing="trailing",
    )


def denoising_loss(predicted, wanted, coarse_weight: float) -> torch.Tensor:
    error = predicted - wanted
    loss = error.square().mean()
    for block in (8, error.shape[-1]):
        loss = loss + coarse_weight * avg_pool2d(error, block).square().mean()
    return loss
