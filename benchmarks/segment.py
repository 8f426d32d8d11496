"""Segmentation: processor time of prediction and training beside the field's usual network.

Run with `make bench`. Peer: a ResNet-18 U-Net of segmentation_models_pytorch, applied to single slices as its
documentation does.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import segmentation_models_pytorch as smp
import torch
from scipy import ndimage
from torch.nn import functional

from porescope.segment.network import NetworkOptions, as_input, build
from porescope.segment.predict import load_applied, predict_batch

TWIN = Path(__file__).parents[1] / "resources" / "unet_twin" / "weights.safetensors"


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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    torch.set_num_threads(parser.parse_args().threads)
    prediction((640, 1120))
    training(128, 8)
