"""How much volumes of interest of one condition scatter: exact masks of specimens simulated with other seeds.

Two VOIs of one specimen stand for a condition in the score of generated volumes; this tells how far off they may be.
`python benchmarks/scatter.py HPB 250 --specimens 8` prints density, tortuosity and surface of each VOI, their mean and
standard deviation, and tau - 1 by density: the line of log(tau - 1) over it.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from porescope.describe.field import whole_block
from porescope.describe.options import options_from
from porescope.describe.voi import describe_voi
from porescope.simulate.recipe import Recipe
from porescope.simulate.settings import Settings
from porescope.simulate.specimen import box
from porescope.simulate.structure import build_structure

CONFIG = Path(__file__).parents[1] / "config" / "config.yaml"
PARTS = ("stack", "packing", "sintering", "beam", "instrument")
COLUMNS = ["relative_density", "tortuosity", "specific_surface_per_um"]


def masks(config: dict[str, Any], material: str, temperature: float, seed: int) -> Iterator[np.ndarray]:
    """Exact masks of the VOIs that fit side by side into a specimen."""
    settings = Settings.from_config({part: config["simulate"][part] for part in PARTS})
    stack, (shape, region) = settings.stack, box(settings)
    structure = build_structure(
        Recipe.from_config(config["simulate"]["materials"][material]),
        settings.furnace,
        settings.packing,
        settings.step_um,
        temperature,
        shape,
        stack.spacing,
        np.random.default_rng(seed),
        (slice(0, stack.slices), *region),
    )
    metal = structure.metal[:, *region] > 0.5
    z, y, x = (round(config["describe"]["voi_um"] / edge) for edge in stack.spacing)
    for start in range(0, metal.shape[2] - x + 1, x):
        yield np.ascontiguousarray(metal[:z, :y, start : start + x])


def main() -> None:
    """Simulate, describe and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("material", nargs="?", default="HPB")
    parser.add_argument("temperature", nargs="?", type=float, default=250, help="C")
    parser.add_argument("--specimens", type=int, default=8)
    arguments = parser.parse_args()
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    options = options_from(config["describe"])
    spacing = Settings.from_config({part: config["simulate"][part] for part in PARTS}).stack.spacing
    rows = []
    for seed in range(1000, 1000 + arguments.specimens):  # the campaign's own are small numbers
        for mask in masks(config, arguments.material, arguments.temperature, seed):
            values = describe_voi(whole_block(mask, spacing), options, dear=False).values
            rows.append({name: values[name] for name in COLUMNS})
            print(seed, "  ".join(f"{name} {value:.4f}" for name, value in rows[-1].items()), flush=True)
    table = pd.DataFrame(rows)
    print(table.agg(["mean", "std"]).to_string())
    slope, start = np.polyfit(table["relative_density"], np.log(table["tortuosity"] - 1), 1)
    for density in np.linspace(table["relative_density"].min(), table["relative_density"].max(), 5):
        print(f"tau - 1 at a density of {density:.3f}: {np.exp(start + slope * density):.4f}")


if __name__ == "__main__":
    main()
