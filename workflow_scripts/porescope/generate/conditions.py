"""Conditions (material and temperature, density or property) and the numbers by which networks are told of them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from porescope.errors import InputError

TEMPERATURE, DENSITY, PROPERTY = "temperature_C", "relative_density", "property"
"""Quantities beside the material that sections can be conditioned on."""

MOST_KNOTS = 8
"""Relative densities differ from section to section: a place for each would tell one section from another."""


class Condition(NamedTuple):
    """What a section is made of.

    Attributes
    ----------
    material : str
    value : float
        Sintering temperature in C, or what ``quantity`` says.
    quantity : 'temperature_C', 'relative_density' or 'property'
    """

    material: str
    value: float
    quantity: str = TEMPERATURE

    @property
    def name(self) -> str:
        """As it enters paths, e.g. NPC_300."""
        return f"{self.material}_{self.value:g}"

    @property
    def temperature_C(self) -> float:
        """Sintering temperature; NaN where another quantity is the condition."""
        return self.value if self.quantity == TEMPERATURE else math.nan


def parse_condition(name: str, quantity: str = TEMPERATURE) -> Condition:
    """The condition of a name such as NPC_300.

    Raises
    ------
    InputError
        The name has no number behind its last underscore.
    """
    material, _, value = name.rpartition("_")
    try:
        return Condition(material, float(value), quantity)
    except ValueError:
        raise InputError(f"condition '{name}': expected material and {quantity}, as in NPC_300") from None


@dataclass(frozen=True)
class ConditionCode:
    """How conditions are written as vectors: for each material the value itself and a place for each known value.

    A value that networks were trained on is 1 in its place and 0 in all others, so that each condition is learned as it
    is: told the bare value alone, networks smooth over the temperature what changes steeply with it. Values between two
    known ones are shared linearly between their places; beyond the last ones the line through these goes on. Beside
    them the value itself, from -1 at the lowest known one to 1 at the highest, helps to find what lies between. No
    condition is the zero vector, which stands for none.

    Attributes
    ----------
    quantity : str
        See Condition.
    knots : dict
        Known values of each material, ascending, the materials sorted by name; of more than MOST_KNOTS values as many
        quantiles, the lowest and the highest among them.
    """

    quantity: str
    knots: dict[str, tuple[float, ...]]

    @classmethod
    def of(cls, conditions: Iterable[Condition]) -> "ConditionCode":
        """The code of these conditions."""
        known = list(conditions)
        values = {name: [c.value for c in known if c.material == name] for name in sorted({c.material for c in known})}
        return cls(known[0].quantity, {name: _knots(own) for name, own in values.items()})

    @property
    def size(self) -> int:
        """Length of a vector."""
        return sum(1 + len(own) for own in self.knots.values())

    def encode(self, conditions: Iterable[Condition]) -> np.ndarray:
        """Vectors (n, size) float32 of conditions.

        Raises
        ------
        InputError
            A material is not known to the code.
        """
        known = list(conditions)
        vectors = np.zeros((len(known), self.size), np.float32)
        ends = dict(zip(self.knots, np.cumsum([1 + len(own) for own in self.knots.values()]), strict=True))
        for vector, condition in zip(vectors, known, strict=True):
            if condition.material not in self.knots:
                materials = ", ".join(self.knots)
                raise InputError(f"condition '{condition.name}': the network knows only the materials {materials}")
            own, end = self.knots[condition.material], ends[condition.material]
            vector[end - 1 - len(own) : end] = _written(condition.value, own)
        return vectors

    def range_of(self, material: str) -> tuple[float, float]:
        """Lowest and highest known value of a material."""
        return self.knots[material][0], self.knots[material][-1]

    def spans(self, condition: Condition) -> bool:
        """Whether a value lies between those known of its material; beyond them a network extrapolates."""
        lowest, highest = self.range_of(condition.material)
        return lowest <= condition.value <= highest

    def to_json(self) -> dict[str, Any]:
        """The code as JSON-like values."""
        return {"quantity": self.quantity, "knots": {name: list(own) for name, own in self.knots.items()}}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "ConditionCode":
        """The code that to_json() wrote."""
        return cls(values["quantity"], {name: tuple(own) for name, own in values["knots"].items()})


def _knots(values: Sequence[float]) -> tuple[float, ...]:
    """Different values, ascending; quantiles where they are many."""
    known = np.unique(values)
    if len(known) > MOST_KNOTS:
        known = np.unique(np.quantile(values, np.linspace(0, 1, MOST_KNOTS)))
    return tuple(known.tolist())


def _written(value: float, knots: Sequence[float]) -> np.ndarray:
    """A value (1 + n,) scaled to the range of its knots, then the shares (sum 1) of the knots on either side."""
    if len(knots) == 1:
        return np.array([0.0, 1.0])
    lowest, highest = knots[0], knots[-1]
    upper = min(max(int(np.searchsorted(knots, value)), 1), len(knots) - 1)
    share = (value - knots[upper - 1]) / (knots[upper] - knots[upper - 1])
    shares = np.zeros(len(knots))
    shares[upper - 1 : upper + 1] = 1 - share, share
    return np.array([2 * (value - lowest) / (highest - lowest) - 1, *shares])
