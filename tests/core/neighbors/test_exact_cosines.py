"""Cosines of rows that all point the same way, against sums in extended precision."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.matryoshka import PrefixSearch, two_stage
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.neighbors.exact_cosines import are_ordinary
from embedviz.core.neighbors.graph import neighbor_graph, neighbors_of, neighbors_within
from embedviz.core.neighbors.row_kernels import rounding_of_cosines
from embedviz.core.projections.trust import continuity, trustworthiness

EXACT = np.longdouble
needs_digits = pytest.mark.skipif(
    np.finfo(EXACT).eps > 1e-18, reason="long double is no longer than double here"
)


def distances(vectors):
    """Return 1 − cosine of all rows with all rows; infinite with themselves."""
    rows = vectors.astype(EXACT)
    rows /= np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    apart = np.array([np.square(rows - row).sum(axis=1) / 2 for row in rows])
    np.fill_diagonal(apart, np.inf)
    return apart


def assert_ranked(found, apart, count):
    """Check rows and their order: none is farther than the one that should be there."""
    best = np.sort(apart)[:count].astype(float)
    np.testing.assert_allclose(apart[found].astype(float), best, rtol=3e-7, atol=1e-24)
    assert len(set(found.tolist())) == count


def cone(count, dimensions, away, seed=0):
    random = np.random.default_rng(seed)
    pole = random.normal(size=dimensions)
    pole *= away / np.abs(pole).max()
    return (pole + random.normal(size=(count, dimensions))).astype(np.float32)


cones = st.builds(
    cone,
    st.integers(12, 150),
    st.integers(3, 70),
    st.sampled_from([0.0, 1.0, 1e2, 1e4, 1e6, 1e7]),
    st.integers(0, 1000),
)


@needs_digits
@settings(deadline=None, max_examples=60)
@given(cones, st.integers(1, 10))
def test_rows_far_from_the_origin_are_ranked_right(vectors, count):
    apart = distances(vectors)
    search, prefixes = NeighborSearch(vectors), PrefixSearch(vectors)
    dimensions = vectors.shape[1]
    graph = neighbor_graph(vectors, count)
    some = neighbors_of(vectors, [0, 1], count)
    half = np.arange(0, len(vectors), 2)
    within = neighbors_within(vectors, half, min(count, len(half) - 1))
    for row in range(0, len(vectors), 5):
        found, cosines = search.nearest(vectors[row], count, exclude=[row])
        assert_ranked(found, apart[row], count)
        np.testing.assert_allclose(1 - cosines, apart[row, found].astype(float), 1e-6, 3e-16)
        by_prefix, _ = prefixes.query(vectors[row]).top(dimensions, count, exclude=[row])
        assert_ranked(by_prefix, apart[row], count)
        assert_ranked(graph.rows[row], apart[row], count)
        np.testing.assert_allclose(
            graph.distances[row],
            apart[row, found].astype(float),
            1e-6,
            1e-24 if graph.apart is not None else 1e-7,
        )
        inside = np.full(len(vectors), np.inf, EXACT)
        inside[half] = apart[row, half]
        assert_ranked(within.rows[row], inside, within.count)
        listed, _ = two_stage(vectors, vectors[row], dimensions, len(vectors), count, [row])
        assert_ranked(listed, apart[row], count)
    np.testing.assert_array_equal(some.rows, graph.rows[:2])


@needs_digits
@pytest.mark.parametrize("away", [1e4, 1e6])
def test_two_tight_groups_on_either_side_of_the_origin(away):
    vectors = np.concatenate([cone(200, 20, away), -cone(200, 20, away)])
    apart = distances(vectors)
    graph = neighbor_graph(vectors, 10)
    for row in range(0, 400, 23):
        assert_ranked(graph.rows[row], apart[row], 10)
        assert_ranked(
            NeighborSearch(vectors).nearest(vectors[row], 10, exclude=[row])[0], apart[row], 10
        )


@needs_digits
@pytest.mark.parametrize("dimensions", [1, 2, 3, 7, 16, 17, 40])
def test_prefixes_far_from_the_origin(dimensions):
    vectors = cone(300, 40, 1e5)
    query, apart = PrefixSearch(vectors).query(vectors[9]), distances(vectors[:, :dimensions])
    found, _ = query.top(dimensions, 12, exclude=[9])
    if dimensions == 1:
        assert found.tolist() == [row for row in range(13) if row != 9]  # All are the same.
    else:
        np.testing.assert_allclose(
            apart[9, found].astype(float), np.sort(apart[9])[:12].astype(float), 1e-5, 1e-20
        )


@needs_digits
@pytest.mark.parametrize("away", [0, 1e3, 1e6])
def test_trust_far_from_the_origin_is_that_of_the_ranks(away):
    vectors, count = cone(160, 9, away), 6
    positions = np.random.default_rng(1).normal(size=(160, 2)).astype(np.float32)
    ranks = np.argsort(np.argsort(distances(vectors), axis=1), axis=1) + 1
    on_map = np.square(positions[:, np.newaxis] - positions).sum(axis=2)
    np.fill_diagonal(on_map, np.inf)
    places = np.argsort(np.argsort(on_map, axis=1), axis=1) + 1
    most = 160 * count * (2 * 160 - 3 * count - 1) / 2

    def measure(near, rank):
        return 1 - np.maximum(rank[near <= count] - count, 0).sum() / most

    assert trustworthiness(vectors, positions, count) == pytest.approx(measure(places, ranks))
    assert continuity(vectors, positions, count) == pytest.approx(measure(ranks, places))


@settings(deadline=None, max_examples=100)
@given(
    st.integers(1, 60),
    st.integers(1, 400),
    st.floats(-30, 20),
    st.integers(0, 10**6),
)
def test_scores_in_float32_are_off_by_no_more_than_is_said(n_rows, dimensions, size, seed):
    random = np.random.default_rng(seed)
    scales = 10.0 ** random.uniform(-3, 3, dimensions)
    rows = (random.normal(size=(n_rows, dimensions)) * scales * 2.0**size).astype(np.float32)
    query = rows[0] / np.abs(rows[0]).max()
    lengths = np.linalg.norm(rows.astype(float), axis=1) * np.linalg.norm(query.astype(float))
    exact = rows.astype(float) @ query.astype(float) / lengths
    for order in (np.arange(dimensions), random.permutation(dimensions)):
        total = np.zeros(n_rows, np.float32)
        for k in order:  # Each sum rounded, one after the other: the worst order there is.
            total += rows[:, k] * query[k]
        found = (total.astype(float) / lengths).astype(np.float32)
        assert (np.abs(found - exact) <= rounding_of_cosines(dimensions)).all()


@pytest.mark.parametrize(("size", "expected"), [(1e-30, False), (1.0, True), (1e35, False)])
def test_very_long_and_very_short_rows_are_not_left_to_float32(size, expected):
    assert are_ordinary(np.array([0.0, size, np.nan, np.inf])) is expected
    rows = cone(200, 8, 100)
    for factor in (1.0, size):
        scaled = rows * np.float32(factor)
        found = NeighborSearch(scaled).nearest(scaled[3], 9, exclude=[3])[0]
        np.testing.assert_array_equal(found, NeighborSearch(rows).nearest(rows[3], 9, None, [3])[0])


def test_many_duplicates_and_zeros_are_in_the_order_of_their_rows():
    vectors = np.repeat(cone(3, 30, 1e6), 40, axis=0)
    vectors[100:] = 0
    for row in (0, 50, 90):
        same = [each for each in range(40 * (row // 40), 40 * (row // 40) + 20) if each != row]
        found, cosines = NeighborSearch(vectors).nearest(vectors[row], 12, exclude=[row])
        assert found.tolist() == same[:12]
        assert set(cosines.tolist()) == {1.0}
        assert neighbor_graph(vectors, 12).rows[row].tolist() == same[:12]
    assert neighbor_graph(vectors, 5).rows[110].tolist() == [0, 1, 2, 3, 4]


def test_a_real_cone(data_folder):
    vectors = np.load(data_folder / "cases" / "far_cone.npy")
    apart = distances(vectors)
    graph, search = neighbor_graph(vectors, 15), NeighborSearch(vectors)
    for row in range(len(vectors)):
        expected = np.argsort(apart[row], kind="stable")[:15]
        found, cosines = search.nearest(vectors[row], 15, exclude=[row])
        assert found.tolist() == graph.rows[row].tolist() == expected.tolist()
        assert len(set(cosines.tolist())) > 10
