"""The nearest rows of every row, and how far a map keeps them; exactly, by cosine."""

from __future__ import annotations

import time

from .framework import Benchmark, durations
from .rows import Matrix, random_rows

COUNT = 15
MAP_COUNT = 10


class Graph(Benchmark):
    """The 15 nearest other rows of every row."""

    def __init__(self, n_vectors: int, dimensions: int, peer_name: str | None) -> None:
        self.shape = n_vectors, dimensions
        self.peer_name = peer_name
        self.name = f"graph-{n_vectors}x{dimensions}" + (f"-{peer_name}" if peer_name else "")

    def ours(self) -> list[float]:
        from embedviz.core.neighbors.graph import neighbor_graph

        vectors = random_rows(*self.shape)
        if self.peer_name is None:  # Takes half a minute, so it is done once.
            neighbor_graph(vectors[:1000], COUNT)
            start = time.perf_counter()
            neighbor_graph(vectors, COUNT)
            return [1000 * (time.perf_counter() - start)]
        return durations(lambda: neighbor_graph(vectors, COUNT), least=3)

    def peer(self) -> list[float]:
        return self._faiss() if self.peer_name == "faiss" else self._scikit_learn()

    def _scikit_learn(self) -> list[float]:
        from sklearn.neighbors import NearestNeighbors

        vectors = random_rows(*self.shape)

        def search() -> object:
            found = NearestNeighbors(n_neighbors=COUNT, algorithm="brute", metric="cosine")
            return found.fit(vectors).kneighbors()

        return durations(search, least=3)

    def _faiss(self) -> list[float]:
        from .rows import faiss_index

        index = faiss_index(random_rows(*self.shape))
        unit = index.reconstruct_n(0, index.ntotal)
        return durations(lambda: index.search(unit, COUNT + 1), least=3)


class Trust(Benchmark):
    """Trustworthiness of a map of ten neighbors each."""

    peer_name = "scikit-learn"

    def __init__(self, n_vectors: int, dimensions: int) -> None:
        self.shape = n_vectors, dimensions
        self.name = f"trustworthiness-{n_vectors}x{dimensions}"

    def ours(self) -> list[float]:
        from embedviz.core.projections.trust import trustworthiness

        vectors, positions = self._rows_and_map()
        return durations(lambda: trustworthiness(vectors, positions, MAP_COUNT), least=3)

    def peer(self) -> list[float]:
        from sklearn.manifold import trustworthiness

        vectors, positions = self._rows_and_map()

        def measure() -> float:
            return float(
                trustworthiness(vectors, positions, n_neighbors=MAP_COUNT, metric="cosine")
            )

        return durations(measure, least=3)

    def _rows_and_map(self) -> tuple[Matrix, Matrix]:
        vectors = random_rows(*self.shape)
        return vectors, vectors[:, :2].copy()
