"""The exact nearest rows of every row, found once and used by UMAP, t-SNE and the trust overlay.

Rows are compared in tiles (`core.neighbors.tiles`), and each score is offered to the heaps of both
of its rows while the tile is in the cache: half of the work of asking for each row alone.

Candidates are chosen by scores in float32, a few more of them than asked for. Their final scores
are summed in float64 from the rows themselves and decide which of them stay, and in what order;
they are those of `NeighborSearch`, ties by the lower row. The memory needed is that of the result,
twice, and of two blocks of some thousand rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Flat, Matrix, RowIds
from embedviz.core.compiled.checks import checked_rows
from embedviz.core.compiled.kernels import few_rows
from embedviz.core.neighbors.adjacency import GraphMetric, NeighborGraph
from embedviz.core.neighbors.tile_heaps import Heaps, empty_heaps, offer_tiles, rank_exactly
from embedviz.core.neighbors.tiles import ComparedRows, TileWork, panel_blocks, row_ids
from embedviz.core.progress import Report, silent

OnPart = Callable[[slice, RowIds, Matrix], None]
"""Called with a range of rows, and their neighbors and scores, both of shape (m, count)."""

# More candidates than asked for, because float32 may have mistaken the order of the last ones.
_SPARE = 8
# An exact score, whose row is somewhere in memory, takes as long as so many in a tile.
_EXACT = 30


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
            _finish(compared, candidates.of(block), graph, block, work)
    return graph


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
    return NeighborGraph(rows, np.empty(shape, dtype=np.float32), metric)


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
                _finish(compared, found, graph, block, work)
            if on_part is not None:
                on_part(block, graph.rows[block], graph.scores[block])
    return graph


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
    compared: ComparedRows, found: Heaps, graph: NeighborGraph, block: slice, work: TileWork
) -> None:
    """Write the best candidates of a block of rows into the graph."""
    step = max(1, work.pairs_per_report // (_EXACT * found.rows.shape[1]))
    for start in range(0, len(found.ids), step):
        part = found.of(slice(start, start + step))
        there = slice(block.start + start, block.start + start + len(part.ids))
        work.begin(_EXACT * part.rows.size)
        rank_exactly(
            compared.flat,
            compared.stride,
            compared.dimensions,
            compared.scales,
            compared.is_euclidean,
            part.ids,
            part.rows,
            graph.scores[there],
            graph.rows[there],
        )


def compile_all() -> None:
    """Run the kernels of neighbor graphs once."""
    vectors = few_rows()
    for metric in get_args(GraphMetric):
        neighbor_graph(vectors, 3, metric)
    neighbors_within(vectors, np.array([1, 2, 3], dtype=np.intp), 2)
