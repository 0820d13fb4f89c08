"""Labels by their beginnings, against a search of all of them."""

from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.search import find_rows
from embedviz.core.search.label_index import LabelIndex

PARTS = "e\u0301te\u0301"  # The accents are letters of their own.
LABELS = ("the", "Queen", "queens", "king", "queen", PARTS, "QUEENSLAND", "a queen", "été", "")


def test_equal_labels_first_and_then_in_row_order():
    index = LabelIndex(LABELS)
    assert index.beginning_with("queen", 10) == [1, 4, 2, 6]
    assert index.beginning_with("QUEEN", 3) == [1, 4, 2]
    assert index.beginning_with("queens", 1) == [2]
    assert index.beginning_with("x", 10) == []
    assert index.holding("queen", 10) == [1, 2, 4, 6, 7]
    assert len(index) == len(LABELS)


def test_both_forms_of_letters():
    assert LabelIndex(LABELS).beginning_with("ét", 10) == [5, 8]
    assert LabelIndex(LABELS).beginning_with("E\u0301T", 10) == [5, 8]


def test_nothing_and_what_no_file_could_hold():
    assert LabelIndex(()).beginning_with("a", 10) == []
    index = LabelIndex(("a\ud800", "b\0c", "\U0010ffff"))
    assert index.beginning_with("a", 10) == [0]
    assert index.beginning_with("b\0", 10) == [1]
    assert index.beginning_with("\ud800", 10) == []


@given(st.lists(st.text("abAB ", max_size=4), max_size=40), st.text("abAB", min_size=1, max_size=3))
def test_finds_what_a_search_of_all_labels_finds(labels, text):
    index = LabelIndex(labels)
    expected = find_rows(labels, text, len(labels) + 1).tolist()
    first = index.beginning_with(text, 100)
    assert first == [row for row in expected if labels[row].lower().startswith(text.lower())]
    assert sorted(index.holding(text, 100)) == sorted(expected)
    assert index.beginning_with(text, 2) == first[:2]
