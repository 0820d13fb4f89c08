"""Ranks among all rows, and the search that forgets unit length, against sorting everything."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.matryoshka import PrefixSearch, UnscaledSearch
from embedviz.core.matryoshka.ranks import prefix_scores, ranks_among


def rows_of(seed, n, d):
    """Return rows with copies and zeros among them."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, d)).astype(np.float32)
    rows[rng.integers(n, size=n // 3)] = rows[0]
    rows[rng.integers(n, size=n // 5)] = 0
    return rows


def sorted_rows(scores, exclude=()):
    order = np.lexsort((np.arange(len(scores)), -scores))
    return [row for row in order.tolist() if row not in exclude]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 99), st.integers(1, 300), st.integers(1, 40), st.data())
def test_ranks_are_places_in_the_sorted_list(seed, n, d, data):
    rows = rows_of(seed, n, d)
    k = data.draw(st.integers(1, d))
    exclude = data.draw(st.sets(st.integers(0, n - 1), max_size=3))
    scores = prefix_scores(rows, rows[-1], k)
    ranks = ranks_among(scores, [row for row in range(n) if row not in exclude], exclude)
    expected = sorted_rows(scores, exclude)
    assert ranks == {row: place + 1 for place, row in enumerate(expected)}


@pytest.mark.parametrize("k", [1, 7, 16, 33, 40])
def test_ranks_are_those_of_the_search(k):
    rows = np.random.default_rng(5).normal(size=(500, 40)).astype(np.float32)
    found, _ = PrefixSearch(rows).query(rows[3]).top(k, 500, exclude=(3,))
    ranks = ranks_among(prefix_scores(rows, rows[3], k), found.tolist(), (3,))
    if k > 1:  # With one dimension, there are two different cosines, up to rounding.
        assert [ranks[row] for row in found.tolist()] == list(range(1, 500))


def test_scores_are_cosines_up_to_a_factor():
    rows = rows_of(0, 80, 12)
    rows[4, 2] = np.nan
    query = rows[0]
    scores = prefix_scores(rows, query, 5)
    cut = rows[:, :5].astype(np.float64)
    with np.errstate(invalid="ignore"):
        expected = cut @ query[:5] / np.linalg.norm(cut, axis=1)
    expected[~rows[:, :5].any(axis=1)] = 0
    assert np.isnan(scores[4])
    good = ~np.isnan(expected)
    ratio = scores[good & (expected != 0)] / expected[good & (expected != 0)]
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 99), st.integers(1, 200), st.integers(1, 30), st.data())
def test_without_unit_length_again_products_are_sorted(seed, n, d, data):
    rows = rows_of(seed, n, d) * np.float32(data.draw(st.sampled_from([1e-20, 1.0, 1e15])))
    k, row = data.draw(st.integers(1, d)), data.draw(st.integers(0, n - 1))
    search = UnscaledSearch(rows)
    found, scores = search.top(rows[row], k, 10, exclude=(row,))
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1)
    unit = rows / np.where(lengths > 0, lengths, 1)[:, np.newaxis]
    products = unit[:, :k] @ unit[row, :k]
    products[row] = -np.inf
    best = np.sort(products)[::-1][: min(10, n - 1)]
    np.testing.assert_allclose(scores, best, atol=1e-5)
    np.testing.assert_allclose(products[found], best, atol=1e-5)
    for first, second in itertools.pairwise(found):
        if (rows[first] == rows[second]).all():
            assert first < second


def test_forgetting_unit_length_prefers_rows_with_much_in_the_first_dimensions():
    rows = np.float32([[3, 0.3, 0, 0], [1, 0, 8, 0], [1, 0.01, 0, 9]])
    query = np.float32([1, 0, 0, 0])
    by_cosine, _ = PrefixSearch(rows).query(query).top(2, 3)
    by_product, _ = UnscaledSearch(rows).top(query, 2, 3)
    assert by_cosine.tolist() == [1, 2, 0]
    assert by_product.tolist() == [0, 1, 2]


def test_at_full_length_nothing_is_forgotten():
    rows = np.random.default_rng(1).normal(size=(300, 24)).astype(np.float32)
    assert UnscaledSearch(rows).top(rows[2], 24)[0].tolist() == (
        PrefixSearch(rows).query(rows[2]).top(24)[0].tolist()
    )


@pytest.mark.parametrize("k", [0, 13])
def test_lengths_that_are_not_there_are_refused(k):
    rows = rows_of(0, 20, 12)
    with pytest.raises(UserError, match="from 1 to 12"):
        UnscaledSearch(rows).top(rows[0], k)
    with pytest.raises(UserError, match="from 1 to 12"):
        prefix_scores(rows, rows[0], k)
