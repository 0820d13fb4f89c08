"""Threads of our own, each of which multiplies in one thread of BLAS.

A BLAS library shares out one product at a time and waits for all of its threads after each; after
the last one they go on asking for more for 25 ms, and take a processor from whoever would work.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

import numba

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

_MOST_THREADS = 4
"""Each has sums of d² numbers of its own."""

_limiting = Lock()
"""The number of threads of BLAS is one for the whole process: of two that change it and change it
back, the second may find that of the first."""


@contextmanager
def blas_in_own_threads() -> Iterator[int]:
    """Let BLAS use one thread, and yield how many of our own to use: 1 where others do so now."""
    if not _limiting.acquire(blocking=False):
        yield 1
        return
    try:
        with _libraries(len(sys.modules)).limit(limits=1, user_api="blas"):
            yield min(_MOST_THREADS, numba.get_num_threads())
    finally:
        _limiting.release()


@lru_cache(maxsize=1)
def _libraries(n_modules: int) -> ThreadpoolController:
    """Return what limits the libraries that are there; more may come with each module."""
    from threadpoolctl import ThreadpoolController  # 30 ms that a start need not take.

    return ThreadpoolController()


def at_once(works: Sequence[Callable[[], None]], n_threads: int) -> None:
    """Do several things, each in a thread of its own where there is more than one."""
    if n_threads == 1:
        for work in works:
            work()
        return
    with ThreadPoolExecutor(max(1, len(works) - 1)) as pool:
        others = [pool.submit(work) for work in works[1:]]
        works[0]()
        for other in others:
            other.result()
