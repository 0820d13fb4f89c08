"""The exact nearest rows of every row, found once and used by UMAP, t-SNE and the trust overlay.

Rows are compared in tiles (`core.neighbors.tiles`), and each score is offered to the heaps of both
of its rows while the tile is in the cache: half of the work of asking for each row alone.

Candidates are chosen by scores in float32, a few more of them than asked for. Their final scores
are summed in float64 from the rows themselves and decide which of them stay, and in what order;
they are those of `NeighborSearch`, ties by the lower row. A row of which float32 cannot tell which
others may be its nearest by cosine (`exact_cosines` says when) is compared with all of them once
more, in float64. The memory needed is that of the result, twice, and of two blocks of some thousand
rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Flat, Matrix, RowIds, Rows
from embedviz.core.compiled.checks import checked_count, checked_rows
from embedviz.core.compiled.kernels import few_rows
from embedviz.core.neighbors.adjacency import GraphMetric, NeighborGraph
from embedviz.core.neighbors.row_kernels import CLOSE, rounding_of_cosines
from embedviz.core.neighbors.tile_heaps import (
    Heaps,
    empty_heaps,
    offer_tiles,
    rank_among,
    rank_exactly,
)
from embedviz.core.neighbors.tiles import ComparedRows, TileWork, panel_blocks, row_ids
from embedviz.core.progress import Report, silent

OnPart = Callable[[slice, RowIds, Matrix], None]
"""Called with a range of rows, and their neighbors and scores, both of shape (m, count)."""

# More candidates than asked for, because float32 may have mistaken the order of the last ones.
_SPARE = 8
# An exact score, whose row is somewhere in memory, takes as long as so many in a tile.
_EXACT = 30
# One that is near, in memory read from front to back, as so many.
_SEARCHED = 4


def neighbor_graph(
    vectors: ArrayLike,
    count: int = 15,
    metric: GraphMetric = "cosine",
    report: Report = silent,
) -> NeighborGraph:
    """Return the nearest other rows of every row, exactly.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    count : int
        How many neighbors; cut to n_vectors − 1.
    metric : {"cosine", "euclidean"}
        The cosine with a row of zeros is 0.
    report : Report
        Called about every 0.02 s.

    Raises
    ------
    UserError
        When a row holds NaN or infinities.
    """
    compared = ComparedRows(vectors, metric)
    everyone = row_ids(compared.n_vectors)
    count = checked_count(count, "neighbors")
    graph = _empty_graph(len(everyone), count, len(everyone), metric)
    if graph.count == 0:
        return graph
    candidates = _heaps_for(everyone, graph.count, len(everyone))
    blocks = panel_blocks(len(everyone), compared.width)
    exact = candidates.rows.size
    work = TileWork(compared, len(everyone) ** 2 // 2 + _EXACT * exact, report)
    with work.threads():
        for place, block in enumerate(blocks):
            first = candidates.of(block)
            packed = compared.packed_rows(first.ids)
            _match_block(compared, packed, first, first, work)
            for other in blocks[place + 1 :]:
                _match_block(compared, packed, first, candidates.of(other), work)
        for block in blocks:
            _finish(compared, candidates.of(block), everyone, graph.of(block), work)
    return _with_digits(graph)


def neighbors_of(
    vectors: ArrayLike,
    rows: ArrayLike,
    count: int = 15,
    metric: GraphMetric = "cosine",
    report: Report = silent,
    *,
    among: ArrayLike | None = None,
) -> NeighborGraph:
    """Return the nearest other rows of some rows only.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    rows : int array of shape (m,)
        The rows whose neighbors are wanted.
    count, metric, report
        As in `neighbor_graph`.
    among : int array of shape (n_others,), optional
        Which rows may be neighbors. Default: all.

    Returns
    -------
    NeighborGraph
        Of m rows, in the order of `rows`.

    Raises
    ------
    UserError
        When a row holds NaN or infinities, or one that is asked for is not there.
    """
    compared = ComparedRows(vectors, metric)
    wanted = checked_rows(rows, compared.n_vectors).astype(np.int32)
    others = row_ids(compared.n_vectors)
    if among is not None:
        others = _sorted_ids(among, compared.n_vectors)
    return _nearest_among(compared, wanted, others, count, report, None)


def neighbors_within(
    vectors: ArrayLike,
    sample_rows: ArrayLike,
    count: int = 15,
    metric: GraphMetric = "cosine",
    report: Report = silent,
    on_part: OnPart | None = None,
) -> NeighborGraph:
    """Return the nearest rows of every row among the rows of a sample.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    sample_rows : int array of shape (n_sample,)
        Which rows may be neighbors. Those of the sample do not count themselves.
    count : int
        How many neighbors; cut to n_sample − 1.
    metric, report
        As in `neighbor_graph`.
    on_part : callable, optional
        Called as soon as some thousand adjacent rows are done: with their slice of all rows, and
        their neighbors and scores.

    Returns
    -------
    NeighborGraph
        Of all rows. Its neighbors are row numbers of the set, not of the sample.

    Raises
    ------
    UserError
        When a row holds NaN or infinities, or one of the sample is not there.
    """
    compared = ComparedRows(vectors, metric)
    sample = _sorted_ids(sample_rows, compared.n_vectors)
    return _nearest_among(compared, row_ids(compared.n_vectors), sample, count, report, on_part)


def _sorted_ids(rows: ArrayLike, n_vectors: int) -> RowIds:
    return np.unique(checked_rows(rows, n_vectors)).astype(np.int32)


def _heaps_for(ids: RowIds, count: int, n_others: int) -> Heaps:
    return empty_heaps(ids, min(count + _SPARE, n_others - 1))


def _empty_graph(n_rows: int, count: int, n_others: int, metric: GraphMetric) -> NeighborGraph:
    shape = n_rows, max(0, min(count, n_others - 1))
    rows = np.empty(shape, dtype=np.int32)
    apart = np.empty(shape, dtype=np.float32)
    if metric == "euclidean":
        return NeighborGraph(rows, apart, metric)
    return NeighborGraph(rows, np.empty(shape, dtype=np.float32), metric, apart)


def _nearest_among(
    compared: ComparedRows,
    queries: RowIds,
    others: RowIds,
    count: int,
    report: Report,
    on_part: OnPart | None,
) -> NeighborGraph:
    graph = _empty_graph(len(queries), count, len(others), compared.metric)
    exact = len(queries) * (graph.count + _SPARE)
    work = TileWork(compared, len(queries) * len(others) + _EXACT * exact, report)
    blocks = panel_blocks(len(others), compared.width) if graph.count else []
    with work.threads():
        for block in panel_blocks(len(queries), compared.width):
            found = _heaps_for(queries[block], graph.count, len(others))
            packed = compared.packed_rows(found.ids)
            for among in blocks:
                _match_block(compared, packed, found, others[among], work)
            if graph.count:
                _finish(compared, found, others, graph.of(block), work)
            if on_part is not None:
                on_part(block, graph.rows[block], graph.scores[block])
    return _with_digits(graph)


def _with_digits(graph: NeighborGraph) -> NeighborGraph:
    """Return a graph that keeps 1 − cosine beside the cosines only where these lose digits."""
    apart = graph.apart
    if apart is None or bool(((apart > 0.0) & (apart < CLOSE)).any()):
        return graph
    return NeighborGraph(graph.rows, graph.scores, graph.metric)


def _match_block(
    compared: ComparedRows,
    packed: Flat,
    first: Heaps,
    second: Heaps | RowIds,
    work: TileWork,
) -> None:
    """Offer a block of rows to another one, and the other way round if it has heaps too."""
    mutual = isinstance(second, Heaps)
    other = second if isinstance(second, Heaps) else first._replace(ids=second)
    is_same = second is first
    columns = compared.packed_columns(other.ids)
    for pairs in work.rounds(len(first.ids), len(other.ids), is_same):
        offer_tiles(
            pairs,
            packed,
            columns,
            compared.width,
            compared.is_euclidean,
            *first,
            *other,
            mutual,
            is_same,
            work.tiles,
        )


def _finish(
    compared: ComparedRows, found: Heaps, others: RowIds, graph: NeighborGraph, work: TileWork
) -> None:
    """Write the best candidates of a block of rows into their part of the graph."""
    step = max(1, work.pairs_per_report // (_EXACT * found.rows.shape[1]))
    for start in range(0, len(found.ids), step):
        part, there = found.of(slice(start, start + step)), graph.of(slice(start, start + step))
        work.begin(_EXACT * part.rows.size)
        rank_exactly(
            compared.flat,
            compared.stride,
            compared.dimensions,
            compared.scales,
            compared.is_euclidean,
            part.ids,
            part.rows,
            there.distances,
            there.rows,
        )
    if graph.metric == "cosine":
        _rank_doubtful(compared, found, others, graph, work)
        np.subtract(np.float32(1.0), graph.distances, out=graph.scores)


def _rank_doubtful(
    compared: ComparedRows, found: Heaps, others: RowIds, graph: NeighborGraph, work: TileWork
) -> None:
    """Rank all others of those rows of a block whose candidates may not be the nearest."""
    doubtful = _doubtful(compared, found, graph.count, others)
    step = max(1, work.pairs_per_report // (_SEARCHED * len(others)))
    work.expect(_SEARCHED * len(doubtful) * len(others))
    for start in range(0, len(doubtful), step):
        places = doubtful[start : start + step]
        apart = np.empty((len(places), graph.count), dtype=np.float32)
        rows = np.empty((len(places), graph.count), dtype=np.int32)
        work.begin(_SEARCHED * len(places) * len(others))
        rank_among(
            compared.flat,
            compared.stride,
            compared.dimensions,
            compared.scales,
            found.ids[places],
            others,
            apart,
            rows,
        )
        graph.distances[places], graph.rows[places] = apart, rows


def _doubtful(compared: ComparedRows, found: Heaps, count: int, others: RowIds) -> Rows:
    """Return the places of rows whose worst candidate is as good as the last that is wanted.

    Good within twice the rounding of a score in float32, as `exact_cosines` has it.
    """
    capacity = found.rows.shape[1]
    places = np.minimum(np.searchsorted(others, found.ids), len(others) - 1)
    n_possible = len(others) - (others[places] == found.ids)
    last = np.partition(found.scores, capacity - count, axis=1)[:, capacity - count]
    limit = last.astype(np.float64) - 2.0 * rounding_of_cosines(compared.width)
    is_known = compared.scales[found.ids] == 0.0  # All cosines with a row of zeros are 0.
    return np.flatnonzero((n_possible > capacity) & (found.scores[:, 0] >= limit) & ~is_known)


def compile_all() -> None:
    """Run the kernels of neighbor graphs once."""
    vectors = few_rows()
    for metric in get_args(GraphMetric):
        neighbor_graph(vectors, 3, metric)
    neighbors_within(vectors, np.array([1, 2, 3], dtype=np.intp), 2)
