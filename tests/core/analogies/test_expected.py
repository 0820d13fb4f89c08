"""Tests of where the expected answer of an analogy is ranked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.analogies import solve_rows
from embedviz.core.analogies.expected import explain_expected
from embedviz.core.vector_set import VectorSet


def _random_set(n_vectors, dimensions, seed):
    vectors = np.random.default_rng(seed).normal(size=(n_vectors, dimensions))
    return VectorSet(vectors, [f"row {i}" for i in range(n_vectors)])


def _rank_by_numpy(vectors, target, inputs, expected):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    order = [row for row in np.argsort(-(unit @ target), kind="stable") if row not in inputs]
    return order.index(expected) + 1


@given(st.integers(6, 60), st.integers(2, 12), st.integers(0, 1000))
def test_ranks_are_those_of_a_full_sort(n_vectors, dimensions, seed):
    some = _random_set(n_vectors, dimensions, seed)
    a, b, c, expected = np.random.default_rng(seed).choice(n_vectors, 4, replace=False).tolist()
    found = explain_expected(some, [b, c], [a], expected, asked=c)
    vectors = np.array(some.vectors, float)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    for rank, target in (
        (found.rank, unit[b] - unit[a] + unit[c]),
        (found.rank_by_c, unit[c]),
        (found.rank_by_sum, unit[b] + unit[c]),
    ):
        assert rank == _rank_by_numpy(vectors, target, (a, b, c), expected)
    assert found.neighbor == max(
        set(range(n_vectors)) - {a, b, c}, key=lambda row: unit[row] @ unit[c]
    )


def test_the_best_answers_are_those_of_solve_with_the_inputs_among_them():
    some = _random_set(100, 10, 1)
    found = explain_expected(some, [3, 5], [7], expected=50, asked=5)
    best = solve_rows(some, ["row 3", "row 5"], ["row 7"], 4)
    shown = dict(zip(found.rows.tolist(), found.scores, strict=True))
    assert {3, 5, 7, 50, *(row for row, _ in best)} == set(shown)
    assert all(shown[row] == pytest.approx(score) for row, score in best)
    assert (np.diff(found.scores) <= 0).all()
    assert set(found.rows[found.are_inputs]) == {3, 5, 7}
    assert found.explanation.shares.sum(axis=1) == pytest.approx(found.scores)


def test_rows_with_the_label_of_an_input_are_inputs():
    vectors = np.random.default_rng(0).normal(size=(6, 4))
    vectors[5] = vectors[2]
    some = VectorSet(vectors, ["a", "b", "c", "d", "e", "c"])
    found = explain_expected(some, [1, 2], [0], expected=3, asked=2)
    assert found.neighbor in (3, 4)
    assert found.rank <= 2


def test_an_expected_answer_that_is_an_input_has_no_rank():
    found = explain_expected(_random_set(10, 4, 2), [1, 2], [0], expected=2, asked=2)
    assert (found.rank, found.rank_by_c, found.rank_by_sum) == (0, 0, 0)


def test_without_an_expected_answer_there_is_no_rank():
    found = explain_expected(_random_set(10, 4, 2), [1, 2, 3], [0])
    assert (found.rank, found.rank_by_c, found.rank_by_sum, found.neighbor) == (0, 0, 0, -1)


def test_few_rows_rows_of_zeros_and_one_dimension():
    tiny = VectorSet(np.array([[1.0], [2.0], [-1.0], [0.0]]), list("abcd"))
    found = explain_expected(tiny, [1, 2], [0], expected=3, asked=2)
    assert found.rank == 0
    assert found.neighbor == -1
    assert np.isfinite(found.explanation.shares).all()
