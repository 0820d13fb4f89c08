"""Principal axes of all rows: what whitening, the cone and the scores are computed from."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from .framework import Benchmark, durations
from .mapped import most_anonymous, write_random_rows
from .rows import random_rows


class Fit(Benchmark):
    """Beside the two lines of NumPy that most people whiten with, or scikit-learn's PCA.

    The rows have the spectrum of a sentence encoder or, "flat", the same variance in all
    directions; the notes say how far each side is from sums in float64.
    """

    def __init__(self, n_vectors: int, dimensions: int, peer_name: str, kind: str = "") -> None:
        self.shape = n_vectors, dimensions
        self.peer_name = peer_name
        self.kind = kind
        words = ["fit", f"{n_vectors}x{dimensions}", kind, peer_name]
        self.name = "-".join(filter(None, words))
        self._variances: Any = None

    def ours(self) -> list[float]:
        from embedviz.core.covariance import principal_axes

        vectors = self._rows()
        self._variances = principal_axes(vectors).variances
        return durations(lambda: principal_axes(vectors))

    def peer(self) -> list[float]:
        import numpy as np

        vectors = self._rows()
        if self.peer_name == "scikit-learn":
            from sklearn.decomposition import PCA

            solver = PCA(svd_solver="covariance_eigh")
            self._variances = solver.fit(vectors).explained_variance_
            return durations(lambda: solver.fit(vectors))
        self._variances = np.linalg.svd(np.cov(vectors.T))[1]
        return durations(lambda: np.linalg.svd(np.cov(vectors.T)))

    def note(self) -> str:
        import numpy as np

        exact = np.linalg.eigvalsh(np.cov(self._rows().T))[::-1]
        largest = np.abs(self._variances - exact).max() / exact[0]
        own = (np.abs(self._variances - exact) / exact).max()
        return f"variances off by {largest:.0e} of the largest, {own:.0e} of themselves"

    def _rows(self) -> Any:
        import numpy as np

        rows = random_rows(*self.shape)
        if self.kind == "flat":
            return rows
        spread = np.geomspace(1.0, 3e-4, self.shape[1]).astype(np.float32)
        turn = np.linalg.qr(random_rows(self.shape[1], self.shape[1]))[0]
        return (rows * np.sqrt(spread)) @ turn + np.float32(1.0)


class MappedFit(Benchmark):
    """The fit of rows in a mapped file, once, with the shrinkage of Ledoit and Wolf.

    The note says what anonymous memory it took, and how long passed between two reports at most,
    which is how long a Stop waits.
    """

    def __init__(self, n_vectors: int, dimensions: int) -> None:
        self.shape = n_vectors, dimensions
        self.name = f"fit-mapped-{n_vectors}x{dimensions}"
        self._note = ""

    def ours(self) -> list[float]:
        import numpy as np

        from embedviz.core.covariance import ledoit_wolf_shrinkage, principal_axes

        times: list[float] = []

        def report(fraction: float, words: str) -> None:
            times.append(time.perf_counter())

        with tempfile.TemporaryDirectory() as folder:
            rows = np.load(write_random_rows(Path(folder, "rows.npy"), *self.shape), mmap_mode="r")
            with most_anonymous() as most:
                start = time.perf_counter()
                axes = principal_axes(rows, report)
                ledoit_wolf_shrinkage(rows, axes, report)
                end = time.perf_counter()
            del rows
        gap = np.diff([start, *times, end]).max()
        self._note = f"{most[0] / 1e6:,.2f} GB of anonymous memory; reports within {gap:.2f} s"
        return [1000 * (end - start)]

    def note(self) -> str:
        return self._note
