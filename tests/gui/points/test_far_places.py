"""Far from zero, and however near one looks, points are picked and lassoed where they are."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from embedviz.gui.points.layers.axes import X, Y, ticks_of
from embedviz.gui.points.layers.labels import PointLabels
from embedviz.gui.points.view import PointView

NONE = np.empty(0, dtype=np.intp)


@pytest.fixture
def view(qtbot):
    shown = PointView()
    qtbot.addWidget(shown)
    shown.animator.is_enabled = False
    shown.resize(640, 420)
    shown.scene.set_axes(("x", "y"))
    return shown


def box(place, half=3.0):
    x, y = place.x(), place.y()
    corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
    return np.array([(x + right, y + down) for right, down in corners])


def show(view, positions):
    view.set_points(positions)
    view.scene.set_labels([f"v{row}" for row in range(len(positions))])


def check_row(view, row):
    place = view.viewport.place_of(row)
    assert view.viewport.area().contains(place)
    assert view.viewport.row_at(place, 3.0) == row
    assert row in view.viewport.rows_within(box(place))


def check_labels(view):
    """Check that the label of each row stands beside its point."""
    frame, image = view.viewport.frame(), QImage(640, 420, QImage.Format.Format_ARGB32)
    labels = PointLabels()
    with QPainter(image) as painter:
        for row in range(len(view.scene.canvas)):
            labels.set_texts([f"v{row}" for row in range(9)], NONE, np.array([row]), 1)
            (box,) = labels.paint_chosen(painter, frame, view.scene.canvas)
            place = view.viewport.place_of(row)
            assert QRectF(*box).adjusted(-12, -12, 12, 12).contains(place)
            assert not QRectF(*box).contains(place)


@given(
    st.floats(-1e12, 1e12),
    st.floats(-1e12, 1e12),
    st.floats(-3, 6).map(lambda power: 10**power),
    st.sampled_from([2, 3]),
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_each_place_is_picked_lassoed_and_has_ticks(view, x, y, span, columns):
    steps = np.arange(9) * max(span / 8, 2 * np.spacing(max(abs(x), abs(y))))
    positions = np.column_stack([x + steps, y + steps[::-1], np.zeros(9)])[:, :columns]
    show(view, positions)
    for row in range(9):
        check_row(view, row)
    check_labels(view)
    places = np.array([view.viewport.place_of(row).toTuple() for row in range(9)])
    if columns == 2:
        rounding = np.spacing(max(abs(x), abs(y))) / np.ptp(steps) * 640
        np.testing.assert_allclose(np.diff(places[:, 0], 2), 0, atol=0.2 + 4 * rounding)
        for axis in (X, Y):
            ticks = ticks_of(view.viewport.frame(), axis)
            assert len(set(ticks.texts)) == len(ticks.texts) >= 2


@pytest.mark.parametrize("start", [0.0, 1e7, 1.7e9])
def test_a_millionfold_near_neighbors_are_apart(view, start):
    near = np.spacing(max(start, 1.0)) * 64
    x = np.array([start, start + 0.3, start + 0.3 + near, start + 0.3 + 2 * near, start + 1.0])
    show(view, np.column_stack([x, x]))
    view.set_camera(view.viewport.around(np.array([2])))
    view.set_camera(view.camera.zoomed(0.2 / near / 8 * view.camera.scale))
    for row in (1, 2, 3):
        check_row(view, row)
        assert view.viewport.rows_within(box(view.viewport.place_of(row))).tolist() == [row]
    held = view.camera
    view.fit()
    assert view.viewport.row_at(view.viewport.place_of(4), 3.0) == 4
    view.set_camera(held)
    assert view.camera == held
    check_row(view, 2)


def test_other_points_far_away_keep_the_camera_where_it_was(view):
    positions = np.column_stack([1e7 + np.arange(30) / 100, np.arange(30) / 50 - 3e6])
    show(view, positions)
    held = view.camera.zoomed(3)
    view.set_camera(held)
    before = view.viewport.place_of(15)
    some = positions.copy()
    some[:10] = np.nan
    view.set_points(some, keep_camera=True)
    after = view.viewport.place_of(15)
    assert (after - before).manhattanLength() < 0.2
    np.testing.assert_allclose(
        np.add(view.camera.origin, view.camera.center), np.add(held.origin, held.center)
    )
    assert view.viewport.frame().point(positions[15]).x() == pytest.approx(after.x(), abs=0.2)
