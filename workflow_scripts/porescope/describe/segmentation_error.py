"""A VOI as it would be if the interface lay a standard uncertainty further in or out, or slices were thicker."""

from enum import StrEnum
from pathlib import Path

import numpy as np

from porescope.describe.boxes import Voi, cut_block, read_block
from porescope.describe.field import Block, field_from, smooth_spectrum, wave_numbers
from porescope.describe.options import DescribeOptions
from porescope.volume import Spacing, read_volume

CERTAIN = 255
"""Stored value of probability 1."""

PROBABILITY = "probability"
"""Group of a mask's store that holds the probability of pore, where its segmenter gives one."""


class Variant(StrEnum):
    """What is changed before a VOI is described once more."""

    NONE = ""
    LESS_SOLID = "less_solid"
    MORE_SOLID = "more_solid"
    THICKER = "thicker_slices"


def read_variant(mask: str | Path, box: Voi, variant: Variant, options: DescribeOptions) -> Block:
    """A VOI with one of its inputs off by its standard uncertainty.

    Parameters
    ----------
    mask : path
        OME-Zarr with labels at its root and, from a trained segmenter, the probability of pore (uint8) in a group.
    box : Voi
    variant : Variant
    options : DescribeOptions

    Notes
    -----
    With probabilities p of pore: metal where p is below the lower or up to the upper of ``probability_levels``. If the
    place of the interface is normally distributed and p is calibrated, p runs through the interface as the normal
    distribution function does, and 0.16 and 0.84 lie one standard deviation on either side. All of the interface is
    moved at once: the errors that matter are common to all of it (threshold, blur, shine-through), those that are not
    average out. Without probabilities the interface is moved by ``interface_shift_px`` along its normal.
    """
    volume = read_volume(mask)
    if variant is Variant.NONE:
        return read_block(volume, box, str(mask))
    if variant is Variant.THICKER:
        block = read_block(volume, box, str(mask))
        z, y, x = block.spacing
        return Block(block.solid, Spacing(z * (1 + options.slice_thickness), y, x), block.data)
    if Path(mask, PROBABILITY).is_dir():
        level = options.probability_levels[variant is Variant.MORE_SOLID] * CERTAIN
        return cut_block(read_volume(mask, PROBABILITY), box, lambda p: p <= level)
    shift = options.interface_shift_px * volume.spacing.voxel_volume ** (1 / 3)
    block = read_block(volume, box, str(mask))
    return moved(block, shift if variant is Variant.MORE_SOLID else -shift, options.smoothing_px)


def moved(block: Block, outward_um: float, smoothing_px: float) -> Block:
    """The block with its interface moved along the normal, out of the metal where positive.

    Notes
    -----
    Distances to the interface are u / |grad u| of the smooth field u (see field.smooth_spectrum), exact to first order,
    which is enough for a fraction of a voxel.
    """
    shape = block.solid.shape
    spectrum = smooth_spectrum(block.solid, block.spacing, smoothing_px)
    square = np.zeros(shape, np.float32)
    for k, edge in zip(wave_numbers(shape), block.spacing, strict=True):
        square += field_from(spectrum * (1j * k / np.float32(edge)), shape) ** 2
    solid = field_from(spectrum, shape) > -outward_um * np.sqrt(square)
    return Block(solid, block.spacing, block.data)
