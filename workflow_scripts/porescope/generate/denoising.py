"""From pure noise to sections, step by step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from diffusers import DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler

from porescope.generate.ddpm import Denoiser, guided, noise_schedule

Solver = Literal["ddpm", "ddim", "dpmsolver++", "sde-dpmsolver++"]


@dataclass(frozen=True)
class DenoisingOptions:
    """How sections are denoised.

    Attributes
    ----------
    solver : str
        ``ddpm`` (Ho et al., 2020) and ``sde-dpmsolver++`` add fresh noise in each step, which mends errors of the steps
        before; ``ddim`` (Song et al., 2021) and ``dpmsolver++`` (Lu et al., 2022; of second order, as its stochastic
        sister) follow one way from the first noise.
    steps : int
        Predictions a section takes.
    guidance : float
        See ddpm.guided.
    """

    solver: Solver
    steps: int
    guidance: float


def denoise(
    network: Denoiser,
    noise: Mapping[str, Any],
    condition: torch.Tensor,
    options: DenoisingOptions,
    chance: torch.Generator,
) -> torch.Tensor:
    """Sections (n, px, px), pore near -1 and solid near +1, from pure noise; see denoising."""
    *_, last = denoising(network, noise, condition, options, chance)
    return last


@torch.no_grad()
def denoising(
    network: Denoiser,
    noise: Mapping[str, Any],
    condition: torch.Tensor,
    options: DenoisingOptions,
    chance: torch.Generator,
) -> Iterator[torch.Tensor]:
    """The way of sections (n, px, px) from pure noise: the noise, then what is left of it after each step.

    Parameters
    ----------
    network : Denoiser
    noise : mapping
        Arguments of noise_schedule, as in training.
    condition : (n, size) tensor
    options : DenoisingOptions
    chance : torch.Generator
        On the CPU: the same noise on every device.
    """
    scheduler = _scheduler(options.solver, noise)
    scheduler.set_timesteps(options.steps)
    shape = (len(condition), 1, network.field_px, network.field_px)
    state = torch.randn(shape, generator=chance).to(condition.device)
    yield state[:, 0]
    for noise_step in scheduler.timesteps:
        when = noise_step.expand(len(state)).to(condition.device)
        clean = guided(network, state, when, condition, options.guidance)
        state = scheduler.step(clean, noise_step, state, generator=chance).prev_sample
        yield state[:, 0]


def _scheduler(solver: Solver, noise: Mapping[str, Any]) -> Any:
    """Scheduler of diffusers, whose first step starts from pure noise."""
    schedule = noise_schedule(**noise).config
    if solver == "ddpm":
        return DDPMScheduler.from_config(schedule, timestep_spacing="trailing")
    if solver == "ddim":
        return DDIMScheduler.from_config(schedule, timestep_spacing="trailing")
    return DPMSolverMultistepScheduler.from_config(
        schedule, algorithm_type=solver, solver_order=2, timestep_spacing="trailing"
    )
