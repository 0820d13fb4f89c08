"""Every entry of the menus, as it is used."""

import json
import re

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QInputDialog, QLabel, QMessageBox

from embedviz.core import matching
from embedviz.core.derivation.recipes import Whitened
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.gui.actions import ACTIONS, MOUSE
from embedviz.gui.export.dialog import ExportDialog
from embedviz.gui.theme import DARK, LIGHT, theme_manager
from embedviz.gui.widgets.key_sheet import KeySheet


@pytest.fixture
def asked(monkeypatch):
    """Answer the dialogs for files and numbers; without an answer, as if cancelled."""
    answers = {"open": [], "one": "", "folder": "", "save": ("", ""), "scale": (2, True)}
    titles = []

    def remember(answer):
        def answered(parent, title, *others):
            titles.append(title)
            return answers[answer] if answer in ("save", "scale") else (answers[answer], "")

        return answered

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", remember("open"))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", remember("one"))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: answers["folder"])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", remember("save"))
    monkeypatch.setattr(QInputDialog, "getInt", remember("scale"))
    answers["titles"] = titles
    return answers


@pytest.fixture
def opened(window, idle, toy):
    window.session.show(window.session.state.opened(toy))
    idle(window.session)
    return window


@pytest.fixture
def word_file(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("north 1 0.5 0\nsouth -1 0.5 0\neast 0 1 0.5\n")
    return path


def clipboard():
    return QApplication.clipboard()


def test_names_are_unique_and_say_their_menu():
    names = [action.name for action in ACTIONS]
    assert len(set(names)) == len(names)
    for action in ACTIONS:
        assert re.fullmatch(f"{action.menu.lower()}\\.[a-z_0-9]+", action.name)
        assert action.run.__doc__ or action.name == "file.quit"


def test_no_shortcut_is_used_twice(window):
    keys = [QKeySequence(key).toString() for action in ACTIONS for key in action.shortcuts]
    assert all(keys)
    assert len(set(keys)) == len(keys)


def test_menus_are_made_of_the_actions(window):
    assert [menu.text().replace("&", "") for menu in window.menus.actions()] == list(
        window.menus.by_name
    )
    menus = window.menus.by_name
    assert list(menus) == list(dict.fromkeys(action.menu for action in ACTIONS))
    for action in ACTIONS:
        menu = menus[action.menu]
        if action.submenu:
            entry = next(e for e in menu.actions() if e.text() == action.submenu)
            menu = window.menus.within[f"{action.menu}/{action.submenu}"]
            assert entry.menu() is menu
        entry = next(e for e in menu.actions() if e.objectName() == action.name)
        assert entry.text() == action.text
        assert [key.toString() for key in entry.shortcuts()] == [
            QKeySequence(key).toString() for key in action.shortcuts
        ]


@pytest.mark.parametrize("with_set", [False, True], ids=["nothing open", "a set open"])
def test_every_action_runs(window, idle, toy, asked, monkeypatch, with_set):
    quits = []
    monkeypatch.setattr(QApplication, "quit", lambda: quits.append(1))
    monkeypatch.setattr(QMessageBox, "about", lambda *args: None)
    # A dialog would wait for somebody.
    monkeypatch.setattr(QInputDialog, "getItem", lambda *args: ("group", True))
    for action in ACTIONS:
        if with_set:
            window.session.show(window.session.state.opened(toy))
        window.trigger(action.name)
        idle(window.session)
        if window.stage.talk is not None:
            window.stage.talk.close()
        for box in window.findChildren(QDialog):
            box.close()
        window.session.show(type(window.session.state)())
    assert quits == [1]


def test_open_asks_for_files_and_shows_what_is_in_each(
    window, idle, asked, qtbot, word_file, tmp_path
):
    window.trigger("file.open")
    assert window.dialogs.dialog is None  # Cancelled.
    np.save(tmp_path / "other.npy", np.eye(4))
    asked["open"] = [str(word_file), str(tmp_path / "other.npy")]
    window.trigger("file.open")
    for name in ("mine.txt", "other.npy"):
        dialog = window.dialogs.dialog
        assert dialog.title.text() == name
        qtbot.waitUntil(dialog.footer.open_button.isEnabled)
        dialog.accept()
        qtbot.waitUntil(lambda asked=dialog: window.dialogs.dialog is not asked)
    idle(window.session)
    assert [vector_set.name for vector_set in window.session.state.sets] == ["mine", "other"]
    assert window.windowTitle() == "other"


def test_a_file_that_is_none_gives_one_message_and_what_was_open_stays(opened, idle, tmp_path, toy):
    (tmp_path / "bad.txt").write_text("Once upon a time.\n")
    opened.open_paths([str(tmp_path / "bad.txt")])
    idle(opened.session)
    assert opened.message_bar.isVisible()
    assert "bad.txt" in opened.message_bar.text
    assert opened.session.state.active is toy
    assert QApplication.activeModalWidget() is None
    (tmp_path / "good.txt").write_text("a 1 2 3\nb 1 2 4\n")
    opened.open_paths([str(tmp_path / "good.txt")])
    idle(opened.session)
    assert not opened.message_bar.isVisible()


def drop(window, paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier
    entering = QDragEnterEvent(QPoint(50, 50), copy, data, left, none.NoModifier)
    QApplication.sendEvent(window, entering)
    if entering.isAccepted():
        event = QDropEvent(QPointF(50, 50), copy, data, left, none.NoModifier)
        QApplication.sendEvent(window, event)
    return entering.isAccepted()


def test_a_file_can_be_dropped(window, idle, word_file):
    assert window.acceptDrops()
    assert drop(window, [word_file])
    idle(window.session)
    assert window.session.state.active.labels == ("north", "south", "east")


def test_vectors_and_metadata_can_be_dropped_together(window, idle, tmp_path):
    np.savetxt(tmp_path / "tensors.tsv", np.eye(3), delimiter="\t")
    (tmp_path / "metadata.tsv").write_text("word\tkind\none\ta\ntwo\tb\nthree\ta\n")
    drop(window, [tmp_path / "metadata.tsv", tmp_path / "tensors.tsv"])
    idle(window.session)
    assert len(window.session.state.sets) == 1
    assert window.session.state.active.labels == ("one", "two", "three")
    assert window.session.state.active.metadata.column("kind").to_pylist() == ["a", "b", "a"]


def test_only_files_can_be_dropped(window):
    data = QMimeData()
    data.setText("words")
    event = QDragEnterEvent(
        QPoint(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    QApplication.sendEvent(window, event)
    assert not event.isAccepted()


def test_labels_are_added_from_a_second_file(window, idle, asked, tmp_path):
    np.save(tmp_path / "x.npy", np.eye(3))
    (tmp_path / "names.txt").write_text("one\ntwo\nthree\n")
    window.trigger("file.labels")
    assert "Open a file of vectors first" in window.message_bar.text
    window.open_paths([str(tmp_path / "x.npy")])
    idle(window.session)
    assert not window.message_bar.text
    window.trigger("file.labels")  # Cancelled.
    assert window.session.board.current is None
    asked["one"] = str(tmp_path / "names.txt")
    window.trigger("file.labels")
    idle(window.session)
    assert window.session.state.active.labels == ("one", "two", "three")
    asked["one"] = str(tmp_path / "x.npy")
    window.trigger("file.labels")
    idle(window.session)
    assert "x.npy" in window.message_bar.text


def test_close_takes_derived_sets_along(opened, toy, idle):
    white = Whitened(n_components=4).derive(toy)
    opened.session.show(opened.session.state.derived(white))
    idle(opened.session)
    opened.trigger("file.close")
    assert opened.session.state.sets == (toy,)
    opened.session.show(opened.session.state.derived(white).activated(toy))
    opened.trigger("file.close")
    assert opened.session.state.sets == ()
    assert opened.windowTitle() == "embedviz"
    assert opened.panes[0].findChild(type(opened.menus)) is None
    opened.trigger("file.close")  # Nothing to close is not an error.


def test_closing_finds_many_selected_rows_in_the_next_set_first(opened, toy, idle, monkeypatch):
    monkeypatch.setattr(matching, "_FEW", 2)
    session, other = opened.session, VectorSet(toy.vectors[1:], toy.labels[1:], name="other")
    session.show(session.state.opened(other).selecting([0, 1, 2]))
    idle(session)
    opened.trigger("file.close")
    assert session.state.sets == (toy, other)  # The window answers meanwhile.
    session.show(session.state.selecting([1, 2, 3]))  # What is selected by then counts.
    idle(session)
    assert session.state.sets == (toy,)
    assert session.state.selected.rows.tolist() == [2, 3, 4]
    session.undo()
    assert session.state.active is other
    assert session.state.selected.rows.tolist() == [1, 2, 3]


def test_a_set_is_not_closed_where_another_one_is_shown_by_then(opened, toy, idle, monkeypatch):
    monkeypatch.setattr(matching, "_FEW", 2)
    session, other = opened.session, VectorSet(toy.vectors[1:], toy.labels[1:], name="other")
    session.show(session.state.opened(other).selecting([0, 1, 2]))
    idle(session)
    opened.trigger("file.close")
    session.show(session.state.selecting([]).activated(toy))
    idle(session)
    assert session.state.sets == (toy, other)


def test_undo_and_redo_by_keys(opened, qtbot, idle):
    session = opened.session
    opened.activateWindow()
    session.show(session.state.queried(5))
    session.show(session.state.queried(6))
    for keys, query in ((Qt.Key.Key_Z, 5), (Qt.Key.Key_Y, 6), (Qt.Key.Key_Z, 5)):
        qtbot.keyClick(opened, keys, Qt.KeyboardModifier.ControlModifier)
        assert session.state.query == query
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(opened, Qt.Key.Key_Z, both)
    assert session.state.query == 6
    assert opened.menus.actions_by_name["edit.undo"].isEnabled()
    assert not opened.menus.actions_by_name["edit.redo"].isEnabled()


def test_escape_selects_nothing(opened, qtbot):
    opened.session.show(opened.session.state.queried(5).selecting([5, 6], "add"))
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert opened.session.state.selected == Selection()
    assert opened.session.state.query == 5


def test_find_goes_to_the_search_line(opened, qtbot):
    opened.docks["library"].hide()
    opened.activateWindow()
    qtbot.keyClick(opened, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(opened.library.search.hasFocus)
    assert opened.docks["library"].isVisible()
    qtbot.keyClicks(opened.library.search, "?")
    assert opened.library.search.text() == "?"  # Typed, not a command.
    assert not opened.findChildren(QMessageBox)


def test_a_vector_is_pasted(opened, idle, toy):
    clipboard().setText(json.dumps({"embedding": toy.vectors[7].tolist()}))
    opened.trigger("edit.paste_query")
    idle(opened.session)
    assert opened.session.state.current_query.name == "pasted vector"
    assert opened.neighbors.list.lines.lines[0].label == "word7"
    assert opened.neighbors.list.lines.lines[0].score == pytest.approx(1.0)


def test_a_vector_is_pasted_by_a_key_but_not_into_a_line_of_text(opened, idle, toy, qtbot):
    opened.activateWindow()
    clipboard().setText(str(toy.vectors[7].tolist()))
    opened.library.search.setFocus()
    qtbot.waitUntil(opened.library.search.hasFocus)
    qtbot.keyClick(opened.library.search, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert opened.library.search.text().startswith("[")
    assert opened.session.state.query_vector is None
    opened.library.search.clear()
    opened.neighbors.list.setFocus()
    qtbot.keyClick(opened.neighbors.list, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    idle(opened.session)
    assert opened.neighbors.list.lines.lines[0].label == "word7"


def test_a_vector_is_pasted_into_a_whitened_set(opened, idle, toy):
    opened.session.show(opened.session.state.derived(Whitened(n_components=9).derive(toy)))
    clipboard().setText(" ".join(map(str, toy.vectors[7].tolist())))
    opened.trigger("edit.paste_query")
    idle(opened.session)
    assert opened.neighbors.list.lines.lines[0].label == "word7"
    assert opened.neighbors.list.lines.lines[0].score == pytest.approx(1.0, abs=1e-4)


def test_a_wrong_vector_is_told(opened, idle, toy):
    before = opened.session.state
    clipboard().setText("0.1 0.2 0.3")
    opened.trigger("edit.paste_query")
    assert "The query has 3 numbers, but the vectors of toy have 32" in opened.message_bar.text
    clipboard().setText("king")
    opened.trigger("edit.paste_query")
    assert "“king” is not a vector. Copy the numbers of one vector" in opened.message_bar.text
    clipboard().clear()
    opened.trigger("edit.paste_query")
    assert "no vector in this text" in opened.message_bar.text
    assert opened.session.state == before
    clipboard().setText(json.dumps(toy.vectors[1].tolist()))
    opened.trigger("edit.paste_query")
    assert opened.message_bar.text == ""  # Mended.
    idle(opened.session)


def test_a_vector_is_not_pasted_into_nothing(window, toy):
    clipboard().setText(json.dumps(toy.vectors[1].tolist()))
    window.trigger("edit.paste_query")
    assert "Open a file of vectors first" in window.message_bar.text
    assert window.session.state.query_vector is None


def test_a_vector_is_loaded(opened, idle, asked, tmp_path, toy):
    opened.trigger("edit.load_query")  # Cancelled.
    np.save(tmp_path / "mine.npy", toy.vectors[3])
    asked["one"] = str(tmp_path / "mine.npy")
    opened.trigger("edit.load_query")
    idle(opened.session)
    assert opened.session.state.current_query.name == "mine"
    assert opened.neighbors.list.lines.lines[0].label == "word3"
    asked["one"] = str(tmp_path / "none.npy")
    opened.trigger("edit.load_query")
    assert "none.npy cannot be read" in opened.message_bar.text


def test_the_picture_is_copied(opened, idle):
    opened.trigger("edit.copy_picture")
    idle(opened.session)
    image = clipboard().image()
    picture = opened.active_pane.picture
    assert (image.width(), image.height()) == (2 * picture.width(), 2 * picture.height())
    assert "copied" in opened.statusBar().currentMessage()
    svg = bytes(clipboard().mimeData().data("image/svg+xml").data())
    assert b"<svg" in svg
    assert b"embedviz recipe" in svg  # It can be shown again.


@pytest.mark.parametrize(
    ("name", "kind", "written"),
    [
        ("a.png", "PNG image (*.png)", "a.png"),
        ("a", "SVG drawing (*.svg)", "a.svg"),
        ("a", "PDF page (*.pdf)", "a.pdf"),
        ("a", "", "a.png"),
        ("a.svg", "PNG image (*.png)", "a.svg"),
    ],
)
def test_a_figure_is_exported(opened, asked, tmp_path, name, kind, written, qtbot):
    asked["save"] = (str(tmp_path / name), kind)
    opened.trigger("file.export")
    (dialog,) = opened.findChildren(ExportDialog)
    with qtbot.waitSignal(dialog.written, timeout=20_000):
        dialog.export_button.click()
    assert [path.name for path in tmp_path.iterdir()] == [written]
    assert (tmp_path / written).stat().st_size > 1000
    assert str(tmp_path / written) in opened.statusBar().currentMessage()
    dialog.close()


@pytest.mark.parametrize("name", ["file.export", "edit.copy_picture"])
def test_there_is_no_picture_of_nothing(window, asked, name):
    clipboard().clear()
    window.trigger(name)
    assert "Open a file of vectors first" in window.message_bar.text
    assert asked["titles"] == []
    assert clipboard().image().isNull()


def test_the_theme_is_switched(opened, idle):
    before = opened.grab().toImage()
    opened.trigger("view.theme")
    assert theme_manager.theme is DARK
    dark = opened.grab().toImage()
    assert dark != before
    light = {LIGHT.ground.lower(), LIGHT.panel.lower()}
    seen = [
        dark.pixelColor(x, y).name() for x in range(0, dark.width(), 9) for y in range(0, 600, 9)
    ]
    assert sum(color in light for color in seen) < len(seen) / 200
    opened.trigger("view.theme")
    assert theme_manager.theme is LIGHT


def test_the_sides_are_hidden_and_shown(opened):
    sides = [opened.docks["library"], opened.docks["neighbors"]]
    opened.trigger("view.sides")
    assert not any(dock.isVisible() for dock in sides)
    opened.trigger("view.sides")
    assert all(dock.isVisible() for dock in sides)


def test_keys_are_listed(opened, qtbot):
    opened.activateWindow()
    opened.panes[0].setFocus()
    qtbot.keyClick(opened, "?")
    sheet = opened.findChild(KeySheet, "keys")
    assert sheet.isVisible()
    assert not sheet.isModal()
    told = [label.text() for label in sheet.findChildren(QLabel)]
    for action in ACTIONS:
        for key in action.shortcuts:
            assert any(key in text.split(" or ") for text in told)
    for line in MOUSE:
        assert set(line.split("\t")) <= set(told)
    sheet.close()


def test_about_says_what_it_is(window, monkeypatch):
    told = []
    monkeypatch.setattr(QMessageBox, "about", lambda parent, title, text: told.append(text))
    window.trigger("help.about")
    assert "Nothing you open leaves this machine" in told[0]
    assert "Apache-2.0" in told[0]
