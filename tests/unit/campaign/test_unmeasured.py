"""If these fail, sections of a condition that was never measured, or withheld, could not be asked for by their path."""

import re
from pathlib import Path

import pytest

from porescope.campaign.specimens import read_specimens
from porescope.campaign.targets import Campaign
from porescope.errors import InputError

HOME = Path(__file__).parents[3]


def with_withheld(temperatures: list[float] | None, volumes: list[str] | None = None) -> Campaign:
    specimens = read_specimens(HOME / "config" / "samples.tsv", HOME / "config" / "schemas")
    return Campaign(specimens, {"generate": {"withheld_C": temperatures, "volumes": {"conditions": volumes}}})


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


def test_volumes_are_of_the_middle_temperatures_unless_others_are_named() -> None:
    assert with_withheld([]).volumes == ["HPA_250", "HPB_250", "NPC_250"]
    assert with_withheld([], ["NPC_400"]).volumes == ["NPC_400"]
    assert with_withheld([], []).volumes == []
    with pytest.raises(InputError, match="generate/volumes/conditions holds 'NPC_300'"):
        with_withheld([], ["NPC_300"])
