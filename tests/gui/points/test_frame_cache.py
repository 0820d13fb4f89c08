"""The image of a picture of points that was painted last."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

from embedviz.gui.points import frame_cache
from embedviz.gui.points.frame_cache import FrameCache


@pytest.fixture
def widget(qtbot):
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(400, 300)
    return made


@pytest.fixture
def painted():
    """Return a list that grows with every painting."""
    return []


@pytest.fixture
def cache(widget, painted):
    def paint(painter):
        painted.append(1)
        painter.fillRect(0, 0, 400, 300, QColor("#ff0000"))

    return FrameCache(widget, paint)


def test_it_is_painted_when_it_is_needed_and_then_kept(cache, painted):
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    for _ in range(2):
        with QPainter(image) as painter:
            cache.draw(painter)
    assert len(painted) == 1
    assert image.pixelColor(399, 299) == QColor("#ff0000")
    cache.invalidate()
    assert cache.image is None
    with QPainter(image) as painter:
        cache.draw(painter)
    assert len(painted) == 2


def test_its_pixels_are_those_of_the_device(cache, widget, monkeypatch):
    monkeypatch.setattr(widget, "devicePixelRatioF", lambda: 2.0)
    assert cache.make().size() == QSize(800, 600)
    assert cache.image.devicePixelRatio() == 2


def test_in_its_turn_what_was_there_is_shown_until_then(cache, painted, qtbot):
    first = cache.make()
    image = QImage(500, 300, QImage.Format.Format_RGB32)
    cache.invalidate(in_turn=True)
    cache.invalidate(in_turn=True)
    with QPainter(image) as painter:
        cache.draw(painter)
    assert cache.image is first
    assert len(painted) == 1
    qtbot.waitUntil(lambda: cache.image is None)
    cache.invalidate(in_turn=True)
    cache.make()  # At once after all.
    qtbot.wait(20)
    assert cache.image is not None
    assert len(painted) == 2


def test_in_its_turn_the_first_one_is_waited_for(cache, painted, qtbot):
    cache.invalidate(in_turn=True)
    image = QImage(500, 300, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        cache.draw(painter)
    assert cache.image is None
    assert not painted
    qtbot.waitUntil(lambda: not cache._next_turn.isActive())
    with QPainter(image) as painter:
        cache.draw(painter)
    assert len(painted) == 1


def test_of_two_that_take_long_one_follows_the_other(widget, qtbot, monkeypatch):
    monkeypatch.setattr(frame_cache, "_SAME_TURN_SECONDS", 0.05)
    turns = []
    caches = [FrameCache(widget, lambda painter: None) for _ in range(2)]
    for each in caches:
        each.make()
        each.invalidate(in_turn=True)
    while any(each.image is not None for each in caches):
        qtbot.wait(1)
        turns.append(sum(each.image is None for each in caches))
    assert 1 in turns
