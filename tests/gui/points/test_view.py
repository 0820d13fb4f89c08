"""The picture of points, as panes and people use it."""

from threading import Event, current_thread, main_thread

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from embedviz.app.preparation import preparation
from embedviz.core.drawing.camera import Camera
from embedviz.gui.point_view import (
    Arrow,
    Categories,
    Cluster,
    ColorBar,
    Line,
    PlacedText,
    PointView,
)
from embedviz.gui.points import canvas as point_canvas
from embedviz.gui.points import frame_cache
from embedviz.gui.points.painting import boxes_without_labels, clusters_selected
from embedviz.gui.theme import DARK, LIGHT, theme_manager

CORNERS = [[-1, -1], [1, -1], [-1, 1], [1, 1]]


@pytest.fixture
def view(view, qtbot):
    view.render_now()
    qtbot.waitUntil(lambda: preparation.is_ready, timeout=60_000)
    return view


@pytest.fixture(autouse=True)
def usual_theme():
    yield
    theme_manager.use(LIGHT)


def shown(view):
    """Return what the widget shows, red, green and blue (height, width, 3)."""
    return pixels_of(view.grab().toImage())


def pixels_of(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return raw[:, : image.width(), 2::-1].astype(int)


def painted(view, width, height, scale=1.0):
    image = QImage(round(width * scale), round(height * scale), QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        painter.scale(scale, scale)
        view.paint(painter, width, height)
    return pixels_of(image)


def place_of(view, position):
    """Return column and row of a position in the data."""
    place = view.viewport.frame().point(position)
    return int(place.x()), int(place.y())


def color_at(view, position):
    column, row = place_of(view, position)
    return QColor(*shown(view)[row, column].tolist()).name()


def rest(view, qtbot):
    qtbot.waitUntil(lambda: not view.viewport.is_moving)


@pytest.mark.parametrize(
    "colors",
    [
        "#ff0000",
        QColor(255, 0, 0),
        [[1.0, 0, 0]] * 4,
        [[1.0, 0, 0, 1.0]] * 4,
        np.array([[255, 0, 0]] * 4, np.uint8),
        np.array([[255, 0, 0, 255]] * 4, np.uint8),
        np.full(4, 0xFFFF0000, np.uint32),
    ],
)
@pytest.mark.parametrize("columns", [2, 3])
def test_points_are_where_they_should_be_in_their_color(view, colors, columns):
    positions = np.zeros((4, columns))
    positions[:, :2] = CORNERS
    view.set_points(positions, colors, 9)
    assert view.camera.is_3d == (columns == 3)
    for position in positions:
        red, green, blue = QColor(color_at(view, position)).getRgb()[:3]
        assert red > 240
        assert green < 140
        assert blue < 140


def test_points_without_colors_follow_the_theme(view):
    view.set_points(CORNERS, sizes=9)
    light = color_at(view, CORNERS[0])
    theme_manager.use(DARK)
    assert QColor(light).lightness() < 200
    assert color_at(view, CORNERS[0]) != light
    assert shown(view)[0, 0].tolist() == list(QColor(DARK.ground).getRgb()[:3])


def test_sizes_by_row(view):
    view.set_points(CORNERS, "#ff0000", [2, 2, 2, 20])
    column, row = place_of(view, CORNERS[3])
    assert shown(view)[row, column - 8].tolist() == [255, 0, 0]
    column, row = place_of(view, CORNERS[0])
    assert shown(view)[row, column - 8].tolist() != [255, 0, 0]


@pytest.mark.parametrize(
    "arguments",
    [
        (np.zeros(4),),
        (np.zeros((4, 4)),),
        (CORNERS, [[1, 0, 0]] * 3),
        (CORNERS, [[1, 0]] * 4),
        (CORNERS, None, [1, 2]),
        (CORNERS, None, np.nan),
    ],
)
def test_what_does_not_fit_together_is_refused_and_the_rest_stays(view, arguments):
    view.set_points(CORNERS, "#ff0000", 9)
    with pytest.raises(ValueError, match=r"must be|shape"):
        view.set_points(*arguments)
    assert color_at(view, CORNERS[3]) == "#ff0000"


def test_nothing_and_nowhere_are_fine(view):
    view.set_points(np.empty((0, 2)))
    shown(view)
    view.set_points(np.full((3, 3), np.nan))
    view.scene.set_highlights(query=0, selected=[1], neighbors=[2, 99, -1])
    view.scene.set_labels(["a", "b", "c"])
    shown(view)
    assert view.viewport.row_at(view.viewport.area().center(), 20) == -1


def test_frames_count_what_is_really_drawn(view):
    view.set_points(CORNERS)
    view.render_now()
    frames = view.scene.canvas.frames
    view.render_now()
    assert view.scene.canvas.frames == frames + 1
    view.repaint()
    view.mouse.hovered = 2
    view.update()
    view.repaint()
    view.scene.set_labels(["a", "b", "c", "d"])
    view.scene.set_caption("caption")
    view.repaint()
    assert view.scene.canvas.frames == frames + 1 + 1  # The caption takes room.
    view.scene.set_labels(["e", "f", "g", "h"])
    view.repaint()
    assert view.scene.canvas.frames == frames + 2
    view.set_camera(view.camera.zoomed(2))
    view.repaint()
    assert view.scene.canvas.frames == frames + 3
    view.set_camera(view.camera)
    view.repaint()
    assert view.scene.canvas.frames == frames + 3


def test_all_points_stay_in_view_until_the_camera_is_set(view):
    positions = [[-10.0, 0], [10, 0], [0, 1], [0, -1]]
    view.set_points(positions)
    view.resize(200, 380)
    assert all(view.viewport.area().contains(*place_of(view, position)) for position in positions)
    camera = Camera(center=(1, 1, 0), scale=3)
    view.set_camera(camera)
    view.resize(400, 300)
    assert view.camera == camera
    view.fit()
    assert view.camera != camera
    assert view.camera.center == (0, 0, 0)


def test_arrows_and_lines_are_in_view_too(view):
    view.set_points(CORNERS)
    view.scene.set_arrows([Arrow((0, 0), (5, 5), "#ff0000")])
    view.scene.set_lines([Line([[0, 0], [-9, 0]], "#00ff00")])
    assert view.viewport.area().contains(*place_of(view, (5, 5)))
    assert view.viewport.area().contains(*place_of(view, (-9, 0)))


def test_camera_is_kept_when_asked(view):
    view.set_points(CORNERS, keep_camera=True)
    fitted = view.camera
    assert fitted.center == (0, 0, 0)
    assert view.viewport.area().contains(*place_of(view, (1, 1)))
    view.set_points(np.array(CORNERS) * 100, keep_camera=True)
    assert view.camera == fitted
    view.set_points(np.array(CORNERS) * 100)
    assert view.camera.scale == pytest.approx(100 * fitted.scale)
    view.set_points(np.zeros((4, 3)), keep_camera=True)
    assert view.camera.is_3d


def test_the_direction_is_kept_when_other_points_are_fitted(view):
    view.set_points(np.eye(3))
    view.set_camera(view.camera.orbited(1, 0.2))
    direction = view.camera.azimuth, view.camera.elevation
    view.set_points(np.eye(3) * 7)
    assert (view.camera.azimuth, view.camera.elevation) == direction
    view.set_points(CORNERS)
    view.set_points(np.eye(3))
    assert (view.camera.azimuth, view.camera.elevation) == direction


def test_large_clouds_are_refined_at_rest(view, qtbot, monkeypatch):
    monkeypatch.setattr(point_canvas, "MOST_FINE_PIXELS", 10)
    for positions in (CORNERS, np.eye(3)):
        view.set_points(positions, "#ff0000", 9)
        view.render_now()
        quick, frames = shown(view), view.scene.canvas.frames
        rest(view, qtbot)
        fine = shown(view)
        assert view.scene.canvas.frames == frames + 1
        # Smooth edges have more shades than blocks.
        assert len(np.unique(fine.reshape(-1, 3), axis=0)) > len(
            np.unique(quick.reshape(-1, 3), axis=0)
        )


def test_a_large_cloud_at_rest_is_drawn_while_the_window_answers(view, qtbot, monkeypatch):
    may_draw, at_work, draw = Event(), Event(), point_canvas.draw_points

    def draw_slowly(*args, **options):
        if current_thread() is not main_thread():
            at_work.set()
            may_draw.wait(10)
        return draw(*args, **options)

    view.set_points(CORNERS, "#ff0000", 9)
    rest(view, qtbot)
    before = shown(view)
    monkeypatch.setattr(point_canvas, "MOST_FINE_PIXELS", 10)
    monkeypatch.setattr(point_canvas, "LATE_FROM", 1)
    monkeypatch.setattr(point_canvas, "draw_points", draw_slowly)
    view.scene.set_highlights(selected=[0])
    qtbot.waitUntil(at_work.is_set)
    assert np.array_equal(shown(view), before)  # What was there is still seen.
    with qtbot.waitSignal(view.scene.late.arrived):
        may_draw.set()
    qtbot.waitUntil(lambda: not np.array_equal(shown(view), before))
    late = shown(view)
    view.render_now()  # At once, and the same.
    assert np.array_equal(shown(view), late)


def test_dots_and_discs_are_at_the_same_places(view, qtbot, monkeypatch):
    monkeypatch.setattr(point_canvas, "MOST_FINE_PIXELS", 10)
    view.set_points(CORNERS, "#ff0000", 9)
    view.render_now()
    quick = shown(view)
    rest(view, qtbot)
    difference = np.abs(quick - shown(view)).sum(axis=2) > 250
    assert difference.sum() < 4 * 30


def test_nothing_is_quick_where_nobody_looks(qtbot, monkeypatch):
    monkeypatch.setattr(point_canvas, "MOST_FINE_PIXELS", 10)
    hidden = PointView()
    qtbot.addWidget(hidden)
    hidden.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    hidden.resize(300, 200)
    hidden.show()
    hidden.set_points(CORNERS, "#ff0000", 9)
    hidden.render_now()
    assert not hidden.viewport.is_moving
    np.testing.assert_array_equal(shown(hidden), painted(hidden, 300, 200))


def test_marks_stand_out(view):
    view.set_points(CORNERS, "#888888", 6)
    plain = shown(view)
    view.scene.set_highlights(query=0, selected=[1], neighbors=[2])
    marked = shown(view)
    accent, query = QColor(LIGHT.accent), QColor(LIGHT.query)
    for row, color in ((0, query), (1, accent), (2, QColor(LIGHT.text))):
        column, line = place_of(view, CORNERS[row])
        around = marked[line - 10 : line + 10, column - 10 : column + 10].reshape(-1, 3)
        assert (np.abs(around - color.getRgb()[:3]).max(axis=1) < 12).any()
    column, line = place_of(view, CORNERS[3])
    same = np.s_[line - 10 : line + 10, column - 10 : column + 10]
    np.testing.assert_array_equal(marked[same], plain[same])
    view.scene.set_highlights(query=0, dim_others=True)
    assert shown(view)[line, column].sum() > plain[line, column].sum() + 100
    view.set_points(CORNERS)
    assert view.scene.canvas.highlights.query == 0
    view.set_points([[0, 0]])
    assert view.scene.canvas.highlights.query is None


def test_more_labels_appear_as_one_zooms_in(view, qtbot):
    rng = np.random.default_rng(0)
    view.set_points(rng.normal(size=(2000, 2)))
    view.scene.set_labels([f"label {i}" for i in range(2000)], always=[7])
    rest(view, qtbot)
    view.repaint()
    overview = set(view.scene.labels.places)
    assert 7 not in overview
    assert 7 in view.scene.labels.chosen_places
    position = view.scene.canvas.positions[7]
    view.set_camera(Camera(center=tuple(position.tolist()), scale=0.1))
    view.repaint()
    assert set(view.scene.labels.places) == overview  # None appears while moving.
    rest(view, qtbot)
    view.repaint()
    near = set(view.scene.labels.places)
    assert 7 in view.scene.labels.chosen_places
    assert len(near - overview) > 3


def test_labels_stay_when_the_points_move_a_little(view, qtbot):
    rng = np.random.default_rng(0)
    positions = rng.normal(size=(300, 2))
    view.set_points(positions)
    view.scene.set_labels([f"label {i}" for i in range(300)])
    view.repaint()
    before = dict(view.scene.labels.places)
    view.set_points(positions, "#ff0000")
    rest(view, qtbot)
    view.repaint()
    assert view.scene.labels.places == before


@pytest.mark.parametrize(
    "change",
    [
        lambda view: view.scene.set_axes(["PC1 · 12.3 %", "PC2 · 8.1 %", "PC3"]),
        lambda view: view.scene.set_legend(
            Categories("Kind", [("a", "#ff0000", 3), ("b", "#00f", 1)])
        ),
        lambda view: view.scene.set_legend(ColorBar("rank", 1, 10_000, ["#000000", "#ffffff"])),
        lambda view: view.scene.set_caption("PCA of all rows"),
        lambda view: view.scene.set_labels(["one", "two", "three", "four"]),
        lambda view: view.scene.set_arrows([Arrow((-1, -1), (1, 1), "#ff0000", "offset", True)]),
        lambda view: view.scene.set_lines(
            [Line(np.eye(3), "#ff0000"), PlacedText((0, 0), "origin", "#000")]
        ),
        lambda view: view.scene.set_highlights(query=1),
    ],
)
@pytest.mark.parametrize("columns", [2, 3])
def test_everything_shows_in_both_themes_and_sizes_and_grows_with_the_text(view, change, columns):
    positions = np.zeros((4, columns))
    positions[:, :2] = CORNERS
    view.set_points(positions)
    for theme in (LIGHT, DARK):
        theme_manager.use(theme)
        plain = painted(view, 400, 300)
        change(view)
        changed = painted(view, 400, 300)
        assert (plain != changed).any()
        view.set_text_scale(1.8)
        painted(view, 400, 300)
        painted(view, 90, 60)
        view.set_text_scale(1.0)
        np.testing.assert_array_equal(painted(view, 400, 300), changed)
        view.scene.set_axes(None)
        view.scene.set_legend(None)
        view.scene.set_caption("")
        view.scene.set_labels([])
        view.scene.set_arrows([])
        view.scene.set_lines([])
        view.scene.set_highlights()
        np.testing.assert_array_equal(painted(view, 400, 300), plain)


def test_a_message_is_shown_where_there_are_no_points(view):
    empty = shown(view)
    view.scene.set_message("Open a file to see its vectors.")
    said = shown(view)
    assert (said != empty).any()
    view.set_points(CORNERS)
    assert (shown(view) != said).any()


def test_a_message_behind_points_leaves_the_picture_until_they_are_gone(view, qtbot):
    view.set_points(CORNERS)
    before = shown(view)
    with qtbot.assertNotEmitted(view.scene.changed):
        view.scene.set_message("Laying out")
    np.testing.assert_array_equal(shown(view), before)
    view.set_points(np.zeros((0, 2)))
    said = shown(view)
    view.scene.set_message("")
    assert (shown(view) != said).any()


def test_a_message_that_is_too_wide_is_broken_between_words(view):
    view.scene.set_message("Type three labels of this set " * 4)
    said = painted(view, 200, 300)
    ground = said[0, 0]
    assert (said[:, :4] == ground).all()
    assert (said[:, -4:] == ground).all()
    written = (said != ground).reshape(len(said), -1).any(axis=1)
    assert written.sum() > 30  # Several lines are.


def test_preparing_is_said_only_when_it_takes_long(qtbot, view, monkeypatch):
    def preparing(milliseconds):
        monkeypatch.setattr(frame_cache, "QUIET_MILLISECONDS", milliseconds)
        made = PointView()
        qtbot.addWidget(made)
        made.resize(400, 300)
        made.set_points(CORNERS)
        return made

    def n_colors(of):
        return len(np.unique(shown(of).reshape(-1, 3), axis=0))

    monkeypatch.setattr(preparation, "is_ready", False)
    quiet, slow = preparing(60_000), preparing(0)
    qtbot.waitUntil(lambda: n_colors(slow) > 1)
    nothing = shown(quiet)
    assert n_colors(quiet) == 1
    assert "first start" in frame_cache.PREPARING
    monkeypatch.setattr(preparation, "is_ready", True)
    quiet.redraw()
    assert (shown(quiet) != nothing).any()


def test_the_picture_is_the_same_on_any_painter(view):
    view.set_points(CORNERS, "#ff0000", 9)
    view.scene.set_axes(["x", "y"])
    view.scene.set_labels(["a", "b", "c", "d"])
    np.testing.assert_array_equal(painted(view, 400, 300), shown(view))


def test_larger_pictures_are_finer_not_enlarged(view):
    view.set_points(CORNERS, "#ff0000", 9)
    small, large = painted(view, 400, 300), painted(view, 400, 300, scale=3)
    assert large.shape == (900, 1200, 3)
    column, row = place_of(view, CORNERS[0])
    assert large[3 * row, 3 * column].tolist() == small[row, column].tolist() == [255, 0, 0]
    averaged = large.reshape(300, 3, 400, 3, 3).mean(axis=(1, 3))
    assert np.abs(averaged - small).mean() < 0.1
    # An edge takes no more pixels than in the small picture, not three times as many.
    across = large[3 * row, 3 * (column - 10) : 3 * (column + 10)]
    assert (np.abs(np.diff(across[:, 1])) > 60).sum() <= 6


def test_rendering_the_widget_larger_is_as_fine(view):
    view.set_points(CORNERS, "#ff0000", 9)
    image = QImage(1200, 900, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(3)
    with QPainter(image) as painter:
        view.render(painter, QPoint())
    np.testing.assert_array_equal(pixels_of(image), painted(view, 400, 300, scale=3))


def test_svg_keeps_text_and_lines(view, tmp_path):
    view.set_points(CORNERS, "#ff0000", 9)
    view.scene.set_axes(["first", "second"])
    view.scene.set_labels(["north", "south", "east", "west"])
    view.scene.set_arrows([Arrow((-1, -1), (1, 1), "#ff0000", "offset")])
    view.scene.set_legend(Categories("Kind", [("animal", "#ff0000", 3)]))
    generator = QSvgGenerator()
    generator.setFileName(str(tmp_path / "picture.svg"))
    generator.setSize(QSize(400, 300))
    with QPainter(generator) as painter:
        view.paint(painter, 400, 300)
    text = (tmp_path / "picture.svg").read_text()
    for word in ("first", "second", "south", "east", "offset", "Kind", "animal"):
        assert word in text
    assert text.count("<image") == 1


def pixels_on_screen(view, positions):
    frame = view.viewport.frame()
    return frame.project(positions)[0]


def test_points_move_to_another_layout(view, qtbot):
    view.animator.is_enabled = True
    view.set_points(CORNERS)
    before = pixels_on_screen(view, CORNERS)
    other = np.array(CORNERS)[::-1] * 50 + 1
    view.set_points(other, animate=True)
    assert view.animator.is_animating
    on_screen = pixels_on_screen(view, view.scene.canvas.positions)
    np.testing.assert_allclose(on_screen, before, atol=0.01)
    qtbot.waitUntil(lambda: not view.animator.is_animating)
    np.testing.assert_array_equal(view.scene.canvas.positions[:, :2], other)
    assert view.camera.center == (1, 1, 0)


@pytest.mark.parametrize("columns", [(2, 3), (3, 2)])
def test_everything_starts_where_it_was_also_where_the_margins_change(view, columns):
    view.animator.is_enabled = True
    view.scene.set_axes(["x", "y", "z"])  # Which take room in 2-D alone.
    before = np.random.default_rng(0).normal(size=(20, columns[0]))
    after = np.random.default_rng(1).normal(size=(20, columns[1])) * 30
    view.set_points(before)
    pixels = pixels_on_screen(view, before)
    view.set_points(after, animate=True)
    on_screen = pixels_on_screen(view, view.scene.canvas.positions)
    np.testing.assert_allclose(on_screen, pixels, atol=0.01)
    view.animator.show_step(0.99999)
    on_screen = pixels_on_screen(view, view.scene.canvas.positions)
    view.animator.finish()
    np.testing.assert_allclose(on_screen, pixels_on_screen(view, after), atol=0.01)


def test_a_layout_that_converges_is_followed(view, qtbot):
    colors = np.full(4, 0xFFFF0000, np.uint32)
    view.set_points(CORNERS, colors, 9)
    view.scene.set_labels(["a", "b", "c", "d"])
    view.scene.set_highlights(query=2)
    canvas = view.scene.canvas
    for step in range(1, 40):
        view.move_points(np.array(CORNERS) * (1 + step))
        assert view.viewport.is_fitted
        assert view.camera.scale > 0.85 * (1 + step)
    frames = view.scene.canvas.frames
    view.repaint()
    assert view.scene.canvas.frames == frames + 1
    assert canvas.colors is not None
    assert canvas.highlights.query == 2
    qtbot.waitUntil(lambda: not view.viewport.is_behind)
    assert view.camera == view.viewport.fitted()


def test_a_shrinking_layout_is_followed_without_hurry(view):
    view.set_points(CORNERS)
    first = view.camera.scale
    view.move_points(np.array(CORNERS) / 10)
    assert first > view.camera.scale > first / 3


def test_a_held_camera_stays_while_points_move(view):
    view.set_points(np.eye(3))
    camera = Camera(scale=3, is_3d=True)
    view.set_camera(camera)
    view.move_points(np.eye(3) * 100)
    assert view.camera == camera


def test_points_may_move_on_while_they_are_on_a_journey(view, qtbot):
    view.animator.is_enabled = True
    view.set_points(CORNERS)
    view.set_points(np.array(CORNERS) + 1, animate=True)
    view.move_points(np.array(CORNERS) * 9)
    assert view.animator.is_animating
    qtbot.waitUntil(lambda: not view.animator.is_animating and not view.viewport.is_behind)
    np.testing.assert_array_equal(view.scene.canvas.positions[:, :2], np.array(CORNERS) * 9)
    assert view.viewport.area().contains(*place_of(view, (9, 9)))


@pytest.mark.parametrize("positions", [np.zeros((3, 2)), np.zeros((4, 3))])
def test_only_the_same_points_can_move(view, positions):
    view.set_points(CORNERS)
    with pytest.raises(ValueError, match="as before"):
        view.move_points(positions)
    np.testing.assert_array_equal(view.scene.canvas.positions[:, :2], CORNERS)


@pytest.mark.parametrize("columns", [2, 3])
def test_flying_to_rows_fills_the_view_with_them(view, columns):
    positions = np.random.default_rng(0).normal(size=(500, columns))
    view.set_points(positions)
    near = np.flatnonzero(np.linalg.norm(positions - positions[3], axis=1) < 0.7)
    changed, settled = [], []
    view.camera_changed.connect(changed.append)
    view.fly_to(near)
    assert changed == [view.camera]
    assert not view.viewport.is_fitted
    pixels = pixels_on_screen(view, positions[near])
    area = view.viewport.area()
    assert all(area.contains(x, y) for x, y in pixels.tolist())
    assert np.ptp(pixels, axis=0).max() > 0.4 * area.height()
    view.camera_settled.connect(settled.append)
    view.camera_control.end_burst()
    assert settled == [view.camera]


def test_flying_to_one_row_shows_what_surrounds_it(view):
    positions = np.random.default_rng(0).normal(size=(2000, 2))
    view.set_points(positions)
    view.fly_to([5])
    pixels = pixels_on_screen(view, positions)
    area = view.viewport.area()
    in_view = sum(area.contains(x, y) for x, y in pixels.tolist())
    assert 20 < in_view < 200
    assert pixels[5] == pytest.approx((area.center().x(), area.center().y()), abs=0.01)


def test_flying_to_nowhere_stays(view):
    positions = np.array([[np.nan, np.nan], [1, 1], [1, 1]])
    view.set_points(positions)
    before = view.camera
    for rows in ([0], []):
        view.fly_to(rows)
        assert view.camera == before
    view.fly_to([1])
    assert view.camera.center == (1, 1, 0)
    assert view.camera.scale > 0


def test_a_flight_takes_linked_views_along_and_settles(view, qtbot):
    view.animator.is_enabled = True
    view.set_points(np.random.default_rng(0).normal(size=(100, 2)))
    changed = []
    view.camera_changed.connect(changed.append)
    with qtbot.waitSignal(view.camera_settled) as settled:
        view.fly_to([1, 2, 3])
        assert view.animator.is_animating
    assert settled.args == [changed[-1]] == [view.camera]
    assert len(set(changed)) > 1


@pytest.mark.parametrize("columns", [2, 3])
def test_hidden_rows_are_harmless_everywhere(view, qtbot, columns):
    view.animator.is_enabled = True
    positions = np.random.default_rng(0).normal(size=(50, columns))
    view.set_points(positions)
    view.scene.set_labels([f"row {i}" for i in range(50)], always=[0, 1], required=2)
    view.scene.set_highlights(query=0, selected=[1, 30], neighbors=[2], dim_others=True)
    isolated = positions.copy()
    isolated[:25] = np.nan
    view.set_points(isolated, animate=True)
    view.repaint()
    qtbot.waitUntil(lambda: not view.animator.is_animating)
    rest(view, qtbot)
    view.repaint()
    assert set(view.scene.labels.places) <= set(range(25, 50))
    assert len(view.scene.labels.places) > 3
    pixels = pixels_on_screen(view, isolated[25:])
    assert all(view.viewport.area().contains(x, y) for x, y in pixels.tolist())
    corners = [[0, 0], [400, 0], [400, 300], [0, 300]]
    assert view.selection_tool.rows_within(np.array(corners, dtype=float)).tolist() == list(
        range(25, 50)
    )
    assert view.viewport.row_at(view.viewport.area().center(), 1000) >= 25
    view.mouse.hovered = 0
    view.repaint()
    view.fly_to(range(50))
    view.move_points(positions)
    qtbot.waitUntil(lambda: not view.animator.is_animating)


def test_points_turn_from_two_to_three_dimensions_and_back(view, qtbot):
    view.animator.is_enabled = True
    view.set_points(CORNERS)
    flat = view.camera
    cube = np.column_stack([CORNERS, [0.0, 1, 2, 3]])
    view.set_points(cube, animate=True)
    assert view.camera.is_3d  # Seen from straight above, where it looks the same.
    assert view.camera.elevation == pytest.approx(np.pi / 2)
    qtbot.waitUntil(lambda: not view.animator.is_animating)
    assert view.camera.elevation == Camera().elevation
    view.set_points(CORNERS, animate=True)
    assert view.camera.is_3d
    qtbot.waitUntil(lambda: not view.animator.is_animating)
    assert view.camera == flat


def test_a_journey_ends_at_once_when_something_else_is_asked(view):
    view.animator.is_enabled = True
    view.set_points(CORNERS)
    view.set_points(np.array(CORNERS) + 1, animate=True)
    camera = Camera(scale=9)
    view.set_camera(camera)
    assert not view.animator.is_animating
    assert view.camera == camera
    np.testing.assert_array_equal(view.scene.canvas.positions[:, :2], np.array(CORNERS) + 1)


@pytest.mark.parametrize(
    "go_on",
    [
        lambda view: view.set_points(np.array(CORNERS)[::-1] * 5, animate=True),
        lambda view: view.set_points(np.eye(4, 3), animate=True),
        lambda view: view.fit(),
        lambda view: view.fly_to([1]),
        lambda view: view.set_legend_place((0.5, 0.5)),
    ],
)
@pytest.mark.parametrize("columns", [2, 3])
def test_another_journey_starts_where_the_first_one_was(view, qtbot, go_on, columns):
    view.animator.is_enabled = True
    view.scene.set_legend(Categories("Kind", [("a", "#ff0000", 3)]))
    view.set_points(np.column_stack([CORNERS, [0.0, 1, 2, 3]])[:, :columns])
    view.set_points(np.array(CORNERS) * 20, animate=True)
    view.animator.show_step(0.5)
    before = pixels_on_screen(view, view.scene.canvas.positions)
    go_on(view)
    assert view.animator.is_animating
    after = pixels_on_screen(view, view.scene.canvas.positions)
    np.testing.assert_allclose(after, before, atol=0.05 if columns == 2 else 8)  # Perspective.
    qtbot.waitUntil(lambda: not view.animator.is_animating)
    assert view.camera.is_3d == view.scene.canvas.is_3d


def test_hands_take_hold_of_the_end_of_a_journey(view):
    view.animator.is_enabled = True
    view.set_points(np.eye(4, 3))
    view.set_points(CORNERS, animate=True)
    assert view.camera.is_3d
    view.camera_control.zoom(1.2, view.viewport.area().center())
    assert not view.animator.is_animating
    assert not view.camera.is_3d


def test_figures_are_without_hands(view):
    view.set_points(CORNERS, "#ff0000", 9)
    view.scene.set_legend(ColorBar("rank", 0, 1, ["#000000", "#ffffff"]))
    plain = painted(view, 400, 300)
    view.mouse.hovered = 1
    assert (shown(view) != plain).any()
    view.is_in_figure = True
    np.testing.assert_array_equal(shown(view), plain)


def test_nothing_moves_by_itself_when_less_motion_is_wanted(view):
    view.set_points(CORNERS)
    view.set_points(np.array(CORNERS) + 1, animate=True)
    view.set_camera(Camera(scale=9))
    view.fit()
    assert not view.animator.is_animating


def test_the_picture_tells_what_it_is(view):
    view.set_points(np.zeros((1234, 3)))
    assert view.accessibleName()
    assert view.accessibleDescription() == "1,234 points, 3-D"
    assert view.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_pixels_are_those_of_the_device(view, monkeypatch):
    view.set_points(CORNERS, "#ff0000", 9)
    monkeypatch.setattr(view, "devicePixelRatioF", lambda: 2.0)
    view.render_now()
    assert view.scene.canvas.image.shape[1] == 2 * view.viewport.area().width()


def test_chosen_labels_are_clear_of_rings_and_names_give_way(view, qtbot):
    rng = np.random.default_rng(1)
    near = rng.normal(scale=0.03, size=(6, 2))
    view.set_points(np.vstack([[[0, 0]], near, [[-1, -1], [1, 1]]]))
    view.scene.set_highlights(query=0, neighbors=range(1, 7))
    view.scene.set_labels([f"label {i}" for i in range(9)], always=[0, 1, 2], required=1)
    view.scene.set_clusters([Cluster("name", (0, 0), "#009E73", 9)])
    rest(view, qtbot)
    picture, frame = view.scene, view.viewport.frame()
    image = QImage(view.size(), QImage.Format.Format_ARGB32)
    free = boxes_without_labels(picture, frame)
    with QPainter(image) as painter:
        chosen = picture.labels.paint_chosen(painter, frame, picture.canvas, free)
        names = picture.clusters.paint(painter, frame, np.vstack([free, chosen]))
    assert len(chosen)
    pixels, depth = frame.project(picture.canvas.positions[:7])
    radii = picture.canvas.radii(np.arange(7), depth, frame)
    for left, top, width, height in chosen.tolist():
        nearest = np.clip(pixels, (left, top), (left + width, top + height))
        assert (np.hypot(*(nearest - pixels).T) > radii).all()
        box = QRectF(left, top, width, height)
        assert not any(box.intersects(QRectF(*name)) for name in names)


def test_names_of_what_is_selected_stay_bright(view):
    colors = np.repeat(np.array([0xE6112233, 0xE6445566], np.uint32), 50)
    view.set_points(np.random.default_rng(0).normal(size=(100, 2)), colors)
    few, many = Cluster("a", (0, 0), "#112233", 50), Cluster("b", (1, 1), "#445566", 51)
    view.scene.set_clusters([few, many])
    view.scene.set_highlights(selected=range(5, 55), dim_others=True)
    assert clusters_selected(view.scene, LIGHT) == [False, True]


def test_what_scripts_rely_on(qtbot):
    """The names of the public interface: a widget, and frames that were really drawn."""
    from embedviz.gui.point_view import PointView

    view = PointView()
    qtbot.addWidget(view)
    view.resize(300, 200)
    for shape in ((50, 2), (50, 3)):
        view.set_points(np.random.default_rng(0).normal(size=shape), colors=None, sizes=None)
        before = view.frames
        view.render_now()
        assert view.frames == before + 1
