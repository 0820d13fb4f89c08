"""Real engines through the dialog, the recent collections and Resample, as a person uses them."""

import shutil

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton

from embedviz.gui.databases.dialog import DatabaseDialog
from embedviz.gui.databases.resample import ResampleDialog
from embedviz.sources.databases import database_class
from tests.sources.databases.engines import MAKERS, Rows


@pytest.fixture
def rows():
    vectors = np.random.default_rng(2).normal(size=(300, 48)).astype(np.float32)
    return Rows(list(range(300)), vectors, {"year": [1900 + row % 100 for row in range(300)]})


@pytest.fixture
def engine(request, tmp_path, rows):
    """Return an engine's maker, with the address of a database that has the rows."""
    maker = MAKERS[request.param]
    if lacks := database_class(request.param).what_lacks():
        pytest.skip(lacks)
    with maker.filled(tmp_path, rows) as address:
        yield maker, address


@pytest.fixture
def agree(window, wait_until):
    """Return a function that agrees to a question of the window."""

    def answer():
        consent = window.embeddings.consent
        wait_until(lambda: consent.dialog is not None)
        consent.dialog.findChild(QPushButton, "consent.send").click()

    return answer


@pytest.fixture
def look_inside(dialog, typed, answer, settled, qtbot):
    """Return a function that connects to an engine, with its password if it has one."""

    def begin(maker, address, password=""):
        scheme = "postgresql://" if address.engine == "pgvector" else ""
        typed(dialog, scheme + address.description)
        assert dialog.form.engine.currentData() == address.engine
        password = password or (maker.secret.reveal() if hasattr(maker, "secret") else "")
        if password:
            box = dialog.form.password.kind
            box.setCurrentIndex(box.findData("typed"))
            box.activated.emit(box.currentIndex())
            dialog.form.password.typed_line.selectAll()
            qtbot.keyClicks(dialog.form.password.typed_line, password)
        dialog.form.connect_button.click()
        if not address.is_local:
            answer(dialog)
        settled(dialog)

    return begin


def n_sets(window, wait_until, count):
    wait_until(lambda: len(window.session.state.sets) == count or bool(window.message_bar.text))
    assert window.message_bar.text == ""
    return window.session.state.active


@pytest.fixture
def first(dialog, engine, look_inside, window, settled, wait_until, idle):
    """Return a sample that was opened by the dialog."""
    look_inside(*engine)
    assert dialog.footer.problem.text() == ""
    dialog.table.choose(dialog.table.model().index(0, 0).data())
    settled(dialog)
    assert dialog.sample.preview.rows.rowCount() == 6
    box = dialog.sample.vector
    box.setCurrentIndex(box.findData("vector"))
    dialog.sample.n_rows.setValue(100)
    settled(dialog)
    assert "100 of 300 rows" in dialog.footer.reads.text()
    dialog.footer.open_button.click()
    opened = n_sets(window, wait_until, 1)
    said = "100 of 300 rows, sampled by key, seed 0"
    wait_until(lambda: said in window.active_pane.view.scene.caption)
    idle(window.session)
    return opened


@pytest.mark.parametrize("engine", MAKERS, indirect=True)
def test_a_sample_opens_again_and_is_drawn_anew(first, engine, window, wait_until, agree, idle):
    menu = window.files.recent_menu

    def is_remembered():
        menu.fill()
        return any("things" in each.text() for each in menu.entries)

    wait_until(is_remembered)
    menu.entries[0].trigger()
    if not engine[1].is_local:
        agree()
    again = n_sets(window, wait_until, 2)
    assert again is not first
    assert list(again.labels) == list(first.labels)
    np.testing.assert_array_equal(again.vectors, first.vectors)

    idle(window.session)
    window.trigger("file.resample")
    (asked,) = window.findChildren(ResampleDialog)
    assert "100 of 300 rows" in asked.reads.text()
    assert asked.seed.value() == 1
    asked.open_button.click()
    if not engine[1].is_local:
        agree()
    other = n_sets(window, wait_until, 3)
    assert len(other) == 100
    assert set(other.labels) != set(first.labels)
    idle(window.session)


@pytest.mark.parametrize("engine", ["pgvector"], indirect=True)
def test_a_wrong_password_is_said_and_another_one_is_tried(dialog, engine, look_inside):
    maker, address = engine
    look_inside(maker, address, "not-the-password-of-the-reader")
    assert "password" in dialog.footer.problem.text()
    assert "not-the-password" not in dialog.footer.problem.text()
    assert "again" in dialog.hint.text()
    look_inside(maker, address)
    assert dialog.footer.problem.text() == ""
    assert dialog.table.model().rowCount() == 1


def test_a_dropped_folder_of_which_something_is_to_be_chosen_is_looked_into(
    window, folder, drop, wait_until, settled
):
    assert drop([folder]).sets == ()
    (dialog,) = window.findChildren(DatabaseDialog)
    wait_until(lambda: dialog.work.connection is not None)
    settled(dialog)
    assert dialog.isVisible()
    assert window.message_bar.isHidden()
    names = [dialog.table.model().index(row, 0).data() for row in range(2)]
    assert names == ["texts", "words"]


def test_a_dropped_folder_of_one_table_opens(window, folder, drop):
    shutil.rmtree(folder / "words.lance")
    assert [(each.name, len(each)) for each in drop([folder]).sets] == [("texts", 300)]


def test_a_dropped_table_opens(window, folder, drop):
    assert [(each.name, len(each)) for each in drop([folder / "texts.lance"]).sets] == [
        ("texts", 300)
    ]
