"""Volumes from a network that knows thick sections: a volume of noise is denoised across each axis in turn.

Every section across z, y and x of a volume must look like a section of the material. At each noise step the network
predicts the clean sections across one axis, the next step works across the next axis, and fresh noise at each step lets
what one axis decided be revised by the others (multi-plane denoising: Lee and Yun, 2024).

With flat sections that loses what holds a structure together: where a strut leaves a section, its prediction knows
nothing of the sections above and below, and metal comes out with too few ways through it. A network of thick sections
sees as many layers at once as slabs of training have room for. Each layer of a volume lies in as many thick sections as
these have layers; the mean of their predictions counts.

Volumes are periodic: what leaves them on one side comes in on the other, in the convolutions too. So they have no rim,
where sections are a little less dense. Each step starts from another corner, since networks work on blocks of pixels.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.optimize import brentq
from torch import nn

from porescope.errors import InputError
from porescope.generate.data import random_numbers
from porescope.generate.ddpm import Denoiser, guided, noise_schedule
from porescope.generate.models import load_model
from porescope.generate.samples import Samples
from porescope.progress import progress
from porescope.tiff import write_stack
from porescope.torch_setup import Precision, autocast, deterministic, keep_freed_memory
from porescope.volume import Spacing, write_volume

BATCH = 32
"""Sections that go through a network together."""

CERTAIN = 0.9995
"""Grey value beyond which a voxel counts as no more certain than here."""

LARGEST_SHIFT = 20.0
"""Of half the logarithm of odds: makes all voxels metal, or pore, however certain."""


@dataclass(frozen=True)
class VolumeOptions:
    """How volumes are made.

    Attributes
    ----------
    shape_px : sequence of three ints
        Edges (z, y, x) in voxels, each as large as a pixel of the sections.
    steps : int
        Noise steps; each takes a prediction for all sections across one axis.
    guidance : float
        How far the condition is followed; see ddpm.guided.
    """

    shape_px: Sequence[int]
    steps: int
    guidance: float


def sample_volumes(
    weights: str | Path,
    architecture: str | Path,
    sections: Sequence[str | Path],
    options: VolumeOptions,
    precision: Precision,
    seed: int,
    device: str,
    volumes: Sequence[str | Path],
    stacks: Sequence[str | Path],
) -> None:
    """Generate a volume of each of several conditions.

    Parameters
    ----------
    weights, architecture : path
        Of a network of thick sections; see models.save_model.
    sections : sequence of paths
        Flat sections that were generated of each condition. A volume has their mean density: one volume is too small
        a sample, and sections of a volume that was put together from three axes drift from it.
    options : VolumeOptions
    precision : str
        See torch_setup.
    seed : int
        A volume follows from it and the condition's name alone.
    device : str
    volumes : sequence of paths
        OME-Zarr to write: masks as those of stage segment, 0 metal and 1 pore.
    stacks : sequence of paths
        TIFF to write, for a solver: 255 metal and 0 pore, with the voxel size as ImageJ keeps it.

    Raises
    ------
    InputError
        An edge does not fit the network's grid.
    """
    deterministic()
    keep_freed_memory()
    network, code, description = load_model(weights, architecture, Denoiser, device)
    check_shape(options.shape_px, description["network"])
    make_periodic(network)
    spacing = Spacing(*3 * (description["pixel_um"],))
    for path, volume, stack in progress(zip(sections, volumes, stacks, strict=True), len(sections), "volumes"):
        drawn = Samples.load(path)
        density = float(drawn.solid.mean())
        condition = torch.from_numpy(code.encode([drawn.condition])).to(device)
        chance = random_numbers(seed, 0, drawn.condition.name)
        with autocast(device, precision):
            grey = denoise_volume(network, description["noise"], condition, options, density, chance)
        solid = brightest(grey.cpu().numpy(), density)
        write_volume(volume, (~solid).astype(np.uint8), spacing, "labels")
        write_stack(stack, solid.astype(np.uint8) * 255, spacing)


def check_shape(shape_px: Sequence[int], network: Mapping[str, Any]) -> None:
    """Refuse edges that a network with these arguments cannot halve as often as it must."""
    step = network["fold_px"] * 2 ** (len(network["channels"]) - 1)
    for edge in shape_px:
        if edge % step:
            raise InputError(
                f"config: generate/volumes/shape_px holds {edge}, expected multiples of {step} with this network of "
                "generate/volumes/network"
            )


def make_periodic(network: nn.Module) -> None:
    """Let convolutions see what lies on the other side, where they saw zeros beyond the rim of sections in training."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.padding_mode = "circular"


@torch.no_grad()
def denoise_volume(
    network: Denoiser,
    noise: Mapping[str, Any],
    condition: torch.Tensor,
    options: VolumeOptions,
    density: float,
    chance: torch.Generator,
) -> torch.Tensor:
    """A periodic grey volume (z, y, x), pore near -1 and metal near +1, from pure noise.

    Parameters
    ----------
    network : Denoiser
        After make_periodic.
    noise : mapping
        Arguments of noise_schedule, as in training.
    condition : (1, size) tensor
    options : VolumeOptions
    density : float
        Of the metal; every prediction is brought to it, since the density of a whole volume hangs on its mean alone.
    chance : torch.Generator
        On the CPU: the same noise on every device.
    """
    signals = noise_schedule(**noise).alphas_cumprod.double()
    steps = [round(len(signals) * (1 - index / options.steps)) - 1 for index in range(options.steps)]
    shares = [*(float(signals[step]) for step in steps), 1.0]
    shape = tuple(options.shape_px)
    state = torch.randn(shape, generator=chance).to(condition.device)
    for index in progress(range(options.steps), options.steps, "steps"):
        axis, signal, after = index % 3, shares[index], shares[index + 1]
        corner = [int(torch.randint(edge, (1,), generator=chance)) for edge in shape]
        state = state.roll(corner, (0, 1, 2))
        clean = predicted(network, state.movedim(axis, 0), steps[index], condition, options.guidance).movedim(0, axis)
        clean = with_density(clean, density)
        fresh = torch.randn(shape, generator=chance).to(condition.device)
        state = less_noisy(state, clean, signal, after, fresh)
    return state


def predicted(
    network: Denoiser, layers: torch.Tensor, noise_step: int, condition: torch.Tensor, guidance: float
) -> torch.Tensor:
    """Clean layers (n, y, x) behind noisy ones: the mean over all thick sections that a layer lies in.

    Beyond the last layer follows the first.
    """
    depth = network.depth_px
    places = (torch.arange(len(layers))[:, None] + torch.arange(depth)) % len(layers)
    total = torch.zeros_like(layers)
    for section in places.to(layers.device).split(BATCH):
        step = torch.full((len(section),), noise_step, device=layers.device)
        clean = guided(network, layers[section], step, condition.expand(len(section), -1), guidance)
        total.index_add_(0, section.flatten(), clean.flatten(0, 1))
    return total / depth


def with_density(clean: torch.Tensor, density: float) -> torch.Tensor:
    """Predicted clean voxels, pore -1 and metal +1, whose odds are all multiplied by what makes them as dense as this.

    Odds, since voxels that are certain then stay as they are: the same added to all grey values opens pores anywhere
    instead of the throats between them, which are what is undecided.
    """
    half_log_odds = torch.atanh(clean.clamp(-CERTAIN, CERTAIN))

    def excess(shift: float) -> float:
        return float(torch.tanh(half_log_odds + shift).mean()) - (2 * density - 1)

    return torch.tanh(half_log_odds + brentq(excess, -LARGEST_SHIFT, LARGEST_SHIFT, xtol=1e-3))


def less_noisy(
    state: torch.Tensor, clean: torch.Tensor, signal: float, after: float, fresh: torch.Tensor
) -> torch.Tensor:
    """A state with the share ``after`` of signal, drawn given one with less, the clean volume and fresh white noise.

    Ho et al. (2020), equations 6 and 7, between any two noise steps.
    """
    kept, lost = signal / after, (1 - after) / (1 - signal)
    mean = math.sqrt(kept) * lost * state + math.sqrt(after) * (1 - kept) / (1 - signal) * clean
    return mean + math.sqrt(lost * (1 - kept)) * fresh


def brightest(grey: np.ndarray, share: float) -> np.ndarray:
    """Where a volume is brightest, a bool array with True in this share of it."""
    return grey > np.quantile(grey, 1 - share)
