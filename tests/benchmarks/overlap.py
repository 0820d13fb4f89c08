"""The overlap curve of 500 queries at twelve lengths."""

from __future__ import annotations

from .framework import Benchmark, durations
from .rows import Matrix, random_rows

COUNT = 10
QUERIES = 500
STEPS = 12


class Overlap(Benchmark):
    """Beside a product and a partition per length."""

    peer_name = "numpy"

    def __init__(self, n_vectors: int, dimensions: int) -> None:
        self.shape = n_vectors, dimensions
        self.lengths = sorted({max(1, dimensions * step // STEPS) for step in range(1, STEPS + 1)})
        self.name = f"overlap-{n_vectors}x{dimensions}"

    def ours(self) -> list[float]:
        from embedviz.core.matryoshka import overlap_curve

        vectors = random_rows(*self.shape)
        return durations(lambda: overlap_curve(vectors, self.lengths, COUNT, QUERIES))

    def peer(self) -> list[float]:
        vectors = random_rows(*self.shape)
        return durations(lambda: self._curve(vectors), least=3)

    def _curve(self, vectors: Matrix) -> list[float]:
        import numpy as np

        found = []
        for length in self.lengths:
            prefix = vectors[:, :length]
            unit = prefix / np.linalg.norm(prefix, axis=1, keepdims=True)
            cosines = unit[:QUERIES] @ unit.T
            np.fill_diagonal(cosines, -1.0)
            found.append(np.argpartition(-cosines, COUNT, axis=1)[:, :COUNT])
        return [
            float(np.mean([np.isin(a, b).mean() for a, b in zip(rows, found[-1], strict=True)]))
            for rows in found
        ]
