"""Sums over parts by Dask, in threads of this process.

Dask's threaded scheduler was chosen by trying: two hundred tasks take it 0.04 s and it opens no
port, where `distributed` in threads takes 0.8 s and listens on all addresses of the machine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from importlib import import_module
from threading import Event
from typing import Any, TypeVar

from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled, Report

P = TypeVar("P")
S = TypeVar("S")
_AT_ONCE = 8
"""Sums that one task merges."""


def sum_in_threads(
    work: Callable[[P, Callable[[], None]], S],
    parts: Sequence[P],
    merge: Callable[[S, S], S],
    report: Report,
    words: str,
) -> S:
    """Return the merged sums of all parts, always merged in the same order.

    Parameters
    ----------
    work : callable
        Takes a part, and what it calls now and then, which raises where it is to stop.
    parts : sequence
        At least one.
    merge : callable
    report : Report
        Called in this thread; where it raises, all threads end.
    words : str

    Raises
    ------
    UserError
        When Dask is not installed.
    """
    threaded, callbacks = _dask("dask.threaded"), _dask("dask.callbacks")
    stopped, n_done = Event(), 0

    def stop_where_asked() -> None:
        if stopped.is_set():
            raise Cancelled

    def on_done(key: Any, *_: Any) -> None:
        nonlocal n_done
        n_done += key[0] == 0
        report(n_done / len(parts), words)

    graph, last = _graph(lambda part: work(part, stop_where_asked), parts, merge)
    n_threads = min(len(parts), os.cpu_count() or 1)
    report(0.0, words)
    with ThreadPoolExecutor(n_threads) as pool:
        try:
            with callbacks.Callback(posttask=on_done):
                found: S = threaded.get(graph, last, num_workers=n_threads, pool=pool)
        finally:
            stopped.set()
    return found


def _graph(
    work: Callable[[P], S], parts: Sequence[P], merge: Callable[[S, S], S]
) -> tuple[dict[tuple[int, int], Any], tuple[int, int]]:
    """Return the tasks of a tree, by level and place, and the last one."""
    graph: dict[tuple[int, int], Any] = {
        (0, place): (_Call(work, part),) for place, part in enumerate(parts)
    }
    level, count = 0, len(parts)
    while count > 1:
        keys = [(level, place) for place in range(count)]
        level, count = level + 1, -(-count // _AT_ONCE)
        for place in range(count):
            some = keys[place * _AT_ONCE : (place + 1) * _AT_ONCE]
            graph[level, place] = (_Merge(merge), *some)
    return graph, (level, 0)


class _Call:
    """One part to be summed, which Dask does not look into."""

    def __init__(self, work: Callable[[Any], Any], part: Any) -> None:
        self._work, self._part = work, part

    def __call__(self) -> Any:
        return self._work(self._part)


class _Merge:
    """Some sums to be merged."""

    def __init__(self, merge: Callable[[Any, Any], Any]) -> None:
        self._merge = merge

    def __call__(self, *sums: Any) -> Any:
        return reduce(self._merge, sums)


def _dask(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise UserError(
            "Moments of all rows need Dask, which is not installed: pip install 'embedviz[dask]'."
        ) from error
