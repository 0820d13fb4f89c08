"""The image of the points: what it costs, what is on top, what it remembers."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from embedviz.core.drawing.camera import Camera
from embedviz.gui.points import canvas as point_canvas
from embedviz.gui.points import point_image
from embedviz.gui.points.canvas import PointCanvas, PointHighlights
from embedviz.gui.points.frame import Frame
from embedviz.gui.theme import DARK, LIGHT

RED, BLUE = 0xFFFF0000, 0xFF0000FF


@pytest.fixture
def canvas(qapp):
    return PointCanvas()


def framed(canvas, theme=LIGHT, **settings):
    """Return a frame of all points, 200 × 150."""
    area = QRectF(0, 0, 200, 150)
    camera = Camera(is_3d=canvas.is_3d).fitted(canvas.positions, aspect=200 / 150)
    return Frame(area, camera, theme, canvas.extent, **settings)


def painted(canvas, frame):
    """Return the picture, red, green, blue and alpha (height, width, 4)."""
    scale = frame.device_scale
    image = QImage(int(200 * scale), int(150 * scale), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(0)
    with QPainter(image) as painter:
        canvas.paint(painter, frame)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return raw[..., [2, 1, 0, 3]].astype(int)


def rows(*numbers):
    return np.array(numbers, dtype=np.intp)


def test_points_are_drawn_again_only_when_something_changed(canvas):
    canvas.set_points(np.eye(3), None, None)
    frame = framed(canvas)
    first = painted(canvas, frame)
    np.testing.assert_array_equal(painted(canvas, frame), first)
    assert canvas.frames == 1
    painted(canvas, framed(canvas, DARK))
    painted(canvas, framed(canvas, DARK, device_scale=2.0))
    assert canvas.frames == 3
    canvas.set_highlights(PointHighlights(query=1))
    painted(canvas, framed(canvas, DARK, device_scale=2.0))
    assert canvas.frames == 4
    canvas.forget_image()
    painted(canvas, framed(canvas, DARK, device_scale=2.0))
    assert canvas.frames == 5


def test_positions_are_copied(canvas):
    given = np.eye(3, dtype=np.float32)
    canvas.set_points(given, None, None)
    given[:] = 9
    np.testing.assert_array_equal(canvas.positions, np.eye(3))
    canvas.set_points([[1, 2], [3, 4]], None, None)
    assert canvas.positions.tolist() == [[1, 2, 0], [3, 4, 0]]
    assert not canvas.is_3d


def test_in_3d_the_nearest_is_on_top_and_the_farther_fade(canvas):
    toward = Camera(is_3d=True).axes[2]
    canvas.set_points(
        [toward, -toward, [2, 2, 2], [-2, -2, -2]], np.array([RED, BLUE] * 2, np.uint32), 12
    )
    frame = framed(canvas)
    pixels, depth = frame.project(canvas.positions)
    seen = painted(canvas, frame)
    column, row = pixels[0].astype(int)
    assert depth[0] < depth[1]
    near = seen[row, column]
    assert near[0] > 200 > near[2]
    far, center = canvas.positions[3], pixels[3].astype(int)
    assert far[0] == -2
    blue = seen[center[1], center[0]]
    assert blue[2] > 200
    assert blue[0] > 60  # Much of the light ground is in it.


def test_in_2d_no_color_hides_the_others_because_it_comes_last(canvas):
    rng = np.random.default_rng(0)
    colors = np.repeat(np.array([RED, BLUE], np.uint32), 3000)
    canvas.set_points(rng.normal(size=(6000, 2)), colors, 9)
    seen = painted(canvas, framed(canvas))
    reds, blues = (seen[..., 0] > 200).sum(), (seen[..., 2] > 200).sum()
    assert 0.8 < reds / blues < 1.25


@pytest.mark.parametrize("columns", [2, 3])
def test_large_clouds_look_the_same_as_small_ones(canvas, monkeypatch, columns):
    rng = np.random.default_rng(0)
    positions = rng.normal(size=(500, columns))
    colors = rng.integers(0, 2**32, 500, dtype=np.uint32)
    canvas.set_points(positions, colors, rng.uniform(2, 9, 500))
    usual = painted(canvas, framed(canvas))
    canvas.forget_image()
    monkeypatch.setattr(point_image, "GATHERED_FROM", 10)
    np.testing.assert_array_equal(painted(canvas, framed(canvas)), usual)


def test_only_large_clouds_are_drawn_quickly_while_they_move(canvas):
    for count, size, scale, is_large in (
        (10_000, None, 1, False),
        (100_000, 7, 1, False),
        (100_000, None, 2, False),
        (1_000_000, None, 1, True),
        (100_000, 12, 1, True),
    ):
        canvas.set_points(np.zeros((count, 2), np.float32), None, size)
        assert canvas.is_large(scale) == is_large


def test_dimming_takes_opacity_from_all_but_the_marked(canvas):
    canvas.set_points([[0, 0], [1, 0]], "#ff0000", 9)
    frame = framed(canvas)
    (left, row), (right, _) = frame.project(canvas.positions)[0].astype(int)
    canvas.set_highlights(PointHighlights(selected=rows(0), dim_others=True))
    seen = painted(canvas, frame)
    assert seen[row, left].tolist() == [255, 0, 0, 255]
    assert seen[row, right, 3] == pytest.approx(255 * point_canvas.DIMMED, abs=3)


def test_marks_that_are_not_there_are_left_out(canvas):
    canvas.set_points(np.eye(3), None, None)
    canvas.set_highlights(PointHighlights(5, rows(0, 3, -1), rows(2, 99)))
    assert canvas.highlights.query is None
    assert canvas.highlighted_rows().tolist() == [0, 2]


def test_radii_reach_around_the_rings(canvas):
    canvas.set_points(np.zeros((4, 2)), None, [4, 4, 4, 8])
    canvas.set_highlights(PointHighlights(0, rows(1), rows(2)))
    query, selected, neighbor, plain = canvas.radii(rows(0, 1, 2, 3), np.ones(4), framed(canvas))
    assert query > selected > neighbor > 2
    assert plain == 4


def test_the_query_is_in_its_color_and_ringed(canvas):
    canvas.set_points([[0, 0], [1, 1]], "#00ff00", 9)
    frame = framed(canvas)
    canvas.set_highlights(PointHighlights(query=0))
    seen = painted(canvas, frame)
    column, row = frame.project(canvas.positions)[0][0].astype(int)
    line = seen[row, column : column + 14, :3].tolist()
    query, ground = (list(QColor(color).getRgb()[:3]) for color in (LIGHT.query, LIGHT.ground))
    assert line[0] == query
    assert line[6] == ground
    assert line[9] == query


def test_behind_the_eye_there_is_nothing(canvas):
    canvas.set_points(np.eye(3), None, None)
    away = Camera(center=tuple(20 * Camera(is_3d=True).axes[2] * -1), is_3d=True)
    frame = Frame(QRectF(0, 0, 200, 150), away, LIGHT, canvas.extent)
    assert not painted(canvas, frame).any()
    assert canvas.pick(frame, 100, 75, 500) == -1


@pytest.mark.parametrize("columns", [2, 3])
def test_density_shows_how_many_there_are(canvas, columns):
    rng = np.random.default_rng(0)
    positions = rng.normal(size=(5000, columns))
    positions[:4] = np.nan
    colors = np.where(positions[:, 0] > 0, np.uint32(RED), np.uint32(BLUE))
    canvas.set_points(positions, colors, None)
    frame = framed(canvas)
    points = painted(canvas, frame)
    canvas.set_density(True)
    density = painted(canvas, frame)
    assert (points != density).any()
    middle, outskirts = density[75 - 5 : 75 + 5, 100 - 5 : 100 + 5, 3], density[..., 3]
    assert middle.mean() > 3 * outskirts.mean() > 0
    # Not other while it moves, and found by the hand as before.
    np.testing.assert_array_equal(painted(canvas, framed(canvas, is_moving=True)), density)
    assert canvas.pick(frame, 100, 75, 30) >= 4
    canvas.set_density(False)
    np.testing.assert_array_equal(painted(canvas, frame), points)


def test_in_a_density_marks_are_on_top_and_others_dimmed(canvas):
    rng = np.random.default_rng(0)
    canvas.set_points(rng.normal(size=(9000, 2)), None, None)
    canvas.set_density(True)
    usual = painted(canvas, framed(canvas))
    chosen = np.flatnonzero(canvas.positions[:, 0] > 0)
    for selected in (chosen, chosen[:3]):
        canvas.set_highlights(PointHighlights(0, selected, dim_others=True))
        seen = painted(canvas, framed(canvas))
        left = seen[:, :60, 3].sum() / usual[:, :60, 3].sum()
        assert left == pytest.approx(point_canvas.DIMMED, abs=0.05)
    canvas.set_highlights(PointHighlights(selected=chosen, dim_others=True))
    seen = painted(canvas, framed(canvas))
    assert seen[:, 120:, 3].sum() > 0.8 * usual[:, 120:, 3].sum()


@pytest.mark.parametrize("density", [False, True])
def test_dimming_is_the_same_in_a_crowd_as_for_a_single_point(canvas, density):
    canvas.set_points([[-1, 0]] + [[1, 0]] * 300, "#ff0000", 9)
    canvas.set_density(density)
    frame = framed(canvas)
    (left, row), (right, _) = frame.project(canvas.positions[:2])[0].astype(int)
    usual = painted(canvas, frame)
    canvas.set_highlights(PointHighlights(dim_others=True))
    dimmed = painted(canvas, frame)
    for column in (left, right):
        expected = usual[row, column, 3] * point_canvas.DIMMED
        assert dimmed[row, column, 3] == pytest.approx(expected, abs=2)


def test_sizes_of_rows_matter_to_the_cost_of_moving(canvas):
    positions = np.zeros((20_000, 2), np.float32)
    canvas.set_points(positions, None, np.full(20_000, 4))
    assert not canvas.is_large(1)
    canvas.set_points(positions, None, np.where(np.arange(20_000) % 20, 4, 120))
    assert canvas.is_large(1)


def test_colors_of_rows(canvas):
    canvas.set_points(np.zeros((3, 2)), np.array([RED, BLUE, RED], np.uint32), None)
    assert canvas.colors_of(rows(1, 0), LIGHT).tolist() == [BLUE, RED]
    canvas.set_points(np.zeros((3, 2)), None, None)
    assert canvas.colors_of(rows(1, 0), LIGHT).tolist() == [LIGHT.point.rgba()] * 2


def test_in_3d_a_few_outliers_are_not_part_of_the_extent(canvas):
    positions = np.random.default_rng(0).uniform(-1, 1, (1000, 3))
    positions[0] = 500
    canvas.set_points(positions, None, None)
    assert max(canvas.extent.high) < 2
    canvas.set_points(positions[:, :2], None, None)
    assert canvas.extent.high[0] == 500


def test_many_selected_points_keep_their_color(canvas):
    grid = [[x / 10, y / 10] for x in range(8) for y in range(8)]
    canvas.set_points(grid, np.full(64, RED, np.uint32), 6)
    canvas.set_highlights(PointHighlights(selected=np.arange(60), dim_others=True))
    assert len(canvas.ringed_rows(LIGHT)) == 0
    frame = framed(canvas)
    seen = painted(canvas, frame)
    red = (seen[..., 0] > 180) & (seen[..., 2] < 80)
    blue = (seen[..., 2] > 180) & (seen[..., 0] < 120)
    assert red.sum() > 1.2 * blue.sum() > 0
    canvas.set_highlights(PointHighlights(selected=np.arange(10)))
    assert canvas.ringed_rows(LIGHT).tolist() == list(range(10))


def test_where_all_that_is_drawn_is_selected_nothing_stands_out(canvas):
    positions = np.random.default_rng(0).normal(size=(50, 2))
    positions[::2] = np.nan
    canvas.set_points(positions, None, None)
    plain = painted(canvas, framed(canvas))
    canvas.set_highlights(PointHighlights(selected=np.arange(1, 50, 2), dim_others=True))
    np.testing.assert_array_equal(painted(canvas, framed(canvas)), plain)
    assert not canvas.drawn_highlights.dim_others
    assert len(canvas.highlighted_rows()) == 0
    canvas.move_points(np.nan_to_num(positions))
    assert canvas.drawn_highlights.dim_others
    canvas.set_highlights(PointHighlights(3, np.arange(50), rows(4), dim_others=True))
    assert canvas.highlighted_rows().tolist() == [3, 4]


def test_points_and_rings_grow_with_the_text(canvas):
    canvas.set_points([[0, 0], [1, 1]], None, 6)
    canvas.set_highlights(PointHighlights(query=0))
    usual, large = framed(canvas), framed(canvas, text_scale=1.8)
    assert large.point_scale == pytest.approx(1.5, abs=0.02)
    covered = [(painted(canvas, frame)[..., 3] > 100).sum() for frame in (usual, large)]
    assert covered[1] == pytest.approx(covered[0] * large.point_scale**2, rel=0.15)
    small, wide = (canvas.radii(rows(0, 1), np.ones(2), frame) for frame in (usual, large))
    np.testing.assert_allclose(wide, small * large.point_scale)
