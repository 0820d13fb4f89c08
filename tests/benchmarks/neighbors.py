"""The ten nearest rows of one query, by cosine and exactly.

A set is prepared once, outside of what is timed, as the index of the peer is; how long that takes
is noted. Rows of embeddings are not as random as random numbers are, so two other kinds are asked
for beside them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from itertools import cycle

from .framework import Benchmark, durations
from .rows import Matrix, clustered_rows, cone_rows, random_rows, search_with_numpy

COUNT = 10
ROWS = {"random": random_rows, "clustered": clustered_rows, "cone": cone_rows}


class Neighbors(Benchmark):
    """Queries against all rows, one after the other: each is one of the rows."""

    def __init__(
        self, n_vectors: int, dimensions: int, peer_name: str, kind: str = "random"
    ) -> None:
        self.shape = n_vectors, dimensions
        self.peer_name = peer_name
        self._kind = kind
        kinds = () if kind == "random" else (kind,)
        self.name = "-".join(("neighbors", *kinds, f"{n_vectors}x{dimensions}", peer_name))
        self._note = ""

    def ours(self) -> list[float]:
        from embedviz.core.neighbors import NeighborSearch, compile_all

        vectors = self._rows()
        search = NeighborSearch(vectors)
        plain = durations(partial(search.nearest, vectors[7], COUNT), least=1, seconds=0.0)
        compile_all()
        start = time.perf_counter()
        search.prepare()
        taken = 1000 * (time.perf_counter() - start)
        self._note = f"prepared in {taken:.0f} ms; one query without that {plain[0]:.1f} ms"
        queries = self._queries(vectors)
        return durations(lambda: search.nearest(next(queries), COUNT))

    def peer(self) -> list[float]:
        return self._faiss() if self.peer_name == "faiss" else self._numpy()

    def _numpy(self) -> list[float]:
        import numpy as np

        vectors = self._rows()
        lengths = np.linalg.norm(vectors, axis=1)
        queries = self._queries(vectors)
        return durations(lambda: search_with_numpy(vectors, lengths, next(queries), COUNT))

    def _faiss(self) -> list[float]:
        import numpy as np

        from .rows import faiss_index

        vectors = self._rows()
        index, queries = faiss_index(vectors), self._queries(vectors)
        return durations(lambda: index.search(next(queries)[np.newaxis], COUNT))

    def note(self) -> str:
        return self._note

    def _rows(self) -> Matrix:
        return ROWS[self._kind](*self.shape)

    def _queries(self, vectors: Matrix) -> Iterator[Matrix]:
        return cycle(vectors[:: len(vectors) // 20])
