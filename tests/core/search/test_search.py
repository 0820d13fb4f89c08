"""Finding labels, against comprehensions over all of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core import search
from embedviz.core.errors import UserError
from embedviz.core.processes import expressions
from embedviz.core.progress import Cancelled
from embedviz.core.search import find_rows

LABELS = ["the", "Queen", "king", "queens", "a queen", "quill", "mosque", "queen", "kingdom", ""]


def found(text, labels=LABELS, **options):
    return [labels[row] for row in find_rows(labels, text, **options)]


def test_equal_labels_first_then_beginnings_then_the_rest():
    assert found("queen") == ["Queen", "queen", "queens", "a queen"]
    assert found("QUE") == ["Queen", "queens", "queen", "a queen", "mosque"]


def test_an_expression_finds_in_row_order():
    assert found("/^k.*(g|m)$/") == ["king", "kingdom"]
    assert found("/^qu/") == ["queens", "quill", "queen"]  # As written: case counts.
    assert found("/(?i)^qu/") == ["Queen", "queens", "quill", "queen"]


def test_a_half_typed_expression_finds_already():
    assert found("/^k") == ["king", "kingdom"]


def test_a_lone_slash_is_plain_text():
    assert found("/", ["and/or", "a", "/"]) == ["/", "and/or"]


def test_an_invalid_expression_is_explained():
    with pytest.raises(UserError, match=r"/\(un/ is not a regular expression: missing \)"):
        find_rows(LABELS, "/(un/")


def test_nothing_wanted_gives_the_first_rows():
    assert find_rows(LABELS, "  ", 3).tolist() == [0, 1, 2]
    assert find_rows([], "", 3).tolist() == []


def test_nothing_found():
    assert find_rows(LABELS, "zebra").tolist() == []


@given(
    st.lists(st.text("abAB ", max_size=4), max_size=30),
    st.text("abAB", min_size=1, max_size=2),
    st.integers(1, 40),
)
def test_finds_what_a_comprehension_finds(labels, text, count):
    got = find_rows(labels, text, count).tolist()
    fits = [row for row, label in enumerate(labels) if text.lower() in label.lower()]
    assert len(got) == min(count, len(fits))
    assert set(got) <= set(fits)

    def place(row):
        label = labels[row].lower()
        return 0 if label == text.lower() else 1 if label.startswith(text.lower()) else 2

    assert got == sorted(fits, key=lambda row: (place(row), row))[:count]


@given(st.lists(st.text("ab", max_size=4), max_size=30))
def test_an_expression_finds_what_re_finds(labels):
    expected = [row for row, label in enumerate(labels) if re.search("a+b", label)]
    assert expressions.rows_in(labels, re.compile("a+b").search) == expected


@pytest.mark.parametrize("labels", [[], ["ab", "b", "aab"], ["b"] * 30 + ["aaab"]])
def test_an_expression_finds_the_same_in_its_process(labels):
    expected = [row for row, label in enumerate(labels) if re.search("a+b", label)]
    assert find_rows(labels, "/a+b/").tolist() == expected


def test_stops_between_blocks_and_when_it_has_enough(monkeypatch):
    monkeypatch.setattr(search, "_BLOCK", 10)
    labels = [f"w{i}" for i in range(100)]
    seen = []
    find_rows(labels, "/w/", 15, report=lambda fraction, _: seen.append(fraction))
    assert sorted(set(seen)) == [0.0, 0.1]

    def refuse(fraction, message):
        if fraction > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        find_rows(labels, "w9", report=refuse)


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|a)*$", "(.*a){25}$"])
def test_an_expression_that_explodes_can_be_stopped(expression):
    labels = ["king", "a" * 40 + "!"]
    asked = []

    def stop(fraction, message):
        asked.append(fraction)
        if len(asked) > 3:  # It has been at work for a while, and is waited for.
            raise Cancelled

    with pytest.raises(Cancelled):
        find_rows(labels, f"/{expression}/", report=stop)


def test_an_expression_that_explodes_ends_in_words(monkeypatch):
    monkeypatch.setattr(expressions, "PATIENCE_SECONDS", 0.5)
    with pytest.raises(UserError, match="takes too long"):
        find_rows(["a" * 40 + "!"], "/(a+)+$/")


def test_an_expression_is_searched_for_in_all_blocks(monkeypatch):
    monkeypatch.setattr(search, "_BLOCK", 3)
    assert find_rows([*"abcabcab\ud800"], "/[a\ud800]/").tolist() == [0, 3, 6, 8]
    assert find_rows([*"abcabcab"], "/a/", 2).tolist() == [0, 3]
