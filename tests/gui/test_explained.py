"""What explains a picture of points, as panes ask for it."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from embedviz.core.thumbnails import ImageArray
from embedviz.gui.point_view import Cluster, PointView


@pytest.fixture
def view(qtbot):
    made = PointView()
    qtbot.addWidget(made)
    made.animations = False
    made.resize(400, 300)
    made.show()
    made.set_points(np.random.default_rng(0).normal(size=(300, 2)))
    return made


def shown(view):
    view.render_now()
    return view.grab().toImage()


def test_density_is_turned_on_and_off(view):
    points = shown(view)
    view.set_density(True)
    assert shown(view) != points
    view.set_density(False)
    assert shown(view) == points


def test_names_of_clusters_take_the_room_of_labels(view):
    view.set_labels([f"row {i}" for i in range(300)])
    labels = shown(view)
    view.set_clusters([Cluster("everything", (0.0, 0.0), "#D55E00", 300)])
    names = shown(view)
    assert names != labels
    view.set_labels([])
    assert shown(view) == names
    view.set_clusters([])
    assert shown(view) != names


def test_labels_and_names_grow_within_limits(view):
    view.set_labels([f"row {i}" for i in range(300)])
    usual = shown(view)
    view.set_label_scale(2.5)
    largest = shown(view)
    assert largest != usual
    view.set_label_scale(9)
    assert shown(view) == largest
    view.set_label_scale(1)
    view.place_labels_anew()
    assert shown(view) == usual


def test_pictures_are_shown_and_found_under_the_mouse(view):
    view.set_points([[0.0, 0.0], [1.0, 1.0]])
    assert view.row_at(view.place_of(0) + QPointF(12, 12), 3) == -1
    view.set_thumbnails(ImageArray(np.ones((2, 8, 8))))
    shown(view)
    assert view.row_at(view.place_of(0) + QPointF(12, 12), 3) == 0
    view.set_thumbnails(None)
    shown(view)
    assert view.row_at(view.place_of(0) + QPointF(12, 12), 3) == -1


def test_the_label_of_a_row_with_a_picture_is_beside_the_picture(view):
    view.set_points([[0.0, 0.0], [1.0, 1.0]])
    view.set_thumbnails(ImageArray(np.zeros((2, 8, 8))))
    view.set_labels(["first", "second"], (), (0, 1))
    shown(view)
    picture = view._picture
    reach = picture.pictures.reach_of(np.array([0, 1]))
    assert (reach > 15).all()
    free = picture._kept_free(view.frame())
    view.set_marks(selected=[0])
    assert len(picture._kept_free(view.frame())) == len(free) + 2
