"""What a simulated specimen is made of: its particles, how they sinter, the size of the stack."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from porescope.errors import InputError
from porescope.simulate.contact import Contact
from porescope.simulate.kinetics import Furnace, MasterCurve
from porescope.volume import Spacing

LARGEST_DENSITY = 0.62
"""Random close packing of one size is at 0.64: above it, spheres overlap instead of moving."""

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
class Recipe:
    """A material: its green body, and its states at the furnace's two temperatures.

    Attributes
    ----------
    modes : tuple of Mode
    green_density : float
        Relative density of the packing before sintering.
    cohesion : float
        Part of the gap to a near particle that a step of packing closes; 0 leaves gaps as they are.
    relative_density : (float, float)
        At the lower and the higher temperature.
    coarsening_um : (float, float)
        Standard deviation of all Gaussian steps of the interface together, at both temperatures.
    contact : Contact
        Resistance between particles.
    """

    modes: tuple[Mode, ...]
    green_density: float
    cohesion: float
    relative_density: tuple[float, float]
    coarsening_um: tuple[float, float]
    contact: Contact

    @classmethod
    def from_config(cls, section: Mapping[str, Any]) -> "Recipe":
        """From one entry of config ``simulate/materials``."""
        return cls(
            modes=tuple(Mode(**mode) for mode in section["modes"]),
            green_density=section["green_density"],
            cohesion=section["cohesion"],
            relative_density=tuple(section["relative_density"]),
            coarsening_um=tuple(section["coarsening_um"]),
            contact=Contact(**section["contact"]),
        )

    def curve(self, furnace: Furnace) -> MasterCurve:
        """Density and coarsening over temperature."""
        return MasterCurve(furnace, self.green_density, self.relative_density, self.coarsening_um)


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

    def cube(self, edge_um: float | None) -> tuple[slice, slice, slice]:
        """The cube of this edge in the middle of the stack, as much of it as there is; all of the stack for None."""
        if edge_um is None:
            return (slice(0, self.slices), slice(0, self.height_px), slice(0, self.width_px))
        counts = [min(n, max(1, round(edge_um / h))) for n, h in zip(self.shape, self.spacing, strict=True)]
        z, y, x = (
            slice((n - count) // 2, (n - count) // 2 + count) for n, count in zip(self.shape, counts, strict=True)
        )
        return (z, y, x)


def check_recipe(recipe: Recipe, furnace: Furnace, temperature_C: float, stack: Stack, source: str) -> None:
    """Refuse what cannot be made.

    Parameters
    ----------
    recipe : Recipe
    furnace : Furnace
    temperature_C : float
        Of the specimen.
    stack : Stack
    source : str
        Named in errors, e.g. "config: simulate/materials/HPA".

    Raises
    ------
    InputError
        The furnace's temperatures are out of order; densities or coarsening do not rise; the green density is above
        what spheres can be packed to; a size is not positive; particles are too fine for the voxels.
    """
    if not furnace.room_C < furnace.from_C < furnace.to_C:
        raise InputError(
            f"config: simulate/sintering/furnace gives room_C {furnace.room_C:g}, from_C {furnace.from_C:g} and to_C "
            f"{furnace.to_C:g}, expected them to rise in this order"
        )
    if temperature_C <= furnace.room_C:
        raise InputError(
            f"{source}: a specimen was sintered at {temperature_C:g} C, expected more than "
            f"simulate/sintering/furnace/room_C, {furnace.room_C:g}"
        )
    if not 0 < recipe.green_density <= LARGEST_DENSITY:
        raise InputError(
            f"{source}/green_density is {recipe.green_density:g}, expected more than 0 and at most "
            f"{LARGEST_DENSITY:g}, above which spheres cannot be packed"
        )
    first, last = recipe.relative_density
    if not recipe.green_density < first < last < 1:
        raise InputError(
            f"{source}/relative_density is {first:g} and {last:g}, expected it to rise with temperature, between the "
            f"green density, {recipe.green_density:g}, and 1"
        )
    if not 0 < recipe.coarsening_um[0] < recipe.coarsening_um[1]:
        raise InputError(
            f"{source}/coarsening_um is {recipe.coarsening_um[0]:g} and {recipe.coarsening_um[1]:g}, expected positive "
            "lengths that rise with temperature"
        )
    recipe.contact.check(source)
    for mode in recipe.modes:
        _check_mode(mode, stack, source)


def _check_mode(mode: Mode, stack: Stack, source: str) -> None:
    for name, value in (("radius_um", mode.radius_um), ("share", mode.share)):
        if value <= 0:
            raise InputError(f"{source}/modes has a {name} of {value:g}, expected more than 0")
    edge = max(stack.spacing)
    finest = mode.radius_um * math.exp(-1.645 * mode.spread)
    if finest < FINEST_RADIUS_VOXELS * edge:
        raise InputError(
            f"{source}/modes: 5 % of the particles of radius_um {mode.radius_um:g} are below {finest:.3g} um, expected "
            f"at least {FINEST_RADIUS_VOXELS} voxels, {FINEST_RADIUS_VOXELS * edge:.3g} um (simulate/stack/voxel_nm)"
        )
