"""Searches with codes, against the same searches without."""

import gc
import threading
import weakref
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.neighbors import METRICS, NeighborSearch, row_lengths, score_bounds, screening
from embedviz.core.neighbors.score_bounds import Screen
from embedviz.core.neighbors.screening import Screening
from embedviz.core.neighbors.top_k import COSINE, Candidates
from embedviz.core.progress import Cancelled

needs_digits = pytest.mark.skipif(
    np.finfo(np.longdouble).eps > 1e-18, reason="long double is no longer than double here"
)


@pytest.fixture
def small_sets_too(monkeypatch):
    monkeypatch.setattr(screening, "_FEW_NUMBERS", 0)


@contextmanager
def whatever_is_left():
    """Use bounds also where they do not pay, and both stages of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screening, "_FEW_NUMBERS", 0)
        patch.setattr(score_bounds, "_FEW_ROWS", 2)
        patch.setattr(score_bounds, "_MOST_COUNTED", 1)
        patch.setattr(score_bounds, "_MOST_LEFT", 1.0)
        patch.setattr(score_bounds, "_MOST_COMPARED", 1.0)
        yield


@pytest.fixture
def left(monkeypatch):
    """Return how many rows bounds have left for each query; None for all."""
    found = []
    rows_near = Screen.rows_near

    def noted(self, *args):
        rows = rows_near(self, *args)
        found.append(None if rows is None else len(rows))
        return rows

    monkeypatch.setattr(Screen, "rows_near", noted)
    return found


def gaussian(random, n_rows, dimensions):
    return random.normal(size=(n_rows, dimensions))


def whole_numbers(random, n_rows, dimensions):
    return random.integers(-2, 3, (n_rows, dimensions))


def duplicates(random, n_rows, dimensions):
    return random.normal(size=(3, dimensions))[random.integers(0, 3, n_rows)]


def half_precision(random, n_rows, dimensions):
    return random.normal(size=(n_rows, dimensions)).astype(np.float16)


def all_lengths(random, n_rows, dimensions):
    return random.normal(size=(n_rows, dimensions)) * 10.0 ** random.uniform(-30, 30, (n_rows, 1))


def some_lengths(random, n_rows, dimensions):
    return random.normal(size=(n_rows, dimensions)) * 10.0 ** random.uniform(-2, 2, (n_rows, 1))


def one_large_dimension(random, n_rows, dimensions):
    return random.normal(size=(n_rows, dimensions)) * np.r_[100.0, np.ones(dimensions - 1)]


def flat(random, n_rows, dimensions):
    """Return rows whose codes are all as large as can be."""
    return np.sign(random.normal(size=(n_rows, dimensions)))


def groups(random, n_rows, dimensions):
    centers = random.normal(size=(20, dimensions))
    return centers[random.integers(0, 20, n_rows)] + 0.1 * gaussian(random, n_rows, dimensions)


def cone(away):
    def rows(random, n_rows, dimensions):
        return away * random.normal(size=dimensions) + gaussian(random, n_rows, dimensions)

    rows.__name__ = f"cone {away:g}"
    return rows


KINDS = [
    gaussian,
    whole_numbers,
    duplicates,
    half_precision,
    all_lengths,
    some_lengths,
    one_large_dimension,
    flat,
    groups,
    *map(cone, (3.0, 1e2, 1e4, 1e6, 1e8)),
]


@st.composite
def sets(draw):
    """Return vectors, and a query that is one of them or nearly so, or any."""
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    n_rows = draw(st.integers(2, 150))
    dimensions = draw(st.sampled_from([1, 2, 3, 7, 16, 33, 70, 300]))
    vectors = draw(st.sampled_from(KINDS))(random, n_rows, dimensions)
    with np.errstate(over="ignore"):
        size = draw(st.sampled_from([0, 0, 0, -130, -60, 60, 110]))
        vectors = (vectors * 2.0**size).astype("f4")
    query = vectors[draw(st.integers(0, n_rows - 1))].copy()
    other = draw(st.sampled_from(["same", "near", "any"]))
    if other == "near":
        query *= random.uniform(0.99, 1.01, dimensions).astype("f4")
    elif other == "any":
        query = random.normal(size=dimensions).astype("f4")
    for number in draw(st.lists(st.sampled_from([0, np.nan, np.inf]), max_size=4)):
        row = random.integers(0, n_rows)
        if number == 0:
            vectors[row] = 0
        else:
            vectors[row, random.integers(0, dimensions)] = number
    return vectors, np.where(np.isfinite(query), query, 1).astype("f4")


@settings(deadline=None, max_examples=400)
@given(
    sets(), st.integers(1, 40), st.sets(st.integers(0, 150), max_size=4), st.sampled_from(METRICS)
)
def test_equals_the_search_without_codes_to_the_last_bit(made, count, exclude, metric):
    vectors, query = made
    plain, screened = NeighborSearch(vectors, metric), NeighborSearch(vectors, metric)
    with whatever_is_left(), np.errstate(over="ignore", invalid="ignore"):
        screened.prepare()
        assert not screened.may_be_prepared
        expected = plain.nearest(query, count, exclude=exclude)
        found = screened.nearest(query, count, exclude=exclude)
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])
    assert [each.dtype for each in found] == [each.dtype for each in expected]


def bounds_of(screen, query, metric, n_rows):
    """Return the lower and upper bounds of scores of all rows."""
    uppers, found = np.empty(n_rows, "f4"), Candidates(n_rows, n_rows, ())
    screen._bound(query, screen._scale(query, METRICS.index(metric)), uppers, found)
    rows, lowers = found.best()
    return lowers[np.argsort(rows)], uppers


def exact_scores(vectors, rows, query, center, metric):
    """Return scores as bounds have them, from rows of unit length in extended precision."""
    unit = query / np.sqrt(np.square(query.astype(np.longdouble)).sum())
    lengths = np.sqrt(np.square(vectors.astype(np.longdouble)).sum(axis=1))
    if metric == "dot":
        return vectors.astype(np.longdouble) @ unit / lengths.max()
    if metric == "euclidean":
        longest = max(lengths.max(), float(np.linalg.norm(query.astype(float))))
        apart = vectors.astype(np.longdouble) - query
        return -np.square(apart).sum(axis=1) / np.square(longest)
    apart = np.square(rows - unit).sum(axis=1) / 2
    return np.square(unit - center).sum() / 2 - np.where(rows.any(axis=1), apart, 1)


@needs_digits
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", [gaussian, some_lengths, groups, cone(1.0), cone(1e3), cone(1e6)])
@pytest.mark.parametrize("is_worst", [False, True])
def test_scores_lie_within_their_bounds(kind, metric, is_worst):
    vectors = kind(np.random.default_rng(1), 60, 200).astype("f4")
    vectors[5] = 0
    lengths = row_lengths(vectors)
    screen = Screen(vectors, lengths)
    exact = vectors.astype(np.longdouble)
    rows = exact / np.where(lengths > 0, np.sqrt((exact * exact).sum(axis=1)), 1)[:, np.newaxis]
    queries = vectors[10:20]
    if is_worst:  # Along what rounding took away from a row, so that its error is as said.
        codes = screen._scales[:, np.newaxis].astype(np.longdouble) * screen._codes
        lost = rows - screen._center - codes
        away = np.sqrt(np.square(rows - screen._center).sum(axis=1) / np.square(lost).sum(axis=1))
        queries = (screen._center + away[:, np.newaxis] * lost)[10:20].astype("f4")
    tightest = np.inf
    for query in queries:
        lowers, uppers = bounds_of(screen, query, metric, 60)
        scores = exact_scores(vectors, rows, query, screen._center, metric)
        assert (lowers <= scores).all()
        assert (scores <= uppers).all()
        share = np.minimum(uppers - scores, scores - lowers) / (uppers.astype(float) - lowers)
        tightest = min(tightest, np.delete(share, 5).min())
    if is_worst and kind is gaussian and metric != "euclidean":
        assert tightest < 0.05  # Else bounds that are too tight would not be noticed.


@pytest.mark.usefixtures("small_sets_too")
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", [gaussian, half_precision, groups, cone(10.0), cone(1e6)])
def test_few_rows_are_left(kind, metric, left):
    vectors = kind(np.random.default_rng(0), 8000, 96).astype("f4")
    plain, search = NeighborSearch(vectors, metric), NeighborSearch(vectors, metric)
    search.prepare()
    for row in (0, 5000):
        expected = plain.nearest(vectors[row], 10, exclude=[row])
        np.testing.assert_array_equal(search.nearest(vectors[row], 10, exclude=[row]), expected)
    if metric == "dot" and kind.__name__ == "cone 1e+06":
        assert left == [None, None]  # No float32 tells these products apart.
    else:
        assert all(each is not None and each < 600 for each in left)
        assert len(left) == 2


@pytest.mark.usefixtures("small_sets_too")
@pytest.mark.parametrize("metric", METRICS)
def test_a_file_in_memory_and_other_layouts(metric, left, tmp_path):
    vectors = np.random.default_rng(0).normal(size=(3000, 40)).astype("f4")
    expected = NeighborSearch(vectors, metric).nearest(vectors[4], 9)
    np.save(tmp_path / "a.npy", vectors)
    wide = np.repeat(vectors, 2, axis=0)
    for same in (
        np.load(tmp_path / "a.npy", mmap_mode="r"),
        np.asfortranarray(vectors),
        np.hstack([vectors, vectors])[:, :40],
        wide[::2],
    ):
        search = NeighborSearch(same, metric)
        search.prepare()
        np.testing.assert_array_equal(search.nearest(vectors[4], 9), expected)
    assert len(left) == 4
    assert None not in left


@pytest.mark.usefixtures("small_sets_too")
def test_a_hundred_thousand_dimensions_do_not_overflow(left):
    random = np.random.default_rng(0)
    vectors = np.sign(random.normal(size=(200, 100_000))).astype("f4")
    vectors[7] = vectors[3]
    search = NeighborSearch(vectors)
    search.prepare()
    rows, cosines = search.nearest(vectors[3], 2)
    assert rows.tolist() == [3, 7]
    assert cosines.tolist() == [1, 1]
    assert left == [2]


@pytest.mark.usefixtures("small_sets_too")
def test_codes_are_made_before_the_third_query_and_only_for_all_dimensions(left):
    vectors = np.random.default_rng(0).normal(size=(2000, 24)).astype("f4")
    search = NeighborSearch(vectors)
    for _ in range(5):
        search.nearest(vectors[0], 5, 12)
    search.nearest(vectors[0], 1000)  # Too many for bounds.
    search.nearest(vectors[0], 5)
    search.nearest(vectors[1], 5)
    assert search.may_be_prepared
    assert not left
    search.nearest(vectors[2], 5)
    assert not search.may_be_prepared
    assert len(left) == 1


def test_small_sets_have_no_codes(left):
    vectors = np.random.default_rng(0).normal(size=(2000, 24)).astype("f4")
    search = NeighborSearch(vectors)
    assert not search.may_be_prepared
    search.prepare()
    for row in range(5):
        search.nearest(vectors[row], 5)
    assert not left


@pytest.mark.usefixtures("small_sets_too")
def test_where_there_is_no_memory_all_rows_are_read(left, monkeypatch):
    monkeypatch.setattr(screening, "available_memory", lambda: 80_000)
    vectors = np.random.default_rng(0).normal(size=(2000, 24)).astype("f4")
    search = NeighborSearch(vectors)
    search.prepare()
    for row in range(5):
        assert search.nearest(vectors[row], 5)[0][0] == row
    assert not left


@pytest.mark.usefixtures("small_sets_too")
def test_metrics_share_the_codes(left, monkeypatch):
    made = []
    monkeypatch.setattr(screening, "Screen", lambda *given: made.append(1) or Screen(*given))
    vectors = np.random.default_rng(0).normal(size=(2000, 24)).astype("f4")
    search = NeighborSearch(vectors)
    others = [search.with_metric(metric) for metric in METRICS]
    others[1].prepare()
    for each, metric in zip(others, METRICS, strict=True):
        assert each.metric == metric
        expected = NeighborSearch(vectors, metric).nearest(vectors[9], 5)
        np.testing.assert_array_equal(each.nearest(vectors[9], 5), expected)
    assert len(left) == 3
    assert made == [1]


@pytest.mark.usefixtures("small_sets_too")
def test_codes_that_do_not_help_are_given_up_for_their_metric(left):
    random = np.random.default_rng(0)
    vectors = cone(1e6)(random, 3000, 24).astype("f4")
    search = NeighborSearch(vectors, "dot")
    by_cosine = search.with_metric("cosine")
    search.prepare()
    by_cosine.nearest(vectors[0], 3)
    for row in range(6):
        search.nearest(vectors[row], 3)
    assert left[1:] == [None] * 3
    by_cosine.nearest(vectors[1], 3)
    assert len(left) == 5
    assert None not in (left[0], left[4])


@pytest.mark.usefixtures("small_sets_too")
def test_codes_that_help_no_metric_are_let_go():
    vectors = np.zeros((3000, 24), "f4")
    vectors[0] = 1
    search = NeighborSearch(vectors)
    search.prepare()
    kept = weakref.ref(search._screening._screen)
    for _ in range(4):
        assert search.nearest(vectors[0], 4)[0].tolist() == [0, 1, 2, 3]
    assert kept() is None
    assert not search.may_be_prepared


@pytest.mark.usefixtures("small_sets_too")
def test_codes_end_with_their_search():
    vectors = np.random.default_rng(0).normal(size=(2000, 24)).astype("f4")
    search = NeighborSearch(vectors)
    search.prepare()
    kept = weakref.ref(search._screening._screen)
    gc.disable()
    try:
        del search
        assert kept() is None
    finally:
        gc.enable()


@pytest.mark.usefixtures("small_sets_too")
def test_preparing_is_canceled_and_begun_again(left):
    vectors = np.random.default_rng(0).normal(size=(2000, 24)).astype("f4")
    search = NeighborSearch(vectors)

    def stop(fraction, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        search.prepare(stop)
    assert search.may_be_prepared
    search.prepare()
    assert not search.may_be_prepared


@pytest.mark.usefixtures("small_sets_too")
def test_a_query_does_not_wait_for_codes_that_another_thread_makes(left):
    vectors = np.random.default_rng(0).normal(size=(2000, 24)).astype("f4")
    search = NeighborSearch(vectors)
    is_making, may_go_on = threading.Event(), threading.Event()

    def wait(fraction, words):
        is_making.set()
        assert may_go_on.wait(60)

    thread = threading.Thread(target=search.prepare, args=(wait,))
    thread.start()
    assert is_making.wait(60)
    for row in range(4):
        assert search.nearest(vectors[row], 3)[0][0] == row
    assert not left
    may_go_on.set()
    thread.join()
    assert search.nearest(vectors[1], 3)[0][0] == 1
    assert len(left) == 1


def test_what_codes_take_is_what_is_said():
    vectors = np.random.default_rng(0).normal(size=(500, 30)).astype("f4")
    screen = Screen(vectors, row_lengths(vectors))
    held = [each for each in vars(screen).values() if isinstance(each, np.ndarray)]
    n_bytes = sum(each.nbytes for each in held if each is not vectors and len(each) == 500)
    assert n_bytes == 500 * (30 + 20)


def test_a_screening_of_nothing():
    assert not Screening().may_help(np.empty((0, 3), "f4"))
    screen = Screen(np.empty((0, 3), "f4"), np.empty(0))
    assert screen.rows_near(np.ones(3, "f4"), COSINE, 3) is None
