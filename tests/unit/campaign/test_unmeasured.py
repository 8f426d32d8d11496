"""If these fail, sections of a condition that was never measured could not be asked for by their path."""

import re
from pathlib import Path

import pytest

from porescope.campaign.specimens import read_specimens
from porescope.campaign.targets import Campaign

HOME = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return Campaign(read_specimens(HOME / "config" / "samples.tsv", HOME / "config" / "schemas"), {})


@pytest.mark.parametrize("name", ["NPC_300", "HPA_187.5", "HPB_500", "HPA_17"])
def test_other_temperatures_of_known_materials_can_be_asked_for(campaign: Campaign, name: str) -> None:
    assert re.fullmatch(campaign.unmeasured, name)


@pytest.mark.parametrize("name", ["NPC_400", "HPA_175", "XYZ_300", "NPC_", "NPC_300/x", "NPC_300C", "../NPC_300"])
def test_measured_conditions_unknown_materials_and_other_paths_cannot(campaign: Campaign, name: str) -> None:
    assert not re.fullmatch(campaign.unmeasured, name)
