"""One step of the truncation slider: the ten nearest rows of one query at another prefix."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from .framework import Benchmark, durations
from .rows import faiss_index, random_rows, search_with_numpy

COUNT = 10
LENGTHS = (8, 16, 20, 64, 100, 256, 300, 768)


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
