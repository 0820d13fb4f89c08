"""Whether rows find their partners among all others: what a contrastive loss is to achieve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent

_BLOCK_COSINES = 8_000_000
_SAME = 1e-6
"""Cosines that differ by less are equal: products of float32 round differently in each block."""


def partner_ranks(first: ArrayLike, second: ArrayLike, report: Report = silent) -> Rows:
    """Return for each row of one side how many others are as near to it as its partner.

    Parameters
    ----------
    first, second : array of shape (n_pairs, n_dimensions)
        Row i of one side belongs to row i of the other. Nearness is by cosine.
    report : Report

    Returns
    -------
    int array of shape (n_pairs,)
        0 where the partner is the nearest of all second rows. Rows that are as near as the
        partner count against it, so where all rows point the same way, nothing is found.

    Raises
    ------
    UserError
        When the sides have different shapes, or hold NaN or an infinity.
    """
    one, other = _unit_rows(first), _unit_rows(second)
    if one.shape != other.shape:
        raise UserError(
            f"The two sides have the shapes {one.shape} and {other.shape}; row i of one belongs to "
            "row i of the other, so they must be equal."
        )
    ranks = np.empty(len(one), dtype=np.intp)
    step = max(1, _BLOCK_COSINES // max(len(one), 1))
    for start in range(0, len(one), step):
        report(start / len(one), "looking for partners")
        cosines = one[start : start + step] @ other.T
        mine = np.arange(len(cosines)), np.arange(start, start + len(cosines))
        partners = cosines[mine][:, np.newaxis]
        ranks[start : start + step] = (cosines >= partners - np.float32(_SAME)).sum(axis=1) - 1
    return ranks


def share_found(ranks: ArrayLike, count: int) -> float:
    """Return the share of the rows whose partner is among the nearest `count`, 0 to 1.

    Parameters
    ----------
    ranks : int array of shape (n_pairs,)
        Those of `partner_ranks`.
    count : int
        From 1 up.

    Returns
    -------
    float
        nan when there are no pairs.
    """
    if count < 1:
        raise ValueError(f"count is {count!r}; it must be from 1 up")
    found: NDArray[np.bool_] = np.asarray(ranks) < count
    return float(found.mean()) if found.size else float("nan")


def _unit_rows(vectors: ArrayLike) -> Matrix:
    table = as_table(vectors, "vectors")
    require_axes(table, 2, "vectors")
    # In float64 first: the squares of very long rows would overflow.
    rows = np.array(table, dtype=np.float64)
    if not np.isfinite(rows).all():
        raise UserError("A row holds NaN or an infinity, which has no direction. Leave it out.")
    scale_to_unit_length(rows)
    return rows.astype(np.float32)
