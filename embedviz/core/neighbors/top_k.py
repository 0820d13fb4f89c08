"""Top-k selection while scores are computed, for every search in the core.

Selecting the top few from a finished array of scores costs more than the scores themselves once
several queries are asked, so the kernels offer each score to a small heap as it is computed.
Equal scores are ordered by row, so that a list of neighbors is the same every time.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import index

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import ScoreBlock, read_only
from embedviz.core.compiled.checks import checked_count, checked_numbers
from embedviz.core.compiled.kernels import serial_kernel
from embedviz.core.errors import UserError

Scores = NDArray[np.float32]

FEW_PRODUCTS = 1_000_000
"""A search over fewer numbers than this stays in one thread: waking another takes longer."""

COSINE, DOT, EUCLIDEAN = range(3)
"""How rows are compared, as kernels are told."""

# Rows that a kernel scores before it offers them to a heap.
TILE = 128


# More pieces than processors, so that one processor busy elsewhere does not keep all waiting.
_PIECES = 16


def checked_query(query_vector: ArrayLike, dimensions: int, n_dimensions: int) -> Matrix:
    """Return the first `dimensions` numbers of a query vector, float32 and read-only.

    A query that is just as long as the prefix will do.

    Raises
    ------
    UserError
        When it has another length than the rows, or holds NaN or infinities.
    """
    query = checked_numbers(query_vector, "numbers of the query")
    if query.shape not in ((n_dimensions,), (dimensions,)):
        raise UserError(
            f"The query has the shape {query.shape}, but the vectors have {n_dimensions} "
            "dimensions. Use one vector from the same model."
        )
    prefix = np.ascontiguousarray(query[:dimensions])
    if not np.isfinite(prefix).all():
        raise UserError(
            "The query holds NaN or infinite numbers, so nothing is near to it. "
            "Choose another row, or repair the vector."
        )
    return read_only(prefix)


def scaled_query(query: Matrix) -> tuple[Matrix, int]:
    """Return a query over 2 to the power e, and that e.

    Its largest number is then between ½ and 1, so that products with rows of any size neither
    overflow nor vanish; a power of two because that rounds nothing.
    """
    _, exponent = np.frexp(np.abs(query).max(initial=0.0))
    return read_only(np.ldexp(query, -int(exponent))), int(exponent)


def checked_prefix(dimensions: int | None, n_dimensions: int) -> int:
    """Return the length of a prefix, all dimensions for None, refusing what is not a prefix."""
    if dimensions is None:
        return n_dimensions
    if not n_dimensions:
        raise UserError("The vectors have no dimensions, so there is no prefix of them.")
    try:
        dimensions = int(index(dimensions))
    except TypeError:
        raise UserError(
            f"A prefix of {dimensions!r} dimensions was asked for, which is no whole number. "
            f"Choose a number from 1 to {n_dimensions}."
        ) from None
    if not 1 <= dimensions <= n_dimensions:
        raise UserError(
            f"A prefix of {dimensions} dimensions was asked for, but the vectors have "
            f"{n_dimensions}. Choose a number from 1 to {n_dimensions}."
        )
    return dimensions


_NONE = np.empty(0, dtype=np.intp)


def _whole_numbers(rows: Iterable[int]) -> Rows:
    """Return rows to leave out; one that is not there changes nothing."""
    listed = list(rows)
    if not listed:
        return _NONE
    given = np.asarray(listed)
    if given.dtype.kind not in "iu":
        raise UserError(
            f"The rows to leave out are {given.dtype}; row numbers must be whole numbers."
        )
    return given.astype(np.intp)


class Candidates:
    """The rows that may be among the best `count`, collected from the pieces of a search.

    Parameters
    ----------
    n_vectors : int
    count : int
        How many rows are wanted.
    exclude : iterable of int
        Rows to leave out. As many more are collected, and they are dropped at the end.
    """

    def __init__(self, n_vectors: int, count: int, exclude: Iterable[int]) -> None:
        excluded = _whole_numbers(exclude)
        self._excluded = np.unique(excluded) if len(excluded) else excluded
        self._count = checked_count(count, "neighbors")
        self._capacity = min(self._count + len(self._excluded), n_vectors) if count else 0
        self._found: list[tuple[int, Scores, Rows, Rows]] = []

    def heaps_for(self, block: ScoreBlock) -> tuple[Rows, Scores, Rows, Rows]:
        """Return what a kernel fills in, piece by piece of a block, as `keep_best` does.

        Returns
        -------
        bounds : int array of shape (n_pieces + 1,)
            Where the pieces begin, and the end, counted from the block's first row.
        scores, rows : arrays of shape (n_pieces, capacity)
            A heap for each piece.
        kept : int array of shape (n_pieces,)
            How many entries of each heap are used.
        """
        bounds = np.arange(_PIECES + 1) * block.n_rows // _PIECES
        capacity = min(self._capacity, -(-block.n_rows // _PIECES))
        scores = np.empty((_PIECES, capacity), dtype=np.float32)
        rows = np.empty((_PIECES, capacity), dtype=np.intp)
        kept = np.zeros(_PIECES, dtype=np.intp)
        self._found.append((block.first, scores, rows, kept))
        return bounds, scores, rows, kept

    def best(self) -> tuple[Rows, Scores]:
        """Return the best rows and their scores, highest first, ties by the lower row."""
        if not self._found:
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.float32)
        held = [np.arange(rows.shape[1]) < kept[:, np.newaxis] for _, _, rows, kept in self._found]
        found = list(zip(self._found, held, strict=True))
        rows = np.concatenate([rows[used] + first for (first, _, rows, _), used in found])
        scores = np.concatenate([scores[used] for (_, scores, _, _), used in found])
        if len(self._excluded):
            wanted = ~np.isin(rows, self._excluded)
            rows, scores = rows[wanted], scores[wanted]
        order = np.lexsort((rows, -scores))[: self._count]
        return rows[order], scores[order]


@serial_kernel
def keep_best_of(found: Scores, first: int, scores: Scores, rows: Rows, kept: int) -> int:
    """Offer the scores of adjacent rows to a heap; return how many entries it then holds.

    Parameters
    ----------
    found : array of shape (n,)
        Scores of the rows from `first` on, which come after all rows offered before.
        NaN is never kept.
    first : int
    scores, rows : arrays of shape (capacity,)
        The heap. Its first entry is the worst one kept: lowest score, among equals highest row.
    kept : int
        How many of its entries are used.
    """
    if len(scores) == 0:
        return 0
    if kept == len(scores):
        # Mostly no row of many is better than all that are kept, and counting them is vectorized.
        better = 0
        for i in range(len(found)):
            better += found[i] > scores[0]
        if better == 0:
            return kept
    for i in range(len(found)):
        kept = _keep_best(scores, rows, kept, found[i], first + i)
    return kept


@serial_kernel
def _keep_best(scores: Scores, rows: Rows, kept: int, score: np.float32, row: int) -> int:
    if kept < len(scores):
        if score != score:
            return kept
        at = kept
        while at > 0:
            above = (at - 1) // 2
            # A later row with an equal score is worse, so it goes up.
            if scores[above] < score:
                break
            scores[at], rows[at] = scores[above], rows[above]
            at = above
        scores[at], rows[at] = score, row
        return kept + 1
    if not score > scores[0]:
        return kept
    at = 0
    while 2 * at + 1 < kept:
        below = 2 * at + 1
        other = below + 1
        if other < kept and (
            scores[other] < scores[below]
            or (scores[other] == scores[below] and rows[other] > rows[below])
        ):
            below = other
        # Of equal scores the new row is the worst one, so it stays above.
        if score <= scores[below]:
            break
        scores[at], rows[at] = scores[below], rows[below]
        at = below
    scores[at], rows[at] = score, row
    return kept


@serial_kernel
def cosine(product: float, length: float) -> np.float32:
    """Return the cosine of a row with a query of unit length from their product.

    It is 0 for a row of length 0, NaN for one that holds NaN, and rounding never takes it
    beyond -1 or 1.
    """
    if length == 0.0:
        return np.float32(0.0)
    value = product / length
    if value > 1.0:
        value = 1.0
    elif value < -1.0:
        value = -1.0
    return np.float32(value)
