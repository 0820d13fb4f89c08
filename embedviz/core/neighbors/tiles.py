"""Comparison of many rows with many others: 256 by 256 at a time, in a processor's cache.

Our own product instead of one from BLAS, for three reasons. Each pair of rows is summed in the
same order wherever the two stand, so that identical rows get identical scores and a pair the same
score from both sides; BLAS promises neither. A tile is used while it is still in the cache, where
a finished product would be read from memory again. And the threads are those of the kernels: the
pools of two libraries do not fight for two processors. It takes about as long as OpenBLAS does.

Cosines are products of rows at unit length. Euclidean distances are sums of squared differences:
no slower here than the usual |x|² + |y|² − 2xy, and right to seven digits also for near duplicates
far from the origin, of which that formula knows nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numba
import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Flat, Matrix, RowIds
from embedviz.core.blocks import read_only
from embedviz.core.compiled.checks import checked_matrix
from embedviz.core.compiled.kernels import parallel_kernel, threads_for
from embedviz.core.errors import UserError
from embedviz.core.neighbors.adjacency import GRAPH_METRICS, GraphMetric
from embedviz.core.neighbors.row_kernels import STEP, TILE, Exact, Pairs, measure_rows
from embedviz.core.progress import Report

# A block has so many panels of 256 rows at most, and no more bytes than this when it is packed.
_MOST_PANELS = 16
_BLOCK_BYTES = 64_000_000
# Multiplications between two reports: some 0.02 s of two processors.
_WORK_PER_REPORT = 4_000_000_000
# Looking at a score takes as long as so many multiplications.
_LOOKING = 32
_LITTLE_WORK = 20_000_000
# Numbers of the longest row are made so large that a sum of squares just does not overflow.
_LARGEST_EXPONENT = 60


class ComparedRows:
    """The rows of a set, ready to be compared with each other in tiles.

    The vectors are not copied, except when the numbers of a row do not lie side by side.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    metric : {"cosine", "euclidean"}

    Attributes
    ----------
    flat, stride : float32 array, int
        Row i begins at `i * stride`.
    dimensions : int
    width : int
        Dimensions of the packed rows, with zeros at the end.
    scales : float64 array of shape (n_vectors,)
        What packed rows are multiplied by: one over the length (0 for a row of zeros), or for
        "euclidean" one power of two, with which no square overflows or vanishes.
    is_euclidean : bool

    Raises
    ------
    UserError
        When a row holds NaN or infinities, or the vectors are no table.
    """

    def __init__(self, vectors: ArrayLike, metric: GraphMetric = "cosine") -> None:
        if metric not in GRAPH_METRICS:
            known = ", ".join(GRAPH_METRICS)
            raise ValueError(f"metric is {metric!r}; it must be one of {known}")
        rows = checked_matrix(vectors)
        self.metric: GraphMetric = metric
        self.is_euclidean = metric == "euclidean"
        self.n_vectors, self.dimensions = rows.shape
        self.width = max(1, -(-self.dimensions // STEP)) * STEP
        self.flat, self.stride = _flat_rows(rows)
        self.scales = self._scales_for(self._lengths())

    def _lengths(self) -> Exact:
        lengths = np.zeros(self.n_vectors)
        measure_rows(self.flat, self.stride, self.dimensions, lengths)
        return lengths

    def _scales_for(self, lengths: Exact) -> Exact:
        bad = int((~np.isfinite(lengths)).sum())
        if bad:
            raise UserError(
                f"{bad:,} of {len(lengths):,} rows hold NaN or infinite numbers, so they have no "
                "neighbors. Leave those rows out."
            )
        if self.is_euclidean:
            _, exponent = np.frexp(lengths.max(initial=0.0))
            return np.full(len(lengths), 2.0 ** float(_LARGEST_EXPONENT - exponent))
        return np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0.0)

    def packed_rows(self, rows: RowIds) -> Flat:
        """Return these rows one after the other, as the first side of tiles."""
        packed = np.empty(_panels(len(rows)) * TILE * self.width, dtype=np.float32)
        _pack_rows(self.flat, self.stride, self.dimensions, rows, self.scales, packed, self.width)
        return packed

    def packed_columns(self, rows: RowIds) -> Flat:
        """Return these rows, dimension after dimension of 256 of them, as the second side."""
        packed = np.empty(_panels(len(rows)) * TILE * self.width, dtype=np.float32)
        _pack_columns(
            self.flat, self.stride, self.dimensions, rows, self.scales, packed, self.width
        )
        return packed


class TileWork:
    """The order in which tiles are worked on, their buffers, and how far one has come.

    Tiles that are worked on side by side have no rows in common, on either side.

    Parameters
    ----------
    compared : ComparedRows
    n_pairs : int
        About how many pairs of rows will be compared.
    report : Report

    Attributes
    ----------
    tiles : float32 array of shape (n_threads, 256 * 256)
        A buffer for each thread, inside of `threads`.
    pairs_per_report : int
        How many pairs of rows to compare between two reports.
    """

    def __init__(self, compared: ComparedRows, n_pairs: int, report: Report) -> None:
        cost = compared.width + _LOOKING
        self.pairs_per_report = max(1, _WORK_PER_REPORT // cost)
        self.tiles = np.empty((0, TILE * TILE), dtype=np.float32)
        self._is_little = n_pairs * cost < _LITTLE_WORK
        self._n_pairs = max(1, n_pairs)
        self._done = 0
        self._report = report

    @contextmanager
    def threads(self) -> Iterator[None]:
        """Use all threads, or this one only where there is little to do."""
        with threads_for(0 if self._is_little else 1, few=1):
            self.tiles = np.empty((numba.get_num_threads(), TILE * TILE), dtype=np.float32)
            yield

    def expect(self, n_pairs: int) -> None:
        """Count in so many more pairs of rows that will be compared."""
        self._n_pairs += n_pairs

    def begin(self, n_pairs: int) -> None:
        """Report how far one has come, before so many pairs of rows are compared."""
        self._report(min(1.0, self._done / self._n_pairs), "neighbors")
        self._done += n_pairs

    def rounds(self, n_rows: int, n_others: int, is_same: bool = False) -> Iterator[Pairs]:
        """Yield which panels of two blocks are compared, some rounds at a time; report between.

        Yields
        ------
        int array of shape (n_rounds, n_tasks, 2)
            Panels of the first and of the second block; negative where there is nothing to do.
        """
        panels, others = _panels(n_rows), _panels(n_others)
        table = _tournament(panels) if is_same else _crossings(panels, others)
        step = max(1, self.pairs_per_report // (TILE * TILE * min(panels, others)))
        for start in range(0, len(table), step):
            pairs = table[start : start + step]
            self.begin(TILE * TILE * int((pairs[:, :, 0] >= 0).sum()))
            yield pairs


def _crossings(panels: int, others: int) -> Pairs:
    """Return rounds in which each panel of one block meets each of another one once."""
    size = max(panels, others)
    table = np.full((size, size, 2), -1, dtype=np.int64)
    for turn in range(size):
        met = ((p, (p + turn) % size) for p in range(panels) if (p + turn) % size < others)
        for task, pair in enumerate(met):
            table[turn, task] = pair
    return table


def _tournament(panels: int) -> Pairs:
    """Return rounds in which each panel of a block meets itself, and then each other one once."""
    even = panels + panels % 2
    table = np.full((even, panels, 2), -1, dtype=np.int64)
    table[0] = np.arange(panels)[:, np.newaxis]
    for turn in range(even - 1):
        # All but the last sit in a circle that turns by one place each time.
        met = [(turn, even - 1)]
        met += [((turn + k) % (even - 1), (turn - k) % (even - 1)) for k in range(1, even // 2)]
        for task, pair in enumerate(pair for pair in met if max(pair) < panels):
            table[turn + 1, task] = pair
    return table


def panel_blocks(n_rows: int, width: int) -> list[slice]:
    """Return blocks of whole panels, of about the same size, that cover so many rows."""
    panels = _panels(n_rows)
    most = max(2, min(_MOST_PANELS, _BLOCK_BYTES // (4 * TILE * width)))
    n_blocks = -(-panels // most)
    ends = [TILE * (panels * (i + 1) // n_blocks) for i in range(n_blocks)]
    return [slice(a, min(b, n_rows)) for a, b in zip([0, *ends], ends, strict=False)]


def row_ids(n_vectors: int) -> RowIds:
    """Return all row numbers."""
    return np.arange(n_vectors, dtype=np.int32)


def _panels(count: int) -> int:
    return -(-count // TILE)


def _flat_rows(rows: Matrix) -> tuple[Flat, int]:
    step, inner = rows.strides
    if rows.size == 0:
        return read_only(np.empty(0, dtype=np.float32)), 0
    if inner != rows.itemsize or step < 0 or step % rows.itemsize:
        rows = np.ascontiguousarray(rows)
        step, inner = rows.strides
    if rows.flags.c_contiguous:
        return read_only(rows.reshape(-1)), rows.shape[1]
    stride = step // rows.itemsize
    length = (len(rows) - 1) * stride + rows.shape[1]
    return read_only(np.lib.stride_tricks.as_strided(rows, (length,), (inner,))), stride


@parallel_kernel
def _pack_rows(
    flat: Flat,
    stride: int,
    dimensions: int,
    rows: RowIds,
    scales: Exact,
    packed: Flat,
    width: int,
) -> None:
    for i in numba.prange(len(packed) // width):
        there = packed[i * width : (i + 1) * width]
        used = 0
        if i < len(rows):
            used = dimensions
            first = np.int64(rows[i]) * stride
            row = flat[first : first + dimensions]
            scale = scales[rows[i]]
            for k in range(used):
                there[k] = np.float32(row[k] * scale)
        for k in range(used, width):
            there[k] = np.float32(0.0)


@parallel_kernel
def _pack_columns(
    flat: Flat,
    stride: int,
    dimensions: int,
    rows: RowIds,
    scales: Exact,
    packed: Flat,
    width: int,
) -> None:
    for panel in numba.prange(len(packed) // (width * TILE)):
        there = packed[panel * width * TILE : (panel + 1) * width * TILE]
        # As many dimensions at a time as have their cache lines in the nearest cache.
        for start in range(0, width, TILE):
            end = min(start + TILE, width)
            for j in range(TILE):
                i = panel * TILE + j
                used = start
                if i < len(rows):
                    used = max(start, min(end, dimensions))
                    first = np.int64(rows[i]) * stride
                    scale = scales[rows[i]]
                    for k in range(start, used):
                        there[k * TILE + j] = np.float32(flat[first + k] * scale)
                for k in range(used, end):
                    there[k * TILE + j] = np.float32(0.0)
