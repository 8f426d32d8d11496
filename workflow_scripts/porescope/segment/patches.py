"""Grey values as a network sees them, and the file of patches it is trained on."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from porescope.segment.classes import CLASSES
from porescope.volume import Volume, slabs

log = logging.getLogger(__name__)

PERCENTILES = (1.0, 99.0)
"""Of the grey values of a stack: dark pores and bright metal, whatever the porosity."""

DARK, BRIGHT = 43, 213
"""Where these percentiles come to lie among 0 to 255; a quarter of the range stays on both sides for outliers."""

LIKENESS = 0.1
"""Correlation of two slices under which one tells nothing of the other, and a network is better not shown it."""

SLABS_SEEN = 8
"""Slabs, spread over the stack, from which the percentiles are taken."""


@dataclass(frozen=True)
class Patches:
    """Training material.

    Attributes
    ----------
    grey : (n, channels, px, px) uint8
        See normalise(); channels are the neighbouring slices in order, the labelled one in the middle.
    labels : (n, px, px) uint8
        Classes 0, 1, 2 of the middle slice.
    """

    grey: np.ndarray
    labels: np.ndarray


def grey_range(volume: Volume) -> tuple[float, float]:
    """The 1st and 99th percentile of a stack's grey values, from slabs spread over it."""
    n_slices = volume.shape[0]
    all_slabs = list(slabs(n_slices))
    chosen: list[int] = np.linspace(0, len(all_slabs) - 1, min(SLABS_SEEN, len(all_slabs))).round().astype(int).tolist()
    values = [np.asarray(volume.array[all_slabs[i]])[:, ::2, ::2].ravel() for i in chosen]
    low, high = np.percentile(np.concatenate(values), PERCENTILES)
    return float(low), float(high)


def normalise(grey: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """Grey values of any type and contrast as uint8, the limits at DARK and BRIGHT.

    The step is 1/170 of the contrast, well under the noise of an SE image.
    """
    low, high = limits
    scale = (BRIGHT - DARK) / max(high - low, 1e-30)
    scaled = (grey.astype(np.float32) - np.float32(low)) * np.float32(scale) + DARK
    return np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)


def with_neighbours(slices: np.ndarray, index: int, neighbours: int) -> np.ndarray:
    """A slice between its neighbours as channels.

    Parameters
    ----------
    slices : (nz, ny, nx) array
        The first and the last slice stand for those beyond them.
    index : int
        The middle one.
    neighbours : int
        How many on each side.

    Returns
    -------
    (2 neighbours + 1, ny, nx) array
    """
    around = np.arange(index - neighbours, index + neighbours + 1)
    return np.asarray(slices[np.clip(around, 0, len(slices) - 1)])


def alike(slices: np.ndarray) -> np.ndarray:
    """Which of these slices lie in one piece of the specimen, as numbers that rise with each break.

    Parameters
    ----------
    slices : (n, ny, nx) uint8 array
        Normalised, in order.

    Returns
    -------
    (n,) int array
        Slices of one number follow each other closely: each one's greys correlate with those of the next by LIKENESS at
        least. A break is a gap in the stack, or a folder of single images that are no neighbours at all.
    """
    grey = slices[:, ::2, ::2].reshape(len(slices), -1).astype(np.float32)
    grey -= grey.mean(axis=1, keepdims=True)
    norms = np.maximum(np.linalg.norm(grey, axis=1), 1e-6)
    correlation = np.einsum("ij,ij->i", grey[:-1], grey[1:]) / (norms[:-1] * norms[1:])
    return np.concatenate([[0], np.cumsum(correlation < LIKENESS)])


def write_patches(path: str | Path, parts: Mapping[str, Patches]) -> None:
    """Write the patches of several splits: arrays {split}_grey and {split}_labels in an NPZ."""
    arrays: dict[str, np.ndarray] = {}
    for split, part in parts.items():
        arrays[f"{split}_grey"], arrays[f"{split}_labels"] = part.grey, part.labels
        shares = np.bincount(part.labels.ravel(), minlength=CLASSES)[:CLASSES] / max(part.labels.size, 1)
        log.info("%s: %d patches; metal %.3f, dark pore %.3f, shine-through %.3f", split, len(part.grey), *shares)
    np.savez(path, allow_pickle=False, **arrays)


def read_patches(path: str | Path, split: str) -> Patches:
    """Patches of one split from a file that write_patches wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return Patches(stored[f"{split}_grey"], stored[f"{split}_labels"])


def splits_of(path: str | Path) -> list[str]:
    """Splits of a file that write_patches wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return [name.removesuffix("_grey") for name in stored.files if name.endswith("_grey")]
