"""What a user does with mouse and keys on the pages: files, comparison, lassos, pictures."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLineEdit,
)

from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
from embedviz.panes.analogies.benchmark.settings import BenchmarkSettings
from embedviz.panes.analogies.relation.settings import RelationSettings, kept_pairs
from embedviz.panes.analogies.settings import AnalogySettings

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
N_PAIRS = 6


def made(seed=0, name="made"):
    """Return words of two relations, an offset each, with some noise."""
    random = np.random.default_rng(seed)
    labels, rows = [], []
    for relation in range(2):
        offset = random.normal(size=8)
        for pair in range(N_PAIRS):
            base = random.normal(size=8)
            labels += [f"r{relation}a{pair}", f"r{relation}b{pair}"]
            rows += [base, base + offset + 0.3 * random.normal(size=8)]
    return VectorSet(np.array(rows, dtype=np.float32), labels, None, name)


@pytest.fixture
def questions(tmp_path):
    lines = []
    for relation, name in enumerate(("seats", "gram1-plural")):
        lines.append(f": {name}")
        pairs = [(f"r{relation}a{i}", f"r{relation}b{i}") for i in range(N_PAIRS)]
        lines += [f"{a} {b} {c} {d}" for a, b in pairs for c, d in pairs if a != c]
    path = tmp_path / "mine.txt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture
def show(pane, session, idle):
    """Return a function that shows a page of some sets, the first of which is active."""

    def show(page, *sets, settings=()):
        state = State()
        for each in reversed(sets):
            state = state.opened(each)
        for each in (AnalogySettings(page=page), *settings):
            state = state.with_settings(each)
        session.show(state)
        idle(session)
        return pane.pages.chosen

    return show


def choose(qtbot, box, text):
    """Choose in a box by the keyboard."""
    box.setFocus()
    place = box.findText(text)
    assert place >= 0, [box.itemText(i) for i in range(box.count())]
    key = Qt.Key.Key_Down if place > box.currentIndex() else Qt.Key.Key_Up
    for _ in range(abs(place - box.currentIndex())):
        qtbot.keyClick(box, key)


def type_path(qtbot, parent, path):
    """Type a path into the file dialog that is open, and accept it."""
    dialogs = parent.findChildren(QFileDialog)
    (dialog,) = (each for each in dialogs if each.isVisible())
    dialog.setDirectory(str(path.parent))
    line = dialog.findChild(QLineEdit)
    line.setFocus()
    qtbot.keyClicks(line, path.name)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def test_a_text_is_typed_as_a_term(page_of, toy_texts, toy_encoder, session, idle, qtbot):
    page = page_of(toy_texts, positive=("the cat sleeps now", "the dog eats now"), negative=())
    line = page.controls.line
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, '"a bird sleeps" - "the cat eats now" + "the dog eats now"')
    idle(session)
    qtbot.keyClick(line, Qt.Key.Key_Escape) if line.popup.isVisible() else None
    qtbot.keyClick(line, Qt.Key.Key_Return)
    idle(session)
    asked = session.state[AnalogySettings]
    assert asked.positive == ("a bird sleeps", "the dog eats now")
    assert page.caption.text().startswith("“a bird sleeps” is not a label; encoded by Toy")
    assert page.list.lines.lines
    assert "a bird sleeps" in [each.text for each in page.view.scene.markers.shown]


def test_another_open_set_is_compared_by_keys(show, session, idle, qtbot, questions):
    other = made(1, "the other")
    page = show("benchmark", made(), other, settings=[BenchmarkSettings(path=str(questions))])
    choose(qtbot, page.controls.compare, "the other")
    idle(session)
    assert session.state[BenchmarkSettings].compare == "set:the other"
    assert page.compared is not None
    assert page.compared.name == "the other"
    assert page.view.verdict.text()


def test_a_click_on_a_question_of_the_benchmark_shows_its_picture(
    show, session, idle, pane, questions, click_line, qtbot
):
    page = show("benchmark", made(), settings=[BenchmarkSettings(path=str(questions))])
    click_line(page.view.table, page.view.table.shown.place("seats"))
    assert session.state[BenchmarkSettings].section == "seats"
    qtbot.mouseClick(page.view.details.button(1), LEFT)
    idle(session)
    click_line(page.view.list, 1)
    idle(session)
    question = pane.pages.chosen
    assert question.name == "question"
    assert session.state[AnalogySettings].negative == ("r0a0",)
    assert question.picture.solved is not None
    assert len(question.view.scene.arrows) >= 4


@pytest.mark.parametrize("page", ["breaks", "benchmark"])
def test_a_file_of_questions_is_chosen_by_keys(show, session, idle, qtbot, questions, page):
    shown = show(page, made())
    files = shown.files if page == "breaks" else shown.controls.files
    choose(qtbot, files.box, "A file …")
    type_path(qtbot, shown, questions)
    idle(session)
    assert session.state[BenchmarkSettings].path == str(questions)
    assert files.box.currentText() == "mine.txt"
    table = shown.overview.relations if page == "breaks" else shown.view.table
    assert {"seats", "gram1-plural"} <= {line.name for line in table.shown.lines}


def send(view, kind, place):
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else LEFT
    point = QPointF(place), QPointF(view.mapToGlobal(place))
    QApplication.sendEvent(view, QMouseEvent(kind, *point, button, LEFT, NONE))


def around(view, places):
    """Drag once around some places with the mouse."""
    low, high = np.floor(places.min(axis=0)) - 6, np.ceil(places.max(axis=0)) + 6
    corners = [(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])]
    path = [QPoint(int(x), int(y)) for x, y in [*corners, (low[0], low[1] + 2)]]
    send(view, QEvent.Type.MouseButtonPress, path[0])
    for place in path[1:]:
        send(view, QEvent.Type.MouseMove, place)
    send(view, QEvent.Type.MouseButtonRelease, path[-1])


def test_a_lasso_by_the_mouse_selects_pairs(show, session, idle, qtbot):
    pairs = kept_pairs("seats", [(f"r0a{i}", (f"r0b{i}",)) for i in range(N_PAIRS)])
    settings = RelationSettings(added=(pairs,), relation="seats")
    words = made()
    page = show("relation", words, settings=[settings])
    view = page.parts.picture.view
    view.animator.is_enabled = False
    view.render_now()
    qtbot.mouseClick(page.parts.tools.lasso, LEFT)
    layout = page.parts.picture.shown.layout
    places = view.viewport.frame().project(layout.positions)[0]
    around(view, places[[layout.starts[2]]])
    found = {words.row("r0a2"), words.row("r0b2")}
    assert found <= set(session.state.selected)
    assert len(session.state.selected) < 2 * N_PAIRS
    around(view, places)
    assert len(session.state.selected) == 2 * N_PAIRS
