"""Work on the slices of a stack with several threads, in order and with few slices in memory."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np

from porescope.progress import progress
from porescope.volume import slabs

R = TypeVar("R")


def map_slices(function: Callable[[int, np.ndarray], R], array: Any, threads: int, what: str = "slices") -> Iterator[R]:
    """Results of a function on every slice, in order.

    Parameters
    ----------
    function : callable
        Takes the index of a slice and the slice (ny, nx); it must not change shared state.
    array : (nz, ny, nx) numpy or zarr array
        Read slab by slab; one slab and its results are in memory at a time.
    threads : int
        Slices worked on at a time.
    what : str
        Plural noun for the progress messages.
    """
    with ThreadPoolExecutor(threads) as pool:
        yield from progress(_results(function, array, pool), array.shape[0], what)


def _results(function: Callable[[int, np.ndarray], R], array: Any, pool: ThreadPoolExecutor) -> Iterator[R]:
    for slab in slabs(array.shape[0]):
        yield from pool.map(function, range(slab.start, slab.stop), np.asarray(array[slab]))
