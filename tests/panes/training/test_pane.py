"""Training in the pane: the corpus as words, words that move, the way back, what comes of it."""

import os
import signal
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from shiboken6 import delete

import embedviz
from embedviz.app.state import State
from embedviz.gui.figures import wait_until_idle
from embedviz.gui.points.view import PointView
from embedviz.panes.training import TrainingPane
from embedviz.panes.training.settings import TrainingPaneSettings
from embedviz.sources.training.run import TrainingRun
from embedviz.sources.training.settings import TrainingSettings

from .examples import QUICK


def settings_of(session):
    return session.state[TrainingPaneSettings]


def set_(session, idle, **changes):
    session.show(session.state.with_settings(replace(settings_of(session), **changes)))
    idle(session)


def positions(pane):
    canvas = pane.run_page.map.scene.canvas
    return np.array(canvas.positions)[:, : 2 + canvas.is_3d]


def test_an_empty_pane_offers_four_corpora(pane, session, idle):
    assert pane.pages.currentWidget() is pane.offers
    texts = [button.text() for button in pane.offers.findChildren(type(pane.corpus_page.train))]
    assert texts == [
        "Made-up language",
        "Gensim's test corpus",
        "Text file…",
        "Column of a table…",
    ]
    pane.offers.chosen.emit("language")
    idle(session)
    assert pane.pages.currentWidget() is pane.corpus_page
    assert settings_of(session).source == "language"
    session.undo()
    assert pane.pages.currentWidget() is pane.offers


def test_a_file_is_asked_for_without_stopping_the_window(pane, session, corpus, idle, qtbot):
    pane.offers.chosen.emit("text")
    dialog = pane.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(corpus))
    dialog.close()
    idle(session)
    assert settings_of(session).path == str(corpus)
    assert "topics.txt" in pane.corpus_page.headline.text()


def test_the_corpus_is_seen_as_words(choose, corpus, session, idle):
    page = choose(corpus).corpus_page
    assert "Vocabulary: 8 of 10 different words occur 2 times or more" in page.numbers.text()
    assert "Left out: 2 rarer ones, 0.1 % of the text" in page.numbers.text()
    assert page.tokens.accessibleDescription().startswith("stone hill rain road stone hill")
    assert "one thread" in page.estimate.text()
    set_(session, idle, min_count=1)
    assert "Vocabulary: 10 of 10" in page.numbers.text()
    assert "Left out" not in page.numbers.text()


def test_rare_words_are_struck_out(choose, tmp_path):
    path = tmp_path / "t.txt"
    path.write_text("often often rare\n")
    tokens = choose(path).corpus_page.tokens
    assert tokens._lines == [[("often", True), ("often", True), ("rare", False)]]


def test_words_find_their_places(train, corpus):
    pane = train(corpus, epochs=30)
    run, page = pane.player.run, pane.run_page
    assert run.trained is not None
    assert positions(pane).shape == (8, 2)
    assert run.recording[0].fraction == 0
    assert run.recording[len(run.recording) - 1].fraction == 1
    # Words of one topic are nearer to each other than to those of the other.
    page.beside.word_chosen.emit("cat")
    near = [line.label for line in page.beside.list.lines.lines[:3]]
    assert set(near) == {"dog", "milk", "fur"}
    assert all(line.note.startswith("was ") for line in page.beside.list.lines.lines)
    assert "trained in" in page.headline.text()
    assert not pane.message_bar.text


def test_the_last_frame_is_what_gensim_gives(train, corpus, session, idle):
    pane = train(corpus)
    expected = TrainingRun(pane.player.run.lesson.corpus, settings_of(session).of_training).run()
    pane.tool_bar.use.click()
    idle(session)
    made = session.state.active
    assert tuple(made.labels) == expected.vocabulary.words
    np.testing.assert_array_equal(made.vectors, expected.vectors)


def test_what_is_used_saves_and_opens_again(train, corpus, session, idle, tmp_path):
    pane = train(corpus)
    pane.tool_bar.use.click()
    idle(session)
    made = session.state.active
    embedviz.save(made, tmp_path / "words.bin")
    again = embedviz.load(tmp_path / "words.bin")
    np.testing.assert_array_equal(again.vectors, made.vectors)
    assert list(again.labels) == list(made.labels)


def test_the_slider_and_the_keys_go_back(train, corpus, session, idle, qtbot):
    pane = train(corpus, epochs=200)
    end = positions(pane)
    assert len(pane.player.run.recording) > 2
    pane.transport.reset.click()
    start = positions(pane)
    assert not np.allclose(start, end)
    assert pane.player.frame.fraction == 0
    assert "0 %" in pane.transport.said.text()
    assert pane.run_page.beside.charts.step == 0
    qtbot.keyClick(pane, Qt.Key.Key_Period)
    assert pane.player.place == 1
    pane.transport.scrub.setValue(pane.transport.scrub.maximum())
    np.testing.assert_array_equal(positions(pane), end)
    # Used from the start, the set is that of the start.
    pane.transport.reset.click()
    pane.tool_bar.use.click()
    idle(session)
    first = pane.player.run.recording[0]
    np.testing.assert_array_equal(session.state.active.vectors, first.vectors)
    assert "Stopped after 0 %" in " ".join(map(str, session.state.active.notes))


def test_playing_ends_at_the_newest_frame(train, corpus, qtbot):
    pane = train(corpus, epochs=100)
    pane.player.seconds = 0.3
    pane.transport.play.click()
    assert pane.transport.play.text() == "Pause"
    qtbot.waitUntil(lambda: not pane.player.is_playing)
    assert pane.player.is_at_end
    assert pane.transport.play.text() == "Play"


def test_stop_keeps_the_vectors_as_they_are(choose, session, idle, qtbot):
    pane = choose(epochs=500)
    pane.corpus_page.train.click()
    qtbot.waitUntil(lambda: len(pane.player.run.recording) > 3, timeout=60_000)
    assert pane.tool_bar.stop.isVisible()
    assert "words/s" in pane.run_page.headline.text()
    pane.tool_bar.stop.click()
    idle(session)
    trained = pane.player.run.trained
    assert trained.is_partial
    assert trained.fraction < 1
    assert "stopped at" in pane.run_page.headline.text()
    assert not pane.tool_bar.stop.isVisible()
    pane.tool_bar.use.click()
    idle(session)
    np.testing.assert_array_equal(session.state.active.vectors, trained.vectors)


def test_stop_of_the_window_keeps_them_too(choose, session, qtbot):
    pane = choose(epochs=500)
    pane.corpus_page.train.click()
    qtbot.waitUntil(lambda: len(pane.player.run.recording) > 1, timeout=60_000)
    session.board.stop()
    qtbot.waitUntil(lambda: not pane.player.is_training, timeout=60_000)
    assert pane.player.run.trained.is_partial
    assert not pane.message_bar.text


def test_a_killed_child_leaves_a_message_and_what_there_was(choose, session, idle, qtbot):
    pane = choose(epochs=500)
    pane.corpus_page.train.click()
    qtbot.waitUntil(lambda: len(pane.player.run.recording) > 1, timeout=60_000)
    os.kill(pane.player.run.training.pid, signal.SIGKILL)
    idle(session)
    assert "ended from outside" in pane.message_bar.text
    assert "train again" in pane.message_bar.text
    assert pane.pages.currentWidget() is pane.run_page
    pane.tool_bar.use.click()  # Of the last frame that came.
    idle(session)
    assert len(session.state.active) > 0


def test_a_text_without_words_says_what_to_do(choose, corpus):
    pane = choose(corpus, min_count=10_000)
    pane.corpus_page.train.click()
    wait_until_idle(pane.session)
    assert "Lower the minimum count" in pane.message_bar.text
    assert pane.pages.currentWidget() is pane.corpus_page


@pytest.mark.parametrize("content", [b"\0\1\2", "x".encode("utf-16")])
def test_a_corpus_that_cannot_be_read_is_named(choose, tmp_path, content):
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    pane = choose(path)
    assert "bad.txt" in pane.message_bar.text
    assert "could not be read" in pane.corpus_page.numbers.text()
    assert not pane.corpus_page.train.isEnabled()


def test_a_file_that_is_gone_is_named(choose, tmp_path):
    pane = choose(tmp_path / "gone.txt")
    assert "is not there any more" in pane.message_bar.text


def test_a_column_of_a_table(choose, session, idle, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        "title,body\n"
        + "\n".join(f'news {i},"the cat sat on mat number {i} and slept there"' for i in range(30))
    )
    page = choose(path).corpus_page
    names = [page.column.itemText(place) for place in range(page.column.count())]
    assert set(names) == {"title", "body"}
    assert page.column.isVisible()
    set_(session, idle, column="title")
    assert page.tokens.accessibleDescription().startswith("news 0; news 1")
    assert page.column.currentText() == "title"


def test_relations_are_drawn_and_measured(train, session, idle):
    pane = train(shows="relation", epochs=1)
    page, run = pane.run_page, pane.player.run
    pairs = run.relations["country-capital"]
    assert len(page.map.scene.arrows) == len(pairs)
    assert np.isfinite(positions(pane)).all(axis=1).sum() == len(np.unique(pairs))
    assert {"accuracy", "parallel", "loss"} <= set(page.beside.charts.numbers)
    set_(session, idle, relation="male-female")
    assert pane.watch_row.relation.currentText() == "→ male-female"
    there = np.isfinite(positions(pane)).all(axis=1)
    assert set(np.flatnonzero(there)) == set(run.relations["male-female"].ravel().tolist())
    set_(session, idle, shows="all", is_3d=True)
    assert positions(pane).shape == (len(run.vocabulary.words), 3)
    assert np.isfinite(positions(pane)).all()
    session.undo()
    idle(session)
    assert positions(pane).shape[1] == 2


def test_points_keep_their_places_from_frame_to_frame(train):
    pane = train(shows="all", epochs=2)
    run = pane.player.run
    view = run.resolved(next(iter(run.wanted)))
    places = [run.places_of(frame, view).positions for frame in run.frames]
    assert len(places) > 2
    for before, after in pairwise(places):
        reach = np.abs(after).max()
        # Never mirrored or swapped: each axis goes on as it was, as far as there is anything.
        assert np.einsum("ij,ij->j", before, after).min() > -0.05 * len(after) * reach**2


def test_again_goes_back_to_the_settings(train, corpus, session, idle):
    pane = train(corpus)
    first = pane.player.run
    pane.tool_bar.prepare.click()
    assert pane.pages.currentWidget() is pane.corpus_page
    set_(session, idle, seed=7)
    pane.corpus_page.train.click()
    idle(session)
    assert pane.player.run is not first
    assert pane.player.run.settings.seed == 7


def test_it_goes_on_while_another_pane_is_seen(choose, session, idle, qtbot):
    pane = choose(epochs=3)
    pane.corpus_page.train.click()
    pane.hide()
    idle(session)
    assert pane.player.run.trained is not None


def test_a_pane_that_goes_away_ends_its_training(session, idle, qtbot):
    pane = TrainingPane(session)
    pane.show()
    session.show(State().with_settings(replace(QUICK, source="language", epochs=500)))
    idle(session)
    pane.corpus_page.train.click()
    run = pane.player.run
    qtbot.waitUntil(lambda: run.training.pid is not None, timeout=60_000)
    delete(pane)
    assert run.is_dropped


def test_the_settings_are_those_of_gensim_and_of_the_pane():
    given = TrainingPaneSettings(source="language", dimensions=30, workers=2)
    assert given.of_training == TrainingSettings(dimensions=30, workers=2)
    assert State().with_settings(given)[TrainingPaneSettings] == given
    assert TrainingPaneSettings().of_corpus("language").shows == "relation"


def test_a_session_keeps_the_settings_but_not_the_run(train, corpus, session, qtbot, idle):
    train(corpus)
    again = TrainingPane(session)
    qtbot.addWidget(again)
    with qtbot.waitExposed(again):
        again.show()
    idle(session)
    assert again.pages.currentWidget() is again.corpus_page
    assert not again.findChildren(PointView)
