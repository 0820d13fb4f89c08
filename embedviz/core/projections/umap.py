"""UMAP of a given neighbor graph, by umap-learn; runs in a child process (`projections.worker`).

umap-learn's own functions do the work, with two exceptions. Neighbors are not searched by it, since
ours are exact and at hand, and compiling its search takes half a minute in every process. And its
`UMAP` class is not used, as it neither takes the neighbors alone, without the vectors, nor lets
the points be seen before they are done; what it does between its functions is repeated here.

**Seeing the points move.** `optimize_layout_euclidean` moves the array that it is given in place,
epoch after epoch, in a Python loop over `tqdm(range(n_epochs), **tqdm_kwds)`. `tqdm_kwds` is a
documented argument, and tqdm documents that it writes its bar to the `file` that it is given,
every `mininterval` seconds between two turns of the loop. So a "file" is handed in that looks at
the array whenever a bar is written. It is one call as it would be without, with the same result;
no private name of either package is used. Calling the function in slices would not give the same:
each call starts its schedule of samples anew. 0.5.8 and later all have it.

**Compiling.** umap-learn keeps few of its kernels on the disk; `numba`'s own switch for that is
thrown here for the three that a layout needs, which saves 4 s in every new process. One of them has
a private name; if it is not found some day, it is compiled each time, in half a second.

**Always in one thread.** In several, umap's optimizer moves the same points from all of them, and
no two runs are alike. The same seed has to give the same picture.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from embedviz.core.arrays import Matrix, RowIds

Tell = Callable[[float, str, Matrix | None], None]
"""Called with the part that is done, a few words, and the positions, which may change later."""

_SPREAD = 1.0
_SIZE = 10.0
_FEW_ROWS = 10_000


def starting_positions(positions: Matrix, seed: int) -> Matrix:
    """Return where the points start: a layout, scaled as umap does it with init="pca".

    The largest coordinate becomes 10, every coordinate gets noise of 0.0001, without which equal
    rows would never part, and each axis is stretched to reach from 0 to 10.

    Parameters
    ----------
    positions : float32 array of shape (n_rows, n_components)
    seed : int
    """
    exact = positions.astype(np.float64)
    largest = np.abs(exact).max(initial=0.0)
    scaled = _SIZE * (exact / largest) if largest > 0.0 else exact
    noisy = scaled + np.random.default_rng(seed).normal(scale=1e-4, size=positions.shape)
    low, high = noisy.min(axis=0), noisy.max(axis=0)
    stretched: Matrix = (_SIZE * (noisy - low) / (high - low)).astype(np.float32)
    return stretched


def prepare() -> None:
    """Import umap-learn and compile what a layout needs: 1.5 s, and once per installation 20 s."""
    import umap.layouts
    import umap.umap_

    for module, name in (
        (umap.umap_, "smooth_knn_dist"),
        (umap.umap_, "compute_membership_strengths"),
        (umap.layouts, "_nb_optimize_layout_euclidean_single_epoch"),
    ):
        keep_on_disk = getattr(getattr(module, name, None), "enable_caching", None)
        if keep_on_disk is not None:
            with suppress(RuntimeError):  # There is nowhere to write: compile each time.
                keep_on_disk()
    ring = np.arange(8, dtype=np.int32)
    rows = np.stack([(ring + 1) % 8, (ring - 1) % 8], axis=1)
    distances = np.ones(rows.shape, dtype=np.float32)
    start = np.random.default_rng(0).random((8, 2), dtype=np.float32)
    settings = {"n_neighbors": 3, "min_dist": 0.1, "seed": 0}
    lay_out(rows, distances, start, settings, lambda *_: None)


def lay_out(
    rows: RowIds, distances: Matrix, start: Matrix, settings: Mapping[str, Any], tell: Tell
) -> Matrix:
    """Return where UMAP places the rows; the same every time.

    Parameters
    ----------
    rows : int32 array of shape (n_rows, n_neighbors − 1)
        The nearest other rows of each; umap counts a row among its own neighbors.
    distances : float32 array of the same shape
    start : float32 array of shape (n_rows, n_components)
        See `starting_positions`.
    settings : mapping
        n_neighbors, min_dist and seed.
    tell : callable
        Called with each of the 500 (up to 10,000 rows) or 200 epochs that there is time for.
    """
    from umap.layouts import optimize_layout_euclidean
    from umap.umap_ import find_ab_params, make_epochs_per_sample

    tell(0.0, "UMAP · strengths of neighbors", None)
    n_epochs = 500 if len(start) <= _FEW_ROWS else 200
    graph = _strong_edges(rows, distances, settings["n_neighbors"], n_epochs)
    a, b = find_ab_params(_SPREAD, settings["min_dist"])
    positions = start.copy()
    optimize_layout_euclidean(
        positions,
        positions,
        graph.row,
        graph.col,
        n_epochs,
        len(positions),
        make_epochs_per_sample(graph.data, n_epochs),
        a,
        b,
        _random_state(settings["seed"]),
        tqdm_kwds=_Watcher(positions, n_epochs, tell).as_bar(),
        move_other=True,
    )
    return positions


def _strong_edges(rows: RowIds, distances: Matrix, n_neighbors: int, n_epochs: int) -> Any:
    """Return umap's fuzzy graph, without the edges that would never be sampled."""
    from umap.umap_ import fuzzy_simplicial_set

    itself = np.arange(len(rows), dtype=np.int32)[:, np.newaxis]
    graph, _, _ = fuzzy_simplicial_set(
        itself,
        n_neighbors,
        random_state=None,
        metric="precomputed",
        knn_indices=np.hstack([itself, rows]),
        knn_dists=np.hstack([np.zeros_like(itself, dtype=np.float32), distances]),
    )
    graph = graph.tocoo()
    graph.sum_duplicates()
    graph.data[graph.data < graph.data.max() / n_epochs] = 0.0
    graph.eliminate_zeros()
    return graph


def _random_state(seed: int) -> Any:
    """Return the three numbers that umap's generator starts with, as umap draws them."""
    limits = np.iinfo(np.int32)
    drawn = np.random.RandomState(seed).randint(limits.min + 1, limits.max - 1, 3)
    return drawn.astype(np.int64)


class _Watcher:
    """The file that tqdm writes its bar to: looks at the points instead."""

    def __init__(self, positions: Matrix, n_epochs: int, tell: Tell) -> None:
        self._positions, self._n_epochs, self._tell = positions, n_epochs, tell

    def as_bar(self) -> dict[str, Any]:
        """Return the arguments of a tqdm that writes the number of the epoch, at most 20/s."""
        return {
            "file": self,
            "disable": False,
            "bar_format": "{n_fmt}",
            "mininterval": 0.05,
            "maxinterval": 0.05,
            "miniters": 1,
        }

    def write(self, bar: str) -> None:
        """Tell how far it is."""
        if bar.strip().isdecimal():
            epoch = int(bar)
            words = f"UMAP · epoch {epoch} of {self._n_epochs}"
            self._tell(epoch / self._n_epochs, words, self._positions)

    def flush(self) -> None:
        """Do nothing: tqdm asks for it."""
