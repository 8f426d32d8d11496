"""Conditions (material, sintering temperature) and the numbers by which networks are told of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from porescope.errors import InputError


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
    """How conditions are written as vectors: one number per material (one-hot), then the temperature.

    Attributes
    ----------
    materials : tuple of str
        Sorted; the order of the one-hot part.
    coldest_C, hottest_C : float
        Temperatures that are written as -1 and +1; between them linear, beyond them too.
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
        return len(self.materials) + 1

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
            rows.append([*one_hot, self._scaled(condition.temperature_C)])
        return np.asarray(rows, dtype=np.float32).reshape(-1, self.size)

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
