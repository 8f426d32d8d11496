"""From raw slices to the mask, without training: time and peak memory of each step of a stack.

Run with `make bench`: a short and a long stack, to show that time grows with the slices and memory does not.
`python benchmarks/stack.py 450 640 1120` for one of the paper's size.
"""

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import tifffile
import yaml
from scipy import ndimage

from porescope.ingest.stack import IngestOptions, ingest_stack
from porescope.restore.stack import RestoreOptions, restore_stack
from porescope.runtime import PeakMemory

HOME = Path(__file__).parents[1]
TWIN = HOME / "resources" / "unet_twin" / "weights.safetensors"
CONFIG = yaml.safe_load((HOME / "config" / "config.yaml").read_text(encoding="utf-8"))
VOXEL_NM = (25, 25, 25)


def write_slices(folder: Path, shape: tuple[int, int, int]) -> list[Path]:
    """Noisy raw slices of a structure that changes from slice to slice, one TIFF each."""
    rng = np.random.default_rng(0)
    fields = [ndimage.gaussian_filter(rng.standard_normal(shape[1:], np.float32), 4, mode="wrap") for _ in range(4)]
    paths = [folder / f"slice_{index:04d}.tif" for index in range(shape[0])]
    for index, path in enumerate(paths):
        phases = 0.1 * index * np.sqrt(np.arange(1, len(fields) + 1))
        metal = sum(np.cos(phase) * field for phase, field in zip(phases, fields, strict=True)) > 0
        grey = np.where(metal, 175, 80) + 12 * rng.standard_normal(shape[1:], np.float32)
        tifffile.imwrite(path, np.clip(grey, 0, 255).astype(np.uint8))
    return paths


def ingest(folder: Path, threads: int) -> None:
    """Stage ingest with the default config."""
    del threads  # it has no use for more than one
    options = IngestOptions(**CONFIG["ingest"])
    slices = sorted((folder / "slices").iterdir())
    ingest_stack(slices, "a", "raw", VOXEL_NM, options, folder / "in.ome.zarr", folder / "in.json")


def restore(folder: Path, threads: int) -> None:
    """Stage restore with the default config."""
    options = RestoreOptions(**CONFIG["restore"])
    files = (folder / name for name in ("in.ome.zarr", "in.json"))
    restore_stack(*files, options, folder / "out.ome.zarr", folder / "out.json", threads)


def predict(folder: Path, threads: int) -> None:
    """The mask of unet_twin, which needs no labels and no training."""
    import torch  # noqa: PLC0415 so that the memory of the other steps is their own

    from porescope.segment.predict import predict_mask  # noqa: PLC0415

    torch.set_num_threads(threads)
    predict_mask(folder / "out.ome.zarr", TWIN, folder / "mask.ome.zarr", folder / "slices.csv", "cpu")


def measured(step: Callable[[Path, int], None], folder: Path, threads: int) -> tuple[float, float, float]:
    """Seconds of wall and of processor time and peak memory in MB of a step."""
    start_s, start_cpu = time.perf_counter(), time.process_time()
    with PeakMemory() as peak:
        step(folder, threads)
    return time.perf_counter() - start_s, time.process_time() - start_cpu, peak.megabytes


def raw_to_mask(shape: tuple[int, int, int], threads: int) -> None:
    """A whole stack from raw slices to the mask, each step a process of its own as in the workflow."""
    figures = []
    with (
        tempfile.TemporaryDirectory() as place,
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as processes,
    ):
        folder = Path(place)
        (folder / "slices").mkdir()
        write_slices(folder / "slices", shape)
        print(f"{shape}, {np.prod(shape) / 1e6:.0f} megavoxels, {threads} threads")
        for step in (ingest, restore, predict):
            figures.append(processes.submit(measured, step, folder, threads).result())
            show(step.__name__, *figures[-1])
    walls, cpus, peaks = zip(*figures, strict=True)
    show("raw to mask", sum(walls), sum(cpus), max(peaks))


def show(step: str, wall: float, cpu: float, megabytes: float) -> None:
    """One line; processor time over time by the clock is how many cores were busy."""
    print(
        f"  {step:12}{wall:6.0f} s, {cpu:6.0f} s of processor time ({cpu / wall:.1f} cores), peak {megabytes:5.0f} MB",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shape", type=int, nargs="*", help="of one stack, in place of a short and a long one")
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    for shape in [tuple(chosen.shape)] if chosen.shape else [(450, 160, 224), (1800, 160, 224)]:
        raw_to_mask(shape, chosen.threads)
