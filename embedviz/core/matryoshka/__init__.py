"""Prefixes of embeddings: what the first k dimensions still find.

A truncated vector is its first k numbers, made unit length again; scores are cosines throughout.
How well a prefix stands in for all dimensions is measured by the neighbors that it keeps. A high
overlap alone says little about training, because random dimensions keep nearly as many and a
rotation to the leading singular vectors keeps more; so these orderings are offered for comparison.
"""

from __future__ import annotations

import numpy as np

from embedviz.core.compiled.kernels import few_rows
from embedviz.core.matryoshka import ranks, unscaled_search
from embedviz.core.matryoshka.coarse_to_fine import recall, search
from embedviz.core.matryoshka.coarse_to_fine.cheapest import FoundSetting, cheapest_setting
from embedviz.core.matryoshka.coarse_to_fine.costs import SearchCost, price_per_month
from embedviz.core.matryoshka.coarse_to_fine.recall import RecallGrid, measure_recall
from embedviz.core.matryoshka.coarse_to_fine.search import TwoStageSearch, two_stage
from embedviz.core.matryoshka.coarse_to_fine.timing import SearchTime, time_search
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

__all__ = [
    "FoundSetting",
    "OrderVerdict",
    "Overlap",
    "PrefixQuery",
    "PrefixSearch",
    "Quality",
    "RecallGrid",
    "SearchCost",
    "SearchTime",
    "TwoStageSearch",
    "UnscaledSearch",
    "cheapest_setting",
    "judge_order",
    "kept_length",
    "layer_normed",
    "measure_overlap",
    "measure_overlaps",
    "measure_quality",
    "measure_recall",
    "overlap_curve",
    "prefix_lengths",
    "price_per_month",
    "time_search",
    "truncate",
    "two_stage",
]


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
    search.compile_all()
    recall.compile_all()
