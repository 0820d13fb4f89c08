"""One step of the truncation slider: the ten nearest rows of one query at another prefix."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from .framework import Benchmark, durations
from .mapped import most_anonymous, write_random_rows
from .rows import faiss_index, random_rows, search_with_numpy

COUNT = 10
LENGTHS = (8, 16, 20, 64, 100, 256, 300, 768)
EACH_LENGTH = (16, 64, 100, 256, 333, 767)
PEER_LENGTH = 256


class TruncationStep(Benchmark):
    """Steps to lengths all along the slider, marks and between them; the median is over all.

    What depends on the lengths alone is not timed on the peer's side: the lengths of the rows'
    prefixes, and the index for each prefix, which would take far longer than the search.
    """

    def __init__(self, n_vectors: int, dimensions: int, peer_name: str) -> None:
        self.shape = n_vectors, dimensions
        self.peer_name = peer_name
        self.name = f"prefix-{n_vectors}x{dimensions}-{peer_name}"

    def ours(self) -> list[float]:
        from embedviz.core.matryoshka import PrefixSearch

        vectors = random_rows(*self.shape)
        query = PrefixSearch(vectors).query(vectors[7])
        return [
            sample
            for length in self._lengths()
            for sample in durations(partial(query.top, length, COUNT), seconds=0.0)
        ]

    def peer(self) -> list[float]:
        return list(self._faiss() if self.peer_name == "faiss" else self._numpy())

    def _numpy(self) -> Iterator[float]:
        import numpy as np

        vectors = random_rows(*self.shape)
        for length in self._lengths():
            prefix = vectors[:, :length]
            lengths = np.sqrt(np.einsum("ij,ij->i", prefix, prefix))
            query = vectors[7, :length]
            work = partial(search_with_numpy, prefix, lengths, query, COUNT)
            yield from durations(work, seconds=0.0)

    def _faiss(self) -> Iterator[float]:
        vectors = random_rows(*self.shape)
        for length in self._lengths():
            index = faiss_index(vectors[:, :length])
            yield from durations(partial(index.search, vectors[7:8, :length], COUNT), seconds=0.0)
            index.reset()

    def _lengths(self) -> list[int]:
        return [length for length in LENGTHS if length <= self.shape[1]]


class StepsAtEachLength(Benchmark):
    """Steps to some lengths, each timed apart, beside faiss over 256 dimensions.

    The median is over all lengths. The notes say that of each, and of ours how long it takes to
    prepare the first query of a set and a new one, and what is kept in memory.
    """

    peer_name = "faiss at 256"

    def __init__(self, n_vectors: int, dimensions: int) -> None:
        self.shape = n_vectors, dimensions
        self.name = f"prefix-each-{n_vectors}x{dimensions}"
        self._note = ""

    def ours(self) -> list[float]:
        samples, self._note = _each_length(random_rows(*self.shape))
        return samples

    def peer(self) -> list[float]:
        vectors = random_rows(*self.shape)
        found = {}
        for length in (*EACH_LENGTH, PEER_LENGTH):
            if length <= self.shape[1]:
                index = faiss_index(vectors[:, :length])
                found[length] = durations(
                    partial(index.search, vectors[7:8, :length], COUNT), seconds=0.0
                )
                index.reset()
        self._note = _told(found)
        return found[PEER_LENGTH]

    def note(self) -> str:
        return self._note


class MappedSteps(Benchmark):
    """The same over rows in a mapped file; the note says what anonymous memory it took."""

    def __init__(self, n_vectors: int, dimensions: int) -> None:
        self.shape = n_vectors, dimensions
        self.name = f"prefix-mapped-{n_vectors}x{dimensions}"
        self._note = ""

    def ours(self) -> list[float]:
        import numpy as np

        with tempfile.TemporaryDirectory() as folder:
            path = write_random_rows(Path(folder, "rows.npy"), *self.shape)
            with most_anonymous() as most:
                samples, note = _each_length(np.load(path, mmap_mode="r"))
        self._note = f"{note}; {most[0] / 1e6:,.2f} GB of anonymous memory"
        return samples

    def note(self) -> str:
        return self._note


def _each_length(vectors: Any) -> tuple[list[float], str]:
    """Return all steps, in milliseconds, and what is to be said of them."""
    from embedviz.core.matryoshka import PrefixSearch, compile_all

    compile_all()
    search = PrefixSearch(vectors)
    prepared = [0.0] * 5
    for i in range(len(prepared)):
        start = time.perf_counter()
        query = search.query(vectors[7 + i])
        prepared[i] = 1000 * (time.perf_counter() - start)
    found = {
        length: durations(partial(query.top, length, COUNT), least=15, seconds=0.3)
        for length in EACH_LENGTH
        if length <= vectors.shape[1]
    }
    told = (
        f"{_told(found)}; first query {prepared[0]:.0f}, a new one {median(prepared[1:]):.0f}, "
        f"{search.marks.nbytes / 1e6:,.0f} MB kept"
    )
    return [sample for samples in found.values() for sample in samples], told


def _told(found: dict[int, list[float]]) -> str:
    return ", ".join(f"{length}: {median(samples):.3g}" for length, samples in found.items())
