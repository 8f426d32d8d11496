"""A small campaign: its specimens, and the folder its results are in."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import ndimage

from porescope.volume import Spacing

TEMPERATURES = (175, 200, 225, 250, 350, 400)
MATERIALS = ("HPA", "HPB", "NPC")
TEST = ("HPA_225", "HPB_350", "NPC_250")
SPACING = Spacing(0.025, 0.025, 0.025)


class Made:
    """A results folder: ``files`` are the named inputs of rule write_page."""

    def __init__(self, root: Path, temperatures: tuple[int, ...] = TEMPERATURES, shape=(4, 96, 128), tiles: int = 1):
        self.root = root
        self.rng = np.random.default_rng(3)
        self.shape = shape
        self.tiles = tiles
        self.facts: list[dict[str, Any]] = [
            {
                "sample": f"{m}_{t}",
                "material": m,
                "temperature_C": float(t),
                "source": "simulate",
                "path": "",
                "split": "test" if f"{m}_{t}" in TEST else "train",
                "group": f"{m}_{t}",
                "density_reference": None,
                "density_sd": None,
                "generated": True,
            }
            for m in MATERIALS
            for t in temperatures
        ]
        self.samples = [fact["sample"] for fact in self.facts]
        self.shown = [name for name in TEST if name in self.samples] or self.samples[:1]
        self.left_out: dict[str, str] = {}
        self.files: dict[str, Any] = {}
        self.drawn: dict[str, str] = {}

    def path(self, name: str) -> Path:
        """A file of the results folder; its folder is made."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def csv(self, name: str, rows: list[dict[str, Any]]) -> str:
        """Write a table."""
        pd.DataFrame(rows).to_csv(self.path(name), index=False)
        return str(self.path(name))

    def json(self, name: str, value: dict[str, Any]) -> str:
        """Write a JSON."""
        self.path(name).write_text(json.dumps(value), encoding="utf-8")
        return str(self.path(name))

    def heat(self, fact: dict[str, Any]) -> float:
        """0 at 175 C, 1 at 400 C."""
        return (fact["temperature_C"] - 175) / 225


def blobs(rng: np.random.Generator, shape: tuple[int, ...], size: float, density: float) -> np.ndarray:
    """A smooth random structure of one relative density; True where solid."""
    field = ndimage.gaussian_filter(rng.standard_normal(shape), size, mode="wrap")
    return field < np.quantile(field, density)


def density_of(fact: dict[str, Any], made: Made) -> float:
    """Like the paper's."""
    start, gain = {"HPA": (0.576, 0.185), "HPB": (0.383, 0.073), "NPC": (0.548, 0.208)}[fact["material"]]
    return start + gain * made.heat(fact) ** 0.6
