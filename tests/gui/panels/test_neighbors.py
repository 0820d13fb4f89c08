"""The query, its neighbors, and how a few selected rows compare."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from embedviz.app.state import State
from embedviz.core.compiled.kernels import compile_gate
from embedviz.core.derivation.recipes import Whitened
from embedviz.core.isotropy import mean_cosine
from embedviz.core.neighbors import screening
from embedviz.core.query_vector import QueryVector
from embedviz.core.vector_set import VectorSet
from embedviz.gui.panels.neighbors import METRICS, PREPARING, NeighborsPanel
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, THEMES


@pytest.fixture
def panel(session, qtbot):
    panel = NeighborsPanel(session)
    qtbot.addWidget(panel)
    panel.resize(280, 700)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


@pytest.fixture
def opened(panel, session, idle, toy):
    session.show(State().opened(toy).queried(3))
    idle(session)
    return session


def ranked(vector_set, query, metric, count, exclude=()):
    """Return labels and scores by NumPy alone."""
    rows = vector_set.vectors.astype(float)
    if metric == "euclidean":
        scores = np.linalg.norm(rows - query, axis=1)
        order = np.argsort(scores, kind="stable")
    else:
        scores = rows @ query
        if metric == "cosine":
            scores = scores / np.linalg.norm(rows, axis=1) / np.linalg.norm(query)
        order = np.argsort(-scores, kind="stable")
    best = [row for row in order if row not in exclude][:count]
    return [(vector_set.labels[row], scores[row]) for row in best]


def assert_lists(panel, expected):
    lines = panel.list.lines.lines
    assert [line.label for line in lines] == [label for label, _ in expected]
    assert [line.score for line in lines] == pytest.approx(
        [score for _, score in expected], abs=1e-4
    )


def choose(box, text):
    box.setCurrentIndex(box.findText(text))
    box.activated.emit(box.currentIndex())


def test_lists_the_nearest_rows_of_the_query(panel, opened, toy):
    assert panel.query.text() == "◉ word3"
    assert_lists(panel, ranked(toy, toy.vectors[3], "cosine", 10, [3]))
    assert panel.details.text().splitlines() == ["row 3 of 50, from 0", "group: odd", "number: 3"]


@pytest.mark.parametrize(("text", "metric"), METRICS)
def test_metric_and_count(panel, opened, idle, toy, text, metric, qtbot):
    choose(panel.metric_box, text)
    panel.count.selectAll()
    qtbot.keyClicks(panel.count, "7")
    qtbot.keyClick(panel.count, Qt.Key.Key_Return)
    idle(opened)
    assert (opened.state.metric, opened.state.count) == (metric, 7)
    assert_lists(panel, ranked(toy, toy.vectors[3], metric, 7, [3]))
    assert opened.can_undo
    opened.undo()
    opened.undo()
    idle(opened)
    assert panel.count.value() == 10
    assert panel.metric_box.currentText() == "cosine"
    assert_lists(panel, ranked(toy, toy.vectors[3], "cosine", 10, [3]))


def test_a_click_walks(panel, opened, idle, toy, click_line):
    nearest = panel.list.lines.lines[0]
    click_line(panel.list, 0)
    idle(opened)
    assert opened.state.query == nearest.row
    assert panel.query.text() == f"◉ {nearest.label}"
    assert_lists(panel, ranked(toy, toy.vectors[nearest.row], "cosine", 10, [nearest.row]))


def test_more_neighbors_than_there_are_rows(panel, opened, idle):
    opened.show(opened.state.listing(1000))
    idle(opened)
    assert len(panel.list.lines.lines) == 49


def test_a_vector_of_the_user_is_searched_for(panel, opened, idle, toy):
    mine = np.linspace(-1, 1, 32, dtype=np.float32)
    opened.show(opened.state.queried_with(QueryVector("my vector", mine)))
    idle(opened)
    assert panel.query.text() == "◉ my vector"
    assert panel.details.text() == ""
    assert_lists(panel, ranked(toy, mine, "cosine", 10))


def test_it_follows_into_a_whitened_set(panel, opened, idle, toy):
    mine = np.linspace(-1, 1, 32, dtype=np.float32)
    white = Whitened(n_components=8).derive(toy)
    opened.show(opened.state.derived(white).queried_with(QueryVector("my vector", mine)))
    idle(opened)
    centered = toy.vectors.astype(float) - toy.vectors.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov(centered.T))
    best = axes[:, ::-1][:, :8] / np.sqrt(values[::-1][:8])
    rows, query = centered @ best, (mine - toy.vectors.mean(axis=0)) @ best
    assert_lists(panel, ranked(VectorSet(rows, toy.labels), query, "cosine", 10))


def test_without_a_query_it_says_what_to_do(panel, opened, idle):
    opened.show(opened.state.queried(None))
    assert panel.query.text() == "Choose a point or a row"
    assert panel.list.lines.lines == ()
    assert panel.details.text() == ""


def test_a_search_for_a_query_that_is_gone_shows_nothing(panel, opened, idle):
    opened.show(opened.state.queried(5))
    opened.show(opened.state.queried(None))
    idle(opened)
    assert panel.list.lines.lines == ()


@pytest.mark.parametrize("count", [1, 2, 6, 7])
def test_two_to_six_rows_are_compared(panel, opened, idle, toy, count):
    rows = list(range(4, 4 + count))
    opened.show(opened.state.selecting(rows))
    idle(opened)
    assert panel.table.isVisible() == (2 <= count <= 6)
    if not panel.table.isVisible():
        return
    unit = toy.vectors / np.linalg.norm(toy.vectors, axis=1, keepdims=True)
    lines = panel.table.accessibleDescription().split("; ")
    assert len(lines) == count * (count - 1) // 2
    for line in lines:
        names, value = line.rsplit(": ", 1)
        first, second = (toy.row(name) for name in names.split(" – "))
        assert float(value) == pytest.approx(unit[first] @ unit[second], abs=6e-4)
    assert panel.table._mean == pytest.approx(mean_cosine(toy.vectors))


def test_the_mean_is_computed_once_per_set(panel, opened, idle, words):
    opened.show(opened.state.selecting([1, 2]))
    idle(opened)
    opened.show(opened.state.selecting([1, 2, 3]))
    assert opened.board.current is None  # Known, and shown at once.
    known = panel.table._mean
    opened.show(opened.state.opened(words).selecting([1, 2]))
    assert panel.table._mean is None
    idle(opened)
    assert panel.table._mean not in (None, known)


def test_the_table_is_painted_in_full(panel, opened, idle, qapp):
    opened.show(opened.state.selecting([1, 2, 3, 4, 5, 6]))
    idle(opened)
    table = panel.table
    assert table.height() >= table.sizeHint().height() == table.minimumSizeHint().height()
    light = table.grab().toImage()
    apply_theme(qapp, DARK)
    dark = table.grab().toImage()
    assert light != dark
    assert {dark.pixelColor(x, 12).name().upper() for x in range(16, 120)} & {DARK.muted}


def test_scores_of_a_set_that_was_closed_do_not_appear(panel, opened, idle, toy, words):
    opened.show(opened.state.opened(words).queried(7))
    opened.show(opened.state.closed(words))
    idle(opened)
    assert opened.state.active is toy
    assert {line.label for line in panel.list.lines.lines} <= set(toy.labels)


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_the_first_start_says_what_the_list_waits_for(panel, session, toy, qtbot, idle, theme):
    apply_theme(QApplication.instance(), theme)
    with compile_gate.given_to([]):
        session.show(State().opened(toy).queried(3))
        qtbot.waitUntil(lambda: panel.list.waits_for == PREPARING)
        empty = panel.list.grab().toImage()
        assert not panel.list.lines.lines
        panel.list.show_waiting("")
        assert panel.list.grab().toImage() != empty  # It is said where it can be seen.
    idle(session)
    assert panel.list.waits_for == ""
    assert panel.list.lines.lines


def test_a_usual_search_says_nothing(panel, session, toy, idle, qtbot):
    session.show(State().opened(toy).queried(3))
    idle(session)
    panel._quiet.timeout.emit()
    assert panel.list.waits_for == ""


def test_after_the_first_answer_the_next_searches_are_prepared(panel, session, idle, monkeypatch):
    monkeypatch.setattr(screening, "_FEW_NUMBERS", 10_000)
    rows = np.random.default_rng(0).normal(size=(800, 20))
    large = VectorSet(rows, [f"row{i}" for i in range(800)])
    session.show(State().opened(large).queried(3))
    idle(session)
    assert_lists(panel, ranked(large, rows[3], "cosine", 10, [3]))
    assert not session.searches.search(large, "cosine").may_be_prepared
    session.show(session.state.queried(4))
    idle(session)
    assert_lists(panel, ranked(large, rows[4], "cosine", 10, [4]))
