"""Masks of the two conventional methods, which need no training."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from porescope.volume import VolumeWriter, read_volume, slabs

CTA_PORE = 1
"""Class of stage label: pore by the conventional threshold. 2 is pore by the hybrid method only, 0 metal."""


def mask_from_labels(labels: str | Path, segmenter: str, mask: str | Path) -> None:
    """Write what one conventional method takes for pore.

    Parameters
    ----------
    labels : path
        OME-Zarr of stage label, classes 0, 1, 2.
    segmenter : 'cta' or 'hybrid'
        The conventional threshold knows class 1 only; the hybrid method's mask is the labels as they are.
    mask : path
        OME-Zarr to write, uint8: 0 metal, 1 and 2 pore.
    """
    select: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "cta": lambda slab: (slab == CTA_PORE).astype(np.uint8),
        "hybrid": lambda slab: slab,
    }
    rewrite(labels, mask, select[segmenter])


def rewrite(source: str | Path, target: str | Path, change: Callable[[np.ndarray], np.ndarray]) -> int:
    """Change a volume slab by slab; returns how many zeros the result has."""
    volume = read_volume(source)
    zeros = 0
    with VolumeWriter(target, volume.shape, np.uint8, volume.spacing, "labels", volume.origin) as writer:
        for slab in slabs(volume.shape[0]):
            changed = change(np.asarray(volume.array[slab]))
            zeros += int(np.count_nonzero(changed == 0))
            writer.append(changed)
    return zeros
