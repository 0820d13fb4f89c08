"""Clusters of points by their density, found in a process that can be ended at any moment."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.errors import UserError
from embedviz.core.processes.child_process import ChildProcess
from embedviz.core.processes.messages import Message
from embedviz.core.progress import Cancelled, Report, silent

Codes = NDArray[np.int32]

MOST_FITTED = 50_000
"""Of more points than this, so many are clustered, and the others go where the nearest is."""
LEAST_SIZE = 2
_CHILD = "embedviz.core.clusters.worker"
_POLL_SECONDS = 0.05
_SECONDS_FOR_10_000 = 1.5


@dataclass(frozen=True, eq=False)
class Clustering:
    """Clusters of points, the largest first.

    Attributes
    ----------
    codes : int32 array of shape (n,)
        The cluster of each point, from 0; -1 in no cluster.
    n_divided : int
        Points of a cluster of more than half of them, which was divided into its densest parts;
        0: there was none.
    """

    codes: Codes
    n_divided: int = 0


def usual_min_size(n_rows: int) -> int:
    """Return how many points are a cluster where nobody says so: 50 of 10,000, 500 of a million."""
    return max(round(0.5 * sqrt(n_rows)), 5)


def find_clusters(
    positions: ArrayLike, min_size: int | None = None, report: Report = silent, *, seed: int = 0
) -> Clustering:
    """Return the clusters of points. Waits, so call it in a thread.

    Parameters
    ----------
    positions : array-like of shape (n, d)
        Rows with NaN or infinity are in no cluster.
    min_size : int, optional
        Fewest points that are a cluster, at least 2. Default: see `usual_min_size`. Beyond
        `MOST_FITTED` points, as many of those that are looked at as are their share of it.
    report : Report
        The process is ended when it raises, which it may at least every 0.1 s.
    seed : int
        Which points are looked at where there are too many.

    Returns
    -------
    Clustering

    Raises
    ------
    UserError
        When the process was ended from outside, or could not do it.
    """
    given = np.asarray(positions)
    codes = np.full(len(given), -1, dtype=np.int32)
    known = np.flatnonzero(np.isfinite(given).all(axis=1))
    size = max(usual_min_size(len(known)) if min_size is None else min_size, LEAST_SIZE)
    if len(known) < max(size, 3):
        return Clustering(codes)
    order = known
    if len(known) > MOST_FITTED:
        order = np.random.default_rng(seed).permutation(known)
        order[:MOST_FITTED].sort()
        size = max(round(size * MOST_FITTED / len(known)), LEAST_SIZE)
    places = given[order].astype(np.float64)
    facts = {"min_size": int(min(size, len(places)))}
    arrays = {"fitted": places[:MOST_FITTED], "others": places[MOST_FITTED:]}
    found, n_divided = _run(Message("cluster", facts, arrays), report)
    codes[order] = _ordered(found)
    return Clustering(codes, n_divided)


def _ordered(codes: Codes) -> Codes:
    """Return the same clusters, numbered by their sizes, the largest first."""
    counts = np.bincount(codes[codes >= 0])
    ranks = np.empty(len(counts) + 1, dtype=np.int32)
    ranks[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    ranks[-1] = -1
    return np.asarray(ranks[codes])


def _run(job: Message, report: Report) -> tuple[Codes, int]:
    child = ChildProcess(_CHILD, "finds clusters")
    try:
        count = len(job.arrays["fitted"])
        expected = 1 + _SECONDS_FOR_10_000 * (count / 10_000) ** 1.6
        start = time.monotonic()
        child.send(job)
        while True:
            # It does not say how far it is.
            part = 1 - 0.5 ** ((time.monotonic() - start) / expected)
            report(part, f"finding clusters of {count:,} points")
            for message in child.receive(_POLL_SECONDS):
                if message is None:
                    raise _death(child)
                if message.kind == "failed":
                    raise UserError(f"Clusters could not be found: {message.facts['words']}")
                codes = np.array(message.arrays["codes"], dtype=np.int32)
                return codes, int(message.facts["n_divided"])
    finally:
        child.kill()


def _death(child: ChildProcess) -> Exception:
    if child.is_killed:
        return Cancelled()
    return UserError(
        f"The process that finds clusters ended unexpectedly ({child.how_it_ended()}). "
        "Close other programs, or isolate some of the rows, and try again."
    )
