"""Pictures in the place of points: which have one, where, and what it looks like."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from embedviz.core.drawing.camera import Camera
from embedviz.core.thumbnails import ImageArray
from embedviz.gui.points.canvas import PointCanvas, PointHighlights
from embedviz.gui.points.frame import Frame
from embedviz.gui.points.layers.thumbnails import SIDES, PointThumbnails, resampled, resampling
from embedviz.gui.theme import DARK, LIGHT

WIDTH, HEIGHT = 300, 200
RED = np.array([200, 30, 40], dtype=np.uint8)


class Counted(ImageArray):
    """Red pictures of all rows but every fifth, which count how often they are read."""

    def __init__(self, count, side=10):
        super().__init__(np.broadcast_to(RED, (count, side, side, 3)))
        self.read = []

    def image(self, row):
        self.read.append(row)
        return None if row % 5 == 4 else super().image(row)


@pytest.fixture
def canvas(qapp):
    return PointCanvas()


@pytest.fixture
def pictures(qapp):
    return PointThumbnails()


def framed(canvas, zoom=1.0, scale=1.0, theme=LIGHT):
    area = QRectF(0, 0, WIDTH, HEIGHT)
    camera = Camera(is_3d=canvas.is_3d).fitted(canvas.positions, aspect=WIDTH / HEIGHT)
    return Frame(area, camera.zoomed(zoom), theme, canvas.extent, device_scale=scale)


def painted(pictures, frame, canvas, order=None):
    scale = frame.device_scale
    image = QImage(round(WIDTH * scale), round(HEIGHT * scale), QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(scale)
    image.fill(0)
    with QPainter(image) as painter:
        pictures.paint(painter, frame, canvas, order)
    seen = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return seen[..., [2, 1, 0, 3]].astype(int)


def spread(count, columns=2, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, columns))


def shown_rows(pictures, count):
    return np.flatnonzero(pictures.reach_of(np.arange(count)))


@pytest.mark.parametrize("columns", [2, 3])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_pictures_are_at_their_points_apart_from_each_other(canvas, pictures, columns, scale):
    canvas.set_points(spread(200, columns), "#00ff00", None)
    pictures.set_source(Counted(200))
    frame = framed(canvas, scale=scale)
    seen = painted(pictures, frame, canvas)
    rows = shown_rows(pictures, 200)
    assert len(rows) > 20
    boxes = pictures.boxes_of(rows)
    middles = frame.project(canvas.positions[rows])[0]
    np.testing.assert_allclose(boxes[:, :2] + boxes[:, 2:] / 2, middles)
    for index, (x, y) in enumerate(middles):
        away = np.abs(middles[:index] - (x, y)).max(axis=1)
        assert (away >= boxes[index, 2] - 1e-9).all()
        if 0 < x < WIDTH and 0 < y < HEIGHT:
            pixel = seen[int(y * scale), int(x * scale)]
            assert pixel[0] > 1.5 * max(pixel[1:3])
        assert pictures.row_at(x, y) == rows[index]
    assert pictures.row_at(-500, -500) == -1


def test_the_more_important_have_a_picture(canvas, pictures):
    canvas.set_points(np.zeros((9, 2)), None, None)
    pictures.set_source(Counted(9))
    frame = framed(canvas)
    for order, expected in ((None, 0), (np.array([3, 1]), 3), (np.array([], dtype=int), 0)):
        painted(pictures, frame, canvas, order)
        assert shown_rows(pictures, 9).tolist() == [expected]
    canvas.set_highlights(PointHighlights(selected=np.array([6])))
    painted(pictures, frame, canvas)
    assert shown_rows(pictures, 9).tolist() == [6]


def test_more_and_larger_ones_as_one_zooms_in(canvas, pictures):
    canvas.set_points(spread(3000), None, None)
    pictures.set_source(Counted(3000))
    sides, kept = [], []
    for zoom in (1.0, 2.0, 6.0, 20.0):
        painted(pictures, framed(canvas, zoom), canvas)
        rows = shown_rows(pictures, 3000)
        sides.append(2 * pictures.reach_of(rows)[0])
        kept.append(rows)
    assert sides == sorted(sides)
    assert set(sides) <= set(SIDES)
    assert sides[0] == SIDES[0] < sides[-1]
    in_view = framed(canvas, 20.0).project(canvas.positions)[0]
    inside = ((in_view > 0) & (in_view < (WIDTH, HEIGHT))).all(axis=1)
    with_pictures = inside & (np.arange(3000) % 5 < 4)
    assert len(kept[-1]) > 0.5 * with_pictures.sum()


def test_hidden_rows_and_rows_without_a_picture_have_none(canvas, pictures):
    positions = spread(20)
    positions[[0, 3]] = np.nan
    canvas.set_points(positions, None, None)
    pictures.set_source(Counted(12))
    painted(pictures, framed(canvas, 1.0), canvas)
    rows = set(shown_rows(pictures, 20).tolist())
    assert rows
    assert not rows & {0, 3, 4, 9, *range(12, 20)}


def test_without_thumbnails_or_points_nothing_is_drawn(canvas, pictures):
    pictures.set_source(Counted(5))
    assert not painted(pictures, framed(canvas), canvas).any()
    canvas.set_points(spread(5), None, None)
    assert painted(pictures, framed(canvas), canvas).any()
    pictures.set_source(None)
    assert not painted(pictures, framed(canvas), canvas).any()
    assert len(shown_rows(pictures, 5)) == 0


def test_pictures_are_made_once(canvas, pictures):
    canvas.set_points(spread(40), None, None)
    thumbnails = Counted(40)
    pictures.set_source(thumbnails)
    first = painted(pictures, framed(canvas), canvas)
    read = len(thumbnails.read)
    np.testing.assert_array_equal(painted(pictures, framed(canvas), canvas), first)
    painted(pictures, framed(canvas, theme=DARK), canvas)
    assert len(thumbnails.read) == read == len(set(thumbnails.read))


def test_frames_say_the_color_and_the_mark(canvas, pictures):
    canvas.set_points([[-1, 0], [0, 0], [1, 0]], "#00ff00", None)
    canvas.set_highlights(PointHighlights(0, np.array([1]), dim_others=True))
    pictures.set_source(Counted(3))
    frame = framed(canvas, zoom=0.5)
    seen = painted(pictures, frame, canvas)
    reach = pictures.reach_of(np.array([0]))[0]
    query, selected, other = (
        seen[round(y), round(x - reach)] for x, y in frame.project(canvas.positions)[0].tolist()
    )
    assert query[:3].tolist() == list(QColor(LIGHT.query).getRgb()[:3])
    assert selected[:3].tolist() == list(QColor(LIGHT.accent).getRgb()[:3])
    assert other[3] < 100 < query[3]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_ink_takes_the_color_of_the_point(canvas, pictures, theme):
    canvas.set_points([[0, 0]], "#0000c0" if theme is LIGHT else "#8080ff", None)
    ink = np.zeros((1, 8, 8))
    ink[0, 3:5, 3:5] = 1
    pictures.set_source(ImageArray(ink, is_ink=True))
    seen = painted(pictures, framed(canvas, theme=theme), canvas)
    middle, beside = seen[HEIGHT // 2, WIDTH // 2], seen[HEIGHT // 2, WIDTH // 2 + 14]
    assert middle[2] > 1.5 * middle[0]
    np.testing.assert_allclose(beside[:3], QColor(theme.panel).getRgb()[:3], atol=12)


@given(st.integers(1, 40), st.integers(1, 60))
def test_resampling_keeps_what_is_even(before, after):
    weights = resampling(before, after)
    assert weights.shape == (after, before)
    np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-5)
    if before == after:
        np.testing.assert_allclose(weights, np.eye(before), atol=1e-6)


def test_resampled_keeps_proportions_and_stays_within_opacity():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (5, 8, 4, 4), dtype=np.uint8)
    found = resampled(images, 20)
    assert found.shape == (5, 20, 20, 4)
    assert not found[:, :, :5].any()
    assert not found[:, :, 15:].any()
    assert (found[..., :3] <= found[..., 3:]).all()
    color = np.array([10, 200, 30, 255], dtype=np.uint8)
    plain = np.broadcast_to(color, (1, 8, 8, 4))
    for side in (3, 8, 20):
        assert (resampled(plain, side) == color).all()


def test_enlarged_edges_are_smooth():
    image = np.zeros((1, 8, 8, 4), dtype=np.uint8)
    image[..., 3] = 255
    image[:, :, 4:, :3] = 255
    line = resampled(image, 48)[0, 20, :, 0].astype(int)
    assert (np.diff(line[line.argmax() - 20 : line.argmax()]) >= 0).all()
    assert np.abs(np.diff(line)).max() < 80  # No step as of pixels that were enlarged as they are.
