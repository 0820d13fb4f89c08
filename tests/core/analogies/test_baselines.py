"""Tests of the ways to answer analogies that do without the offset."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.analogies import baselines, solve
from embedviz.core.analogies.baselines import (
    WAYS,
    answer_baselines,
    couples_of,
    measure_offsets,
)
from embedviz.core.vector_set import VectorSet

_WEIGHTS = {
    "offset": (-1, 1, 1),
    "with inputs": (-1, 1, 1),
    "neighbor": (0, 0, 1),
    "sum": (0, 1, 1),
    "opposite": (1, -1, 1),
}


def _random_set(n_vectors: int, dimensions: int, seed: int) -> VectorSet:
    vectors = np.random.default_rng(seed).normal(size=(n_vectors, dimensions))
    return VectorSet(vectors, [f"row {i}" for i in range(n_vectors)])


def _scores(vectors, question, way):
    """Return the score of each row by NumPy."""
    unit = vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    scores = unit @ (np.array(_WEIGHTS[way]) @ unit[list(question)])
    if way != "with inputs":
        scores[list(question)] = -np.inf
    return scores


@given(st.integers(5, 60), st.integers(2, 20), st.integers(0, 1000))
def test_answers_are_the_rows_of_the_largest_scores(n_vectors, dimensions, seed):
    some = _random_set(n_vectors, dimensions, seed)
    random = np.random.default_rng(seed)
    questions = np.array([random.choice(n_vectors, 3, replace=False) for _ in range(6)])
    found = answer_baselines(some, questions)
    for question, answers in zip(questions, found, strict=True):
        for way, answer in zip(WAYS, answers, strict=True):
            scores = _scores(some.vectors, question, way)
            # Of two rows that float32 cannot tell apart, either will do.
            assert scores[answer] >= scores.max() - 1e-5, way


def test_many_rows_are_read_in_blocks(monkeypatch):
    some = _random_set(700, 10, 3)
    questions = np.random.default_rng(0).permutation(700)[:30].reshape(10, 3)
    whole = answer_baselines(some, questions)
    monkeypatch.setattr(baselines, "_PRODUCT_NUMBERS", 1)
    told = []
    parts = answer_baselines(some, questions, lambda fraction, words: told.append(fraction))
    assert np.array_equal(whole, parts)
    assert len(told) == -(-700 // baselines.TILE)


def test_the_offset_is_answered_as_solve_does():
    some = _random_set(200, 8, 5)
    for a, b, c in np.random.default_rng(1).permutation(200)[:60].reshape(20, 3):
        labels = [some.labels[row] for row in (a, b, c)]
        answers = answer_baselines(some, np.array([[a, b, c]]))[0]
        best = solve(some, [labels[1], labels[2]], [labels[0]], 1)[0][0]
        among = solve(some, [labels[1], labels[2]], [labels[0]], 1, exclude_inputs=False)[0][0]
        assert some.labels[answers[0]] == best
        assert some.labels[answers[1]] == among


def test_of_rows_with_one_label_the_first_counts():
    vectors = np.random.default_rng(2).normal(size=(12, 6))
    vectors[8:] = vectors[0] + 1e-3 * np.random.default_rng(3).normal(size=(4, 6))
    labels = ["c", *(f"row {i}" for i in range(1, 8)), "c", "c", "c", "near"]
    answers = answer_baselines(VectorSet(vectors, labels), np.array([[1, 2, 0]]))[0]
    assert answers[WAYS.index("neighbor")] == 11  # Not 8, 9 or 10, which are c by their label.


def test_rows_of_zeros_and_nan_are_no_answers():
    vectors = np.random.default_rng(4).normal(size=(6, 4))
    vectors[3], vectors[4] = 0.0, np.nan
    found = answer_baselines(VectorSet(vectors, list("abcdef")), np.array([[0, 1, 2]]))[0]
    assert set(found) <= {0, 1, 2, 5}


def test_where_there_is_no_other_row_there_is_no_answer():
    some = VectorSet(np.eye(3), list("abc"))
    found = answer_baselines(some, np.array([[0, 1, 2]]))[0]
    assert found[WAYS.index("with inputs")] in (1, 2)
    assert all(found[place] == -1 for place in (0, 2, 3, 4))


def test_no_questions():
    assert answer_baselines(_random_set(5, 3, 0), np.zeros((0, 4), np.intp)).shape == (0, 5)


def test_couples_are_all_ordered_pairs_of_pairs():
    pairs = np.array([[0, 1], [2, 3], [4, 5]])
    couples = couples_of([pairs], 10)
    assert couples.n_possible == len(couples.rows) == 6
    assert [0, 1, 2, 3] in couples.rows.tolist()
    assert [2, 3, 0, 1] in couples.rows.tolist()


def test_couples_that_ask_nothing_are_left_out():
    shared_first = np.array([[0, 1], [0, 2], [3, 4]])  # 0 is to 1 as 0 is to …
    asked = couples_of([shared_first], 10).rows.tolist()
    assert asked == [[0, 1, 3, 4], [0, 2, 3, 4], [3, 4, 0, 1], [3, 4, 0, 2]]
    assert len(couples_of([np.array([[0, 1]])], 10).rows) == 0
    assert len(couples_of([np.array([[0, 0], [1, 1]])], 10).rows) == 0
    assert len(couples_of([], 10).rows) == 0


def test_every_second_word_of_the_word_asked_for_is_right():
    couples = couples_of([np.array([[0, 1], [2, 3], [2, 4]])], 10)
    asked = couples.rows.tolist().index([0, 1, 2, 3])
    answers = np.full(len(couples.rows), -1)
    assert not couples.are_right(answers).any()
    answers[asked] = 4
    assert couples.are_right(answers).tolist() == [place == asked for place in range(len(answers))]


def test_of_very_many_rows_a_sample_is_asked_with_the_same_choice_each_time():
    pairs = np.arange(200).reshape(100, 2)
    couples, again = (couples_of([pairs], 10**7) for _ in range(2))
    assert couples.n_possible == 9900
    assert len(couples.rows) == 300
    assert np.array_equal(couples.rows, again.rows)
    assert len(np.unique(couples.rows, axis=0)) == 300


def test_offsets_are_measured_of_unit_vectors():
    vectors = np.array([[5, 0, 0], [0, 3, 0], [0, 0, 2], [1, 0, 0], [0, 0, 0]], np.float32)
    pairs = np.array([[0, 1], [2, 1]])
    found = measure_offsets(vectors, pairs, np.array([[0, 1, 2, 1]]))
    assert found.length == pytest.approx(np.sqrt(2))
    assert found.angle == pytest.approx(90)
    assert found.between == pytest.approx(60)  # (−1, 1, 0) and (0, 1, −1).
    target = np.array([-1, 1, 1]) / np.sqrt(3)
    assert found.to_c == pytest.approx(target[2])
    assert found.to_b == found.to_answer == pytest.approx(target[1])


def test_offsets_without_length_have_no_direction():
    vectors = np.eye(3, dtype=np.float32)
    found = measure_offsets(vectors, np.array([[0, 0], [1, 2]]), np.zeros((0, 4), np.intp))
    assert np.isnan(found.between)
    assert np.isnan(found.to_c)
    assert found.length == pytest.approx(np.sqrt(2) / 2)
    none = measure_offsets(vectors, np.zeros((0, 2), np.intp), np.zeros((0, 4), np.intp))
    assert np.isnan(none.length)
