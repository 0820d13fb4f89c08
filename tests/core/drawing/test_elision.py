"""Names that are cut to their room still differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedviz.core.drawing.elision import GAP, parts_of, shortened

LETTERS = st.sampled_from("ab 1é漢")
NAMES = st.text(LETTERS, min_size=1, max_size=60)


@st.composite
def alike(draw):
    """Return names that are the same but for a few places, anywhere."""
    base = draw(st.text(LETTERS, min_size=1, max_size=50))
    names = []
    for _ in range(draw(st.integers(1, 12))):
        name = list(base)
        for _ in range(draw(st.integers(0, 3))):
            name[draw(st.integers(0, len(name) - 1))] = draw(LETTERS)
        names.append("".join(name) + draw(st.text(LETTERS, max_size=2)))
    return names


@given(names=st.lists(NAMES, max_size=30) | alike(), width=st.integers(5, 40))
def test_distinct_names_stay_distinct_and_fit(names, width):
    cut = shortened(names, [width] * len(names), len)
    assert all(len(each) <= width for each in cut)
    assert len(set(cut)) == len(set(names))
    for name, each in zip(names, cut, strict=True):
        assert each == name if len(name) <= width else GAP in each
        assert cut[names.index(name)] == each


@given(
    names=st.lists(NAMES, max_size=20) | alike(),
    data=st.data(),
    wide=st.dictionaries(st.sampled_from("ab1é漢…"), st.floats(0.5, 2.0)),
)
def test_letters_may_be_of_any_width(names, data, wide):
    def measure(text):
        return sum(wide.get(letter, 1.0) for letter in text)

    least = 1 + 2 + 2 + 2
    widths = [data.draw(st.floats(least, 30)) for _ in names]
    cut = shortened(names, widths, measure)
    assert len(set(cut)) == len(set(names))
    for each, width in zip(cut, widths, strict=True):
        assert measure(each) <= width


@given(names=st.lists(st.text(max_size=30), max_size=8), width=st.integers(0, 12))
def test_any_text_is_cut_into_any_room(names, width):
    for name, each in zip(names, shortened(names, [width] * len(names), len), strict=True):
        assert each == name or GAP in each
        assert len(each) <= max(width, 1)


@pytest.mark.parametrize(
    ("names", "width", "cut"),
    [
        (["short", "a name that is long"], 10, ["short", "a name th…"]),
        (["a name that is long 1", "a name that is long 2"], 10, ["a name…g 1", "a name…g 2"]),
        (["first of many that end", "second of many that end"], 9, ["first of…", "second o…"]),
        (["x" * 20 + "a" + "x" * 20, "x" * 20 + "b" + "x" * 20], 10, ["xxx…xxaxx…", "xxx…xxbxx…"]),
        (["abcdefgh…", "abcdefghijkl"], 9, ["abcdefgh…", "abcdef…kl"]),
        (["a" * 9 + "b" * 9, "a" * 9 + "c" * 9], 5, ["aaa…b", "aaa…c"]),
    ],
)
def test_the_cut_is_where_they_do_not_differ(names, width, cut):
    assert shortened(names, [width] * len(names), len) == cut


def test_what_differs_in_length_alone_gets_numbers_where_nothing_else_fits():
    found = shortened(["a" * 30, "a" * 31, "a" * 32], [6] * 3, len)
    assert found[:2] == ["aa…(1)", "aa…(2)"]
    assert len(set(found)) == 3


def test_three_hundred_names_that_differ_in_the_middle():
    names = [f"a long beginning, number {i:03} and a long end of all" for i in range(300)]
    cut = shortened(names, [20] * 300, len)
    assert len(set(cut)) == 300
    assert all(f"{i:03}" in each for i, each in enumerate(cut))


def test_what_is_one_character_stays_whole():
    family = "👩‍👩‍👧"
    assert parts_of(f"e\u0301a{family}🇩🇪x") == ("e\u0301", "a", family, "🇩🇪", "x")
    cut = shortened(["e\u0301" * 10 + "1", "e\u0301" * 10 + "2"], [6, 6], len)
    for each in cut:
        assert "\u0301" not in (each[0], each[each.index(GAP) + 1])
    assert len(set(cut)) == 2


def test_a_very_long_name_is_cut_at_once():
    names = ["x" * 100_000 + "1", "x" * 100_000 + "2"]
    assert shortened(names, [10, 10], len) == ["xxxxxx…xx1", "xxxxxx…xx2"]
