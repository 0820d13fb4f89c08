import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core import blocks
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.prefix_search import PrefixSearch
from embedviz.core.neighbors import NeighborSearch


def random_rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


@pytest.mark.parametrize("d", [1, 15, 16, 17, 50, 64])
def test_prefix_search_equals_a_search_at_every_prefix(d):
    vectors = random_rows(700, d)
    query, search = PrefixSearch(vectors).query(vectors[3]), NeighborSearch(vectors)
    for dimensions in range(1, d + 1):
        rows, scores = query.top(dimensions, 10, exclude=[3])
        expected = search.nearest(vectors[3], 10, dimensions, exclude=[3])
        np.testing.assert_allclose(scores, expected[1], atol=1e-6)
        if dimensions > 1:  # On one dimension all cosines are 1 or -1 but for rounding.
            assert rows.tolist() == expected[0].tolist()


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 60), st.integers(1, 40), st.integers(0, 70), st.data())
def test_top_rows_of_any_set(n, dimensions, count, data):
    vectors = np.round(random_rows(n, 40))
    exclude = data.draw(st.sets(st.integers(0, 60), max_size=5))
    rows, cosines = PrefixSearch(vectors).query(np.arange(40)).top(dimensions, count, exclude)
    keys = list(zip(-cosines, rows, strict=True))
    assert keys == sorted(keys)
    allowed = [row for row in range(n) if row not in exclude]
    assert len(set(rows.tolist())) == len(rows) == min(count, len(allowed))
    assert set(rows.tolist()) <= set(allowed)


def test_identical_rows_tie_at_every_prefix():
    vectors = random_rows(1003, 101)
    same = [0, 1, 127, 128, 500, 999, 1001, 1002]
    vectors[same] = vectors[0]
    query = PrefixSearch(vectors).query(vectors[0] + np.float32(0.01))
    for dimensions in (15, 16, 17, 48, 63, 101):
        rows, cosines = query.top(dimensions, 8)
        assert rows.tolist() == same
        assert len(set(cosines.tolist())) == 1


def test_rows_that_begin_with_zeros():
    vectors = random_rows(40, 50)
    vectors[:20, :33] = 0
    query = PrefixSearch(vectors).query(vectors[30])
    for dimensions in (7, 16, 33):
        rows, cosines = query.top(dimensions, 40)
        assert (cosines[rows < 20] == 0).all()
        assert (cosines[rows >= 20] != 0).all()
    query = PrefixSearch(vectors).query(vectors[3])
    assert query.top(20, 3)[0].tolist() == [0, 1, 2]
    assert query.top(20, 3)[1].tolist() == [0, 0, 0]
    assert query.top(50, 1)[0].tolist() == [3]


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_numbers_of_any_size(scale):
    vectors = random_rows(60, 40)
    expected = PrefixSearch(vectors).query(vectors[1])
    found = PrefixSearch(vectors * np.float32(scale)).query(vectors[1] * np.float32(scale))
    for dimensions in (5, 16, 39):
        rows, cosines = found.top(dimensions, 10)
        assert rows.tolist() == expected.top(dimensions, 10)[0].tolist()
        np.testing.assert_allclose(cosines, expected.top(dimensions, 10)[1], atol=1e-6)


def test_any_memory_layout_gives_the_same_answer(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 4 * 40 * 17)
    vectors = random_rows(100, 40)
    expected = PrefixSearch(vectors).query(vectors[9])
    found = PrefixSearch(np.asfortranarray(vectors)).query(vectors[9])
    for dimensions in (3, 32, 40):
        np.testing.assert_array_equal(found.top(dimensions, 7), expected.top(dimensions, 7))


def test_a_row_with_nan_is_found_only_before_the_nan():
    vectors = random_rows(30, 40)
    vectors[2, 20] = np.nan
    query = PrefixSearch(vectors).query(vectors[0])
    assert 2 in query.top(20, 30)[0]
    for dimensions in (21, 32, 40):
        assert 2 not in query.top(dimensions, 30)[0]


@pytest.mark.parametrize("query", [np.ones(3), np.full(40, np.nan)])
def test_queries_that_make_no_sense_are_refused(query):
    with pytest.raises(UserError):
        PrefixSearch(random_rows(5, 40)).query(query)


def test_prefixes_that_do_not_exist_are_refused():
    query = PrefixSearch(random_rows(5, 40)).query(np.ones(40))
    with pytest.raises(UserError, match="from 1 to 40"):
        query.top(41, 3)
