"""Made-up rows, and the usual ways to search them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


def random_rows(n_vectors: int, dimensions: int) -> Matrix:
    """Return the same random rows each time."""
    random = np.random.default_rng(0)
    return random.standard_normal((n_vectors, dimensions), dtype=np.float32)


def clustered_rows(n_vectors: int, dimensions: int) -> Matrix:
    """Return rows in 1000 groups of several widths and sizes, off the origin, as embeddings are."""
    random = np.random.default_rng(0)
    centers = random.standard_normal((1000, dimensions), dtype=np.float32)
    centers += random.standard_normal(dimensions, dtype=np.float32)
    widths = random.uniform(0.3, 1.0, 1000).astype(np.float32)
    sizes = random.pareto(1.0, 1000) + 0.1
    groups = random.choice(1000, n_vectors, p=sizes / sizes.sum())
    rows = random_rows(n_vectors, dimensions)
    for first in range(0, n_vectors, 10_000):
        own = groups[first : first + 10_000]
        block = rows[first : first + 10_000]
        block *= widths[own, np.newaxis]
        block += centers[own]
    return rows


def cone_rows(n_vectors: int, dimensions: int) -> Matrix:
    """Return rows that all point nearly the same way, at a mean cosine of 0.99."""
    rows = random_rows(n_vectors, dimensions)
    rows += np.float32(10.0) * np.random.default_rng(1).standard_normal(dimensions, np.float32)
    return rows


def search_with_numpy(rows: Matrix, lengths: Matrix, query: Matrix, count: int) -> Any:
    """Return the nearest rows by cosine: one product, then the largest of it."""
    cosines = rows @ query
    cosines /= lengths
    cosines /= np.linalg.norm(query)
    best = np.argpartition(-cosines, count - 1)[:count]
    best = best[np.argsort(-cosines[best])]
    return best, cosines[best]


def faiss_index(rows: Matrix) -> Any:
    """Return an exact index of the rows at unit length, filled block by block."""
    import faiss

    index = faiss.IndexFlatIP(rows.shape[1])
    for first in range(0, len(rows), 10_000):
        block = np.ascontiguousarray(rows[first : first + 10_000])
        index.add(block / np.linalg.norm(block, axis=1, keepdims=True))
    return index
