"""Threads of our own over blocks of rows, each of which multiplies in one thread of BLAS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Event, Lock

import numba

from embedviz.core.arrays import Vector
from embedviz.core.progress import Cancelled, Report

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
        from threadpoolctl import ThreadpoolController  # 30 ms that a start need not take.

        with ThreadpoolController().limit(limits=1, user_api="blas"):
            yield min(_MOST_THREADS, numba.get_num_threads())
    finally:
        _limiting.release()


def sum_of_parts(
    part_sums: Callable[[int, Report], tuple[Vector, Vector]], n_parts: int, report: Report
) -> tuple[Vector, Vector]:
    """Return the sums of all parts of something, each computed in a thread of its own.

    Parameters
    ----------
    part_sums : callable
        Takes the number of a part, from 0, and a report that it is to call now and then, and
        returns two arrays.
    n_parts : int
    report : callable
        Called in this thread alone, by the first part; where it raises, all parts end.
    """
    stopped = Event()

    def stop_where_asked(fraction: float, words: str) -> None:
        if stopped.is_set():
            raise Cancelled

    with ThreadPoolExecutor(max(1, n_parts - 1)) as pool:
        others = [
            pool.submit(partial(part_sums, part, stop_where_asked)) for part in range(1, n_parts)
        ]
        try:
            first, second = part_sums(0, report)
            for other in others:
                more, further = other.result()
                first += more
                second += further
        finally:
            stopped.set()
    return first, second
