"""Sections from the generative adversarial network."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from porescope.generate.cgan import Generator
from porescope.generate.models import load_model
from porescope.generate.sampling import Draw, write_samples
from porescope.torch_setup import Precision, autocast, deterministic


def sample_cgan(
    weights: Sequence[str | Path],
    architecture: Sequence[str | Path],
    outputs: Mapping[str, str | Path],
    count: int,
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
    precision : str
        See torch_setup.
    seed : int
    device : str
    """
    deterministic()
    networks = [load_model(w, a, Generator, device) for w, a in zip(weights, architecture, strict=True)]
    _, code, description = networks[0]

    def drawing(network: Generator) -> Draw:
        @torch.no_grad()
        def draw(condition: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
            latent = network.latent(len(condition), chance).to(device)
            with autocast(device, precision):
                sections: torch.Tensor = network(latent, condition)[:, 0].float()
            return sections

        return draw

    draws = [drawing(network) for network, _, _ in networks]
    write_samples(draws, code, outputs, count, description["pixel_um"], seed, device)
