"""Values that judges give to prefixes of some rows in a new order of their dimensions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Rows
from embedviz.core.judging.judges import CategoryVotes, Judge, Partners, ScoredPairs, divided
from embedviz.core.matryoshka.orderings import Reordering
from embedviz.core.matryoshka.overlap_passes import prefix_neighbors
from embedviz.core.progress import Report

Floats = NDArray[np.float64]


def prefix_values(judge: Judge, arrange: Reordering, lengths: Rows, report: Report) -> Floats:
    """Return the number that a judge gives to each of some lengths, which ascend.

    NaN where the cosines of all scored pairs are equal.
    """
    if isinstance(judge, ScoredPairs):
        return _correlations(judge, arrange, lengths, report)
    if isinstance(judge, Partners):
        return _shares_found(judge, arrange, lengths, report)
    return _shares_said(judge, arrange, lengths, report)


def _correlations(judge: ScoredPairs, arrange: Reordering, lengths: Rows, report: Report) -> Floats:
    report(0.0, "cosines of judged pairs")
    one, other = (arrange(side, int(lengths[-1])) for side in judge.sides)
    # Of the prefixes so far.
    products, squares, other_squares = (np.zeros(len(one)) for _ in range(3))
    values, start = np.full(len(lengths), np.nan), 0
    for at, length in enumerate(lengths.tolist()):
        a = one[:, start:length].astype(np.float64)
        b = other[:, start:length].astype(np.float64)
        products += np.einsum("ij,ij->i", a, b)
        squares += np.einsum("ij,ij->i", a, a)
        other_squares += np.einsum("ij,ij->i", b, b)
        values[at] = judge.value(divided(products, np.sqrt(squares) * np.sqrt(other_squares)))
        start = length
    return values


def _shares_found(judge: Partners, arrange: Reordering, lengths: Rows, report: Report) -> Floats:
    one, other = (arrange(side, int(lengths[-1])).astype(np.float64) for side in judge.sides)
    products = np.zeros((len(one), len(other)))
    squares, other_squares = np.zeros(len(one)), np.zeros(len(other))
    values, start = np.full(len(lengths), np.nan), 0
    for at, length in enumerate(lengths.tolist()):
        report(at / len(lengths), "looking for partners")
        a, b = one[:, start:length], other[:, start:length]
        products += a @ b.T
        squares += np.einsum("ij,ij->i", a, a)
        other_squares += np.einsum("ij,ij->i", b, b)
        values[at] = judge.value(judge.found(products, squares, other_squares))
        start = length
    return values


def _shares_said(
    judge: CategoryVotes, arrange: Reordering, lengths: Rows, report: Report
) -> Floats:
    taking_part = judge.codes >= 0
    found = prefix_neighbors(
        judge.rows, judge.queries, arrange, lengths, judge.neighbors, report, taking_part
    )
    asked = arrange(judge.rows[judge.queries], int(lengths[-1]))
    own = judge.codes[judge.queries]
    values = np.empty(len(lengths))
    for at, length in enumerate(lengths.tolist()):
        # A prefix of zeros is as near to all, and says nothing.
        is_right = (judge.said(found.ranked(at)) == own) & asked[:, :length].any(axis=1)
        values[at] = judge.value(is_right)
    return values
