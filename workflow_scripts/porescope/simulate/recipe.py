"""What a simulated specimen is made of: particles, kinetics, the size of the stack."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from porescope.errors import InputError
from porescope.volume import Spacing

FINEST_RADIUS_VOXELS = 3
"""Voxels in the 5th-percentile particle radius, at least: below that, particles are lumps of voxels."""


@dataclass(frozen=True)
class Mode:
    """One mode of a particle-size distribution, log-normal in the radius.

    Attributes
    ----------
    radius_um : float
        Median radius in um.
    spread : float
        Standard deviation of the natural logarithm of the radius; 0 is one size.
    share : float
        Part of the metal's volume that this mode holds, relative to the sum over the modes.
    """

    radius_um: float
    spread: float
    share: float


@dataclass(frozen=True)
class Kinetics:
    """How far sintering has come at a temperature; one law for all materials.

    Attributes
    ----------
    from_C, to_C : float
        Temperatures of the two states that a recipe describes.
    scale_C : float
        Temperature over which the rate falls by a factor e: fast at first, slower when the finest necks are filled.
    step_um : float
        Standard deviation of the Gaussian of one step of the interface, at most.
    """

    from_C: float
    to_C: float
    scale_C: float
    step_um: float

    def progress(self, temperature_C: float) -> float:
        """0 at ``from_C``, 1 at ``to_C``, rising; below 0 and above 1 outside."""
        return math.expm1((self.from_C - temperature_C) / self.scale_C) / math.expm1(
            (self.from_C - self.to_C) / self.scale_C
        )


@dataclass(frozen=True)
class Recipe:
    """A material: its green body, and its states at the two temperatures of the kinetics.

    Attributes
    ----------
    modes : tuple of Mode
    green_density : float
        Relative density of the packing before sintering.
    relative_density : (float, float)
        At the lower and the higher temperature.
    coarsening_um : (float, float)
        Standard deviation of all Gaussian steps of the interface together, at both temperatures.
    """

    modes: tuple[Mode, ...]
    green_density: float
    relative_density: tuple[float, float]
    coarsening_um: tuple[float, float]

    @classmethod
    def from_config(cls, section: Mapping[str, Any]) -> "Recipe":
        """From one entry of config ``simulate/materials``."""
        return cls(
            modes=tuple(Mode(**mode) for mode in section["modes"]),
            green_density=section["green_density"],
            relative_density=tuple(section["relative_density"]),
            coarsening_um=tuple(section["coarsening_um"]),
        )

    def state(self, kinetics: Kinetics, temperature_C: float) -> tuple[float, float]:
        """Relative density and coarsening length (um) at a temperature."""
        progress = kinetics.progress(temperature_C)
        low, high = zip(self.relative_density, self.coarsening_um, strict=True)
        density, coarsening = (a + (b - a) * progress for a, b in zip(low, high, strict=True))
        return density, coarsening


@dataclass(frozen=True)
class Stack:
    """Size of the imaged stack.

    Attributes
    ----------
    slices, height_px, width_px : int
        Voxels (z, y, x).
    voxel_nm : mapping
        Voxel edges by axis: z, y, x.
    """

    slices: int
    height_px: int
    width_px: int
    voxel_nm: Mapping[str, float]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels (z, y, x)."""
        return (self.slices, self.height_px, self.width_px)

    @property
    def spacing(self) -> Spacing:
        """Voxel edges in um."""
        return Spacing(*(self.voxel_nm[axis] / 1000 for axis in "zyx"))


def check_recipe(recipe: Recipe, kinetics: Kinetics, temperature_C: float, stack: Stack, source: str) -> None:
    """Refuse what cannot be made.

    Raises
    ------
    InputError
        The temperatures of the kinetics are out of order; the density at the temperature is not in (0, 1) or the
        interface would not move; particles too fine for the voxels.
    """
    if kinetics.to_C <= kinetics.from_C:
        raise InputError(
            f"config: simulate/sintering/to_C is {kinetics.to_C:g}, expected more than from_C, {kinetics.from_C:g}"
        )
    density, coarsening = recipe.state(kinetics, temperature_C)
    if not 0 < density < 1:
        raise InputError(
            f"{source}: its recipe gives a relative density of {density:.3g} at {temperature_C:g} C, "
            "expected between 0 and 1"
        )
    if coarsening <= 0:
        raise InputError(
            f"{source}: its recipe gives a coarsening length of {coarsening:.3g} um at {temperature_C:g} C, "
            "expected more than 0"
        )
    edge = max(stack.spacing)
    for mode in recipe.modes:
        finest = mode.radius_um * math.exp(-1.645 * mode.spread)
        if finest < FINEST_RADIUS_VOXELS * edge:
            raise InputError(
                f"{source}: 5 % of its particles have a radius below {finest:.3g} um, expected at least "
                f"{FINEST_RADIUS_VOXELS} voxels, {FINEST_RADIUS_VOXELS * edge:.3g} um"
            )
