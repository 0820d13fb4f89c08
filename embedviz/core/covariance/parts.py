"""Sums over parts of the rows, each added up in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

from embedviz.core.arrays import Vector
from embedviz.core.progress import Cancelled, Report


def sum_of_parts(
    part_sums: Callable[[int, Report], Sequence[Vector]], n_parts: int, report: Report
) -> Sequence[Vector]:
    """Return the sums of all parts of something, each computed in a thread of its own.

    Parameters
    ----------
    part_sums : callable
        Takes the number of a part, from 0, and a report that it is to call now and then, and
        returns some arrays, to which those of the other parts are added.
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
            sums = part_sums(0, report)
            for other in others:
                for whole, more in zip(sums, other.result(), strict=True):
                    whole += more
        finally:
            stopped.set()
    return sums
