from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.core.matryoshka import TwoStageSearch, two_stage
from embedviz.core.matryoshka.coarse_to_fine.codes import PRECISIONS
from embedviz.core.matryoshka.coarse_to_fine.search import LastTwoStageSearch
from embedviz.core.neighbors import NeighborSearch
from embedviz.core.progress import Cancelled


def random_rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def unit_prefixes(vectors, k):
    prefix = vectors[:, :k].astype(np.float64)
    lengths = np.linalg.norm(prefix, axis=1, keepdims=True)
    return (prefix / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)


def slow_scores(vectors, query, k, precision):
    """Return the scores of the first stage, as `codes` describes them, by NumPy and float64."""
    rows, asked = unit_prefixes(vectors, k), unit_prefixes(query[np.newaxis], k)[0]
    if precision == "binary":
        return (np.where(rows > 0, 1, -1) @ np.where(asked > 0, 1, -1)).astype(np.float64)
    if precision == "int8":

        def whole(numbers):
            peaks = np.abs(numbers).max(axis=-1, keepdims=True)
            return np.rint(numbers * (np.float32(127) / np.where(peaks > 0, peaks, 1))), peaks

        (codes, peaks), (query_codes, _) = whole(rows), whole(asked)
        scales = (peaks[:, 0] / np.float32(127)).astype(np.float64)
        products = codes.astype(np.int64) @ query_codes.astype(np.int64)
        return (products * scales).astype(np.float32).astype(np.float64)
    if precision == "float16":
        rows = rows.astype(np.float16)
    return rows.astype(np.float64) @ asked.astype(np.float64)


def slow_shortlist(vectors, query, k, precision, count, exclude=()):
    scores = slow_scores(vectors, query, k, precision)
    order = np.lexsort((np.arange(len(vectors)), -scores))
    return [row for row in order.tolist() if row not in exclude][:count], scores


@st.composite
def cases(draw):
    n, d = draw(st.integers(1, 60)), draw(st.integers(1, 150))
    vectors = random_rows(n, d, draw(st.integers(0, 9)))
    vectors[draw(st.integers(0, n - 1)) :: 3] = 0
    half = n // 2
    vectors[n - half :] = vectors[:half]  # Copies, for ties.
    vectors *= np.float32(draw(st.sampled_from([1.0, 1e-18, 1e18])))
    return vectors, draw(st.integers(1, d)), draw(st.integers(0, n + 3)), draw(st.integers(0, 99))


@settings(deadline=None, max_examples=60)
@given(cases(), st.sampled_from(["int8", "binary"]))
def test_shortlists_of_whole_numbers_and_signs_are_the_reference_with_its_ties(case, precision):
    vectors, k, count, seed = case
    query = random_rows(1, vectors.shape[1], seed)[0]
    found = TwoStageSearch(vectors, k, precision).shortlist(query, count, exclude=[0])
    expected, _ = slow_shortlist(vectors, query, k, precision, count, exclude=[0])
    assert found.tolist() == expected


@settings(deadline=None, max_examples=60)
@given(cases(), st.sampled_from(["float32", "float16"]))
def test_shortlists_of_floats_are_the_reference_but_for_rounding(case, precision):
    vectors, k, count, seed = case
    query = random_rows(1, vectors.shape[1], seed)[0]
    found = TwoStageSearch(vectors, k, precision).shortlist(query, count)
    expected, scores = slow_shortlist(vectors, query, k, precision, count)
    assert len(found) == len(expected) == len(set(found.tolist()))
    np.testing.assert_allclose(scores[found], scores[expected], atol=2e-6)
    for first, second in pairwise(found):
        if (vectors[first] == vectors[second]).all():
            assert first < second


@settings(deadline=None, max_examples=40)
@given(cases(), st.sampled_from(PRECISIONS))
def test_the_second_stage_ranks_the_shortlist_exactly(case, precision):
    vectors, k, count, seed = case
    query = random_rows(1, vectors.shape[1], seed)[0]
    search = TwoStageSearch(vectors, k, precision)
    listed = np.sort(search.shortlist(query, count))
    rows, cosines = search.nearest(query, count, 5)
    places, expected = NeighborSearch(vectors[listed]).nearest(query, 5)
    assert rows.tolist() == listed[places].tolist()
    np.testing.assert_array_equal(cosines, expected)
    once = two_stage(vectors, query, k, count, 5, precision=precision)
    assert once[0].tolist() == rows.tolist()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_shortlist_of_all_rows_is_exact_search(precision):
    vectors = random_rows(400, 70)
    vectors[30:60] = vectors[:30]
    rows, cosines = two_stage(vectors, vectors[7], 9, 400, 12, [7], precision)
    expected = NeighborSearch(vectors).nearest(vectors[7], 12, exclude=[7])
    assert rows.tolist() == expected[0].tolist()
    np.testing.assert_array_equal(cosines, expected[1])


@pytest.mark.parametrize("precision", PRECISIONS)
def test_rows_that_hold_nan_are_on_no_shortlist(precision):
    vectors = random_rows(20, 6)
    vectors[3, 2], vectors[5, 0] = np.nan, np.inf
    found = TwoStageSearch(vectors, 4, precision).shortlist(vectors[0], 20)
    assert 3 not in found
    assert precision == "float32" or 5 not in found
    assert len(found) >= 18


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_shortlist_does_not_depend_on_the_length_of_rows_and_query(precision):
    vectors = random_rows(90, 33)
    scale = np.float32(2.0) ** np.random.default_rng(1).integers(-20, 20, size=(90, 1))
    expected = TwoStageSearch(vectors, 20, precision).shortlist(vectors[4], 30)
    found = TwoStageSearch(vectors * scale, 20, precision).shortlist(vectors[4] * 1024, 30)
    assert found.tolist() == expected.tolist()


def test_halves_below_the_least_normal_one_are_read_right():
    vectors = np.zeros((3, 8), np.float32)
    vectors[:, 0] = 1
    vectors[1, 1], vectors[2, 1] = 2e-6, 4e-6
    query = np.zeros(8, np.float32)
    query[1] = 1
    assert TwoStageSearch(vectors, 8, "float16").shortlist(query, 3).tolist() == [2, 1, 0]


def test_no_rows_have_no_neighbors():
    for precision in PRECISIONS:
        rows, cosines = two_stage(np.empty((0, 4)), [1, 0, 0, 0], 2, 5, precision=precision)
        assert len(rows) == len(cosines) == 0


def test_what_is_no_precision_is_refused():
    with pytest.raises(UserError, match="Choose one of float32, float16, int8, binary"):
        TwoStageSearch(random_rows(3, 4), 2, "float8")


def test_making_codes_can_be_stopped():
    def stop(fraction, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        TwoStageSearch(random_rows(3, 4), 2, "int8", stop)


def test_the_codes_of_the_last_setting_are_kept():
    searches = LastTwoStageSearch(random_rows(10, 8))
    first = searches.of(4, "int8")
    assert searches.of(4, "int8") is first
    for setting in ((5, "int8"), (5, "binary"), (4, "int8")):
        found = searches.of(*setting)
        assert found is not first
        assert (found.coarse_dimensions, found.precision) == setting


def test_codes_take_as_many_bytes_as_said():
    vectors = random_rows(10, 100)
    said = [TwoStageSearch(vectors, 70, precision).index_bytes for precision in PRECISIONS]
    assert said == [10 * 4 * 70, 10 * 2 * 70, 10 * (70 + 4), 10 * 9]
