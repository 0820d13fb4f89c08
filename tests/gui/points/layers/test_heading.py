"""Title and subtitle over a picture of points."""

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from embedviz.gui.points.layers.heading import Heading
from embedviz.gui.points.look import Look, show_look


@pytest.fixture
def view(view):
    view.set_points(np.random.default_rng(0).normal(size=(300, 2)))
    return view


def area_of(view):
    return view.viewport.frame().area


def height(view):
    return view.scene.heading.height(view.viewport.frame())


def test_points_begin_below_what_is_written_and_with_nothing_take_all(view):
    usual = area_of(view)
    show_look(view.scene, Look("Words"))
    first = height(view)
    assert area_of(view).top() - usual.top() == pytest.approx(first, abs=1)
    show_look(view.scene, Look("Words", "by UMAP"))
    assert height(view) > first > 0
    show_look(view.scene, Look("  \n ", ""))
    assert height(view) == 0
    assert area_of(view) == usual


def test_it_is_painted_in_the_picture_and_in_files(view):
    view.render_now()
    before = view.grab().toImage()
    show_look(view.scene, Look("Words", "by UMAP"))
    view.render_now()
    after = view.grab().toImage()
    top = int(area_of(view).top())
    assert after != before
    assert len({after.pixel(x, y) for x in range(10, 150) for y in range(10, top)}) > 10
    figure = QImage(400, 300, QImage.Format.Format_RGB32)
    with QPainter(figure) as painter:
        view.paint(painter, 400, 300)
    assert len({figure.pixel(x, y) for x in range(10, 150) for y in range(10, top)}) > 10


def test_a_title_wider_than_the_picture_is_cut_and_lines_are_one(view):
    frame = view.viewport.frame()
    long = Heading("word " * 200, "two\nlines")
    assert long.height(frame) == Heading("word", "line").height(frame)
    image = QImage(400, 100, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    with QPainter(image) as painter:
        long.paint(painter, frame, 300)
    beyond = {image.pixel(x, y) for x in range(300, 400) for y in range(100)}
    assert beyond == {0xFFFFFFFF}


def test_it_grows_with_the_text(view):
    show_look(view.scene, Look("Words"))
    usual = height(view)
    view.scene.set_text_scale(2.0)
    assert height(view) == pytest.approx(2 * usual, rel=0.1)
