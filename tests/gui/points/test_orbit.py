"""The gentle orbit: it turns linked views, stops at a touch, and rests where nobody looks."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from embedviz.gui.points import orbit as orbit_module
from embedviz.gui.points.orbit import PER_SECOND, GentleOrbit
from embedviz.gui.points.view import Camera, PointView

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def motion(monkeypatch):
    monkeypatch.setattr(orbit_module, "prefers_reduced_motion", lambda: False)


@pytest.fixture
def views(qtbot):
    made = []
    for _ in range(2):
        view = PointView()
        qtbot.addWidget(view)
        view.resize(200, 200)
        view.set_points(np.eye(3, dtype=np.float32))
        view.set_camera(Camera(is_3d=True))
        with qtbot.waitExposed(view):
            view.show()
        made.append(view)
    return made


@pytest.fixture
def orbit(views):
    orbit = GentleOrbit(views, views[0])
    yield orbit
    orbit.set_running(False)


def test_both_views_turn_together_by_the_clock(orbit, views, qtbot):
    before = views[0].camera
    moved = []
    views[0].camera_changed.connect(moved.append)
    orbit.set_running(True)
    assert orbit.is_ticking
    qtbot.waitUntil(lambda: views[0].camera.azimuth != before.azimuth)
    assert views[0].camera == views[1].camera
    assert views[0].camera.elevation == before.elevation
    assert views[0].camera.scale == before.scale
    assert moved == []  # It is no hand that moves.
    turned = views[0].camera.azimuth
    orbit.tick()
    step = math.remainder(views[0].camera.azimuth - turned, 2 * math.pi)
    assert 0 <= step <= 0.1 * PER_SECOND + 1e-9  # After a stall it does not leap.


@pytest.mark.parametrize("touch", ["press", "wheel", "key"])
@pytest.mark.parametrize("which", [0, 1])
def test_a_touch_of_either_view_ends_it(orbit, views, qtbot, touch, which):
    told, settled = [], []
    orbit.changed.connect(told.append)
    views[0].camera_settled.connect(settled.append)
    orbit.set_running(True)
    if touch == "press":
        qtbot.mousePress(views[which], LEFT, pos=QPoint(20, 20))
    elif touch == "key":
        qtbot.keyClick(views[which], Qt.Key.Key_Left)
    else:
        from PySide6.QtCore import QPointF
        from PySide6.QtGui import QWheelEvent
        from PySide6.QtWidgets import QApplication

        none = Qt.KeyboardModifier.NoModifier
        event = QWheelEvent(
            QPointF(9, 9),
            QPointF(9, 9),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            none,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(views[which], event)
    assert not orbit.is_running
    assert not orbit.is_ticking
    assert told == [True, False]
    assert len(settled) >= 1


def test_it_ticks_only_while_it_is_seen(orbit, views):
    orbit.set_running(True)
    for view in views:
        view.hide()
    assert orbit.is_running
    assert not orbit.is_ticking
    views[1].show()
    assert orbit.is_ticking


def test_it_does_not_begin_to_tick_unseen(qtbot):
    view = PointView()
    qtbot.addWidget(view)
    orbit = GentleOrbit([view], view)
    orbit.set_running(True)
    assert not orbit.is_ticking


def test_where_less_motion_is_asked_for_nothing_moves(orbit, monkeypatch):
    monkeypatch.setattr(orbit_module, "prefers_reduced_motion", lambda: True)
    told = []
    orbit.changed.connect(told.append)
    orbit.set_running(True)
    assert not orbit.is_allowed
    assert not orbit.is_running
    assert told == []
