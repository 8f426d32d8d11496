"""Masks that need no training: the two conventional methods, and masks made elsewhere."""

import logging
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from porescope.campaign.specimens import solid_predicate
from porescope.errors import InputError
from porescope.volume import VolumeWriter, read_volume, slabs

log = logging.getLogger(__name__)

CTA_PORE = 1
"""Class of stage label: pore by the conventional threshold. 2 is pore by the hybrid method only, 0 metal."""

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


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
    _rewrite(labels, mask, select[segmenter])


def import_mask(volume: str | Path, solid: str, mask: str | Path) -> None:
    """Write a mask made elsewhere in the form of this stage.

    Parameters
    ----------
    volume : path
        OME-Zarr of stage ingest with the values as stored.
    solid : str
        Which values are solid, e.g. '>127'.
    mask : path
        OME-Zarr to write, uint8: 0 solid, 1 pore.

    Raises
    ------
    InputError
        The whole volume would be of one phase.
    """
    symbol, limit = solid_predicate(solid, str(volume))
    compare = COMPARISONS[symbol]
    solid_voxels = _rewrite(volume, mask, lambda slab: (~compare(slab, limit)).astype(np.uint8))
    total = int(np.prod(read_volume(mask).shape))
    if solid_voxels in {0, total}:
        found = "no voxel is" if solid_voxels == 0 else "every voxel is"
        raise InputError(f"{volume}: {found} solid by the rule '{solid}'; expected a mask of two phases (mask_solid)")
    log.info("relative density %.4f by the rule '%s'", solid_voxels / total, solid)


def is_solid(values: np.ndarray, rule: str, source: str) -> np.ndarray:
    """True where the values are solid by a rule such as '>127'; source is named in errors."""
    symbol, limit = solid_predicate(rule, source)
    return np.asarray(COMPARISONS[symbol](values, limit))


def _rewrite(source: str | Path, target: str | Path, change: Callable[[np.ndarray], np.ndarray]) -> int:
    """Change a volume slab by slab; returns how many zeros the result has."""
    volume = read_volume(source)
    zeros = 0
    with VolumeWriter(target, volume.shape, np.uint8, volume.spacing, "labels", volume.origin) as writer:
        for slab in slabs(volume.shape[0]):
            changed = change(np.asarray(volume.array[slab]))
            zeros += int(np.count_nonzero(changed == 0))
            writer.append(changed)
    return zeros
