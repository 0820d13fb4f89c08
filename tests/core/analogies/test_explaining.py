"""Gaps, angles and shares of answers, against NumPy; which order of rows is that of frequency."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedviz.core.analogies import solve_rows
from embedviz.core.analogies.explaining import describe_odd_terms, explain, is_by_frequency
from embedviz.core.derivation.recipes import Truncated
from embedviz.core.origin import FileOrigin, ReadSettings
from embedviz.core.samples import load_sample
from embedviz.core.texts.trained_origin import TrainedOrigin
from embedviz.core.vector_set import VectorSet

ROWS = np.random.default_rng(3).normal(size=(50, 7))


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def test_the_point_of_a_minus_b_plus_c_is_just_that():
    a, b, c, x = unit(ROWS[:4])
    found = explain(ROWS[[0, 2]], ROWS[[1]], ROWS[[3]])
    np.testing.assert_allclose(found.target, a - b + c, atol=1e-15)
    np.testing.assert_allclose(found.gaps, [np.linalg.norm(x - (a - b + c))])
    cosine = x @ (a - b + c) / np.linalg.norm(a - b + c)
    np.testing.assert_allclose(found.angles, [np.degrees(np.arccos(cosine))])
    np.testing.assert_allclose(found.cosines, [[x @ a, x @ c, x @ b]])
    np.testing.assert_array_equal(found.signs, [1, 1, -1])


@given(st.integers(0, 4), st.integers(0, 4), st.integers(1, 6))
def test_what_is_owed_to_the_terms_is_the_score(n_added, n_subtracted, n_answers):
    added, subtracted = ROWS[:n_added], ROWS[10 : 10 + n_subtracted]
    if n_added + n_subtracted == 0:
        return
    labels = [f"w{row}" for row in range(50)]
    words = VectorSet(ROWS, labels)
    positive, negative = labels[:n_added], labels[10 : 10 + n_subtracted]
    ranked = solve_rows(words, positive, negative, n_answers, exclude_inputs=False)
    rows = [row for row, _ in ranked]
    found = explain(words.vectors[:n_added], words.vectors[10 : 10 + n_subtracted], ROWS[rows])
    assert added.shape[0] + subtracted.shape[0] == len(found.signs)
    np.testing.assert_allclose(found.shares.sum(axis=1), [score for _, score in ranked], atol=1e-6)
    np.testing.assert_allclose(np.cos(np.radians(found.angles)), found.shares.sum(axis=1))
    assert (np.diff(found.angles) >= -1e-4).all()  # Best first.


def test_the_point_of_two_terms_is_their_middle():
    a, b = unit(ROWS[:2])
    np.testing.assert_allclose(explain(ROWS[:2], ROWS[:0], ROWS).target, (a + b) / 2)


def test_the_point_of_a_difference_has_length_one():
    assert np.linalg.norm(explain(ROWS[:1], ROWS[1:2], ROWS).target) == pytest.approx(1)
    assert np.linalg.norm(explain(ROWS[:0], ROWS[1:3], ROWS).target) == pytest.approx(1)


def test_terms_that_cancel_out_leave_no_direction():
    found = explain(ROWS[:2], ROWS[[1, 0]], ROWS[5:8])
    assert found.cancels
    assert not found.target.any()
    assert np.isnan(found.angles).all()
    assert not found.shares.any()
    np.testing.assert_allclose(found.gaps, 1)


def test_a_vector_of_zeros_adds_nothing():
    zeros = np.zeros((1, 7))
    found = explain(np.concatenate([ROWS[:1], zeros]), ROWS[:0], np.concatenate([ROWS[:1], zeros]))
    assert found.cosines[0, 1] == 0
    assert np.isnan(found.angles[1])
    assert found.angles[0] == pytest.approx(0, abs=1e-12)


def test_small_angles_are_exact():
    """The arc cosine of a cosine in float64 knows none below 1e-8."""
    direction = np.array([[1.0, 0.0]])
    near = np.array([[1.0, 1e-10]])
    found = explain(direction, direction[:0], near)
    assert found.angles[0] == pytest.approx(np.degrees(1e-10), rel=1e-6)


@given(arrays(np.float32, (4, 1), elements=st.floats(-9, 9, width=32)))
def test_one_dimension(rows):
    found = explain(rows[:2], rows[2:3], rows[3:])
    assert np.isfinite(found.gaps).all()


def test_words_that_stand_there_twice():
    rows = np.eye(4, dtype=np.float32)
    rows[3] = 0.0
    some = VectorSet(rows, ["king", "woman", "man", "nothing"])
    assert describe_odd_terms(some, ("king", "woman"), ("man", "a text")) == ()
    (both,) = describe_odd_terms(some, ("king", "woman"), ("king",))
    assert both == "“king” is added and subtracted, which cancels out."
    (zeros,) = describe_odd_terms(some, ("king",), ("nothing",))
    assert zeros == "“nothing” is a vector of zeros, so it adds nothing."
    (twice,) = describe_odd_terms(some, ("king", "king"), ())
    assert twice.startswith("“king” is there more than once")


def opened(format_name, **settings):
    origin = FileOrigin(Path("/x"), ReadSettings(**settings), format_name=format_name)
    return VectorSet(ROWS, origin=origin)


@pytest.mark.parametrize(
    "format_name", ["word2vec text", "word2vec binary", "GloVe text", "fastText model"]
)
def test_files_of_word_vectors_are_in_the_order_of_frequency(format_name):
    whole = opened(format_name)
    assert is_by_frequency(whole)
    assert is_by_frequency(opened(format_name, max_rows=50))  # The most frequent ones.
    assert not is_by_frequency(opened(format_name, sample=50))
    assert is_by_frequency(Truncated(3).derive(whole))


def test_a_file_in_the_order_of_the_alphabet_is_not_in_that_of_frequency():
    words = load_sample("words").labels[:500]
    rows = np.ones((500, 2), np.float32)
    origin = FileOrigin(Path("/x"), ReadSettings(), format_name="word2vec text")
    assert is_by_frequency(VectorSet(rows, words, origin=origin))
    assert not is_by_frequency(VectorSet(rows, sorted(words), origin=origin))
    assert not is_by_frequency(VectorSet(rows, sorted(words, key=str.casefold), origin=origin))


def test_other_sets_are_in_an_order_that_nobody_knows():
    assert not is_by_frequency(VectorSet(ROWS))
    assert not is_by_frequency(opened("CSV"))
    assert not is_by_frequency(load_sample("sentences"))


def test_bundled_and_trained_words_are_in_the_order_of_frequency():
    assert is_by_frequency(load_sample("words"))
    assert is_by_frequency(VectorSet(ROWS, origin=TrainedOrigin("x", None, "CBOW")))
