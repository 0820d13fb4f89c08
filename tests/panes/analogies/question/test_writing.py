"""Questions in one line, typed and pasted, and written back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.errors import UserError
from embedviz.panes.analogies.question.writing import (
    parse_question,
    part_at,
    parts_of,
    write_question,
)

LABELS = {
    *("king", "man", "woman", "queen", "e-mail", "C++", "athens", "greece", "baghdad", "iraq"),
    *("new york", "a : b", "-"),
}
ASKED = (("king", "woman"), ("man",))


def parsed(line):
    return tuple(parse_question(line, LABELS.__contains__))


@pytest.mark.parametrize(
    "line",
    [
        "king − man + woman",
        "king - man + woman",
        "  king – man   + woman = ?",
        "king − man + woman ≈",
        "+ king + woman − man",
        "− man + king + woman",
        '"king" − “man” + woman',
        "king-man+woman",
        "man : king :: woman : ?",
        "man:king::woman:?",
        "man : king = woman : ?",
        "man : king :: woman",
        "? : king :: woman : man",
        "man king woman",
        "man king woman queen",
    ],
)
def test_ways_to_write_a_question(line):
    assert parsed(line) == ASKED


def test_proportions_with_a_gap_elsewhere():
    assert parsed("man : ? :: woman : queen") == (("man", "queen"), ("woman",))
    assert parsed("man : king :: ? : queen") == (("man", "queen"), ("king",))


def test_any_number_of_terms():
    assert parsed("king + woman + queen − man − e-mail") == (
        ("king", "woman", "queen"),
        ("man", "e-mail"),
    )
    assert parsed("king") == (("king",), ())
    assert parsed("− man") == ((), ("man",))
    assert parsed("king + king − king") == (("king", "king"), ("king",))


def test_labels_that_look_like_something_else():
    assert parsed("e-mail - C++ + king") == (("e-mail", "king"), ("C++",))
    assert parsed("a : b") == (("a : b",), ())
    assert parsed('"a : b" - new york') == (("a : b",), ("new york",))


def test_texts_are_terms_too():
    assert parsed("the cat sleeps - the cat eats + the dog eats") == (
        ("the cat sleeps", "the dog eats"),
        ("the cat eats",),
    )
    assert parsed("note: this is text") == (("note: this is text",), ())
    assert parsed('the cat − "x − y"') == (("the cat",), ("x − y",))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "Nothing is asked"),
        ("   ", "Nothing is asked"),
        ("= ?", "Nothing is asked"),
        ("king −", "A term is missing"),
        ("king − − man", "A term is missing"),
        ("man : king :: woman : queen : man", "is no proportion"),
        ("man : ? :: ? : queen", "more than one gap"),
    ],
)
def test_what_cannot_be_asked_is_said(line, words):
    with pytest.raises(UserError, match=words):
        parsed(line)


terms = st.text(
    st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters='"“”'), min_size=1
).filter(lambda text: text == text.strip() and text)


@given(st.lists(terms, max_size=4), st.lists(terms, max_size=3))
def test_what_is_written_is_read_again(positive, negative):
    if positive or negative:
        line = write_question(tuple(positive), tuple(negative))
        found = parse_question(line, lambda _: False)
        assert found == (tuple(positive), tuple(negative))


def test_the_term_at_the_cursor():
    line = "king − ma + "
    assert [part.text for part in parts_of(line)] == ["king", "ma", ""]
    assert part_at(line, 9).text == "ma"
    assert part_at(line, len(line)).text == ""
    assert part_at(line, 6) is None
    assert part_at("", 0).text == ""
