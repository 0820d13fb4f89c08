"""Legends fit into their margin and say what does not."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from embedviz.core.drawing.camera import Camera
from embedviz.core.wording import one_line
from embedviz.gui.points.frame import PADDING, Frame
from embedviz.gui.points.legend import drawing
from embedviz.gui.points.legend.drawing import draw_legend
from embedviz.gui.points.legend.layout import (
    Categories,
    ColorBar,
    LegendLayout,
    lay_out,
    legend_width,
    number_text,
)
from embedviz.gui.points.legend.placement import PlacedLegend
from embedviz.gui.points.text import text_size
from embedviz.gui.theme import LIGHT


@pytest.fixture
def frame(qapp):
    return Frame(QRectF(0, 0, 400, 300), Camera(), LIGHT)


def categories(count):
    return Categories("Kind", [(f"kind {i}", "#009E73", 10 * i) for i in range(count)])


@pytest.fixture
def written(monkeypatch):
    """Return what a legend writes into a height, line by line."""

    def write(frame, shown, height):
        lines = []
        plain = drawing.draw_line_of_text

        def note(painter, box, text, *others):
            lines.append((text, box))
            plain(painter, box, text, *others)

        monkeypatch.setattr(drawing, "draw_line_of_text", note)
        image = QImage(300, 300, QImage.Format.Format_RGB32)
        with QPainter(image) as painter:
            draw_legend(painter, frame, lay_out(frame, shown, QRectF(100, 10, 150, height)))
        monkeypatch.setattr(drawing, "draw_line_of_text", plain)
        return lines

    return write


def test_a_short_list_is_written_whole(frame, written):
    lines = [text for text, _ in written(frame, categories(3), 250)]
    assert lines == ["Kind", "0", "kind 0", "10", "kind 1", "20", "kind 2"]


def test_a_long_list_says_how_many_more_there_are(frame, written):
    lines = written(frame, categories(60), 250)
    names = [text for text, _ in lines if text.startswith("kind")]
    assert lines[-1][0] == f"+ {60 - len(names)} more"
    assert len(names) > 5
    assert all(box.bottom() <= 260 for _, box in lines)


def crowd(count, n_others, missing=0):
    entries = [(f"kind {i}", "#009E73", 10 + count - i) for i in range(count)]
    last = [("no value", "#38000000", missing)] if missing else []
    if n_others:
        last = [(f"{n_others:,} others", "#38000000", 3 * n_others), *last]
    return Categories("Kind", [*entries, *last], n_last=len(last), n_others=n_others)


@pytest.mark.parametrize("height", [40, 60, 80, 120, 250])
@pytest.mark.parametrize(("n_others", "missing"), [(240, 0), (1240, 7), (1, 7)])
def test_the_others_are_always_listed_and_counted(frame, written, height, n_others, missing):
    lines = written(frame, crowd(60, n_others, missing), height)
    texts = [text for text, _ in sorted(lines, key=lambda line: line[1].top())]
    n_named = sum(text.startswith("kind") for text in texts)
    if height < 60:  # A single line.
        assert texts[1:] == [f"+ {60 + n_others:,} more, {n_others:,} gray"]
        return
    place = texts.index(f"+ {60 - n_named + n_others:,} more, of them")
    assert texts[place + 1 : place + 3] == [
        f"{3 * n_others:,}",
        f"{n_others:,} other{'s' * (n_others > 1)}",
    ]
    assert ("no value" in texts) == (missing > 0 and height > 80)
    assert all(box.bottom() <= 10 + height for _, box in lines)


def test_the_others_stay_in_view_when_names_are_scrolled(frame):
    legend = crowd(60, 240, 5)
    box = QRectF(100, 10, 150, 250)
    top = lay_out(frame, legend, box)
    n_named = len(top.entries) - 2
    for first in range(60):
        shown = lay_out(frame, legend, box, first)
        assert [index for index, _ in shown.entries[-2:]] == [60, 61]
        assert shown.entries[0][0] == min(first, 60 - n_named)
        above, below = shown.first, 60 - n_named - shown.first
        words = f"+ {below + 240} more, of them" if not above else f"{above} above"
        assert shown.rest_text() == words + (f", {below} below" if above and below else "")
        tops = [row.top() for _, row in shown.entries]
        assert tops == sorted({*tops, shown.rest.top()} - {shown.rest.top()})
        assert shown.rest.bottom() == shown.entries[-2][1].top()
    assert shown.entries[-3][0] == 59
    assert f"{n_named} of 300 groups are listed" in shown.rest_words()
    assert "240 more" in shown.rest_words()


def test_all_are_listed_where_there_is_room(frame, written):
    lines = [text for text, _ in written(frame, crowd(3, 240, 2), 250)]
    assert lines[-4:] == ["720", "240 others", "2", "no value"]
    assert not any("more" in text for text in lines)


LONG = [f"a long name of a topic, and what it is called at length, {letter}" for letter in "ABC"]


def test_names_that_do_not_fit_are_cut_where_they_do_not_differ(frame, written):
    legend = Categories("Kind", [(name, "#009E73", 300) for name in LONG])
    texts = [text for text, _ in written(frame, legend, 250)]
    for letter, text in zip("ABC", texts[2::2], strict=True):
        assert text.endswith(letter)
        assert text.startswith("a long")
        assert "\u2026" in text
        assert text_size(text, frame.small)[0] <= 150


@given(
    names=st.lists(st.text(max_size=60), min_size=1, max_size=30, unique_by=one_line),
    width=st.floats(110, 400),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_two_names_read_as_one(frame, names, width):
    legend = Categories("Kind", [(name, "#009E73", 10 * i) for i, name in enumerate(names)])
    layout = lay_out(frame, legend, QRectF(0, 0, width, 250))
    assert len(set(layout.texts)) == len(names)
    for name, text in zip(names, layout.texts, strict=True):
        assert text == one_line(name) or "\u2026" in text
        assert text_size(text, frame.small)[0] <= width


def test_the_width_follows_the_longest_entry_up_to_a_third(frame):
    narrow = legend_width(frame, categories(3), 1000)
    wide = legend_width(frame, Categories("Kind", [("a very long name", "#000", 123_456)]), 1000)
    assert narrow < wide
    assert legend_width(frame, Categories("Kind" * 99, []), 500) == pytest.approx(0.34 * 500)
    assert legend_width(frame, Categories("Kind" * 99, []), 400) == pytest.approx(0.28 * 400)
    bar = ColorBar("a", 0, 1, ["#000000", "#ffffff"])
    assert 20 < legend_width(frame, bar, 1000) < 60


def test_a_color_bar_has_the_least_below_and_the_most_above(frame, written):
    title, most, least = written(frame, ColorBar("rank", 1, 10_000, ["#000", "#888", "#fff"]), 250)
    assert (title[0], most[0], least[0]) == ("rank", "10,000", "1")
    assert most[1].top() < least[1].top()
    written(frame, ColorBar("one color", 1, 1, ["#000"]), 30)


def drawn(frame, legend, **others):
    image = QImage(300, 300, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.ground))
    with QPainter(image) as painter:
        layout = lay_out(frame, legend, QRectF(100, 10, 150, 280), **others)
        draw_legend(painter, frame, layout)
    return image, layout


def test_hidden_categories_are_struck_and_hollow(frame):
    entries = [("one", "#ff0000", 3), ("two", "#0000ff", 4)]
    plain, layout = drawn(frame, Categories("Kind", entries))
    hidden, _ = drawn(frame, Categories("Kind", entries, frozenset({"two"})))
    (_, first), (_, second) = layout.entries
    assert plain.copy(first.toRect()) == hidden.copy(first.toRect())
    middle = QPointF(second.left() + 4.5, second.center().y()).toPoint()
    assert plain.pixelColor(middle).name() == "#0000ff"
    assert hidden.pixelColor(middle).name() == LIGHT.ground.lower()
    assert plain.copy(second.toRect()) != hidden.copy(second.toRect())


def test_beyond_the_clip_the_colors_are_those_of_the_ends(frame):
    bar = ColorBar("rank", 0, 100, ["#ff0000", "#00ff00", "#0000ff"], 25, 75)
    image, layout = drawn(frame, bar)
    x = layout.bar.center().x()

    def color(value):
        return image.pixelColor(QPointF(x, layout.height_of(value)).toPoint())

    assert color(10) == color(20) == QColor("#ff0000")
    assert color(80) == color(90) == QColor("#0000ff")
    assert color(50).green() > 240
    assert color(35).red() > 20


def test_numbers_where_colors_end_come_before_those_of_the_bar(frame, written):
    bar = ColorBar("rank", 0, 100, ["#000", "#fff"], 3, 60)
    assert [text for text, _ in written(frame, bar, 250)] == ["rank", "60", "3", "100"]
    wide = legend_width(frame, ColorBar("a", 0, 1, ["#000"], 0.123, 0.456), 999)
    assert wide > legend_width(frame, ColorBar("a", 0, 1, ["#000"]), 999)


@given(
    least=st.floats(-1e300, 1e300),
    most=st.floats(-1e300, 1e300),
    part=st.floats(0, 1),
)
def test_places_and_values_of_a_bar_are_inverse(least, most, part):
    least, most = sorted((least, most))
    bar = ColorBar("a", least, most, ["#000000"])
    layout = LegendLayout(bar, QRectF(), False, QRectF(), bar=QRectF(0, 10, 10, 160))
    value = layout.value_at(10 + 160 * part)
    assert least <= value <= most or value == pytest.approx(least) or value == pytest.approx(most)
    if most - least > 1e-6 * max(abs(least), abs(most)):
        assert layout.height_of(value) == pytest.approx(10 + 160 * part, abs=0.01)
    assert layout.height_of(most) == 10 or most == least
    assert layout.value_at(-999) == pytest.approx(most)


def test_a_clip_is_within_the_numbers():
    assert ColorBar("a", 0, 10, [], -5, 50).clipped == (0, 10)
    assert ColorBar("a", 0, 10, []).clipped == (0, 10)
    assert ColorBar("a", 0, 10, [], 2, 3).clipped == (2, 3)


@pytest.mark.parametrize("legend", [categories(5), categories(200), ColorBar("a", 0, 1, ["#000"])])
@pytest.mark.parametrize("size", [(400, 300), (120, 90)])
@pytest.mark.parametrize("scale", [1.0, 1.8])
def test_over_the_points_it_is_wholly_in_the_area_at_every_place(legend, size, scale, qapp):
    frame = Frame(QRectF(20, 30, *size), Camera(), LIGHT, text_scale=scale)
    placed = PlacedLegend()
    placed.show(legend)
    for place in ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)):
        placed.place = place
        layout = placed.layout(frame, 999)
        assert frame.area.adjusted(-1, -1, 1, 1).contains(layout.box)
        assert layout.is_panel
        placed.place = placed.place_of(frame, layout.box)
        assert placed.layout(frame, 999).box == layout.box
        assert placed.box_over_points(frame) == layout.box
        for part in (layout.title, layout.bar, *(box for _, box in layout.entries)):
            assert part.isEmpty() or layout.box.left() <= part.left() < layout.box.right()


def test_in_the_margin_it_takes_no_more_than_it_needs(frame):
    layout = lay_out(frame, categories(3), QRectF(100, 10, 150, 280))
    assert layout.box.bottom() == layout.entries[-1][1].bottom()
    assert layout.part_at(QPointF(110, 200)) is None
    assert layout.part_at(layout.title.center()).kind == "title"


def test_without_a_legend_there_is_nothing_anywhere(frame):
    placed = PlacedLegend()
    assert placed.margin(frame, 400) == 0
    assert placed.layout(frame, 400) is None
    placed.place = (0.5, 0.5)
    assert placed.box_over_points(frame).isEmpty()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.12345, "0.123"),
        (-3, "\u22123"),
        (12.5, "12.5"),
        (123_456, "123,456"),
        (1234.5, "1,234"),
        (1e9, "1e+09"),
        (0.00001, "1e\u221205"),
    ],
)
def test_numbers_are_brief(value, text):
    assert number_text(value) == text


BAR = ColorBar("rank", 0.0, 1.0, ["#000000", "#FFFFFF"])


@pytest.mark.parametrize("scale", [1.0, 1.8])
def test_the_margin_is_the_same_for_categories_and_numbers(qapp, scale):
    frame, placed = Frame(QRectF(0, 0, 900, 600), Camera(), LIGHT, text_scale=scale), PlacedLegend()
    margins = []
    for legend in (categories(9), BAR):
        placed.show(legend)
        margins.append(placed.margin(frame, 1000))
    assert margins[0] == margins[1] > 140 * scale
    placed.show(Categories("Kind", [("a name that is quite long", "#000", 123_456)]))
    assert margins[0] < placed.margin(frame, 1000) < 0.36 * 1000


def test_a_narrow_picture_has_a_small_legend_without_counts_or_none(frame, written):
    placed = PlacedLegend()
    placed.show(categories(3))
    assert placed.margin(frame, 450) <= 0.28 * 450 + PADDING
    assert not placed.layout(frame, 450).has_counts
    assert placed.layout(frame, 470).has_counts
    assert placed.margin(frame, 329) == 0
    assert placed.layout(frame, 329) is None
    placed.place = (0.5, 0.5)
    assert placed.layout(frame, 329) is not None


def test_without_counts_only_names_are_written(frame, monkeypatch):
    lines = []
    monkeypatch.setattr(
        drawing, "draw_line_of_text", lambda painter, box, text, *others: lines.append(text)
    )
    image = QImage(300, 300, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        box = QRectF(100, 10, 100, 250)
        draw_legend(painter, frame, lay_out(frame, categories(2), box, has_counts=False))
    assert lines == ["Kind", "kind 0", "kind 1"]


def test_a_swatch_lets_the_ground_through_as_its_points_do(frame):
    image = QImage(100, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("#FFFFFF"))
    legend = Categories("Kind", [("none", "#38000000", 1)])
    layout = lay_out(frame, legend, QRectF(0, 0, 100, 60))
    with QPainter(image) as painter:
        draw_legend(painter, frame, layout)
    _, row = layout.entries[0]
    assert image.pixelColor(5, round(row.center().y())).red() == pytest.approx(255 - 0x38, abs=2)
