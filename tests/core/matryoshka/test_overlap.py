"""Overlaps of several counts in all orders at once, against one at a time and sorting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedviz.core.matryoshka import measure_overlap, measure_overlaps, overlap_curve
from embedviz.core.matryoshka.orderings import ORDERINGS, Reorderings, arrangements
from embedviz.core.progress import Cancelled

LENGTHS = [2, 5, 11, 16]


def random_rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def sorted_shares(vectors, lengths, count, queries):
    """Return the mean overlap by sorting all cosines in float64."""
    nearest = {}
    for k in {*lengths, vectors.shape[1]}:
        unit = vectors[:, :k].astype(np.float64)
        unit /= np.linalg.norm(unit, axis=1, keepdims=True)
        cosines = unit[queries] @ unit.T
        cosines[np.arange(len(queries)), queries] = -np.inf
        nearest[k] = np.argsort(-cosines, axis=1)[:, :count]
    full = nearest[vectors.shape[1]]
    return [
        np.mean([len(np.intersect1d(a, b)) / count for a, b in zip(nearest[k], full, strict=True)])
        for k in lengths
    ]


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_one_pass_gives_what_a_pass_for_each_count_does(ordering):
    vectors = random_rows(400, 16)
    found = measure_overlaps(vectors, LENGTHS, (1, 10, 100), 60, [ordering], draws=3)
    for count, overlap in found[ordering].items():
        alone = overlap_curve(vectors, LENGTHS, count, 60, ordering, draws=3)
        np.testing.assert_array_equal(overlap.curve, alone)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**20), st.sampled_from([(1, 3), (2, 10, 30)]))
def test_every_count_equals_sorting_everything(seed, counts):
    vectors = random_rows(90, 16, seed)
    queries = np.arange(0, 90, 7)
    found = measure_overlaps(vectors, LENGTHS, counts, queries, ["prefix", "random"], draws=2)
    drawn = arrangements(vectors, "random", draws=2)
    for count in counts:
        expected = sorted_shares(vectors, LENGTHS, count, queries)
        np.testing.assert_allclose(found["prefix"][count].curve, expected)
        for order, draw in zip(drawn, found["random"][count].draws, strict=True):
            expected = sorted_shares(order(vectors), LENGTHS, count, queries)
            np.testing.assert_allclose(draw, expected)


def test_the_spread_is_that_of_the_draws():
    overlap = measure_overlap(random_rows(300, 16), LENGTHS, ordering="random", draws=7)
    assert overlap.draws.shape == (7, 4)
    np.testing.assert_allclose(overlap.curve, overlap.draws.mean(axis=0))
    np.testing.assert_allclose(overlap.spread, overlap.draws.std(axis=0, ddof=1))
    assert overlap.spread[-1] == 0 < overlap.spread[0]
    plain = measure_overlap(random_rows(300, 16), LENGTHS)
    assert plain.spread.tolist() == [0, 0, 0, 0]
    np.testing.assert_array_equal(plain.draws, [plain.curve])


def test_what_is_known_is_told_at_once():
    seen = []
    found = measure_overlaps(
        random_rows(300, 16), LENGTHS, draws=3, on_found=lambda *each: seen.append(each)
    )
    assert [ordering for ordering, _ in seen] == [
        "prefix",
        "random",
        "random",
        "random",
        "variance",
        "svd",
    ]
    assert [len(each[10].draws) for name, each in seen if name == "random"] == [1, 2, 3]
    for ordering, overlaps in seen:
        if ordering != "random":
            np.testing.assert_array_equal(overlaps[10].curve, found[ordering][10].curve)
    assert seen[3][1][10].curve.tolist() == found["random"][10].curve.tolist()


def test_counts_that_leave_no_choice_are_no_number():
    found = measure_overlaps(random_rows(30, 8), [2, 8], (1, 10, 29, 100), orderings=["svd"])
    assert [np.isnan(found["svd"][count].curve).all() for count in (1, 10, 29, 100)] == [
        False,
        False,
        True,
        True,
    ]


def test_all_orders_are_one_at_full_length_and_share_their_queries():
    found = measure_overlaps(random_rows(200, 12), [12, 3], queries=50, draws=2)
    for overlaps in found.values():
        for overlap in overlaps.values():
            assert overlap.curve[0] == 1
            assert overlap.n_queries == overlap.n_counted == 50


def test_orders_that_are_known_are_not_found_again(monkeypatch):
    vectors = random_rows(200, 12)
    known = Reorderings(vectors, draws=2, seed=5)
    first = measure_overlaps(vectors, [3], reorderings=known)
    monkeypatch.setattr("embedviz.core.matryoshka.orderings.arrangements", None)
    again = measure_overlaps(vectors, [3], reorderings=known)
    for ordering in ORDERINGS:
        assert again[ordering][1].curve.tolist() == first[ordering][1].curve.tolist()


def test_progress_goes_up_and_can_stop_between_orders():
    seen = []
    measure_overlaps(random_rows(300, 8), [2, 4], report=lambda part, words: seen.append(part))
    assert seen == sorted(seen)
    assert 0 <= seen[0] <= seen[-1] <= 1
    known = []

    def report(fraction, words):
        if len(known) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        measure_overlaps(
            random_rows(300, 8), [2, 4], report=report, on_found=lambda *each: known.append(each)
        )
    assert len(known) == 3
