import numpy as np
import pytest

from embedviz.core.matryoshka.prefix_neighbors import PrefixNeighbors
from embedviz.core.neighbors import NeighborSearch


def random_rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def collect(vectors, queries, lengths, count, step=None):
    queries = np.asarray(queries)
    found = PrefixNeighbors(vectors[queries], queries, np.asarray(lengths), count)
    step = step or len(vectors)
    for first in range(0, len(vectors), step):
        found.add(vectors[first : first + step], first)
    return found


@pytest.mark.parametrize("step", [None, 61, 128, 300])
def test_equals_one_search_per_query_and_length(step):
    vectors = random_rows(400, 37)
    queries, lengths = list(range(0, 400, 23)), [2, 3, 8, 13, 37]
    found = collect(vectors, queries, lengths, 10, step)
    search = NeighborSearch(vectors)
    assert (found.kept == 10).all()
    for at, length in enumerate(lengths):
        for place, row in enumerate(queries):
            expected, _ = search.nearest(vectors[row], 10, length, exclude=[row])
            assert sorted(found.rows[at, place]) == sorted(expected)


@pytest.mark.parametrize("scale", [1e-42, 1e37])
def test_rows_of_any_length(scale):
    vectors = (np.float32(scale) * random_rows(300, 24)).astype(np.float32)
    queries, lengths = [0, 7, 299], [9, 24]
    found = collect(vectors, queries, lengths, 6)
    search = NeighborSearch(vectors)
    for at, length in enumerate(lengths):
        for place, row in enumerate(queries):
            expected, _ = search.nearest(vectors[row], 6, length, exclude=[row])
            assert sorted(found.rows[at, place]) == sorted(expected)


def test_identical_rows_tie_wherever_they_stand():
    vectors = random_rows(1003, 50)
    same = [0, 1, 127, 128, 255, 500, 999, 1001, 1002]
    vectors[same] = vectors[0]
    query = (vectors[0] + np.float32(0.01))[np.newaxis]
    lengths = np.array([20, 33, 50])
    for count, step in ((4, 1003), (7, 100), (9, 333)):
        found = PrefixNeighbors(query, np.array([-1]), lengths, count)
        for first in range(0, 1003, step):
            found.add(vectors[first : first + step], first)
        for at in range(3):
            assert sorted(found.rows[at, 0]) == same[:count]


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_numbers_of_any_size(scale):
    vectors = random_rows(100, 20)
    expected = collect(vectors, [1, 5], [4, 20], 6)
    found = collect(vectors * np.float32(scale), [1, 5], [4, 20], 6)
    np.testing.assert_array_equal(np.sort(found.rows), np.sort(expected.rows))


def test_zero_rows_have_the_cosine_zero_and_rows_with_nan_none():
    vectors = np.array([[1, 0], [-1, 0], [0, 0], [np.nan, 0], [1, 1]], dtype=np.float32)
    found = collect(vectors, [0, 2], [2], 3)
    assert found.kept.tolist() == [[3, 3]]
    assert sorted(found.rows[0, 0]) == [1, 2, 4]
    assert sorted(found.rows[0, 1]) == [0, 1, 4]


def test_fewer_rows_than_wanted():
    found = collect(random_rows(3, 5), [1], [5], 10)
    assert found.kept.tolist() == [[2]]
    assert sorted(found.rows[0, 0, :2]) == [0, 2]


@pytest.mark.parametrize("seed", range(3))
def test_equally_near_rows_are_ranked_by_their_number(seed):
    """Cosines of either sign, zeros of both signs, and fewer rows than are wanted."""
    rows = np.random.default_rng(seed).integers(-1, 2, size=(60, 3)).astype(np.float32)
    rows[::7] *= -0.0
    found = PrefixNeighbors(rows[:5], np.arange(5), np.array([1, 2, 3]), 70)
    found.add(rows, 0)
    for at in range(3):
        for query, ranked in enumerate(found.ranked(at)):
            n_kept = found.kept[at, query]
            there = found.rows[at, query, :n_kept].tolist()
            scores = dict(zip(there, found._scores[at, query, :n_kept].tolist(), strict=True))
            expected = sorted(there, key=lambda row: (-scores[row], row))
            assert ranked.tolist() == expected + [-1] * (70 - n_kept)
