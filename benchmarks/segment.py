"""Segmentation: processor time and memory of prediction and training, beside plain inference slice by slice.

Run with `make bench`; `python benchmarks/segment.py 450 640 1120` for a stack of the paper's size, `1800 160 280` for a
long one (time grows with the voxels, memory with neither). Peer: a ResNet-18 U-Net of segmentation_models_pytorch, the
field's usual choice, applied to single slices as its documentation does.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import segmentation_models_pytorch as smp
import torch
from scipy import ndimage
from torch.nn import functional

from porescope.runtime import PeakMemory
from porescope.segment.network import NetworkOptions, as_input, build
from porescope.segment.predict import load_applied, predict_batch, predict_mask
from porescope.volume import SLAB, Spacing, VolumeWriter

TWIN = Path(__file__).parents[1] / "resources" / "unet_twin" / "weights.safetensors"
SPACING = Spacing(0.025, 0.025, 0.025)


def processor_seconds(work: Callable[[], object], repeats: int = 3) -> float:
    """Of one run, the least of a few."""
    found = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def section(shape: tuple[int, int], seed: int) -> np.ndarray:
    """Noisy grey values of a random two-phase structure."""
    rng = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(rng.standard_normal(shape, np.float32), 4, mode="wrap")
    return np.clip(np.where(field > 0, 175, 80) + 18 * rng.standard_normal(shape), 0, 255).astype(np.uint8)


def prediction(shape: tuple[int, int]) -> None:
    """One slice: unet_twin with its seven slices, the peer with one."""
    grey = np.repeat(section(shape, 0)[None, None], 7, axis=1)
    applied = load_applied(TWIN, "cpu")
    peer = smp.Unet("resnet18", encoder_weights=None, in_channels=1, classes=3).eval()
    padded = as_input(np.pad(grey[:, 3:4], [(0, 0), (0, 0), (0, -shape[0] % 32), (0, -shape[1] % 32)]))

    def plain() -> None:
        with torch.no_grad():
            peer(padded).softmax(1)

    ours, theirs = processor_seconds(lambda: predict_batch(grey, applied)), processor_seconds(plain)
    pixels = shape[0] * shape[1] / 1e6
    print(f"prediction, s per megapixel: unet_twin {ours / pixels:.2f}, resnet18 {theirs / pixels:.2f}", end="")
    print(f" ({theirs / ours:.1f} times as long, without neighbours)")


def training(edge: int, batch: int) -> None:
    """One step of each network."""
    grey = torch.randn(batch, 7, edge, edge).to(memory_format=torch.channels_last)
    labels = torch.randint(0, 3, (batch, edge, edge))
    pixels = batch * edge**2 / 1e6
    named = {
        "folded": NetworkOptions("folded", {"channels": [40, 64, 96, 128]}, 7, 3),
        "chollet": NetworkOptions("chollet", {}, 7, 3),
        "resnet18": NetworkOptions("unet", {"encoder_name": "resnet18"}, 7, 3),
    }
    for name, options in named.items():
        network = build(options).to(memory_format=torch.channels_last)
        optimizer = torch.optim.AdamW(network.parameters())

        def step(network: torch.nn.Module = network, optimizer: torch.optim.Optimizer = optimizer) -> None:
            optimizer.zero_grad()
            functional.cross_entropy(network(grey), labels).backward()
            optimizer.step()

        print(f"training step, s per megapixel: {name} {processor_seconds(step) / pixels:.2f}")


def stack(shape: tuple[int, int, int]) -> None:
    """A whole stack, file to file."""
    tile = np.stack([section(shape[1:], seed) for seed in range(2)])
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with VolumeWriter(place / "grey.ome.zarr", shape, np.uint8, SPACING, "image") as writer:
            for start in range(0, shape[0], SLAB):
                writer.append(tile[np.arange(start, min(start + SLAB, shape[0])) % 2])
        peak, start_s, start_cpu = PeakMemory(), time.perf_counter(), time.process_time()
        with peak:
            predict_mask(place / "grey.ome.zarr", TWIN, place / "mask.ome.zarr", place / "slices.csv", "cpu")
        cpu = time.process_time() - start_cpu
    voxels = np.prod(shape) / 1e6
    print(f"stack of {shape}: {time.perf_counter() - start_s:.0f} s on {torch.get_num_threads()} threads, ", end="")
    print(f"{cpu:.0f} s of processor time, {cpu / voxels:.2f} s per megavoxel, {peak.megabytes:.0f} MB at the peak")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shape", type=int, nargs="*", default=[48, 320, 560])
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    prediction((640, 1120))
    training(128, 8)
    stack(tuple(chosen.shape))
