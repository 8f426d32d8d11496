"""How much volumes of interest of one condition scatter: exact masks of specimens simulated with other seeds.

Two VOIs of one specimen stand for a condition in the score of generated volumes; this tells how far off they may be.
`python benchmarks/scatter.py HPB 250 --specimens 8` prints of each VOI what volumes are scored by, their means and
standard deviations, and tau - 1 by density: the line of log(tau - 1) over it.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from porescope.generate.volume_scores import described, vois
from porescope.simulate.recipe import Recipe
from porescope.simulate.settings import Settings
from porescope.simulate.specimen import box
from porescope.simulate.structure import build_structure
from porescope.volume import Volume

CONFIG = Path(__file__).parents[1] / "config" / "config.yaml"


def metal(settings: Settings, recipe: Recipe, temperature: float, seed: int) -> Volume:
    """Exact mask of what is imaged of a specimen."""
    shape, region = box(settings)
    imaged = (slice(0, settings.stack.slices), *region)
    random = np.random.default_rng(seed)
    spacing = settings.stack.spacing
    structure = build_structure(
        recipe, settings.furnace, settings.packing, settings.step_um, temperature, shape, spacing, random, imaged
    )
    return Volume(structure.metal[imaged] > 0.5, spacing)


def main() -> None:
    """Simulate, describe and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("material", nargs="?", default="HPB")
    parser.add_argument("temperature", nargs="?", type=float, default=250, help="C")
    parser.add_argument("--specimens", type=int, default=8)
    arguments = parser.parse_args()
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    settings = Settings.from_config(config["simulate"])
    recipe = Recipe.from_config(config["simulate"]["materials"][arguments.material])
    rows = []
    for seed in range(1000, 1000 + arguments.specimens):  # the campaign's own are small numbers
        mask = metal(settings, recipe, arguments.temperature, seed)
        for block in vois(mask, config["describe"]["voi_um"]):
            rows.append(described(block, config["describe"]["smoothing_px"]))
            print(seed, "  ".join(f"{name} {value:.4f}" for name, value in rows[-1].items()), flush=True)
    table = pd.DataFrame(rows)
    print(table.agg(["mean", "std"]).T.to_string())
    density = table["relative_density"]
    slope, start = np.polyfit(density, np.log(table["tortuosity_minus_1"]), 1)
    for place in np.linspace(density.min(), density.max(), 5):
        print(f"tau - 1 at a density of {place:.3f}: {np.exp(start + slope * place):.4f}")


if __name__ == "__main__":
    main()
