"""Conditions (material, sintering temperature) and the numbers by which networks are told of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.polynomial.chebyshev import chebvander

from porescope.errors import InputError

DEGREE = 3
"""Highest degree of the polynomials of temperature."""


class Condition(NamedTuple):
    """What a section is made of."""

    material: str
    temperature_C: float

    @property
    def name(self) -> str:
        """As it enters paths, e.g. NPC_300."""
        return f"{self.material}_{self.temperature_C:g}"


def parse_condition(name: str) -> Condition:
    """The condition of a name such as NPC_300.

    Raises
    ------
    InputError
        The name has no temperature behind its last underscore.
    """
    material, _, temperature = name.rpartition("_")
    try:
        return Condition(material, float(temperature))
    except ValueError:
        raise InputError(f"condition '{name}': expected material and temperature in C, as in NPC_300") from None


@dataclass(frozen=True)
class ConditionCode:
    """How conditions are written as vectors: for each material a curve of its own over temperature.

    The one-hot vector of the material times Chebyshev polynomials of the temperature: smooth, so that temperatures
    between are meaningful, and steep enough that a short training can tell neighbours apart.

    Attributes
    ----------
    materials : tuple of str
        Sorted; the order of the one-hot part.
    coldest_C, hottest_C : float
        Temperatures that are mapped to -1 and +1; between them linear, beyond them too.
    """

    materials: tuple[str, ...]
    coldest_C: float
    hottest_C: float

    @classmethod
    def of(cls, conditions: Iterable[Condition]) -> "ConditionCode":
        """The code that spans these conditions."""
        known = list(conditions)
        temperatures = [c.temperature_C for c in known]
        return cls(tuple(sorted({c.material for c in known})), min(temperatures), max(temperatures))

    @property
    def size(self) -> int:
        """Length of a vector."""
        return len(self.materials) * (DEGREE + 1)

    def encode(self, conditions: Iterable[Condition]) -> np.ndarray:
        """Vectors (n, size) float32 of conditions.

        Raises
        ------
        InputError
            A material is not known to the code.
        """
        rows = []
        for condition in conditions:
            if condition.material not in self.materials:
                known = ", ".join(self.materials)
                raise InputError(f"condition '{condition.name}': the network knows only the materials {known}")
            one_hot = [float(condition.material == material) for material in self.materials]
            rows.append(np.outer(one_hot, chebvander(self._scaled(condition.temperature_C), DEGREE)).ravel())
        return np.asarray(rows, dtype=np.float32).reshape(-1, self.size)

    def spans(self, condition: Condition) -> bool:
        """Whether a temperature lies between those that the code was made of; beyond them a network extrapolates."""
        return self.coldest_C <= condition.temperature_C <= self.hottest_C

    def to_json(self) -> dict[str, Any]:
        """The code as JSON-like values."""
        return {"materials": list(self.materials), "coldest_C": self.coldest_C, "hottest_C": self.hottest_C}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "ConditionCode":
        """The code that to_json() wrote."""
        return cls(tuple(values["materials"]), values["coldest_C"], values["hottest_C"])

    def _scaled(self, temperature_C: float) -> float:
        span = self.hottest_C - self.coldest_C
        return 2 * (temperature_C - self.coldest_C) / span - 1 if span else 0.0
