"""Votes of the nearest rows on the category of a row, in one pass over its products with all."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from embedviz.core.arrays import Rows
from embedviz.core.compiled.checks import require_length, require_rows
from embedviz.core.compiled.kernels import parallel_kernel, serial_kernel
from embedviz.core.covariance import Vector


def right_votes(
    products: NDArray[Any],
    inverse: Vector,
    own: Rows,
    codes: Rows,
    halves: NDArray[np.int8],
    neighbors: int,
) -> Vector:
    """Return whose category most of its nearest rows have, 0 or 1; nobody votes on himself.

    Of categories with as many votes, that of the nearer row wins; of rows that are as near, the
    first. A row without a direction is not right.

    Parameters
    ----------
    products : array of shape (n_asked, n_rows)
        Of the rows that are asked with all.
    inverse : float64 array of shape (n_rows,)
        Inverse lengths; 0 for a row without a direction.
    own : int array of shape (n_asked,)
        Which rows are asked.
    codes : int array of shape (n_rows,)
        Their categories.
    halves : int8 array of shape (n_rows,)
    neighbors : int
        How many vote.

    Returns
    -------
    float64 array of shape (2, n_asked)
        Where all vote, and where only those of the same half do.
    """
    if products.shape != (len(own), len(codes)):
        raise ValueError(f"products of shape {products.shape} for {len(own)} of {len(codes)} rows")
    require_rows(own, len(codes), "rows that are asked")
    require_length(inverse, len(codes), "lengths", "rows")
    require_length(halves, len(codes), "halves", "rows")
    return _right_votes(products, inverse, own, codes, halves, neighbors)


@parallel_kernel
def _right_votes(
    products: NDArray[Any],
    inverse: Vector,
    own: Rows,
    codes: Rows,
    halves: NDArray[np.int8],
    neighbors: int,
) -> Vector:
    right = np.zeros((2, len(own)))
    for i in numba.prange(len(own)):
        me = own[i]
        if inverse[me] == 0.0:
            continue
        scores = np.full((2, neighbors), -np.inf)
        voters = np.full((2, neighbors), -1)
        for j in range(len(codes)):
            if j == me:
                continue
            score = products[i, j] * inverse[j]
            if score > scores[0, neighbors - 1]:
                _insert(scores[0], voters[0], score, codes[j])
            if halves[j] == halves[me] and score > scores[1, neighbors - 1]:
                _insert(scores[1], voters[1], score, codes[j])
        for which in range(2):
            if _said(voters[which]) == codes[me]:
                right[which, i] = 1.0
    return right


@serial_kernel
def _insert(scores: Vector, votes: Rows, score: float, vote: int) -> None:
    at = len(scores) - 1
    while at > 0 and scores[at - 1] < score:
        scores[at] = scores[at - 1]
        votes[at] = votes[at - 1]
        at -= 1
    scores[at] = score
    votes[at] = vote


@serial_kernel
def _said(votes: Rows) -> int:
    """Return what most say, of as many the first; -1 is nobody's vote."""
    best, most = -1, 0
    for k in range(len(votes)):
        if votes[k] < 0:
            break
        count = 0
        for other in votes:
            count += other == votes[k]
        if count > most:
            best, most = votes[k], count
    return best
