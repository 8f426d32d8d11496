"""Whether the simulated specimens of the sheet can be made by their recipes, known before anything runs."""

from collections.abc import Mapping
from typing import Any

from porescope.campaign.resources import AmountOf, memory
from porescope.campaign.schema import nearest
from porescope.campaign.specimens import Specimen
from porescope.errors import InputError
from porescope.simulate.recipe import Kinetics, Recipe, Stack, check_recipe

BASE_MB = 700
"""Memory of a simulation of no size: the libraries."""

BYTES_PER_VOXEL = 200
"""Memory of a simulation per imaged voxel, the depth behind the stack included."""


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
        source = f"sample '{specimen.sample}', material '{specimen.material}'"
        if specimen.material not in materials:
            raise InputError(
                f"{source}: config simulate/materials has no such recipe; {nearest(specimen.material, list(materials))}"
            )
        if config["property"]["solid"] is None:
            raise InputError(
                f"config: property/solid is null, expected a number to simulate sample '{specimen.sample}'"
            )
        recipe = Recipe.from_config(materials[specimen.material])
        kinetics, stack = Kinetics(**section["sintering"]), Stack(**section["stack"])
        check_recipe(recipe, kinetics, specimen.temperature_C, stack, source)


def simulation_memory(config: Mapping[str, Any]) -> AmountOf:
    """Memory in MB for one simulated specimen, from the size of the stack in the config."""
    nz, ny, nx = Stack(**config["simulate"]["stack"]).shape
    return memory(BASE_MB + BYTES_PER_VOXEL * nz * ny * nx / 1e6)
