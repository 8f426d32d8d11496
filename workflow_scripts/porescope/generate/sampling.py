"""Sections from trained generators, one file per condition."""

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch

from porescope.generate.conditions import ConditionCode, parse_condition
from porescope.generate.data import random_numbers
from porescope.generate.samples import Samples
from porescope.progress import progress

log = logging.getLogger(__name__)

THRESHOLD = 0.0
"""Solid is what lies above the middle between pore (-1) and solid (+1); fixed, whatever the scores."""

Draw = Callable[[torch.Tensor, torch.Generator], torch.Tensor]
"""From condition vectors (n, size) and random numbers to sections (n, px, px)."""


def write_samples(
    draws: Sequence[Draw],
    code: ConditionCode,
    outputs: Mapping[str, str | Path],
    count: int,
    pixel_um: float,
    seed: int,
    device: str,
) -> None:
    """Generate ``count`` sections for each condition with each of several trained networks.

    Parameters
    ----------
    draws : sequence of functions
        One for each of the independent trainings.
    code : ConditionCode
        Of all of them.
    outputs : mapping
        File of each condition, by its name (as NPC_300).
    count : int
    pixel_um : float
        Edge of a pixel in um.
    seed : int
        The sections of a condition follow from it, the condition's name and the network alone.
    device : str

    Raises
    ------
    InputError
        The network does not know the material of a condition.
    """
    for name, path in progress(outputs.items(), len(outputs), "conditions"):
        condition = parse_condition(name, code.quantity)
        vectors = torch.from_numpy(code.encode([condition] * count)).to(device)
        if not code.spans(condition):
            log.warning(
                "condition '%s' lies beyond the known range of %s, %g to %g: its sections are extrapolated",
                name,
                code.quantity,
                *code.range_of(condition.material),
            )
        chance = random_numbers(seed, 0, name)
        grey = torch.cat([draw(vectors, chance) for draw in draws])
        training = np.repeat(np.arange(1, len(draws) + 1), count)
        solid = (grey > THRESHOLD).cpu().numpy()
        Samples(solid, training, condition, pixel_um, not code.spans(condition)).save(path)
