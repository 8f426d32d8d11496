"""Slices that are no images of the specimen: black, saturated, without contrast, or stored twice."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

CLIPPED_MORE = 0.3
"""A slice is black or saturated if its share of pixels at that end exceeds the median slice's by more than this."""

LEAST_CONTRAST = 0.25
"""A slice has no contrast if its standard deviation is below this share of the median slice's."""

ENOUGH = 5
"""Slices from which on medians tell what is normal for a stack."""


class SliceLook(NamedTuple):
    """What is remembered of a slice.

    Attributes
    ----------
    lowest, highest : int
        Its range of values.
    deviation : float
        Standard deviation of its values.
    black, saturated : float
        Share of pixels at the lowest and at the highest value that can be stored.
    repeated : bool
        It equals the slice before, pixel by pixel.
    """

    lowest: int
    highest: int
    deviation: float
    black: float
    saturated: float
    repeated: bool


class Damage(NamedTuple):
    """A slice that must not be used as it is.

    Attributes
    ----------
    place : int
        Its place in the stack, from 0.
    reason : str
    """

    place: int
    reason: str


def look_at(pixels: np.ndarray, before: np.ndarray | None, full_scale: int) -> SliceLook:
    """What matters of a slice (ny, nx) whose values can reach ``full_scale``, and of the slice before it, if any."""
    return SliceLook(
        lowest=int(pixels.min()),
        highest=int(pixels.max()),
        deviation=float(pixels.std(dtype=np.float32)),
        black=float(np.mean(pixels == 0)),
        saturated=float(np.mean(pixels >= full_scale)),
        repeated=before is not None and np.array_equal(pixels, before),
    )


def find_damage(looks: Sequence[SliceLook]) -> list[Damage]:
    """Slices that differ from the others as no specimen does, with the reason.

    Pores or metal may be clipped in every slice: what counts is how much more of a slice is clipped than of the median
    slice. With fewer than 5 slices only constant and repeated ones can be told.
    """
    medians = np.median([(look.deviation, look.black, look.saturated) for look in looks], axis=0)
    found = []
    for index, look in enumerate(looks):
        if reason := _reason(look, medians.tolist(), len(looks) >= ENOUGH):
            found.append(Damage(index, reason))
    return found


def _reason(look: SliceLook, medians: Sequence[float], comparable: bool) -> str:
    deviation, black, saturated = medians
    if look.lowest == look.highest:
        return f"is {look.lowest} everywhere"
    if look.repeated:
        return "equals the slice before"
    if comparable and look.black > black + CLIPPED_MORE:
        return f"is black over {look.black:.0%}"
    if comparable and look.saturated > saturated + CLIPPED_MORE:
        return f"is saturated over {look.saturated:.0%}"
    if comparable and look.deviation < LEAST_CONTRAST * deviation:
        return f"has a contrast of {look.deviation:.3g} where the median slice has {deviation:.3g}"
    return ""
