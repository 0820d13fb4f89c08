"""Sums over parts of the rows, added up in threads of our own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from embedviz.core.arrays import Vector
from embedviz.core.progress import Cancelled, Report, part_of


def sum_of_parts(
    part_sums: Callable[[int, Report], Sequence[Vector]],
    n_parts: int,
    report: Report,
    n_threads: int | None = None,
) -> Sequence[Vector]:
    """Return the sums of all parts of something, computed in threads.

    They are added up in the same order in any number of threads, as sums of halves of halves, so
    that they are the same to the last digit.

    Parameters
    ----------
    part_sums : callable
        Takes the number of a part, from 0, and a report that it is to call now and then, and
        returns some arrays, to which those of the other parts are added.
    n_parts : int
    report : callable
        Called in this thread alone, by its parts; where it raises, all parts end.
    n_threads : int, optional
        Default: one for each part.
    """
    stopped = Event()
    n_threads = min(n_parts, n_threads or n_parts)

    def stop_where_asked(fraction: float, words: str) -> None:
        if stopped.is_set():
            raise Cancelled

    def sums_of(first: int, last: int, n_free: int, report: Report) -> Sequence[Vector]:
        if last - first == 1:
            return part_sums(first, report)
        middle = (first + last + 1) // 2
        if n_free == 1:
            sums = sums_of(first, middle, 1, part_of(report, 0.0, 0.5))
            more = sums_of(middle, last, 1, part_of(report, 0.5, 1.0))
        else:
            half = n_free // 2
            other = pool.submit(sums_of, middle, last, half, stop_where_asked)
            sums = sums_of(first, middle, n_free - half, report)
            more = other.result()
        for whole, part in zip(sums, more, strict=True):
            whole += part
        return sums

    with ThreadPoolExecutor(max(1, n_threads - 1)) as pool:
        try:
            return sums_of(0, n_parts, n_threads, report)
        finally:
            stopped.set()
