"""Pairs of words as rows of a set, and why some are left out."""

import unicodedata

import numpy as np
import pytest

from embedviz.core.analogies.relations import find_pairs
from embedviz.core.errors import UserError
from embedviz.core.pairs import Pairs
from embedviz.core.vector_set import VectorSet

LABELS = ["king", "queen", "man", "woman", "Köln", "zero", "nan", "twin of king", "king", "inf"]


@pytest.fixture
def some():
    vectors = np.random.default_rng(0).normal(size=(len(LABELS), 6)).astype(np.float32)
    vectors[5] = 0.0
    vectors[6, 2] = np.nan
    vectors[7] = 3.0 * vectors[0]
    vectors[9, 0] = np.inf
    return VectorSet(vectors, LABELS, name="some")


def reasons(found):
    return [pair.reason for pair in found.skipped]


def test_pairs_are_found_in_their_order(some):
    found = find_pairs(some, [("man", "king"), ("woman", "queen")])
    assert found.first.tolist() == [2, 3]
    assert found.second.tolist() == [0, 1]
    assert found.labels == (("man", "king"), ("woman", "queen"))
    assert found.places.tolist() == [0, 1]
    assert found.notes == ()


def test_each_pair_that_cannot_be_measured_is_left_out_and_told(some):
    found = find_pairs(
        some,
        [
            ("king", "prince"),
            ("duke", "queen"),
            ("king", "queen"),
            ("king", "queen"),
            ("man", "man"),
            ("man", "zero"),
            ("nan", "man"),
            ("man", "inf"),
            ("king", "twin of king"),
        ],
    )
    assert found.labels == (("king", "queen"),)
    assert found.places.tolist() == [2]
    assert sorted(reasons(found)) == sorted(
        ["unknown"] * 2 + ["repeated", "same word", "equal vectors"] + ["no direction"] * 3
    )
    assert found.missing == ("prince", "duke")
    assert len(found.notes) == 5
    told = " ".join(found.notes)
    assert "2 pairs left out, with words that are not in the set: “prince”, “duke”." in told
    assert "1 pair left out, of a word with itself: man → man." in told


def test_many_that_are_left_out_are_counted(some):
    (note,) = find_pairs(some, [(f"a{i}", f"b{i}") for i in range(100)]).notes
    assert note.startswith("100 pairs left out")
    assert note.endswith("and 195 more.")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_are_found_in_any_form_of_unicode(some, form):
    found = find_pairs(some, [("man", unicodedata.normalize(form, "Köln"))])
    assert found.labels == (("man", "Köln"),)


def test_case_matters_only_where_it_is_to(some):
    pairs = [("King", "QUEEN"), (" man ", "köln")]
    assert len(find_pairs(some, pairs)) == 0
    found = find_pairs(some, pairs, case_insensitive=True)
    assert found.labels == (("king", "queen"), ("man", "Köln"))


def test_a_pair_in_another_case_is_the_same_pair(some):
    found = find_pairs(some, [("king", "queen"), ("KING", "Queen")], case_insensitive=True)
    assert reasons(found) == ["repeated"]


def test_the_first_answer_that_is_there_makes_the_pair(some):
    found = find_pairs(some, [("king", ("prince", "king", "queen", "woman")), ("man", ("x", "y"))])
    assert found.labels == (("king", "queen"),)
    assert found.answers[0].tolist() == [1, 3]
    assert found.missing == ("x", "y")


def test_rows_are_pairs_too(some):
    found = find_pairs(some, Pairs([8, 2], [1, 3]))
    assert found.first.tolist() == [8, 2]
    assert found.labels == (("king", "queen"), ("man", "woman"))
    with pytest.raises(UserError, match="row 99"):
        find_pairs(some, Pairs([99], [1]))


@pytest.mark.parametrize("pair", ["ab", ("a",), ("a", "b", "c"), ("a", 3), (1, "a"), ("a", ())])
def test_what_is_no_pair_is_refused(some, pair):
    with pytest.raises(UserError, match="is not a pair"):
        find_pairs(some, [pair])


def test_no_pair_and_an_empty_set():
    empty = VectorSet(np.empty((0, 4), np.float32), [])
    assert len(find_pairs(empty, [])) == 0
    assert find_pairs(empty, [("a", "b")]).missing == ("a", "b")
