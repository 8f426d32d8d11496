"""The results that the page is written from, as the rule's named inputs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from porescope.report.blocks import Picture
from porescope.report.tables import in_order


@dataclass(frozen=True)
class Results:
    """Tables, JSONs and figures of a campaign.

    Attributes
    ----------
    files : dict
        Paths by name; none for what does not apply to the campaign.
    facts : list of dict
        What the sheet says of each specimen.
    left_out : dict
        Stage, or 'truth', -> reason.
    """

    files: Mapping[str, str | Sequence[str]]
    facts: Sequence[Mapping[str, Any]]
    left_out: Mapping[str, str]

    def paths(self, name: str) -> list[Path]:
        """All files of one name; none for what does not apply."""
        value = self.files.get(name, [])
        return [Path(value)] if isinstance(value, str) else [Path(path) for path in value]

    def table(self, name: str) -> pd.DataFrame | None:
        """A CSV; None for what does not apply."""
        paths = self.paths(name)
        return pd.read_csv(paths[0]) if paths else None

    def record(self, name: str) -> dict[str, Any]:
        """A JSON; empty for what does not apply."""
        paths = self.paths(name)
        return json.loads(paths[0].read_text(encoding="utf-8")) if paths else {}

    def records(self, name: str) -> dict[str, dict[str, Any]]:
        """JSONs by specimen: by their ``sample``, else by the name of the file."""
        read = [(path, json.loads(path.read_text(encoding="utf-8"))) for path in self.paths(name)]
        return {record.get("sample", path.stem): record for path, record in read}

    def stems(self, family: str) -> list[str]:
        """Names of the figures ``family__...``, in the order of the rule's inputs."""
        return [path.stem for path in self.paths("figures") if path.stem.startswith(f"{family}__")]

    def pictures(self, stems: Sequence[str], alt: str, says: Mapping[str, str] | None = None) -> list[Picture]:
        """The figures with these names, in this order, as far as there are.

        In ``alt``, {} stands for the end of the name; ``says`` holds sentences by the end of the name.
        """
        known = {path.stem: path for path in self.paths("figures")}
        pictures = []
        for stem in stems:
            if stem in known:
                end = stem.split("__", 1)[-1]
                pictures.append(
                    Picture(known[stem], alt.replace("{}", end.replace("_", " ")), (says or {}).get(end, ""))
                )
        return pictures

    @cached_property
    def materials(self) -> list[str]:
        """In the order of the sheet."""
        return list(dict.fromkeys(str(fact["material"]) for fact in self.facts))

    def materials_of(self, table: pd.DataFrame) -> list[str]:
        """Materials of a table, in the order of the sheet."""
        return in_order(table["material"].astype(str), self.materials)
