"""Scenes are taken, ordered, named, noted, shown and removed in the strip, by keys and mouse."""

import json

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLineEdit, QToolButton
from shiboken6 import isValid

from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
from embedviz.gui.scenes.pictures import SIZE, ScenePictures

K, M = Qt.Key, Qt.KeyboardModifier


@pytest.fixture
def five(opened, press):
    """Return a window with five scenes, about five rows, in the order of the rows."""
    for row in range(5):
        opened.session.show(opened.session.state.queried(row))
        press(opened, K.Key_F7)
    press(opened, K.Key_F8)
    return opened


def test_what_to_do_is_said_where_there_are_no_scenes(opened, press):
    assert opened.docks["scenes"].isHidden()
    press(opened, K.Key_F8)
    assert opened.docks["scenes"].isVisible()
    pages = opened.strip._pages
    assert "press F7" in pages.currentWidget().text()
    assert not opened.strip.note.isEnabled()
    press(opened, K.Key_F7)
    assert pages.currentWidget() is opened.strip.list


def test_a_key_takes_a_scene_with_its_picture(opened, press, names):
    press(opened, K.Key_F7)
    assert opened.docks["scenes"].isVisible()
    assert names(opened) == ["Map: word0"]
    picture = opened.scenes.pictures.picture(opened.scenes.choice)
    assert 0 < picture.width() <= SIZE.width()
    assert opened.session.state.scenes[0].pane == "map"


def test_nothing_is_taken_of_nothing(window, press, names):
    press(window, K.Key_F7)
    assert names(window) == []
    assert "Open a file" in window.message_bar.text


def test_scenes_follow_the_chosen_one(five, press, names):
    five.scenes.choose(five.session.state.scenes[1].key)
    press(five, K.Key_F7)
    assert names(five)[2] == "Map: word4 2"
    assert five.scenes.place == 2


def test_they_are_chosen_and_moved_by_keys(five, press, names):
    strip = five.strip.list
    assert strip.hasFocus()
    assert five.scenes.place == 4
    press(five, K.Key_Left, M.AltModifier)
    press(five, K.Key_Up, M.AltModifier)
    assert names(five) == [f"Map: word{i}" for i in (0, 1, 4, 2, 3)]
    assert five.scenes.place == strip.currentRow() == 2
    press(five, K.Key_End, M.AltModifier)
    press(five, K.Key_Home, M.AltModifier)
    press(five, K.Key_Left, M.AltModifier)  # There is nothing before the first.
    assert names(five)[0] == "Map: word4"
    press(five, K.Key_Right)
    assert five.scenes.place == 1
    assert strip.hasFocus()
    five.session.undo()
    assert names(five) == [f"Map: word{i}" for i in (0, 1, 2, 3, 4)]


def test_enter_shows_the_chosen_one(five, press, idle):
    press(five, K.Key_Left)
    press(five, K.Key_Left)
    assert five.session.state.query == 4  # To choose is not to show.
    press(five, K.Key_Return)
    idle(five.session)
    assert five.session.state.query == 2
    press(five, K.Key_PageDown, M.AltModifier)
    assert five.session.state.query == 3
    press(five, K.Key_PageUp, M.AltModifier)
    press(five, K.Key_PageUp, M.AltModifier)
    assert five.session.state.query == 1


def test_one_is_renamed_in_place(five, press, qtbot, names):
    press(five, K.Key_F2)
    line = five.strip.list.findChild(QLineEdit, "scenes.name")
    line.selectAll()
    qtbot.keyClicks(line, "The royal family")
    qtbot.keyClick(line, K.Key_Return)
    qtbot.waitUntil(lambda: names(five)[4] == "The royal family")
    press(five, K.Key_F2)
    line = five.strip.list.findChildren(QLineEdit, "scenes.name")[-1]
    line.clear()
    qtbot.keyClick(line, K.Key_Return)
    qtbot.waitUntil(lambda: not (isValid(line) and line.isVisible()))
    assert names(five)[4] == "The royal family"  # Not without any name.


def test_one_is_copied_and_removed_by_keys(five, press, names):
    press(five, K.Key_D, M.ControlModifier)
    assert names(five)[4:] == ["Map: word4", "Map: word4 2"]
    pictures = five.scenes.pictures
    keys = [each.key for each in five.session.state.scenes[4:]]
    assert pictures.picture(keys[0]).toImage() == pictures.picture(keys[1]).toImage()
    press(five, K.Key_Delete)
    press(five, K.Key_Delete)
    assert len(names(five)) == 4
    assert five.scenes.place == 3
    five.session.undo()
    assert names(five)[4] == "Map: word4"
    for _ in range(6):
        five.scenes.choose(five.session.state.scenes[0].key if names(five) else None)
        press(five, K.Key_Delete)
    assert names(five) == []
    assert five.scenes.choice is None


def test_a_note_is_kept_when_something_else_is_turned_to(five, press, qtbot):
    press(five, K.Key_N)
    assert five.strip.note.hasFocus()
    qtbot.keyClicks(five.strip.note, "Say this. Then wait.")
    assert five.session.state.scenes[4].note == ""  # Not at every letter.
    press(five, K.Key_Tab)
    assert five.session.state.scenes[4].note == "Say this. Then wait."
    five.scenes.choose(five.session.state.scenes[0].key)
    assert five.strip.note.toPlainText() == ""
    five.strip.note.setPlainText("First")
    five.scenes.choose(five.session.state.scenes[4].key)
    assert five.session.state.scenes[0].note == "First"
    assert five.strip.note.toPlainText() == "Say this. Then wait."


def test_a_note_is_kept_after_a_pause(five, qtbot):
    five.strip.note.setPlainText("Pause")
    qtbot.waitUntil(lambda: five.session.state.scenes[4].note == "Pause")


def test_letters_are_keys_of_the_menus_and_not_names(five, press, qtbot, monkeypatch):
    assert five.strip.list.hasFocus()
    press(five, K.Key_I)
    assert five.strip.list.findChild(QLineEdit, "scenes.name") is None


def test_one_is_dragged_to_another_place(five, names):
    strip = five.strip.list
    strip.setCurrentRow(0)

    def drop(place, after=True):
        area = strip.visualItemRect(strip.item(place))
        at = area.right() - 5 if after else area.left() + 5
        event = QDropEvent(
            QPointF(at, area.center().y()),
            Qt.DropAction.MoveAction,
            QMimeData(),
            Qt.MouseButton.LeftButton,
            M.NoModifier,
        )
        strip._move_to(strip._place_at(event.position().toPoint()))

    drop(2)
    assert names(five) == [f"Map: word{i}" for i in (1, 2, 0, 3, 4)]
    drop(0, after=False)
    assert names(five) == [f"Map: word{i}" for i in (0, 1, 2, 3, 4)]
    drop(4)
    assert names(five) == [f"Map: word{i}" for i in (1, 2, 3, 4, 0)]


def test_a_click_shows_one(five, qtbot, idle):
    strip = five.strip.list
    place = strip.visualItemRect(strip.item(1)).center()
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=place)
    idle(five.session)
    assert five.session.state.query == 1
    assert five.scenes.place == 1


def test_a_scene_takes_its_pane_along(opened, press, front, idle):
    front(opened, "anisotropy")
    press(opened, K.Key_F7)
    (scene,) = opened.session.state.scenes
    assert scene.pane == "anisotropy"
    assert scene.name.startswith("Anisotropy: whitening, ")  # The query is not what it is about.
    front(opened, "map")
    opened.scenes.step(-1)
    assert opened.active_pane.name == "anisotropy"


def test_a_scene_is_updated(five, press, front):
    front(five, "matryoshka")
    five.session.show(five.session.state.queried(30))
    press(five, K.Key_F7, M.ControlModifier)
    scene = five.session.state.scenes[4]
    assert (scene.name, scene.pane, scene.look.query) == ("Map: word4", "matryoshka", 30)


def test_a_closed_set_is_said_and_opened_again(five, press, toy, idle):
    five.session.show(five.session.state.closed(toy))
    assert "closed" in five.strip.list.item(2).toolTip()
    press(five, K.Key_Return)
    assert five.message_bar.text == "Map: word4: toy is closed."
    five.message_bar.offer.click()
    idle(five.session)
    assert five.session.state.active is toy
    assert five.session.state.query == 4


def test_pictures_go_with_the_session(five, tmp_path, idle, words):
    state = State().opened(words)
    five.session.show(state)
    idle(five.session)
    five.trigger("scenes.take")
    path = tmp_path / "talk.embedviz"
    five.files.save(path)
    idle(five.session)
    written = json.loads(path.read_text())["window"]["scene_pictures"]
    assert len(written) == 1
    shown = five.scenes.pictures.picture(five.scenes.choice).toImage()
    five.session.show(State())
    five.files.open(path)
    idle(five.session)
    key = five.session.state.scenes[0].key
    assert five.scenes.pictures.picture(key).toImage() == shown


@pytest.mark.parametrize("given", [None, 3, {}, ["x", 3, "AAAA"], ["//79"]])
def test_pictures_that_are_none_are_left_out(qapp, given):
    pictures = ScenePictures(qapp)
    pictures.restore(given, [1, 2, 3])
    assert [pictures.picture(key) for key in (1, 2, 3)] == [None, None, None]


def test_many_scenes_weigh_little(opened):
    for _ in range(100):
        opened.scenes.take()
    assert len(opened.session.state.scenes) == 100
    packed = sum(len(each) for each in opened.scenes.pictures._packed.values())
    assert packed < 100 * 20_000


def test_a_map_that_is_gone_is_shown_in_the_first(opened, idle):
    other = VectorSet(opened.session.state.active.vectors[:9], name="other")
    opened.session.show(opened.session.state.opened(other))
    opened.trigger("view.add_map")
    idle(opened.session)
    opened.scenes.take()
    opened.trigger("view.close_map")
    idle(opened.session)
    opened.scenes.step(1)
    idle(opened.session)
    assert opened.session.state.active is other


def test_the_strip_fits_into_the_least_window(five):
    five.resize(900, 600)
    strip = five.strip
    assert five.width() == 900
    for button in strip.findChildren(QToolButton):
        assert button.width() >= button.minimumSizeHint().width()
        assert strip.rect().contains(button.geometry())
    assert strip.list.visualItemRect(strip.list.item(0)).bottom() <= strip.list.height()
