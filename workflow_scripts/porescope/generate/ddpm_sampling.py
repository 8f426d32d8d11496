"""Sections from the diffusion model."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from porescope.generate.conditions import parse_condition
from porescope.generate.data import random_numbers
from porescope.generate.ddpm import Denoiser
from porescope.generate.denoising import DenoisingOptions, denoise, denoising
from porescope.generate.models import load_model
from porescope.generate.sampling import Draw, write_samples
from porescope.torch_setup import Precision, autocast, deterministic, keep_freed_memory


def sample_ddpm(
    weights: Sequence[str | Path],
    architecture: Sequence[str | Path],
    outputs: Mapping[str, str | Path],
    count: int,
    options: DenoisingOptions,
    precision: Precision,
    seed: int,
    device: str,
) -> None:
    """Generate ``count`` sections for each condition with each trained network.

    Parameters
    ----------
    weights, architecture : sequences of paths
        As the trainings wrote them.
    outputs : mapping
        File of each condition, by its name; see write_samples.
    count : int
    options : DenoisingOptions
    precision : str
        See torch_setup.
    seed : int
    device : str
    """
    deterministic()
    keep_freed_memory()
    networks = [load_model(w, a, Denoiser, device) for w, a in zip(weights, architecture, strict=True)]
    _, code, description = networks[0]

    def drawing(network: Denoiser) -> Draw:
        def draw(condition: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
            with autocast(device, precision):
                return denoise(network, description["noise"], condition, options, chance)

        return draw

    draws = [drawing(network) for network, _, _ in networks]
    write_samples(draws, code, outputs, count, description["pixel_um"], seed, device)


def trace_denoising(
    weights: str | Path,
    architecture: str | Path,
    conditions: Sequence[str],
    options: DenoisingOptions,
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
    options, precision, seed, device
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
        states = denoising(network, description["noise"], vectors, options, random_numbers(seed, 0, "trace"))
        stacked = torch.stack(list(states), dim=1)
    np.savez_compressed(trace, states=stacked.cpu().numpy(), conditions=np.array(conditions))
