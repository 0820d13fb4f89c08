"""Arrows and lines in the space of the data."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from embedviz.core.drawing.camera import Camera
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers.overlays import (
    END_GAP,
    Arrow,
    Line,
    PlacedText,
    boxes_of_arrows,
    draw_arrows,
    draw_lines,
    draw_notes,
)
from embedviz.gui.theme import LIGHT

RED = "#ff0000"


@pytest.fixture
def flat(qapp):
    """Return a frame in which one unit is 100 pixels, around (200, 150)."""
    return Frame(QRectF(0, 0, 400, 300), Camera(scale=1.5), LIGHT)


@pytest.fixture
def deep(qapp):
    return Frame(QRectF(0, 0, 400, 300), Camera(scale=1.5, is_3d=True, elevation=0), LIGHT)


def drawn(draw, frame, things):
    """Return how much red was drawn (height, width), 0 to 255."""
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(0xFF000000)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter, frame, things)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(300, 400, 4)
    return np.where(raw[..., 1] < 128, raw[..., 2], 0).astype(int)


def test_an_arrow_goes_from_gap_to_gap_and_widens_at_its_end(flat):
    red = drawn(draw_arrows, flat, [Arrow((-1, 0), (1, 0), RED)])
    columns = np.flatnonzero(red.max(axis=0) > 128)
    assert columns[0] == pytest.approx(100 + END_GAP, abs=1)
    assert columns[-1] == pytest.approx(300 - END_GAP, abs=2.5)
    thickness = (red > 128).sum(axis=0)
    assert (thickness[120:270] == 2).all()
    assert thickness[280:292].max() >= 6


def test_a_dashed_arrow_has_gaps(flat):
    red = drawn(draw_arrows, flat, [Arrow((-1, 0), (1, 0), RED, dashed=True)])
    along = red[150, 110:270] > 128
    assert 0.3 < along.mean() < 0.8


@pytest.mark.parametrize(
    "arrow", [Arrow((0, 0), (0, 0), RED, "x"), Arrow((0, 0), (0.1, 0), RED, "x")]
)
def test_what_is_too_short_is_left_out(flat, arrow):
    assert not drawn(draw_arrows, flat, [arrow]).any()
    assert boxes_of_arrows(flat, [arrow]) == []


def test_what_ends_behind_the_eye_is_left_out(deep):
    behind = 20 * deep.camera.axes[2]
    assert not drawn(draw_arrows, deep, [Arrow((0, 0, 0), behind, RED, "x")]).any()
    assert not drawn(draw_notes, deep, [PlacedText(behind, "behind", RED)]).any()
    line = drawn(draw_lines, deep, [Line([(0, 0, 0.5), behind, (0, 0, -0.5), (0, 0, -1)], RED)])
    rows = np.flatnonzero(line.max(axis=1))
    assert rows[0] >= 195  # Only the last segment, below the middle, is whole.


def test_texts_are_on_the_outer_side_of_a_parallelogram(flat):
    left, right = Arrow((-1, -1), (-1, 1), RED, "left"), Arrow((1, -1), (1, 1), RED, "right")
    boxes = [QRectF(*box) for box in boxes_of_arrows(flat, [left, right])[:2]]
    assert boxes[0].right() < 100 < 300 < boxes[1].left()
    single = QRectF(*boxes_of_arrows(flat, [Arrow((-1, 0), (1, 0), RED, "single")])[0])
    assert single.bottom() < 150


def test_boxes_cover_the_shaft(flat):
    boxes = [QRectF(*box) for box in boxes_of_arrows(flat, [Arrow((-1, -1), (1, 1), RED)])]
    red = drawn(draw_arrows, flat, [Arrow((-1, -1), (1, 1), RED)])
    for row, column in np.argwhere(red > 128)[::7]:
        assert any(box.adjusted(-2, -2, 2, 2).contains(column, row) for box in boxes)


def test_parts_behind_the_center_are_fainter(deep):
    across, _, toward = deep.camera.axes
    near = Line([0.5 * toward - across, 0.5 * toward + across], RED, width=3)
    far = Line([-0.5 * toward - across, -0.5 * toward + across], RED, width=3)
    same = Line(far.points, RED, width=3, fade_behind=False)
    strengths = [drawn(draw_lines, deep, [line]).max() for line in (near, far, same)]
    assert strengths[0] == strengths[2] == 255
    assert 50 < strengths[1] < 130


def test_a_line_that_goes_around_is_drawn_whole(deep):
    angles = np.linspace(0, 2 * np.pi, 100)
    circle = np.column_stack([np.cos(angles), np.sin(angles), 0 * angles])
    red = drawn(draw_lines, deep, [Line(circle, RED, width=3)])
    columns = np.flatnonzero(red.max(axis=0))
    assert np.diff(columns).max() == 1


def test_notes_are_centered(flat):
    red = drawn(draw_notes, flat, [PlacedText((0, 0), "HHHHHH", RED)])
    columns = np.flatnonzero(red.max(axis=0) > 90)
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(200, abs=2)
