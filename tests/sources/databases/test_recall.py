"""The recall of an index: what is estimated agrees with what is true of all rows."""

import numpy as np
import pytest

from embedviz.core.errors import UserError
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.progress import Cancelled
from embedviz.sources.databases.all_rows import nearest_of_all
from embedviz.sources.databases.recall import (
    RecallSettings,
    estimate_recall,
    interval_of,
    recall_curve,
    true_keys,
)
from tests.sources.databases.indexed_engine import IVF, IndexedCollection

METRICS = ("cosine", "dot", "euclidean")


def rows_of(count, dimensions=24, seed=1):
    """Return rows in clusters, as embeddings are."""
    random = np.random.default_rng(seed)
    centers = random.normal(size=(40, dimensions))
    chosen = centers[random.integers(0, 40, count)]
    return (chosen + 0.7 * random.normal(size=(count, dimensions))).astype(np.float32)


@pytest.fixture(scope="module")
def collection():
    return IndexedCollection(rows_of(3000), np.arange(3000) * 3 + 5)


def true_recall(collection, nprobes, count=10):
    """Return the recall over every row, by the definition."""
    unit = collection.unit(collection.vectors.astype(float))
    near_cells = np.argsort(-(unit @ collection.centers.T), axis=1)[:, :nprobes]
    shares = []
    for row in range(len(unit)):
        scores = unit @ unit[row]
        scores[row] = -np.inf
        best = np.argpartition(-scores, count)[:count]
        shares.append(np.isin(collection.cells[best], near_cells[row]).mean())
    return float(np.mean(shares))


@pytest.mark.parametrize("nprobes", [1, 4, 16])
def test_the_estimate_agrees_with_the_recall_over_all_rows(collection, nprobes):
    truth = true_keys(collection, RecallSettings("vector", n_queries=900))
    found = estimate_recall(collection, truth, {"nprobes": nprobes})
    expected = true_recall(collection, nprobes)
    assert found.recall == pytest.approx(expected, abs=0.02)
    assert found.low <= found.recall <= found.high
    assert (found.n_queries, found.count, found.index) == (900, 10, IVF)


def test_the_interval_holds_the_true_recall_about_as_often_as_it_says(collection):
    expected, inside = true_recall(collection, 2), 0
    for seed in range(60):
        truth = true_keys(collection, RecallSettings("vector", n_queries=40, seed=seed))
        found = estimate_recall(collection, truth, {"nprobes": 2})
        inside += found.low <= expected <= found.high
    assert inside >= 52  # Of 95 % of 60, 57; by chance below 52 once in some hundred times.


def test_an_interval_of_independent_hits_is_that_of_wilson():
    share, low, high = interval_of(np.array([1.0] * 80 + [0.0] * 20), np.ones(100))
    assert (share, low, high) == pytest.approx((0.8, 0.7112, 0.8666), abs=2e-3)


def test_where_nothing_is_lost_the_interval_is_not_empty():
    share, low, high = interval_of(np.full(50, 10.0), np.full(50, 10.0))
    assert (share, high) == (1.0, 1.0)
    assert low == pytest.approx(0.9287, abs=1e-3)  # Wilson's of 50 of 50.


def test_nothing_to_find_has_no_recall():
    assert np.isnan(interval_of(np.zeros(3), np.zeros(3))).all()


def test_reading_all_rows_finds_what_the_engine_finds_exactly(collection):
    settings = RecallSettings("vector", n_queries=40)
    engine = true_keys(collection, settings, "engine")
    rows = true_keys(collection, settings, "rows")
    assert (engine.exact_by, rows.exact_by) == ("engine", "rows")
    assert engine.keys.tolist() == rows.keys.tolist()
    for first, second in zip(engine.nearest, rows.nearest, strict=True):
        assert first.keys[:10].tolist() == second.keys[:10].tolist()
        assert first.scores[:10] == pytest.approx(second.scores[:10], abs=1e-5)


def test_without_exact_search_all_rows_are_read():
    collection = IndexedCollection(rows_of(500), abilities=())
    assert true_keys(collection, RecallSettings("vector", n_queries=20)).exact_by == "rows"


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("scale", [1.0, 1e-15, 1e15])
def test_one_pass_finds_the_exact_neighbors_by_each_metric(metric, scale):
    vectors = rows_of(20_000) * np.float32(scale)
    queries = vectors[:7] + np.float32(0.1 * scale)
    found = nearest_of_all(IndexedCollection(vectors), queries, 12, "vector", metric)
    search = NeighborSearch(vectors, metric)
    for query, each in zip(queries, found, strict=True):
        rows, scores = search.nearest(query, 12)
        assert each.keys.tolist() == rows.tolist()
        assert each.scores == pytest.approx(scores, rel=1e-5)


def test_rows_that_are_no_numbers_are_nobodys_neighbors():
    vectors = rows_of(300)
    vectors[4, 2], vectors[9, 0] = np.nan, np.inf
    found = nearest_of_all(IndexedCollection(vectors), vectors[:3], 300, "vector")
    assert all(len(each.keys) == 298 for each in found)
    assert not {4, 9} & set(found[0].keys.tolist())


def test_copies_of_rows_lose_nothing():
    vectors = np.repeat(rows_of(50), 20, axis=0)
    collection = IndexedCollection(vectors)
    truth = true_keys(collection, RecallSettings("vector", n_queries=30))
    assert estimate_recall(collection, truth, {"nprobes": 64}).recall == 1.0


def test_texts_as_keys():
    collection = IndexedCollection(rows_of(400), [f"row {each}" for each in range(400)])
    truth = true_keys(collection, RecallSettings("vector", n_queries=25))
    found = estimate_recall(collection, truth, {"nprobes": 64})
    assert found.recall == 1.0
    assert all(key not in each.keys for key, each in zip(truth.keys, truth.nearest, strict=True))


def test_a_curve_is_told_as_it_grows_and_rises(collection):
    truth, parts = true_keys(collection, RecallSettings("vector", n_queries=100)), []
    found = recall_curve(collection, truth, "nprobes", [1, 4, 64], on_part=parts.append)
    assert [len(each) for each in parts] == [1, 2, 3]
    recalls = [each.recall for each in found]
    assert recalls == sorted(recalls)
    assert recalls[-1] == 1.0
    assert [dict(each.settings) for each in found] == [{"nprobes": n} for n in (1, 4, 64)]


def test_the_same_seed_draws_the_same_queries(collection):
    first, second, other = (
        true_keys(collection, RecallSettings("vector", n_queries=20, seed=seed)).keys.tolist()
        for seed in (3, 3, 4)
    )
    assert first == second != other


@pytest.mark.parametrize("way", ["engine", "rows"])
def test_it_can_be_stopped(collection, way):
    def stop(fraction, words):
        if fraction > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        true_keys(collection, RecallSettings("vector", n_queries=50), way, stop)


@pytest.mark.parametrize(("changes", "n_rows"), [({"count": 0}, 9), ({"n_queries": 0}, 9), ({}, 1)])
def test_what_has_no_recall_is_said(changes, n_rows):
    with pytest.raises(UserError):
        true_keys(IndexedCollection(rows_of(n_rows)), RecallSettings("vector", **changes))
