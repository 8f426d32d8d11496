"""Progress of long work, with the time that is left."""

import logging
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


def progress(items: Iterable[T], total: int, what: str, every_s: float = 10.0) -> Iterator[T]:
    """Pass items through and log how many are done and how long the rest will take.

    Parameters
    ----------
    items : iterable
        What is worked through.
    total : int
        How many there are.
    what : str
        Plural noun for the message, e.g. "slices".
    every_s : float
        Seconds between two messages; work shorter than this logs nothing.
    """
    start = last = time.monotonic()
    for done, item in enumerate(items):
        now = time.monotonic()
        if done and now - last >= every_s:
            last = now
            left = (now - start) / done * (total - done)
            log.info("%d of %d %s (%.0f %%), about %s left", done, total, what, 100 * done / total, readable(left))
        yield item


def readable(seconds: float) -> str:
    """A duration as a person says it: '40 s', '3.5 min', '2.1 h'."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h"
