"""Sections from the diffusion model."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler
from torch import nn

from porescope.generate.conditions import parse_condition
from porescope.generate.data import random_numbers
from porescope.generate.ddpm import Denoiser, guided, noise_schedule
from porescope.generate.models import load_model
from porescope.generate.sampling import Draw, write_samples
from porescope.torch_setup import Precision, autocast, deterministic


def sample_ddpm(
    weights: Sequence[str | Path],
    architecture: Sequence[str | Path],
    outputs: Mapping[str, str | Path],
    count: int,
    steps: int,
    guidance: float,
    precision: Precision,
    seed: int,
    device: str,
) -> None:
    """Generate ``count`` sections for each condition with each trained network in ``steps`` steps of the solver.

    Parameters
    ----------
    weights, architecture : sequences of paths
        As the trainings wrote them.
    outputs : mapping
        File of each condition, by its name; see write_samples.
    count, steps : int
    guidance : float
        See ddpm.guided.
    precision : str
        See torch_setup.
    seed : int
    device : str
    """
    deterministic()
    networks = [load_model(w, a, Denoiser, device) for w, a in zip(weights, architecture, strict=True)]
    _, code, description = networks[0]

    def drawing(network: nn.Module) -> Draw:
        def draw(condition: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
            with autocast(device, precision):
                return denoise(
                    network, description["noise"], condition, steps, guidance, description["field_px"], chance
                )

        return draw

    draws = [drawing(network) for network, _, _ in networks]
    write_samples(draws, code, outputs, count, description["pixel_um"], seed, device)


def denoise(
    network: nn.Module,
    noise: Mapping[str, Any],
    condition: torch.Tensor,
    steps: int,
    guidance: float,
    field_px: int,
    chance: torch.Generator,
) -> torch.Tensor:
    """Sections (n, px, px), pore near -1 and solid near +1, from pure noise; see denoising."""
    *_, last = denoising(network, noise, condition, steps, guidance, field_px, chance)
    return last


@torch.no_grad()
def denoising(
    network: nn.Module,
    noise: Mapping[str, Any],
    condition: torch.Tensor,
    steps: int,
    guidance: float,
    field_px: int,
    chance: torch.Generator,
) -> Iterator[torch.Tensor]:
    """The way of sections (n, px, px) from pure noise: the noise, then what is left of it after each step.

    Parameters
    ----------
    network : module
        As Denoiser.
    noise : mapping
        Arguments of noise_schedule, as in training.
    condition : (n, size) tensor
    steps : int
        Steps of the solver: DPM-Solver++ of second order (Lu et al., 2022).
    guidance : float
        See ddpm.guided.
    field_px : int
        Edge of a section.
    chance : torch.Generator
        On the CPU: the same noise on every device.
    """
    solver = DPMSolverMultistepScheduler.from_config(
        noise_schedule(**noise).config, algorithm_type="dpmsolver++", solver_order=2, timestep_spacing="trailing"
    )
    solver.set_timesteps(steps)
    state = torch.randn(len(condition), 1, field_px, field_px, generator=chance).to(condition.device)
    yield state[:, 0]
    for noise_step in solver.timesteps:
        when = noise_step.expand(len(state)).to(condition.device)
        clean = guided(network, state, when, condition, guidance)
        state = solver.step(clean, noise_step, state).prev_sample
        yield state[:, 0]


def trace_denoising(
    weights: str | Path,
    architecture: str | Path,
    conditions: Sequence[str],
    steps: int,
    precision: Precision,
    seed: int,
    device: str,
    trace: str | Path,
) -> None:
    """Follow one section of each condition from pure noise to the end.

    Parameters
    ----------
    weights, architecture : path
        As a training wrote them.
    conditions : sequence of str
        Names, as NPC_300.
    steps, precision, seed, device
        See sample_ddpm.
    trace : path
        NPZ to write: states (conditions, steps + 1, px, px) float32, pore near -1 and solid near +1 at the end, and
        conditions.
    """
    deterministic()
    network, code, description = load_model(weights, architecture, Denoiser, device)
    wanted = [parse_condition(name, code.quantity) for name in conditions]
    vectors = torch.from_numpy(code.encode(wanted)).to(device)
    with autocast(device, precision):
        states = denoising(
            network,
            description["noise"],
            vectors,
            steps,
            1.0,
            description["field_px"],
            random_numbers(seed, 0, "trace"),
        )
        stacked = torch.stack(list(states), dim=1)
    np.savez_compressed(trace, states=stacked.cpu().numpy(), conditions=np.array(conditions))
