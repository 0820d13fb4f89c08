"""Prefixes against brute force in NumPy, while a slider is dragged."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from embedviz.app.state import State
from embedviz.core.query_vector import QueryVector
from embedviz.core.vector_set import VectorSet
from embedviz.formats import load
from embedviz.panes.matryoshka import lists as lists_of_pane
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(pane, session, idle, toy):
    session.show(State().opened(toy).queried(5))
    idle(session)
    return pane


def nearest(vectors, query, dimensions, exclude=(), count=10):
    """Return the nearest rows and their cosines on a prefix, by NumPy alone."""
    rows = np.asarray(vectors, float)[:, :dimensions]
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    query = np.asarray(query, float)[:dimensions]
    cosines = rows @ (query / np.linalg.norm(query))
    order = [row for row in np.argsort(-cosines, kind="stable") if row not in exclude][:count]
    return order, cosines[order]


def assert_lists(pane, vectors, query, dimensions, exclude=()):
    full, full_scores = nearest(vectors, query, np.shape(vectors)[1], exclude)
    short, short_scores = nearest(vectors, query, dimensions, exclude)
    for ranked, rows, scores, others, word in (
        (pane.lists.full, full, full_scores, short, "lost"),
        (pane.lists.short, short, short_scores, full, "new"),
    ):
        lines = ranked.lines.lines
        assert [line.row for line in lines] == rows
        assert [line.score for line in lines] == pytest.approx(scores, abs=1e-4)
        assert [line.fate for line in lines] == ["kept" if r in others else word for r in rows]
    kept = len(set(full) & set(short))
    assert f"keeps {kept} of {len(full)} neighbors" in pane.lists.summary.text()


def overlap(vectors, dimensions):
    """Return the mean share of the ten nearest rows that a prefix keeps, over all rows."""
    full = np.shape(vectors)[1]
    shares = []
    for row in range(len(vectors)):
        first, _ = nearest(vectors, vectors[row], dimensions, [row])
        second, _ = nearest(vectors, vectors[row], full, [row])
        shares.append(len(set(first) & set(second)) / len(second))
    return np.mean(shares)


def place_of(slider, dimensions):
    return QPoint(round(slider.position(dimensions)), 13)


def test_full_length_keeps_all(opened, toy):
    assert_lists(opened, toy.vectors, toy.vectors[5], 32, [5])
    assert "“word5” keeps 10 of 10 neighbors with 32 of 32 dimensions, 100.0 %" in (
        opened.lists.summary.text()
    )
    assert opened.lists.heads["full"].text() == "Full length · 32"
    assert opened.slider.marks == [8, 16, 32]


@pytest.mark.parametrize("dimensions", [2, 3, 7, 16, 31])
def test_a_prefix_against_brute_force(opened, session, idle, toy, dimensions):
    opened.slider.setValue(dimensions)
    idle(session)
    assert session.state[MatryoshkaSettings].dimensions == dimensions
    assert opened.number.value() == dimensions
    assert_lists(opened, toy.vectors, toy.vectors[5], dimensions, [5])
    assert f"First {dimensions} dimensions" in opened.lists.heads["short"].text()
    assert f"{100 * dimensions / 32:.1f} % of the bytes" in opened.lists.summary.text()


def test_one_dimension_is_a_sign(opened, session, idle, toy):
    opened.slider.setValue(1)
    idle(session)
    lines = opened.lists.short.lines.lines
    assert [line.score for line in lines] == pytest.approx([1.0] * 10)
    assert all(toy.vectors[line.row, 0] * toy.vectors[5, 0] > 0 for line in lines)


def test_a_drag_follows_and_is_one_step(opened, session, idle, toy, qtbot):
    before, seen = session.state, []
    session.changed.connect(lambda _, new: seen.append(new[MatryoshkaSettings].dimensions))
    slider = opened.slider
    qtbot.mousePress(slider, LEFT, pos=place_of(slider, 24))
    for dimensions in (16, 8, 4, 2):
        qtbot.mouseMove(slider, place_of(slider, dimensions))
        idle(session)
        assert_lists(
            opened, toy.vectors, toy.vectors[5], session.state[MatryoshkaSettings].dimensions, [5]
        )
    qtbot.mouseRelease(slider, LEFT, pos=place_of(slider, 2))
    assert seen[-4:-2] == [16, 8]
    assert seen[-1] == 2
    session.undo()
    idle(session)
    assert session.state == before
    assert slider.value() == 32
    assert_lists(opened, toy.vectors, toy.vectors[5], 32, [5])


def test_keys_and_the_number(opened, session, idle, qtbot):
    opened.slider.setFocus()
    qtbot.keyClick(opened.slider, Qt.Key.Key_PageDown)
    assert session.state[MatryoshkaSettings].dimensions == 16
    qtbot.keyClick(opened.slider, Qt.Key.Key_Left)
    assert session.state[MatryoshkaSettings].dimensions == 15
    opened.number.setFocus()
    opened.number.selectAll()
    qtbot.keyClicks(opened.number, "9")
    qtbot.keyClick(opened.number, Qt.Key.Key_Return)
    assert session.state[MatryoshkaSettings].dimensions == 9
    assert opened.slider.value() == 9


def wheel(widget, notches):
    for _ in range(notches):
        event = QWheelEvent(
            QPointF(widget.rect().center()),
            widget.mapToGlobal(QPointF(widget.rect().center())),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(widget, event)


@pytest.mark.parametrize("name", ["slider", "number"])
def test_a_burst_of_the_wheel_is_one_step(opened, session, name):
    before = session.state
    getattr(opened, name).setFocus()
    wheel(getattr(opened, name), 4)
    assert session.state[MatryoshkaSettings].dimensions < 29
    session.undo()
    assert session.state == before


def test_a_key_that_is_held_is_one_step(opened, session):
    opened.slider.setFocus()
    before = session.state
    for _ in range(6):
        left = Qt.Key.Key_Left
        none = Qt.KeyboardModifier.NoModifier
        event = QKeyEvent(QEvent.Type.KeyPress, left, none, "", True)
        QApplication.sendEvent(opened.slider, event)
    assert session.state[MatryoshkaSettings].dimensions == 26
    session.undo()
    assert session.state == before


def test_another_query(opened, session, idle, toy, click_line):
    session.show(session.state.with_settings(MatryoshkaSettings(8)))
    idle(session)
    label = opened.lists.short.lines.lines[0].label
    click_line(opened.lists.short, 0)
    idle(session)
    row = toy.row(label)
    assert session.state.query == row
    assert_lists(opened, toy.vectors, toy.vectors[row], 8, [row])
    click_line(opened.lists.full, 3)
    idle(session)
    assert session.state.query != row


def test_a_vector_of_the_user(opened, session, idle, toy):
    mine = np.linspace(-1, 2, 32, dtype=np.float32)
    session.show(
        session.state.queried_with(QueryVector("mine", mine)).with_settings(MatryoshkaSettings(8))
    )
    idle(session)
    assert_lists(opened, toy.vectors, mine, 8)
    assert "“mine” keeps" in opened.lists.summary.text()


def test_without_a_query_it_says_what_to_do(opened, session):
    session.show(session.state.queried(None))
    assert "Choose a row" in opened.lists.summary.text()
    assert opened.lists.full.lines.lines == opened.lists.short.lines.lines == ()


def test_use_in_all_panes_adds_a_truncated_set(opened, session, idle, toy, qtbot):
    opened.slider.setValue(8)
    qtbot.mouseClick(opened.use, LEFT)
    idle(session)
    derived = session.state.active
    assert session.state.sets == (toy, derived)
    assert derived.name == "first 8 dimensions"
    prefix = toy.vectors[:, :8] / np.linalg.norm(toy.vectors[:, :8], axis=1, keepdims=True)
    np.testing.assert_allclose(derived.vectors, prefix, atol=1e-6)
    assert opened.slider.maximum() == 8
    assert_lists(opened, prefix, prefix[5], 8, [5])
    session.undo()
    idle(session)
    assert session.state.active is toy
    assert opened.slider.maximum() == 32
    assert session.state[MatryoshkaSettings].dimensions == 8


def test_drawing_never_edits(pane, session, toy, monkeypatch):
    """A slider whose range shrinks reports a value that nobody chose."""
    session.show(State().opened(toy))
    small = VectorSet(np.eye(3, 8), list("abc"), name="small")
    wanted = State().opened(small).with_settings(MatryoshkaSettings(4))
    shown = []
    show = session.show
    monkeypatch.setattr(session, "show", lambda state: (shown.append(state), show(state)))
    show(wanted)
    assert not shown
    assert pane.slider.value() == 4


def test_rows_of_the_set_before_are_gone_at_once(opened, session, idle, monkeypatch):
    """Also those of a list that was still being calculated for it."""
    go, compare = threading.Event(), lists_of_pane.compare

    def wait(*given):
        go.wait()
        return compare(*given)

    monkeypatch.setattr(lists_of_pane, "compare", wait)
    opened.slider.setValue(8)
    session.show(session.state.opened(VectorSet(np.eye(3, 4), list("abc"), name="few")))
    assert opened.lists.full.lines.lines == opened.lists.short.lines.lines == ()
    go.set()
    idle(session)
    assert {line.label for line in opened.lists.full.lines.lines} == {"b", "c"}


def test_real_titles_on_a_short_prefix(pane, session, idle, data_folder):
    path = data_folder / "movies" / "peliculas_text-embedding-3-small-1536.json"
    session.show(State().opened(load(path)).queried(0))
    idle(session)
    movies = session.state.active
    assert movies.vectors.shape == (62, 1536)
    assert pane.slider.marks == [8, 16, 32, 64, 128, 256, 512, 1024, 1536]
    pane.slider.setValue(256)
    idle(session)
    assert_lists(pane, movies.vectors, movies.vectors[0], 256, [0])
    expected = overlap(movies.vectors, 256)
    assert pane.pages.chosen.chart.readings[0] == f"first dimensions {expected:.3f}"
