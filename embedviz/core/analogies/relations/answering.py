"""Rows nearest to many points at once: what a relation answers for many words.

A point is a word's unit vector plus a mean offset, and the answer the row with the largest cosine
to it: 3CosAdd with the mean of several offsets in place of one (3CosAvg; Drozd, Gladkova and
Matsuoka 2016, "Word embeddings, analogies, and machine learning: beyond king - man + woman =
queen"). The rows are read once, in blocks; so memory is bounded whatever the size of the set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numba
import numpy as np

from embedviz.core.analogies.benchmark.vocabulary import each_by
from embedviz.core.analogies.scoring import products_and_lengths
from embedviz.core.analogies.terms import unit_length
from embedviz.core.arrays import Matrix, Rows, Vector
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.compiled.checks import checked_limit
from embedviz.core.compiled.kernels import parallel_kernel
from embedviz.core.neighbors.top_k import TILE, Scores, keep_best_of
from embedviz.core.pairs.label_lookup import folded
from embedviz.core.progress import Report, silent
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed

_PRODUCT_NUMBERS = 4_000_000
_MOST_ROWS = 65_536
"""In a block, so that progress is told where the points are few."""
_WANTED_AT_ONCE = 4096
_LONGEST, _SHORTEST = 1e15, 1e-15


class RankedRows(NamedTuple):
    """The rows nearest to some points.

    Attributes
    ----------
    rows : int array of shape (n_points, count)
        Best first, equal ones by row; -1 where there are no more.
    scores : float32 array of shape (n_points, count)
        Cosines with the point; NaN where there are no more.
    ranks : int array of shape (n_points,)
        The place of the best of the rows that were looked for, from 1; 0 where none could be found.
    """

    rows: Rows
    scores: Scores
    ranks: Rows


def nearest_to(
    vector_set: VectorSet,
    points: Vector,
    excluded: Sequence[Rows],
    wanted: Sequence[Rows],
    count: int,
    restrict_vocab: int | None = None,
    report: Report = silent,
) -> RankedRows:
    """Return the rows that are nearest to each of some points by their cosine.

    Parameters
    ----------
    vector_set : VectorSet
    points : float64 array of shape (n_points, n_dimensions)
        Of any length.
    excluded : sequence of int arrays, length n_points
        Rows that are no answers to each.
    wanted : sequence of int arrays, length n_points
        Rows of which the rank is to be found.
    count : int
        How many answers to each.
    restrict_vocab : int, optional
        Answers are among the first so many rows. None: all.
    report : Report
    """
    directions = points.copy()
    scale_to_unit_length(directions)
    vectors = vector_set.vectors[: checked_limit(restrict_vocab)]
    barred, sought = _packed(excluded), _packed(wanted)
    best = _best_wanted(vectors, directions, barred, sought)
    count = min(count, len(vectors))
    scores = np.full((len(points), count), np.nan, np.float32)
    rows = np.full((len(points), count), -1, np.intp)
    kept, better = np.zeros((2, len(points)), np.intp)
    queries = directions.astype(np.float32)
    # In float64, rows of any size have a length; and the rows need not be copied to be scaled.
    lengths = products_and_lengths(vectors, np.empty((0, vectors.shape[1])))[1]
    block_rows = min(_MOST_ROWS, max(TILE, _PRODUCT_NUMBERS // max(1, len(points))))
    for first in range(0, len(vectors) if len(points) else 0, block_rows):
        report(first / len(vectors), "looking for the answers")
        block, scale = _block(vectors, lengths, slice(first, first + block_rows))
        with np.errstate(invalid="ignore"):  # Rows that hold infinities; nobody's answer.
            products = queries @ block.T
        _keep_answers(products, scale, first, barred, sought, best, scores, rows, kept, better)
    order = np.lexsort((rows, np.where(rows < 0, np.inf, -scores)), axis=1)
    ordered = np.take_along_axis(rows, order, axis=1)
    ranks = _ranks(ordered, sought, best, better)
    return RankedRows(ordered, np.take_along_axis(scores, order, axis=1), ranks)


def _block(vectors: Matrix, lengths: Vector, rows: slice) -> tuple[Matrix, Matrix]:
    """Return some rows, and what their products are to be multiplied by; NaN for no direction.

    Rows of a size at which products may overflow or vanish in float32 are scaled first.
    """
    block, own = vectors[rows], lengths[rows]
    has_direction = (own > 0) & np.isfinite(own)
    if ((own[has_direction] > _LONGEST) | (own[has_direction] < _SHORTEST)).any():
        block = np.array(block)
        with np.errstate(invalid="ignore"):
            scale_to_unit_length(block)
        own = np.ones(len(block))
    scale = np.full(len(block), np.nan, np.float32)
    scale[has_direction] = 1.0 / own[has_direction]
    return block, scale


def rows_of_labels(
    vector_set: VectorSet, rows: Iterable[int], *, case_insensitive: bool = False
) -> dict[int, Rows]:
    """Return for each of some rows all rows that have its label.

    Parameters
    ----------
    vector_set : VectorSet
    rows : iterable of int
    case_insensitive : bool
        Whether labels that differ in their case alone are one.
    """
    plain = folded if case_insensitive else composed
    labels = vector_set.labels
    names = {row: plain(labels[row]) for row in set(rows)}
    found: dict[str, list[int]] = {name: [] for name in names.values()}
    # Blanks at the ends of a label are among what `folded` takes away.
    all_plain = map(folded, labels) if case_insensitive else each_by(composed, labels)
    for row, label in enumerate(all_plain):
        if label in found:
            found[label].append(row)
    return {row: np.array(found[name], np.intp) for row, name in names.items()}


class _Packed(NamedTuple):
    """Lists of rows one after the other: list i is `rows[starts[i]:starts[i + 1]]`."""

    rows: Rows
    starts: Rows

    @property
    def places(self) -> Rows:
        """Return for each row which list it is in."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def _packed(lists: Sequence[Rows]) -> _Packed:
    starts = np.cumsum([0, *map(len, lists)]).astype(np.intp)
    return _Packed(np.concatenate([*lists, np.empty(0, np.intp)]).astype(np.intp), starts)


def _best_wanted(vectors: Matrix, directions: Vector, barred: _Packed, sought: _Packed) -> Vector:
    """Return the best score of the rows that are looked for; -inf where there is none."""
    best = np.full(len(directions), -np.inf)
    count = max(1, len(vectors))
    is_there = sought.rows < len(vectors)
    codes = sought.places * count + sought.rows
    is_there &= ~np.isin(codes, barred.places * count + barred.rows)
    rows, places = sought.rows[is_there], sought.places[is_there]
    for first in range(0, len(rows), _WANTED_AT_ONCE):
        part = slice(first, first + _WANTED_AT_ONCE)
        units = unit_length(vectors[rows[part]])
        scores = np.einsum("ij,ij->i", units, directions[places[part]])
        scores[~units.any(axis=1)] = -np.inf
        np.maximum.at(best, places[part], scores)
    return best


def _ranks(rows: Rows, sought: _Packed, best: Vector, better: Rows) -> Rows:
    """Return the place of the best row that was looked for: counted, or seen in the answers."""
    count = rows.shape[1]
    ranks = np.where(np.isfinite(best), np.maximum(better, count) + 1, 0)
    listed = rows[sought.places] == sought.rows[:, np.newaxis]
    is_seen = listed.any(axis=1)
    seen = np.full(len(rows), count, np.intp)
    if is_seen.any():
        np.minimum.at(seen, sought.places[is_seen], listed[is_seen].argmax(axis=1))
    return np.where(seen < count, seen + 1, ranks).astype(np.intp)


@parallel_kernel
def _keep_answers(  # noqa: PLR0913 - one pass
    products: Matrix,
    scale: Matrix,
    first: int,
    barred: _Packed,
    sought: _Packed,
    best: Vector,
    best_scores: Scores,
    best_rows: Rows,
    kept: Rows,
    better: Rows,
) -> None:
    """Offer a block of rows to each point, and count those better than what is looked for."""
    n_rows = products.shape[1]
    for q in numba.prange(len(products)):
        scores = products[q]
        for row in range(n_rows):
            scores[row] = scores[row] * scale[row]
        for place in range(barred.starts[q], barred.starts[q + 1]):
            row = barred.rows[place] - first
            if 0 <= row < n_rows:
                scores[row] = np.nan
        for start in range(0, n_rows, TILE):
            stop = min(start + TILE, n_rows)
            kept[q] = keep_best_of(
                scores[start:stop], first + start, best_scores[q], best_rows[q], kept[q]
            )
        count = 0
        for row in range(n_rows):
            count += scores[row] > best[q]
        for place in range(sought.starts[q], sought.starts[q + 1]):
            row = sought.rows[place] - first
            if 0 <= row < n_rows:
                count -= scores[row] > best[q]
        better[q] += count
