"""Whether rows find their partners among all others: what a contrastive loss is to achieve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Rows
from embedviz.core.contrastive.rows import require_partners, unit_rows
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
    one, other = (unit_rows(side).astype(np.float32) for side in (first, second))
    require_partners(one, other)
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
