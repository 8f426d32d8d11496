"""One whole VOI by stage describe, all but conductivity: time and most memory, on one core.

Run with `make bench`; `python benchmarks/voi.py 400` for the paper's VOI, 10 um at 25 nm. The structure is a
thresholded Gaussian random field with struts of about 11 voxels; it is drawn in a process of its own, whose memory does
not count.
"""

import argparse
import multiprocessing
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import yaml

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


def draw(size: int, path: Path) -> None:
    """Write the mask of a VOI and its surroundings."""
    np.save(path, random_field(float(size), GAUSSIAN, 0.0, CUBE, seed=1).block.solid)


def main() -> None:
    """Describe a VOI and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int, nargs="?", default=200, help="voxels along an edge")
    size = parser.parse_args().size
    describe_voi(random_field(40.0, GAUSSIAN, 0.0, CUBE, seed=1).block, OPTIONS)  # compiles the kernels
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "solid.npy"
        process = multiprocessing.get_context("spawn").Process(target=draw, args=(size, path))
        process.start()
        process.join()
        before_mb = psutil.Process().memory_info().rss / 1e6
        solid = np.load(path)
    block = Block(solid, CUBE, tuple((0, n) for n in solid.shape))  # type: ignore[arg-type]
    wall, processor = time.perf_counter(), time.process_time()
    with PeakMemory() as peak:
        describe_voi(block, OPTIONS)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    memory = 1e6 * (peak.megabytes - before_mb) / size**3
    print(f"{size}^3: {wall:.0f} s, {processor:.0f} s of processor time, {memory:.0f} bytes a voxel with the mask")


if __name__ == "__main__":
    main()
