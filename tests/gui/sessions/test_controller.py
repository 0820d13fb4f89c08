"""Sessions, as the user of the window sees them."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QToolButton

from embedviz.app.files.session.autosave import autosave_folder
from embedviz.app.files.settings import Recent, read_settings
from embedviz.app.linked_maps import add_map
from embedviz.app.pairing import OpenRequest
from embedviz.core.derivation.recipes import Whitened
from embedviz.core.drawing.camera import Camera
from embedviz.core.origin import ReadSettings
from embedviz.core.samples import load_sample
from embedviz.gui.figures import draw_image
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, theme_manager
from embedviz.panes.matryoshka.settings import MatryoshkaSettings


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDVIZ_DATA_DIR", str(tmp_path / "own"))


@pytest.fixture
def folder(tmp_path):
    """Return a folder with two files of vectors."""
    rng = np.random.default_rng(0)
    for name in ("glove", "other"):
        lines = [
            f"{name}{i}," + ",".join(f"{value:.3f}" for value in rng.normal(size=6))
            for i in range(60)
        ]
        text = "label," + ",".join(f"d{i}" for i in range(6)) + "\n" + "\n".join(lines) + "\n"
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


@pytest.fixture
def settled(qtbot, idle):
    """Return a function that waits until a window does nothing any more."""

    def wait(window):
        idle(window.session)
        qtbot.waitUntil(lambda: not window.files.task.is_busy)
        idle(window.session)

    return wait


@pytest.fixture
def second(new_window):
    """Return another window, with nothing open."""
    return new_window()


def answer(monkeypatch, path, name="getOpenFileName"):
    monkeypatch.setattr(QFileDialog, name, lambda *args: (str(path), ""))


def names(window):
    return [each.name for each in window.session.state.sets]


@pytest.fixture
def saved(window, folder, settled, monkeypatch):
    """Return a window with a derived set, a selection and two maps, and its session."""
    window.open_paths([folder / "glove.csv", folder / "other.csv"])
    settled(window)
    session = window.session
    words = session.state.sets[0]
    session.show(session.state.derived(Whitened(0.5).derive(words)))
    session.show(session.state.mapped(replace(session.state.map, labels=False)))
    session.show(session.state.queried(7).selecting(range(20)).with_settings(MatryoshkaSettings(4)))
    session.show(add_map(session.state))
    camera = Camera(scale=3.0, is_3d=True)
    session.show(session.state.mapped(replace(session.state.map, is_3d=True, camera=camera)))
    window.docks["neighbors"].hide()
    settled(window)
    path = folder / "work.embedviz"
    answer(monkeypatch, path.with_suffix(""), "getSaveFileName")
    window.trigger("file.save_session")
    settled(window)
    return window, path


def shown(window):
    """Return what is on the screen of the maps, and the state without its sets."""
    state = window.session.state
    places = {each: place for place, each in enumerate(state.sets)} | {None: None}
    maps = tuple(replace(each, vector_set=places[each.vector_set]) for each in state.maps)
    rest = replace(state, sets=(), active=None, maps=maps, left=())
    return names(window), places[state.active], rest


def differing(window, other, key):
    """Return the share of the pixels of a map that are not the same in two windows."""
    images = []
    for each in (window, other):
        pane = each.map_docks.pane(key) or each.panes[0]
        image = draw_image(pane.picture)
        pixels = np.frombuffer(bytes(image.constBits()), dtype=np.uint32)
        images.append(pixels.reshape(image.height(), -1))
    assert images[0].shape == images[1].shape
    return float(np.mean(images[0] != images[1]))


def test_a_session_opens_as_it_was(saved, second, settled, qtbot):
    window, path = saved
    assert path.exists()
    assert str(path) in window.statusBar().currentMessage()
    second.open_paths([str(path)])
    settled(second)
    assert second.message_bar.text == ""
    assert names(second) == ["glove", "whitened, strength 0.5", "other"]
    assert shown(second) == shown(window)
    assert not second.docks["neighbors"].isVisible()
    qtbot.waitUntil(lambda: second.files.describe_window() == window.files.describe_window())
    settled(second)
    settled(window)
    # Labels stay where they have been, so those of chosen points may be at another side of them.
    # They appear when the points have come to rest.
    qtbot.waitUntil(lambda: differing(second, window, 0) < 0.01)
    qtbot.waitUntil(lambda: differing(second, window, 1) < 0.01)
    assert not second.session.can_undo
    assert [Recent(str(path))] == list(read_settings().recent[:1])


def test_it_takes_the_place_of_what_is_open(saved, settled):
    window, path = saved
    before = shown(window)
    window.session.show(window.session.state.closed(window.session.state.sets[0]))
    window.session.show(window.session.state.opened(load_sample("words")))
    changed = shown(window)
    window.open_paths([path])
    assert window.message_bar.text == "Opening work.embedviz closes the 2 sets that are open."
    window.message_bar.other.click()
    settled(window)
    assert shown(window) == changed
    window.open_paths([path])
    window.message_bar.offer.click()
    settled(window)
    assert shown(window) == before
    assert not window.session.can_undo


def test_sets_in_memory_are_named_and_stay(saved, settled, toy, folder, monkeypatch):
    window, path = saved
    window.session.show(window.session.state.opened(toy))
    window.trigger("file.save_session")
    settled(window)
    assert "1 set is only in memory and not in it: toy." in window.message_bar.text
    assert "toy" not in path.read_text()
    answer(monkeypatch, path)
    window.trigger("file.open_session")
    assert "closes 3 of the 4 sets that are open." in window.message_bar.text
    window.message_bar.offer.click()
    settled(window)
    assert names(window)[-1] == "toy"
    assert "still open" in window.message_bar.text


def test_nothing_that_can_be_saved(window, toy):
    window.trigger("file.save_session")
    assert "Open a file" in window.message_bar.text
    window.session.show(window.session.state.opened(toy))
    window.trigger("file.save_session")
    assert "toy is only in memory" in window.message_bar.text


def test_a_session_can_be_dropped_with_other_files_that_open_after_it(
    saved, second, settled, folder
):
    _, path = saved
    np.save(folder / "more.npy", np.eye(3))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(each)) for each in (folder / "more.npy", path)])
    copy, left, none = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    second.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))
    settled(second)
    assert names(second) == ["glove", "whitened, strength 0.5", "other", "more"]


def locate(qtbot, window, button):
    """Wait for the question about a file that was moved, and press a button of it."""
    qtbot.waitUntil(lambda: getattr(window.files.restorer.missing_files, "box", None) is not None)
    box = window.files.restorer.missing_files.box
    text = f"{box.text()} {box.informativeText()}"
    (found,) = [each for each in box.buttons() if each.objectName() == f"locate.{button}"]
    found.click()
    return text


def test_a_file_that_was_moved_is_asked_for(saved, second, settled, qtbot, folder, monkeypatch):
    window, path = saved
    (folder / "glove.csv").rename(folder / "new.csv")
    second.open_paths([path])
    answer(monkeypatch, folder / "new.csv")
    text = locate(qtbot, second, "choose")
    assert "glove.csv is not at its place any more" in text
    assert str(folder / "glove.csv") in text
    settled(second)
    assert names(second) == ["new", "whitened, strength 0.5", "other"]
    assert shown(second)[1:] == shown(window)[1:]
    assert second.message_bar.text == ""


def test_a_file_that_is_skipped_is_named_and_the_rest_opens(saved, second, settled, qtbot, folder):
    _, path = saved
    (folder / "glove.csv").unlink()
    second.open_paths([path])
    locate(qtbot, second, "skip")
    settled(second)
    assert names(second) == ["other"]
    assert second.message_bar.text.startswith("work.embedviz: glove could not be opened")


def test_files_that_moved_together_are_asked_for_once(
    saved, second, settled, qtbot, folder, monkeypatch
):
    _, path = saved
    (folder / "there").mkdir()
    for name in ("glove.csv", "other.csv"):
        (folder / name).rename(folder / "there" / name)
    second.open_paths([path])
    answer(monkeypatch, folder / "there" / "glove.csv")
    locate(qtbot, second, "choose")
    settled(second)
    assert len(names(second)) == 3


def test_all_can_be_skipped_and_the_window_stays(saved, second, settled, qtbot, folder, toy):
    _, path = saved
    second.session.show(second.session.state.opened(toy))
    for name in ("glove.csv", "other.csv"):
        (folder / name).unlink()
    second.open_paths([path])
    locate(qtbot, second, "skip_all")
    settled(second)
    assert names(second) == ["toy"]
    assert "Nothing of it could be opened" in second.message_bar.text


def test_what_is_no_session_is_refused(window, tmp_path, settled):
    (tmp_path / "a.embedviz").write_text("{")
    window.open_paths([tmp_path / "a.embedviz"])
    settled(window)
    assert "a.embedviz is not an embedviz session" in window.message_bar.text


def test_odd_arrangements_change_nothing(saved, second, settled):
    _, path = saved
    document = json.loads(path.read_text())
    for odd in (None, [], {"beside": 3, "hidden": [1], "widths": ["x"], "front": []}):
        document["window"] = {"arrangement": odd, "theme": 7}
        path.write_text(json.dumps(document))
        second.files.open(path)
        if second.session.state.sets:
            second.message_bar.offer.click()
        settled(second)
        assert len(names(second)) == 3
        assert second.docks["map"].isVisible()


def test_recent_files_are_listed_and_opened(window, folder, settled, qtbot, second):
    window.open_paths([folder / "glove.csv", folder / "other.csv"])
    settled(window)
    qtbot.waitUntil(lambda: not window.files.memory.settings_writer.is_busy)
    menu = second.files.recent_menu
    menu.fill()
    assert [each.text() for each in menu.entries] == ["other.csv", "glove.csv"]
    menu.entries[1].trigger()
    settled(second)
    assert names(second) == ["glove"]


def test_a_sample_alone_is_closed_without_a_question(saved, second, settled):
    _, path = saved
    second.trigger("file.words")
    settled(second)
    second.open_paths([path])
    settled(second)
    assert len(names(second)) == 3
    assert second.message_bar.text == ""


def test_files_dropped_with_a_session_that_is_not_wanted_are_opened(saved, settled, folder):
    window, path = saved
    np.save(folder / "more.npy", np.eye(3))
    for button in ("other", "offer"):
        window.open_paths([path, folder / "more.npy"])
        getattr(window.message_bar, button).click()
        settled(window)
        more = ["more"]
        assert names(window) == ["glove", "whitened, strength 0.5", "other", *more]


def test_a_recent_file_is_opened_as_it_was(window, folder, settled, qtbot, second):
    (folder / "l.txt").write_text("".join(f"name {i}\n" for i in range(60)))
    with (folder / "other.csv").open("a") as file:
        file.write("x,1,2\n")
    how = ReadSettings(sample=20, seed=3, on_bad_rows="skip")
    window.open_files(
        [
            OpenRequest(folder / "glove.csv", folder / "l.txt", settings=ReadSettings(max_rows=30)),
            OpenRequest(folder / "other.csv", settings=how),
        ]
    )
    settled(window)
    qtbot.waitUntil(lambda: not window.files.memory.settings_writer.is_busy)
    second.files.recent_menu.fill()
    for entry in second.files.recent_menu.entries:
        entry.trigger()
        settled(second)
    assert second.message_bar.text == ""
    for one, other in zip(window.session.state.sets, second.session.state.sets[::-1], strict=True):
        assert one.labels == other.labels
        assert one.notes == other.notes
    assert second.session.state.sets[0].opened.settings == replace(how, scans_later=True)


def test_recent_files_that_are_gone_are_gray_and_all_can_be_forgotten(
    window, folder, settled, qtbot
):
    window.open_paths([folder / "glove.csv", folder / "other.csv"])
    settled(window)
    qtbot.waitUntil(lambda: not window.files.memory.settings_writer.is_busy)
    (folder / "other.csv").unlink()
    menu = window.files.recent_menu
    menu.fill()
    qtbot.waitUntil(lambda: not menu.entries[0].isEnabled())
    assert menu.entries[1].isEnabled()
    assert "not there" in menu.entries[0].toolTip()
    menu.actions()[-1].trigger()
    qtbot.waitUntil(lambda: not window.files.memory.settings_writer.is_busy)
    menu.fill()
    assert [each.text() for each in menu.actions()] == ["No files yet"]


def test_the_theme_is_remembered(window, qtbot, qapp):
    window.files.start()
    apply_theme(qapp, DARK)
    qtbot.waitUntil(lambda: read_settings().theme == "dark")


def test_a_session_brings_its_theme(saved, second, settled):
    _, path = saved
    document = json.loads(path.read_text())
    document["window"]["theme"] = "dark"
    path.write_text(json.dumps(document))
    second.open_paths([path])
    settled(second)
    assert theme_manager.theme is DARK


@pytest.fixture
def left_behind(saved):
    """Return the session of a process that has ended; `tests/app/files` kills one for that."""
    autosave_folder().mkdir(parents=True)
    return Path(shutil.copy(saved[1], autosave_folder() / "left.embedviz"))


def press(window, qtbot, name):
    button = window.message_bar.findChild(QToolButton, name)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_after_a_crash_the_last_session_is_offered(
    left_behind, saved, second, settled, qtbot, artefacts
):
    window, _ = saved
    second.files.start()
    qtbot.waitUntil(lambda: second.message_bar.text != "")
    assert second.message_bar.text.startswith(
        "embedviz ended unexpectedly. Restore the last session (3 sets, "
    )
    assert names(second) == []  # Nothing is restored by itself.
    second.grab().save(str(artefacts / "crash-offer.png"))
    press(second, qtbot, "notice.offer")
    settled(second)
    assert shown(second) == shown(window)
    qtbot.waitUntil(lambda: not left_behind.exists())
    (own,) = autosave_folder().glob("*.embedviz")
    second.close()
    assert not own.exists()


def test_it_can_be_discarded(left_behind, second, qtbot):
    second.files.start()
    qtbot.waitUntil(lambda: second.message_bar.text != "")
    press(second, qtbot, "notice.other")
    assert not left_behind.exists()
    assert second.message_bar.text == ""


def test_it_is_offered_again_when_nothing_was_decided(left_behind, second, qtbot, window):
    os.utime(left_behind, (1.6e9, 1.6e9))
    second.files.start()
    qtbot.waitUntil(lambda: second.message_bar.text != "")
    press(second, qtbot, "notice.close")
    second.close()
    assert left_behind.exists()
    window.files.start()
    qtbot.waitUntil(lambda: "(3 sets, 2020-09-1" in window.message_bar.text)


def test_rows_are_lost_only_where_somebody_agreed(window, folder, settled, qtbot):
    dialogs = window.dialogs
    for name in ("glove.csv", "other.csv"):
        if name == "other.csv":
            with (folder / name).open("a") as file:
                file.write("x,1,2\n")
        dialogs.ask(OpenRequest(folder / name))
        dialog = dialogs.dialog
        qtbot.waitUntil(lambda d=dialog: not d.check.is_looking and not d.check.is_reading)
        if name == "other.csv":
            dialog.summary.skip.click()
        dialog.accept()
        settled(window)
    window.files.save(folder / "a.embedviz")
    settled(window)
    written = json.loads((folder / "a.embedviz").read_text())["sets"]
    assert [each["settings"]["on_bad_rows"] for each in written] == ["raise", "skip"]
