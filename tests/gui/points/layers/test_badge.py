"""A few words over the points."""

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from embedviz.core.drawing.camera import Camera
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers import badge
from embedviz.gui.points.layers.badge import badge_box, draw_badge
from embedviz.gui.points.text import text_size
from embedviz.gui.theme import LIGHT

TEXT = "trust: 0.62 of true neighbors kept · all 10,000 rows · cosine"


@pytest.fixture
def frame(qapp):
    return Frame(QRectF(0, 0, 400, 300), Camera(), LIGHT)


def words_in(frame, text, most, monkeypatch):
    lines = []

    def note(painter, box, words, *others):
        lines.append((QRectF(box), words))

    monkeypatch.setattr(badge, "draw_line_of_text", note)
    image = QImage(600, 200, QImage.Format.Format_RGB32)
    box = badge_box(frame, text, QPointF(10, 10), most)
    with QPainter(image) as painter:
        draw_badge(painter, frame, text, box)
    assert all(box.contains(line) for line, _ in lines)
    return [words for _, words in lines], box


def test_it_is_one_line_where_there_is_room(frame, monkeypatch):
    lines, box = words_in(frame, TEXT, 590, monkeypatch)
    assert lines == [TEXT]
    assert box.topLeft() == QPointF(10, 10)


def test_it_is_broken_between_its_parts(frame, monkeypatch):
    lines, box = words_in(frame, TEXT, 250, monkeypatch)
    assert lines == ["trust: 0.62 of true neighbors kept", "all 10,000 rows · cosine"]
    assert box.width() <= 250
    lines, box = words_in(frame, TEXT, 60, monkeypatch)
    assert len(lines) > 5
    assert box.width() <= 60


@pytest.mark.parametrize("most", [30, 60, 100, 333])
def test_no_letter_is_lost(frame, most, monkeypatch):
    lines, box = words_in(frame, TEXT + "\nof the map", most, monkeypatch)
    assert "".join("".join(lines).split()).replace("\u00b7", "") == "".join(
        (TEXT + "of the map").split()
    ).replace("\u00b7", "")
    assert box.width() <= most
    assert all(text_size(line, frame.small)[0] <= box.width() - 16 for line in lines)


def test_a_line_break_is_kept(frame, monkeypatch):
    assert words_in(frame, "one\ntwo \u00b7 three", 590, monkeypatch)[0] == [
        "one",
        "two \u00b7 three",
    ]
