"""Masks made elsewhere."""

import logging
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from porescope.campaign.specimens import solid_predicate
from porescope.errors import InputError
from porescope.segment.conventional import rewrite
from porescope.volume import read_volume

log = logging.getLogger(__name__)

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


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
    solid_voxels = rewrite(volume, mask, lambda slab: (~compare(slab, limit)).astype(np.uint8))
    total = int(np.prod(read_volume(mask).shape))
    if solid_voxels in {0, total}:
        found = "no voxel is" if solid_voxels == 0 else "every voxel is"
        raise InputError(f"{volume}: {found} solid by the rule '{solid}'; expected a mask of two phases (mask_solid)")
    log.info("relative density %.4f by the rule '%s'", solid_voxels / total, solid)


def is_solid(values: np.ndarray, rule: str, source: str) -> np.ndarray:
    """True where the values are solid by a rule such as '>127'; source is named in errors."""
    symbol, limit = solid_predicate(rule, source)
    return np.asarray(COMPARISONS[symbol](values, limit))
