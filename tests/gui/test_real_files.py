"""Real files, dropped on the window, in every pane."""

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog

from embedviz.gui.points.view import PointView

GLOVE = (
    ["glove_noheader.txt"],
    ["glove_noheader.txt.gz"],
    ["glove_crlf.txt"],
    ["glove_header.vec"],
    ["gensim_binary.bin"],
    ["glove.csv"],
    ["glove.npz"],
    ["golden_5050x50.f4.npy", "golden_words.txt"],
    ["vectors.tsv", "metadata.tsv"],
)


def assert_every_pane_shows_it(window, front, idle):
    for pane in window.panes:
        front(window, pane.name)
        idle(window.session)
        assert not pane.message_bar.text
        views = pane.findChildren(PointView)
        assert all(len(view.scene.canvas) == len(window.session.state.active) for view in views)
    assert not window.message_bar.text
    assert len(window.neighbors.list.lines.lines) == 10


@pytest.mark.parametrize("names", GLOVE, ids=lambda names: names[0])
def test_glove_in_many_containers(window, drop, data_folder, names):
    state = drop([data_folder / "glove50" / name for name in names])
    assert window.message_bar.text == ""
    assert len(state.sets) == 1
    assert (len(state.active), state.active.dimensions) == (5050, 50)
    assert state.current_query.name == "king"
    neighbors = [line.label for line in window.neighbors.list.lines.lines]
    assert neighbors[:3] == ["prince", "queen", "ii"]


def test_glove_in_every_pane(window, front, idle, drop, data_folder):
    drop([data_folder / "glove50" / "glove_noheader.txt"])
    assert_every_pane_shows_it(window, front, idle)
    analogies = window.panes[1].pages.chosen.list.lines.lines
    assert [line.label for line in analogies[:3]] == ["queen", "prince", "daughter"]
    assert analogies[0].score == pytest.approx(0.8524, abs=5e-5)


def test_sentences_in_every_pane(window, front, idle, drop, data_folder):
    folder = data_folder / "stsb"
    state = drop([folder / "stsb_dev_layer5.f32.npy", folder / "stsb_dev_texts.tsv"])
    assert state.active.labels[0] == "A man with a hard hat is dancing."
    for pane in (window.panes[0], *window.panes[2:]):
        front(window, pane.name)
        idle(window.session)
        assert not pane.message_bar.text
    assert (
        "is not a label in this set" in front(window, "analogies").pages.chosen.view.scene.message
    )


def test_titles_from_the_menu_in_every_pane(window, front, idle, qtbot, data_folder, monkeypatch):
    path = data_folder / "movies" / "peliculas_text-embedding-3-small-1536.json"
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(path)], ""))
    window.trigger("file.open")
    dialog = window.dialogs.dialog
    qtbot.waitUntil(lambda: dialog.footer.status.text() == "All rows checked", timeout=20_000)
    assert dialog.summary.measures.text().startswith("62 × 1,536 · ")
    dialog.accept()
    idle(window.session)
    assert len(window.session.state.active) == 62
    matryoshka = front(window, "matryoshka")
    idle(window.session)
    matryoshka.slider.setValue(256)
    idle(window.session)
    assert len(matryoshka.lists.short.lines.lines) == 10
    assert "256 of 1,536 dimensions, 16.7 % of the bytes" in matryoshka.lists.summary.text()


@pytest.mark.parametrize("name", ["glove_short_row.txt", "glove_nan_inf_zero.txt"])
def test_a_bad_file_is_asked_about_and_what_was_open_stays(
    window, drop, data_folder, qtbot, name, toy
):
    window.session.show(window.session.state.opened(toy))
    state = drop([data_folder / "glove50" / name])
    assert state.active is toy
    dialog = window.dialogs.dialog
    assert dialog.title.text() == name
    qtbot.waitUntil(lambda: dialog.summary.skip.isVisible() and not dialog.check.is_reading)
    assert any("line" in text for text in dialog.summary.message_list.texts)
    assert not dialog.footer.open_button.isEnabled()


def test_tokens_with_spaces_are_one_label(window, drop, data_folder, texts):
    state = drop([data_folder / "glove50" / "glove_tokens_with_spaces.txt"])
    spaced = [row for row, label in enumerate(state.active.labels) if " " in label]
    assert spaced
    assert texts(window.library.list)[spaced[0]] == " ".join(state.active.labels[spaced[0]].split())
    assert np.isfinite(state.active.vectors).all()
