"""t-SNE and UMAP: how soon the points move, when they are done, and how good the map is."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .framework import Benchmark

Matrix = NDArray[np.float32]

_LIKE_THE_FIRST_START = """
import numpy as np
from embedviz.core.projections.neighbor_embedding import TSNE, UMAP

rows = np.random.default_rng(0).normal(size=(300, 8))
UMAP().fit_transform(rows)
"""


def _words(n_rows: int) -> Matrix:
    from embedviz.core.samples import load_sample

    return load_sample("words").vectors[:n_rows]


def _leave_kernels_on_disk() -> None:
    """Do what the first start of the application does, in a process of its own."""
    subprocess.run([sys.executable, "-c", _LIKE_THE_FIRST_START], check=True)


class FirstMotion(Benchmark):
    """From pressing Run until points have moved, of the bundled words.

    Cold, the child is started by pressing Run; warm, it has been getting ready since the window
    was opened.
    """

    unit = "s"

    def __init__(self, method: str, *, is_warm: bool, n_rows: int = 10_000) -> None:
        self._method, self._is_warm, self._n_rows = method, is_warm, n_rows
        state = "warm" if is_warm else "cold"
        self.name = f"{method.lower().replace('-', '')}-first-motion-{state}-{n_rows}x384"

    def ours(self) -> list[float]:
        from embedviz.core import projections

        _leave_kernels_on_disk()
        words = _words(self._n_rows)
        projection = projections.PROJECTIONS[self._method]()
        seen = [self._run(projection, words) for _ in range(3)]
        self._starts, motions = zip(*seen, strict=True)
        return list(motions)

    def note(self) -> str:
        return f"start shown after {max(self._starts):.2f} s"

    def _run(self, projection: Any, words: Matrix) -> tuple[float, float]:
        """Return after how many seconds the start was shown, and the first motion."""
        from embedviz.core.progress import Cancelled
        from embedviz.core.projections.process import LayoutProcess

        shown: list[tuple[float, Matrix]] = []

        def watch(positions: Matrix) -> None:
            shown.append((time.perf_counter(), positions))

        def stop_when_moved(fraction: float, message: str) -> None:
            if shown and (shown[-1][1] != shown[0][1]).any():
                raise Cancelled

        ready = LayoutProcess() if self._is_warm else None
        if ready is not None and not ready.wait_until_warm(timeout=120):
            raise RuntimeError("the child does not get warm")
        start = time.perf_counter()
        with ready or LayoutProcess() as child, suppress(Cancelled):
            projection.fit_transform(words, report=stop_when_moved, on_layout=watch, process=child)
        return shown[0][0] - start, shown[-1][0] - start


class UMAPBeside(Benchmark):
    """From the start of a process until the map of the bundled words is there, in seconds.

    Both by the settings of umap-learn: 15 neighbors by Euclidean distance, 500 epochs.
    """

    unit = "s"
    peer_name = "umap-learn"

    def __init__(self, n_rows: int) -> None:
        self._n_rows = n_rows
        self.name = f"umap-cold-{n_rows}x384"

    def ours(self) -> list[float]:
        _leave_kernels_on_disk()
        words = _words(self._n_rows)
        start = time.perf_counter()
        from embedviz.core.projections.neighbor_embedding import UMAP

        self._positions = UMAP(metric="euclidean").fit_transform(words)
        return [time.perf_counter() - start]

    def peer(self) -> list[float]:
        words = _words(self._n_rows)
        start = time.perf_counter()
        import umap

        self._positions = umap.UMAP(random_state=0).fit(words).embedding_
        return [time.perf_counter() - start]

    def note(self) -> str:
        from sklearn.manifold import trustworthiness

        trust = trustworthiness(_words(self._n_rows), self._positions, n_neighbors=10)
        return f"trustworthiness {trust:.4f}"


class TSNEBeside(Benchmark):
    """The map of the bundled words beside scikit-learn's at its defaults, in seconds.

    The divergence of both is that of Kullback and Leibler from the same affinities, exactly,
    over all pairs.
    """

    unit = "s"
    peer_name = "scikit-learn"

    def __init__(self, n_rows: int) -> None:
        self._n_rows = n_rows
        self.name = f"tsne-{n_rows}x384"

    def ours(self) -> list[float]:
        _leave_kernels_on_disk()
        words = _words(self._n_rows)
        start = time.perf_counter()
        from embedviz.core.projections.neighbor_embedding import TSNE

        self._positions = TSNE(metric="euclidean").fit_transform(words)
        return [time.perf_counter() - start]

    def peer(self) -> list[float]:
        words = _words(self._n_rows)
        start = time.perf_counter()
        from sklearn.manifold import TSNE

        self._positions = TSNE(random_state=0).fit_transform(words)
        return [time.perf_counter() - start]

    def note(self) -> str:
        return f"KL {_divergence(_words(self._n_rows), self._positions):.4f}"


def _divergence(vectors: Matrix, positions: Matrix) -> float:
    """Return how far a layout is from the affinities of t-SNE with perplexity 30."""
    from openTSNE.affinity import PerplexityBasedNN

    wanted = PerplexityBasedNN(vectors, perplexity=30, method="exact").P.tocoo()
    exact = positions.astype(np.float64)
    between = ((exact[wanted.row] - exact[wanted.col]) ** 2).sum(axis=1)
    near = wanted.data > 0
    logarithms = np.log(wanted.data[near]) + np.log1p(between[near])
    return float(wanted.data[near] @ logarithms + np.log(_sum_of_similarities(exact)))


def _sum_of_similarities(positions: NDArray[np.float64]) -> float:
    """Return the sum of 1 / (1 + distance²) over all ordered pairs of different rows."""
    squares = (positions**2).sum(axis=1)
    total = 0.0
    for first in range(0, len(positions), 1000):
        some = slice(first, first + 1000)
        distances = squares[some, np.newaxis] + squares - 2 * positions[some] @ positions.T
        total += float((1 / (1 + distances.clip(0))).sum())
    return total - len(positions)


class LargeLayout(Benchmark):
    """All rows of a large set, from the start of a process until the map is there."""

    unit = "s"
    slow = True

    def __init__(self, method: str, n_rows: int, dimensions: int) -> None:
        self._method, self._n_rows = method, n_rows
        self.name = f"{method.lower().replace('-', '')}-{n_rows}x{dimensions}"

    def ours(self) -> list[float]:
        from embedviz.core.projections import PROJECTIONS

        _leave_kernels_on_disk()
        rows = _mixtures(_words(10_000), self._n_rows)
        self._neighbors_seconds = 0.0

        def watch(fraction: float, message: str) -> None:
            if message == "neighbors":
                self._neighbors_seconds = time.perf_counter() - start

        start = time.perf_counter()
        positions = PROJECTIONS[self._method]().fit_transform(rows, report=watch)
        if not np.isfinite(positions).all():
            raise RuntimeError("rows without a position")
        return [time.perf_counter() - start]

    def note(self) -> str:
        return f"{self._neighbors_seconds:.0f} s of it for the neighbors"


def _mixtures(words: Matrix, n_rows: int) -> Matrix:
    """Return made-up rows between two words each, nearer to the first, with a little noise."""
    random = np.random.default_rng(0)
    first, second = random.integers(0, len(words), (2, n_rows))
    rows = words[first]
    part = random.uniform(0, 0.4, (n_rows, 1)).astype(np.float32)
    rows += part * (words[second] - rows)
    spread = np.float32(0.2) * words.std()
    rows += spread * random.standard_normal(rows.shape, dtype=np.float32)
    return rows
