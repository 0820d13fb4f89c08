import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import embedviz.core.neighbors.tiles as tiles
from embedviz.core.errors import UserError
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.neighbors.adjacency import GRAPH_METRICS, NeighborGraph
from embedviz.core.neighbors.graph import neighbor_graph, neighbors_of, neighbors_within
from embedviz.core.progress import Cancelled

both_metrics = pytest.mark.parametrize("metric", GRAPH_METRICS)


def random_rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def reference(vectors, metric):
    """Return the scores of all rows with all rows in float64."""
    rows = vectors.astype(np.float64)
    if metric == "euclidean":
        return np.sqrt(((rows[:, np.newaxis] - rows) ** 2).sum(axis=2))
    lengths = np.linalg.norm(rows, axis=1)
    lengths = np.outer(lengths, lengths)
    return np.divide(rows @ rows.T, lengths, out=np.zeros_like(lengths), where=lengths > 0)


def assert_nearest(graph, vectors, queries, allowed, atol=1e-6):
    """Check a graph against all scores, by the scores: equally near rows may change places."""
    scores = reference(vectors, graph.metric)[queries][:, allowed]
    scores = scores if graph.metric == "euclidean" else -scores
    scores[np.asarray(queries)[:, np.newaxis] == allowed] = np.inf
    expected = np.sort(scores, axis=1)[:, : graph.count]
    found = graph.scores if graph.metric == "euclidean" else -graph.scores
    np.testing.assert_allclose(found, expected, rtol=2e-6, atol=atol)
    places = np.searchsorted(allowed, graph.rows)
    np.testing.assert_array_equal(np.asarray(allowed)[places], graph.rows)
    np.testing.assert_allclose(
        found, np.take_along_axis(scores, places, axis=1), rtol=2e-6, atol=atol
    )
    for row, neighbors in zip(queries, graph.rows, strict=True):
        assert row not in neighbors
        assert len(set(neighbors.tolist())) == len(neighbors)
    ordered = (found[:, :-1] < found[:, 1:]) | (
        (found[:, :-1] == found[:, 1:]) & (graph.rows[:, :-1] < graph.rows[:, 1:])
    )
    assert ordered.all()


@both_metrics
@pytest.mark.parametrize(
    ("n", "d", "count"),
    [(700, 40, 15), (257, 7, 3), (256, 6, 255), (90, 1, 20), (1300, 5, 1), (30, 100, 200)],
)
def test_equals_brute_force(n, d, count, metric):
    vectors = random_rows(n, d)
    graph = neighbor_graph(vectors, count, metric)
    assert graph.rows.dtype == np.int32
    assert graph.scores.dtype == np.float32
    assert graph.rows.shape == (n, min(count, n - 1))
    assert_nearest(graph, vectors, np.arange(n), np.arange(n))


@both_metrics
def test_equals_the_search_for_each_row(metric):
    vectors = random_rows(600, 30)
    vectors[100:200] = vectors[:100]
    vectors[50] = 0
    graph = neighbor_graph(vectors, 12, metric)
    search = NeighborSearch(vectors, metric)
    for row in range(0, 600, 11):
        rows, scores = search.nearest(vectors[row], 12, exclude=(row,))
        np.testing.assert_allclose(graph.scores[row], scores, rtol=1e-6, atol=2e-7)
        np.testing.assert_array_equal(graph.rows[row], rows)


@both_metrics
def test_many_blocks_of_any_size_give_the_same(metric, monkeypatch):
    vectors = random_rows(2100, 12)
    sizes = (2100, 1537, 1030)
    whole = [neighbor_graph(vectors[:n], 10, metric) for n in sizes]
    assert_nearest(whole[-1], vectors[:1030], np.arange(1030), np.arange(1030))
    monkeypatch.setattr(tiles, "_MOST_PANELS", 2)
    monkeypatch.setattr(tiles, "_WORK_PER_REPORT", 1)
    for n, expected in zip(sizes, whole, strict=True):
        cut = neighbor_graph(vectors[:n], 10, metric)
        np.testing.assert_array_equal(cut.rows, expected.rows)
        np.testing.assert_array_equal(cut.scores, expected.scores)


@settings(deadline=None, max_examples=60)
@given(
    arrays(
        np.float32,
        st.tuples(st.integers(1, 60), st.integers(1, 4)),
        elements=st.integers(-2, 2).map(np.float32),
    ),
    st.integers(0, 12),
    st.sampled_from(GRAPH_METRICS),
)
def test_any_small_set_with_ties_and_rows_of_zeros(vectors, count, metric):
    graph = neighbor_graph(vectors, count, metric)
    n = len(vectors)
    assert graph.rows.shape == (n, max(0, min(count, n - 1)))
    assert_nearest(graph, vectors, np.arange(n), np.arange(n))


@both_metrics
def test_of_equally_near_rows_the_lower_ones_are_kept(metric):
    vectors = np.tile(random_rows(2, 30), (400, 1))
    graph = neighbor_graph(vectors, 5, metric)
    for row, neighbors in enumerate(graph.rows):
        same = [other for other in range(row % 2, 14, 2) if other != row]
        assert neighbors.tolist() == same[:5]
    np.testing.assert_allclose(graph.distances, 0, atol=1e-7)


@both_metrics
@pytest.mark.parametrize("shape", [(0, 4), (1, 4), (5, 0), (0, 0)])
def test_sets_with_next_to_nothing_in_them(shape, metric):
    graph = neighbor_graph(np.ones(shape), 3, metric)
    n = shape[0]
    assert graph.rows.shape == (n, max(0, min(3, n - 1)))
    for row, neighbors in enumerate(graph.rows):
        assert neighbors.tolist() == [other for other in range(n) if other != row][:3]
    assert neighbors_within(np.ones(shape), [], 3, metric).rows.shape == (n, 0)


@both_metrics
@pytest.mark.parametrize("scale", [1e-30, 1e-18, 1e15, 1e30])
def test_numbers_of_any_size(scale, metric):
    vectors = random_rows(300, 8)
    plain = neighbor_graph(vectors, 6, metric)
    scaled = neighbor_graph(vectors * np.float32(scale), 6, metric)
    np.testing.assert_array_equal(scaled.rows, plain.rows)
    factor = scale if metric == "euclidean" else 1
    np.testing.assert_allclose(scaled.scores, plain.scores * factor, rtol=2e-6)


def test_one_long_row_does_not_blur_the_others():
    vectors = random_rows(300, 8)
    plain = neighbor_graph(vectors, 6, "euclidean")
    vectors = np.vstack([vectors, np.full((1, 8), 1e20, dtype=np.float32)])
    np.testing.assert_array_equal(neighbor_graph(vectors, 6, "euclidean").rows[:300], plain.rows)


def test_near_duplicates_far_from_the_origin_are_told_apart():
    close = (1000 + np.random.default_rng(0).integers(-60, 60, (500, 5)) * 2.0**-13).astype("f4")
    graph = neighbor_graph(close, 8, "euclidean")
    assert_nearest(graph, close, np.arange(500), np.arange(500), atol=0)


@both_metrics
def test_any_layout_of_the_numbers(metric):
    vectors = random_rows(300, 24)
    plain = neighbor_graph(vectors[:, :10].copy(), 6, metric)
    layouts = [
        vectors[:, :10],
        np.asfortranarray(vectors[:, :10]),
        np.repeat(vectors[:, :10], 2, axis=0)[::2],
        vectors[:, :10].astype(np.float64),
        vectors[::-1, :10].copy()[::-1],
    ]
    for same in layouts:
        found = neighbor_graph(same, 6, metric)
        np.testing.assert_array_equal(found.rows, plain.rows)
        np.testing.assert_array_equal(found.scores, plain.scores)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_rows_that_are_no_numbers_are_refused(bad):
    vectors = random_rows(20, 4)
    vectors[3, 2] = bad
    with pytest.raises(UserError, match="1 of 20 rows"):
        neighbor_graph(vectors)
    with pytest.raises(UserError, match="Leave those rows out"):
        neighbors_within(vectors, [1, 2, 4])


def test_only_two_metrics():
    with pytest.raises(ValueError, match="cosine, euclidean"):
        neighbor_graph(random_rows(5, 2), metric="dot")


@both_metrics
@pytest.mark.parametrize("n_sample", [2, 40, 300])
def test_neighbors_within_a_sample(metric, n_sample):
    vectors = random_rows(700, 9)
    sample = np.random.default_rng(1).permutation(700)[:n_sample]
    parts = []
    graph = neighbors_within(vectors, sample, 10, metric, on_part=lambda *part: parts.append(part))
    assert graph.count == min(10, n_sample - 1)
    assert_nearest(graph, vectors, np.arange(700), np.sort(sample))
    covered = np.concatenate([np.arange(700)[part] for part, _, _ in parts])
    np.testing.assert_array_equal(covered, np.arange(700))
    for part, rows, scores in parts:
        np.testing.assert_array_equal(rows, graph.rows[part])
        np.testing.assert_array_equal(scores, graph.scores[part])


def test_parts_come_while_the_rest_is_still_unknown(monkeypatch):
    monkeypatch.setattr(tiles, "_MOST_PANELS", 2)
    events = []
    neighbors_within(
        random_rows(2000, 8),
        np.arange(600),
        4,
        report=lambda fraction, _: events.append(fraction),
        on_part=lambda part, rows, scores: events.append(part),
    )
    first_part = next(i for i, event in enumerate(events) if isinstance(event, slice))
    assert any(isinstance(event, float) for event in events[first_part:])


@both_metrics
def test_neighbors_of_some_rows(metric):
    vectors = random_rows(700, 9)
    rows = np.array([690, 3, 3, 255, 256, 0])
    graph = neighbors_of(vectors, rows, 10, metric)
    whole = neighbor_graph(vectors, 10, metric)
    np.testing.assert_array_equal(graph.rows, whole.rows[rows])
    np.testing.assert_array_equal(graph.scores, whole.scores[rows])


def test_progress_only_grows_and_ends_what_nobody_wants(monkeypatch):
    monkeypatch.setattr(tiles, "_WORK_PER_REPORT", 100_000_000)
    seen = []
    vectors = random_rows(3000, 30)
    neighbor_graph(vectors, 5, report=lambda fraction, _: seen.append(fraction))
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert 0.9 < seen[-1] <= 1
    calls = []

    def cancel(fraction, message):
        calls.append(message)
        if len(calls) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        neighbor_graph(vectors, 5, report=cancel)
    assert len(calls) == 3


def test_two_graphs_at_once():
    vectors = random_rows(1500, 40)
    alone = neighbor_graph(vectors, 8)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(neighbor_graph(vectors, 8))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    for graph in found:
        np.testing.assert_array_equal(graph.rows, alone.rows)


def test_a_graph_of_fewer_neighbors():
    graph = neighbor_graph(random_rows(50, 4), 10)
    fewer = graph.first(4)
    np.testing.assert_array_equal(fewer.rows, graph.rows[:, :4])
    np.testing.assert_array_equal(fewer.scores, graph.scores[:, :4])
    assert fewer.nbytes == 50 * 4 * 8
    assert (len(fewer), fewer.count) == (50, 4)
    assert graph.first(10) is graph
    assert graph.first(99) is graph


def test_distances():
    rows = np.array([[1, 2]], dtype=np.int32)
    scores = np.array([[1.0000001, 0.25]], dtype=np.float32)
    np.testing.assert_allclose(NeighborGraph(rows, scores, "cosine").distances, [[0, 0.75]])
    assert NeighborGraph(rows, scores, "euclidean").distances is scores


def test_real_vectors(data_folder):
    vectors = np.load(data_folder / "glove50" / "golden_5050x50.f4.npy")[:2000]
    for metric in GRAPH_METRICS:
        graph = neighbor_graph(vectors, 20, metric)
        search = NeighborSearch(vectors, metric)
        for row in range(0, 2000, 97):
            rows, scores = search.nearest(vectors[row], 20, exclude=(row,))
            np.testing.assert_allclose(graph.scores[row], scores, rtol=1e-6, atol=2e-7)
            assert len(set(rows) ^ set(graph.rows[row].tolist())) == 0
