import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core import blocks
from embedviz.core.errors import UserError
from embedviz.core.neighbors import METRICS, NeighborSearch, cosine_table, similarity
from embedviz.core.vector_set import VectorSet


def random_rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def reference(vectors, query, metric):
    """Return the scores of all rows, one NumPy line per metric."""
    rows, query = vectors.astype(np.float64), np.asarray(query, dtype=np.float64)
    if metric == "euclidean":
        return np.linalg.norm(rows - query, axis=1)
    if metric == "dot":
        return rows @ query
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(query)
    return np.divide(rows @ query, lengths, out=np.zeros(len(rows)), where=lengths > 0)


def ordered(scores, metric):
    return np.argsort(scores if metric == "euclidean" else -scores, kind="stable")


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dimensions", [None, 1, 5, 16, 40])
def test_equals_a_full_sort(metric, dimensions):
    vectors = random_rows(500, 40)
    rows, scores = NeighborSearch(vectors, metric).nearest(vectors[7], 20, dimensions)
    expected = reference(vectors[:, :dimensions], vectors[7, :dimensions], metric)
    np.testing.assert_allclose(scores, expected[rows], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(scores, expected[ordered(expected, metric)[:20]], atol=1e-5)


small_numbers = st.integers(-3, 3).map(np.float32)


@settings(deadline=None)
@given(
    arrays(np.float32, st.tuples(st.integers(1, 40), st.just(3)), elements=small_numbers),
    arrays(np.float32, 3, elements=small_numbers),
    st.integers(0, 50),
    st.sets(st.integers(-2, 45), max_size=6),
    st.sampled_from(METRICS),
)
def test_ties_go_to_the_lower_row_and_excluded_rows_never_appear(
    vectors, query, count, exclude, metric
):
    rows, scores = NeighborSearch(vectors, metric).nearest(query, count, exclude=exclude)
    keys = list(zip(scores if metric == "euclidean" else -scores, rows, strict=True))
    assert keys == sorted(keys)
    assert not set(rows.tolist()) & exclude
    allowed = [row for row in range(len(vectors)) if row not in exclude]
    assert len(rows) == len(set(rows.tolist())) == min(count, len(allowed))
    expected = reference(vectors, query, metric)
    np.testing.assert_allclose(scores, expected[rows], atol=1e-6)
    best = np.sort(expected[allowed])
    best = best if metric == "euclidean" else best[::-1]
    np.testing.assert_allclose(scores, best[: len(scores)], atol=1e-6)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("dimensions", [None, 37])
def test_identical_rows_have_identical_scores_wherever_they_stand(metric, dimensions):
    vectors = random_rows(1003, 101)
    same = [0, 1, 62, 63, 500, 999, 1001, 1002]
    vectors[same] = vectors[0]
    rows, scores = NeighborSearch(vectors, metric).nearest(vectors[0] + 0.01, 8, dimensions)
    assert rows.tolist() == same
    assert len(set(scores.tolist())) == 1


@pytest.mark.parametrize("metric", METRICS)
def test_any_memory_layout_gives_the_same_answer(metric, monkeypatch):
    monkeypatch.setattr(blocks, "_BLOCK_BYTES", 4 * 30 * 17)
    wide = random_rows(200, 60)
    plain = wide[::2, 10:40].copy()
    expected = NeighborSearch(plain, metric).nearest(plain[3], 12)
    for view in (
        wide[::2, 10:40],
        np.asfortranarray(plain),
        np.repeat(plain, 2, axis=1)[:, ::2],
        plain[::-1].copy()[::-1],
        plain.astype(">f4"),
        plain.tolist(),
    ):
        found = NeighborSearch(view, metric).nearest(plain[3], 12)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("metric", METRICS)
def test_many_ties_go_to_the_lowest_rows(metric):
    vectors = np.random.default_rng(0).integers(-1, 2, (2000, 4)).astype(np.float32)
    query = np.array([1, 0.5, 0, 0], dtype=np.float32)
    rows, _ = NeighborSearch(vectors, metric).nearest(query, 200)
    all_rows, all_scores = NeighborSearch(vectors, metric).nearest(query, 2000)
    keys = sorted(zip(all_scores if metric == "euclidean" else -all_scores, all_rows, strict=True))
    assert rows.tolist() == [row for _, row in keys[:200]]


def test_a_file_in_memory_is_searched(tmp_path):
    vectors = random_rows(50, 8)
    np.save(tmp_path / "a.npy", vectors)
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    assert NeighborSearch(mapped).nearest(vectors[4], 1)[0].tolist() == [4]


@pytest.mark.parametrize(
    ("metric", "scale"),
    [
        ("cosine", 1e-30),
        ("cosine", 1e30),
        ("dot", 1e-15),
        ("dot", 1e15),
        ("euclidean", 1e-30),
        ("euclidean", 1e30),
    ],
)
def test_numbers_of_any_size(metric, scale):
    vectors = random_rows(100, 20) * np.float32(scale)
    rows, scores = NeighborSearch(vectors, metric).nearest(vectors[5], 5)
    plain = NeighborSearch(random_rows(100, 20), metric).nearest(random_rows(100, 20)[5], 5)
    assert rows.tolist() == plain[0].tolist()
    factor = {"cosine": 1, "dot": scale**2, "euclidean": scale}[metric]
    np.testing.assert_allclose(scores, plain[1] * factor, rtol=1e-5)


def test_cosine_of_zeros_is_zero_and_rows_come_in_order():
    vectors = np.array([[0, 0], [1, 0], [-1, 0], [0, 0]], dtype=np.float32)
    search = NeighborSearch(vectors)
    rows, scores = search.nearest([2.0, 0.0])
    assert rows.tolist() == [1, 0, 3, 2]
    assert scores.tolist() == [1, 0, 0, -1]
    rows, scores = search.nearest([0.0, 0.0], count=3)
    assert rows.tolist() == [0, 1, 2]
    assert scores.tolist() == [0, 0, 0]


def test_whole_numbers_have_exact_products_and_distances():
    vectors = np.array([[3, 4], [1, 1]], dtype=np.float32)
    assert NeighborSearch(vectors, "dot").nearest([5, 7])[1].tolist() == [43, 12]
    assert NeighborSearch(vectors, "euclidean").nearest([0, 0], 1)[1].tolist() == [
        np.sqrt(2.0, dtype=np.float32)
    ]


@pytest.mark.parametrize("metric", METRICS)
def test_sets_of_one_row_and_of_none(metric):
    one = NeighborSearch(np.ones((1, 3), np.float32), metric)
    assert one.nearest(np.ones(3), 10)[0].tolist() == [0]
    assert one.nearest(np.ones(3), 10, exclude=[0])[0].tolist() == []
    assert one.nearest(np.ones(3), 0)[0].tolist() == []
    rows, scores = NeighborSearch(np.empty((0, 3), np.float32), metric).nearest(np.ones(3))
    assert rows.dtype == np.intp
    assert scores.dtype == np.float32
    assert len(rows) == len(scores) == 0


@pytest.mark.parametrize("metric", METRICS)
def test_rows_with_nan_are_nobodys_neighbors(metric):
    vectors = random_rows(30, 4)
    vectors[3, 2] = np.nan
    rows, _ = NeighborSearch(vectors, metric).nearest(vectors[0], 30)
    assert sorted(rows.tolist()) == [row for row in range(30) if row != 3]


def test_all_rows_can_be_ranked():
    vectors = random_rows(1000, 6)
    rows, scores = NeighborSearch(vectors).nearest(vectors[0], 5000)
    assert sorted(rows.tolist()) == list(range(1000))
    assert (np.diff(scores) <= 0).all()


@pytest.mark.parametrize(
    ("query", "dimensions", "message"),
    [
        ([np.nan, 0, 0], None, "NaN"),
        ([np.inf, 0, 0], None, "infinite"),
        ([1, 2], None, "3 dimensions"),
        ([[1, 2, 3]], None, "3 dimensions"),
        ([1, 2, 3], 0, "from 1 to 3"),
        ([1, 2, 3], 4, "from 1 to 3"),
    ],
)
def test_queries_that_make_no_sense_are_refused(query, dimensions, message):
    search = NeighborSearch(np.eye(3, dtype=np.float32))
    with pytest.raises(UserError, match=message):
        search.nearest(query, dimensions=dimensions)


def test_a_query_may_be_as_long_as_the_prefix_and_nan_beyond_it_does_not_matter():
    vectors = random_rows(30, 6)
    search = NeighborSearch(vectors)
    expected = search.nearest(vectors[0], 5, 2)
    np.testing.assert_array_equal(search.nearest(vectors[0, :2], 5, 2), expected)
    unknown = np.append(vectors[0, :2], [np.nan] * 4)
    np.testing.assert_array_equal(search.nearest(unknown, 5, 2), expected)


def test_an_unknown_metric_is_refused():
    with pytest.raises(ValueError, match="cosine, dot, euclidean"):
        NeighborSearch(np.eye(2), "manhattan")


def test_cosine_table():
    rows = random_rows(6, 50)
    rows[3] = 0
    rows[5] = rows[0] * 7
    table = cosine_table(rows)
    assert table.shape == (6, 6)
    assert table.dtype == np.float32
    np.testing.assert_array_equal(table, table.T)
    for i in range(6):
        np.testing.assert_allclose(table[i], reference(rows, rows[i], "cosine"), atol=1e-6)
    assert table[0, 0] == 1
    assert table[3, 3] == 0


def test_similarity_of_two_labels():
    words = VectorSet([[1, 0], [1, 1], [0, 0]], ["cat", "dog", "nothing"])
    assert similarity(words, "cat", "dog") == pytest.approx(np.sqrt(0.5))
    assert similarity(words, "cat", "nothing") == 0
    with pytest.raises(KeyError, match="dog"):
        similarity(words, "cat", "dogs")


def test_real_words(data_folder):
    vectors = np.load(data_folder / "glove50" / "golden_5050x50.f4.npy")
    labels = (data_folder / "glove50" / "golden_words.txt").read_text("utf-8").split("\n")
    words = VectorSet(vectors, labels[: len(vectors)])
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    king, man, woman = (unit[words.row(label)] for label in ("king", "man", "woman"))
    inputs = [words.row(label) for label in ("king", "man", "woman")]
    rows, scores = NeighborSearch(words.vectors).nearest(king - man + woman, 3, exclude=inputs)
    assert [words.labels[row] for row in rows] == ["queen", "prince", "daughter"]
    np.testing.assert_allclose(scores, [0.8524, 0.7592, 0.7474], atol=1e-4)
