"""The first three principal components of all rows, exactly."""

from __future__ import annotations

from .framework import Benchmark, durations
from .rows import random_rows


class PrincipalComponents(Benchmark):
    """Beside scikit-learn with its exact solver."""

    peer_name = "scikit-learn"

    def __init__(self, n_vectors: int, dimensions: int) -> None:
        self.shape = n_vectors, dimensions
        self.name = f"pca-{n_vectors}x{dimensions}"

    def ours(self) -> list[float]:
        from embedviz.core.projections import PCA

        vectors = random_rows(*self.shape)
        return durations(lambda: PCA().fit_transform(vectors, n_components=3))

    def peer(self) -> list[float]:
        from sklearn.decomposition import PCA

        vectors = random_rows(*self.shape)
        return durations(lambda: PCA(3, svd_solver="full").fit_transform(vectors))
