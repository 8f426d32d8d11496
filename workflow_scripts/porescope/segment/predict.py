"""Application of a trained network to a stack, a few slices at a time."""

import csv
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from porescope.progress import progress
from porescope.segment.classes import CERTAIN, PROBABILITY
from porescope.segment.network import Calibration, as_input, fold_normalisation, load_network
from porescope.segment.patches import alike, grey_range, normalise, with_neighbours
from porescope.torch_setup import Precision, autocast, keep_freed_memory
from porescope.volume import SLAB, Volume, VolumeWriter, read_volume, slabs

log = logging.getLogger(__name__)

BATCH_PIXELS = 200_000
"""Pixels that pass through the network at once; bounds the memory, one tile at least."""

TILE_PX = 1280
"""Longest edge of a tile: slices beyond it are predicted in overlapping parts."""

OVERLAP_PX = 64
"""Pixels that neighbouring tiles share, over which one is blended into the other."""


class Applied(NamedTuple):
    """A network ready to be applied.

    Attributes
    ----------
    network : Module
    neighbours, multiple_px : int
        See NetworkOptions.
    calibration : Calibration
    device, precision : str
    """

    network: torch.nn.Module
    neighbours: int
    multiple_px: int
    calibration: Calibration
    device: str
    precision: Precision


def load_applied(weights: str | Path, device: str, precision: Precision = "auto") -> Applied:
    """A network from its file."""
    keep_freed_memory()
    network, options, calibration = load_network(weights, device)
    fold_normalisation(network)
    return Applied(network, options.neighbours, options.multiple_px, calibration, device, precision)


def predict_mask(
    volume: str | Path,
    weights: str | Path,
    mask: str | Path,
    slices: str | Path,
    device: str,
    precision: Precision = "auto",
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
    slices : path
        CSV to write: slice, relative_density (of the mask), expected_density (mean probability of metal),
        expected_error (share of pixels that are probably wrong: mean of the smaller probability), density_margin
        (half-width of the 95 % interval of the expected density).
    device : 'cpu' or 'cuda'
    precision : 'auto', 'float32' or 'bfloat16'
    """
    applied = load_applied(weights, device, precision)
    source = read_volume(volume)
    shape, spacing, origin = source.shape, source.spacing, source.origin
    rows: list[dict[str, float]] = []
    with (
        VolumeWriter(mask, shape, np.uint8, spacing, "labels", origin) as labels_out,
        VolumeWriter(mask, shape, np.uint8, spacing, "image", origin, PROBABILITY) as probability_out,
    ):
        for labels, probability in predicted_slices(source, applied):
            labels_out.append(labels)
            probability_out.append(probability)
            rows += [slice_row(*pair, applied.calibration) for pair in zip(labels, probability, strict=True)]
    write_slices(slices, rows)
    means = [float(np.mean([row[name] for row in rows])) for name in ("relative_density", "expected_error")]
    log.info("relative density %.4f, expected error %.4f", *means)


def write_slices(path: str | Path, rows: Sequence[Mapping[str, float]]) -> None:
    """Write a table with a row a slice, without pandas, which takes longer to import than many a stack to predict."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["slice", *rows[0]])
        table.writerows([index, *(f"{value:.6f}" for value in row.values())] for index, row in enumerate(rows))


def slice_row(labels: np.ndarray, probability: np.ndarray, calibration: Calibration) -> dict[str, float]:
    """How dense a slice (ny, nx) is and how sure that is; see predict_mask."""
    pore = probability / np.float32(CERTAIN)
    error = float(np.minimum(pore, 1 - pore).mean())
    return {
        "relative_density": float(np.mean(labels == 0)),
        "expected_density": 1 - float(pore.mean()),
        "expected_error": error,
        "density_margin": calibration.margin * error,
    }


def predicted_slices(source: Volume, applied: Applied) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Labels and pore probabilities (both uint8, (n, ny, nx)) of a stack, batch by batch in order."""
    limits = grey_range(source)
    n_slices, ny, nx = source.shape
    at_once = int(np.clip(BATCH_PIXELS // (ny * nx), 1, n_slices))
    for slab in progress(slabs(n_slices), -(-n_slices // SLAB), "slabs"):
        below = max(0, slab.start - applied.neighbours)
        above = min(n_slices, slab.stop + applied.neighbours)
        grey = normalise(np.asarray(source.array[below:above]), limits)
        piece = alike(grey)
        for batch in slabs(slab.stop - slab.start, at_once):
            chosen = range(slab.start + batch.start - below, slab.start + batch.stop - below)
            yield predict_batch(np.stack([_surrounded(grey, piece, z, applied.neighbours) for z in chosen]), applied)


def _surrounded(grey: np.ndarray, piece: np.ndarray, index: int, neighbours: int) -> np.ndarray:
    """A slice between its neighbours, of which those beyond a break count as missing; see patches.alike."""
    first, end = np.searchsorted(piece, [piece[index], piece[index] + 1])
    return with_neighbours(grey[first:end], index - int(first), neighbours)


def predict_batch(grey: np.ndarray, applied: Applied) -> tuple[np.ndarray, np.ndarray]:
    """Labels and pore probabilities of some slices.

    Parameters
    ----------
    grey : (n, channels, ny, nx) uint8
        See normalise(); any size. Slices larger than a tile are predicted in tiles, blended where they overlap.
    applied : Applied

    Returns
    -------
    labels : (n, ny, nx) uint8
        Pore where its two classes together are more probable than metal, of the more probable one.
    probability : (n, ny, nx) uint8
        Of pore, calibrated, 255 for 1; above 127 exactly where labels are not 0.
    """
    ny, nx = grey.shape[-2:]
    rows, columns = tiles(ny, applied.multiple_px), tiles(nx, applied.multiple_px)
    if len(rows) == len(columns) == 1:
        logits = tile_logits(grey, applied)
    else:
        total, weight = torch.zeros(len(grey), 3, ny, nx), torch.zeros(ny, nx)
        for y in rows:
            for x in columns:
                ramp = blend(y, ny)[:, None] * blend(x, nx)
                total[..., y, x] += ramp * tile_logits(grey[..., y, x], applied)
                weight[y, x] += ramp
        logits = total / weight
    odds = logits[:, 1:].logsumexp(1) - logits[:, 0]
    pore = torch.sigmoid(applied.calibration.slope * odds + applied.calibration.offset)
    probability = torch.round(pore * CERTAIN).to(torch.uint8)
    kind = torch.where(logits[:, 2] > logits[:, 1], 2, 1)
    labels = torch.where(probability > CERTAIN // 2, kind, 0).to(torch.uint8)
    return labels.numpy(), probability.numpy()


def tile_logits(grey: np.ndarray, applied: Applied) -> torch.Tensor:
    """Logits (n, 3, ny, nx) of some slices, mirrored at their edges to what the network takes."""
    ny, nx = grey.shape[-2:]
    padding = [(0, 0), (0, 0), (0, -ny % applied.multiple_px), (0, -nx % applied.multiple_px)]
    padded = as_input(np.pad(grey, padding, mode="symmetric"))
    with torch.inference_mode(), autocast(applied.device, applied.precision):
        logits = applied.network(padded.to(applied.device, memory_format=torch.channels_last))
        return logits[..., :ny, :nx].float().cpu()


def tiles(edge_px: int, multiple_px: int) -> list[slice]:
    """Ranges of about TILE_PX at most that cover an edge and overlap by at least OVERLAP_PX.

    They begin at multiples of what the network's coarsest pixels cover, so that these lie alike in all tiles.
    """
    if edge_px <= TILE_PX:
        return [slice(0, edge_px)]
    count = -(-(edge_px - OVERLAP_PX) // (TILE_PX - OVERLAP_PX))
    length = -(-(edge_px + (count - 1) * OVERLAP_PX) // count)
    starts = [int(start) // multiple_px * multiple_px for start in np.linspace(0, edge_px - length, count)]
    return [slice(start, min(start + length + multiple_px, edge_px)) for start in starts]


def blend(tile: slice, edge_px: int) -> torch.Tensor:
    """Weights of a tile's pixels along one edge: a ramp over the overlap on sides where another tile follows."""
    places = torch.arange(tile.start, tile.stop)
    weight = torch.ones(len(places))
    if tile.start > 0:
        weight = torch.minimum(weight, (places - tile.start + 1) / (OVERLAP_PX + 1))
    if tile.stop < edge_px:
        weight = torch.minimum(weight, (tile.stop - places) / (OVERLAP_PX + 1))
    return weight
