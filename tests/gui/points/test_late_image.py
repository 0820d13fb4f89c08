"""Large clouds that are drawn in a thread: what was asked for last is what is seen."""

from threading import Event, current_thread, main_thread

import numpy as np
import pytest
from PySide6.QtGui import QImage

from embedviz.app.preparation import preparation
from embedviz.gui.points import canvas as point_canvas

CORNERS = np.array([[-1.0, -1], [1, -1], [-1, 1], [1, 1]])
PARTS = [[0], [1, 2], [0, 3], [2]]


@pytest.fixture
def view(view, qtbot):
    view.render_now()
    qtbot.waitUntil(lambda: preparation.is_ready, timeout=60_000)
    view.set_points(CORNERS, "#ff0000", 9)
    qtbot.waitUntil(lambda: not view.viewport.is_moving)
    return view


@pytest.fixture
def held(view, monkeypatch):
    """Return what is set when a thread draws, and what it waits for before it begins."""
    at_work, may_draw, draw = Event(), Event(), point_canvas.draw_points

    def draw_slowly(*args, **options):
        if current_thread() is not main_thread():
            at_work.set()
            may_draw.wait(10)
        return draw(*args, **options)

    monkeypatch.setattr(point_canvas, "MOST_FINE_PIXELS", 10)
    monkeypatch.setattr(point_canvas, "LATE_FROM", 1)
    monkeypatch.setattr(point_canvas, "draw_points", draw_slowly)
    yield at_work, may_draw
    may_draw.set()


def shown(view):
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return raw[:, : image.width(), 2::-1].astype(int)


def settle(view, qtbot):
    late = view.scene.late
    qtbot.waitUntil(
        lambda: not view.viewport.is_moving and not late.asked and not late._task.is_busy
    )
    qtbot.wait(50)


@pytest.mark.parametrize("part", PARTS)
def test_five_quick_changes_end_in_the_last_one(view, held, qtbot, part):
    at_work, may_draw = held
    view.scene.set_highlights(selected=[0, 1])
    qtbot.waitUntil(at_work.is_set)
    for selected in ([1], part, [1], part, [1], part):
        view.scene.set_highlights(selected=selected)
        view.repaint()
    may_draw.set()
    settle(view, qtbot)
    seen = shown(view)
    view.render_now()
    assert np.array_equal(seen, shown(view))


def test_points_that_change_while_they_are_drawn_are_drawn_anew(view, held, qtbot):
    at_work, may_draw = held
    view.scene.set_highlights(selected=[0])
    qtbot.waitUntil(at_work.is_set)
    view.set_points(CORNERS[:3] * (1, 0.2), "#0000ff", 9)
    may_draw.set()
    settle(view, qtbot)
    seen = shown(view)
    view.render_now()
    assert np.array_equal(seen, shown(view))
    is_red = (seen[..., 0] > 200) & (seen[..., 2] < 60)
    assert not is_red.any()


def test_nothing_of_a_set_comes_after_it_is_closed(view, held, qtbot):
    at_work, may_draw = held
    view.scene.set_highlights(selected=[0])
    qtbot.waitUntil(at_work.is_set)
    view.set_points(np.zeros((0, 2)))
    may_draw.set()
    settle(view, qtbot)
    seen = shown(view)
    assert not ((seen[..., 0] > 200) & (seen[..., 2] < 60)).any()
    assert not view.scene.canvas.image.size


@pytest.mark.parametrize("part", [0.0, 0.3, 1.0])
def test_hidden_points_walk_nowhere_however_often_it_is_undone(view, qtbot, part):
    alone = CORNERS.copy()
    alone[:2] = np.nan
    view.animator.is_enabled = True
    for _ in range(5):
        view.set_points(alone, animate=True)
        view.animator.show_step(part)
        assert np.isnan(view.scene.canvas.positions[:2, :2]).all()
        view.set_points(CORNERS, animate=True)
        view.animator.show_step(part)
        assert np.isfinite(view.scene.canvas.positions).all()
    view.animator.finish()
    np.testing.assert_allclose(view.scene.canvas.positions[:, :2], CORNERS)
