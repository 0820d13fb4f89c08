"""Rows in a mapped file, and the memory that working with them takes beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from .framework import Missing


def write_random_rows(path: Path, n_vectors: int, dimensions: int) -> Path:
    """Write random rows to a `.npy` file, block by block, and return its path."""
    rows = np.lib.format.open_memmap(path, "w+", np.float32, (n_vectors, dimensions))
    random = np.random.default_rng(0)
    for first in range(0, n_vectors, 10_000):
        part = rows[first : first + 10_000]
        part[:] = random.standard_normal(part.shape, dtype=np.float32)
    return path


@contextmanager
def most_anonymous() -> Iterator[list[int]]:
    """Yield a list that holds, in the end, the most kilobytes of memory that is no file's."""
    status, most, is_done = Path("/proc/self/status"), [0], threading.Event()
    if not status.exists():
        raise Missing("what Linux tells of memory")

    def watch() -> None:
        while not is_done.wait(0.01):
            lines = status.read_text().splitlines()
            anonymous = next(int(line.split()[1]) for line in lines if "RssAnon" in line)
            most[0] = max(most[0], anonymous)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield most
    finally:
        is_done.set()
        watching.join()
