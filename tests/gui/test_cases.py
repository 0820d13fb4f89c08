"""Files that once ended badly: on the command line, dropped on the window, and in its dialog.

What their numbers are is tested with the format of each; here, that all three ways end well.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog

from embedviz.__main__ import main


@dataclass(frozen=True)
class Opens:
    """What a file opens as.

    Attributes
    ----------
    shape : tuple of int
        Rows and dimensions.
    label : str
        Of the first row.
    columns : tuple of str
        Of its metadata.
    told : str
        Part of the notes.
    """

    shape: tuple[int, int]
    label: str
    columns: tuple[str, ...] = ()
    told: str = ""


@dataclass(frozen=True)
class Asks(Opens):
    """What a file opens as after something was decided: its option and the choice."""

    option: str = ""
    choice: Any = None
    question: str = ""


CASES = {
    "blob_col.parquet": Asks(
        (40, 8), "w0", ("id",), option="bytes_as", choice="float32", question="float32 (8 numbers"
    ),
    "comments.tsv": Opens((3, 2), "a", told="'# made by a tool'"),
    "dict.txt": "In Python",
    "eleven_rows.npy": Opens((11, 32), "0"),
    "es_bulk.ndjson": Opens((40, 8), "w0", ("title", "_id")),
    "far_cone.npy": Opens((300, 12), "0"),
    "far_coordinates.csv": Opens((30, 6), "v0", ("name", "x", "y")),
    "fewer_rows_and_a_copy.npy": Opens((51, 64), "0"),
    "int_labels.npz": Opens((30, 6), "100", ("year",)),
    "labels.parquet": Opens((40, 8), "مرحبا بالعالم", ("label", "flag", "when", "price")),
    "many_groups.csv": Opens((900, 4), "doc 0", ("text", "topic", "long_topic")),
    "missing_first.csv": Asks(
        (2, 3), "b", ("w",), option="on_bad_rows", choice="skip", question="line 2: 'NA'"
    ),
    "nfd_labels.vec": Opens((8, 5), "cafe\u0301"),
    "npz_columns.npz": Opens((30, 6), "row 0", ("id", "year", "verified", "day")),
    "number_ids.csv": Opens((4, 3), "1"),
    "options.json": "settings",
    "parquet_parts": Opens((30, 8), "0-0", ("id",), "3 files of the folder read"),
    "projector_missing.json": Opens((3, 4), "0", told="gone"),
    "space_integers.csv": Opens((3, 3), "king"),
    "sparse_pairs.txt": "TruncatedSVD",
    "table.h5": Opens((40, 8), "/c/en/w0"),
    "tags_as_vectors.parquet": Opens((4, 3), "a", ("title", "topics")),
    "tfidf_csr.npz": "sparse matrix (CSR, 20 × 50)",
    "twelve_rows.npy": Opens((12, 8), "0"),
    "vecs.js": "In Python",
    "vlen.h5": Opens((30, 6), "row 0", ("number",)),
    "vocabulary.json": "words",
}


@pytest.fixture(params=CASES.items(), ids=list(CASES))
def case(request, data_folder):
    """Return the path of a file, and how it ends."""
    name, end = request.param
    return data_folder / "cases" / name, end


def test_no_case_is_forgotten(data_folder):
    others = {"README.md", "projector_here.bytes"}
    assert {path.name for path in (data_folder / "cases").iterdir()} == CASES.keys() | others


def assert_opened(vector_set, end):
    assert (len(vector_set), vector_set.dimensions) == end.shape
    assert vector_set.labels[0] == end.label
    known = () if vector_set.metadata is None else vector_set.metadata.column_names
    assert set(end.columns) <= set(known)
    assert end.told in " ".join(vector_set.notes)


def test_on_the_command_line(case, capsys):
    path, end = case
    is_asked = isinstance(end, Asks) and end.option != "on_bad_rows"
    options = []
    if is_asked or isinstance(end, str):
        assert main(["info", str(path)]) == 2
        told = capsys.readouterr().err
        assert (end.question if is_asked else end) in told
        if not is_asked:
            return
        options = ["--" + end.option.replace("_", "-"), str(end.choice)]
        assert " ".join(options) in told
    assert main(["info", "--json", *options, str(path)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert end.told in " ".join(found["notes"])
    assert (found["rows_read"], found["dimensions"]) == end.shape
    assert set(end.columns) <= {column["name"] for column in found["metadata"]}


def test_dropped_on_the_window(case, window, drop, qtbot):
    path, end = case
    state = drop([path])
    if isinstance(end, str):
        assert end in window.message_bar.text
        assert state.sets == ()
    elif isinstance(end, Asks):
        assert state.sets == ()
        assert_decided(window, end, qtbot)
    else:
        said = window.message_bar.text
        assert not said or said.startswith("No installed font has the letters of some labels")
        assert_opened(state.active, end)


def test_in_the_dialog(case, window, idle, qtbot, monkeypatch):
    path, end = case
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(path)], ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(path))
    window.trigger("file.open_folder" if path.is_dir() else "file.open")
    if isinstance(end, Asks):
        assert_decided(window, end, qtbot)
        return
    dialog = settled(window, qtbot)
    told = " ".join(dialog.summary.message_list.texts)
    if isinstance(end, str):
        assert end in told
        assert not dialog.footer.open_button.isEnabled()
        dialog.reject()
        return
    assert end.told in told
    dialog.accept()
    idle(window.session)
    assert_opened(window.session.state.active, end)


def assert_decided(window, end, qtbot):
    """Check that the dialog asks what it should, decide it, and open the file."""
    dialog = settled(window, qtbot)
    assert not dialog.footer.open_button.isEnabled()
    if end.option == "on_bad_rows":
        assert end.question in " ".join(dialog.summary.message_list.texts)
        dialog.summary.skip.click()
    else:
        box = getattr(dialog.summary.options, end.option)
        assert box.isVisible()
        box.setCurrentIndex(box.findData(end.choice))
        box.activated.emit(box.currentIndex())
        dialog = settled(window, qtbot)
    dialog.accept()
    qtbot.waitUntil(lambda: window.dialogs.dialog is None, timeout=20_000)
    assert_opened(window.session.state.active, end)


def settled(window, qtbot):
    """Return the dialog once it knows all of its file."""
    qtbot.waitUntil(lambda: window.dialogs.dialog is not None, timeout=20_000)
    dialog = window.dialogs.dialog
    check = dialog.check
    qtbot.waitUntil(lambda: not check.is_looking and not check.is_reading, timeout=20_000)
    return dialog
