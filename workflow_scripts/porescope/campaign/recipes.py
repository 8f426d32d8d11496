"""Whether the simulated specimens of the sheet can be made by their recipes, known before anything runs."""

import math
from collections.abc import Mapping
from typing import Any

from porescope.campaign.resources import AmountOf, memory
from porescope.campaign.schema import nearest
from porescope.campaign.specimens import Specimen
from porescope.errors import InputError
from porescope.simulate.kinetics import Furnace
from porescope.simulate.recipe import Recipe, Stack, check_recipe

BASE_MB = 700
"""Memory of a simulation of no size: the libraries."""

BYTES_PER_VOXEL = 18
"""Memory of a simulation per imaged voxel, the depth behind the stack included."""

BYTES_PER_SOLVED_VOXEL = 80
"""Memory of the solve for the property per voxel of its cube."""


def check_recipes(config: Mapping[str, Any], specimens: Mapping[str, Specimen]) -> None:
    """Refuse simulated specimens that cannot be made; nothing to refuse where none is simulated.

    Parameters
    ----------
    config : mapping
        Complete and validated.
    specimens : mapping
        By name.

    Raises
    ------
    InputError
        No recipe for a material, a recipe that is impossible at a specimen's temperature, the property of the
        pore-free metal unknown.
    """
    section = config["simulate"]
    materials = section["materials"]
    for specimen in specimens.values():
        if specimen.source != "simulate":
            continue
        if specimen.material not in materials:
            raise InputError(
                f"sample '{specimen.sample}': config simulate/materials has no recipe for material "
                f"'{specimen.material}'; {nearest(specimen.material, list(materials))}"
            )
        if config["property"]["solid"] is None:
            raise InputError(
                f"config: property/solid is null, expected a number to simulate sample '{specimen.sample}'"
            )
        recipe = Recipe.from_config(materials[specimen.material])
        furnace, stack = Furnace(**section["sintering"]["furnace"]), Stack(**section["stack"])
        check_recipe(recipe, furnace, specimen.temperature_C, stack, f"config: simulate/materials/{specimen.material}")


def simulation_memory(config: Mapping[str, Any]) -> AmountOf:
    """Memory in MB for one simulated specimen, from the size of the stack in the config."""
    stack = Stack(**config["simulate"]["stack"])
    voxels = math.prod(stack.shape)
    cube = stack.cube(config["simulate"]["property"]["solve_um"])
    solved = math.prod(edge.stop - edge.start for edge in cube)
    return memory(BASE_MB + (BYTES_PER_VOXEL * voxels + BYTES_PER_SOLVED_VOXEL * solved) / 1e6)
