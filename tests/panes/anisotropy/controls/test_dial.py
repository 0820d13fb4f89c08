"""The dial: one slider from raw over centered to white, its number, and what turns it."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from embedviz.panes.anisotropy import pane as pane_module
from embedviz.panes.anisotropy.controls import dial as dial_module
from embedviz.panes.anisotropy.controls.dial_number import position_of, words_of
from embedviz.panes.anisotropy.controls.dial_slider import STEPS
from embedviz.panes.anisotropy.prepared import DialPosition
from embedviz.panes.anisotropy.settings import AnisotropySettings

LEFT = Qt.MouseButton.LeftButton


def at(session):
    settings = session.state[AnisotropySettings]
    return settings.centering, settings.strength


def spot(slider, value):
    return QPoint(round(slider.place(value)), 13)


def test_a_drag_goes_from_white_over_centered_to_raw_and_is_one_step(opened, session, idle, qtbot):
    slider, before = opened.controls.dial.slider, session.state
    qtbot.mousePress(slider, LEFT, pos=spot(slider, 2 * STEPS))
    seen = []
    for value in (170, STEPS, 40, 0):
        qtbot.mouseMove(slider, spot(slider, value))
        seen.append(at(session))
    qtbot.mouseRelease(slider, LEFT, pos=spot(slider, 0))
    idle(session)
    assert seen[0] == (1.0, pytest.approx(0.7, abs=0.02))
    assert seen[1] == (1.0, 0.0)
    assert seen[2] == (pytest.approx(0.4, abs=0.02), 0.0)
    assert seen[3] == (0.0, 0.0)
    assert opened.spheres.titles["after"].text() == "After · raw, as before"
    session.undo()
    idle(session)
    assert session.state == before
    assert slider.value() == 2 * STEPS


def test_at_raw_the_rows_are_where_they_were_and_nothing_jumps(opened, session, idle):
    before = opened.spheres.before.scene.canvas.positions
    opened.controls.dial.slider.setValue(0)
    idle(session)
    np.testing.assert_allclose(opened.spheres.after.scene.canvas.positions, before, atol=1e-5)
    shown = []
    for value in (99, 100, 101):
        opened.controls.dial.slider.setValue(value)
        idle(session)
        shown.append(opened.turned.view.cosines)
    assert np.abs(shown[0] - shown[1]).max() < 0.1
    assert np.abs(shown[1] - shown[2]).max() < 0.1


def test_centered_is_easily_met(opened):
    slider = opened.controls.dial.slider
    middle = slider.place(STEPS)
    assert slider.value_at(middle + 3) == slider.value_at(middle - 3) == STEPS
    assert slider.value_at(middle + 12) > STEPS > slider.value_at(middle - 12)
    assert slider.value_at(-50) == 0
    assert slider.value_at(9999) == 2 * STEPS


@pytest.mark.parametrize(
    ("key", "position"),
    [
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, 200),
        (Qt.Key.Key_R, 0),
        (Qt.Key.Key_C, 100),
        (Qt.Key.Key_Left, 139),
        (Qt.Key.Key_Right, 141),
        (Qt.Key.Key_PageDown, 130),
        (Qt.Key.Key_PageUp, 150),
    ],
)
def test_keys(opened, session, idle, qtbot, key, position):
    slider = opened.controls.dial.slider
    slider.setValue(140)
    qtbot.keyClick(slider, key)
    idle(session)
    assert slider.value() == position
    assert session.state[AnisotropySettings].position == pytest.approx(position / STEPS)


def test_a_double_click_goes_back_to_raw(opened, session, idle, qtbot):
    slider = opened.controls.dial.slider
    qtbot.mouseDClick(slider, LEFT, pos=spot(slider, 150))
    idle(session)
    assert at(session) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("typed", "centering", "strength"),
    [
        ("0.4", 1.0, 0.4),
        ("centering 0.4", 0.4, 0.0),
        ("c .25", 0.25, 0.0),
        ("s 0,5", 1.0, 0.5),
        ("raw", 0.0, 0.0),
        ("centered", 1.0, 0.0),
        ("white", 1.0, 1.0),
    ],
)
def test_a_position_is_typed(opened, session, idle, qtbot, typed, centering, strength):
    number = opened.controls.dial.number
    number.selectAll()
    qtbot.keyClicks(number, typed)
    qtbot.keyClick(number, Qt.Key.Key_Return)
    idle(session)
    assert at(session) == (pytest.approx(centering), pytest.approx(strength))


def test_words_and_positions():
    assert words_of(0) == "raw"
    assert words_of(0.4) == "centering 0.40"
    assert words_of(1) == "centered"
    assert words_of(1.65) == "strength 0.65"
    for hundredth in range(201):
        words = words_of(hundredth / 100)
        assert position_of(words, 0.3) == pytest.approx(hundredth / 100)
    assert position_of("0.3", 0.7) == pytest.approx(0.3)
    assert position_of("0.3", 1.7) == pytest.approx(1.3)
    for nothing in ("", "x 0.3", "1.5", "centering", "-1", "whites"):
        assert position_of(nothing, 1.0) is None


def test_what_means_nothing_is_not_taken(opened, session, qtbot):
    number = opened.controls.dial.number
    number.selectAll()
    qtbot.keyClicks(number, "nothing")
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert at(session) == (1.0, 1.0)
    number.clearFocus()
    assert number.text() == "strength 1.00"


def test_each_step_at_work_is_shown_and_the_newest_follows(
    opened, session, idle, monkeypatch, qtbot
):
    """A fast hand sees steps on its way, and is never more than one of them ahead."""
    asked, shown, turn = [], [], pane_module.turn

    def noted(prepared, position, report):
        asked.append(position)
        return turn(prepared, position, report)

    monkeypatch.setattr(pane_module, "turn", noted)
    show = opened.spheres.show_turned
    monkeypatch.setattr(
        opened.spheres, "show_turned", lambda turned: (shown.append(turned.position), show(turned))
    )
    for value in range(199, -1, -1):
        opened.controls.dial.slider.setValue(value)
        if value % 10 == 0:  # As if the hand were slower now and then.
            n_shown = len(shown)
            qtbot.waitUntil(lambda n_shown=n_shown: len(shown) > n_shown)
    idle(session)
    assert shown == asked
    assert len(shown) >= 20
    assert shown[-1] == DialPosition.of(session.state)
    assert shown[-1].settings.position == 0


def test_play_turns_from_raw_to_white_in_one_step(opened, session, idle, qtbot, monkeypatch):
    monkeypatch.setattr(dial_module, "MILLISECONDS", 60)
    monkeypatch.setattr(dial_module, "prefers_reduced_motion", lambda: False)
    dial, before = opened.controls.dial, session.state
    qtbot.mouseClick(dial.play, LEFT)
    assert dial.is_playing
    qtbot.waitUntil(lambda: not dial.is_playing)
    idle(session)
    assert at(session) == (1.0, 1.0)
    session.show(before.with_settings(replace(before[AnisotropySettings], centering=0.0)))
    qtbot.mouseClick(dial.play, LEFT)
    qtbot.waitUntil(lambda: not dial.is_playing)
    idle(session)
    assert session.state[AnisotropySettings].position == 2
    session.undo()
    assert session.state[AnisotropySettings].position == 0


def test_play_stops_when_it_is_clicked_again_or_another_hand_turns(
    opened, session, idle, qtbot, monkeypatch
):
    monkeypatch.setattr(dial_module, "prefers_reduced_motion", lambda: False)
    dial = opened.controls.dial
    qtbot.mouseClick(dial.play, LEFT)
    qtbot.mouseClick(dial.play, LEFT)
    assert not dial.is_playing
    qtbot.mouseClick(dial.play, LEFT)
    dial.slider.setValue(30)
    assert not dial.is_playing
    qtbot.mouseClick(dial.play, LEFT)
    opened.hide()
    assert not dial.is_playing
    idle(session)


def test_nothing_moves_where_that_is_not_wanted(opened, session, idle, qtbot, monkeypatch):
    monkeypatch.setattr(dial_module, "prefers_reduced_motion", lambda: True)
    opened.controls.dial.slider.setValue(0)
    qtbot.mouseClick(opened.controls.dial.play, LEFT)
    assert not opened.controls.dial.is_playing
    assert at(session) == (1.0, 1.0)
    idle(session)
