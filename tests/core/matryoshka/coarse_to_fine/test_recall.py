import numpy as np
import pytest

from embedviz.core.matryoshka import TwoStageSearch, measure_recall, two_stage
from embedviz.core.matryoshka.coarse_to_fine import recall as recall_module
from embedviz.core.matryoshka.coarse_to_fine.codes import PRECISIONS
from embedviz.core.matryoshka.coarse_to_fine.recall import (
    coarse_ranks,
    error_of,
    grid_lengths,
    grid_shortlists,
    recall_of,
)
from embedviz.core.matryoshka.coarse_to_fine.true_neighbors import find_true_neighbors
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.progress import Cancelled


def random_rows(n, d, seed=0):
    random = np.random.default_rng(seed)
    low = random.normal(size=(n, 6)) @ random.normal(size=(6, d))
    return (low + random.normal(size=(n, d))).astype(np.float32)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_recall_is_that_of_the_search_in_two_stages(precision):
    vectors = random_rows(700, 40)
    vectors[100:140] = vectors[:40]
    queries = [0, 3, 120, 500, 699]
    grid = measure_recall(vectors, (5, 40), (10, 25, 300), 10, queries, precision)
    search = NeighborSearch(vectors)
    for place, length in enumerate(grid.lengths):
        for listed, shortlist in enumerate(grid.shortlists):
            shares = []
            for row in queries:
                exact, _ = search.nearest(vectors[row], 10, exclude=[row])
                found, _ = two_stage(vectors, vectors[row], length, shortlist, 10, [row], precision)
                shares.append(len(np.intersect1d(exact, found)) / 10)
            assert grid.recall[place, listed] == pytest.approx(np.mean(shares))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_ranks_are_places_in_the_order_of_the_first_stage(precision, monkeypatch):
    monkeypatch.setattr(recall_module, "_MOST_ROWS", 128)
    vectors = random_rows(500, 30)
    vectors[60:90] = vectors[:30]
    vectors[200:210] = 0
    near = find_true_neighbors(vectors, 6, [0, 70, 499, 250])
    for length in (1, 7, 30):
        ranks = coarse_ranks(near, length, precision)
        search = TwoStageSearch(vectors, length, precision)
        for own, rows, found in zip(near.query_rows, near.rows, ranks, strict=True):
            order = search.shortlist(vectors[own], len(vectors), [own]).tolist()
            assert found.tolist() == [order.index(row) for row in rows]


def test_long_codes_are_summed_exactly():
    vectors = random_rows(130, 2600)
    near = find_true_neighbors(vectors, 5, [0, 9])
    ranks = coarse_ranks(near, 2600, "int8")
    search = TwoStageSearch(vectors, 2600, "int8")
    for own, rows, found in zip(near.query_rows, near.rows, ranks, strict=True):
        order = search.shortlist(vectors[own], 130, [own]).tolist()
        assert found.tolist() == [order.index(row) for row in rows]


def test_far_from_the_origin_float32_is_ranked_right_as_the_search_does():
    vectors = np.float32(1e6) + random_rows(300, 12) * np.float32(10)
    near = find_true_neighbors(vectors, 5, [4, 200])
    assert near.is_crowded
    search = TwoStageSearch(vectors, 6, "float32")
    for own, rows, found in zip(
        near.query_rows, near.rows, coarse_ranks(near, 6, "float32"), strict=True
    ):
        assert rows.tolist() == (
            NeighborSearch(vectors).nearest(vectors[own], 5, exclude=[own])[0].tolist()
        )
        order = search.shortlist(vectors[own], 300, [own]).tolist()
        assert found.tolist() == [order.index(row) for row in rows]


def test_true_neighbors_are_those_of_exact_search():
    vectors = random_rows(900, 20)
    vectors[300:600] = vectors[:300]
    near = find_true_neighbors(vectors, 10, 40, seed=3)
    assert len(near.rows) == near.n_queries == 40
    for own, rows in zip(near.query_rows, near.rows, strict=True):
        expected, _ = NeighborSearch(vectors).nearest(vectors[own], 10, exclude=[own])
        assert rows.tolist() == expected.tolist()


def test_queries_without_neighbors_of_their_own_do_not_count():
    vectors = random_rows(100, 8)
    vectors[0], vectors[1, 3] = 0, np.nan
    vectors[20:40] = vectors[20]
    grid = measure_recall(vectors, (4,), (10,), 10, [0, 1, 25, 50])
    assert (grid.n_queries, grid.n_counted) == (4, 1)


def test_nothing_is_measured_where_nothing_can_be_lost():
    for vectors in (np.zeros((30, 4)), np.ones((30, 4)), random_rows(3, 4), random_rows(11, 4)):
        grid = measure_recall(vectors)
        assert np.isnan(grid.recall).all()
        assert grid.n_counted == 0


def test_a_row_whose_code_is_on_no_shortlist_is_not_found():
    vectors = random_rows(50, 6)
    near = find_true_neighbors(vectors, 3, [5])
    broken = vectors.copy()
    broken[near.rows[0, 1], 0] = np.nan
    object.__setattr__(near, "vectors", broken)
    assert coarse_ranks(near, 4, "int8")[0, 1] == 50


def test_columns_come_one_after_the_other_and_can_be_stopped():
    vectors = random_rows(300, 16)
    seen = []
    grid = measure_recall(vectors, (2, 4, 16), (10, 50), on_column=seen.append)
    measured = [(~np.isnan(each.recall)).all(axis=1).tolist() for each in seen]
    assert measured == [[True, False, False], [True, True, False], [True] * 3]
    np.testing.assert_array_equal(seen[-1].recall, grid.recall)

    def stop(fraction, words):
        if "recall" in words:
            raise Cancelled

    with pytest.raises(Cancelled):
        measure_recall(vectors, (2,), (10,), report=stop)


def test_recall_grows_with_the_shortlist_and_is_all_at_full_length():
    grid = measure_recall(random_rows(2000, 32), queries=50)
    assert (np.diff(grid.recall, axis=1) >= 0).all()
    np.testing.assert_array_equal(grid.recall[-1], 1.0)


def test_the_same_seed_gives_the_same_recall():
    vectors = random_rows(400, 16)
    first, again, other = (measure_recall(vectors, (3,), (10,), 5, 20, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(first.recall, again.recall)
    assert (first.recall != other.recall).any()


def test_lengths_and_shortlists_fit_the_set():
    assert grid_lengths(384) == (8, 16, 32, 64, 128, 256, 384)
    assert grid_lengths(20) == (1, 2, 4, 8, 16, 20)
    assert grid_lengths(1) == (1,)
    assert grid_lengths(0) == ()
    assert grid_shortlists(10_000) == (10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
    assert grid_shortlists(100) == (10, 20, 50)
    assert grid_shortlists(12, 5) == (5, 10)
    assert grid_shortlists(1) == ()


def test_mean_and_standard_error_of_ranks():
    ranks = np.array([[0, 5], [0, 20]])
    assert recall_of(ranks, 10) == 0.75
    assert error_of(ranks, 10) == pytest.approx(0.25)
    assert np.isnan(recall_of(ranks[:0], 10))
    assert np.isnan(error_of(ranks[:1], 10))
