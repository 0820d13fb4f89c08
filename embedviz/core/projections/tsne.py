"""t-SNE of a given neighbor graph, by openTSNE; runs in a child process (`projections.worker`).

Settings are openTSNE's defaults: 250 iterations with the attraction 12 times exaggerated, then 500
without, momentum 0.8, a learning rate of the number of rows over the exaggeration (Belkina et al.
2019), from principal components scaled down to 0.0001 (Kobak & Berens 2019).

**A line at first.** The start has the proportions of the principal components, but the exaggerated
phase need not keep them: it works like the power method on the graph of neighbors (Linderman &
Steinerberger 2019), so that the axis whose neighbors agree best grows and holds the points apart,
and the other may shrink to next to nothing until the exaggeration ends. Of 10,000 words, the
second axis had 0.0004 of the spread of the first from iteration 70 to 250, and 0.7 of it at 300.
That is the method, and is left as it is: the picture at the end depends on it.

**Barnes–Hut or interpolation.** How long an iteration takes by interpolation (FIt-SNE, Linderman et
al. 2019) depends on how far the layout reaches, as its grid has one box per unit, and at least 50;
by Barnes–Hut it depends on the number of rows. Measured on two processors, both take the same at a
width of about 0.85 √n: 26 ms at 10,000 rows and 87 units, 400 ms at 100,000 and 280. While points
are close together, which is all of the exaggerated phase, interpolation is three to ten times as
fast; so each piece of the optimization takes the method that is faster then. The rule depends on
the positions alone, never on a clock: with the sums of openTSNE, which are the same for any number
of threads, the same seed gives the same picture. Interpolation is there for the plane alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numba
import numpy as np

from embedviz.core.arrays import Matrix, RowIds

Tell = Callable[[float, str, Matrix | None], None]
"""Called with the part that is done, a few words, and the positions."""

_FEW_ROWS = 1000
_START_SPREAD = 1e-4
_LEAST_WIDTH = 50.0
_FRAME_SECONDS = 0.05


class _Phase(NamedTuple):
    first: int
    last: int
    exaggeration: float


_PHASES = (_Phase(0, 250, 12.0), _Phase(250, 750, 1.0))
_N_ITERATIONS = _PHASES[-1].last
_PIECE = 25
"""Iterations between two choices of the method."""


def starting_positions(positions: Matrix, seed: int) -> Matrix:
    """Return where the points start: a layout, scaled as openTSNE scales principal components.

    The middle is at 0 and the standard deviation along the axis of most variance 0.0001. Noise of
    a hundredth of that is added, without which equal rows would never part.

    Parameters
    ----------
    positions : float32 array of shape (n_rows, n_components)
    seed : int
    """
    exact = positions.astype(np.float64) - positions[:1]  # Exactly 0 where all rows are equal.
    exact -= exact.mean(axis=0)
    spread = exact.std(axis=0).max()
    scaled = _START_SPREAD * (exact / spread) if spread > 0.0 else np.zeros_like(exact)
    noise = np.random.default_rng(seed).normal(scale=_START_SPREAD / 100, size=positions.shape)
    start: Matrix = (scaled + noise).astype(np.float32)
    return start


def prepare() -> None:
    """Import openTSNE: 1 s."""
    import openTSNE.affinity
    import openTSNE.nearest_neighbors  # noqa: F401


def lay_out(
    rows: RowIds, distances: Matrix, start: Matrix, settings: Mapping[str, Any], tell: Tell
) -> Matrix:
    """Return where t-SNE places the rows; the same every time.

    Parameters
    ----------
    rows : int32 array of shape (n_rows, count)
        The nearest other rows of each: three times the perplexity, or all others if there are
        fewer.
    distances : float32 array of the same shape
    start : float32 array of shape (n_rows, n_components)
        See `starting_positions`.
    settings : mapping
        perplexity and seed.
    tell : callable
        Called with some of the 750 iterations.
    """
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    tell(0.0, "t-SNE · strengths of neighbors", None)
    threads = _threads_for(len(rows))
    neighbors = PrecomputedNeighbors(rows, distances.astype(np.float64))
    affinities = PerplexityBasedNN(
        perplexity=settings["perplexity"], knn_index=neighbors, n_jobs=threads
    )
    embedding = TSNEEmbedding(start, affinities, n_jobs=threads, random_state=settings["seed"])
    for phase in _PHASES:
        _optimize(embedding, phase, tell)
    return np.array(embedding, dtype=np.float32)


def _threads_for(n_rows: int) -> int:
    """Return how many threads are worth waiting for twice in each iteration."""
    if n_rows <= _FEW_ROWS:
        return 1
    return int(numba.config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]


def _optimize(embedding: Any, phase: _Phase, tell: Tell) -> None:
    every = 5 if len(embedding) <= 20_000 else 1
    for first in range(phase.first, phase.last, _PIECE):

        def look(iteration: int, error: float, positions: Any, first: int = first) -> None:
            done = first + iteration
            words = f"t-SNE · iteration {done} of {_N_ITERATIONS}"
            tell(done / _N_ITERATIONS, words, np.asarray(positions))

        start = time.perf_counter()
        embedding.optimize(
            _PIECE,
            inplace=True,
            propagate_exception=True,
            exaggeration=phase.exaggeration,
            negative_gradient_method=_faster_method(np.asarray(embedding)),
            callbacks=look,
            callbacks_every_iters=every,
        )
        # Each look costs a sum over all neighbors: no more of them than frames are shown.
        seconds = (time.perf_counter() - start) / _PIECE
        every = int(np.clip(_FRAME_SECONDS / max(seconds, 1e-6), 1, _PIECE))


def _faster_method(positions: Matrix) -> str:
    n_rows, n_components = positions.shape
    width = max(_LEAST_WIDTH, float(np.ptp(positions, axis=0).max()))
    return "fft" if n_components == 2 and width < 0.85 * np.sqrt(n_rows) else "bh"
