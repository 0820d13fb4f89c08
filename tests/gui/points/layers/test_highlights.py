"""How marked points look."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor

from embedviz.core.drawing.camera import Camera
from embedviz.core.drawing.raster import ALL_ROWS
from embedviz.gui.coloring.contrast import contrast
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers.highlights import (
    PointHighlights,
    draw_outlined,
    draw_ringed,
    styles,
)
from embedviz.gui.theme import DARK, LIGHT

GREEN = 0xFF00FF00


def rows(*numbers):
    return np.array(numbers, dtype=np.intp)


def one(color):
    return np.array([color], dtype=np.uint32)


def framed(is_3d=False, scale=1.0):
    camera = Camera().seen_from_above() if is_3d else Camera()
    return Frame(QRectF(0, 0, 100, 100), camera, LIGHT, device_scale=scale)


def drawn(positions, sizes, is_3d=False, scale=1.0, quick=False):
    """Return the image of selected points in their outline, as colors by row and column."""
    frame, side = framed(is_3d, scale), round(100 * scale)
    image = np.zeros((side, side), dtype=np.uint32)
    ((_, style),) = styles(PointHighlights(selected=rows(0)), LIGHT)
    points = np.array(positions, dtype=np.float32)
    colors = np.full(len(points), GREEN, dtype=np.uint32)
    sizes = np.full(len(points), sizes * scale, dtype=np.float32)
    matrix = frame.camera.matrix(side, side)
    draw_outlined(image, points, matrix, colors, sizes, style, frame, quick)
    return image


def test_marks_are_kept_on_rows_that_there_are():
    marks = PointHighlights(5, rows(0, 3, -1), rows(2, 99), dim_others=True).among(5)
    assert marks.query is None
    assert marks.query_rows is ALL_ROWS
    assert (marks.selected.tolist(), marks.neighbors.tolist()) == ([0, 3], [2])
    assert marks.dim_others
    assert PointHighlights(4).among(5).query_rows.tolist() == [4]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_the_query_is_on_top_and_each_kind_has_its_color(theme):
    marks = PointHighlights(1, rows(2), rows(3))
    kinds = [(found.tolist(), style.color) for found, style in styles(marks, theme)]
    expected = (([3], theme.text), ([2], theme.accent), ([1], theme.query))
    assert kinds == [(found, QColor(color).rgba()) for found, color in expected]
    assert list(styles(PointHighlights(), theme)) == []


def test_rings_are_around_the_point_in_its_color():
    image = np.zeros((100, 100), dtype=np.uint32)
    ((_, style),) = styles(PointHighlights(selected=rows(0)), LIGHT)
    points, sizes = np.zeros((1, 3), dtype=np.float32), np.array([20], dtype=np.float32)
    draw_ringed(image, points, Camera().matrix(100, 100), one(0x8000FF00), sizes, style, 1.0)
    assert image[50, 50] == GREEN
    ring = QColor.fromRgba(int(image[50, 50 + 12]))
    assert contrast(ring, QColor(LIGHT.accent)) < 1.05
    assert image[50, 50 + 15] == 0


@pytest.mark.parametrize("is_3d", [False, True])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_many_have_one_outline_around_all_of_them(is_3d, scale):
    grid = [[x / 40, y / 40, 0] for x in range(-8, 9) for y in range(-8, 9)]
    image = drawn(grid, 6, is_3d, scale)
    half = round(50 * scale)
    # The accent is much bluer than red; neither the points nor their thin edges are.
    accent = (image & 0xFF).astype(int) - ((image >> 16) & 0xFF).astype(int) > 90
    assert not accent[half - 10 : half + 10, half - 10 : half + 10].any()
    assert accent[half].any()
    assert accent[:, half].any()


def test_the_smallest_and_those_that_move_have_none():
    grid = [[x / 10, y / 10, 0] for x in range(-5, 6) for y in range(-5, 6)]
    for image in (drawn(grid, 1.5), drawn(grid, 6, quick=True), drawn(grid, 6, True, quick=True)):
        shown = image[image != 0]
        assert len(shown)
        assert (shown & 0xFF).max() == 0  # Of green alone.


def test_behind_the_eye_nothing_is_drawn():
    assert not drawn([[0, 0, 50]] * 3, 6, is_3d=True).any()
