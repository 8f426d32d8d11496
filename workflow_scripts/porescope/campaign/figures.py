"""What the report shows of a campaign, known before anything runs."""

import math
from typing import Any, TypeVar

from porescope.campaign.targets import Campaign
from porescope.report.tables import CONDUCTION, DENSITY_CHECK, ERRORS

T = TypeVar("T")

FLAGGED_SHOWN = 6
"""Slices in doubt that the report shows."""

TRUTH = "truth"
"""Beside the stages: whatever needs specimens with known phases."""


class Reported:
    """Which stages, specimens, materials and figures of a campaign its report has.

    Parameters
    ----------
    campaign : Campaign
        With the complete config.
    """

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self.options: dict[str, Any] = campaign.config["report"]

    @property
    def left_out(self) -> dict[str, str]:
        """Stages that do not apply to any specimen, each with the reason in one sentence; also ``truth``."""
        reasons = {}
        if not self.campaign.simulated:
            reasons["simulate"] = "every specimen brings its own slices or mask, so nothing is simulated"
        if not self.campaign.imaged:
            only_masks = "every specimen is a mask made elsewhere, so there are no grey slices to"
            reasons["restore"] = f"{only_masks} restore"
            reasons["label"] = f"{only_masks} label"
        if not self.campaign.with_truth:
            reasons[TRUTH] = "the phases of no specimen are known, so no segmenter can be scored"
        return reasons | self.campaign.left_out()

    def of(self, topics: str, files: T) -> T | list[str]:
        """The files where all topics (stages or 'truth', separated by blanks) apply to the campaign; else none."""
        return [] if any(topic in self.left_out for topic in topics.split()) else files

    @property
    def materials(self) -> list[str]:
        """Each once, in the order of the sheet: the order of colours, panels and sentences."""
        return list(dict.fromkeys(s.material for s in self.campaign.specimens.values()))

    @property
    def generated(self) -> list[str]:
        """Materials that generators learn from, in the same order."""
        return list(dict.fromkeys(self.campaign.specimens[name].material for name in self.campaign.sectioned))

    @property
    def segmenters(self) -> list[str]:
        """Segmenters compared in the report, in the order of the config."""
        return list(self.campaign.config["segment"]["segmenters"])

    @property
    def shown(self) -> list[str]:
        """Imaged specimens whose slices are shown: of each material in turn, known phases and test specimens first."""
        specimens = self.campaign.specimens
        known = set(self.campaign.with_truth)
        queues = {
            material: sorted(
                (name for name in self.campaign.imaged if specimens[name].material == material),
                key=lambda name: (name not in known, specimens[name].split != "test"),
            )
            for material in self.materials
        }
        rounds = max((len(queue) for queue in queues.values()), default=0)
        turns = [queue[index] for index in range(rounds) for queue in queues.values() if index < len(queue)]
        return turns[: self.options["specimens_shown"]]

    @property
    def shown_simulated(self) -> list[str]:
        """Of the shown specimens, those that the workflow makes itself."""
        return [name for name in self.shown if name in self.campaign.simulated]

    @property
    def shown_truths(self) -> dict[str, Any]:
        """Where the truth of the shown specimens is, of those that have one."""
        return {name: source for name, source in self.campaign.truths.items() if name in self.shown}

    @property
    def shown_truth_files(self) -> list[str]:
        """All files that hold the truth of the shown specimens."""
        values = [value for source in self.shown_truths.values() for key, value in source.items() if key != "solid"]
        return [path for value in values for path in ([value] if isinstance(value, str) else value)]

    @property
    def shown_masks(self) -> dict[str, dict[str, str]]:
        """Paths of the masks of the shown specimens, by specimen and segmenter."""
        return {name: {s: f"results/segment/{s}/{name}.ome.zarr" for s in self.segmenters} for name in self.shown}

    @property
    def masks(self) -> dict[str, dict[str, str]]:
        """Paths of the masks whose disagreement is shown, by specimen and network (segmenter, without two)."""
        networks = self.campaign.networks
        compared = networks if len(networks) > 1 else self.segmenters
        imaged = self.campaign.imaged
        return {name: {s: f"results/segment/{s}/{name}.ome.zarr" for s in compared} for name in imaged}

    @property
    def reliability(self) -> list[str]:
        """Figure of the reliability curves; none without networks or truth."""
        figure = ["results/report/figures/reliability__networks.svg"]
        return self.of("segment truth", figure) if self.campaign.networks else []

    @property
    def flagged(self) -> list[int]:
        """Ranks of the slices in doubt that are shown, no more than there are specimens."""
        return list(range(1, min(FLAGGED_SHOWN, len(self.campaign.imaged)) + 1))

    @property
    def metrics(self) -> list[str]:
        """Scores that are drawn; none where no segmenter can be scored."""
        return self.of("segment truth", ["accuracy", "jaccard", "recall_shine_through", "interface_displacement_px"])

    @property
    def panels(self) -> list[str]:
        """Figures of stage describe: one a configured descriptor; checks where there is something to check."""
        referenced = any(not math.isnan(s.density_reference) for s in self.campaign.specimens.values())
        check = [DENSITY_CHECK] if self.campaign.simulated or referenced else []
        conduction = [CONDUCTION] if self.campaign.config["describe"]["conductivity"] else []
        return [*self.options["descriptors"], *conduction, ERRORS, *check]

    @property
    def structures(self) -> list[str]:
        """Specimens whose structure is drawn: each material's first of the lowest and of the highest temperature."""
        chosen = []
        for material in self.materials:
            own = [s for s in self.campaign.specimens.values() if s.material == material]
            ends = (f(own, key=lambda s: s.temperature_C) for f in (min, max))
            chosen += list(dict.fromkeys(s.sample for s in ends))
        return chosen

    @property
    def facts(self) -> list[dict[str, Any]]:
        """What the page says of each specimen from the sheet; None where the sheet says nothing."""
        learned = set(self.campaign.sectioned)
        return [
            {
                "sample": s.sample,
                "material": s.material,
                "temperature_C": s.temperature_C,
                "source": s.source,
                "path": s.path,
                "split": s.split,
                "group": s.group,
                "density_reference": _known(s.density_reference),
                "density_sd": _known(s.density_sd),
                "generated": s.sample in learned,
            }
            for s in self.campaign.specimens.values()
        ]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
