"""The dialog for databases, with engines in memory, used as a person would."""

from functools import partial

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from embedviz.gui.databases.dialog import DatabaseDialog
from embedviz.sources.databases import ENGINES
from embedviz.sources.databases.credentials import TYPED
from tests.sources.databases.memory_engine import registered

from . import slow_engine


@pytest.fixture
def memory(monkeypatch):
    """Return the tables of the database "db", which is at memory://db and at slow://db."""
    tables = registered(monkeypatch)
    monkeypatch.setitem(ENGINES, "slow", slow_engine.ENGINE)
    return tables


@pytest.fixture(autouse=True)
def nothing_typed():
    """Hold nothing that was typed in another test."""
    yield
    TYPED._typed.clear()


@pytest.fixture
def pauses(memory):
    """Return where the slow engine waits; all goes on at the end."""
    slow_engine.pauses = slow_engine.Pauses()
    yield slow_engine.pauses
    slow_engine.pauses.go_on()


@pytest.fixture
def wait_until(qtbot):
    """Return a function that waits, as long as a busy machine needs."""
    return partial(qtbot.waitUntil, timeout=60_000)


@pytest.fixture
def dialog(memory, window, wait_until):
    """Return the dialog, before anything was connected to."""
    window.trigger("file.database")
    (found,) = window.findChildren(DatabaseDialog)
    wait_until(lambda: found.form.engine.count() == len(ENGINES))
    return found


@pytest.fixture
def settled(wait_until):
    """Return a function that waits until a dialog has nothing to do."""

    def wait(dialog):
        wait_until(lambda: not (dialog.work.is_busy or dialog._patience.isActive()))

    return wait


@pytest.fixture
def typed(wait_until, qtbot):
    """Return a function that types an address, and waits until its engine is known."""

    def write(dialog, text):
        dialog.form.edit.selectAll()
        qtbot.keyClicks(dialog.form.edit, text)
        wait_until(lambda: not dialog.form._is_recognizing)

    return write


@pytest.fixture
def answer(wait_until):
    """Return a function that waits for the question, and answers it; it returns its texts."""

    def give(dialog, yes=True):
        consent = dialog.work.consent
        wait_until(lambda: consent.dialog is not None and consent.dialog.isVisible())
        shown = consent.dialog
        said = " ".join(label.text() for label in shown.findChildren(QLabel))
        shown.findChild(QPushButton, "consent.send" if yes else "consent.cancel").click()
        return said

    return give


@pytest.fixture
def connect(typed, answer, settled):
    """Return a function that connects to a server, after consent."""

    def begin(dialog, text="memory://db", yes=True):
        typed(dialog, text)
        dialog.form.connect_button.click()
        said = answer(dialog, yes)
        settled(dialog)
        return said

    return begin


@pytest.fixture
def folder(tmp_path):
    """Return a folder of LanceDB with two tables, of 300 and 20 rows."""
    lancedb = pytest.importorskip("lancedb", reason="the extra [lancedb] is not installed")
    rng = np.random.default_rng(0)
    path = tmp_path / "vectors.lancedb"
    database = lancedb.connect(path)
    for name, count in (("texts", 300), ("words", 20)):
        rows = [
            {"id": i, "title": f"{name} {i}", "vector": vector}
            for i, vector in enumerate(rng.normal(size=(count, 8)).astype(np.float32).tolist())
        ]
        database.create_table(name, rows)
    return path
