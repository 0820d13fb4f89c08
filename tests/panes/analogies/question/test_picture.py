"""What is done on the picture, and the arrow that is carried."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt


@pytest.fixture
def moving(opened, qtbot):
    """Return the page with motion, the arrow at the beginning of its way."""
    opened.view.animator.is_enabled = True
    opened.controls.carry.click()
    assert opened.picture.motion.is_running
    yield opened
    opened.picture.motion.stop()


def carried(page):
    return page.view.scene.arrows[3]


def test_the_arrow_is_carried_over(moving):
    a, c, b = moving.picture.solved.places.corners[:3]
    target = moving.picture.solved.places.target
    moving.picture.motion.stepped.emit(0.0)
    np.testing.assert_allclose([carried(moving).start, carried(moving).end], [b, a], atol=1e-6)
    assert len(moving.view.scene.arrows) == 4  # The gap is there when the arrow has arrived.
    moving.picture.motion.stepped.emit(0.5)
    np.testing.assert_allclose(carried(moving).start, (b + c) / 2, atol=1e-6)
    np.testing.assert_allclose(carried(moving).end - carried(moving).start, a - b, atol=1e-6)
    moving.picture.motion.stop()
    np.testing.assert_allclose([carried(moving).start, carried(moving).end], [c, target], atol=1e-6)
    assert len(moving.view.scene.arrows) == 5


def test_it_arrives_by_itself(moving, qtbot):
    with qtbot.waitSignal(moving.picture.motion.changed, timeout=20_000):
        pass
    assert not moving.picture.motion.is_running
    assert len(moving.view.scene.arrows) == 5
    assert moving.controls.carry.text() == "▶"


def test_it_can_be_stopped(moving):
    assert moving.controls.carry.text() == "■"
    moving.controls.carry.click()
    assert not moving.picture.motion.is_running
    assert len(moving.view.scene.arrows) == 5


def test_another_set_ends_it(moving, session, idle, toy):
    session.show(session.state.opened(toy))
    idle(session)
    assert not moving.picture.motion.is_running
    assert moving.view.scene.arrows == ()


def test_nothing_moves_where_less_motion_is_wanted(opened):
    opened.controls.carry.click()
    assert not opened.picture.motion.is_running
    assert len(opened.view.scene.arrows) == 5


def test_a_new_question_is_carried_and_an_old_one_is_not(opened, session, idle):
    opened.view.animator.is_enabled = True
    opened.set(method="3CosMul")
    idle(session)
    assert not opened.picture.motion.is_running
    opened.set(positive=("paris", "italy"), negative=("france",))
    idle(session)
    assert opened.picture.motion.is_running
    opened.picture.motion.stop()


def test_a_box_selects_rows_everywhere(opened, session, qtbot):
    view = opened.view
    corners = QPoint(10, 10), QPoint(view.width() - 10, view.height() // 2)
    keys = Qt.KeyboardModifier.ShiftModifier
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, keys, corners[0])
    qtbot.mouseMove(view, corners[1])
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, keys, corners[1])
    selected = session.state.selected
    assert len(selected) > 12
    assert view.scene.canvas.highlights.dim_others
    np.testing.assert_array_equal(view.scene.canvas.highlights.selected, selected.rows)
    session.undo()
    assert len(session.state.selected) == 0


def test_a_click_with_ctrl_adds_to_the_selection(opened, session, words):
    row = words.row("queen")
    opened.view.row_clicked.emit(row, Qt.KeyboardModifier.ControlModifier)
    assert list(session.state.selected) == [row]
    opened.view.row_clicked.emit(row, Qt.KeyboardModifier.AltModifier)
    assert list(session.state.selected) == []


def test_words_that_must_be_seen(opened, words):
    labels = opened.view.scene.labels
    required = [words.labels[row] for row in labels.always[: labels._required]]
    assert set(required) == {"king", "man", "woman", "queen"}


def test_arrows_are_thicker_for_a_talk(opened):
    before = opened.view.scene.arrows[2].width
    opened.pane.set_text_scale(1.8)
    assert opened.view.scene.arrows[2].width > before
    opened.pane.set_text_scale(1.0)
    assert opened.view.scene.arrows[2].width == before
