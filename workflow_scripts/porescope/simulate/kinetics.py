"""How far sintering has come: a master sintering curve through the two states that a recipe gives."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

GAS_CONSTANT = 8.314462618
"""J / (mol K)."""

ZERO_CELSIUS = 273.15


class State(NamedTuple):
    """What sintering has made of a packing.

    Attributes
    ----------
    relative_density : float
    coarsening_um : float
        Standard deviation in um of all Gaussian steps of the interface together, sqrt(2 t) for a diffusion time t.
    """

    relative_density: float
    coarsening_um: float


@dataclass(frozen=True)
class Furnace:
    """Heat treatment of all specimens: a ramp from room temperature to the sintering temperature, and a hold.

    Attributes
    ----------
    activation_energy_kJ_mol : float
        Of the mechanism that carries the metal.
    room_C : float
    heating_C_per_min : float
    hold_min : float
    from_C, to_C : float
        Temperatures of the two states that a recipe gives.
    """

    activation_energy_kJ_mol: float
    room_C: float
    heating_C_per_min: float
    hold_min: float
    from_C: float
    to_C: float

    def work(self, temperature_C: float) -> float:
        """Logarithm of the work of sintering, the integral of exp(-Q / R T) / T over time (s/K).

        References
        ----------
        H. Su, D. L. Johnson, J. Am. Ceram. Soc. 79 (1996) 3211, eq. 6.
        """
        ramp = np.linspace(self.room_C, temperature_C, 512) + ZERO_CELSIUS
        rates = np.exp(-1000 * self.activation_energy_kJ_mol / (GAS_CONSTANT * ramp)) / ramp
        while_heating = float(np.trapezoid(rates, ramp)) * 60 / self.heating_C_per_min
        return math.log(while_heating + rates[-1] * 60 * self.hold_min)


@dataclass(frozen=True)
class MasterCurve:
    """Density and coarsening of one material over the work of sintering.

    Attributes
    ----------
    furnace : Furnace
    green_density : float
        Before any sintering.
    relative_density : (float, float)
        At the furnace's two temperatures; the sigmoid from the green density to 1 goes through both.
    coarsening_um : (float, float)
        At the two temperatures; between them it grows with the logarithm of the work, as fine features, which go
        first, leave slower ones behind.

    References
    ----------
    Sigmoid of the densification: K. G. Ewsuk, D. T. Ellerby, C. B. DiAntonio, J. Am. Ceram. Soc. 89 (2006) 2003.
    """

    furnace: Furnace
    green_density: float
    relative_density: tuple[float, float]
    coarsening_um: tuple[float, float]

    def state(self, temperature_C: float) -> State:
        """Density and coarsening after the heat treatment at a temperature."""
        low, high = self.furnace.work(self.furnace.from_C), self.furnace.work(self.furnace.to_C)
        progress = (self.furnace.work(temperature_C) - low) / (high - low)
        first, last = (self._logit(density) for density in self.relative_density)
        shrunk = 1 / (1 + math.exp(-(first + (last - first) * progress)))
        density = self.green_density + (1 - self.green_density) * shrunk
        return State(density, self.coarsening_um[0] + (self.coarsening_um[1] - self.coarsening_um[0]) * progress)

    def _logit(self, density: float) -> float:
        share = (density - self.green_density) / (1 - self.green_density)
        return math.log(share / (1 - share))
