"""File → Open Database…: what it says before it reads, what it reads, and what goes wrong."""

import pytest
from PySide6.QtCore import Qt

from embedviz.gui.databases.dialog import DatabaseDialog
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT
from embedviz.sources.databases.protocol import CollectionInfo, Field
from tests.sources.databases.memory_engine import (
    CONNECTED,
    TABLES,
    MemoryCollection,
    MemoryDatabase,
    Table,
    table,
)


def opened(window, wait_until):
    wait_until(lambda: window.session.state.active is not None)
    return window.session.state.active


def test_nothing_is_connected_to_before_it_is_agreed_to(dialog, typed, answer, settled):
    typed(dialog, "memory://db")
    assert dialog.form.engine.currentText() == "Memory"
    assert "names, sizes and fields" in dialog.form.said.text()
    assert "6 rows and at most 100,000 keys" in dialog.form.said.text()
    dialog.form.connect_button.click()
    said = answer(dialog, yes=False)
    settled(dialog)
    assert "Memory at memory://db. It is only read, never written." in said
    assert CONNECTED == []
    assert dialog.footer.problem.text() == "db was not connected to: that was refused."
    assert not dialog.footer.open_button.isEnabled()
    assert dialog.footer.status.text() == "Not connected"


def test_a_sample_is_said_read_and_opened(dialog, window, connect, settled, wait_until):
    connect(dialog)
    assert dialog.table.entry.name == "things"  # The only one.
    settled(dialog)
    assert "50 rows · named by id" in dialog.sample.size_text.text()
    assert dialog.sample.preview.rows.rowCount() == 6
    dialog.sample.n_rows.setValue(20)
    dialog.sample.seed.setValue(4)
    settled(dialog)
    reads = dialog.footer.reads.text()
    assert reads.startswith("Open reads 20 of 50 rows: key, 4 numbers and 2 fields each; about ")
    dialog.footer.open_button.click()
    found = opened(window, wait_until)
    assert (found.name, len(found)) == ("things", 20)
    assert found.labels[0].startswith("row ")
    assert found.metadata.column_names == ["title", "year", "id"]
    wait_until(lambda: not dialog.isVisible())
    assert dialog.work.connection is None
    said = "things · 20 of 50 rows, sampled by key, seed 4"
    wait_until(lambda: said in window.active_pane.view.scene.caption)


def test_fields_are_chosen(dialog, window, connect, settled, wait_until):
    connect(dialog)
    settled(dialog)
    sample = dialog.sample
    sample.none_button.click()
    assert sample.settings.fields == ()
    assert "key, 4 numbers and 1 field each" in dialog.footer.reads.text()  # The label.
    sample.label.setCurrentIndex(0)
    sample.label.activated.emit(0)
    assert "key and 4 numbers each" in dialog.footer.reads.text()
    sample.all_button.click()
    assert sample.settings.fields == ("title", "year")
    settled(dialog)
    dialog.footer.open_button.click()
    found = opened(window, wait_until)
    assert found.labels[0].isdigit()


def test_collections_are_listed_and_one_is_chosen_by_keys(dialog, memory, connect, qtbot, settled):
    memory.update({f"set {i:03}": table(5 + i) for i in range(60)})
    connect(dialog)
    assert dialog.table.model().rowCount() == 61
    assert dialog.table.entry is None
    assert "Choose a collection" in dialog.no_choice.text()
    assert not dialog.footer.open_button.isEnabled()
    for _ in range(3):
        qtbot.keyClick(dialog.table, Qt.Key.Key_Down)
    settled(dialog)
    assert dialog.table.entry.name == "set 002"
    assert dialog.sample.name.text() == "set 002"
    assert "7 rows" in dialog.sample.size_text.text()
    assert dialog.footer.open_button.isEnabled()


def test_a_collection_without_rows_or_vectors_is_not_opened(
    dialog, memory, connect, settled, monkeypatch
):
    memory["empty"] = Table([], [])
    whole = MemoryCollection.info.fget

    def info(self):
        if self._name != "things":
            return whole(self)
        return CollectionInfo("things", 50, (Field("title", "text"),), "id")

    monkeypatch.setattr(MemoryCollection, "info", property(info))
    connect(dialog)
    dialog.table.choose("empty")
    settled(dialog)
    assert dialog.sample.above.text() == "empty has no rows."
    assert dialog.footer.reads.text() == ""
    assert not dialog.footer.open_button.isEnabled()
    dialog.table.choose("things")
    settled(dialog)
    assert "things has no field of vectors" in dialog.no_choice.text()
    assert dialog.right.currentWidget() is dialog.no_choice
    assert not dialog.footer.open_button.isEnabled()


def test_a_collection_that_cannot_be_read_is_listed_with_the_reason(
    dialog, memory, connect, settled, monkeypatch
):
    from embedviz.core.errors import UserError

    memory["closed"] = table()
    whole = MemoryDatabase.open

    def open_one(self, name):
        if name == "closed":
            raise UserError("closed may not be read by this user.")
        return whole(self, name)

    monkeypatch.setattr(MemoryDatabase, "open", open_one)
    connect(dialog)
    dialog.table.choose("closed")
    settled(dialog)
    assert dialog.no_choice.text() == "closed may not be read by this user."
    assert not dialog.footer.open_button.isEnabled()
    dialog.table.choose("things")
    settled(dialog)
    assert dialog.footer.open_button.isEnabled()


def test_an_empty_database_says_so(dialog, connect):
    TABLES["none"] = {}
    connect(dialog, "memory://none")
    assert "no collection with vectors in memory://none" in dialog.footer.problem.text()


def test_a_failure_while_reading_is_said_and_what_was_chosen_stays(
    dialog, memory, window, connect, settled
):
    memory["things"].fails_after = 1
    connect(dialog)
    settled(dialog)
    dialog.sample.n_rows.setValue(20)
    settled(dialog)
    memory["things"].fails_after = 0
    dialog.footer.open_button.click()
    settled(dialog)
    assert dialog.footer.problem.text() == "The database does not answer any more."
    assert dialog.isVisible()
    assert dialog.sample.n_rows.value() == 20
    assert window.session.state.active is None
    memory["things"].fails_after = None
    dialog.footer.open_button.click()
    settled(dialog)
    assert len(window.session.state.active) == 20


def test_a_package_that_is_absent_is_named_with_its_command(dialog, typed, monkeypatch, qtbot):
    lacks = "Memory needs the package memory. Run: pip install 'embedviz[memory]'"
    monkeypatch.setattr(MemoryDatabase, "lacks", lacks)
    dialog.form._learning.run(lambda report: _engines(), dialog.form._learn)
    qtbot.waitUntil(lambda: not dialog.form._is_recognizing)
    typed(dialog, "memory://db")
    assert dialog.form.lacks.text() == lacks
    assert not dialog.form.connect_button.isEnabled()
    qtbot.keyClick(dialog.form.edit, Qt.Key.Key_Return)
    assert dialog.work.error == ""
    assert CONNECTED == []


def _engines():
    from embedviz.sources.databases.connecting import all_engines

    return all_engines()


def test_another_address_leaves_the_database(dialog, connect, qtbot):
    connect(dialog)
    assert dialog.work.connection is not None
    qtbot.keyClicks(dialog.form.edit, "x")
    assert dialog.work.connection is None
    assert dialog.stack.currentWidget() is dialog.hint
    assert not dialog.footer.open_button.isEnabled()


def test_a_folder_opens_without_a_question(
    dialog, folder, window, typed, qtbot, settled, wait_until
):
    typed(dialog, str(folder))
    assert dialog.form.engine.currentText() == "LanceDB"
    assert not dialog.form.password.isVisible()
    qtbot.keyClick(dialog.form.edit, Qt.Key.Key_Return)
    wait_until(lambda: dialog.work.connection is not None)
    settled(dialog)
    assert dialog.work.consent.dialog is None
    dialog.table.choose("words")
    settled(dialog)
    dialog.footer.open_button.click()
    assert len(opened(window, wait_until)) == 20


def test_the_dialog_is_one_and_is_closed_with_the_window(dialog, window, new_window):
    dialog.close()
    window.trigger("file.database")
    assert window.findChildren(DatabaseDialog) == [dialog]
    assert dialog.isVisible()
    window.close()
    assert not dialog.isVisible()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_a_long_name_is_cut_nowhere_unsaid(
    dialog, memory, connect, settled, qapp, theme, artefacts
):
    name = "a_name_that_a_script_made_" * 12
    memory[name] = table()
    apply_theme(qapp, theme)
    connect(dialog)
    dialog.table.choose(name)
    settled(dialog)
    dialog.grab().save(str(artefacts / f"database-{'dark' if theme is DARK else 'light'}.png"))
    assert name in dialog.table.currentIndex().data(Qt.ItemDataRole.ToolTipRole)
    assert dialog.sample.name.toolTip().startswith("a_name")
    assert dialog.width() <= dialog.screen().availableSize().width()
    for button in (dialog.footer.open_button, dialog.form.connect_button, dialog.form.browse):
        assert button.width() >= button.minimumSizeHint().width()
