"""The process in which HDBSCAN runs, which holds the GIL and cannot be stopped otherwise.

It takes one job from its standard input, answers on its standard output with a message
(`core.processes.messages`), and ends.
"""

from __future__ import annotations

import traceback
import warnings

import numpy as np
from numpy.typing import NDArray

from embedviz.core.processes.child_setup import lower_priority, take_pipes
from embedviz.core.processes.messages import Message, read_message, write_message

_NEIGHBORS = 5
"""How many points, each with itself, have to be near for a place to be dense (`min_samples`)."""


def main() -> None:
    """Answer one job."""
    requests, replies = take_pipes()
    lower_priority(niceness=5, oom_score=500)  # The window goes first.
    warnings.simplefilter("ignore")
    job = read_message(requests)
    if job is None:
        return
    try:
        found, n_divided = clusters_of(**job.arrays, min_size=job.facts["min_size"])
    except Exception as error:  # noqa: BLE001 - shown where the job came from
        traceback.print_exc()
        facts = {"error": type(error).__name__, "words": str(error)}
        write_message(replies, Message("failed", facts))
    else:
        write_message(replies, Message("done", {"n_divided": n_divided}, {"codes": found}))


def clusters_of(
    fitted: NDArray[np.float64], others: NDArray[np.float64], min_size: int
) -> tuple[NDArray[np.int32], int]:
    """Return the cluster of each point, -1 for none: of those that are fitted, then of the others.

    And how many points the cluster had that was divided, with 0 for none. HDBSCAN takes the
    clusters that last over the most densities, and in a layout whose groups all touch, as t-SNE and
    UMAP make them, that may be nearly everything beside a few points that lie apart. A cluster of
    more than half of the points is therefore divided into its densest parts (the leaves of the
    tree), if these hold at least half of it: those of one round heap hold less.

    Parameters
    ----------
    fitted, others : arrays of shape (n, d) and (m, d)
        The others are in the cluster of the fitted point that is the nearest.
    min_size : int
        Fewest points that are a cluster, of those that are fitted.
    """
    from sklearn.neighbors import KDTree

    found = _hdbscan(fitted, min_size, "eom")
    found, divided = _with_largest_divided(fitted, found, min_size)
    if len(others):
        nearest = KDTree(fitted).query(others, return_distance=False)[:, 0]
        found = np.concatenate([found, found[nearest]])
        divided = np.concatenate([divided, divided[nearest]])
    return found.astype(np.int32), int(np.count_nonzero(divided))


def _with_largest_divided(
    points: NDArray[np.float64], codes: NDArray[np.intp], min_size: int
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return clusters, and which of the points are of one that was divided into others."""
    counts = np.bincount(codes[codes >= 0], minlength=1)
    largest = codes == counts.argmax()
    if 2 * counts.max() > len(points):
        parts = _hdbscan(points[largest], min_size, "leaf")
        if 2 * np.count_nonzero(parts >= 0) >= len(parts):
            divided = codes.copy()
            divided[largest] = np.where(parts >= 0, len(counts) + parts, -1)
            # Numbers without a gap, where that of the divided one was.
            numbers, dense = np.unique(divided, return_inverse=True)
            return dense - int(numbers[0] < 0), largest
    return codes, np.zeros(len(points), dtype=bool)


def _hdbscan(points: NDArray[np.float64], min_size: int, selection: str) -> NDArray[np.intp]:
    from sklearn.cluster import HDBSCAN

    made = HDBSCAN(
        min_cluster_size=min_size,
        min_samples=min(_NEIGHBORS, len(points)),
        cluster_selection_method=selection,
        copy=True,
    )
    return np.asarray(made.fit_predict(points), dtype=np.intp)


if __name__ == "__main__":
    main()
