"""The metal of a specimen: a packing, sintered in the furnace as the recipe says."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from porescope.simulate.kinetics import Furnace, State
from porescope.simulate.packing import Packing, PackingOptions, pack
from porescope.simulate.particles import ParticleMap, voxelise
from porescope.simulate.recipe import Recipe
from porescope.simulate.sintering import WHOLE, Region, shrunk, sinter
from porescope.volume import Spacing


@dataclass(frozen=True)
class Structure:
    """Metal in a periodic box.

    Attributes
    ----------
    metal : (nz, ny, nx) float32 array
        Partial volume of metal; above 0.5 is metal.
    spacing : Spacing
        Voxel edges (z, y, x) in um.
    state : State
    packing : Packing
        The green body, in um before the box shrank.
    green_spacing : Spacing
        Voxel edges in um of the same grid before the box shrank.
    """

    metal: np.ndarray
    spacing: Spacing
    state: State
    packing: Packing
    green_spacing: Spacing

    @cached_property
    def _particle_map(self) -> ParticleMap:
        return ParticleMap(self.packing, len(self.metal), self.green_spacing)

    def particles(self, planes: slice) -> np.ndarray:
        """The particle of each metal voxel of some planes, (n, ny, nx) uint32; 0 in pores; see ParticleMap."""
        return self._particle_map.labels(self.metal, planes)


def build_structure(
    recipe: Recipe,
    furnace: Furnace,
    options: PackingOptions,
    step_um: float,
    temperature_C: float,
    shape: tuple[int, int, int],
    spacing: Spacing,
    rng: np.random.Generator,
    region: Region = WHOLE,
) -> Structure:
    """Pack and sinter a periodic box.

    Parameters
    ----------
    recipe : Recipe
    furnace : Furnace
    options : PackingOptions
    step_um : float
        See sintering.sinter.
    temperature_C : float
        Of the furnace.
    shape : (nz, ny, nx)
        Voxels of the box.
    spacing : Spacing
        Voxel edges (z, y, x) in um of the sintered box; the green one is larger.
    rng : Generator
        Of the packing; sintering has no chance in it.
    region : slices (z, y, x)
        Part of the box that has the recipe's density exactly: the one that is imaged.

    Returns
    -------
    Structure
        The relative density of its region is the recipe's at the temperature, exactly to a voxel.
    """
    *_, structure = anneal(recipe, furnace, options, step_um, [temperature_C], shape, spacing, rng, region)
    return structure


def anneal(
    recipe: Recipe,
    furnace: Furnace,
    options: PackingOptions,
    step_um: float,
    temperatures_C: Sequence[float],
    shape: tuple[int, int, int],
    spacing: Spacing,
    rng: np.random.Generator,
    region: Region = WHOLE,
) -> Iterator[Structure]:
    """One packing through rising temperatures, each going on from what the one before has left.

    Parameters
    ----------
    temperatures_C : sequence of float
        Rising.
    spacing : Spacing
        Voxel edges in um at the last temperature.

    The others are those of build_structure.

    Yields
    ------
    Structure
        After every step of the interface, with its own spacing; they share one array, which the next step overwrites.
    """
    curve = recipe.curve(furnace)
    states = [State(recipe.green_density, 0.0), *(curve.state(temperature) for temperature in temperatures_C)]
    green_spacing = shrunk(spacing, states[-1].relative_density, recipe.green_density)
    packing = pack(recipe.modes, recipe.green_density, recipe.cohesion, green_spacing.extent(shape), options, rng)
    metal = voxelise(packing, shape, green_spacing)
    at = green_spacing
    for before, after in itertools.pairwise(states):
        for step in sinter(metal, at, before, after, step_um, region):
            at = step.spacing
            yield Structure(metal, at, step.state, packing, green_spacing)
