"""The way from a table of texts to a set, through each door, used as a person would."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel

from embedviz.commands.files import TerminalOpener
from embedviz.core.errors import ChoiceRequired
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.texts.encoder_settings import EncoderSettings
from embedviz.core.texts.origin import TextsSettings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.style import apply_theme
from embedviz.gui.texts.embed_dialog import STAYS, EmbedDialog
from embedviz.gui.theme import THEMES
from embedviz.sources.texts.offered import TextsFound, texts_of_file


@pytest.fixture
def wait(qtbot):
    def until_shown(window):
        qtbot.waitUntil(lambda: window.embeddings.dialog is not None, timeout=20_000)
        return window.embeddings.dialog

    return until_shown


@pytest.fixture
def measured(qtbot):
    def until_measured(dialog):
        qtbot.waitUntil(lambda: "measured on" in dialog.time.text(), timeout=20_000)
        return dialog

    return until_measured


def embedded(window, qtbot):
    qtbot.waitUntil(lambda: window.session.state.active is not None, timeout=20_000)
    return window.session.state.active


@pytest.fixture
def asked(monkeypatch, table):
    """Answer the system's dialogs with the table."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(table), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(table)], ""))


DOORS = {
    "drop": lambda window, table: window.open_paths([table]),
    "dialog": lambda window, table: window.trigger("file.open"),
    "menu": lambda window, table: window.trigger("file.embed"),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_table_of_texts_comes_to_the_form_by_each_door(
    window, asked, table, wait, measured, qtbot, idle, door
):
    DOORS[door](window, table)
    dialog = measured(wait(window))
    assert window.dialogs.dialog is None
    assert window.message_bar.text == ""
    assert dialog.title.text() == "reviews.csv"
    assert dialog.place.text().startswith("CSV · 40 rows · ")
    assert ("holds texts, not vectors" in dialog.said.text()) == (door != "menu")
    assert dialog.texts.column.currentData() == "review"
    assert dialog.texts.preview.rows.item(1, 0).text() == "It was review number 1 of a long day"
    assert dialog.privacy.text() == STAYS
    assert "40 texts: under a second" in dialog.time.text()
    assert "measured on the first 40 texts" in dialog.time.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    active = embedded(window, qtbot)
    idle(window.session)
    assert (len(active), active.dimensions) == (40, 12)
    assert active.labels[3] == "It was review number 3 of a long day"
    assert active.metadata.column_names == ["id", "review", "group"]
    assert encoder_of(active) == EncoderSettings("wordllama")
    assert window.embeddings.dialog is None
    assert "Encoder: Letters" in window.library.sets.item(0).toolTip()


def test_files_on_the_command_line_are_asked_about_in_the_window(table):
    from embedviz.app.opening import OpenQueue
    from embedviz.app.pairing import OpenRequest
    from embedviz.gui.opening.reading import read_request

    opener = TerminalOpener(asks_later=True)
    queue = OpenQueue(opener)
    queue.add([OpenRequest(table)])
    queue.read_all(read_request, lambda *_: None)
    assert [each.vectors for each in opener.undecided] == [table]
    queue = OpenQueue(TerminalOpener(asks_later=False))
    queue.add([OpenRequest(table)])
    with pytest.raises(TextsFound, match=r"embedviz embed reviews\.csv --column review"):
        queue.read_all(read_request, lambda *_: None)


ROWS = [{"id": i, "said": f"Sentence {i} of several words"} for i in range(30)]
FILES = {
    "t.tsv": "id\tsaid\n" + "".join(f"{row['id']}\t{row['said']}\n" for row in ROWS),
    "t.jsonl": "".join(json.dumps(row) + "\n" for row in ROWS),
    "t.json": json.dumps(ROWS),
    "list.json": json.dumps([row["said"] for row in ROWS]),
    "t.txt": "".join(row["said"] + "\n" for row in ROWS),
}


@pytest.mark.parametrize("name", [*FILES, "t.parquet"])
def test_every_format_of_texts_is_offered(window, tmp_path, wait, qtbot, idle, name):
    path = tmp_path / name
    if name == "t.parquet":
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    else:
        path.write_text(FILES[name])
    window.open_paths([path])
    dialog = wait(window)
    assert dialog.texts.shown_column.texts[0] == "Sentence 0 of several words"
    dialog.accept()
    assert embedded(window, qtbot).labels[29] == "Sentence 29 of several words"
    idle(window.session)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bad.txt", "a 0.1 0.2 0.3\nb 0.1 x 0.2\nc 0.4 0.1\n" * 20),
        ("one.txt", "Once upon a time.\n"),
        ("scores.csv", "a,b\n1,x100\n2,x200\n3,x300\n"),
        ("program.py", "import os\nprint(os.name)\n" * 5),
    ],
)
def test_what_may_be_damaged_or_a_program_is_no_list_of_texts(window, tmp_path, idle, name, text):
    (tmp_path / name).write_text(text)
    window.open_paths([tmp_path / name])
    idle(window.session)
    if window.dialogs.dialog is not None:  # Something else is to be decided.
        window.dialogs.dialog.reject()
    else:
        assert name in window.message_bar.text
    assert window.embeddings.dialog is None


def test_another_column_labels_and_a_sample(window, table, wait, measured, choose, qtbot, idle):
    window.open_paths([table])
    dialog = wait(window)
    choose(dialog.texts.label_column, "id")
    assert dialog.texts.preview.rows.item(2, 0).text() == "r2"
    assert dialog.texts.preview.rows.item(2, 1).text() == "It was review number 2 of a long day"
    choose(dialog.texts.part, "sample")
    dialog.texts.count.setValue(10)
    dialog.texts.seed.setValue(3)
    dialog.encoder.dimensions.setValue(5)
    measured(dialog)
    assert dialog.time.text().startswith("10 texts")
    assert dialog.encoder.dimensions_told.text() == "vectors of 5 numbers"
    wanted = dialog.settings
    assert wanted == TextsSettings("review", "id", 10, 3, EncoderSettings("wordllama", "", 5))
    dialog.accept()
    active = embedded(window, qtbot)
    idle(window.session)
    assert (len(active), active.dimensions) == (10, 5)
    assert active.labels[0].startswith("r")


def test_what_lacks_is_said_and_cannot_be_chosen(window, table, wait):
    window.open_paths([table])
    dialog = wait(window)
    assert "pip install absent" in dialog.encoder.lacking.text()
    model = dialog.encoder.encoder.model()
    states = [model.item(i).isEnabled() for i in range(model.rowCount())]
    assert states == [True, True, False, True, True]
    dialog.encoder.show_settings(EncoderSettings("absent"))
    dialog.encoder.changed.emit()
    assert not dialog.embed_button.isEnabled()
    assert "pip install absent" in dialog.problem_text.text()
    dialog.reject()


def test_stop_loses_nothing_and_leads_back(window, table, wait, waiting_encoder, qtbot, idle, toy):
    window.session.show(window.session.state.opened(toy))
    idle(window.session)
    settings = TextsSettings("review", encoder=EncoderSettings("waiting"))
    source = texts_of_file(table)
    window.embeddings.start(source, settings)
    qtbot.waitUntil(waiting_encoder.begun.is_set)
    assert window.session.board.current is not None
    window.session.board.stop()
    waiting_encoder.go.set()
    assert window.session.state.active is toy
    assert "Stopped: reviews.csv was not embedded" in window.message_bar.text
    window.message_bar.offer.click()
    dialog = wait(window)
    assert dialog.settings == settings
    dialog.reject()


def test_a_failure_is_said_and_leads_back(window, tmp_path, wait, qtbot, idle):
    path = tmp_path / "t.txt"
    path.write_text("one text\n" * 600 + "here it must fail\n")
    window.open_paths([path])
    dialog = wait(window)
    dialog.accept()
    qtbot.waitUntil(lambda: "The model was damaged" in window.message_bar.text, timeout=20_000)
    assert window.session.state.sets == ()
    window.message_bar.offer.click()
    wait(window).reject()


def test_a_model_that_fails_on_the_first_texts_is_said_in_the_dialog(window, tmp_path, wait, qtbot):
    (tmp_path / "t.txt").write_text("this one must fail\nand that one too\n")
    window.open_paths([tmp_path / "t.txt"])
    dialog = wait(window)
    qtbot.waitUntil(lambda: "damaged" in dialog.problem_text.text(), timeout=20_000)
    assert not dialog.embed_button.isEnabled()
    dialog.reject()


@pytest.mark.parametrize(
    ("address", "is_here"),
    [("localhost:11434/v1", True), ("http://[::1", False), ("api.example.com", False)],
)
def test_an_address_that_is_being_typed_is_said_to_be_here_or_not(
    window, table, wait, choose, address, is_here
):
    window.open_paths([table])
    dialog = wait(window)
    choose(dialog.encoder.encoder, "elsewhere")
    dialog.encoder.address.setEditText(address)
    dialog.encoder.address.lineEdit().editingFinished.emit()
    assert ("which is this machine" in dialog.privacy.text()) is is_here
    dialog.reject()


@pytest.mark.parametrize("agrees", [False, True])
def test_nothing_is_sent_before_the_user_agrees(
    window, table, wait, sending_encoder, choose, qtbot, idle, agrees
):
    window.open_paths([table])
    dialog = wait(window)
    choose(dialog.encoder.encoder, "elsewhere")
    assert "address" in dialog.problem_text.text()
    dialog.encoder.address.setEditText("https://api.example.com/v1")
    dialog.encoder.address.lineEdit().editingFinished.emit()
    assert dialog.embed_button.isEnabled()
    assert "sent to https://api.example.com/v1" in dialog.privacy.text()
    assert "40 texts" in dialog.time.text()
    dialog.accept()
    consent = window.embeddings.consent
    qtbot.waitUntil(lambda: consent.dialog is not None, timeout=20_000)
    said = "\n".join(label.text() for label in consent.dialog.findChildren(QLabel))
    n_characters = sum(len(f"It was review number {i} of a long day") for i in range(40))
    for part in ("api.example.com:443", "40 texts", f"{n_characters:,} characters"):
        assert part in said
    assert sending_encoder.sent == []
    if agrees:
        consent.dialog.send_button.click()
        assert len(embedded(window, qtbot)) == 40
        assert len(sending_encoder.sent) == 40
    else:
        consent.dialog.reject()
        qtbot.waitUntil(lambda: "Nothing was sent" in window.message_bar.text)
        assert sending_encoder.sent == []
        assert window.session.state.sets == ()
    idle(window.session)


def test_a_model_that_is_not_here_yet_is_downloaded_after_consent(
    window, table, wait, choose, qtbot, idle
):
    window.open_paths([table])
    dialog = wait(window)
    choose(dialog.encoder.encoder, "downloaded")
    qtbot.waitUntil(lambda: "hub.example.com" in dialog.time.text(), timeout=20_000)
    assert window.embeddings.consent.dialog is None  # Nothing is asked to measure.
    assert dialog.embed_button.isEnabled()
    dialog.accept()
    consent = window.embeddings.consent
    qtbot.waitUntil(lambda: consent.dialog is not None, timeout=20_000)
    consent.dialog.send_button.click()
    assert len(embedded(window, qtbot)) == 40
    idle(window.session)


def test_stop_answers_the_question_with_no(window, table, sending_encoder, qtbot, idle):
    encoder = EncoderSettings("elsewhere", address="https://api.example.com/v1")
    window.embeddings.start(texts_of_file(table), TextsSettings("review", encoder=encoder))
    qtbot.waitUntil(lambda: window.embeddings.consent.dialog is not None, timeout=20_000)
    window.session.board.stop()
    assert window.embeddings.consent.dialog is None
    idle(window.session)
    assert sending_encoder.sent == []


def test_a_column_of_an_open_set(window, wait, measured, choose, qtbot, idle):
    texts = [f"A sentence about the number {i}" for i in range(20)]
    metadata = {"said": texts, "n": list(range(20))}
    first = VectorSet(np.eye(20, 4), [f"row{i}" for i in range(20)], metadata, "mine")
    window.session.show(window.session.state.opened(first))
    idle(window.session)
    window.trigger("file.embed_column")
    dialog = measured(wait(window))
    assert [dialog.texts.column.itemData(i) for i in range(2)] == ["said", ""]
    dialog.accept()
    qtbot.waitUntil(lambda: window.session.state.active is not first, timeout=20_000)
    made = window.session.state.active
    idle(window.session)
    assert made.labels == first.labels
    assert made.dimensions == 12
    assert made.name == "mine · Letters"
    assert any("column 'said'" in note for note in made.notes)
    window.trigger("file.embed_column")
    dialog = wait(window)
    choose(dialog.texts.column, "")
    choose(dialog.texts.part, "sample")
    dialog.texts.count.setValue(5)
    dialog.accept()
    qtbot.waitUntil(lambda: window.session.state.active is not made, timeout=20_000)
    assert len(window.session.state.active) == 5
    idle(window.session)


def test_several_files_are_asked_about_one_after_the_other(window, table, tmp_path, wait, qtbot):
    (tmp_path / "t.txt").write_text(FILES["t.txt"])
    window.open_paths([table, tmp_path / "t.txt"])
    first = wait(window)
    qtbot.waitUntil(lambda: len(window.embeddings._waiting) == 1, timeout=20_000)
    assert first.title.text() == "reviews.csv"
    first.reject()
    second = wait(window)
    assert second.title.text() == "t.txt"
    window.embeddings.close()
    assert not second.isVisible()


def test_a_file_that_holds_nothing_is_said(window, tmp_path, monkeypatch, idle):
    (tmp_path / "empty.csv").write_bytes(b"\0\1" * 50)
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "empty.csv"), "")
    )
    window.trigger("file.embed")
    idle(window.session)
    assert "empty.csv" in window.message_bar.text
    assert window.embeddings.dialog is None


def wide_table(folder):
    """Return a table of 60 columns, with long names, and texts that begin at the right."""
    names = [f"column_{i}_" + "with_a_very_long_name_" * 6 for i in range(59)]
    values = {name: [f"v{i}" for i in range(30)] for name in names}
    values["نص"] = [f"هذا نص طويل جدا رقم {i} يبدأ من اليمين" for i in range(30)]
    path = folder / ("a_long_name_" * 12 + ".parquet")
    pq.write_table(pa.table(values), path)
    return path


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [(680, 600), (420, 420)], ids=["usual", "narrow"])
def test_looks(window, table, tmp_path, artefacts, qapp, measured, theme, size):
    apply_theme(qapp, THEMES[theme])
    for name, path in (("table", table), ("wide", wide_table(tmp_path))):
        dialog = EmbedDialog(texts_of_file(path), "There is no column of numbers.", window)
        dialog.begin()
        measured(dialog)
        dialog.resize(*size)
        qapp.processEvents()
        picture = dialog.grab()
        assert picture.save(str(artefacts / f"embed-dialog-{name}-{theme}-{size[0]}.png"))
        assert dialog.width() == size[0]  # No text is so long that it would make it wider.
        assert dialog.embed_button.geometry().right() < dialog.width()
        for label in (dialog.time, dialog.privacy, dialog.said):
            assert label.height() >= label.heightForWidth(label.width())
        dialog.reject()


class Longer:
    """Source whose service gives longer vectors than it was asked for, until that is answered."""

    name = "mine"

    def __init__(self):
        self.asked = []

    def embed(self, settings, ask, report):
        self.asked.append(settings.encoder)
        if settings.encoder.dimensions and not settings.encoder.cuts_here:
            choices = {"True": "Cut them here", "False": "Take all of them"}
            raise ChoiceRequired("Longer.", "cuts_here", choices, "They are longer.")
        return VectorSet(np.eye(4), list("abcd"), name="mine")


@pytest.mark.parametrize("cuts", [True, False])
def test_longer_vectors_than_asked_for_are_cut_only_where_the_user_says_so(
    window, qtbot, idle, cuts
):
    source = Longer()
    window.embeddings.start(source, TextsSettings(encoder=EncoderSettings("elsewhere", "m", 3)))
    bar = window.message_bar
    qtbot.waitUntil(lambda: bar.text == "They are longer.", timeout=20_000)
    assert (bar.offer.text(), bar.other.text()) == ("Cut them here", "Take all of them")
    (bar.offer if cuts else bar.other).click()
    embedded(window, qtbot)
    idle(window.session)
    assert source.asked[1] == EncoderSettings("elsewhere", "m", 3 if cuts else None, cuts_here=cuts)
