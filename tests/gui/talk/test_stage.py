"""Scenes are played on the whole screen: by keys and remotes, with what goes over them."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QCursor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from embedviz.app.scenes.sequence import taking
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.drawing.camera import Camera
from embedviz.gui.scenes import transition
from embedviz.gui.scenes.transition import SceneTransition, departure
from embedviz.gui.talk import curtain, stage
from embedviz.gui.talk.curtain import Cover
from embedviz.panes.anisotropy.settings import AnisotropySettings
from embedviz.panes.contrastive.settings import ContrastiveSettings

K, M = Qt.Key, Qt.KeyboardModifier


def shown(window):
    """Return what is on stage: the pane, the query and the strength."""
    state = window.session.state
    return window.stage.talk.pane.name, state.query, state[AnisotropySettings].strength


def test_it_begins_with_the_first_scene(playing):
    assert playing.stage.talk.isFullScreen()
    assert shown(playing) == ("map", 0, 1.0)
    assert playing.stage.talk.curtain.number == "1 / 5"


def test_it_begins_with_the_chosen_scene_where_that_is_wanted(five, settled, press):
    five.scenes.choose(five.session.state.scenes[3].key)
    five.trigger("view.talk_here")
    settled(five)
    assert five.stage.place == 3
    assert shown(five) == ("anisotropy", 2, 0.0)
    five.trigger("view.talk_here")
    assert five.stage.talk is None


def test_without_a_chosen_scene_the_pane_in_front_is_shown(five, settled):
    five.scenes.choose(None)
    five.trigger("view.talk_here")
    settled(five)
    assert five.session.state.query == 40
    assert five.stage.talk.curtain.number == ""


@pytest.mark.parametrize("key", [K.Key_PageDown, K.Key_Right, K.Key_Down, K.Key_Space])
def test_keys_and_remotes_go_on(playing, press, settled, key):
    for query, pane in ((1, "map"), (2, "map"), (2, "anisotropy")):
        press(playing, key)
        settled(playing)
        assert shown(playing)[:2] == (pane, query)
    assert playing.panes[0].window() is playing  # The map is back in its dock.
    assert playing.docks["map"].widget() is playing.panes[0]


@pytest.mark.parametrize("key", [K.Key_PageUp, K.Key_Left, K.Key_Up, K.Key_Backspace])
def test_keys_and_remotes_go_back(playing, press, settled, key):
    press(playing, K.Key_End)
    settled(playing)
    assert playing.stage.place == 4
    for place in (3, 2, 1, 0, 0):
        press(playing, key)
        settled(playing)
        assert playing.stage.place == place


def test_a_number_and_enter_go_to_a_scene(playing, press, settled):
    press(playing, K.Key_4)
    press(playing, K.Key_Return)
    settled(playing)
    assert playing.stage.place == 3
    press(playing, K.Key_Return)  # Without a number, on.
    settled(playing)
    assert playing.stage.place == 4
    for key in (K.Key_9, K.Key_9, K.Key_Enter):
        press(playing, key)
    settled(playing)
    assert playing.stage.place == 4
    press(playing, K.Key_Home)
    settled(playing)
    assert playing.stage.place == 0


def test_after_the_last_one_it_is_over(playing, press, settled):
    press(playing, K.Key_End)
    settled(playing)
    press(playing, K.Key_PageDown)
    assert playing.stage.talk.curtain.card[0] == "The end"
    press(playing, K.Key_PageUp)
    settled(playing)
    assert playing.stage.talk.curtain.card[0] == ""
    assert playing.stage.place == 4
    press(playing, K.Key_PageDown)
    press(playing, K.Key_PageDown)
    assert playing.stage.talk is None


@pytest.mark.parametrize(
    ("key", "cover", "color"),
    [
        (K.Key_B, Cover.BLACK, "#000000"),
        (K.Key_Period, Cover.BLACK, "#000000"),
        (K.Key_W, Cover.WHITE, "#FFFFFF"),
        (K.Key_Comma, Cover.WHITE, "#FFFFFF"),
    ],
)
def test_the_screen_is_covered_and_uncovered(playing, press, key, cover, color):
    press(playing, key)
    assert playing.stage.talk.curtain.cover is cover
    image = playing.stage.talk.grab().toImage()
    assert image.pixelColor(image.width() // 3, image.height() // 2) == QColor(color)
    press(playing, K.Key_PageDown)  # It only uncovers: nobody has seen the scene yet.
    assert playing.stage.talk.curtain.cover is Cover.NOTHING
    assert playing.stage.place == 0


def test_the_spotlight_follows_the_mouse(playing, press, qtbot):
    talk = playing.stage.talk
    before = talk.grab().toImage()
    QCursor.setPos(talk.mapToGlobal(QPoint(300, 300)))
    press(playing, K.Key_S)
    image = talk.grab().toImage()
    assert image.pixel(300, 300) == before.pixel(300, 300)
    far = QPoint(talk.width() - 5, 5)
    assert image.pixelColor(far).lightness() < before.pixelColor(far).lightness() / 2
    QCursor.setPos(talk.mapToGlobal(far))
    qtbot.waitUntil(lambda: talk.grab().toImage().pixel(far) == before.pixel(far))
    press(playing, K.Key_S)
    assert talk.grab().toImage() == before


def test_esc_and_f5_end_it_with_the_pane_of_the_scene_in_front(playing, press, settled, qtbot):
    press(playing, K.Key_End)
    settled(playing)
    press(playing, K.Key_Escape)
    qtbot.waitUntil(lambda: playing.stage.talk is None)
    assert playing.active_pane.name == "anisotropy"
    assert playing.docks["anisotropy"].widget().tool_row.isEnabled()


def test_a_talk_is_one_undo_step_for_each_scene(playing, press, settled):
    press(playing, K.Key_PageDown)
    settled(playing)
    playing.stage.close()
    playing.session.undo()
    assert playing.session.state.query == 0
    playing.session.undo()
    assert playing.session.state.query == 40
    assert len(playing.session.state.scenes) == 5


def test_without_scenes_arrows_belong_to_the_pane(quick, window, idle, toy, press, settled):
    window.session.show(State().opened(toy))
    idle(window.session)
    window.trigger("view.talk")
    settled(window)
    camera = window.panes[0].view.camera
    press(window, K.Key_Right)
    assert window.panes[0].view.camera != camera
    press(window, K.Key_B)
    assert window.stage.talk.curtain.cover is Cover.BLACK


def test_letters_that_are_typed_are_no_cues(playing, qtbot):
    line = QLineEdit(playing.stage.talk)
    line.show()
    line.setFocus()
    qtbot.keyClicks(line, "bw s.")
    assert line.text() == "bw s."
    assert playing.stage.talk.curtain.cover is Cover.NOTHING
    qtbot.keyClick(line, K.Key_PageDown)
    assert playing.stage.place == 1


def test_menu_keys_still_work(playing, press):
    press(playing, K.Key_F7)
    assert len(playing.session.state.scenes) == 6
    assert playing.session.state.scenes[1].pane == "map"


def test_a_dial_is_turned_on_the_way(five, qtbot, settled):
    five.trigger("view.talk")
    settled(five)
    five.stage.go(3)
    settled(five)
    seen = []
    five.session.changed.connect(lambda _, new: seen.append(new[AnisotropySettings].strength))
    five.stage.go(4)
    settled(five)
    assert seen[-1] == 1.0
    assert any(0 < each < 1 for each in seen)
    assert seen == sorted(seen)


def test_less_motion_is_no_motion(five, monkeypatch, settled):
    monkeypatch.setattr(transition, "prefers_reduced_motion", lambda: True)
    monkeypatch.setattr(curtain, "prefers_reduced_motion", lambda: True)
    five.trigger("view.talk")
    seen = []
    five.session.changed.connect(lambda _, new: seen.append(new[AnisotropySettings].strength))
    five.stage.go(3)
    five.stage.go(4)
    assert seen == [0.0, 1.0]
    assert five.stage.talk.curtain._before is None


def test_another_scene_may_be_wanted_before_one_has_arrived(five, monkeypatch, settled):
    monkeypatch.setattr(transition, "MILLISECONDS", 60_000)
    five.stage.transition = SceneTransition(five.session, five.stage)
    five.trigger("view.talk")
    for place in (3, 4, 0, 2, 1):
        five.stage.go(place)
    five.stage.transition.finish()
    assert five.session.state.query == 1
    five.stage.close()
    assert not five.stage.transition.is_running


def test_what_cannot_be_turned_quickly_is_there_at_once(toy):
    before = State().opened(toy).with_settings(ContrastiveSettings(temperature=0.05))
    before = before.mapped(replace(before.map, camera=Camera(scale=1.0)))
    after = before.with_settings(ContrastiveSettings(temperature=0.5)).queried(9)
    after = after.with_settings(AnisotropySettings(strength=0.5))
    after = after.mapped(replace(after.map, camera=Camera(scale=2.0)))
    start = departure(before, after)
    assert start[ContrastiveSettings] == after[ContrastiveSettings]
    assert start.query == 9
    assert start[AnisotropySettings] == before[AnisotropySettings]
    assert start.map.camera == before.map.camera


def test_what_is_missing_is_said_and_the_next_one_is_played(playing, press, settled, toy):
    playing.stage.close()
    other = type(toy)(np.eye(9, dtype=np.float32), name="other")
    state = taking(playing.session.state.opened(other), "map", "of another set")
    playing.session.show(state.closed(toy))
    playing.trigger("view.talk")
    settled(playing)
    assert playing.stage.talk.curtain.card == ("row 0", "toy is closed.")
    press(playing, K.Key_End)
    settled(playing)
    assert playing.stage.talk.curtain.card[0] == ""
    assert playing.session.state.active is other
    press(playing, K.Key_PageUp)
    assert playing.stage.talk.curtain.card == ("strength 1", "toy is closed.")
    playing.stage.close()
    assert playing.docks["map"].widget() is playing.panes[0]


def test_what_takes_longer_is_said_quietly(playing, press, settled, monkeypatch, qtbot):
    task = playing.session.board.add(Task(playing), "laying out")
    go_on = Event()

    def work(report):
        report(0.25, "laying out by UMAP")
        go_on.wait(60)

    monkeypatch.setattr(stage, "_PATIENCE_MILLISECONDS", 1)
    task.run(work, lambda _: None)
    press(playing, K.Key_PageDown)
    said = playing.stage.talk.curtain
    qtbot.waitUntil(lambda: said.said == "Laying out by UMAP · 25 %")
    go_on.set()
    qtbot.waitUntil(lambda: said.said == "")


def test_the_speaker_view_shows_the_note_and_what_comes_next(playing, press, settled):
    press(playing, K.Key_V)
    view = playing.stage.aside.view
    assert view.place.text() == "1 / 5 · row 0"
    assert view.note.toPlainText() == ""
    assert view.next.text() == "Next: row 1"
    playing.stage.go(1)
    settled(playing)
    assert view.note.toPlainText() == "Say something about row 1."
    playing.stage.go(4)
    settled(playing)
    assert view.next.text() == "This is the last scene"
    assert "No note" in view.note.placeholderText()
    press(playing, K.Key_PageDown)  # The end, of which there is nothing to say.
    assert (view.next.text(), view.note.placeholderText()) == ("", "")
    press(playing, K.Key_V)
    assert playing.stage.aside.view is None


def test_the_number_covers_nothing_for_long(five, monkeypatch, qtbot, settled):
    monkeypatch.setattr(curtain, "_NUMBER_MILLISECONDS", 200)
    five.trigger("view.talk")
    settled(five)
    over = five.stage.talk.curtain
    over.show_number("1 / 5")
    shown = over.grab().toImage()
    qtbot.waitUntil(lambda: over.grab().toImage() != shown)
    assert "1 / 5" in over.accessibleDescription()


def test_keys_in_the_speaker_view_lead_the_talk(playing, press, settled, qtbot):
    press(playing, K.Key_V)
    view = playing.stage.aside.view
    view.activateWindow()
    qtbot.keyClick(view.findChild(QPlainTextEdit), K.Key_PageDown)
    settled(playing)
    assert playing.stage.place == 1
    qtbot.keyClick(view, K.Key_B)
    assert playing.stage.talk.curtain.cover is Cover.BLACK
    view.close()
    assert playing.stage.talk is not None
    press(playing, K.Key_V)
    playing.stage.aside.view.activateWindow()
    qtbot.waitUntil(playing.stage.aside.view.isActiveWindow)
    qtbot.keyClick(playing.stage.aside.view, K.Key_Escape)
    qtbot.waitUntil(lambda: playing.stage.talk is None)
    assert playing.stage.aside.view is None


def test_closing_the_window_ends_all_of_it(playing, press):
    press(playing, K.Key_V)
    talk, view = playing.stage.talk, playing.stage.aside.view
    playing.close()
    assert not talk.isVisible()
    assert not view.isVisible()


TWO_SCREENS = """
from PySide6.QtWidgets import QApplication
from embedviz.commands.application import make_application
from embedviz.commands.window import make_window
from embedviz.app.scenes.sequence import taking
from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
import numpy as np
application = make_application()
assert len(application.screens()) == 2
window = make_window()
window.show()
state = State().opened(VectorSet(np.eye(5, dtype=np.float32), name="five"))
window.session.show(taking(taking(state, "map", "a"), "map", "b"))
window.trigger("view.talk")
application.processEvents()
first, second = application.screens()
talk, view = window.stage.talk, window.stage.aside.view
print([each.screen().name() for each in (window, talk, view)])
print(talk.geometry() == second.geometry(), first.geometry().contains(view.geometry()))
window.stage.close()
print(window.stage.aside.view is None)
window.close()
"""


def test_with_two_screens_the_speaker_has_one(tmp_path):
    screens = [
        {"name": name, "x": x, "y": 0, "width": 1280, "height": 800, "logicalDpi": 96, "dpr": 1}
        for name, x in (("laptop", 0), ("wall", 1280))
    ]
    config = tmp_path / "screens.json"
    config.write_text(json.dumps({"synchronousWindowSystemEvents": True, "screens": screens}))
    done = subprocess.run(
        [sys.executable, "-c", TWO_SCREENS, "-platform", f"offscreen:configfile={config}"],
        env={**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={config}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-3:] == [
        "['laptop', 'wall', 'laptop']",
        "True True",
        "True",
    ]
