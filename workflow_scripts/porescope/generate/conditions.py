"""Conditions (material and temperature, density or property) and the numbers by which networks are told of them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from porescope.errors import InputError

TEMPERATURE, DENSITY, PROPERTY = "temperature_C", "relative_density", "property"
"""Quantities beside the material that sections can be conditioned on."""


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
    """How conditions are written as vectors: the one-hot vector of the material, and behind each place its value.

    The value itself and no power of it: between the values that a network was trained on it then meets nothing new,
    while a cubic takes turns there. No condition is the zero vector, which stands for none.

    Attributes
    ----------
    quantity : str
        See Condition.
    ranges : dict
        Lowest and highest known value of each material, sorted by name: mapped to -1 and +1, linear between them and
        beyond.
    """

    quantity: str
    ranges: dict[str, tuple[float, float]]

    @classmethod
    def of(cls, conditions: Iterable[Condition]) -> "ConditionCode":
        """The code that spans these conditions."""
        known = list(conditions)
        values = {name: [c.value for c in known if c.material == name] for name in sorted({c.material for c in known})}
        return cls(known[0].quantity, {name: (min(own), max(own)) for name, own in values.items()})

    @property
    def size(self) -> int:
        """Length of a vector."""
        return 2 * len(self.ranges)

    def encode(self, conditions: Iterable[Condition]) -> np.ndarray:
        """Vectors (n, size) float32 of conditions.

        Raises
        ------
        InputError
            A material is not known to the code.
        """
        rows = []
        for condition in conditions:
            if condition.material not in self.ranges:
                known = ", ".join(self.ranges)
                raise InputError(f"condition '{condition.name}': the network knows only the materials {known}")
            one_hot = [float(condition.material == material) for material in self.ranges]
            rows.append(np.outer(one_hot, (1.0, self._scaled(condition))).ravel())
        return np.asarray(rows, dtype=np.float32).reshape(-1, self.size)

    def spans(self, condition: Condition) -> bool:
        """Whether a value lies between those known of its material; beyond them a network extrapolates."""
        lowest, highest = self.ranges[condition.material]
        return lowest <= condition.value <= highest

    def to_json(self) -> dict[str, Any]:
        """The code as JSON-like values."""
        return {"quantity": self.quantity, "ranges": {name: list(ends) for name, ends in self.ranges.items()}}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "ConditionCode":
        """The code that to_json() wrote."""
        return cls(values["quantity"], {name: (low, high) for name, (low, high) in values["ranges"].items()})

    def _scaled(self, condition: Condition) -> float:
        lowest, highest = self.ranges[condition.material]
        span = highest - lowest
        return 2 * (condition.value - lowest) / span - 1 if span else 0.0
