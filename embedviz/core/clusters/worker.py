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
        found = clusters_of(**job.arrays, min_size=job.facts["min_size"])
    except Exception as error:  # noqa: BLE001 - shown where the job came from
        traceback.print_exc()
        facts = {"error": type(error).__name__, "words": str(error)}
        write_message(replies, Message("failed", facts))
    else:
        write_message(replies, Message("done", arrays={"codes": found}))


def clusters_of(
    fitted: NDArray[np.float64], others: NDArray[np.float64], min_size: int
) -> NDArray[np.int32]:
    """Return the cluster of each point, -1 for none: of those that are fitted, then of the others.

    Parameters
    ----------
    fitted, others : arrays of shape (n, d) and (m, d)
        The others are in the cluster of the fitted point that is the nearest.
    min_size : int
        Fewest points that are a cluster, of those that are fitted.
    """
    from sklearn.cluster import HDBSCAN
    from sklearn.neighbors import KDTree

    found = HDBSCAN(
        min_cluster_size=min_size, min_samples=min(_NEIGHBORS, len(fitted)), copy=True
    ).fit_predict(fitted)
    if len(others):
        nearest = KDTree(fitted).query(others, return_distance=False)[:, 0]
        found = np.concatenate([found, found[nearest]])
    return np.asarray(found, dtype=np.int32)


if __name__ == "__main__":
    main()
