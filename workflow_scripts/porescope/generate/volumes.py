"""Volumes from networks that know sections only: a volume of noise is denoised across each axis in turn.

Every section across z, y and x of a volume must look like a section of the material. At each noise step the networks
predict the clean sections across one axis, the next step works across the next axis, and fresh noise at each step lets
what one axis decided be revised by the others (multi-plane denoising: Lee and Yun, 2024).

Done plainly that makes structures too fine: at a level of noise far more is known of a volume than of any of its
sections alone, and a prediction that ignores the sections above and below leaves that unused. So a section is first
averaged with its neighbours, as widely as lowers the error most, and the network is told of the lower noise; see
thickness_px.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import conv1d, pad

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

REACH = 3.0
"""Neighbours beyond so many widths do not count."""

LEAST_PX = 0.3
"""A narrower average is none: the nearest neighbours would count less than half a percent."""


WIDEST_PX = 3.0
"""Where hardly any signal is left, a wider average shows the network no more."""


MARGIN_PX = 8
"""Generated on all sides and cut off: at its rim a section is less dense, since a network sees zeros beyond it."""


@dataclass(frozen=True)
class VolumeOptions:
    """How volumes are made.

    Attributes
    ----------
    edge_px : int
        Edge of the cube in voxels, each as large as a pixel of the sections.
    steps : int
        Noise steps; each takes a prediction for all sections across one axis.
    thickness : float
        Factor of thickness_px.
    guidance : float
        How far the condition is followed; see ddpm.guided.
    """

    edge_px: int
    steps: int
    thickness: float
    guidance: float


def sample_volume(
    weights: Sequence[str | Path],
    architecture: Sequence[str | Path],
    sections: str | Path,
    options: VolumeOptions,
    precision: Precision,
    seed: int,
    device: str,
    volume: str | Path,
    stack: str | Path,
) -> None:
    """Generate a volume of one condition.

    Parameters
    ----------
    weights, architecture : sequences of paths
        Of the independent trainings; they take turns.
    sections : path
        Sections that the same networks generated of the condition. The volume has their mean density: one volume is
        too small a sample, and sections of a volume that was put together from three axes drift from it.
    options : VolumeOptions
    precision : str
        See torch_setup.
    seed : int
    device : str
    volume : path
        OME-Zarr to write: a mask as those of stage segment, 0 metal and 1 pore.
    stack : path
        TIFF to write, for a solver: 255 metal and 0 pore, with the voxel size as ImageJ keeps it.

    Raises
    ------
    InputError
        The edge does not fit the networks' grid.
    """
    deterministic()
    keep_freed_memory()
    networks = [load_model(w, a, Denoiser, device) for w, a in zip(weights, architecture, strict=True)]
    _, code, description = networks[0]
    check_edge(options.edge_px, description["network"])
    drawn = Samples.load(sections)
    density = float(drawn.solid.mean())
    condition = torch.from_numpy(code.encode([drawn.condition])).to(device)
    with autocast(device, precision):
        grey = denoise_volume(
            [network for network, _, _ in networks],
            description["noise"],
            condition,
            options,
            density,
            random_numbers(seed, 0, drawn.condition.name),
        )
    solid = brightest(grey.cpu().numpy(), density)
    spacing = Spacing(*3 * (description["pixel_um"],))
    write_volume(volume, (~solid).astype(np.uint8), spacing, "labels")
    write_stack(stack, solid.astype(np.uint8) * 255, spacing)


def check_edge(edge_px: int, network: Mapping[str, Any]) -> None:
    """Refuse an edge that a network with these arguments cannot halve as often as it must."""
    step = network["fold_px"] * 2 ** (len(network["channels"]) - 1)
    if (edge_px + 2 * MARGIN_PX) % step:
        raise InputError(
            f"config: generate/volumes/edge_px is {edge_px}, expected a multiple of {step} less {2 * MARGIN_PX} with "
            "this network of generate/ddpm/network"
        )


@torch.no_grad()
def denoise_volume(
    networks: Sequence[nn.Module],
    noise: Mapping[str, Any],
    condition: torch.Tensor,
    options: VolumeOptions,
    density: float,
    chance: torch.Generator,
) -> torch.Tensor:
    """A grey volume (z, y, x), pore near -1 and metal near +1, from pure noise.

    Parameters
    ----------
    networks : sequence of modules
        As Denoiser; they take turns.
    noise : mapping
        Arguments of noise_schedule, as in training.
    condition : (1, size) tensor
    options : VolumeOptions
    density : float
        Of the metal; every prediction is shifted to it, since the density of a whole volume hangs on its mean alone.
    chance : torch.Generator
        On the CPU: the same noise on every device.
    """
    signals = noise_schedule(**noise).alphas_cumprod.double()
    steps = [round(len(signals) * (1 - index / options.steps)) - 1 for index in range(options.steps)]
    shares = [*(float(signals[step]) for step in steps), 1.0]
    shape = 3 * (options.edge_px + 2 * MARGIN_PX,)
    inside = 3 * (slice(MARGIN_PX, -MARGIN_PX),)
    state = torch.randn(shape, generator=chance).to(condition.device)
    for index in progress(range(options.steps), options.steps, "steps"):
        axis, network = index % 3, networks[index // 3 % len(networks)]
        signal, after = shares[index : index + 2]
        averaged, lower = averaged_along(state, axis, thickness_px(signal, options.thickness), signal)
        step = noise_step_of(signals, lower)
        clean = predicted(network, averaged.movedim(axis, 0), step, condition, options.guidance).movedim(0, axis)
        clean = clean + (2 * density - 1 - clean[inside].mean())
        fresh = torch.randn(shape, generator=chance).to(condition.device)
        state = less_noisy(state, clean, signal, after, fresh)
    return state[inside]


def predicted(
    network: nn.Module, sections: torch.Tensor, noise_step: float, condition: torch.Tensor, guidance: float
) -> torch.Tensor:
    """Clean sections (n, px, px) behind noisy ones."""
    parts = sections.unsqueeze(1).split(BATCH)
    steps = [torch.full((len(part),), noise_step, device=part.device) for part in parts]
    clean = [
        guided(network, part, step, condition.expand(len(part), -1), guidance)
        for part, step in zip(parts, steps, strict=True)
    ]
    return torch.cat(clean)[:, 0]


def less_noisy(
    state: torch.Tensor, clean: torch.Tensor, signal: float, after: float, fresh: torch.Tensor
) -> torch.Tensor:
    """A state with the share ``after`` of signal, drawn given one with less, the clean volume and fresh white noise.

    Ho et al. (2020), equations 6 and 7, between any two noise steps.
    """
    kept, lost = signal / after, (1 - after) / (1 - signal)
    mean = math.sqrt(kept) * lost * state + math.sqrt(after) * (1 - kept) / (1 - signal) * clean
    return mean + math.sqrt(lost * (1 - kept)) * fresh


def thickness_px(signal: float, factor: float) -> float:
    """Width (standard deviation in voxels) over which a section is averaged along its normal.

    Parameters
    ----------
    signal : float
        Share of the signal in the variance of a noisy section.
    factor : float

    Returns
    -------
    float
        factor * sqrt(r), r the ratio of noise to signal (of amplitudes); at most WIDEST_PX. What a width h costs is
        the interface that it blurs, in proportion to h; what it saves is the noise that remains where a network itself
        averages over about h^2 pixels of a section, r^2 / h^3; their sum is least at an h of this form.
    """
    ratio = (1 - signal) / max(signal, 1e-9)
    return min(factor * ratio**0.25, WIDEST_PX)


def averaged_along(state: torch.Tensor, axis: int, width: float, signal: float) -> tuple[torch.Tensor, float]:
    """A noisy volume averaged along one axis, as noisy as a state of unit variance at a lower noise step.

    Parameters
    ----------
    state : (nz, ny, nx) tensor
        sqrt(signal) times the clean volume plus sqrt(1 - signal) times white noise.
    axis : int
    width : float
        Standard deviation of the weights in voxels; the volume is mirrored at its ends.
    signal : float

    Returns
    -------
    averaged : (nz, ny, nx) tensor
        Of the same form with the signal below.
    signal : float
        Share of the signal that remains: averaging lowers the variance of the noise by the sum of squared weights.
    """
    if width < LEAST_PX or signal == 0:
        return state, signal
    reach = min(math.ceil(REACH * width), state.shape[axis] - 1)
    steps = torch.arange(-reach, reach + 1, dtype=state.dtype, device=state.device)
    weights = torch.exp(-((steps / width) ** 2) / 2)
    weights /= weights.sum()
    lines = state.movedim(axis, -1)
    flat = pad(lines.reshape(-1, 1, lines.shape[-1]), (reach, reach), mode="reflect")
    mean = conv1d(flat, weights.view(1, 1, -1)).reshape(lines.shape).movedim(-1, axis)
    noise = (1 - signal) * float(weights.square().sum())
    return mean / math.sqrt(signal + noise), signal / (signal + noise)


def noise_step_of(signals: torch.Tensor, signal: float) -> float:
    """Where in a schedule, between whole steps too, the share of the signal is this.

    Parameters
    ----------
    signals : (steps,) tensor
        Falling.
    signal : float
    """
    known = signals.double().numpy()
    ratios = np.log((1 - known).clip(1e-12) / known.clip(1e-12))
    return float(np.interp(math.log((1 - signal) / max(signal, 1e-12)), ratios, np.arange(len(known))))


def brightest(grey: np.ndarray, share: float) -> np.ndarray:
    """Where a volume is brightest, a bool array with True in this share of it."""
    return grey > np.quantile(grey, 1 - share)
