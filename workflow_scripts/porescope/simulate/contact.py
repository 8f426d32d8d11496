"""Resistance of the contacts between particles, and how it falls with the sintering temperature."""

import math
from dataclasses import dataclass

from porescope.errors import InputError
from porescope.simulate.kinetics import GAS_CONSTANT, ZERO_CELSIUS, Furnace

SIEMENS_PER_METRE = {"S/m": 1.0, "S/cm": 1e2, "MS/m": 1e6, "10^3 S/cm": 1e5}
"""What one of each unit of conductivity is in S/m."""


@dataclass(frozen=True)
class Contact:
    """Resistance of the contacts between the particles of a material.

    Attributes
    ----------
    start_ohm_m2 : float
        Resistance times area after sintering at the lower of the furnace's two temperatures.
    floor_ohm_m2 : float
        What is left of it however hot the furnace: closed-in residues, contacts that did not bond.
    activation_energy_kJ_mol : float
        Activation energy of the bonding of a contact.
    """

    start_ohm_m2: float
    floor_ohm_m2: float
    activation_energy_kJ_mol: float

    def check(self, source: str) -> None:
        """Refuse a law that no contact can follow.

        Parameters
        ----------
        source : str
            What the sentence begins with.

        Raises
        ------
        InputError
        """
        if self.floor_ohm_m2 < 0:
            raise InputError(f"{source}: contact/floor_ohm_m2 is {self.floor_ohm_m2:g}, expected 0 or more")
        if self.start_ohm_m2 < self.floor_ohm_m2:
            raise InputError(
                f"{source}: contact/start_ohm_m2 is {self.start_ohm_m2:g}, expected at least floor_ohm_m2 "
                f"({self.floor_ohm_m2:g}): contacts bond on heating"
            )
        if self.activation_energy_kJ_mol <= 0:
            raise InputError(
                f"{source}: contact/activation_energy_kJ_mol is {self.activation_energy_kJ_mol:g}, expected more than 0"
            )

    def resistance_ohm_m2(self, temperature_C: float, furnace: Furnace) -> float:
        """Resistance times area of a contact after sintering at a temperature.

        Notes
        -----
        Organic shells and oxide separate fresh contacts. They are removed, and the particles bond, over a part of the
        contact that grows by thermally activated decomposition and diffusion: after equal times in the furnace its
        conductance is proportional to exp(-Q / (R T)). The floor is in series.
        """
        inverse = 1 / (temperature_C + ZERO_CELSIUS) - 1 / (furnace.from_C + ZERO_CELSIUS)
        unbonded = math.exp(1000 * self.activation_energy_kJ_mol / GAS_CONSTANT * inverse)
        return self.floor_ohm_m2 + (self.start_ohm_m2 - self.floor_ohm_m2) * unbonded


def contact_length_um(resistance_ohm_m2: float, solid: float, unit: str) -> float:
    """Length in um of pore-free metal with the resistance of a contact.

    Parameters
    ----------
    resistance_ohm_m2 : float
    solid : float
        Conductivity of the pore-free metal.
    unit : str
        Its unit, one of SIEMENS_PER_METRE.

    Raises
    ------
    InputError
        The unit is not one of these.
    """
    if unit not in SIEMENS_PER_METRE:
        raise InputError(
            f"config: property/unit is '{unit}', expected one of {', '.join(SIEMENS_PER_METRE)}: contacts of simulated "
            "specimens have a resistance in ohm m^2"
        )
    return resistance_ohm_m2 * solid * SIEMENS_PER_METRE[unit] * 1e6
