"""What is on a picture of points, as panes ask for it."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from embedviz.core.thumbnails import ImageArray
from embedviz.gui.image_files import ImageFiles
from embedviz.gui.points.painting import boxes_without_labels
from embedviz.gui.points.view import Cluster


@pytest.fixture
def view(view):
    view.set_points(np.random.default_rng(0).normal(size=(300, 2)))
    return view


def shown(view):
    view.render_now()
    return view.grab().toImage()


def test_density_is_turned_on_and_off(view):
    points = shown(view)
    view.scene.set_density(True)
    assert shown(view) != points
    view.scene.set_density(False)
    assert shown(view) == points


def test_names_of_clusters_take_the_room_of_labels(view):
    view.scene.set_labels([f"row {i}" for i in range(300)])
    labels = shown(view)
    view.scene.set_clusters([Cluster("everything", (0.0, 0.0), "#D55E00", 300)])
    names = shown(view)
    assert names != labels
    view.scene.set_labels([])
    assert shown(view) == names
    view.scene.set_clusters([])
    assert shown(view) != names


def test_labels_and_names_grow_within_limits(view):
    view.scene.set_labels([f"row {i}" for i in range(300)])
    usual = shown(view)
    view.scene.set_label_scale(2.5)
    largest = shown(view)
    assert largest != usual
    view.scene.set_label_scale(9)
    assert shown(view) == largest
    view.scene.set_label_scale(1)
    view.scene.reset_label_places()
    assert shown(view) == usual


def test_pictures_are_shown_and_found_under_the_mouse(view):
    view.set_points([[0.0, 0.0], [1.0, 1.0]])
    assert view.viewport.row_at(view.viewport.place_of(0) + QPointF(12, 12), 3) == -1
    view.scene.set_thumbnails(ImageArray(np.ones((2, 8, 8))))
    shown(view)
    assert view.viewport.row_at(view.viewport.place_of(0) + QPointF(12, 12), 3) == 0
    view.scene.set_thumbnails(None)
    shown(view)
    assert view.viewport.row_at(view.viewport.place_of(0) + QPointF(12, 12), 3) == -1


def test_the_label_of_a_row_with_a_picture_is_beside_the_picture(view):
    view.set_points([[0.0, 0.0], [1.0, 1.0]])
    view.scene.set_thumbnails(ImageArray(np.zeros((2, 8, 8))))
    view.scene.set_labels(["first", "second"], (), (0, 1))
    shown(view)
    reach = view.scene.thumbnails.reach_of(np.array([0, 1]))
    assert (reach > 15).all()
    free = boxes_without_labels(view.scene, view.viewport.frame())
    view.scene.set_highlights(selected=[0])
    assert (
        len(boxes_without_labels(view.scene, view.viewport.frame())) == len(free) + 4
    )  # Three around a ring.


def test_pictures_that_are_read_first_appear_when_they_have_arrived(view, qtbot, tmp_path):
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0xFFFF0000)
    image.save(str(tmp_path / "red.png"))
    view.set_points([[0.0, 0.0], [1.0, 1.0]])
    files = ImageFiles(["red.png", None], tmp_path)
    view.scene.set_thumbnails(files)
    view.scene.set_thumbnails(files)  # Nothing new, and connected once.
    reach_of = view.scene.thumbnails.reach_of
    qtbot.waitUntil(lambda: reach_of(np.array([0]))[0] > 0)
    assert reach_of(np.array([1]))[0] == 0
    view.scene.set_thumbnails(None)
    with qtbot.assertNotEmitted(view.scene.changed, wait=100):
        files.arrived.emit()


def test_files_wait_for_pictures_and_the_screen_stays_as_it_is(view, tmp_path):
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(0xFFFF0000)
    image.save(str(tmp_path / "red.png"))
    view.set_points([[0.0, 0.0], [1.0, 1.0]])
    view.scene.set_thumbnails(ImageFiles(["red.png", "red.png"], tmp_path))
    figure = QImage(300, 200, QImage.Format.Format_RGB32)
    with QPainter(figure) as painter:
        view.paint(painter, 300, 200)
    raw = np.frombuffer(figure.constBits(), np.uint8).reshape(200, 300, 4)
    assert ((raw[..., 2] > 200) & (raw[..., 1] < 60)).any()
    assert view.viewport.row_at(QPointF(150, 100), 0) == -1  # Where it is in the file.
