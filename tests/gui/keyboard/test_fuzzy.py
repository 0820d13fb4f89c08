"""A few letters find what is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.gui.keyboard.fuzzy import rank

ENTRIES = [
    ("Open…", "File: Open files of vectors"),
    ("Open Session…", "File: Everything that was open, as it was"),
    ("Export Figure…", "File → Export"),
    ("Export Neighbors…", "File → Export: The nearest rows of each row"),
    ("Talk Mode", "View"),
    ("Switch Light and Dark", "View"),
]


def found(query):
    return [ENTRIES[place][0] for place in rank(query, ENTRIES)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("fig", "Export Figure…"),
        ("ef", "Export Figure…"),
        ("exp nei", "Export Neighbors…"),
        ("nei exp", "Export Neighbors…"),
        ("dark", "Switch Light and Dark"),
        ("tlk", "Talk Mode"),
        ("NEAREST", "Export Neighbors…"),
        ("session", "Open Session…"),
    ],
)
def test_what_is_meant_comes_first(query, first):
    assert found(query)[0] == first


def test_a_title_counts_more_than_what_is_said_beside_it():
    assert found("open")[:2] == ["Open…", "Open Session…"]


def test_nothing_is_found_by_what_is_in_nothing():
    assert found("qqq") == []
    assert found("figure qqq") == []


def test_without_a_query_all_are_there_in_their_order():
    assert rank("  ", ENTRIES) == list(range(len(ENTRIES)))


@given(st.text(), st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_any_text_may_be_typed(query, entries):
    places = rank(query, entries)
    assert len(set(places)) == len(places)
    assert set(places) <= set(range(len(entries)))


@given(st.lists(st.text(min_size=1), min_size=1, max_size=6, unique=True), st.data())
def test_whoever_types_a_whole_title_finds_it(titles, data):
    wanted = data.draw(st.integers(0, len(titles) - 1))
    assert wanted in rank(titles[wanted], [(title, "") for title in titles])
