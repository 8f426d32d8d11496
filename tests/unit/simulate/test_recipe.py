"""If these fail, a recipe that cannot be made costs the user the time until it fails, or makes something else."""

from dataclasses import replace

import pytest

from porescope.errors import InputError
from porescope.simulate.contact import Contact
from porescope.simulate.kinetics import Furnace
from porescope.simulate.recipe import Mode, Recipe, Stack, check_recipe

FURNACE = Furnace(104, 25, 5, 30, 175, 400)
CONTACT = Contact(1e-13, 4e-15, 104)
RECIPE = Recipe((Mode(0.11, 0.12, 0.3), Mode(0.22, 0.1, 0.7)), 0.56, 0.0, (0.576, 0.761), (0.02, 0.11), CONTACT)
STACK = Stack(40, 64, 64, {"z": 25, "y": 25, "x": 25})
SOURCE = "config: simulate/materials/HPA"


def test_a_possible_recipe_passes():
    assert check_recipe(RECIPE, FURNACE, 200, STACK, SOURCE) is None


@pytest.mark.parametrize(
    ("recipe", "furnace", "temperature", "message"),
    [
        (RECIPE, replace(FURNACE, to_C=100), 200, "room_C 25, from_C 175 and to_C 100, expected them to rise"),
        (RECIPE, FURNACE, 20, "sintered at 20 C, expected more than simulate/sintering/furnace/room_C, 25"),
        (replace(RECIPE, green_density=0.7), FURNACE, 200, "green_density is 0.7, expected .* at most 0.62"),
        (replace(RECIPE, green_density=-0.1), FURNACE, 200, "green_density is -0.1"),
        (replace(RECIPE, relative_density=(0.5, 0.7)), FURNACE, 200, "relative_density is 0.5 and 0.7, expected it to"),
        (replace(RECIPE, relative_density=(0.7, 0.6)), FURNACE, 200, "expected it to rise with temperature"),
        (replace(RECIPE, relative_density=(0.7, 1.1)), FURNACE, 200, "0.7 and 1.1"),
        (replace(RECIPE, coarsening_um=(0.2, 0.1)), FURNACE, 200, "coarsening_um is 0.2 and 0.1"),
        (replace(RECIPE, coarsening_um=(-0.2, 0.1)), FURNACE, 200, "expected positive lengths"),
        (replace(RECIPE, modes=(Mode(-0.1, 0, 1),)), FURNACE, 200, "radius_um of -0.1, expected more than 0"),
        (replace(RECIPE, modes=(Mode(0.2, 0, 0),)), FURNACE, 200, "share of 0, expected more than 0"),
        (replace(RECIPE, contact=Contact(1e-15, 4e-15, 104)), FURNACE, 200, "start_ohm_m2 is 1e-15, expected at least"),
        (replace(RECIPE, modes=(Mode(0.05, 0, 1),)), FURNACE, 200, "expected at least 3 voxels, 0.075 um"),
    ],
)
def test_impossible_recipes_say_which_and_why(recipe, furnace, temperature, message):
    with pytest.raises(InputError, match=message):
        check_recipe(recipe, furnace, temperature, STACK, SOURCE)
