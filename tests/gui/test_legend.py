"""Legends fit into their margin and say what does not."""

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from embedviz.core.camera import Camera
from embedviz.gui import legend_drawing
from embedviz.gui.frame import Frame
from embedviz.gui.legend import Categories, ColorBar, lay_out, legend_width, number_text
from embedviz.gui.legend_drawing import draw_legend
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
        plain = legend_drawing.draw_line_of_text

        def note(painter, box, text, *others):
            lines.append((text, box))
            plain(painter, box, text, *others)

        monkeypatch.setattr(legend_drawing, "draw_line_of_text", note)
        image = QImage(300, 300, QImage.Format.Format_RGB32)
        with QPainter(image) as painter:
            draw_legend(painter, frame, lay_out(frame, shown, QRectF(100, 10, 150, height)))
        monkeypatch.setattr(legend_drawing, "draw_line_of_text", plain)
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


def test_the_width_follows_the_longest_entry_up_to_a_third(frame):
    narrow = legend_width(frame, categories(3), 1000)
    wide = legend_width(frame, Categories("Kind", [("a very long name", "#000", 123_456)]), 1000)
    assert narrow < wide
    assert legend_width(frame, Categories("Kind" * 99, []), 300) == pytest.approx(0.34 * 300)
    bar = ColorBar("a", 0, 1, ["#000000", "#ffffff"])
    assert 20 < legend_width(frame, bar, 1000) < 60


def test_a_color_bar_has_the_least_below_and_the_most_above(frame, written):
    title, most, least = written(frame, ColorBar("rank", 1, 10_000, ["#000", "#888", "#fff"]), 250)
    assert (title[0], most[0], least[0]) == ("rank", "10,000", "1")
    assert most[1].top() < least[1].top()
    written(frame, ColorBar("one color", 1, 1, ["#000"]), 30)


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
