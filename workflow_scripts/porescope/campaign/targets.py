"""Which specimens and which files each stage deals with, known before anything runs."""

import re
from functools import cached_property
from pathlib import Path
from typing import Any

from porescope.campaign.models import Relation
from porescope.campaign.slices import slice_files
from porescope.campaign.specimens import Specimen
from porescope.errors import InputError

IMPORTED = "imported"
"""Segmenter name of masks that came from elsewhere."""

CONVENTIONAL = ("cta", "hybrid")
"""Segmenters that need no training."""

LABELLED = ("unet_cta", "unet_hybrid")
"""Networks that learn from the campaign's labels."""

TWIN, BEST = "unet_twin", "unet_best"
"""The network that learns from random simulations alone, and what it becomes for the campaign's own instrument."""

NETWORKS = (*LABELLED, TWIN, BEST)

SHIPPED_TWIN = Path("resources", "unet_twin", "weights.safetensors")

LEAST_TEMPERATURES = 3
"""A generator is scored along a curve over temperature: a material with fewer is not generated."""


def sheet(config: dict[str, Any], home: Path) -> Path:
    """The sample sheet: the config's, relative to the working directory, or the one shipped beside the workflow."""
    return Path(config["samples"]) if config["samples"] else home / "config" / "samples.tsv"


def twin_weights(config: dict[str, Any], home: Path) -> Path:
    """Weights of unet_twin: the config's, relative to the working directory, or those shipped with the workflow."""
    named = config["segment"]["twin"]["weights"]
    return Path(named) if named else home / SHIPPED_TWIN


class Campaign:
    """The specimens of a run and what follows from them and the config.

    Parameters
    ----------
    specimens : dict
        By name, in the order of the sheet.
    config : dict
        Complete and validated.

    Raises
    ------
    InputError
        The slices of a specimen are missing, have a gap or a duplicate; what is withheld or wanted as a volume was
        not measured; a wanted condition is of no known material, or of another quantity than the property.
    """

    def __init__(self, specimens: dict[str, Specimen], config: dict[str, Any]) -> None:
        self.specimens = specimens
        self.config = config
        self._slices = {
            name: slice_files(s.path, f"sample '{name}'") for name, s in specimens.items() if s.source != "simulate"
        }
        self.withheld = self._withheld()
        """Temperatures kept from a training of the diffusion model, each with the conditions generated at it."""
        self.volumes = self._volumes()
        """Conditions whose volumes are generated and compared: the config's, or all."""
        self.wanted_conditions = self._wanted_conditions()
        """Conditions of a wanted property whose volumes are checked when asked for."""

    @cached_property
    def relation(self) -> Relation:
        """What stage relate sees; it reads the user's table once."""
        return Relation(self.config, self.specimens)

    @property
    def simulated(self) -> list[str]:
        """Specimens that the workflow makes itself."""
        return [name for name, s in self.specimens.items() if s.source == "simulate"]

    @property
    def imaged(self) -> list[str]:
        """Specimens with grey slices."""
        return [name for name, s in self.specimens.items() if s.source != "mask"]

    @property
    def with_truth(self) -> list[str]:
        """Imaged specimens whose phases are known for all or some slices."""
        return [name for name in self.imaged if self.specimens[name].source == "simulate" or self.specimens[name].truth]

    @property
    def sectioned(self) -> list[str]:
        """Specimens that generators learn from: those of materials with enough temperatures for a curve."""
        temperatures: dict[str, set[float]] = {}
        for s in self.specimens.values():
            temperatures.setdefault(s.material, set()).add(s.temperature_C)
        return [name for name, s in self.specimens.items() if len(temperatures[s.material]) >= LEAST_TEMPERATURES]

    @property
    def training(self) -> list[str]:
        """Imaged specimens that networks may be trained on."""
        return [name for name in self.imaged if self.specimens[name].split == "train"]

    @property
    def held_out(self) -> list[str]:
        """Imaged specimens that no network may see in training."""
        return [name for name in self.imaged if self.specimens[name].split == "test"]

    @property
    def trained_segmenters(self) -> list[str]:
        """Segmenters of the config that are trained on the campaign's labels."""
        return [name for name in self.config["segment"]["segmenters"] if name in LABELLED]

    @property
    def networks(self) -> list[str]:
        """Segmenters of the config that give probabilities."""
        return [name for name in self.config["segment"]["segmenters"] if name in NETWORKS]

    @property
    def conditions(self) -> list[str]:
        """Material and temperature of every specimen that generators learn from, each once, in the sheet's order."""
        return list(dict.fromkeys(self.specimens[name].condition for name in self.sectioned))

    @property
    def extremes(self) -> list[str]:
        """Conditions of the coldest and of the hottest specimen of each material that generators learn from."""
        ends: dict[str, list[Specimen]] = {}
        for name in sorted(self.sectioned, key=lambda name: self.specimens[name].temperature_C):
            ends.setdefault(self.specimens[name].material, []).append(self.specimens[name])
        return [own[place].condition for own in ends.values() for place in (0, -1)]

    @property
    def unmeasured(self) -> str:
        """Pattern of names of conditions, as NPC_300, of materials that generators know but that no specimen has."""
        return self._all_but(self.conditions)

    @property
    def without_volume(self) -> str:
        """Pattern of names of conditions, of materials that generators know, whose volume is made on request alone."""
        return self._all_but(self.volumes)

    def _all_but(self, conditions: list[str]) -> str:
        """Pattern of names as ``wanted`` has them, without these."""
        left_out = "|".join(map(re.escape, conditions))
        return f"(?!(?:{left_out})$){self.wanted}"

    @property
    def wanted(self) -> str:
        """Pattern of names of a material that generators know and a number, as NPC_0.65."""
        materials = dict.fromkeys(self.specimens[name].material for name in self.sectioned)
        return f"(?:{'|'.join(map(re.escape, materials))})_[0-9]+(?:\\.[0-9]+)?"

    @property
    def wanted_specimens(self) -> list[str]:
        """Specimens that generators learn from, of the materials of wanted conditions."""
        materials = {name.rpartition("_")[0] for name in self.wanted_conditions}
        return [name for name in self.sectioned if self.specimens[name].material in materials]

    @property
    def trainings(self) -> range:
        """Numbers of the independent trainings of each generator."""
        return range(1, self.config["generate"]["trainings"] + 1)

    def slices(self, sample: str) -> list[Path]:
        """The files that stage ingest reads for a specimen."""
        if sample in self._slices:
            return self._slices[sample]
        count = self.config["simulate"]["stack"]["slices"]
        return [Path(f"results/simulate/{sample}/slices/slice_{index:04d}.tif") for index in range(count)]

    def truth_slices(self, sample: str) -> list[Path]:
        """Files with manual labels of a specimen; none without."""
        truth = self.specimens[sample].truth
        return slice_files_unnumbered(truth, f"sample '{sample}', column 'truth'") if truth else []

    @property
    def truths(self) -> dict[str, dict[str, Any]]:
        """Where the truth of each specimen of with_truth is; see porescope.segment.scores.TruthSource."""
        return {name: self._truth(name) for name in self.with_truth}

    @property
    def truth_files(self) -> list[str]:
        """All files that hold or explain the truth of a specimen."""
        values = [value for truth in self.truths.values() for key, value in truth.items() if key != "solid"]
        return [path for value in values for path in ([value] if isinstance(value, str) else value)]

    def segmenter(self, sample: str) -> str:
        """Name of the segmenter whose mask of a specimen is described."""
        return IMPORTED if self.specimens[sample].source == "mask" else self.config["describe"]["segmenter"]

    def mask(self, sample: str) -> str:
        """Path of the mask of a specimen that is described."""
        return f"results/segment/{self.segmenter(sample)}/{sample}.ome.zarr"

    def _withheld(self) -> dict[float, list[str]]:
        measured = sorted({self.specimens[name].temperature_C for name in self.sectioned})
        wanted = self.config["generate"]["withheld_C"]
        if wanted is None:
            wanted = measured[-2:-1]
        for temperature in wanted:
            if temperature not in measured:
                known = ", ".join(f"{value:g}" for value in measured)
                raise InputError(
                    f"config key 'generate/withheld_C': {temperature:g} C, expected a temperature of a material with "
                    f"at least {LEAST_TEMPERATURES} of them ({known or 'none'})"
                )
        at = {name: self.specimens[name] for name in self.sectioned}
        return {t: list(dict.fromkeys(s.condition for s in at.values() if s.temperature_C == t)) for t in wanted}

    def _volumes(self) -> list[str]:
        wanted = self.config["generate"]["volumes"]["conditions"]
        if wanted is None:
            return self.conditions
        for name in wanted:
            if name not in self.conditions:
                raise InputError(
                    f"config: generate/volumes/conditions holds '{name}', which no specimen to learn from has; "
                    f"expected some of {', '.join(self.conditions)} (others can be asked for by path, see README)"
                )
        return list(wanted)

    def _wanted_conditions(self) -> list[str]:
        section = self.config["generate"]["wanted"]
        names: list[str] = section["conditions"]
        for name in names:
            if not self.sectioned or not re.fullmatch(self.wanted, name):
                known = ", ".join(dict.fromkeys(self.specimens[sample].material for sample in self.sectioned))
                raise InputError(
                    f"config: generate/wanted/conditions holds '{name}', expected a material to learn from "
                    f"({known or 'none'}) and a number, as in NPC_120000"
                )
        if names and section["quantity"] != "property":
            raise InputError(
                f"config: generate/wanted/quantity is '{section['quantity']}', expected 'property' where "
                "generate/wanted/conditions are to be checked"
            )
        return names

    def _truth(self, sample: str) -> dict[str, Any]:
        specimen = self.specimens[sample]
        if specimen.source == "simulate":
            folder = f"results/simulate/{sample}"
            return {"volume": f"{folder}/truth.ome.zarr", "drift": f"{folder}/drift.csv"}
        labels = [str(path) for path in self.truth_slices(sample)]
        return {"labels": labels, "solid": specimen.truth_solid, "ingested": f"results/ingest/{sample}.json"}

    def left_out(self) -> dict[str, str]:
        """Stages that cannot apply to these specimens, each with the reason in one sentence."""
        reasons = {}
        if not self.imaged:
            reasons["segment"] = "no specimen has grey slices, so nothing is segmented or scored"
        if reason := self.relation.left_out():
            reasons["relate"] = reason
        if not self.conditions:
            reasons["generate"] = "no material has three temperatures, so there is no curve to generate along"
        if not self.withheld:
            reasons["withheld"] = "no temperature is withheld from the diffusion model"
        if not self.volumes:
            reasons["volumes"] = "no volume of any condition is wanted"
        return reasons


def slice_files_unnumbered(path: str, source: str) -> list[Path]:
    """Label files may be of some slices only: gaps are no fault."""
    place = Path(path)
    files = (
        sorted(place.glob("*.tif*")) if place.is_dir() else [place] if place.is_file() else sorted(Path().glob(path))
    )
    if not files:
        raise InputError(f"{source}: no labels at '{path}', expected a folder, glob or file of .tif")
    return files
