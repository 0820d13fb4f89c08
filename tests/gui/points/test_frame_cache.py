"""The image of a picture of points that was painted last."""

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget

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
