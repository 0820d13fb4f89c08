import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import embedviz.core.neighbors.tiles as tiles
from embedviz.core.errors import UserError
from embedviz.core.neighbors.adjacency import GRAPH_METRICS
from embedviz.core.neighbors.graph import neighbor_graph, neighbors_of
from embedviz.core.progress import Cancelled
from embedviz.core.projections.trust import continuity, kept_neighbors, sample_rows, trustworthiness

both_metrics = pytest.mark.parametrize("metric", GRAPH_METRICS)


def cloud_and_map(n, d, seed=0, n_components=2):
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(n, d)).astype(np.float32)
    shadow = vectors @ random.normal(size=(d, n_components)) + random.normal(size=(n, n_components))
    return vectors, shadow.astype(np.float32)


def distances_of(rows, metric):
    rows = np.asarray(rows, dtype=np.float64)
    if metric == "euclidean":
        return np.sqrt(((rows[:, np.newaxis] - rows) ** 2).sum(axis=2))
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return 1 - np.einsum("id,jd->ij", unit, unit)


def reference(vectors, positions, count, metric, rows=slice(None)):
    """Return trustworthiness and continuity, by their definition and without ties."""
    spaces = [distances_of(vectors, metric), distances_of(positions, "euclidean")]
    for space in spaces:
        np.fill_diagonal(space, -np.inf)
    # The row itself has the rank 0.
    ranks = [space.argsort(axis=1).argsort(axis=1)[rows] for space in spaces]
    n, m = len(vectors), len(ranks[0])
    most = m * count * (2 * n - 3 * count - 1) / 2
    return [
        1 - np.where((there >= 1) & (there <= count), here - count, 0).clip(0).sum() / most
        for here, there in (ranks, ranks[::-1])
    ]


@both_metrics
@pytest.mark.parametrize(("n", "d", "count"), [(40, 5, 3), (300, 10, 10), (513, 50, 20)])
@pytest.mark.parametrize("n_components", [2, 3])
def test_equals_scikit_learn(n, d, count, metric, n_components):
    from sklearn import manifold

    vectors, positions = cloud_and_map(n, d, n_components=n_components)
    exact = vectors.astype(np.float64), positions.astype(np.float64)
    expected = manifold.trustworthiness(*exact, n_neighbors=count, metric=metric)
    assert trustworthiness(vectors, positions, count, metric) == pytest.approx(expected, abs=1e-9)
    if metric == "euclidean":
        expected = manifold.trustworthiness(*exact[::-1], n_neighbors=count)
        assert continuity(vectors, positions, count, metric) == pytest.approx(expected, abs=1e-9)


@both_metrics
def test_equals_its_definition(metric, monkeypatch):
    monkeypatch.setattr(tiles, "_MOST_PANELS", 2)
    vectors, positions = cloud_and_map(1100, 12)
    found = [measure(vectors, positions, 7, metric) for measure in (trustworthiness, continuity)]
    assert found == pytest.approx(reference(vectors, positions, 7, metric), abs=1e-9)


def test_equals_scikit_learn_on_real_vectors(data_folder):
    from sklearn import manifold

    vectors = np.load(data_folder / "glove50" / "golden_5050x50.f4.npy")[:1500]
    positions = vectors[:, :2]
    for metric in GRAPH_METRICS:
        expected = manifold.trustworthiness(
            vectors.astype(np.float64), positions, n_neighbors=10, metric=metric
        )
        found = trustworthiness(vectors, positions, 10, metric)
        assert found == pytest.approx(expected, abs=1e-6)


@both_metrics
def test_some_rows_against_all(metric):
    vectors, positions = cloud_and_map(600, 12)
    rows = np.array([5, 599, 256, 31])
    expected = reference(vectors, positions, 7, metric, rows)
    found = [
        measure(vectors, positions, 7, metric, rows) for measure in (trustworthiness, continuity)
    ]
    assert found == pytest.approx(expected, abs=1e-9)
    for measure in (trustworthiness, continuity):
        turned = measure(vectors, positions, 7, metric, np.arange(600)[::-1])
        assert turned == pytest.approx(measure(vectors, positions, 7, metric), abs=1e-9)


@both_metrics
def test_rows_that_are_not_on_the_map_are_left_out(metric):
    vectors, positions = cloud_and_map(600, 12)
    hidden = np.random.default_rng(3).permutation(600)[:150]
    positions[hidden, 1] = np.nan
    there = np.setdiff1d(np.arange(600), hidden)
    for measure in (trustworthiness, continuity):
        whole = measure(vectors[there], positions[there], 7, metric)
        assert measure(vectors, positions, 7, metric) == pytest.approx(whole, abs=1e-9)
        rows = np.concatenate([there[10:30], hidden[:5]])
        part = measure(vectors[there], positions[there], 7, metric, np.arange(10, 30))
        assert measure(vectors, positions, 7, metric, rows) == pytest.approx(part, abs=1e-9)
        assert np.isnan(measure(vectors, positions, 7, metric, hidden))
    graph = neighbors_of(vectors, there, 7, metric, among=there)
    expected = kept_neighbors(np.searchsorted(there, graph.rows), positions[there], count=7)
    shares = kept_neighbors(graph.rows, positions, there, count=7)
    np.testing.assert_array_equal(shares, expected)
    assert np.isnan(kept_neighbors(graph.rows[:5], positions, hidden[:5], count=7)).all()


@both_metrics
@pytest.mark.parametrize("rows", [None, np.array([7, 3, 300])])
def test_known_neighbors_are_not_looked_for_again(metric, rows, monkeypatch):
    vectors, positions = cloud_and_map(400, 12)
    expected = continuity(vectors, positions, 7, metric, rows)
    everyone = np.arange(400) if rows is None else rows
    known = neighbors_of(vectors, everyone, 9, metric).rows
    hidden = positions.copy()
    hidden[0] = np.nan
    expected_of_hidden = continuity(vectors, hidden, 7, metric, rows)
    found = continuity(vectors, hidden, 7, metric, rows, graph_rows=known)
    assert found == expected_of_hidden
    for name in ("neighbor_graph", "neighbors_of"):
        monkeypatch.delattr(f"embedviz.core.projections.trust.{name}")
    assert continuity(vectors, positions, 7, metric, rows, graph_rows=known) == expected


def test_a_perfect_map():
    vectors, _ = cloud_and_map(200, 2)
    for metric, positions in (("euclidean", 3 * vectors), ("cosine", unit(vectors))):
        assert trustworthiness(vectors, positions, 10, metric) == pytest.approx(1, abs=1e-6)
        assert continuity(vectors, positions, 10, metric) == pytest.approx(1, abs=1e-6)
        graph = neighbor_graph(vectors, 10, metric)
        assert kept_neighbors(graph.rows, positions).mean() > 0.999


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@settings(deadline=None, max_examples=60)
@given(
    arrays(
        np.float32,
        st.tuples(st.integers(12, 50), st.just(2)),
        elements=st.integers(-3, 3).map(np.float32),
    ),
    st.sampled_from(GRAPH_METRICS),
)
def test_ties_have_the_best_rank_that_any_order_gives(vectors, metric):
    positions = np.arange(len(vectors), dtype=np.float32)[:, np.newaxis] ** 2
    found = trustworthiness(vectors, positions, 4, metric)
    if metric == "cosine":
        lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
        vectors = np.divide(vectors, lengths, out=np.zeros(vectors.shape), where=lengths > 0)
        apart = (-vectors @ vectors.T).round(9)
    else:
        apart = distances_of(vectors, metric)
    np.fill_diagonal(apart, np.inf)
    on_map = distances_of(positions, "euclidean")
    np.fill_diagonal(on_map, np.inf)
    near = on_map.argsort(axis=1)[:, :4]
    limits = np.take_along_axis(apart, near, axis=1)
    ranks = 1 + (apart[:, np.newaxis] < limits[:, :, np.newaxis]).sum(axis=2)
    n = len(vectors)
    expected = 1 - (ranks - 4).clip(0).sum() / (n * 4 * (2 * n - 13) / 2)
    assert found == pytest.approx(expected, abs=1e-9 if metric == "euclidean" else 0.05)


def brute_force_shares(graph_rows, positions, count):
    apart = distances_of(positions, "euclidean")
    np.fill_diagonal(apart, np.inf)
    near = apart.argsort(axis=1, kind="stable")[:, :count]
    return [np.isin(true, here).mean() for true, here in zip(graph_rows, near, strict=True)]


@both_metrics
@pytest.mark.parametrize("n_components", [2, 3])
def test_kept_neighbors_equal_brute_force(metric, n_components):
    vectors, positions = cloud_and_map(500, 6, n_components=n_components)
    graph = neighbor_graph(vectors, 10, metric)
    shares = kept_neighbors(graph.rows, positions)
    assert shares.dtype == np.float32
    expected = brute_force_shares(graph.rows, positions, 10)
    np.testing.assert_allclose(shares, expected, atol=1e-6)
    assert 0.05 < shares.mean() < 0.95
    rows = np.array([499, 3, 77])
    np.testing.assert_array_equal(kept_neighbors(graph.rows[rows], positions, rows), shares[rows])
    wider = kept_neighbors(graph.first(5).rows, positions, count=20)
    np.testing.assert_allclose(
        wider, brute_force_shares(graph.rows[:, :5], positions, 20), atol=1e-6
    )


def test_neighbors_as_far_away_as_others_are_kept_in_part():
    # From 0 along a line: 1 is nearest; 2 and 3 are equally far, and one of them is second.
    positions = [[0, 0], [1, 0], [2, 0], [-2, 0], [9, 0], [30, 0]]
    for true, share in ([1, 2], 0.75), ([2, 3], 0.5), ([1, 4], 0.5), ([4, 5], 0.0):
        assert kept_neighbors([true], positions, [0], 2) == pytest.approx([share])


def test_a_map_that_puts_all_in_one_place_keeps_next_to_nothing():
    graph = neighbor_graph(cloud_and_map(300, 5)[0], 10)
    shares = kept_neighbors(graph.rows, np.ones((300, 2)))
    np.testing.assert_allclose(shares, 10 / 299, rtol=1e-5)


def test_few_points_keep_all():
    graph = neighbor_graph(cloud_and_map(4, 5)[0], 3)
    np.testing.assert_array_equal(kept_neighbors(graph.rows, np.eye(4, 2)), 1)
    assert np.isnan(kept_neighbors(np.empty((1, 0)), [[1, 2]])).all()
    assert kept_neighbors(np.empty((0, 3)), np.empty((0, 2))).shape == (0,)
    assert np.isnan(kept_neighbors([[1], [0]], np.full((2, 2), np.nan))).all()


@pytest.mark.parametrize("measure", [trustworthiness, continuity])
def test_too_many_neighbors_for_the_rows(measure):
    vectors, positions = cloud_and_map(20, 3)
    with pytest.raises(UserError, match=r"With 20 rows on the map.* 1 to 9 .* not 10"):
        measure(vectors, positions, 10)
    assert 0 <= measure(vectors, positions, 9) <= 1


@pytest.mark.parametrize("measure", [trustworthiness, continuity])
def test_progress_and_cancelling(measure, monkeypatch):
    monkeypatch.setattr(tiles, "_WORK_PER_REPORT", 20_000_000)
    vectors, positions = cloud_and_map(1000, 20)
    seen = []
    measure(vectors, positions, report=lambda fraction, _: seen.append(fraction))
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert 0 <= seen[0] <= seen[-1] <= 1

    def cancel(fraction, message):
        raise Cancelled

    with pytest.raises(Cancelled):
        measure(vectors, positions, report=cancel)


def test_which_rows_are_measured():
    assert sample_rows(10_000) == (None, "all 10,000 rows")
    assert sample_rows(20_000).rows is None
    rows, words = sample_rows(1_000_000)
    assert words == "2,000 of 1,000,000 rows, seed 0"
    assert len(np.unique(rows)) == 2000
    assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(sample_rows(1_000_000).rows, rows)
    assert (sample_rows(1_000_000, seed=1).rows != rows).any()
    assert len(sample_rows(30, most=10, sample=100).rows) == 30
