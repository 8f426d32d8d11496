"""If these fail, sections of a condition that was never measured, or withheld, could not be asked for by their path."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from porescope.campaign.specimens import read_specimens
from porescope.campaign.targets import Campaign
from porescope.errors import InputError

HOME = Path(__file__).parents[3]


def with_withheld(
    temperatures: list[float] | None,
    volumes: list[str] | None = None,
    conditions: Iterable[str] = (),
    quantity: str = "property",
) -> Campaign:
    specimens = read_specimens(HOME / "config" / "samples.tsv", HOME / "config" / "schemas")
    wanted = {"quantity": quantity, "conditions": list(conditions)}
    config = {"withheld_C": temperatures, "volumes": {"conditions": volumes}, "wanted": wanted}
    return Campaign(specimens, {"generate": config})


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return with_withheld([])


@pytest.mark.parametrize("name", ["NPC_300", "HPA_187.5", "HPB_500", "HPA_17"])
def test_other_temperatures_of_known_materials_can_be_asked_for(campaign: Campaign, name: str) -> None:
    assert re.fullmatch(campaign.unmeasured, name)


@pytest.mark.parametrize("name", ["NPC_400", "HPA_175", "XYZ_300", "NPC_", "NPC_300/x", "NPC_300C", "../NPC_300"])
def test_measured_conditions_unknown_materials_and_other_paths_cannot(campaign: Campaign, name: str) -> None:
    assert not re.fullmatch(campaign.unmeasured, name)


def test_the_extremes_of_each_material(campaign: Campaign) -> None:
    assert campaign.extremes == ["HPA_175", "HPA_400", "HPB_175", "HPB_400", "NPC_175", "NPC_400"]


def test_any_number_of_a_known_material_can_be_wanted(campaign: Campaign) -> None:
    assert re.fullmatch(campaign.wanted, "NPC_400")
    assert re.fullmatch(campaign.wanted, "HPA_0.65")
    assert not re.fullmatch(campaign.wanted, "XYZ_0.65")


def test_the_hottest_temperature_but_one_is_withheld_unless_others_are_named() -> None:
    assert with_withheld(None).withheld == {350: ["HPA_350", "HPB_350", "NPC_350"]}
    assert list(with_withheld([200, 250]).withheld) == [200, 250]
    assert with_withheld([]).withheld == {}
    with pytest.raises(InputError, match="'generate/withheld_C': 300 C, expected a temperature of a material"):
        with_withheld([300])


def test_volumes_are_of_all_conditions_unless_some_are_named() -> None:
    assert with_withheld([]).volumes == with_withheld([]).conditions
    assert with_withheld([], ["NPC_400"]).volumes == ["NPC_400"]
    assert with_withheld([], []).volumes == []
    with pytest.raises(InputError, match="generate/volumes/conditions holds 'NPC_300'"):
        with_withheld([], ["NPC_300"])


@pytest.mark.parametrize("name", ["NPC_300", "NPC_250"])
def test_a_volume_that_is_not_compared_can_be_asked_for(name: str) -> None:
    """By another rule than that of the compared ones: two for one path would end every run."""
    few = with_withheld([], ["NPC_400"])
    assert re.fullmatch(few.without_volume, name)
    assert not re.fullmatch(few.without_volume, "NPC_400")
    assert re.fullmatch(with_withheld([], []).without_volume, "NPC_400")


def test_wanted_conditions_are_checked_beside_all_specimens_of_their_materials() -> None:
    found = with_withheld([], [], ["NPC_120000", "NPC_1.5"])
    assert found.wanted_conditions == ["NPC_120000", "NPC_1.5"]
    assert {name.split("_")[0] for name in found.wanted_specimens} == {"NPC"}
    assert len(found.wanted_specimens) == 6
    assert with_withheld([]).wanted_specimens == []


@pytest.mark.parametrize("name", ["XYZ_120000", "NPC", "NPC_much", "NPC_-5"])
def test_a_wanted_condition_of_no_known_material_or_without_number_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"generate/wanted/conditions holds '{name}', expected .*HPA, HPB, NPC"):
        with_withheld([], [], [name])


def test_conditions_of_another_quantity_than_the_property_cannot_be_checked() -> None:
    with pytest.raises(InputError, match="generate/wanted/quantity is 'relative_density', expected 'property'"):
        with_withheld([], [], ["NPC_0.6"], "relative_density")
