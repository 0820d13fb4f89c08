import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core import blocks
from embedviz.core.errors import UserError
from embedviz.core.matryoshka import measure_overlap, overlap_curve, truncate, two_stage
from embedviz.core.matryoshka.orderings import ORDERINGS
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.progress import Cancelled


def random_rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


@settings(deadline=None)
@given(st.integers(1, 12), st.integers(0, 20))
def test_truncated_rows_are_the_prefix_at_unit_length(dimensions, n):
    vectors = random_rows(n, 12)
    prefix = vectors[:, :dimensions]
    found = truncate(vectors, dimensions)
    assert found.dtype == np.float32
    expected = prefix / np.linalg.norm(prefix.astype(np.float64), axis=1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_a_zero_prefix_stays_zero():
    assert truncate([[0, 0, 5], [3, 4, 5]], 2).tolist() == [
        [0, 0],
        [np.float32(0.6), np.float32(0.8)],
    ]


def test_truncation_goes_block_by_block_and_leaves_the_vectors_alone(monkeypatch):
    vectors = random_rows(50, 9)
    before, expected = vectors.copy(), truncate(vectors, 4)
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 4 * 9 * 7)
    np.testing.assert_array_equal(truncate(vectors, 4), expected)
    np.testing.assert_array_equal(vectors, before)


@pytest.mark.parametrize("dimensions", [0, 10, -1])
def test_truncation_to_more_than_there_is_is_refused(dimensions):
    with pytest.raises(UserError, match="from 1 to 9"):
        truncate(random_rows(5, 9), dimensions)


def naive_curve(vectors, dimensions, count, queries):
    """Return the overlap of prefixes by sorting everything, and float64."""
    curve = []
    for k in (*dimensions, vectors.shape[1]):
        prefix = vectors[:, :k].astype(np.float64)
        unit = prefix / np.linalg.norm(prefix, axis=1, keepdims=True)
        cosines = unit[queries] @ unit.T
        cosines[np.arange(len(queries)), queries] = -np.inf
        curve.append(np.argsort(-cosines, axis=1)[:, :count])
    *short, full = curve
    return [
        np.mean([len(np.intersect1d(a, b)) / count for a, b in zip(rows, full, strict=True)])
        for rows in short
    ]


def test_overlap_equals_sorting_everything(monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 4 * 40 * 300)
    vectors = random_rows(700, 40)
    queries = [3, 0, 699, 350]
    curve = overlap_curve(vectors, [2, 7, 24, 39, 40], 10, queries)
    np.testing.assert_allclose(curve, naive_curve(vectors, [2, 7, 24, 39, 40], 10, queries))


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("center", [False, True])
def test_overlap_is_exactly_one_on_all_dimensions(ordering, center):
    vectors = random_rows(300, 24) + np.float32(0.5)
    vectors[50:100] = vectors[:50]
    curve = overlap_curve(vectors, [24, 3, 24, 12, 23], 10, 100, ordering, center, draws=3)
    assert curve[0] == curve[2] == 1
    assert 0 < curve[1] < curve[3] < curve[4] <= 1


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_overlap_is_the_same_for_the_same_seed(ordering):
    vectors = random_rows(300, 24)
    first = overlap_curve(vectors, [4, 12], 5, 40, ordering, seed=1)
    np.testing.assert_array_equal(first, overlap_curve(vectors, [4, 12], 5, 40, ordering, seed=1))
    assert first.tolist() != overlap_curve(vectors, [4, 12], 5, 40, ordering, seed=2).tolist()


def test_centering_changes_both_sides():
    vectors = random_rows(400, 32) + 5 * random_rows(1, 32, seed=1)
    centered = vectors - vectors.mean(axis=0)
    for ordering in ORDERINGS:
        np.testing.assert_allclose(
            overlap_curve(vectors, [8, 16], ordering=ordering, center=True),
            overlap_curve(centered, [8, 16], ordering=ordering),
            atol=1e-3,
        )


def test_variance_takes_the_columns_with_the_most():
    vectors = random_rows(300, 30) * (1.2 ** np.arange(30)).astype(np.float32)
    curve = overlap_curve(vectors, [5, 20], ordering="variance")
    np.testing.assert_array_equal(curve, overlap_curve(vectors[:, ::-1], [5, 20]))


def test_singular_vectors_find_the_plane_that_rows_lie_in():
    rng = np.random.default_rng(0)
    vectors = (rng.normal(size=(300, 4)) @ rng.normal(size=(4, 50))).astype(np.float32)
    wide = (rng.normal(size=(40, 4)) @ rng.normal(size=(4, 50))).astype(np.float32)
    for rows in (vectors, wide):
        assert overlap_curve(rows, [4], 5, ordering="svd")[0] > 0.99
        assert overlap_curve(rows, [4], 5, ordering="svd", center=True)[0] > 0.99
        assert overlap_curve(rows, [3], 5, ordering="svd")[0] < 0.9


def test_random_overlap_is_the_mean_of_its_draws():
    vectors = random_rows(200, 20)
    one = overlap_curve(vectors, [3, 10], ordering="random", draws=1)
    many = overlap_curve(vectors, [3, 10], ordering="random", draws=40)
    assert one.tolist() != many.tolist()
    np.testing.assert_allclose(many, overlap_curve(vectors, [3, 10]), atol=0.05)


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("count", [1, 5, 10])
@pytest.mark.parametrize("n", [0, 1, 2, 5, 6, 11])
def test_overlap_without_a_choice_of_rows_is_no_number(n, count, ordering):
    curve = overlap_curve(random_rows(n, 8), [1, 2, 8], count, ordering=ordering)
    assert np.isnan(curve).all() == (count >= n - 1)
    if count < n - 1:
        assert curve[-1] == 1


def test_overlap_of_no_queries_or_lengths():
    assert np.isnan(overlap_curve(random_rows(20, 8), [2], queries=[])).tolist() == [True]
    assert np.isnan(overlap_curve(random_rows(20, 8), [2, 8], queries=0)).all()
    assert overlap_curve(random_rows(20, 8), [], 5).tolist() == []


SAME = {
    "zero": np.zeros((50, 8)),
    "equal": np.ones((50, 8)) * random_rows(1, 8),
    "multiples": np.linspace(0.5, 90, 50)[:, None] * random_rows(1, 8),
    "equal and far from zero": np.full((50, 8), 1e6),
    "NaN": np.full((50, 8), np.nan),
    "infinite": np.full((50, 8), np.inf),
}


@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("name", SAME)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_overlap_of_rows_that_are_all_alike_is_no_number(name, ordering):
    if ordering == "svd" and not np.isfinite(SAME[name]).all():
        pytest.skip("there are no singular vectors")
    found = measure_overlap(SAME[name], [1, 3, 8], 5, ordering=ordering)
    assert np.isnan(found.curve).all()
    assert (found.n_queries, found.n_counted) == (50, 0)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 9), st.integers(1, 8), st.integers(0, 2**20))
def test_rows_that_have_no_neighbors_of_their_own_do_not_change_the_mean(kind, count, seed):
    """Rows of zeros are neighbors of nobody, and those that are there often only of themselves."""
    vectors = np.abs(random_rows(40, 8, seed))
    alone = -np.ones((1, 8)) if kind % 2 else np.zeros((1, 8))
    more = np.vstack([vectors, np.repeat(alone, count + 2, axis=0)])
    lengths = [2, 5, 8]
    expected = overlap_curve(more, lengths, count, queries=np.arange(40))
    found = measure_overlap(more, lengths, count, queries=len(more))
    np.testing.assert_array_equal(found.curve, expected)
    assert (found.n_queries, found.n_counted) == (len(more), 40)


@settings(deadline=None, max_examples=20)
@given(st.sampled_from([0.0, 30.0, 1e3, 1e5, 1e6]), st.integers(0, 2**20))
def test_overlap_far_from_the_origin_is_that_of_the_rows(offset, seed):
    """There all cosines are 1.000000 in float32, and the first rows of the set are the nearest."""
    vectors = random_rows(60, 9, seed) + np.float32(offset)
    queries = np.arange(0, 60, 7)
    unit = vectors.astype(np.float64)
    curve = overlap_curve(vectors, [2, 5, 8, 9], 6, queries)
    nearest = []
    for k in (2, 5, 8, 9):
        unit = vectors[:, :k] / np.linalg.norm(vectors[:, :k].astype(np.float64), axis=1)[:, None]
        apart = np.square(unit[queries][:, None] - unit).sum(axis=2)
        apart[np.arange(len(queries)), queries] = np.inf
        nearest.append(np.argsort(apart, axis=1)[:, :6])
    shares = [
        np.mean([len(np.intersect1d(a, b)) / 6 for a, b in zip(rows, nearest[-1], strict=True)])
        for rows in nearest
    ]
    np.testing.assert_allclose(curve, shares, atol=0.04)
    turned = overlap_curve(vectors, [8, 9], 6, queries, "svd")
    assert turned[0] > 0.5
    assert turned[1] == 1


def test_rows_with_nan_are_not_counted():
    vectors = random_rows(60, 8)
    damaged = np.insert(vectors, 20, np.nan, axis=0)
    queries = np.arange(10)
    curve = overlap_curve(damaged, [2, 5], 5, [*queries, 20])
    np.testing.assert_array_equal(curve, overlap_curve(vectors, [2, 5], 5, queries))
    assert np.isnan(overlap_curve(damaged, [2, 8], 5, [20])).all()


def test_overlap_refuses_what_there_is_not():
    with pytest.raises(UserError, match="from 1 to 8"):
        overlap_curve(random_rows(20, 8), [4, 9])
    with pytest.raises(ValueError, match="prefix, random, variance, svd"):
        overlap_curve(random_rows(20, 8), [4], ordering="sorted")


def test_overlap_reports_and_stops():
    seen = []
    overlap_curve(
        random_rows(300, 8),
        [2, 4],
        ordering="random",
        report=lambda fraction, words: seen.append(fraction),
    )
    assert seen == sorted(seen)
    assert len(seen) >= 10
    assert 0 <= seen[0] <= seen[-1] <= 1

    def stop(fraction, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        overlap_curve(random_rows(300, 8), [2, 4], report=stop)


def test_overlap_of_real_vectors(data_folder):
    text = (data_folder / "movies" / "peliculas_text-embedding-3-small-1536.json").read_text()
    vectors = np.array(list(json.loads(text).values()), dtype=np.float32)
    assert overlap_curve(vectors, [256])[0] == pytest.approx(0.737, abs=5e-4)
    assert overlap_curve(vectors, [256], ordering="random")[0] == pytest.approx(0.686, abs=0.01)
    assert overlap_curve(vectors, [256], ordering="svd")[0] > 0.99


def test_two_stages_with_a_shortlist_of_all_rows_are_a_search():
    vectors = random_rows(300, 24)
    vectors[[5, 80]] = vectors[200]
    expected = NeighborSearch(vectors).nearest(vectors[200], 10, exclude=[80])
    np.testing.assert_array_equal(
        two_stage(vectors, vectors[200], 6, 300, 10, exclude=[80]), expected
    )


def test_two_stages_rank_the_shortlist_on_all_dimensions():
    vectors = random_rows(300, 24)
    shortlist, _ = NeighborSearch(vectors).nearest(vectors[1], 30, 6)
    rows, found = two_stage(vectors, vectors[1], 6, 30, 10)
    assert set(rows) <= set(shortlist)
    every, all_cosines = NeighborSearch(vectors).nearest(vectors[1], 300)
    expected = [
        (row, cosine) for row, cosine in zip(every, all_cosines, strict=True) if row in shortlist
    ]
    assert list(zip(rows, found, strict=True)) == expected[:10]
    assert len(two_stage(vectors, vectors[1], 6, 5, 10)[0]) == 5
