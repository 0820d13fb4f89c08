"""Pairs in pasted lines, and in text files of any kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.analogies.relations import parse_pairs, reading
from embedviz.core.errors import UserError

KING = (("king", ("queen",)), ("man", ("woman",)))


@pytest.mark.parametrize(
    "text",
    [
        "king queen\nman woman",
        "king  queen \r\n\r\n  man\twoman\r\n",
        "king\tqueen\nman\twoman\n",
        "king, queen\nman,woman",
        "king; queen\nman ;woman",
        "king -> queen\nman->woman",
        "king → queen\nman => woman",
        '"king", "queen"\n"man","woman"',
        "\ufeffking queen\n# a remark\nman woman",
        "king queen man woman",
        "king queen\rman woman\rking queen",
    ],
)
def test_lines_of_two_words_are_pairs(text):
    found = parse_pairs(text)
    assert found.pairs == KING
    assert list(found.relations) == ["pasted lines"]
    assert found.notes == ()


def test_words_may_have_blanks_where_a_sign_is_between():
    found = parse_pairs("new york, united states\nparis, france")
    assert found.pairs == (("new york", ("united states",)), ("paris", ("france",)))
    assert parse_pairs('"a, b", c\nd, e').pairs == (("a, b", ("c",)), ("d", ("e",)))


def test_the_surest_sign_counts():
    assert parse_pairs("a, b\tc; d").pairs == (("a, b", ("c; d",)),)
    assert parse_pairs("a, b -> c, d").pairs == (("a, b", ("c, d",)),)


def test_relations_have_names():
    found = parse_pairs(": capitals\nathens greece oslo norway\n: family\n king queen man woman")
    assert found.relations == {
        "capitals": (("athens", ("greece",)), ("oslo", ("norway",))),
        "family": KING,
    }
    assert len(found.pairs) == 4


def test_pairs_are_there_once_and_in_any_form_of_unicode():
    assert parse_pairs("Ko\u0308ln a\nKöln a").pairs == (("Köln", ("a",)),)


@pytest.mark.parametrize(
    ("second", "answers", "of_bats"),
    [
        ("gaul", ("gaul",), ("gaul",)),
        ("gaul/france", ("gaul/france", "gaul", "france"), ("gaul", "france")),
        ("a//b/a", ("a//b/a", "a", "b"), ("a", "b")),
        ("/", ("/",), ("/",)),
    ],
)
def test_a_slash_parts_right_answers(second, answers, of_bats):
    assert parse_pairs(f"paris\t{second}").pairs == (("paris", answers),)
    assert parse_pairs(f"paris\t{second}", has_alternatives=True).pairs == (("paris", of_bats),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("king, queen\nfool\nman, woman", "pasted lines: 1 line left out that is no pair (line 2"),
        ("a b\nc d e\nf", "pasted lines: 3 lines left out that are no pairs (line 1 is 'a b'"),
        ("a,b\n\n,c\nd,", "line 3 is ',c'; line 4 is 'd,'"),
        ("\n".join(["a,b"] * 99 + ["x"] * 9), "and 6 more"),
    ],
)
def test_lines_that_are_no_pairs_are_named(text, told):
    (note,) = parse_pairs(text).notes
    assert told in note
    assert "Write two words in a line" in note


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing", ": name only"])
def test_no_pair_is_no_relation(text):
    assert parse_pairs(text).relations == {}


def test_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    with pytest.raises(UserError, match="hardly a list of pairs"):
        parse_pairs("king queen\nman woman")


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_is_read(text):
    found = parse_pairs(text)
    for first, answers in found.pairs:
        assert first.strip()
        assert answers
        assert all(each.strip() for each in answers)


words = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)


@given(
    st.lists(st.tuples(words, words), min_size=1, unique=True),
    st.sampled_from(["\t", " -> ", " → ", ", ", ";", " "]),
)
def test_what_is_written_is_read(pairs, sign):
    import unicodedata

    text = "\n".join(f"{a}{sign}{b}" for a, b in pairs)
    plain = [tuple(unicodedata.normalize("NFC", each) for each in pair) for pair in pairs]
    assert parse_pairs(text).pairs == tuple(dict.fromkeys((a, (b,)) for a, b in plain))


def test_the_first_line_may_be_said_to_be_a_header():
    text = ": towns\nLand,Hauptort\nfrance,paris\n"
    assert len(parse_pairs(text).pairs) == 2  # No rule can know these words.
    found = parse_pairs(text, has_header=True)
    assert found.relations == {"towns": (("france", ("paris",)),)}
    assert found.notes == ("pasted lines: line 2 is left out as a header: 'Land,Hauptort'.",)
    assert parse_pairs("", has_header=True).pairs == ()
    assert parse_pairs("a,b", has_header=True).pairs == ()
