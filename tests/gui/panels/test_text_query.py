"""A text that is typed as the query, and texts that stay on the maps."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication

from embedviz.app.state import State
from embedviz.app.texts.pinned import with_texts
from embedviz.core.derivation.recipes import Truncated, Whitened
from embedviz.core.query_vector import QueryVector
from embedviz.core.texts.trained_origin import TrainedOrigin
from embedviz.core.vector_set import VectorSet
from embedviz.gui.panels.neighbors import NeighborsPanel
from embedviz.gui.panels.text_query import WITHOUT_ENCODER, WORDS_ONLY
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(session, qtbot):
    panel = NeighborsPanel(session)
    qtbot.addWidget(panel)
    panel.resize(280, 700)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


@pytest.fixture
def opened(panel, session, idle, toy_texts):
    session.show(State().opened(toy_texts).queried(3))
    idle(session)
    yield panel
    session.encoders.close()


@pytest.fixture
def type_text(qtbot, session, idle):
    def type_in(panel, text):
        panel.texts.line.selectAll()
        qtbot.keyClicks(panel.texts.line, text)
        qtbot.keyClick(panel.texts.line, Qt.Key.Key_Return)
        idle(session)

    return type_in


def names(texts):
    return [each.name for each in texts]


def listed(panel):
    return [line.row for line in panel.list.lines.lines]


def nearest(vector_set, vector, count=10):
    rows = vector_set.vectors / np.linalg.norm(vector_set.vectors, axis=1, keepdims=True)
    return np.argsort(-(rows @ vector), kind="stable")[:count].tolist()


def test_a_text_lists_its_neighbors(opened, session, toy_texts, toy_encoder, type_text):
    type_text(opened, "a dog sleeps later")
    query = session.state.query_vector
    assert (query.name, query.encoder.encoder) == ("a dog sleeps later", "toy")
    assert opened.query.text() == "◉ a dog sleeps later"
    assert opened.details.text() == "A text, encoded by Toy"
    assert listed(opened) == nearest(toy_texts, toy_encoder.vector("a dog sleeps later"))
    assert toy_encoder.asked == [(["a dog sleeps later"], True)]


def test_undo_and_another_query(opened, session, idle, type_text):
    type_text(opened, "a dog")
    type_text(opened, "a ship")
    session.undo()
    assert opened.texts.line.text() == "a dog"
    session.undo()
    idle(session)
    assert session.state.query_vector is None
    assert opened.texts.line.text() == ""
    assert opened.query.text() == "◉ the cat eats later".replace("eats later", "sleeps later")
    session.redo()
    assert opened.texts.line.text() == "a dog"


def test_what_is_being_typed_stays(opened, session, qtbot):
    qtbot.keyClicks(opened.texts.line, "half a")
    session.show(session.state.listing(7))
    session.show(session.state.selecting([4]))
    assert opened.texts.line.text() == "half a"


def test_a_long_text_is_named_in_one_line(opened, session, type_text):
    long = "the dog " * 60
    type_text(opened, long)
    assert session.state.query_vector.name == long.strip()
    assert opened.query.toolTip() == f"◉ {long.strip()}"
    assert opened.width() == 280


@pytest.mark.parametrize("recipe", [Truncated(4), Whitened(n_components=6)])
def test_it_follows_into_a_derived_set(opened, session, idle, toy_texts, type_text, recipe):
    type_text(opened, "a dog sleeps later")
    derived = recipe.derive(toy_texts)
    session.show(session.state.derived(derived))
    idle(session)
    vector = derived.transform_query(session.state.query_vector.vector)
    assert listed(opened) == nearest(derived, vector)


def test_without_an_encoder_the_line_says_why(panel, session, idle, toy, toy_texts):
    session.show(State().opened(toy))
    idle(session)
    assert not panel.texts.line.isEnabled()
    assert panel.texts.way.text() == WITHOUT_ENCODER
    assert not panel.texts.set_encoder.isVisible()  # Nobody offers it yet.
    assert panel.begin_text() == WITHOUT_ENCODER
    panel.texts.offer_encoder(True)
    session.show(session.state.opened(toy_texts))
    assert panel.texts.line.isEnabled()
    assert panel.texts.way.text() == "Encoded by Toy on this machine."
    assert not panel.texts.set_encoder.isVisible()
    session.show(session.state.activated(toy))
    idle(session)
    assert panel.texts.set_encoder.isVisible()


def test_the_encoder_can_be_named(panel, session, idle, toy, qtbot):
    panel.texts.offer_encoder(True)
    session.show(State().opened(toy))
    idle(session)
    with qtbot.waitSignal(panel.action_wanted) as wanted:
        qtbot.mouseClick(panel.texts.set_encoder, LEFT)
    assert wanted.args == ["file.set_encoder"]


def test_a_text_in_which_the_model_knows_nothing_is_said(opened, session, type_text):
    before = session.state
    type_text(opened, "zzz zzzz")
    assert session.state == before
    assert opened.message_bar.text.startswith("Toy knows nothing in “zzz zzzz”")
    type_text(opened, "a dog")
    assert opened.message_bar.text == ""


def test_a_model_of_another_size_is_said(panel, session, idle, toy_texts, type_text):
    wide = VectorSet(np.ones((4, 5)), list("abcd"), name="wide", origin=toy_texts.origin)
    session.show(State().opened(wide))
    type_text(panel, "a dog")
    assert session.state.query_vector is None
    assert "The query has 12 numbers, but the vectors of wide have 5" in panel.message_bar.text
    session.encoders.close()


def test_the_newest_text_wins(opened, session, idle, monkeypatch, toy_encoder, qtbot):
    go, encode = threading.Event(), toy_encoder.encode

    def wait(*given, **how):
        go.wait()
        return encode(*given, **how)

    monkeypatch.setattr(toy_encoder, "encode", wait)
    for text in ("a dog", "a cat", "a ship"):
        opened.texts.line.texts_given.emit([text])
    go.set()
    idle(session)
    assert session.state.query_vector.name == "a ship"
    assert session.state.query == 3
    session.undo()
    assert session.state.query_vector is None


def test_stop_leaves_everything_as_it_was(opened, session, idle, monkeypatch, toy_encoder):
    go, encode = threading.Event(), toy_encoder.encode

    def wait(*given, **how):
        go.wait()
        return encode(*given, **how)

    before = session.state
    monkeypatch.setattr(toy_encoder, "encode", wait)
    opened.texts.line.texts_given.emit(["a dog"])
    session.board.stop()
    go.set()
    idle(session)
    assert session.state == before


def test_a_text_for_a_set_that_is_left_is_not_shown_in_another(
    opened, session, idle, monkeypatch, toy_encoder, toy
):
    go, encode = threading.Event(), toy_encoder.encode

    def wait(*given, **how):
        go.wait()
        return encode(*given, **how)

    monkeypatch.setattr(toy_encoder, "encode", wait)
    opened.texts.line.texts_given.emit(["a dog"])
    session.show(session.state.opened(toy))
    go.set()
    idle(session)
    assert session.state.query_vector is None


# Several texts.


def paste(panel, qtbot, text):
    QGuiApplication.clipboard().setText(text)
    qtbot.keyClick(panel.texts.line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def test_several_lines_are_pinned_and_the_first_is_the_query(opened, session, idle, qtbot):
    paste(opened, qtbot, "a dog\n\n  a ship \nzzz\na dog\n")
    idle(session)
    assert names(session.state.texts) == ["a dog", "a ship"]
    assert session.state.query_vector is session.state.texts[0]
    assert opened.message_bar.text == "The model knows nothing in “zzz”; left out."
    session.undo()
    assert session.state.texts == ()
    assert opened.texts.list.isHidden()


def test_one_line_is_pasted_as_text(opened, session, idle, qtbot):
    paste(opened, qtbot, "a dog")
    idle(session)
    assert opened.texts.line.text() == "a dog"
    assert session.state.query_vector is None


def test_lines_can_be_dropped(opened, session, idle):
    data = QMimeData()
    data.setText("a dog\na ship")
    drop = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        LEFT,
        Qt.KeyboardModifier.NoModifier,
    )
    opened.texts.line.dropEvent(drop)  # Qt sends one only after it has seen it enter.
    idle(session)
    assert names(session.state.texts) == ["a dog", "a ship"]


@pytest.fixture
def pinned(opened, session, idle, toy_encoder):
    settings = session.state.active.origin.encoder
    texts = [
        QueryVector(name, np.float32(toy_encoder.vector(name)), settings)
        for name in ("a dog", "a ship", "bread later")
    ]
    session.show(with_texts(session.state, texts))
    idle(session)
    return opened


def test_a_click_makes_one_the_query(pinned, session, idle, click_line, texts):
    assert texts(pinned.texts.list) == ["a dog", "a ship", "bread later"]
    click_line(pinned.texts.list, 1)
    idle(session)
    assert session.state.query_vector is session.state.texts[1]
    assert pinned.query.text() == "◉ a ship"
    assert pinned.texts.line.text() == "a ship"
    assert not pinned.texts.pin.isEnabled()


def test_one_is_taken_away_by_its_cross_or_by_a_key(pinned, session, qtbot):
    shown = pinned.texts.list
    cross = shown.visualRect(shown.model().index(0, 0))
    place = QPoint(cross.right() - 8, cross.center().y())
    qtbot.mouseClick(shown.viewport(), LEFT, pos=place)
    assert names(session.state.texts) == ["a ship", "bread later"]
    assert session.state.query_vector is None
    shown.setCurrentRow(1)
    qtbot.keyClick(shown, Qt.Key.Key_Delete)
    assert names(session.state.texts) == ["a ship"]
    qtbot.keyClick(shown, Qt.Key.Key_Return)
    assert session.state.query_vector is session.state.texts[0]
    session.undo()
    session.undo()
    assert names(session.state.texts) == ["a ship", "bread later"]


def test_the_query_is_pinned_by_a_button(pinned, session, qtbot, type_text):
    type_text(pinned, "a storm")
    assert pinned.texts.pin.isEnabled()
    qtbot.mouseClick(pinned.texts.pin, LEFT)
    assert names(session.state.texts)[-1] == "a storm"
    assert not pinned.texts.pin.isEnabled()


def test_a_pasted_vector_is_no_text(opened, session):
    mine = QueryVector("pasted vector", np.ones(12, dtype=np.float32))
    session.show(session.state.queried_with(mine))
    assert not opened.texts.pin.isEnabled()
    assert opened.texts.line.text() == ""
    assert opened.details.text() == ""


def test_a_set_of_another_encoder_does_not_list_them(pinned, session, idle, toy, toy_texts):
    session.show(session.state.opened(toy))
    idle(session)
    assert pinned.texts.list.isHidden()
    session.show(session.state.activated(toy_texts))
    idle(session)
    assert pinned.texts.list.isVisible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_can_be_looked_at(pinned, session, idle, qapp, artefacts, theme, click_line):
    if theme == "dark":
        apply_theme(qapp, DARK)
    click_line(pinned.texts.list, 1)
    idle(session)
    assert pinned.grab().save(str(artefacts / f"text-query-panel-{theme}.png"))


def test_word_vectors_trained_here_ask_for_no_encoder(panel, session, idle):
    panel.texts.offer_encoder(True)
    origin = TrainedOrigin("topics.txt", None, "Skip-gram, 4 dimensions")
    vectors = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    trained = VectorSet(vectors, list("abcdef"), name="trained", origin=origin)
    session.show(State().opened(trained))
    idle(session)
    assert panel.texts.way.text() == panel.begin_text() == WORDS_ONLY
    assert not panel.texts.line.isEnabled()
    assert not panel.texts.set_encoder.isVisible()
