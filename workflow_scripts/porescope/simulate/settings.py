"""Everything about a simulation that does not depend on the material."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from porescope.simulate.instrument import Instrument
from porescope.simulate.kinetics import Furnace
from porescope.simulate.packing import PackingOptions
from porescope.simulate.recipe import Stack
from porescope.simulate.signal import Beam


@dataclass(frozen=True)
class Settings:
    """All settings of the stage but the recipes and those of the measured property.

    Attributes
    ----------
    stack : Stack
    packing : PackingOptions
    furnace : Furnace
    step_um : float
        Standard deviation of one step of the interface; see sintering.sinter.
    beam : Beam
    instrument : Instrument
    """

    stack: Stack
    packing: PackingOptions
    furnace: Furnace
    step_um: float
    beam: Beam
    instrument: Instrument

    @classmethod
    def from_config(cls, section: Mapping[str, Any]) -> "Settings":
        """From config ``simulate``, with or without its materials."""
        return cls(
            stack=Stack(**section["stack"]),
            packing=PackingOptions(**section["packing"]),
            furnace=Furnace(**section["sintering"]["furnace"]),
            step_um=section["sintering"]["step_um"],
            beam=Beam(**section["beam"]),
            instrument=Instrument(**section["instrument"]),
        )
