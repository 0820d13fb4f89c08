"""How compiled loops are declared, and when they may run side by side.

Every kernel releases the GIL: without that, one long kernel stalls the window. Every kernel is
cached on disk: compiling one takes about a second, loading it a few milliseconds.
"""

from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")

# Sums may be reordered, which is what makes them fast; infinities and NaN keep their meaning.
FAST_MATH: Any = {"contract", "reassoc", "nsz", "arcp"}

_one_at_a_time = Lock()


def serial_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop that runs in the calling thread."""
    return cast(Callable[P, R], numba.njit(nogil=True, cache=True, fastmath=FAST_MATH)(function))


def parallel_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a loop over `numba.prange`.

    Callers are let in one after the other: under numba's own `workqueue` threading layer, the
    only one that is always there, two parallel kernels at once end the process.
    """
    compiled: Any = numba.njit(nogil=True, cache=True, parallel=True, fastmath=FAST_MATH)(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        with _one_at_a_time:
            return cast(R, compiled(*args, **kwargs))

    return call

