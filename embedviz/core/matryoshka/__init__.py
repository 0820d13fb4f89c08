"""Prefixes of embeddings: what the first k dimensions still find.

A truncated vector is its first k numbers, made unit length again; scores are cosines throughout.
How well a prefix stands in for all dimensions is measured by the neighbors that it keeps. A high
overlap alone says little about training, because random dimensions keep nearly as many and a
rotation to the leading singular vectors keeps more; so these orderings are offered for comparison.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Rows
from embedviz.core.compiled.checks import checked_count, checked_matrix
from embedviz.core.compiled.kernels import few_rows
from embedviz.core.matryoshka import ranks, unscaled_search
from embedviz.core.matryoshka.layer_norm import layer_normed
from embedviz.core.matryoshka.orderings import Ordering
from embedviz.core.matryoshka.overlap import (
    Overlap,
    measure_overlap,
    measure_overlaps,
    overlap_curve,
)
from embedviz.core.matryoshka.prefix_search import PrefixQuery, PrefixSearch
from embedviz.core.matryoshka.quality import Quality, measure_quality
from embedviz.core.matryoshka.truncation import prefix_lengths, truncate
from embedviz.core.matryoshka.unscaled_search import UnscaledSearch
from embedviz.core.matryoshka.verdict import OrderVerdict, judge_order, kept_length
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.neighbors.exact_cosines import Cosines

__all__ = [
    "OrderVerdict",
    "Overlap",
    "PrefixQuery",
    "PrefixSearch",
    "Quality",
    "UnscaledSearch",
    "judge_order",
    "kept_length",
    "layer_normed",
    "measure_overlap",
    "measure_overlaps",
    "measure_quality",
    "overlap_curve",
    "prefix_lengths",
    "truncate",
    "two_stage",
]


def two_stage(
    vectors: ArrayLike,
    query_vector: ArrayLike,
    coarse_dimensions: int,
    shortlist: int,
    count: int = 10,
    exclude: Iterable[int] = (),
) -> tuple[Rows, Cosines]:
    """Return the nearest rows among those that a prefix puts on a shortlist.

    All rows are ranked by the cosine of the first `coarse_dimensions`, and the best of them by
    that of all dimensions.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    query_vector : array of shape (n_dimensions,)
    coarse_dimensions : int
        From 1 to n_dimensions.
    shortlist : int
        How many rows are kept for the second stage.
    count : int
        How many are returned, at most `shortlist`.
    exclude : iterable of int
        Rows to leave out.

    Returns
    -------
    rows : int array of shape (count,)
        Nearest first, equally near ones by row.
    cosines : float64 array of shape (count,)
        Of all dimensions.

    Raises
    ------
    UserError
        When the query or the number of dimensions does not suit the vectors.
    """
    rows = checked_matrix(vectors)
    shortlist = checked_count(shortlist, "rows on the shortlist")
    found, _ = NeighborSearch(rows).nearest(query_vector, shortlist, coarse_dimensions, exclude)
    listed = np.sort(found)
    places, cosines = NeighborSearch(rows[listed]).nearest(query_vector, count)
    return listed[places], cosines


def compile_all() -> None:
    """Run the kernels of searches on prefixes once."""
    vectors = few_rows()
    query = PrefixSearch(vectors).query(vectors[0])
    for length in (8, 16, 40):
        query.top(length, 3, exclude=(0,))
    unscaled_search.compile_all(vectors)
    ranks.compile_all(vectors)
    orderings: tuple[Ordering, ...] = ("prefix", "random", "svd")
    for ordering in orderings:
        overlap_curve(vectors, [8, 40], 3, 5, ordering, draws=1)
    # Far from the origin, rows are compared in float64 instead.
    overlap_curve(np.float32(1e6) + vectors, [8, 40], 3, 1, "svd")
