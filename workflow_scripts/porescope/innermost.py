"""Compiled functions that others call for every node, or oftener."""

from functools import partial

from numba import njit

innermost = partial(njit, cache=True, nogil=True, _nrt=False)
"""Decorator of functions that make no array, return none, and call none that does; others do not compile with it.

They do not count references to the arrays they are given, which their callers hold: numba counts with locked
instructions, and did so for a sixth of the time that stage describe took. It does the same with functions of its own
(numba/misc/mergesort.py).
"""
