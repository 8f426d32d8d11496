"""Sections from the generative adversarial network."""

from collections.abc import Mapping
from pathlib import Path

import torch

from porescope.generate.cgan import Generator
from porescope.generate.models import load_model
from porescope.generate.sampling import write_samples
from porescope.torch_setup import Precision, autocast, deterministic


def sample_cgan(
    weights: str | Path,
    architecture: str | Path,
    outputs: Mapping[str, str | Path],
    count: int,
    precision: Precision,
    seed: int,
    device: str,
) -> None:
    """Generate ``count`` sections for each condition.

    Parameters
    ----------
    weights, architecture : path
        As train_cgan wrote them.
    outputs : mapping
        File of each condition, by its name; see write_samples.
    count : int
    precision : str
        See torch_setup.
    seed : int
    device : str
    """
    deterministic()
    network, code, description = load_model(weights, architecture, Generator, device)

    @torch.no_grad()
    def draw(condition: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
        latent = network.latent(len(condition), chance).to(device)
        with autocast(device, precision):
            sections: torch.Tensor = network(latent, condition)[:, 0].float()
        return sections

    write_samples(draw, code, outputs, count, description["pixel_um"], seed, device)
