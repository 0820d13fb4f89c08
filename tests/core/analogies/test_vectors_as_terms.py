"""Questions with vectors that are no rows, beside labels, against gensim and against labels."""

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.analogies import METHODS, solve, vectors_of
from embedviz.core.errors import UserError
from embedviz.core.vector_set import VectorSet

ROWS = np.random.default_rng(5).normal(size=(60, 8)).astype(np.float32)
LABELS = [f"w{i}" for i in range(60)]
WORDS = VectorSet(ROWS, LABELS, name="words")


@pytest.mark.parametrize("method", METHODS)
@given(st.lists(st.integers(0, 59), min_size=3, max_size=3), st.lists(st.booleans(), min_size=3))
def test_a_row_as_a_vector_is_as_good_as_its_label(method, rows, as_vectors):
    def term(place):
        row = rows[place]
        return ROWS[row] if as_vectors[place] else LABELS[row]

    by_label = solve(
        WORDS, [LABELS[rows[0]], LABELS[rows[1]]], [LABELS[rows[2]]], 10, method, False
    )
    found = solve(WORDS, [term(0), term(1)], [term(2)], 10, method, False)
    assert found == by_label


def test_scores_are_those_of_gensim():
    model = KeyedVectors(8)
    model.add_vectors(LABELS, ROWS)
    text = np.random.default_rng(9).normal(size=8)
    text = (text / np.linalg.norm(text)).astype(np.float32)
    expected = model.most_similar(positive=["w1", text], negative=["w2"], topn=10)
    found = solve(WORDS, ["w1", text], ["w2"], 10)
    assert [label for label, _ in found] == [label for label, _ in expected]
    assert [score for _, score in found] == pytest.approx([s for _, s in expected], abs=1e-5)


def test_only_labels_are_left_out():
    found = solve(WORDS, [ROWS[3], "w4"], ["w5"], 60)
    assert len(found) == 58
    assert {"w4", "w5"} & dict(found).keys() == set()
    assert "w3" in dict(found)


def test_the_length_of_a_vector_does_not_matter():
    long = solve(WORDS, [1000 * ROWS[3], "w4"], [0.001 * ROWS[5]], 10)
    usual = solve(WORDS, [ROWS[3], "w4"], [ROWS[5]], 10)
    assert [label for label, _ in long] == [label for label, _ in usual]
    assert [score for _, score in long] == pytest.approx([score for _, score in usual], abs=1e-6)


def test_one_vector_alone_and_an_array_of_them():
    assert solve(WORDS, ROWS[3], count=1) == [("w3", pytest.approx(1.0))]
    assert solve(WORDS, ROWS[3:5], count=5) == solve(WORDS, [ROWS[3], ROWS[4]], count=5)


def test_what_does_not_fit_is_refused():
    with pytest.raises(UserError, match="has 3 numbers, but the rows of words have 8"):
        solve(WORDS, [np.ones(3), "w1"])
    with pytest.raises(UserError, match="NaN"):
        solve(WORDS, [np.full(8, np.nan)])
    with pytest.raises(KeyError):
        vectors_of(WORDS, ["w1", "nowhere"])
