"""Threads of our own, each of which multiplies in one thread of BLAS.

A BLAS library shares out one product at a time and waits for all of its threads after each; after
the last one they go on asking for more for 25 ms, and take a processor from whoever would work.
"""

from __future__ import annotations

import os
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

_THREADS_OF_BLAS = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
_lock = Lock()
_workers: list[Callable[[], None]] = []
"""For each who works under the limit, what lifts it. The number of threads of BLAS is one for the
whole process: whoever ends last gives it back, or the work of the others would be shared out again,
which took 0.5 s of a processor where 0.07 s are needed."""


@contextmanager
def blas_in_own_threads() -> Iterator[int]:
    """Let BLAS use one thread, and yield how many of our own to use: 1 where others do so now."""
    with _lock:
        is_first = not _workers
        if is_first:
            limit = _libraries(len(sys.modules)).limit(limits=1, user_api="blas")
            _workers.append(limit.restore_original_limits)
        else:
            _workers.append(_workers[0])
    try:
        yield min(_MOST_THREADS, numba.get_num_threads()) if is_first else 1
    finally:
        with _lock:
            lift = _workers.pop()
            if not _workers:
                lift()


@lru_cache(maxsize=1)
def _libraries(n_modules: int) -> ThreadpoolController:
    """Return what limits the libraries that are there; more may come with each module."""
    from threadpoolctl import ThreadpoolController  # 30 ms that a start need not take.

    return ThreadpoolController()


@contextmanager
def blas_in_one_thread() -> Iterator[None]:
    """Let BLAS use one thread in this process, and in those that it starts.

    Its products have other last digits in another number of threads.
    """
    before = {name: os.environ.get(name) for name in _THREADS_OF_BLAS}
    limit = _libraries(len(sys.modules)).limit(limits=1, user_api="blas")
    os.environ.update(dict.fromkeys(_THREADS_OF_BLAS, "1"))  # For those that come later, too.
    try:
        yield
    finally:
        limit.restore_original_limits()
        for name, number in before.items():
            if number is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = number


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
