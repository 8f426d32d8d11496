"""Application of a trained network to a stack, a few slices at a time."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from porescope.progress import progress
from porescope.segment.network import NetworkOptions, as_input, load_network
from porescope.segment.patches import grey_range, normalise, with_neighbours
from porescope.torch_setup import Precision, autocast
from porescope.volume import SLAB, Volume, VolumeWriter, read_volume, slabs

log = logging.getLogger(__name__)

BATCH_PIXELS = 200_000
"""Pixels that pass through the network at once; bounds the memory, one slice at least."""

CERTAIN = 255
"""Stored value of probability 1."""


def predict_mask(
    volume: str | Path, weights: str | Path, mask: str | Path, device: str, precision: Precision = "auto"
) -> None:
    """Segment a restored stack.

    Parameters
    ----------
    volume : path
        OME-Zarr of stage restore.
    weights : path
        See save_network.
    mask : path
        OME-Zarr to write: labels uint8 at its root (0 metal, 1 dark pore, 2 shine-through pore) and, in the group
        "probability", the probability of pore as uint8, 255 for 1.
    device : 'cpu' or 'cuda'
    precision : 'auto', 'float32' or 'bfloat16'
    """
    network, options = load_network(weights, device)
    source = read_volume(volume)
    shape, spacing, origin = source.shape, source.spacing, source.origin
    pore = 0
    with (
        VolumeWriter(mask, shape, np.uint8, spacing, "labels", origin) as labels_out,
        VolumeWriter(mask, shape, np.uint8, spacing, "image", origin, "probability") as probability_out,
    ):
        batches = predicted_slices(source, network, options, device, precision)
        for labels, probability in batches:
            labels_out.append(labels)
            probability_out.append(probability)
            pore += int(np.count_nonzero(labels))
    log.info("relative density %.4f", 1 - pore / float(np.prod(shape)))


def slices_at_once(shape: tuple[int, int, int]) -> int:
    """Slices in one pass of the network."""
    return int(np.clip(BATCH_PIXELS // (shape[1] * shape[2]), 1, shape[0]))


def predicted_slices(
    source: Volume, network: torch.nn.Module, options: NetworkOptions, device: str, precision: Precision
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Labels and pore probabilities (both uint8, (n, ny, nx)) of a stack, batch by batch in order."""
    limits = grey_range(source)
    n_slices = source.shape[0]
    at_once = slices_at_once(source.shape)
    for slab in progress(slabs(n_slices), -(-n_slices // SLAB), "slabs"):
        below = max(0, slab.start - options.neighbours)
        above = min(n_slices, slab.stop + options.neighbours)
        grey = normalise(np.asarray(source.array[below:above]), limits)
        channels = [with_neighbours(grey, z - below, options.neighbours) for z in range(slab.start, slab.stop)]
        for batch in slabs(len(channels), at_once):
            yield predict_batch(np.stack(channels[batch]), network, options.multiple_px, device, precision)


def predict_batch(
    grey: np.ndarray, network: torch.nn.Module, multiple_px: int, device: str, precision: Precision
) -> tuple[np.ndarray, np.ndarray]:
    """Labels and pore probabilities of some slices.

    Parameters
    ----------
    grey : (n, channels, ny, nx) uint8
        See normalise(); any size, mirrored at the edges to the next multiple.
    network : Module
    multiple_px : int
        Of which the network's input edges must be multiples.
    device, precision : str

    Returns
    -------
    labels : (n, ny, nx) uint8
        Pore where its two classes together are more probable than metal, of the more probable one.
    probability : (n, ny, nx) uint8
        Of pore, 255 for 1; above 127 exactly where labels are not 0.
    """
    ny, nx = grey.shape[-2:]
    padding = [(0, 0), (0, 0), (0, -ny % multiple_px), (0, -nx % multiple_px)]
    padded = as_input(np.pad(grey, padding, mode="symmetric"))
    with torch.inference_mode(), autocast(device, precision):
        logits = network(padded.to(device, memory_format=torch.channels_last))[..., :ny, :nx].float()
    metal, dark, shine_through = logits.softmax(1).unbind(1)
    probability = torch.round((1 - metal) * CERTAIN).to(torch.uint8)
    kind = torch.where(shine_through > dark, 2, 1)
    labels = torch.where(probability > CERTAIN // 2, kind, 0).to(torch.uint8)
    return labels.cpu().numpy(), probability.cpu().numpy()
