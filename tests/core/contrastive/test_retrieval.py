"""Finding the partners of pairs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.contrastive import partner_ranks, retrieval, share_found
from embedviz.core.errors import UserError


def plainly(first, second):
    """Return the ranks from a full matrix of cosines."""
    one, other = (
        rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-300)
        for rows in (first, second)
    )
    cosines = one @ other.T
    return (cosines > np.diag(cosines)[:, np.newaxis] - 1e-6).sum(axis=1) - 1


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(2, 12), st.integers(1, 500))
def test_ranks_are_those_of_all_cosines(seed, count, dimensions, block):
    rng = np.random.default_rng(seed)
    first = rng.normal(size=(count, dimensions)) * 10.0 ** rng.integers(-3, 4)
    second = first + rng.normal(size=first.shape)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retrieval, "_BLOCK_COSINES", block)
        found = partner_ranks(first, second)
    assert found.tolist() == plainly(first, second).tolist()


def test_equal_sides_find_themselves():
    rows = np.random.default_rng(0).normal(size=(300, 16))
    ranks = partner_ranks(rows, 5 * rows)
    assert not ranks.any()
    assert share_found(ranks, 1) == 1


def test_where_all_point_the_same_way_nothing_is_found():
    ranks = partner_ranks(np.ones((50, 3)), np.ones((50, 3)))
    assert ranks.tolist() == [49] * 50
    assert share_found(ranks, 5) == 0


def test_shares_are_of_the_nearest_some():
    assert share_found([0, 1, 4, 5], 1) == 0.25
    assert share_found([0, 1, 4, 5], 5) == 0.75
    assert np.isnan(share_found([], 1))
    with pytest.raises(ValueError, match="count"):
        share_found([0], 0)


def test_what_cannot_be_compared_is_answered_in_words():
    with pytest.raises(UserError, match="shapes"):
        partner_ranks(np.ones((2, 3)), np.ones((3, 3)))
    with pytest.raises(UserError, match="NaN"):
        partner_ranks(np.full((2, 3), np.nan), np.ones((2, 3)))
    assert partner_ranks(np.empty((0, 3)), np.empty((0, 3))).size == 0
