"""Recall of an index: how much of the exact neighbors its approximate search finds.

Estimated on rows of the collection that are drawn by a seed, each searched for twice: by the index,
and exactly. A row never counts as its own neighbor, and rows that are as near as the last of the
exact ones count like it, so that copies of a row lose nothing.

The interval is Wilson's, of 95 %, over as many independent trials as the hits are worth: those of
one query are more alike than those of several, so their number is divided by the design effect
(Kish, Survey Sampling, 1965; see Dean & Pagano, "Evaluating confidence interval methods for
binomial proportions in clustered surveys", 2015). Where all queries find the same share, as where
nothing is lost, a query counts as one trial.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Matrix
from embedviz.core.errors import UserError
from embedviz.core.neighbors.metric import Metric
from embedviz.core.progress import Report, part_of, silent
from embedviz.sources.databases.all_rows import NearestKeys, nearest_of_all
from embedviz.sources.databases.protocol import Collection, IndexInfo, Keys, SearchRequest
from embedviz.sources.databases.sampling import sample_keys

ExactBy = Literal["engine", "rows"]

_Z = 1.959963984540054
_SPARE = 16
"""Exact neighbors beyond those wanted, among which others as near as the last are looked for."""
_TIE = 1e-6


@dataclass(frozen=True)
class RecallSettings:
    """Settings for estimating the recall of an index.

    Attributes
    ----------
    vector_field : str
    metric : Metric
    count : int
        How many neighbors of each query are compared.
    n_queries : int
    seed : int
        Of the rows that are searched for.
    """

    vector_field: str
    metric: Metric = "cosine"
    count: int = 10
    n_queries: int = 200
    seed: int = 0


@dataclass(frozen=True, eq=False)
class TrueKeys:
    """Queries drawn from a collection, with their exact neighbors.

    Attributes
    ----------
    settings : RecallSettings
    keys : Keys, of shape (n_queries,)
        The rows that are searched for.
    vectors : float32 array of shape (n_queries, n_dimensions)
    nearest : sequence of NearestKeys
        Their exact neighbors without themselves, some more than are compared.
    exact_by : {"engine", "rows"}
        Whether the engine searched exactly, or all rows were read here.
    seconds : float64 array
        What each exact search took in the engine; empty where all rows were read.
    """

    settings: RecallSettings
    keys: Keys
    vectors: Matrix
    nearest: Sequence[NearestKeys]
    exact_by: ExactBy
    seconds: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class RecallEstimate:
    """Recall of an approximate search with some settings, as estimated on a few queries.

    Attributes
    ----------
    settings : mapping of str to int or float
        How was searched: {"ef_search": 100}.
    recall, low, high : float
        Share of the exact neighbors that were found, and its interval of 95 %.
    n_queries, count : int
        How many queries, and how many neighbors of each.
    median, p95 : float
        Seconds that a search took in the engine.
    index : IndexInfo or None
        By which the engine searched; None: it searched exactly.
    """

    settings: Mapping[str, int | float]
    recall: float
    low: float
    high: float
    n_queries: int
    count: int
    median: float
    p95: float
    index: IndexInfo | None = None


def true_keys(
    collection: Collection,
    settings: RecallSettings,
    exact_by: ExactBy | None = None,
    report: Report = silent,
) -> TrueKeys:
    """Return queries drawn from a collection, with their exact neighbors.

    Parameters
    ----------
    collection : Collection
    settings : RecallSettings
    exact_by : {"engine", "rows"}, optional
        Default: the engine where it can, else all rows are read once.
    report : Report

    Raises
    ------
    UserError
        When there are too few rows, or a number is less than 1.
    """
    if settings.count < 1 or settings.n_queries < 1:
        raise UserError("The recall needs at least one query and one neighbor of each.")
    if collection.info.n_rows < 2:
        raise UserError(f"{collection.info.name!r} has too few rows to have neighbors.")
    choosing = part_of(report, 0.0, 0.1)
    drawn = sample_keys(collection, settings.n_queries, settings.seed, choosing)
    batch = collection.take(drawn, settings.vector_field)
    is_usable = np.isfinite(batch.vectors).all(axis=1)
    keys, vectors = batch.keys[is_usable], batch.vectors[is_usable]
    if not len(keys):
        raise UserError("None of the rows that were drawn has a vector that can be searched for.")
    way: ExactBy = exact_by or ("engine" if "exact" in collection.abilities else "rows")
    rest = part_of(report, 0.1, 1.0)
    wanted = settings.count + _SPARE + 1
    if way == "rows":
        found = nearest_of_all(
            collection, vectors, wanted, settings.vector_field, settings.metric, rest
        )
        seconds = np.empty(0)
    else:
        found, seconds = _by_engine(collection, settings, vectors, wanted, rest)
    nearest = [_without(each, key) for each, key in zip(found, keys.tolist(), strict=True)]
    return TrueKeys(settings, keys, vectors, nearest, way, seconds)


def estimate_recall(
    collection: Collection,
    truth: TrueKeys,
    search_settings: Mapping[str, int | float],
    report: Report = silent,
) -> RecallEstimate:
    """Return the recall of approximate search with some settings, and how long it takes.

    Parameters
    ----------
    collection : Collection
    truth : TrueKeys
        From `true_keys`.
    search_settings : mapping of str to int or float
        As in `SearchRequest.settings`.
    report : Report
    """
    settings, n_queries = truth.settings, len(truth.keys)
    hits, sizes, seconds = np.zeros(n_queries), np.zeros(n_queries), np.zeros(n_queries)
    index: IndexInfo | None = None
    for place, (key, vector) in enumerate(zip(truth.keys.tolist(), truth.vectors, strict=True)):
        report(place / n_queries, "searching by the index")
        answer = collection.nearest(
            SearchRequest(
                vector,
                settings.count + 1,
                settings.vector_field,
                settings.metric,
                is_exact=False,
                settings=search_settings,
            )
        )
        found = _without(NearestKeys(answer.keys, answer.scores), key).keys[: settings.count]
        seconds[place], index = answer.seconds, answer.index
        sizes[place] = min(settings.count, len(truth.nearest[place].keys))
        hits[place] = _n_hits(truth.nearest[place], found, settings)
    recall, low, high = interval_of(hits, sizes)
    return RecallEstimate(
        dict(search_settings),
        recall,
        low,
        high,
        n_queries,
        settings.count,
        float(np.median(seconds)),
        float(np.quantile(seconds, 0.95)),
        index,
    )


def recall_curve(
    collection: Collection,
    truth: TrueKeys,
    name: str,
    values: Sequence[int | float],
    report: Report = silent,
    on_part: Callable[[tuple[RecallEstimate, ...]], None] | None = None,
) -> tuple[RecallEstimate, ...]:
    """Return the recall for each value of a setting, on the same queries.

    Parameters
    ----------
    collection : Collection
    truth : TrueKeys
    name : str
        Of the setting: "ef_search".
    values : sequence of int or float
    report : Report
    on_part : callable, optional
        Called with what is known after each value.
    """
    found: list[RecallEstimate] = []
    for place, value in enumerate(values):
        part = part_of(report, place / len(values), (place + 1) / len(values))
        found.append(estimate_recall(collection, truth, {name: value}, part))
        if on_part is not None:
            on_part(tuple(found))
    return tuple(found)


def interval_of(
    hits: NDArray[np.float64], sizes: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Return the share of hits and Wilson's interval of 95 %, for hits that come in groups.

    Parameters
    ----------
    hits, sizes : float64 arrays of shape (n_queries,)
        How many neighbors of each query were found, and how many there are to find.

    Returns
    -------
    tuple of float
        Share, lower and upper end. NaN where there is nothing to find.
    """
    counted = sizes > 0
    hits, sizes = hits[counted], sizes[counted]
    n_groups, total = len(hits), float(sizes.sum())
    if not n_groups:
        return np.nan, np.nan, np.nan
    share = float(hits.sum() / total)
    trials, alone = float(n_groups), share * (1.0 - share) / total
    if n_groups > 1 and alone > 0:
        apart = hits - share * sizes
        variance = float((apart**2).sum()) * n_groups / (n_groups - 1) / total**2
        trials = total / max(1.0, variance / alone) if variance > 0 else trials
    middle = (share + _Z**2 / (2 * trials)) / (1 + _Z**2 / trials)
    half = _Z * sqrt(share * (1 - share) / trials + (_Z / (2 * trials)) ** 2)
    half /= 1 + _Z**2 / trials
    return share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def _by_engine(
    collection: Collection, settings: RecallSettings, vectors: Matrix, wanted: int, report: Report
) -> tuple[list[NearestKeys], NDArray[np.float64]]:
    found, seconds = [], np.zeros(len(vectors))
    for place, vector in enumerate(vectors):
        report(place / len(vectors), "searching exactly")
        answer = collection.nearest(
            SearchRequest(vector, wanted, settings.vector_field, settings.metric)
        )
        found.append(NearestKeys(answer.keys, answer.scores))
        seconds[place] = answer.seconds
    return found, seconds


def _without(nearest: NearestKeys, key: int | str) -> NearestKeys:
    others = np.asarray(nearest.keys != key)
    return NearestKeys(cast(Keys, nearest.keys[others]), nearest.scores[others])


def _n_hits(truth: NearestKeys, found: Keys, settings: RecallSettings) -> int:
    """Return how many of the rows found are as near as the last of the exact ones."""
    count = min(settings.count, len(truth.keys))
    if not count:
        return 0
    worst = float(truth.scores[count - 1])
    slack = _TIE * max(1.0, abs(worst))
    if settings.metric == "euclidean":
        n_good = int((truth.scores <= worst + slack).sum())
    else:
        n_good = int((truth.scores >= worst - slack).sum())
    return min(count, int(np.isin(found, truth.keys[:n_good]).sum()))
