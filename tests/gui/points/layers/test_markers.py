"""Markers outside of the rows: where they are, how they walk, and what the mouse does on them."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from embedviz.app.preparation import preparation
from embedviz.core.drawing.camera import Camera
from embedviz.gui.points.layers.cluster_labels import Cluster
from embedviz.gui.points.layers.markers import Marker
from embedviz.gui.points.transition import Transition
from embedviz.gui.points.view import PointView
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT, theme_manager

LEFT = Qt.MouseButton.LeftButton
CLOUD = np.random.default_rng(0).uniform(-1, 1, size=(30, 3))


@pytest.fixture
def view(qtbot):
    view = PointView()
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.set_points(CLOUD[:, :2])
    with qtbot.waitExposed(view):
        view.show()
    view.animator.is_enabled = False
    qtbot.waitUntil(lambda: preparation.is_ready, timeout=60_000)
    return view


def set_markers(view, *markers):
    view.scene.markers.set_markers(markers, view.scene.canvas.extent)


def image_of(view):
    return view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def painted_labels(view, obstacles):
    image = QImage(500, 400, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        return view.scene.markers.paint_labels(painter, view.viewport.frame(), obstacles)


def n_pixels(view, color):
    image, wanted = image_of(view), QColor(color).rgb()
    places = [(x, y) for x in range(image.width()) for y in range(image.height())]
    return sum(image.pixel(x, y) == wanted for x, y in places)


@pytest.mark.parametrize("is_3d", [False, True])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_marker_is_ringed_in_the_color_of_the_query(view, is_3d, theme, qapp):
    apply_theme(qapp, theme)
    view.set_points(CLOUD if is_3d else CLOUD[:, :2])
    assert n_pixels(view, theme.query) == 0
    set_markers(view, Marker([0.1, 0.2, 0.3][: 2 + is_3d], "mine"))
    of_query = n_pixels(view, theme.query)
    assert of_query > 50
    set_markers(view, Marker([0.1, 0.2], "mine", is_query=False))
    assert 0 < n_pixels(view, theme.query) < of_query / 2
    set_markers(view)
    assert n_pixels(view, theme.query) == 0


def test_it_is_where_a_row_would_be(view, pixel_of):
    set_markers(view, Marker(CLOUD[7, :2], "mine"))
    markers, frame = view.scene.markers, view.viewport.frame()
    assert markers.place_of(0, frame).toPoint() == pixel_of(view, CLOUD[7, :2])
    assert (markers.places[0] == [*CLOUD[7, :2], 0]).all()


def test_without_a_place_it_is_not_shown(view):
    set_markers(view, Marker([np.nan, 0], "nowhere"), Marker([0, 0], "here"))
    assert [each.text for each in view.scene.markers.shown] == ["here"]


def test_all_of_it_is_in_view(view):
    set_markers(view, Marker([9, 9], "far"))
    assert view.viewport.area().contains(view.scene.markers.place_of(0, view.viewport.frame()))
    scale = view.camera.scale
    set_markers(view)
    assert view.camera.scale < scale / 3


def test_one_within_the_cloud_does_not_move_the_camera(view):
    before = view.camera
    set_markers(view, Marker([0, 0], "mine"))
    assert view.camera == before


def test_the_same_again_paints_nothing_anew(view, qtbot):
    set_markers(view, Marker([0, 0], "mine"))
    with qtbot.assertNotEmitted(view.scene.markers.changed):
        set_markers(view, Marker([0, 0], "mine"))
    for other in (Marker([0, 1], "mine"), Marker([0, 1], "mine", False), Marker([0, 1], "other")):
        with qtbot.waitSignal(view.scene.markers.changed):
            set_markers(view, other)


def test_the_mouse_finds_it_before_the_rows_below(view, qtbot, pixel_of):
    set_markers(view, Marker(CLOUD[7, :2], "mine"))
    place, rows = pixel_of(view, CLOUD[7, :2]), []
    view.row_clicked.connect(lambda row, _: rows.append(row))
    with qtbot.waitSignal(view.scene.markers.clicked) as clicked:
        qtbot.mouseClick(view, LEFT, pos=place)
    assert (clicked.args[0], rows) == (0, [])
    view.mouse.hover(QPointF(place))
    assert (view.scene.markers.under_mouse, view.mouse.hovered) == (0, -1)
    set_markers(view)
    assert view.scene.markers.under_mouse == -1
    view.mouse.hover(QPointF(place))
    assert view.mouse.hovered == 7
    qtbot.mouseClick(view, LEFT, pos=place)
    assert rows == [7]


def test_of_two_in_one_place_the_query_is_found(view, pixel_of):
    set_markers(view, Marker([0, 0], "pinned", False), Marker([0, 0], "query"))
    place = QPointF(pixel_of(view, np.array([0, 0])))
    assert view.scene.markers.at(place, view.viewport.frame) == 1


def test_labels_of_rows_give_way(view):
    view.scene.set_labels([f"label {i}" for i in range(30)], always=range(30))
    set_markers(view, Marker([0, 0], "the query"), Marker([0.05, 0], "another", False))
    boxes = painted_labels(view, np.empty((0, 4)))
    assert len(boxes) == 2
    (x, y, width, height), (x2, y2, width2, height2) = boxes.tolist()
    assert x + width <= x2 or x2 + width2 <= x or y + height <= y2 or y2 + height2 <= y


def test_the_query_is_named_where_no_place_is_free(view):
    set_markers(view, Marker([0, 0], "the query"), Marker([0.5, 0], "pinned", False))
    (box,) = painted_labels(view, np.array([[0.0, 0.0, 500.0, 400.0]])).tolist()
    frame = view.viewport.frame()
    assert frame.area.left() <= box[0]
    assert box[0] + box[2] <= frame.area.right()


def test_markers_walk_with_the_points(view, qtbot):
    """A marker on a row stays on it all the way, also between 2-D and 3-D."""
    set_markers(view, Marker(CLOUD[7, :2], "mine"))
    view.animator.is_enabled = True
    after = 5 * np.random.default_rng(1).normal(size=(30, 3)) + 20
    for target in (after, CLOUD[:, :2], after[:, :2]):
        view.set_points(target, animate=True)
        set_markers(view, Marker(target[7], "mine"))
        for part in (0.0, 0.3, 0.7, 1.0):
            view.animator.show_step(part)
            frame = view.viewport.frame()
            row = frame.project_near(view.scene.canvas.positions[[7]])[0][0]
            spot = view.scene.markers.place_of(0, frame)
            assert np.allclose([spot.x(), spot.y()], row, atol=0.05)
        view.animator.finish()
    assert np.allclose(view.scene.markers.places[0, :2], after[7, :2])


def test_names_of_groups_walk_with_the_points(view):
    """Also one that is found out only on the way."""
    view.scene.set_clusters([Cluster("mine", CLOUD[7, :2], "#009E73", 9)])
    view.animator.is_enabled = True
    after = 5 * np.random.default_rng(1).normal(size=(30, 3)) + 20
    for target in (after, CLOUD[:, :2], after[:, :2]):
        view.set_points(target, animate=True)
        view.animator.show_step(0.2)
        view.scene.set_clusters([Cluster("mine", target[7], "#009E73", 9)])
        for part in (0.3, 0.7, 1.0):
            view.animator.show_step(part)
            frame = view.viewport.frame()
            row = frame.project_near(view.scene.canvas.positions[[7]])[0][0]
            name = frame.project(view.scene.clusters.spots()["mine"][np.newaxis])[0][0]
            assert np.allclose(name, row, atol=0.05)
    assert np.allclose(view.scene.clusters.spots()["mine"][:2], after[7, :2])


def test_one_that_is_new_is_there_at_once(view):
    view.animator.is_enabled = True
    view.set_points(CLOUD[::-1, :2] * 3, animate=True)
    set_markers(view, Marker([1, 1], "new"))
    view.animator.show_step(0.5)
    assert view.scene.markers.spots()["new"].tolist() == [1, 1, 0]
    view.animator.finish()


def test_the_way_of_a_marker_is_that_of_points():
    before, after = np.float32(CLOUD), np.float32(CLOUD[::-1] * 7 + 3)
    first, last = Camera(center=(0.1, 0.2, 0), scale=2), Camera(center=(3, 3, 0), scale=11)
    way = Transition(before, after, first, last)
    for part in (0.0, 0.25, 0.9, 1.0):
        positions, _ = way.at(part)
        carried = way.carried(CLOUD[4], CLOUD[::-1][4] * 7 + 3, part)
        np.testing.assert_allclose(carried, positions[4], atol=1e-4)


def test_figures_show_them(view):
    set_markers(view, Marker([0, 0], "mine"))
    image = QImage(900, 700, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        view.paint(painter, 900, 700)
    wanted = QColor(theme_manager.theme.query).rgb()
    assert any(image.pixel(x, y) == wanted for x in range(900) for y in range(700))


def test_a_marker_that_must_be_named_is_named_where_no_place_is_free(view):
    everywhere = np.array([[0.0, 0.0, 500.0, 400.0]])
    set_markers(view, Marker([0, 0], "a − b + c", is_query=False))
    assert len(painted_labels(view, everywhere)) == 0
    set_markers(view, Marker([0, 0], "a − b + c", is_query=False, is_named=True))
    assert len(painted_labels(view, everywhere)) == 1
