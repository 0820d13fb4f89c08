"""Colors and sizes of points: what they stand for."""

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.column_values import MOST_GROUPS
from embedviz.gui.coloring.palettes import number_ramp, share_ramp
from embedviz.gui.coloring.point_style import (
    LARGEST,
    NO_VALUE,
    SMALLEST,
    can_be_both,
    color_by,
    color_by_share,
    colorable_columns,
    legend_of,
    number_columns,
    sizable_columns,
    size_by,
    size_note,
    usual_range,
    value_text,
)
from embedviz.gui.points.legend.layout import Categories, ColorBar
from embedviz.gui.points.point_colors import usual_size
from embedviz.gui.theme import DARK, LIGHT, OKABE_ITO, with_alpha


def described(**columns):
    count = len(next(iter(columns.values())))
    return VectorSet(np.zeros((count, 2)), metadata=columns)


def as_hex(color):
    return f"#{color & 0xFFFFFF:06X}"


def opacity(color):
    return (int(color) >> 24) / 255


def shown(coloring):
    return [as_hex(color) for color in coloring.colors]


def test_what_can_color_and_what_can_size():
    n = 200
    vector_set = described(
        rank=list(range(n)),
        score=[0.5] * n,
        group=["x", "y"] * (n // 2),
        pair=[f"pair {i // 2}" for i in range(n)],
        known=[True, False] * (n // 2),
        day=[date(2024, 1, 1)] * n,
        name=[f"name {i}" for i in range(n)],
        nothing=[None] * n,
        parts=[[1, 2]] * n,
        missing=pa.array([None] * n, pa.string()),
        blank=[""] * n,
    )
    numbers = ["rank", "score", "day"]
    assert colorable_columns(vector_set) == ["rank", "score", "group", "pair", "known", "day"]
    assert sizable_columns(vector_set) == numbers
    assert number_columns(vector_set) == ["rank", "score"]
    assert [can_be_both(vector_set, name) for name in (*numbers, "group")] == [True, *[False] * 3]
    assert colorable_columns(VectorSet(np.eye(2))) == sizable_columns(VectorSet(np.eye(2))) == []


def faint(theme):
    """Return the color of rows that are in no group, which lets the ground through."""
    return with_alpha(theme.muted, 0.22).name(QColor.NameFormat.HexArgb).upper()


def test_in_a_legend_rows_without_a_value_have_the_color_of_their_points():
    coloring = color_by(described(group=["b", "a", None, "a", "b", "a"]), "group", LIGHT)
    assert QColor(coloring.categories[-1][1]).rgba() == coloring.colors[2]


def test_the_largest_category_has_the_first_color():
    coloring = color_by(described(group=["b", "a", None, "a", "b", "a"]), "group", LIGHT)
    named = (("a", OKABE_ITO[0], 3), ("b", OKABE_ITO[1], 2))
    assert coloring.categories == (*named, (NO_VALUE, faint(LIGHT), 1))
    assert coloring.names == ("a", "b")
    assert coloring.codes.tolist() == [1, 0, -1, 0, 1, 0]
    assert shown(coloring)[:3] == [OKABE_ITO[1], OKABE_ITO[0], LIGHT.muted]
    assert opacity(coloring.colors[2]) < 0.5 < opacity(coloring.colors[0])
    assert coloring.hidden_rows is None
    legend = legend_of(coloring)
    assert isinstance(legend, Categories)
    assert (legend.title, tuple(legend.entries)) == ("group", coloring.categories)


def test_equally_large_categories_keep_their_order():
    names = [name for name, _, _ in color_by(described(g=list("cab")), "g", LIGHT).categories]
    assert names == ["c", "a", "b"]


def test_digits_are_groups_in_their_order_or_numbers():
    vector_set = described(digit=[3, 1, 1, 2, 2, 2] * 2)
    groups = color_by(vector_set, "digit", LIGHT)
    assert groups.categories == (
        ("1", OKABE_ITO[1], 4),
        ("2", OKABE_ITO[0], 6),
        ("3", OKABE_ITO[2], 2),
    )
    assert shown(groups)[:2] == [OKABE_ITO[2], OKABE_ITO[1]]
    numbers = color_by(vector_set, "digit", LIGHT, as_categories=False)
    assert (numbers.codes, numbers.least, numbers.most) == (None, 1, 3)
    assert color_by(vector_set, "digit", LIGHT, as_categories=True).names == ("1", "2", "3")


def test_what_cannot_be_both_stays_what_it_is():
    vector_set = described(text=["x", "y"], score=[0.25, 0.5], parts=[[1], [2]])
    assert color_by(vector_set, "text", LIGHT, as_categories=False).names == ("x", "y")
    assert color_by(vector_set, "score", LIGHT, as_categories=True).ramp
    with pytest.raises(ValueError, match="parts"):
        color_by(vector_set, "parts", LIGHT)


def test_the_small_ones_of_too_many_groups_are_shown_as_one():
    texts = [f"group {i}" for i in range(MOST_GROUPS) for _ in range(2)]
    vector_set = described(group=[*texts, "rare", "seldom", None])
    coloring = color_by(vector_set, "group", DARK)
    assert len(coloring.names) == MOST_GROUPS
    assert coloring.categories[-2:] == (
        ("2 others", faint(DARK), 2),
        (NO_VALUE, faint(DARK), 1),
    )
    assert shown(coloring)[-3:] == [DARK.muted] * 3
    assert len(set(shown(coloring))) == MOST_GROUPS + 1


def test_categories_are_hidden_by_name():
    texts = [f"group {i}" for i in range(MOST_GROUPS) for _ in range(2)]
    vector_set = described(group=[*texts, "rare", "seldom", None])

    def hidden(*names):
        coloring = color_by(vector_set, "group", LIGHT, hidden=frozenset(names))
        assert legend_of(coloring).hidden == coloring.hidden
        rows = coloring.hidden_rows
        return None if rows is None else np.flatnonzero(rows).tolist()

    n = len(texts)
    assert hidden("group 0", "group 59") == [0, 1, n - 2, n - 1]
    assert hidden("2 others") == [n, n + 1]
    assert hidden(NO_VALUE) == [n + 2]
    assert hidden("2 others", NO_VALUE, "group 0") == [0, 1, n, n + 1, n + 2]
    assert hidden("of another column") is None
    numbers = color_by(described(x=[0.5, 1.5]), "x", LIGHT, hidden=frozenset(["0.5"]))
    assert numbers.hidden_rows is None


def test_a_category_may_be_called_like_the_rows_without_one():
    coloring = color_by(described(g=[NO_VALUE, "x"]), "g", LIGHT, hidden=frozenset([NO_VALUE]))
    assert coloring.hidden_rows.tolist() == [True, False]


def test_numbers_run_along_the_ramp():
    vector_set = described(rank=[10, 30, 20, None])
    coloring = color_by(vector_set, "rank", DARK)
    ramp = number_ramp("viridis", DARK)
    assert (coloring.least, coloring.most, coloring.ramp) == (10, 30, ramp)
    colors = shown(coloring)
    assert colors[:2] == [ramp[0], ramp[-1]]
    assert colors[2] in ramp[len(ramp) // 2 - 1 : len(ramp) // 2 + 1]
    assert colors[3] == DARK.muted
    legend = legend_of(coloring)
    assert isinstance(legend, ColorBar)
    assert (legend.title, legend.least, legend.most) == ("rank", 10, 30)
    assert (legend.low, legend.high, legend.inverted, legend.colors) == (10, 30, False, ramp)


def test_a_ramp_is_chosen_clipped_and_inverted():
    vector_set = described(x=[0.5, 2.5, 5.0, 7.5, 9.5])
    coloring = color_by(
        vector_set, "x", LIGHT, color_range=(2.5, 7.5), inverted=True, ramp="cividis"
    )
    ramp = number_ramp("cividis", LIGHT)[::-1]
    legend = legend_of(coloring)
    assert legend.colors == ramp
    assert (legend.least, legend.low, legend.high, legend.most) == (0.5, 2.5, 7.5, 9.5)
    assert legend.inverted
    colors = shown(coloring)
    assert colors[:2] == [ramp[0]] * 2
    assert colors[3:] == [ramp[-1]] * 2
    assert colors[2] not in (ramp[0], ramp[-1])


def test_the_ramp_with_two_ends_has_its_middle_at_zero():
    coloring = color_by(described(x=[-1.0, 0.0, 4.0]), "x", LIGHT, ramp="diverging")
    assert (coloring.least, coloring.low, coloring.high, coloring.most) == (-4, -4, 4, 4)
    assert legend_of(coloring).clipped == (-4, 4)
    at = coloring.ramp.index(shown(coloring)[1])
    assert at in (31, 32)
    one_sided = color_by(described(x=[1.5, 4.0]), "x", LIGHT, ramp="diverging")
    assert (one_sided.low, one_sided.high) == (1.5, 4)
    chosen = color_by(
        described(x=[-1.0, 4.0]), "x", LIGHT, ramp="diverging", color_range=(0.0, 2.0)
    )
    assert (chosen.low, chosen.high) == (0, 2)


def test_the_usual_range_is_without_outliers():
    low, high = usual_range(described(x=[*np.linspace(0, 1, 999), 1e9]), "x")
    assert 0 < low < 0.02
    assert 0.98 < high <= 1


@pytest.mark.parametrize(
    "numbers", [[np.nan, np.inf, -np.inf], [2.5, 2.5, np.nan], [1e308, -1e308]]
)
def test_odd_numbers_are_no_trouble(numbers):
    coloring = color_by(described(x=numbers), "x", LIGHT)
    assert coloring.colors.shape == (len(numbers),)
    for color, number in zip(shown(coloring), numbers, strict=True):
        assert (color in coloring.ramp) == bool(np.isfinite(number))


@given(
    st.lists(st.floats(-100, 100) | st.none(), min_size=1, max_size=40),
    st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
def test_a_larger_number_is_never_further_back_on_the_ramp(numbers, ends):
    ends = min(ends), max(ends)
    vector_set = described(x=pa.array(numbers, pa.float64()))
    coloring = color_by(vector_set, "x", DARK, color_range=ends, as_categories=False)
    ordered = sorted(
        (number, coloring.ramp.index(color))
        for number, color in zip(numbers, shown(coloring), strict=True)
        if number is not None
    )
    places = [place for _, place in ordered]
    assert places == sorted(places)
    if ends[0] < ends[1]:
        assert all(place == 0 for number, place in ordered if number <= ends[0])
        assert all(place == 63 for number, place in ordered if number >= ends[1])


def test_long_identifiers_are_numbers_too():
    coloring = color_by(described(id=[2**62 + 1, 2**62 + 10**9, 5]), "id", LIGHT)
    assert shown(coloring)[2] == coloring.ramp[0]


@pytest.mark.parametrize(
    ("days", "texts"),
    [
        ([datetime(2021, 1, 2), datetime(2024, 5, 6)], ("2021-01-02", "2024-05-06")),
        (
            [datetime(2021, 1, 2, 3, 4), datetime(2021, 1, 2, 5)],
            ("2021-01-02 03:04", "2021-01-02 05:00"),
        ),
    ],
)
def test_dates_are_numbers_with_dates_at_the_ends(days, texts):
    coloring = color_by(described(day=days), "day", LIGHT)
    assert shown(coloring) == [coloring.ramp[0], coloring.ramp[-1]]
    legend = legend_of(coloring)
    assert (legend.write(legend.least), legend.write(legend.most)) == texts


def test_a_date_beyond_all_calendars_is_a_number():
    assert value_text("date", 0, 1e18)(1e18) == "1e+18"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_low_shares_stand_out(theme):
    coloring = color_by_share(np.array([0.0, 0.5, 1.0, np.nan], dtype=np.float32), theme)
    ramp = share_ramp(theme)
    colors = shown(coloring)
    assert (colors[0], colors[2], colors[3]) == (theme.before, theme.after, theme.muted)
    assert colors[1] in ramp[31:33]
    assert opacity(coloring.colors[3]) < 0.5
    legend = legend_of(coloring)
    assert (legend.title, legend.least, legend.most) == ("true neighbors kept", 0, 1)
    assert [legend.write(share) for share in (0, 0.5, 1)] == ["0 %", "50 %", "100 %"]
    only_high = color_by_share(np.array([0.9], dtype=np.float32), theme)
    assert (only_high.low, only_high.high) == (0, 1)  # Colors mean the same on every map.


def test_equal_legends_are_equal():
    vector_set = described(x=[0.5, 1.5], day=[date(2020, 1, 1), date(2024, 1, 1)])
    for column in ("x", "day"):
        first, again = (legend_of(color_by(vector_set, column, LIGHT)) for _ in range(2))
        assert first == again
        assert first != replace(again, high=1.0)


def test_areas_grow_evenly_with_the_number():
    numbers = np.linspace(5.0, 15.0, 201)
    vector_set = described(x=[*numbers, np.nan])
    usual = usual_size(50_000)
    sizes = size_by(vector_set, "x", 50_000)
    assert (sizes.dtype, sizes.shape) == (np.float32, (202,))
    assert sizes.min() == sizes[-1] == pytest.approx(SMALLEST * usual)
    assert sizes.max() == pytest.approx(LARGEST * usual)
    low, high = usual_range(vector_set, "x")
    inside = (numbers >= low) & (numbers <= high)
    steps = np.diff((sizes[:-1].astype(float) ** 2)[inside])
    np.testing.assert_allclose(steps, steps[0], rtol=1e-2)


def test_equal_numbers_have_the_smallest_size():
    assert set(size_by(described(x=[3.5, 3.5]), "x", 2)) == {np.float32(SMALLEST * usual_size(2))}


def test_sizes_are_explained():
    assert size_note(described(x=list(range(101))), "x") == "area: x, 1 to 99"
    days = [date(2021, 1, 1), date(2024, 1, 1)] * 60
    assert size_note(described(day=days), "day") == "area: day, 2021-01-01 to 2024-01-01"
