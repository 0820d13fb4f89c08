"""The mean offset of a relation applied to other words."""

import numpy as np
import pytest

from embedviz.core.analogies import apply_relation, solve_rows
from embedviz.core.errors import UserError
from embedviz.core.progress import Cancelled
from embedviz.core.vector_set import VectorSet

PAIRS = [(f"w{i}", f"w{i + 10}") for i in range(8)]


@pytest.fixture
def some():
    vectors = np.random.default_rng(0).normal(size=(80, 12)).astype(np.float32)
    vectors[70] = 0.0
    vectors[71] = np.nan
    return VectorSet(vectors, [f"w{i}" for i in range(79)] + ["w30"], name="some")


def units_of(vector_set):
    vectors = vector_set.vectors[:40].astype(np.float64)
    return vectors / np.linalg.norm(vectors, axis=1)[:, np.newaxis]


def test_answers_are_those_of_the_point_beside_the_word(some):
    units = units_of(some)
    mean = (units[10:18] - units[:8]).mean(axis=0)
    applied = apply_relation(some, PAIRS, ["w30", "w31"], 4)
    assert applied.mean_offset == pytest.approx(mean)
    for word, row in zip(applied.words, (30, 31), strict=True):
        assert word.row == row
        assert word.start == pytest.approx(units[row])
        assert word.point == pytest.approx(units[row] + mean)
        found = [
            (other, score)
            for other, score in solve_rows(some, [word.point], count=9)
            if some.labels[other] != some.labels[row]
        ][:4]
        assert [other for other, _, _ in word.answers] == [other for other, _ in found]
        assert [label for _, label, _ in word.answers] == [some.labels[i] for i, _ in found]
        scores = [score for _, _, score in word.answers]
        assert scores == pytest.approx([score for _, score in found], abs=1e-5)
        assert word.note == ""


def test_a_word_may_be_its_own_answer(some):
    applied = apply_relation(some, PAIRS, ["w30"], 80, exclude_inputs=False)
    rows = [row for row, _, _ in applied.words[0].answers]
    assert {30, 79} <= set(rows)
    assert len(rows) == 78  # Those of zeros and of NaN are nobody's answers.


def test_a_pair_does_not_tell_the_answer_to_its_own_word(some):
    (word,) = apply_relation(some, PAIRS, ["w3"]).words
    units = units_of(some)
    others = [i for i in range(8) if i != 3]
    mean = (units[10:18] - units[:8])[others].mean(axis=0)
    assert word.point == pytest.approx(units[3] + mean)
    assert word.note == "“w3” is in the relation, so its own pair is left out of the mean."


def test_a_vector_is_a_word_too(some):
    from_label, from_vector = apply_relation(
        some, PAIRS, ["w30", 5.0 * some.vectors[30]], 5, exclude_inputs=False
    ).words
    assert from_vector.row == -1
    for one, other in zip(from_vector.answers, from_label.answers, strict=True):
        assert one[:2] == other[:2]
        assert one[2] == pytest.approx(other[2], abs=1e-6)
    with pytest.raises(UserError, match="numbers"):
        apply_relation(some, PAIRS, [np.ones(3)])


def test_words_without_an_answer_say_why(some):
    applied = apply_relation(some, PAIRS, ["nowhere", "w70", "w71", np.zeros(12)])
    assert all(word.answers == () for word in applied.words)
    assert [word.note for word in applied.words] == [
        "“nowhere” is not a label of some.",
        "“w70” has no direction: it is zero, or holds NaN.",
        "“w71” has no direction: it is zero, or holds NaN.",
        "The vector has no direction: it is zero, or holds NaN.",
    ]


@pytest.mark.parametrize("pairs", [[], [("w0", "w0")], [("a", "b")]])
def test_no_pair_is_no_offset(some, pairs):
    applied = apply_relation(some, pairs, ["w30"])
    assert applied.words[0].answers == ()
    assert "no offset" in applied.notes[-1]
    assert not applied.mean_offset.any()


def test_the_only_pair_does_not_answer_its_own_word(some):
    (word,) = apply_relation(some, [("w0", "w10")], ["w0"]).words
    assert word.answers == ()
    assert "no pair of another word" in word.note


def test_case_and_the_first_rows(some):
    applied = apply_relation(some, PAIRS, ["W30"], 3, case_insensitive=True, restrict_vocab=20)
    assert applied.words[0].label == "w30"
    assert max(row for row, _, _ in applied.words[0].answers) < 20
    assert apply_relation(some, PAIRS, ["W30"]).words[0].row == -1


def test_no_word_and_no_answers(some):
    assert apply_relation(some, PAIRS, []).words == ()
    assert apply_relation(some, PAIRS, ["w30"], 0).words[0].answers == ()
    with pytest.raises(UserError, match="number of answers"):
        apply_relation(some, PAIRS, [], -1)


def test_it_can_be_stopped(some):
    def stop(_share, _words):
        raise Cancelled

    with pytest.raises(Cancelled):
        apply_relation(some, PAIRS, ["w30"], report=stop)
