"""Tests of one question explained: its expected answer, its offset, and the words about it."""

import numpy as np
import pytest

from embedviz.core.analogies import solve
from embedviz.core.progress import silent
from embedviz.core.samples import load_relations
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.breaks.explained import WantedQuestion, explain_question
from embedviz.panes.analogies.breaks.question_words import (
    describe_offset,
    describe_point,
    describe_ranks,
    describe_reason,
    ordinal,
    question_title,
)

PLANTED, RANDOM = "singular → plural", "country → capital"


def explained(vector_set, positive, negative, expected=None):
    wanted = WantedQuestion(vector_set, tuple(positive), tuple(negative), expected)
    return explain_question(wanted, silent)


def pairs_of(name):
    return load_relations()[name][:8]


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("is_reversed", [False, True])
def test_the_expected_answer_is_that_of_the_relation(related, is_turned, is_reversed):
    (a, b), (c, d) = pairs_of(PLANTED)[:2]
    if is_reversed:
        (a, b), (c, d) = (b, a), (d, c)
    found = explained(related, (c, b) if is_turned else (b, c), (a,))
    assert found.relation == PLANTED
    assert related.labels[found.expected] == d
    assert [related.labels[row] for row in (found.a, found.b, found.c)] == [a, b, c]
    assert found.label(found.best) == solve(related, [b, c], [a], 1)[0][0]


def test_lengths_and_angles_are_those_of_unit_vectors(related):
    (a, b), (c, d) = pairs_of(PLANTED)[:2]
    found = explained(related, (b, c), (a,))
    rows = [np.array(related.vectors[related.row(each)], float) for each in (a, b, c, d)]
    rows = [row / np.linalg.norm(row) for row in rows]
    one, other = rows[1] - rows[0], rows[3] - rows[2]
    assert found.lengths == pytest.approx((np.linalg.norm(one), np.linalg.norm(other)))
    assert np.cos(np.radians(found.angles[0])) == pytest.approx(rows[0] @ rows[1])
    cosine = one @ other / np.linalg.norm(one) / np.linalg.norm(other)
    assert np.cos(np.radians(found.between)) == pytest.approx(cosine)


def test_a_failure_says_which_term_is_to_blame(related):
    (a, b), (c, d) = pairs_of(RANDOM)[:2]
    found = explained(related, (b, c), (a,))
    assert found.has_failed
    assert question_title(found).endswith(f"not {d}")
    said = describe_reason(found)
    assert said.startswith(f"{found.label(found.best)} goes before {d} by ")
    for term in (a, b, c):
        assert f"by {term}" in said
    assert d in describe_ranks(found)
    assert d in describe_offset(found)


def test_the_parts_of_a_reason_add_up(related):
    (a, b), (c, _) = pairs_of(RANDOM)[:2]
    found = explained(related, (b, c), (a,))
    shares = dict(zip(found.found.rows.tolist(), found.found.explanation.shares, strict=True))
    scores = dict(zip(found.found.rows.tolist(), found.found.scores, strict=True))
    more = (shares[found.best] - shares[found.expected]).sum()
    assert more == pytest.approx(scores[found.best] - scores[found.expected])


def test_an_expected_answer_can_be_given(related):
    (a, b), (c, _) = pairs_of(PLANTED)[:2]
    found = explained(related, (b, c), (a,), "other 3")
    assert (found.label(found.expected), found.relation) == ("other 3", "")
    assert found.has_failed


def test_without_an_expected_answer_nothing_has_failed(related):
    found = explained(related, ("other 1", "other 2"), ("other 3",))
    assert found.expected == -1
    assert not found.has_failed
    assert describe_reason(found) == describe_ranks(found) == ""
    assert "≈ means" in describe_point(found) or "let in, too" in describe_point(found)
    assert describe_offset(found)


def test_other_numbers_of_terms_have_no_offset(related):
    found = explained(related, ("other 1", "other 2", "other 3"), ("other 4",), "other 5")
    assert found.a == found.c == -1
    assert describe_offset(found) == ""
    assert "≈" in question_title(found) or "not other 5" in question_title(found)
    assert describe_ranks(found).startswith("other 5 is ")
    assert explained(related, ("other 1",), ()).best >= 0


@pytest.mark.parametrize(
    ("positive", "negative", "expected", "words"),
    [
        (("nowhere", "other 1"), ("other 2",), None, "“nowhere” is not a label"),
        ((), ("other 1",), None, "a term with a plus"),
        (("other 1", "other 2"), ("other 3",), "nowhere", "expected “nowhere” is not a label"),
        (("other 1", "other 2"), ("other 3",), "other 2", "so it cannot be the answer"),
        (("other 1",), ("other 1",), None, "cancel out"),
    ],
)
def test_what_cannot_be_explained_is_worded(related, positive, negative, expected, words):
    found = explained(related, positive, negative, expected)
    assert words in found.problem
    assert found.best == -1


def test_a_word_on_both_sides_is_remarked(related):
    found = explained(related, ("other 1", "other 2"), ("other 1",))
    assert any("cancels out" in each for each in found.remarks)


def test_rows_of_zeros_and_one_dimension_are_explained():
    labels = [word for pair in pairs_of(PLANTED)[:2] for word in pair]
    for vectors in (np.zeros((4, 3)), np.array([[1.0], [2.0], [-1.0], [0.0]])):
        (a, b), (c, _) = pairs_of(PLANTED)[:2]
        found = explained(VectorSet(vectors, labels), (b, c), (a,))
        if not found.problem:
            assert question_title(found)
            describe_offset(found), describe_point(found), describe_ranks(found)


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (112, "112th"), (23, "23rd")],
)
def test_ordinals(number, text):
    assert ordinal(number) == text
