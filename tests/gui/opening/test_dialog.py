"""The dialog before a file is opened, used as a person would."""

import json
import pickle
import threading
import zipfile

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from embedviz import formats
from embedviz.app.pairing import OpenRequest, column_names
from embedviz.app.tasks import THREAD_NAME
from embedviz.core.errors import ChoiceRequired
from embedviz.core.origin import ReadSettings
from embedviz.gui.opening import file_check
from embedviz.gui.opening.dialog import OpenDialogs
from embedviz.gui.opening.loader import Opener
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import THEMES
from embedviz.gui.widgets.code_block import CodeLine


def lines(rows, start=0):
    """Return GloVe text."""
    return "".join(f"w{start + i} {' '.join(map(str, row))}\n" for i, row in enumerate(rows))


@pytest.fixture
def numbers():
    return np.random.default_rng(0).normal(size=(300, 8)).astype(np.float32).round(4)


@pytest.fixture
def text_file(tmp_path, numbers):
    path = tmp_path / "words.txt"
    path.write_text(lines(numbers.tolist()))
    return path


@pytest.fixture
def bad_file(tmp_path, numbers):
    """Return a file with two bad rows behind what a look at its start shows."""
    path = tmp_path / "bad.txt"
    broken = "x 1 2\ny 1 2 3 4 5 6 7 nan\n"
    path.write_text(lines(numbers[:150].tolist()) + broken + lines(numbers[150:].tolist(), 150))
    return path


@pytest.fixture
def asker(session, qtbot):
    """Return what asks about files, without a window behind it."""
    host = QWidget()
    qtbot.addWidget(host)
    asker = OpenDialogs(Opener(session, host), host)
    yield asker
    asker.close()


@pytest.fixture
def ask(asker, qtbot):
    """Return a function that brings up the dialog and waits until all is known of the file."""

    def show(path, settings=None):
        return ask_in(asker, qtbot, path, settings)

    show.settle = lambda dialog: settle(dialog, qtbot)
    return show


def ask_in(asker, qtbot, path, settings=None):
    asker.ask(OpenRequest(path, settings=settings or ReadSettings()))
    dialog = asker.dialog
    settle(dialog, qtbot)
    return dialog


def settle(dialog, qtbot):
    check = dialog.check
    qtbot.waitUntil(lambda: not check.is_looking and not check.is_reading, timeout=20_000)


@pytest.fixture
def chosen_file(monkeypatch):
    """Return a list whose first entry is what the system's dialog answers."""
    answers = []
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(answers[0]), ""))
    return answers


@pytest.fixture
def slow(monkeypatch):
    """Return an event that reading whole files waits for."""
    read, go = formats.open_file, threading.Event()

    def wait(path, settings, report):
        report(0.5, "100 rows read")
        go.wait()
        report(0.6, "120 rows read")
        return read(path, settings, report)

    monkeypatch.setattr(formats, "open_file", wait)
    yield go
    go.set()


def choose(box, text):
    """Choose an entry, as a person would."""
    place = next(i for i in range(box.count()) if text in box.itemText(i))
    box.setCurrentIndex(place)
    box.activated.emit(place)


def opened(asker, qtbot):
    qtbot.waitUntil(lambda: asker.dialog is None)
    return asker.session.state.active


def test_says_what_was_found_and_opens_what_was_read(ask, asker, qtbot, text_file, numbers):
    dialog = ask(text_file)
    assert dialog.title.text() == "words.txt"
    assert dialog.folder.text() == str(text_file.parent)
    assert dialog.summary.format.text() == "GloVe text"
    size = dialog.summary.measures.text()
    assert size.startswith("300 × 8 · text · ")
    assert size.endswith("kB on disk, 9.6 kB in memory")
    table = dialog.summary.preview.rows
    assert [table.headerData(i, Qt.Orientation.Horizontal) for i in range(8)] == [
        *("Label", "1", "2", "3", "4", "5", "6", "…")
    ]
    assert table.index(1, 0).data() == "w1"
    assert float(table.index(1, 2).data()) == pytest.approx(numbers[1, 1], abs=1e-3)
    sides = [
        Qt.AlignmentFlag(table.index(1, i).data(Qt.ItemDataRole.TextAlignmentRole))
        for i in (0, 2, 7)
    ]
    assert [bool(side & Qt.AlignmentFlag.AlignRight) for side in sides] == [False, True, False]
    assert table.index(1, 0).data(Qt.ItemDataRole.ToolTipRole) == "w1"
    assert dialog.summary.message_list.texts == []
    assert asker.session.state.sets == ()
    read = dialog.check.vector_set
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert opened(asker, qtbot) is read
    np.testing.assert_array_equal(read.vectors, numbers)
    assert read.opened.settings.on_bad_rows == "raise"  # There was nothing to leave out.


def test_escape_opens_nothing_and_frees_the_memory(ask, asker, qtbot, text_file):
    dialog = ask(text_file)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert asker.dialog is None
    assert dialog.check.vector_set is None
    assert asker.session.state.sets == ()


def test_bad_rows_must_be_left_out_by_a_tick(ask, asker, qtbot, bad_file):
    dialog = ask(bad_file)
    assert not dialog.footer.open_button.isEnabled()
    (told,) = [text for text in dialog.summary.message_list.texts if "bad rows" in text]
    assert "line 151: 2 numbers instead of 8" in told
    assert "line 152" in told
    assert "on_bad_rows" not in told
    assert dialog.summary.skip.text() == "Leave out the 2 rows that are not vectors"
    dialog.accept()
    assert asker.dialog is dialog  # There is no opening it anyway.
    qtbot.mouseClick(dialog.summary.skip, Qt.MouseButton.LeftButton)
    assert dialog.footer.open_button.isEnabled()
    dialog.footer.open_button.click()
    active = opened(asker, qtbot)
    assert len(active) == 300
    assert active.opened.settings.on_bad_rows == "skip"


def test_the_tick_can_be_taken_back(ask, qtbot, bad_file):
    dialog = ask(bad_file)
    for is_on in (True, False):
        qtbot.mouseClick(dialog.summary.skip, Qt.MouseButton.LeftButton)
        assert dialog.footer.open_button.isEnabled() == is_on


def test_open_before_the_end_goes_on_in_the_status_bar(slow, asker, qtbot, text_file):
    asker.ask(OpenRequest(text_file))
    dialog = asker.dialog
    qtbot.waitUntil(lambda: dialog.footer.status.text().startswith("100 rows read"))
    assert dialog.footer.status.text().startswith("100 rows read · ")
    assert dialog.footer.status.text().endswith("kB")
    assert dialog.footer.open_button.isEnabled()
    dialog.footer.open_button.click()
    assert not dialog.isVisible()
    assert asker.session.state.sets == ()
    slow.set()
    assert len(opened(asker, qtbot)) == 300


def test_bad_rows_bring_the_dialog_back(slow, asker, qtbot, bad_file):
    asker.ask(OpenRequest(bad_file))
    dialog = asker.dialog
    qtbot.waitUntil(dialog.footer.open_button.isEnabled)
    dialog.accept()
    slow.set()
    qtbot.waitUntil(dialog.isVisible)
    assert asker.session.state.sets == ()
    assert not dialog.footer.open_button.isEnabled()
    assert dialog.summary.skip.isVisible()


def test_the_stop_of_the_window_ends_it(slow, asker, qtbot, text_file):
    asker.ask(OpenRequest(text_file))
    dialog = asker.dialog
    qtbot.waitUntil(dialog.footer.open_button.isEnabled)
    dialog.accept()
    assert asker.session.board.current is not None
    asker.session.board.stop()
    assert asker.dialog is None
    slow.set()
    qtbot.waitUntil(lambda: not [t for t in threading.enumerate() if t.name == THREAD_NAME])
    assert asker.session.state.sets == ()


def test_stop_reads_no_further_and_open_begins_again(slow, asker, qtbot, text_file):
    asker.ask(OpenRequest(text_file))
    dialog = asker.dialog
    qtbot.waitUntil(dialog.footer.stop.isVisible)
    dialog.footer.stop.click()
    assert "Stopped" in dialog.footer.status.text()
    assert dialog.footer.open_button.isEnabled()
    slow.set()
    dialog.footer.open_button.click()
    assert len(opened(asker, qtbot)) == 300


def test_an_error_leaves_nothing_to_press_but_cancel(ask, tmp_path):
    (tmp_path / "story.vec").write_text("Once upon a time.\nThere was none.\n")
    dialog = ask(tmp_path / "story.vec")
    assert not dialog.footer.open_button.isEnabled()
    assert not dialog.summary.options.isVisible()
    assert "story.vec" in dialog.summary.message_list.texts[0]


def test_an_array_is_chosen_among_several(ask, asker, qtbot, tmp_path, numbers):
    np.savez(tmp_path / "two.npz", first=numbers, second=2 * numbers)
    dialog = ask(tmp_path / "two.npz")
    assert not dialog.footer.open_button.isEnabled()
    assert dialog.summary.options.key.isVisible()
    choose(dialog.summary.options.key, "second")
    ask.settle(dialog)
    dialog.accept()
    np.testing.assert_array_equal(opened(asker, qtbot).vectors, 2 * numbers)


def test_labels_from_another_column_or_none(ask, asker, qtbot, tmp_path):
    rows = "".join(f"w{i},v{i},{i},1,2,3\n" for i in range(20))
    (tmp_path / "table.csv").write_text("word,other,d0,d1,d2,d3\n" + rows)
    dialog = ask(tmp_path / "table.csv")
    box = dialog.summary.options.label_column
    if box.isVisible():  # Where the format says which columns there are.
        choose(box, "other")
        ask.settle(dialog)
        assert dialog.summary.preview.rows.index(1, 0).data() == "v1"
        choose(box, "Row numbers")
        ask.settle(dialog)
    dialog.accept()
    assert len(opened(asker, qtbot)) == 20


def test_labels_and_metadata_from_second_files(ask, chosen_file, asker, qtbot, tmp_path, numbers):
    np.save(tmp_path / "v.npy", numbers[:3])
    (tmp_path / "labels.txt").write_text("label\none\ntwo\nthree\n")
    (tmp_path / "more.tsv").write_text("name\tkind\nthree\tc\none\ta\ntwo\tb\n")
    dialog = ask(tmp_path / "v.npy")
    options = dialog.summary.options
    chosen_file[:] = [tmp_path / "labels.txt"]
    options.labels.choose.click()
    ask.settle(dialog)
    assert not dialog.footer.open_button.isEnabled()
    assert "probably a header" in dialog.summary.message_list.texts[0]
    assert "labels_header" not in dialog.summary.message_list.texts[0]
    assert dialog.footer.status.text() == "Say above whether the first line is a header."

    def height_of(widget):
        return widget.mapTo(dialog, QPoint()).y()

    in_order = [options.labels, options.labels_header, options.metadata]
    qtbot.waitUntil(lambda: sorted(in_order, key=height_of) == in_order)
    options.labels_header.click()
    ask.settle(dialog)
    assert dialog.footer.open_button.isEnabled()
    chosen_file[:] = [tmp_path / "more.tsv"]
    options.metadata.choose.click()
    ask.settle(dialog)
    choose(options.metadata_key, "Joined by name")
    ask.settle(dialog)
    dialog.accept()
    active = opened(asker, qtbot)
    assert active.labels == ("one", "two", "three")
    assert active.metadata.column("kind").to_pylist() == ["a", "b", "c"]


def test_a_second_file_is_given_up_again(ask, chosen_file, tmp_path, numbers):
    np.save(tmp_path / "v.npy", numbers)
    (tmp_path / "labels.txt").write_text("one\ntwo\n")
    dialog = ask(tmp_path / "v.npy")
    chosen_file[:] = [tmp_path / "labels.txt"]
    dialog.summary.options.labels.choose.click()
    ask.settle(dialog)
    assert not dialog.footer.open_button.isEnabled()
    assert dialog.summary.options.labels.label.text() == "labels.txt"
    dialog.summary.options.labels.drop.click()
    ask.settle(dialog)
    assert dialog.footer.open_button.isEnabled()


def test_a_list_of_labels_chosen_as_metadata_is_taken_as_labels(
    ask, chosen_file, asker, qtbot, tmp_path, numbers
):
    np.save(tmp_path / "v.npy", numbers[:2])
    (tmp_path / "names.txt").write_text("one\ntwo\n")
    dialog = ask(tmp_path / "v.npy")
    chosen_file[:] = [tmp_path / "names.txt"]
    dialog.summary.options.metadata.choose.click()
    ask.settle(dialog)
    dialog.accept()
    assert opened(asker, qtbot).labels == ("one", "two")


def test_a_sample_is_said_ever_after(window, qtbot, idle, text_file):
    dialog = ask_in(window.dialogs, qtbot, text_file)
    options = dialog.summary.options
    choose(options.part, "A random sample")
    options.count.setValue(40)
    settle(dialog, qtbot)
    options.seed.setValue(3)
    settle(dialog, qtbot)
    assert dialog.summary.measures.text().startswith("40 of 300 rows × 8")
    dialog.accept()
    assert len(opened(window.dialogs, qtbot)) == 40
    idle(window.session)
    said = "40 of 300 rows, random sample, seed 3"
    assert said in window.statusBar().facts.text()
    assert "40 of 300 rows, seed 3" in window.library.sets.item(0).toolTip()
    assert said in window.panes[0].view.scene.caption


def test_the_rows_of_a_sample_are_shown_when_it_is_drawn(slow, asker, qtbot, text_file):
    asker.ask(OpenRequest(text_file, settings=ReadSettings(sample=40, seed=1)))
    dialog = asker.dialog
    qtbot.waitUntil(lambda: dialog.summary.preview.rows.rowCount() > 0)
    assert dialog.summary.preview.rows.index(0, 0).data() == "w0"
    assert "The first rows of the file" in dialog.summary.above.text()
    assert dialog.summary.above.isVisible()
    slow.set()
    settle(dialog, qtbot)
    drawn = dialog.check.vector_set
    assert not dialog.summary.above.isVisible()
    assert dialog.summary.preview.rows.rowCount() == 40
    shown = [dialog.summary.preview.rows.index(row, 0).data() for row in range(40)]
    assert shown == list(drawn.labels)
    dialog.reject()
    assert dialog.summary.preview.shown is None


def test_no_more_rows_can_be_wanted_than_there_are(ask, text_file):
    dialog = ask(text_file)
    choose(dialog.summary.options.part, "A random sample")
    ask.settle(dialog)
    assert dialog.summary.options.count.value() == 300
    assert dialog.check.settings.sample == 300
    dialog.summary.options.count.setValue(301)
    assert dialog.summary.options.count.value() == 300


def test_metadata_of_other_rows_are_joined_by_one_click(
    ask, chosen_file, asker, qtbot, text_file, tmp_path
):
    (tmp_path / "more.tsv").write_text("n\tword\n7\tw3\n8\tw1\n")
    dialog = ask(text_file)
    chosen_file[:] = [tmp_path / "more.tsv"]
    dialog.summary.options.metadata.choose.click()
    ask.settle(dialog)
    assert "Its column 'word' holds labels" in dialog.summary.message_list.texts[0]
    assert dialog.summary.offer.text() == "Join by word, which holds the labels"
    assert dialog.footer.status.text() == "Choose above how the metadata find their rows."
    dialog.summary.offer.click()
    ask.settle(dialog)
    assert not dialog.summary.offer.isVisible()
    dialog.accept()
    assert opened(asker, qtbot).metadata.column("n").to_pylist()[:4] == [None, 8, None, 7]


def test_files_of_an_archive_are_called_files(ask, tmp_path, numbers, text_file):
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for name in ("a.txt", "b.txt"):
            archive.write(text_file, name)
    dialog = ask(tmp_path / "two.zip")
    assert dialog.summary.options._key_caption.text() == "File"
    choose(dialog.summary.options.key, "b.txt")
    ask.settle(dialog)
    assert dialog.footer.open_button.isEnabled()
    assert dialog.summary.options._key_caption.text() == "File"
    dialog.reject()
    np.savez(tmp_path / "two.npz", first=numbers, second=numbers)
    dialog = ask(tmp_path / "two.npz")
    assert dialog.summary.options._key_caption.text() == "Array"


def test_the_settings_of_the_projector_have_the_size_of_their_tensors(ask, tmp_path, numbers):
    numbers.tofile(tmp_path / "t.bytes")
    shape = list(numbers.shape)
    both = [{"tensorName": name, "tensorShape": shape, "tensorPath": "t.bytes"} for name in "ab"]
    path = tmp_path / "projector_config.json"
    path.write_text(json.dumps({"embeddings": both}))
    dialog = ask(path, ReadSettings(key="a"))
    assert "9.6 kB on disk" in dialog.summary.measures.text()
    assert {message.level for message in dialog.summary.message_list._shown} == {"note"}


def test_code_in_an_error_is_a_field_of_its_own(ask, tmp_path):
    (tmp_path / "words.pkl").write_bytes(pickle.dumps({"a": [1.0, 2.0]}, protocol=4))
    dialog = ask(tmp_path / "words.pkl")
    (code,) = dialog.findChildren(CodeLine)
    assert code.field.toPlainText().startswith("import ")
    assert code.field.toPlainText() in dialog.summary.message_list.texts[0]


def test_the_keyboard_goes_to_open_but_stays_where_it_was_sent(slow, asker, qtbot, text_file):
    slow.set()
    dialog = ask_in(asker, qtbot, text_file)
    assert dialog.focusWidget() is dialog.footer.open_button
    dialog.reject()
    asker.ask(OpenRequest(text_file))
    dialog = asker.dialog
    dialog.footer.cancel_button.setFocus()
    dialog.focusNextPrevChild(True)
    dialog.footer.cancel_button.setFocus()
    settle(dialog, qtbot)
    assert dialog.focusWidget() is dialog.footer.cancel_button


def test_the_first_rows_alone(ask, asker, qtbot, text_file):
    dialog = ask(text_file)
    choose(dialog.summary.options.part, "The first")
    dialog.summary.options.count.setValue(25)
    ask.settle(dialog)
    dialog.accept()
    assert opened(asker, qtbot).labels[-1] == "w24"
    assert asker.session.state.active.opened.settings.max_rows == 25


def test_what_does_not_fit_is_offered_as_a_sample(ask, asker, qtbot, text_file, monkeypatch):
    read = formats.open_file

    def refuse(path, settings, report):
        if settings.sample is None:
            choices = {"50": "A random sample of 50 rows"}
            raise ChoiceRequired("Too large: --sample 50.", "sample", choices, reason="Too large.")
        return read(path, settings, report)

    monkeypatch.setattr(formats, "open_file", refuse)
    dialog = ask(text_file)
    assert dialog.summary.message_list.texts == ["Too large."]
    assert not dialog.footer.open_button.isEnabled()
    assert dialog.summary.offer.text() == "A random sample of 50 rows"
    dialog.summary.offer.click()
    ask.settle(dialog)
    dialog.accept()
    assert len(opened(asker, qtbot)) == 50


@pytest.fixture
def holed(tmp_path, numbers):
    """Return an array in which two rows are not vectors."""
    numbers[5, 3], numbers[7, 0], numbers[9] = np.nan, np.inf, 0
    np.save(tmp_path / "holed.npy", numbers)
    return tmp_path / "holed.npy"


def test_rows_of_a_mapped_array_are_looked_at(ask, asker, qtbot, holed):
    dialog = ask(holed)
    assert "stays in the file" in dialog.summary.measures.text()
    assert "2 rows hold NaN or infinities (rows 5, 7, from 0)." in dialog.summary.message_list.texts
    assert not dialog.footer.open_button.isEnabled()
    dialog.summary.skip.click()
    ask.settle(dialog)
    dialog.accept()
    active = opened(asker, qtbot)
    assert len(active) == 298
    assert np.isfinite(active.vectors).all()


def test_open_waits_for_the_rows_of_a_mapped_array(asker, qtbot, holed, tmp_path, monkeypatch):
    go, scan = threading.Event(), file_check.scan_vectors

    def wait(vectors, report, tell):
        go.wait()
        return scan(vectors, report, tell)

    monkeypatch.setattr(file_check, "scan_vectors", wait)
    asker.ask(OpenRequest(holed))
    dialog = asker.dialog
    qtbot.waitUntil(lambda: dialog.check.scanning.is_busy)
    dialog.accept()
    assert not dialog.isVisible()
    assert asker.session.state.sets == ()
    assert asker.session.board.current is not None
    go.set()
    qtbot.waitUntil(dialog.isVisible)
    assert dialog.summary.skip.isVisible()
    assert asker.session.state.sets == ()
    dialog.reject()
    go.clear()
    np.save(tmp_path / "whole.npy", np.ones((20, 4), np.float32))
    asker.ask(OpenRequest(tmp_path / "whole.npy"))
    dialog = asker.dialog
    qtbot.waitUntil(lambda: dialog.check.scanning.is_busy)
    dialog.accept()
    go.set()
    active = opened(asker, qtbot)
    assert asker.session.scans.of(active).is_complete


def test_the_stop_of_the_window_ends_the_look_at_the_rows(asker, qtbot, holed, monkeypatch):
    go = threading.Event()

    def wait(vectors, report, tell):
        go.wait()
        report(0.5, "5 rows")

    monkeypatch.setattr(file_check, "scan_vectors", wait)
    asker.ask(OpenRequest(holed))
    dialog = asker.dialog
    qtbot.waitUntil(lambda: dialog.check.scanning.is_busy)
    dialog.accept()
    asker.session.board.stop()
    assert asker.dialog is None
    go.set()
    qtbot.waitUntil(lambda: not [t for t in threading.enumerate() if t.name == THREAD_NAME])
    assert asker.session.state.sets == ()


def test_holes_of_an_array_opened_at_once_are_told_and_left_out(window, idle, holed):
    window.open_paths([str(holed)])
    idle(window.session)
    active = window.session.state.active
    assert len(active) == 300
    assert window.session.scans.of(active).is_complete
    assert "2 rows of holed hold NaN or infinities (rows 5, 7, from 0)" in window.message_bar.text
    told = window.library.sets.item(0).toolTip()
    assert "1 row is all zeros" in told
    window.message_bar.offer.click()
    idle(window.session)
    (left,) = window.session.state.sets
    assert len(left) == 298
    assert left.labels[5] == "6"  # Rows keep their numbers in the file.


def test_a_dropped_file_that_must_be_decided_on_brings_up_the_dialog(
    window, idle, qtbot, bad_file, text_file, tmp_path
):
    good = text_file.rename(tmp_path / "good.txt")
    window.open_paths([str(bad_file), str(good)])
    idle(window.session)
    assert [each.name for each in window.session.state.sets] == ["good"]
    assert window.message_bar.text == ""
    dialog = window.dialogs.dialog
    assert dialog.title.text() == "bad.txt"
    qtbot.waitUntil(dialog.summary.skip.isVisible)


def test_the_preview_gives_way_to_what_is_to_be_decided(ask, qtbot, bad_file):
    dialog = ask(bad_file)
    preview = dialog.summary.preview

    def height_of_rows():
        return preview.height() - preview.horizontalHeader().sizeHint().height()

    qtbot.waitUntil(lambda: height_of_rows() >= 6 * preview.ROW_HEIGHT)
    dialog.resize(720, 400)
    qtbot.waitUntil(lambda: height_of_rows() < 6 * preview.ROW_HEIGHT)
    assert height_of_rows() >= 2 * preview.ROW_HEIGHT
    foot = dialog.summary.skip.mapTo(dialog, QPoint(0, dialog.summary.skip.height())).y()
    assert foot < dialog.footer.open_button.mapTo(dialog, QPoint()).y()
    dialog.resize(720, 700)
    qtbot.waitUntil(lambda: height_of_rows() >= 6 * preview.ROW_HEIGHT)


def test_rows_without_labels_are_shown_as_numbered(ask, tmp_path, numbers):
    np.save(tmp_path / "v.npy", numbers[:2])
    (tmp_path / "m.tsv").write_text("n\tm\n1\t2\n3\t4\n")
    dialog = ask(tmp_path / "v.npy", ReadSettings(metadata=tmp_path / "m.tsv"))
    box = dialog.summary.options.label_column
    assert box.currentText() == "Row numbers"
    (tmp_path / "w.txt").write_text("a 1 2 3\nb 4 5 6\n")
    dialog.reject()
    dialog = ask(tmp_path / "w.txt", ReadSettings(metadata=tmp_path / "m.tsv"))
    assert dialog.summary.options.label_column.currentText() == "As the file has them"


def test_every_control_has_a_name_and_can_be_reached_by_keys(ask, bad_file):
    dialog = ask(bad_file)
    unnamed = [
        widget
        for widget in dialog.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and not (widget.accessibleName() and widget.objectName().startswith("open."))
        and widget.metaObject().className() not in ("QLineEdit", "QHeaderView")
    ]
    assert unnamed == []
    reached = set()
    for _ in range(20):
        dialog.focusNextChild()
        reached.add(QApplication.focusWidget().objectName())
    assert {"open.preview", "open.skip_bad_rows", "open.labels", "open.part", "open.cancel"} <= (
        reached
    )


def test_another_settings_are_taken_from_what_was_asked(ask, asker, qtbot, text_file):
    dialog = ask(text_file, ReadSettings(max_rows=10))
    assert dialog.summary.options.part.currentData() == "max_rows"
    assert dialog.summary.options.count.value() == 10
    dialog.accept()
    assert opened(asker, qtbot).opened.settings == ReadSettings(max_rows=10)


@pytest.mark.parametrize(
    ("first", "names"),
    [
        ("a\tb", ["a", "b"]),
        ('"x y",z,', ["x y", "z", "column 3"]),
        ("alone", []),
    ],
)
def test_names_of_columns(tmp_path, first, names):
    (tmp_path / "t.csv").write_text(first + "\n1\t2\n")
    assert column_names(tmp_path / "t.csv") == names
    assert column_names(tmp_path / "none.csv") == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [(720, 640), (420, 460)], ids=["usual", "narrow"])
def test_looks(ask, artefacts, tmp_path, bad_file, qapp, theme, size):
    apply_theme(qapp, THEMES[theme])
    name = "very_long_name_of_a_file_" * 6 + ".txt"
    bad_file.rename(tmp_path / name)
    dialog = ask(tmp_path / name)
    dialog.resize(*size)
    qapp.processEvents()
    picture = dialog.grab()
    assert picture.save(str(artefacts / f"open-dialog-{theme}-{size[0]}.png"))
    assert dialog.width() == size[0]  # No text is so long that it would make it wider.
    assert dialog.footer.open_button.geometry().right() < dialog.width()
