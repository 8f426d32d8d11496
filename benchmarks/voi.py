"""Whole VOIs by stage describe, all but conductivity: time and most memory by size, on one core.

Run with `make bench`; `python benchmarks/voi.py 100 200 300 400 500` up to and beyond the paper's VOI, 400 voxels of
25 nm an edge. The structure is a thresholded Gaussian random field with struts of about 11 voxels. Each size is made in
one process and described in another. The figures are drawn in results/benchmarks/voi_by_size.png.
"""

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psutil
import yaml
from matplotlib.figure import Figure

from porescope.describe.field import Block
from porescope.describe.options import options_from
from porescope.describe.selfcheck.shapes import random_field
from porescope.describe.voi import describe_voi
from porescope.runtime import PeakMemory
from porescope.volume import Spacing

CUBE = Spacing(1.0, 1.0, 1.0)
GAUSSIAN = -0.01
CONFIG = Path(__file__).parents[1] / "config" / "config.yaml"
OPTIONS = replace(options_from(yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["describe"]), conductivity=False)
CHART = Path("results/benchmarks/voi_by_size.png")


class Cost(NamedTuple):
    """Seconds of wall and of processor time, and bytes a voxel, the mask's own among them."""

    wall_s: float
    processor_s: float
    bytes_a_voxel: float


def draw_mask(size: int, path: Path) -> None:
    """Write the mask of a VOI and its surroundings."""
    np.save(path, random_field(float(size), GAUSSIAN, 0.0, CUBE, seed=1).block.solid)


def measured(size: int, path: Path) -> Cost:
    """Describe a VOI."""
    describe_voi(random_field(40.0, GAUSSIAN, 0.0, CUBE, seed=1).block, OPTIONS)  # compiles the kernels
    before_mb = psutil.Process().memory_info().rss / 1e6
    solid = np.load(path)
    block = Block(solid, CUBE, tuple((0, n) for n in solid.shape))  # type: ignore[arg-type]
    wall, processor = time.perf_counter(), time.process_time()
    with PeakMemory() as peak:
        describe_voi(block, OPTIONS)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    return Cost(wall, processor, 1e6 * (peak.megabytes - before_mb) / size**3)


def chart(sizes: Sequence[int], costs: Sequence[Cost]) -> None:
    """Time and memory a voxel over the voxels of a VOI."""
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    panels = figure.subplots(2, sharex=True)
    voxels = [size**3 / 1e6 for size in sizes]
    rows = (
        [1e6 * cost.processor_s / size**3 for cost, size in zip(costs, sizes, strict=True)],
        [cost.bytes_a_voxel for cost in costs],
    )
    for axes, row, name in zip(panels, rows, ("time (us a voxel)", "memory (bytes a voxel)"), strict=True):
        axes.plot(voxels, row, marker="o", markersize=4, color="#17264a")
        axes.set(ylim=(0, 1.2 * max(row)), ylabel=name)
        axes.spines[["top", "right"]].set_visible(False)
        for x, y, size in zip(voxels, row, sizes, strict=True):
            axes.annotate(f"{size}³", (x, y), (3, 6), textcoords="offset points", fontsize=8)
    panels[0].set_title("A whole VOI but its conductivity: level where time is linear", loc="left", fontsize=11)
    panels[1].set_xlabel("million voxels in the VOI")
    CHART.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(CHART, dpi=150)
    print(f"drawn in {CHART}")


def main() -> None:
    """Describe VOIs, print what each took, and draw it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=[100, 150, 200], help="voxels along an edge")
    sizes = parser.parse_args().sizes
    costs = []
    spawn = multiprocessing.get_context("spawn")
    for size in sizes:
        with (
            tempfile.TemporaryDirectory() as folder,
            ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as processes,
        ):
            path = Path(folder) / "solid.npy"
            processes.submit(draw_mask, size, path).result()
            cost = processes.submit(measured, size, path).result()
        costs.append(cost)
        print(
            f"{size}^3: {cost.wall_s:.0f} s, {cost.processor_s:.0f} s of processor time = "
            f"{1e6 * cost.processor_s / size**3:.2f} us a voxel, {cost.bytes_a_voxel:.0f} bytes a voxel",
            flush=True,
        )
    chart(sizes, costs)


if __name__ == "__main__":
    main()
