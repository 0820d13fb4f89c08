"""Judged quality of prefixes against SciPy, scikit-learn and brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.neighbors import KNeighborsClassifier

from embedviz.core.contrastive.quality import measure_pairs
from embedviz.core.errors import UserError
from embedviz.core.judging import judges
from embedviz.core.matryoshka import measure_quality
from embedviz.core.matryoshka.orderings import ORDERINGS, arrangements
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Cancelled

LENGTHS = [2, 5, 11, 16]


def random_rows(n, d, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


def scored(n, count, seed=0):
    random = np.random.default_rng(seed)
    first = random.integers(n, size=count)
    return Pairs(first, (first + random.integers(1, n, size=count)) % n, random.random(count))


def cosines(vectors, first, second):
    unit = vectors.astype(np.float64)
    unit = unit / np.linalg.norm(unit, axis=1, keepdims=True)
    return (unit[first] * unit[second]).sum(axis=1)


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**20))
def test_spearman_is_that_of_scipy_in_every_order(seed):
    vectors, pairs = random_rows(60, 16, seed), scored(60, 40, seed)
    found = measure_quality(vectors, LENGTHS, pairs, draws=2)
    for ordering in ORDERINGS:
        quality = found[ordering]
        assert (quality.measure, quality.n_judged, quality.chance) == ("spearman", 40, 0)
        for arrange, draw in zip(
            arrangements(vectors, ordering, draws=2), quality.draws, strict=True
        ):
            rows = arrange(vectors)
            expected = [
                spearmanr(cosines(rows[:, :k], pairs.first, pairs.second), pairs.scores).statistic
                for k in LENGTHS
            ]
            np.testing.assert_allclose(draw, expected, atol=2e-3 if ordering == "svd" else 1e-9)
        assert quality.curve[-1] == quality.full


def test_top1_at_full_length_is_that_of_the_contrastive_pane():
    random = np.random.default_rng(0)
    centers = random.normal(size=(40, 16))
    vectors = np.vstack([centers + random.normal(size=centers.shape) for _ in range(2)])
    pairs = Pairs.halves(80)
    found = measure_quality(vectors, LENGTHS, pairs)["prefix"]
    for length, value in zip(LENGTHS, found.curve, strict=True):
        assert value == pytest.approx(measure_pairs(vectors[:, :length], pairs).top1)
    assert found.measure == "top1"
    assert found.chance == pytest.approx(1 / 40)


def test_rows_that_pairs_connect_are_no_wrong_answers():
    vectors = np.eye(6, dtype=np.float32)
    vectors[3] = vectors[1] = vectors[0]  # Rows 0, 1 and 3 belong together.
    found = measure_quality(vectors, [6], Pairs([0, 1, 4], [1, 3, 4 + 1]))["prefix"]
    assert found.curve[0] == pytest.approx(2 / 3)


def test_knn_is_that_of_scikit_learn_where_the_votes_are_clear():
    random = np.random.default_rng(1)
    labels = np.array(["a", "b"])[random.integers(2, size=120)]
    vectors = random_rows(120, 16) + (labels == "a")[:, np.newaxis]
    found = measure_quality(vectors, LENGTHS, category=labels, neighbors=7)["prefix"]
    for length, value in zip(LENGTHS, found.curve, strict=True):
        unit = vectors[:, :length] / np.linalg.norm(vectors[:, :length], axis=1)[:, np.newaxis]
        right = 0
        for row in range(120):
            rest = np.arange(120) != row
            known = KNeighborsClassifier(7).fit(unit[rest], labels[rest])
            right += known.predict(unit[[row]])[0] == labels[row]
        assert value == pytest.approx(right / 120)
    assert (found.measure, found.n_judged) == ("knn", 120)
    assert found.chance == pytest.approx(max(np.mean(labels == "a"), np.mean(labels == "b")))


def test_of_as_many_votes_the_nearest_wins():
    angles = np.radians([0, 1, 2.5, 4.2, 90, 91])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    found = measure_quality(vectors, [2], category=["a", "a", "b", "c", "c", "b"], neighbors=2)
    # Each has two voters that disagree, and only rows 0 and 1 have the nearer one right.
    assert found["prefix"].curve[0] == pytest.approx(2 / 6)


def test_rows_without_a_category_or_a_direction_take_no_part():
    vectors = random_rows(50, 8)
    labels = ["a", "b"] * 25
    expected = measure_quality(vectors, [3, 8], category=labels)["prefix"]
    more = np.vstack([vectors, np.zeros((2, 8)), np.full((1, 8), np.nan), vectors[:3]])
    labels = [*labels, "a", "b", "a", None, "", float("nan")]
    found = measure_quality(more, [3, 8], category=labels, orderings=["prefix"])["prefix"]
    np.testing.assert_array_equal(found.curve, expected.curve)
    assert found.n_judged == 50
    assert found.notes == (
        "3 rows without a category left out.",
        "3 rows without a direction left out.",
    )


def test_who_is_alone_in_a_category_is_asked_nothing_and_still_votes():
    found = measure_quality(random_rows(21, 8), [8], category=["a", "b"] * 10 + ["c"])["prefix"]
    assert found.n_judged == 20


def test_a_prefix_of_zeros_says_nothing():
    vectors = random_rows(40, 8)
    vectors[20:] = vectors[:20] + np.float32(0.01)
    vectors[:, :3] = 0
    pairs = Pairs.halves(40)
    for judged in ({"pairs": pairs}, {"category": ["a", "b"] * 20}):
        found = measure_quality(vectors, [2, 8], orderings=["prefix"], **judged)["prefix"]
        assert found.curve[0] == 0 < found.curve[1]
    scores = Pairs(pairs.first, pairs.second, np.arange(20))
    assert np.isnan(measure_quality(vectors, [2], scores)["prefix"].curve[0])


def test_equal_rows_tell_nothing_apart():
    vectors = np.ones((20, 8))
    pairs = Pairs(np.arange(10), np.arange(10, 20), np.arange(10))
    found = measure_quality(vectors, [2, 8], pairs)
    assert all(np.isnan(each.curve).all() for each in found.values())


def test_scores_that_are_all_the_same_are_no_ranking_but_pairs():
    pairs = Pairs(np.arange(10), np.arange(10, 20), np.full(10, 5.0))
    assert measure_quality(random_rows(20, 8), [8], pairs)["prefix"].measure == "top1"


@pytest.mark.parametrize("kind", ["pairs", "category", "scores"])
def test_many_are_drawn_from_and_it_is_said(kind, monkeypatch):
    monkeypatch.setattr(judges, "_MOST_QUERIES", 40)
    monkeypatch.setattr(judges, "_MOST_COSINES", 40 * 100)
    monkeypatch.setattr(judges, "_MOST_NUMBERS", 40 * 8)
    pairs = Pairs.halves(200)
    judged = {
        "pairs": {"pairs": pairs},
        "scores": {"pairs": Pairs(pairs.first, pairs.second, np.arange(100))},
        "category": {"category": ["a", "b"] * 100},
    }[kind]
    vectors = random_rows(200, 8)
    found = measure_quality(vectors, [3], seed=4, **judged)["prefix"]
    assert found.n_judged == 40
    assert "drawn at random" in found.notes[-1]
    again = measure_quality(vectors, [3], seed=4, **judged)["prefix"]
    assert found.curve.tolist() == again.curve.tolist()


def test_what_cannot_be_judged_is_refused():
    vectors = random_rows(20, 8)
    with pytest.raises(UserError, match="give one of them"):
        measure_quality(vectors, [2])
    with pytest.raises(UserError, match="All rows are in one group"):
        measure_quality(vectors, [2], category=["a"] * 20)
    with pytest.raises(UserError, match="No two rows are in one group"):
        measure_quality(vectors, [2], category=range(20))
    with pytest.raises(UserError, match="one for each"):
        measure_quality(vectors, [2], category=["a"])
    with pytest.raises(UserError, match="name row 30"):
        measure_quality(vectors, [2], Pairs([0, 1], [30, 2], [1, 2]))
    with pytest.raises(UserError, match="from 1 to 8"):
        measure_quality(vectors, [9], category=["a", "b"] * 10)
    vectors[4] = np.nan
    with pytest.raises(UserError, match="Row 4"):
        measure_quality(vectors, [2], Pairs([4, 1], [3, 2], [1, 2]))


def test_it_reports_and_stops():
    seen = []
    measure_quality(
        random_rows(60, 8),
        [2, 4],
        category=["a", "b"] * 30,
        report=lambda fraction, words: seen.append(fraction),
    )
    assert seen == sorted(seen)
    assert 0 <= seen[0] <= seen[-1] <= 1

    def stop(fraction, words):
        raise Cancelled

    with pytest.raises(Cancelled):
        measure_quality(random_rows(60, 8), [2], Pairs.halves(60), report=stop)
