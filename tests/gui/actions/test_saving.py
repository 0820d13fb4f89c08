"""What the menus do to write files, as a user does it."""

import csv

import numpy as np
import pytest
from pyarrow import parquet
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from embedviz.app.files.settings import read_settings
from embedviz.app.state import State
from embedviz.core.derivation.chosen_rows import chosen_rows
from embedviz.core.derivation.recipes import Truncated
from embedviz.formats import load, save
from embedviz.gui.actions.saving import _file_name


@pytest.fixture
def saved_as(monkeypatch, tmp_path):
    """Answer the dialog that asks where to; what it was asked with is in `asked`."""

    def answer(name, kind="All files (*)"):
        path = str(tmp_path / name) if name else ""

        def ask(*given):
            answer.asked = given
            return path, kind

        monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
        return tmp_path / name

    answer.asked = None
    return answer


@pytest.fixture
def write(opened, idle):
    """Return a function that does what an action does, until the file is there."""

    def run(name):
        opened.trigger(name)
        idle(opened.session)

    return run


def test_selected_rows_are_written_with_their_places(opened, saved_as, idle, toy):
    path = saved_as("rows.csv")
    opened.trigger("file.export_rows")
    assert "Select rows first" in opened.message_bar.text
    opened.session.show(opened.session.state.selecting([2, 40]))
    opened.trigger("file.export_rows")
    idle(opened.session)
    with path.open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert [row["label"] for row in (first, second)] == ["word2", "word40"]
    assert second["number"] == "40"
    places = opened.panes[0].run.layout.positions
    titles = [name for name in first if name.startswith("PC")]
    assert len(titles) == 2
    np.testing.assert_allclose([float(second[name]) for name in titles], places[40, :2], atol=1e-5)


def test_selected_rows_are_written_as_vectors_too(opened, saved_as, idle, toy):
    opened.session.show(opened.session.state.selecting([2, 40]))
    path = saved_as("rows", "word2vec text (*.vec)").with_suffix(".vec")
    opened.trigger("file.export_rows")
    idle(opened.session)
    written = load(path)
    assert written.labels == ("word2", "word40")
    np.testing.assert_allclose(written.vectors, toy.vectors[[2, 40]], atol=1e-5)
    saved_as("rows.wrong")
    opened.trigger("file.export_rows")
    idle(opened.session)
    assert "rows.wrong" in opened.message_bar.text
    saved_as("")
    opened.trigger("file.export_rows")
    assert opened.session.board.current is None


def test_the_shown_set_is_saved(opened, write, saved_as, toy):
    path = saved_as("mine.parquet")
    write("file.save_set")
    _, title, start, kinds = saved_as.asked
    assert title == "Save toy"
    assert start.endswith("toy.parquet")
    assert "(*.npy)" in kinds
    found = load(path)
    assert found.labels == toy.labels
    assert found.vectors.tobytes() == toy.vectors.tobytes()
    assert found.metadata["group"].to_pylist() == toy.metadata["group"].to_pylist()
    assert str(path) in opened.statusBar().currentMessage()
    assert not opened.message_bar.text


def test_a_derived_set_is_saved_as_it_is_shown(opened, write, saved_as, toy):
    derived = Truncated(5).derive(toy)
    opened.session.show(opened.session.state.opened(derived))
    path = saved_as("short.npy")
    write("file.save_set")
    assert load(path).vectors.tobytes() == derived.vectors.tobytes()


def test_what_a_format_does_not_hold_is_said(opened, write, saved_as):
    saved_as("mine", "word2vec text: labels and vectors (*.vec)")
    write("file.save_set")
    assert "mine.vec is written without the metadata" in opened.message_bar.text
    assert "group, number" in opened.message_bar.text


def test_the_folder_is_remembered(opened, write, saved_as, tmp_path):
    (tmp_path / "there").mkdir()
    saved_as("there/mine.csv")
    write("file.save_set")
    assert read_settings().folder == str(tmp_path / "there")
    saved_as("")
    write("file.save_set")
    assert saved_as.asked[2] == str(tmp_path / "there" / "toy.parquet")


@pytest.mark.parametrize("answer", ["Yes", "No"])
def test_a_suffix_that_is_added_replaces_nothing_unasked(
    opened, write, saved_as, monkeypatch, answer
):
    path = saved_as("mine.v2", "CSV: everything (*.csv)").with_suffix(".v2.csv")
    path.write_text("precious")
    asked = []

    def ask(*given):
        asked.append(given[-1])
        return QMessageBox.StandardButton[answer]

    monkeypatch.setattr(QMessageBox, "question", ask)
    write("file.save_set")
    assert asked == ["mine.v2.csv is there already. Replace it?"]
    assert (path.read_text("utf-8") == "precious") == (answer == "No")


def test_what_goes_wrong_is_said(opened, write, saved_as):
    saved_as("nowhere/mine.csv")
    write("file.save_set")
    assert "mine.csv cannot be written: No such file or directory" in opened.message_bar.text


def test_one_file_at_a_time(opened, idle, saved_as):
    first = saved_as("first.csv")
    opened.trigger("file.save_set")
    saved_as("second.csv")
    opened.trigger("file.save_set")
    assert "Another file is being written" in opened.message_bar.text
    idle(opened.session)
    assert first.exists()
    assert not first.with_name("second.csv").exists()


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_coordinates_of_all_rows_are_written(opened, write, saved_as, suffix):
    path = saved_as(f"map{suffix}")
    write("file.export_coordinates")
    places, titles = opened.map_in_use.places()
    assert titles == ["PC1", "PC2"]
    if suffix == ".parquet":
        lines = parquet.read_table(path).to_pylist()
    else:
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.DictReader(file))
    assert [line["label"] for line in lines] == [f"word{i}" for i in range(50)]
    assert lines[3]["group"] == "odd"
    found = [[float(line[title]) for title in titles] for line in lines]
    np.testing.assert_allclose(found, places, rtol=1e-6)


def test_coordinates_need_a_map(opened, write, saved_as, monkeypatch):
    path = saved_as("map.csv")
    monkeypatch.setattr(type(opened.panes[0]), "places", lambda self: None)
    write("file.export_coordinates")
    assert "no map of this set yet" in opened.message_bar.text
    assert not path.exists()


@pytest.fixture
def answered(monkeypatch):
    """Answer the questions about neighbors."""

    def answer(count, kind="", accepted=True):
        monkeypatch.setattr(QInputDialog, "getInt", lambda *_: (count, accepted))
        monkeypatch.setattr(QInputDialog, "getItem", lambda *given: (given[3][kind], bool(count)))

    return answer


def test_neighbors_of_all_rows_are_written(opened, write, saved_as, answered):
    path = saved_as("near.parquet")
    answered(3)
    write("file.export_neighbors")
    table = parquet.read_table(path)
    assert table.num_rows == 150
    assert table.column_names[-1] == opened.session.state.metric


@pytest.mark.parametrize("kind", [0, 1])
def test_neighbors_of_selected_rows_are_written(opened, write, saved_as, answered, kind):
    opened.session.show(opened.session.state.selecting([4, 8]))
    path = saved_as("near.csv")
    answered(2, kind)
    write("file.export_neighbors")
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == (4 if kind else 100)
    assert lines[-1]["label"] == ("word8" if kind else "word49")


def test_questions_that_are_not_answered(opened, write, saved_as, answered):
    path = saved_as("near.csv")
    answered(2, accepted=False)
    write("file.export_neighbors")
    opened.session.show(opened.session.state.selecting([4, 8]))
    answered(0, 0)
    write("file.export_neighbors")
    assert not path.exists()
    assert saved_as.asked is None


@pytest.mark.parametrize(
    "name",
    ["file.save_set", "file.export_rows", "file.export_coordinates", "file.export_neighbors"],
)
def test_with_nothing_open_something_is_said(window, name):
    window.trigger(name)
    assert window.message_bar.text
    assert window.session.state == State()


def test_names_of_sets_become_names_of_files():
    assert _file_name("words · layer 2") == "words · layer 2"
    assert _file_name("a/b: <c>\n") == "a b c"
    assert _file_name("...") == "vectors"
    assert _file_name("") == "vectors"


@pytest.fixture
def sample(window, idle, toy, tmp_path):
    """Return a window with a sample of a mapped array, and that array."""
    save(toy, tmp_path / "all.npy")
    window.session.show(State().opened(load(tmp_path / "all.npy", sample=10)))
    idle(window.session)
    return tmp_path / "all.npy"


def test_a_file_that_is_open_is_not_replaced(window, idle, sample, saved_as, tmp_path):
    before = sample.read_bytes()
    part = chosen_rows(window.session.state.active, [1, 2])
    for opened in (State().opened(part), window.session.state):
        window.session.show(opened)
        (tmp_path / "link.npy").unlink(missing_ok=True)
        (tmp_path / "link.npy").symlink_to(sample)
        for name in ("all.npy", "link.npy"):
            saved_as(name)
            window.trigger("file.save_set")
            idle(window.session)
            assert f"{name} is not replaced, since the open set all" in window.message_bar.text
            assert sample.read_bytes() == before


def test_a_part_of_a_file_is_said_not_to_be_known_as_one(window, idle, sample, saved_as):
    saved_as("part.csv")
    window.trigger("file.save_set")
    idle(window.session)
    assert "part.csv does not say that its rows are a part of a file" in window.message_bar.text
    assert "A random sample of 10 of 50 rows, seed 0." in window.message_bar.text
    path = saved_as("part.parquet")
    window.trigger("file.save_set")
    idle(window.session)
    assert window.message_bar.text == ""
    assert "A random sample of 10 of 50 rows, seed 0." in load(path).notes


@pytest.mark.parametrize("button", ["offer", "other"])
def test_labels_of_something_else_are_replaced_only_when_asked(
    opened, write, idle, saved_as, tmp_path, button
):
    path, own = saved_as("mine.npy"), tmp_path / "mine.npy.metadata.tsv"
    own.write_text("precious\n")
    write("file.save_set")
    assert "The labels of mine.npy go to mine.npy.metadata.tsv" in opened.message_bar.text
    assert not path.exists()
    getattr(opened.message_bar, button).click()
    idle(opened.session)
    assert path.exists() == (button == "offer")
    assert (own.read_text() == "precious\n") == (button == "other")
    if button == "offer":
        told = opened.statusBar().currentMessage()
        assert told == f"Written to {path} and mine.npy.metadata.tsv"
        write("file.save_set")  # Now they belong together.
        assert opened.message_bar.text == ""
