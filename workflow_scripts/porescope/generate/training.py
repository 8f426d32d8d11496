"""What the trainings of all generators share: their source, their loop, their learning rate."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import torch

from porescope.checkpoint import Checkpoint
from porescope.errors import InputError
from porescope.generate.conditions import DENSITY, PROPERTY, TEMPERATURE, Condition
from porescope.generate.sections import TRAIN, Sections
from porescope.progress import progress

WARM_UP = 50
"""Steps in which the learning rate rises to its full value."""

CURVE_EVERY = 10
"""Steps whose mean loss is one row of the training curve."""


@dataclass(frozen=True)
class Source:
    """What a generator learns from.

    Attributes
    ----------
    sections : path
        As cut_sections wrote them.
    symmetries : sequence of 'flip_normal', 'flip_y', 'flip_x', 'transpose'
        See Batches.
    withheld_C : sequence of float
        Temperatures whose sections are kept from the network, to see how it does where nothing was measured.
    quantity : 'temperature_C', 'relative_density' or 'property'
        What the network is told of a section beside its material.
    properties : path
        relate/properties.csv; needed for the quantity 'property' alone.
    """

    sections: str | Path
    symmetries: Sequence[str]
    withheld_C: Sequence[float] = ()
    quantity: str = TEMPERATURE
    properties: str | Path | Sequence[str] = ()

    @property
    def files(self) -> list[str | Path]:
        """All that is read."""
        return [self.sections, str(self.properties)] if self.quantity == PROPERTY else [self.sections]

    def load(self) -> Sections:
        """The training sections.

        Raises
        ------
        InputError
            No section is left.
        """
        sections = Sections.load(self.sections).part(TRAIN).without(self.withheld_C)
        if not len(sections.solid):
            withheld = ", ".join(f"{value:g}" for value in self.withheld_C)
            raise InputError(f"{self.sections}: no section is left without those of {withheld} C, expected some")
        return sections

    def conditions(self, sections: Sections) -> list[Condition]:
        """What the network is told of each of these sections.

        Raises
        ------
        InputError
            A specimen has no property.
        """
        if self.quantity == TEMPERATURE:
            return sections.conditions
        if self.quantity == DENSITY:
            values = sections.solid.reshape(len(sections.solid), -1).mean(axis=1)
        else:
            known = pd.read_csv(str(self.properties)).set_index("sample")["property"]
            values = known.reindex(sections.sample).to_numpy()
            if np.isnan(values).any():
                missing = sections.sample[np.isnan(values)][0]
                raise InputError(
                    f"{self.properties}: specimen '{missing}' has no property, expected one of every specimen that a "
                    "generator is conditioned on it with"
                )
        pairs = zip(sections.material, values, strict=True)
        return [Condition(str(material), float(value), self.quantity) for material, value in pairs]

    def settings(self) -> dict[str, Any]:
        """What unfinished training must have in common with this one to be continued, as JSON-like values."""
        return {
            "symmetries": list(self.symmetries),
            "withheld_C": list(self.withheld_C),
            "quantity": self.quantity,
        }


class Stateful(Protocol):
    """A network or an optimiser."""

    def state_dict(self) -> dict[str, Any]:
        """All that training changes."""
        ...

    def load_state_dict(self, state_dict: dict[str, Any], /) -> Any:
        """Take over what state_dict() gave."""
        ...


def run(
    parts: Mapping[str, Stateful], advance: Callable[[int], dict[str, float]], steps: int, checkpoint: Checkpoint
) -> pd.DataFrame:
    """Train, continuing from a saved state if there is one; equal to an undisturbed run.

    Parameters
    ----------
    parts : mapping
        Everything that changes while training; its state is saved and restored.
    advance : function of the step
        Trains one step and returns its losses; all that is random in it follows from seed and step.
    steps : int
        Steps in all.
    checkpoint : Checkpoint
        Where the state is kept; the caller deletes it when the outputs are written.

    Returns
    -------
    table
        step (the number of steps done) and the mean of each loss over the steps since the row before.
    """
    curve: list[dict[str, float]] = []
    start = 0
    state = checkpoint.load()
    if state is not None:
        start, curve = state["step"], state["curve"]
        for name, part in parts.items():
            part.load_state_dict(state[name])
    recent: list[dict[str, float]] = []
    for step in progress(range(start, steps), steps - start, "steps"):
        recent.append(advance(step))
        if (step + 1) % CURVE_EVERY == 0 or step + 1 == steps:
            means = {name: sum(losses[name] for losses in recent) / len(recent) for name in recent[0]}
            curve.append({"step": step + 1, **means})
            recent = []
            if checkpoint.due():
                states = {name: part.state_dict() for name, part in parts.items()}
                checkpoint.save({"step": step + 1, "curve": curve, **states})
    return pd.DataFrame(curve)


def set_learning_rate(optimiser: torch.optim.Optimizer, step: int, steps: int, peak: float) -> None:
    """Give an optimiser the learning rate of a step."""
    for group in optimiser.param_groups:
        group["lr"] = learning_rate(step, steps, peak)


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Linear warm-up, then a half cosine down to a hundredth of the peak."""
    rise = min((step + 1) / WARM_UP, 1.0)
    fall = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * step / steps))
    return peak * rise * fall
