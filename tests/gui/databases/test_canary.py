"""A password that is typed or pasted into the dialog leaves no trace anywhere."""

import logging
import os
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from embedviz.app.files.session.steps import STEPS
from embedviz.app.files.session.writing import save_session
from embedviz.app.files.settings import read_settings
from tests.sources.databases.memory_engine import CONNECTED

from .slow_engine import SlowDatabase

CANARY = "canary-7f3e-of-the-dialog"


@pytest.fixture
def own_folders(tmp_path, monkeypatch):
    """Have all files of the program in a folder of the test."""
    for name in ("EMBEDVIZ_DATA_DIR", "EMBEDVIZ_CACHE_DIR", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
        (tmp_path / name).mkdir()
    return tmp_path


def texts_on_screen():
    """Return all that can be read or copied in any widget, but the line that hides it."""
    shown = []
    for each in QApplication.allWidgets():
        for name in ("text", "toolTip", "windowTitle", "accessibleName", "accessibleDescription"):
            value = getattr(each, name, None)
            value = value() if callable(value) else value
            if isinstance(value, str) and each.objectName() != "database.password":
                shown.append(value)
    return shown


@pytest.fixture
def traces(own_folders, caplog, capfd):
    """Return a function that says where the password is."""

    def look():
        out = capfd.readouterr()
        texts = [*texts_on_screen(), caplog.text, out.out, out.err, *os.environ.values()]
        written = [path for path in Path(own_folders).rglob("*") if path.is_file()]
        held = [str(path) for path in written if CANARY.encode() in path.read_bytes()]
        return [text for text in texts if CANARY in text] + held

    return look


@pytest.fixture
def enter(typed, qtbot):
    """Return a function that types an address, and the password where that has none."""

    def write(dialog, address):
        typed(dialog, address)
        if CANARY not in address:
            box = dialog.form.password.kind
            box.setCurrentIndex(box.findData("typed"))
            box.activated.emit(box.currentIndex())
            qtbot.keyClicks(dialog.form.password.typed_line, CANARY)

    return write


@pytest.fixture
def use(own_folders, window, memory, settled, wait_until):
    """Return a function that fails once, opens a sample, and saves a session and the settings."""

    def do(dialog):
        memory["things"].fails_after = 1
        dialog.footer.open_button.click()
        settled(dialog)
        memory["things"].fails_after = None
        dialog.footer.open_button.click()
        wait_until(lambda: window.session.state.active is not None)
        save_session(own_folders / "a.embedviz", window.session.state, {}, STEPS)
        wait_until(lambda: len(read_settings().recent) == 1)

    return do


ADDRESSES = {
    "before the machine": f"slow://reader:{CANARY}@db",
    "an option": f"slow://reader@db?password={CANARY}",
    "keys": f"slow://reader@db?Api_Key={CANARY}&access_token={CANARY}",
    "typed": "slow://reader@db",
}


@pytest.fixture
def canary(own_folders, dialog, pauses, monkeypatch, caplog):
    """Return the dialog, in folders of its own, with an engine that wants the password."""
    monkeypatch.setattr(SlowDatabase, "password", CANARY)
    caplog.set_level(logging.DEBUG)
    return dialog


@pytest.mark.parametrize("where", ADDRESSES)
def test_it_is_nowhere(canary, enter, answer, settled, use, traces, where):
    enter(canary, ADDRESSES[where])
    edit = canary.form.edit
    canary.form.connect_button.click()
    assert CANARY not in edit.text()
    assert CANARY not in answer(canary)
    settled(canary)
    assert canary.work.error == ""
    assert CONNECTED[-1][1].reveal() == CANARY
    assert canary.form.password.typed_line.text() == ""
    use(canary)
    assert traces() == []
    edit.undo()
    assert CANARY not in edit.text()


def test_a_wrong_one_is_nowhere(canary, typed, answer, settled, traces):
    wrong = f"{CANARY}-mistyped"
    typed(canary, f"slow://reader:{wrong}@db")
    canary.form.connect_button.click()
    answer(canary)
    settled(canary)
    assert canary.work.error == "The password was refused. Type another one."
    assert traces() == []


def test_one_that_was_typed_for_a_machine_is_not_sent_to_another(canary, enter, typed):
    enter(canary, "slow://reader@db")
    line = canary.form.password.typed_line
    typed(canary, "slow://reader@db?key=id")
    assert line.text() == CANARY
    typed(canary, "slow://reader@elsewhere")
    assert line.text() == ""
    assert "typed for another machine or user was cleared" in canary.form.password.told.text()


def test_one_with_marks_of_an_address_is_not_taken_for_a_part_of_it(canary, typed, settled):
    typed(canary, f"slow://reader:1/{CANARY}@db")
    canary.form.connect_button.click()
    settled(canary)
    assert "write / as %2F" in canary.work.error
    assert CONNECTED == []
