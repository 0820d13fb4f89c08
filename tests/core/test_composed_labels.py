"""Words are found in whichever form of Unicode they are typed or kept."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.analogies import solve
from embedviz.core.matching import matching_rows
from embedviz.core.search import find_rows
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed
from embedviz.formats import load, save

WORDS = ["café", "naïve", "Zürich", "ångström", "한국어", "が", "Ἀθῆναι", "plain"]
FORMS = ["NFC", "NFD"]


def a_set(form, words=WORDS):
    vectors = np.random.default_rng(4).normal(size=(len(words), 3))
    return VectorSet(vectors, [unicodedata.normalize(form, word) for word in words])


@pytest.mark.parametrize("kept", FORMS)
@pytest.mark.parametrize("typed", FORMS)
def test_rows_are_found_in_either_form(kept, typed):
    found = a_set(kept)
    for row, word in enumerate(WORDS):
        word = unicodedata.normalize(typed, word)
        assert word in found
        assert found.row(word) == row
        assert find_rows(found.labels, word).tolist() == [row]
        assert find_rows(found.labels, f"/^{word}$/").tolist() == [row]
    with pytest.raises(KeyError, match="Did you mean Z"):
        found.row(unicodedata.normalize(typed, "Zürisch"))
    assert 5 not in found


@pytest.mark.parametrize("kept", FORMS)
def test_the_very_same_label_comes_first(kept):
    both = VectorSet(np.eye(3), ["a", *(unicodedata.normalize(f, "ü") for f in reversed(FORMS))])
    for label in both.labels:
        assert both.labels[both.row(label)] == label


def test_sets_in_two_forms_are_matched():
    one, other = a_set("NFC"), a_set("NFD", WORDS[::-1])
    for rows in ([0, 2], list(range(len(WORDS)))):
        expected = sorted(len(WORDS) - 1 - row for row in rows)
        assert matching_rows(one, other, np.array(rows)).tolist() == expected
        assert matching_rows(other, one, np.array(rows)).tolist() == expected


def test_many_rows_in_two_forms_are_matched():
    words = [f"é{i}" for i in range(3000)]
    one, other = a_set("NFC", words), a_set("NFD", words)
    assert matching_rows(one, other, np.arange(3000)).tolist() == list(range(3000))


def test_no_answer_is_a_word_of_the_question():
    asked = solve(a_set("NFD"), ["café", "が"], ["naïve"], count=20)
    assert len(asked) == len(WORDS) - 3


def test_metadata_in_the_other_form_is_joined(tmp_path):
    table = "name\tkind\n" + "".join(f"{w}\t{i}\n" for i, w in enumerate(WORDS[::-1]))
    beside, path = tmp_path / "more.tsv", tmp_path / "x.vec"
    beside.write_text(table, "utf-8")
    save(a_set("NFD"), path)
    found = load(path, metadata=beside, metadata_key="name")
    assert found.metadata["kind"].to_pylist() == list(range(len(WORDS)))[::-1]
    assert found.labels == a_set("NFD").labels  # As they came.
    save(found, path)
    assert path.read_text("utf-8").split()[2] == unicodedata.normalize("NFD", WORDS[0])


@given(st.text(max_size=6))
def test_what_is_composed_is_nfc(text):
    assert composed(text) == unicodedata.normalize("NFC", text)
