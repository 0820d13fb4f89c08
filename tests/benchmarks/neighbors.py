"""The ten nearest rows of one query, by cosine and exactly."""

from __future__ import annotations

from functools import partial

from .framework import Benchmark, durations
from .rows import random_rows, search_with_numpy

COUNT = 10


class Neighbors(Benchmark):
    """One query against all rows."""

    def __init__(self, n_vectors: int, dimensions: int, peer_name: str) -> None:
        self.shape = n_vectors, dimensions
        self.peer_name = peer_name
        self.name = f"neighbors-{n_vectors}x{dimensions}-{peer_name}"

    def ours(self) -> list[float]:
        from embedviz.core.neighbors import NeighborSearch

        vectors = random_rows(*self.shape)
        search = NeighborSearch(vectors)
        return durations(lambda: search.nearest(vectors[7], COUNT))

    def peer(self) -> list[float]:
        return self._faiss() if self.peer_name == "faiss" else self._numpy()

    def _numpy(self) -> list[float]:
        import numpy as np

        vectors = random_rows(*self.shape)
        lengths = np.linalg.norm(vectors, axis=1)
        return durations(partial(search_with_numpy, vectors, lengths, vectors[7], COUNT))

    def _faiss(self) -> list[float]:
        from .rows import faiss_index

        vectors = random_rows(*self.shape)
        index = faiss_index(vectors)
        return durations(lambda: index.search(vectors[7:8], COUNT))
