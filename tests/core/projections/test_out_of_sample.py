import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core.neighbors.adjacency import GRAPH_METRICS, NeighborGraph
from embedviz.core.neighbors.graph import neighbors_within
from embedviz.core.projections.out_of_sample import neighbor_weights, place_among


def random_rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def graph_of(rows, scores):
    return NeighborGraph(np.array(rows, dtype=np.int32), np.array(scores, dtype="f4"), "euclidean")


@settings(deadline=None)
@given(
    arrays(
        np.float32,
        st.tuples(st.integers(0, 20), st.integers(1, 6)),
        elements=st.floats(0, 2.0**100, width=32) | st.just(np.float32(np.inf)),
    )
)
def test_weights_sum_to_one_and_the_nearest_weigh_most(distances):
    weights = neighbor_weights(distances)
    any_near = np.isfinite(distances).any(axis=1)
    np.testing.assert_allclose(weights.sum(axis=1), any_near)
    assert (weights >= 0).all()
    assert (weights[np.isinf(distances)] == 0).all()
    order = np.argsort(distances, axis=1)
    assert (np.diff(np.take_along_axis(weights, order, axis=1), axis=1) <= 1e-12).all()


def test_weights_are_one_over_the_squared_distance():
    np.testing.assert_allclose(neighbor_weights([[1, 2, 4]]), [[16 / 21, 4 / 21, 1 / 21]])
    np.testing.assert_allclose(neighbor_weights([[0, 2, 0]]), [[0.5, 0, 0.5]])


@pytest.mark.parametrize("metric", GRAPH_METRICS)
@pytest.mark.parametrize("n_components", [2, 3])
def test_the_sample_stays_and_duplicates_of_it_lie_on_it(metric, n_components):
    vectors = random_rows(500, 6)
    sample = np.random.default_rng(1).permutation(400)[:50]
    vectors[450:] = vectors[sample]
    positions = random_rows(50, n_components, seed=2)
    graph = neighbors_within(vectors, sample, 5, metric)
    placed = place_among(positions, sample, graph)
    assert placed.dtype == np.float32
    assert placed.shape == (500, n_components)
    np.testing.assert_array_equal(placed[sample], positions)
    np.testing.assert_allclose(placed[450:], positions, atol=1e-5)
    weights = neighbor_weights(graph.distances)
    where = dict(zip(sample.tolist(), positions, strict=True))
    for row in set(range(450)) - set(sample.tolist()):
        near = np.array([where[other] for other in graph.rows[row].tolist()])
        np.testing.assert_allclose(placed[row], weights[row] @ near, atol=1e-5)


def test_rows_lie_between_their_neighbors_in_parts_too():
    vectors = random_rows(300, 6)
    sample = np.arange(0, 300, 3)
    positions = random_rows(100, 2)
    placed = np.empty((300, 2), dtype=np.float32)

    def place(part, rows, scores):
        for start, end in ((part.start, part.start + 70), (part.start + 70, part.stop)):
            cut = slice(start - part.start, end - part.start)
            some = NeighborGraph(rows[cut], scores[cut], "cosine")
            placed[start:end] = place_among(positions, sample, some, start)

    graph = neighbors_within(vectors, sample, 4, on_part=place)
    np.testing.assert_array_equal(placed, place_among(positions, sample, graph))
    near = positions[np.searchsorted(sample, graph.rows)]
    others = np.setdiff1d(np.arange(300), sample)
    assert (placed[others] >= near.min(axis=1)[others] - 1e-6).all()
    assert (placed[others] <= near.max(axis=1)[others] + 1e-6).all()


def test_neighbors_without_a_position_do_not_count():
    positions = [[np.nan, 0], [4, 2], [8, np.nan]]
    graph = graph_of([[1, 2], [0, 1], [0, 2], [1, 2], [0, 1]], [[0, 1]] * 5)
    placed = place_among(positions, [0, 1, 2], graph)
    np.testing.assert_array_equal(placed[1], [4, 2])
    np.testing.assert_array_equal(placed[3:], [[4, 2], [4, 2]])
    assert np.isnan(placed[0]).any()
    assert np.isnan(place_among(positions, [7, 8, 9], graph_of([[7, 9]], [[0, 1]]))).all()


def test_no_rows_and_no_neighbors():
    assert place_among(np.empty((0, 2)), [], graph_of(np.empty((0, 3)), np.empty((0, 3)))).size == 0
    alone = place_among([[1, 2]], [1], graph_of(np.empty((3, 0)), np.empty((3, 0))))
    np.testing.assert_array_equal(alone, [[np.nan] * 2, [1, 2], [np.nan] * 2])
