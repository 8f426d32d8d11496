"""Sections from a trained generator, one file per condition."""

import logging
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from porescope.generate.conditions import ConditionCode, parse_condition
from porescope.generate.data import random_numbers
from porescope.generate.samples import save_samples
from porescope.progress import progress

log = logging.getLogger(__name__)

THRESHOLD = 0.0
"""Solid is what lies above the middle between pore (-1) and solid (+1); fixed, whatever the scores."""

Draw = Callable[[torch.Tensor, torch.Generator], torch.Tensor]
"""From condition vectors (n, size) and random numbers to sections (n, px, px)."""


def write_samples(
    draw: Draw,
    code: ConditionCode,
    outputs: Mapping[str, str | Path],
    count: int,
    pixel_um: float,
    seed: int,
    device: str,
) -> None:
    """Generate ``count`` sections for each condition.

    Parameters
    ----------
    draw : function
    code : ConditionCode
    outputs : mapping
        File of each condition, by its name (as NPC_300).
    count : int
    pixel_um : float
        Edge of a pixel in um.
    seed : int
        The sections of a condition follow from it and the condition's name alone.
    device : str

    Raises
    ------
    InputError
        The network does not know the material of a condition.
    """
    for name, path in progress(outputs.items(), len(outputs), "conditions"):
        condition = parse_condition(name)
        if not code.spans(condition):
            log.warning(
                "condition '%s' lies beyond the temperatures of training, %g to %g C: its sections are extrapolated",
                name,
                code.coldest_C,
                code.hottest_C,
            )
        vectors = torch.from_numpy(code.encode([condition] * count)).to(device)
        grey = draw(vectors, random_numbers(seed, 0, name))
        save_samples(path, (grey > THRESHOLD).cpu().numpy(), condition, pixel_um, not code.spans(condition))
