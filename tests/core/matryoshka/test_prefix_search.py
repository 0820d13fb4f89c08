import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba.core import event

from embedviz.core import blocks
from embedviz.core.errors import UserError
from embedviz.core.matryoshka import compile_all, prefix_bounds, prefix_marks
from embedviz.core.matryoshka.prefix_search import PrefixSearch
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.neighbors.exact_cosines import nearest_by_cosine
from embedviz.core.neighbors.top_k import scaled_query


def random_rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def brute_force(vectors, query, dimensions, count, exclude=()):
    """Rows by the float64 cosines of all of them, as far as float32 tells these apart."""
    rows, other = vectors[:, :dimensions].astype(np.float64), query[:dimensions].astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        unit = other / np.linalg.norm(other)
        distances = 1.0 - units @ unit
        near = distances < 1e-4
        squares = ((units - unit) ** 2).sum(axis=1)
    squares[squares < 1e-28] = 0.0
    distances[near] = squares[near] / 2
    finite = np.isfinite(rows).all(axis=1)
    if not other.any():
        distances[finite] = 1.0
    distances[~rows.any(axis=1)] = 1.0
    distances[~finite] = np.nan
    distances[list(exclude)] = np.nan
    there = np.flatnonzero(~np.isnan(distances))
    order = there[np.argsort(distances[there].astype(np.float32), kind="stable")]
    return order[:count], distances


def assert_same(found, vectors, query, dimensions, count, exclude=()):
    rows, cosines = found
    query = np.asarray(query, dtype=np.float32)
    expected, distances = brute_force(vectors, query, dimensions, count, exclude)
    assert len(rows) == len(set(rows.tolist())) == len(expected)
    # Where rounding in another order turns a distance to the next float32, rows may change places.
    np.testing.assert_allclose(distances[rows], distances[expected], rtol=3e-7, atol=1e-15)
    np.testing.assert_allclose(cosines, 1.0 - distances[expected], atol=1e-7)
    scaled = scaled_query(query[:dimensions])[0]
    all_compared, _ = nearest_by_cosine(vectors[:, :dimensions], scaled, count, exclude, None)
    assert rows.tolist() == all_compared.tolist()


def inverse_length(query):
    length = float(np.linalg.norm(query.astype(np.float64)))
    return 1.0 / length if length else 0.0


KINDS = ("plain", "whole", "signs", "zeros", "huge and tiny", "far", "not finite", "half", "same")


def rows_of_a_kind(kind, n, d, seed):
    random = np.random.default_rng(seed)
    rows = random.normal(size=(n, d))
    if kind == "whole":
        rows = np.round(rows)
    elif kind == "signs":
        rows = np.sign(rows)
    elif kind == "zeros":
        rows[random.random(n) < 0.3] = 0
        rows[random.random(n) < 0.5, : random.integers(0, d + 1)] = 0
    elif kind == "huge and tiny":
        rows *= 10.0 ** random.integers(-44, 36, size=(n, 1))
        rows[:, :: random.integers(1, d + 1)] *= 1e-3
    elif kind == "far":
        rows += 10.0 ** random.integers(0, 6)
    elif kind == "not finite":
        rows[random.integers(0, n), random.integers(0, d)] = np.nan
        rows[random.integers(0, n), random.integers(0, d)] = np.inf
    elif kind == "half":
        rows = rows.astype(np.float16)
    elif kind == "same":
        rows[random.random(n) < 0.5] = rows[0]
    return rows.astype(np.float32)


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(KINDS),
    st.integers(1, 400),
    st.integers(1, 53),
    st.integers(1, 30),
    st.integers(0, 1_000),
    st.sampled_from(["as it is", "by columns", "every other", "not copied"]),
    st.data(),
)
def test_every_length_is_that_of_brute_force(kind, n, d, count, seed, layout, data):
    vectors = rows_of_a_kind(kind, n, d, seed)
    row = data.draw(st.integers(0, n - 1), "row")
    query = np.where(np.isfinite(vectors[row]), vectors[row], 1.0).astype(np.float32)
    query += data.draw(st.sampled_from([0.0, 0.01])) * np.abs(query).max()
    query[: data.draw(st.sampled_from([0, 0, 0, 5, 17]))] = 0
    exclude = data.draw(st.sets(st.integers(0, n - 1), max_size=4), "exclude")
    with pytest.MonkeyPatch.context() as patch:
        given_rows = vectors
        if layout == "by columns":
            patch.setattr(blocks, "_BLOCK_BYTES", 4 * d * 17)
            given_rows = np.asfortranarray(vectors)
        elif layout == "every other":
            given_rows = np.repeat(vectors, 2, axis=0)[::2]
        elif layout == "not copied":
            patch.setattr(prefix_marks, "_ASKED_FROM", 0)
            patch.setattr(prefix_marks, "available_memory", lambda: 4 * 36 * n)
        asked = PrefixSearch(given_rows).query(query)
        for dimensions in range(1, d + 1):
            found = asked.top(dimensions, count, exclude)
            assert_same(found, vectors, query, dimensions, count, exclude)


@pytest.mark.parametrize("kind", KINDS)
def test_many_rows_at_every_length(kind):
    vectors = rows_of_a_kind(kind, 5_000, 40, 1)
    query = np.where(np.isfinite(vectors[3]), vectors[3], 1.0).astype(np.float32)
    asked = PrefixSearch(vectors).query(query)
    for dimensions in range(1, 41):
        assert_same(asked.top(dimensions, 10, [3]), vectors, query, dimensions, 10, [3])


def test_half_precision_and_mapped_rows(tmp_path):
    vectors = random_rows(600, 70).astype(np.float16)
    np.save(tmp_path / "rows.npy", vectors.astype(np.float32))
    mapped = PrefixSearch(np.load(tmp_path / "rows.npy", mmap_mode="r")).query(vectors[5])
    half = PrefixSearch(vectors).query(vectors[5])
    for dimensions in range(1, 71):
        found = half.top(dimensions, 12)
        assert_same(found, vectors.astype(np.float32), vectors[5], dimensions, 12)
        np.testing.assert_array_equal(found, mapped.top(dimensions, 12))


@pytest.mark.parametrize("kind", KINDS)
def test_bounds_hold_the_cosines(kind):
    vectors = rows_of_a_kind(kind, 1_000, 40, 2)
    query = scaled_query(np.where(np.isfinite(vectors[3]), vectors[3], 1.0))[0]
    marks = prefix_marks.mark_rows(vectors)
    products = prefix_marks.multiply_rows(vectors, query)
    for dimensions in range(1, 41):
        prefix = query[:dimensions]
        scale = inverse_length(prefix)
        bounds = prefix_bounds.PrefixBounds(vectors[:, :dimensions], marks, prefix, scale, products)
        bounds.fill(prefix_bounds.Candidates(1_000, 10, ()))
        _, distances = brute_force(vectors, query, dimensions, 10)
        for cosine in (-0.5, 0.0, 0.3, 0.9):
            taken = np.concatenate([[], *bounds.rows_from(cosine)])
            wanted = np.flatnonzero(1.0 - distances >= cosine)
            assert np.isin(wanted, taken).all()


def test_few_rows_are_compared_at_any_length():
    vectors = random_rows(20_000, 100)
    marks = prefix_marks.mark_rows(vectors)
    query = scaled_query(vectors[0])[0]
    products = prefix_marks.multiply_rows(vectors, query)
    for dimensions in (4, 7, 16, 31, 33, 100):
        prefix = query[:dimensions]
        found = prefix_bounds.Candidates(20_000, 10, ())
        scale = inverse_length(prefix)
        bounds = prefix_bounds.PrefixBounds(vectors[:, :dimensions], marks, prefix, scale, products)
        bounds.fill(found)
        taken = np.concatenate(list(bounds.rows_from(float(found.best()[1][-1]))))
        assert 10 <= len(taken) < 30


def test_memory_is_what_is_said(monkeypatch):
    vectors = random_rows(1_280, 64)
    lengths, copy = vectors.nbytes // 16, vectors.nbytes * 9 // 16
    marks = PrefixSearch(vectors).marks
    assert marks.nbytes == lengths + copy + 4 * len(vectors)
    monkeypatch.setattr(prefix_marks, "_ASKED_FROM", 0)
    monkeypatch.setattr(prefix_marks, "available_memory", lambda: 2 * copy)
    assert len(prefix_marks.mark_rows(vectors).copy) == 2
    monkeypatch.setattr(prefix_marks, "available_memory", lambda: 0)
    assert len(prefix_marks.mark_rows(vectors).copy) == 0


def test_what_is_compiled_ahead_is_all_that_is_needed(monkeypatch):
    compile_all()
    vectors = random_rows(300, 50)
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 4 * 50 * 17)
    with event.install_recorder("numba:compile") as compiled:
        for rows in (vectors, np.asfortranarray(vectors), np.repeat(vectors, 2, axis=0)[::2]):
            query = PrefixSearch(rows).query(vectors[0].tolist())
            for dimensions in (1, 16, 50):
                query.top(dimensions, 3, [4])
    assert not compiled.buffer


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


def test_a_prefix_of_the_query_that_is_tiny_beside_the_rest_keeps_its_digits():
    vectors = random_rows(40, 20)
    query = vectors[5].copy()
    query[:9] *= np.float32(1e-44)
    search = NeighborSearch(vectors)
    for rest in (1.0, 1e30):
        query[9:] = rest
        prepared = PrefixSearch(vectors).query(query)
        for length in (1, 8, 9):
            rows, cosines = prepared.top(length, 6)
            expected, expected_cosines = search.nearest(query, 6, length)
            assert rows.tolist() == expected.tolist()
            np.testing.assert_array_equal(cosines, expected_cosines)


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
