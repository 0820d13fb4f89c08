"""A row that is chosen anywhere is chosen everywhere, also by a lasso or a box on the map."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from embedviz.app.state import State
from embedviz.core.selection import Selection
from embedviz.core.vector_set import VectorSet
from embedviz.gui.panels.library import LibraryPanel
from embedviz.gui.panels.neighbors import NeighborsPanel
from embedviz.gui.panels.rows_view import RowsModel
from embedviz.gui.points.scene import PointScene
from embedviz.gui.style import apply_theme
from embedviz.gui.theme import DARK, LIGHT
from embedviz.gui.widgets.ranked_list import RankedList
from embedviz.panes.analogies import AnalogiesPane
from embedviz.panes.analogies.relation.settings import RelationSettings, kept_pairs
from embedviz.panes.analogies.settings import AnalogySettings
from embedviz.panes.map import MapPane
from embedviz.panes.matryoshka import MatryoshkaPane
from embedviz.panes.matryoshka.settings import MatryoshkaSettings

LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def show(session, qtbot):
    """Return a function that shows a pane of the session beside the others."""

    def make(kind):
        pane = kind(session)
        qtbot.addWidget(pane)
        pane.resize(900, 700)
        with qtbot.waitExposed(pane):
            pane.show()
        return pane

    return make


@pytest.fixture
def many():
    """Return rows whose first two principal axes are a grid: 12 times 25, one pixel apart."""
    across, along = np.meshgrid(np.arange(12.0), np.arange(25.0))
    tail = np.random.default_rng(5).normal(size=(300, 6)) * 0.3
    vectors = np.concatenate([along.reshape(-1, 1), across.reshape(-1, 1), tail], axis=1) + 3
    return VectorSet(vectors, [f"row{i}" for i in range(300)], None, "many")


@pytest.fixture
def map_pane(show, session, idle, many):
    session.show(State().opened(many).queried(150))
    pane = show(MapPane)
    pane.view.animations = False
    idle(session)
    pane.view.render_now()
    return pane


@pytest.fixture
def drag(map_pane, pixel_of):
    """Return a function that goes around a row with the mouse, at so many pixels."""
    view = map_pane.view

    def send(kind, place, keys):
        button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else LEFT
        point = QPointF(place), QPointF(view.mapToGlobal(place))
        QApplication.sendEvent(view, QMouseEvent(kind, *point, button, LEFT, keys))

    def go(row, reach, keys=NONE):
        middle = pixel_of(view, map_pane.places()[0][[row]])
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -0.9)]
        if keys == SHIFT:  # A box is drawn from corner to corner.
            corners = [(-1, -1), (1, 1)]
        places = [middle + QPoint(round(x * reach), round(y * reach)) for x, y in corners]
        send(QEvent.Type.MouseButtonPress, places[0], keys)
        for place in places[1:]:
            send(QEvent.Type.MouseMove, place, keys)
        send(QEvent.Type.MouseButtonRelease, places[-1], keys)

    return go


def marked(ranked):
    """Return the rows of the lines that are said, and so painted, to be selected."""
    role, model = Qt.ItemDataRole.AccessibleTextRole, ranked.model()
    count = model.rowCount()
    said = [model.index(place, 0).data(role) for place in range(count)]
    return [model.lines[place].row for place in range(count) if said[place].endswith(", selected")]


def accent_at(view, place):
    """Return whether the left edge of a line has the bar of a selected row."""
    image = view.viewport().grab().toImage()
    line = view.visualRect(view.model().index(place, 0))
    color = image.pixelColor(line.left() + 5, line.center().y())
    return color.name().upper() in (LIGHT.accent, DARK.accent)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_lasso_marks_the_lines_of_both_lists(
    show, session, idle, map_pane, drag, qtbot, qapp, theme
):
    apply_theme(qapp, theme)
    pane = show(MatryoshkaPane)
    session.show(session.state.with_settings(MatryoshkaSettings(3)))
    idle(session)
    qtbot.mouseClick(map_pane.controls.lasso, LEFT)
    drag(150, 70)
    selected = session.state.selected
    assert 150 in selected
    assert 3 < len(selected) < 200
    for ranked in (pane.lists.full, pane.lists.short):
        rows = [line.row for line in ranked.lines.lines]
        assert marked(ranked) == [row for row in rows if row in selected]
        for place, row in enumerate(rows[:4]):
            assert accent_at(ranked, place) == (row in selected)
    assert marked(pane.lists.full)
    session.show(session.state.selecting(()))
    assert marked(pane.lists.full) == []
    assert not accent_at(pane.lists.full, 0)


def test_a_box_marks_the_neighbors(show, session, idle, map_pane, drag, click_line):
    panel = show(NeighborsPanel)
    idle(session)
    drag(150, 70, SHIFT)
    selected = session.state.selected
    rows = [line.row for line in panel.list.lines.lines]
    assert marked(panel.list) == [row for row in rows if row in selected] != []
    click_line(panel.list, 0)  # A click chooses as before.
    assert session.state.query == rows[0]
    assert session.state.selected == Selection([rows[0]])


def test_a_lasso_marks_the_rows_of_the_library(show, session, map_pane, drag, qtbot):
    panel = show(LibraryPanel)
    role = Qt.ItemDataRole.AccessibleTextRole
    qtbot.mouseClick(map_pane.controls.lasso, LEFT)
    drag(270, 40)
    selected = session.state.selected
    said = [panel.rows.index(place, 0).data(role) for place in range(300)]
    assert [row for row in range(300) if said[row].endswith(", selected")] == list(selected)
    first = int(selected.rows[0])
    assert first > 60
    line = panel.list.visualRect(panel.rows.index(first, 0))
    assert panel.list.viewport().rect().contains(line)  # It has been scrolled to.
    assert accent_at(panel.list, first)
    assert session.state.query == panel.list.currentIndex().row() == 150  # Still the query.


def test_the_library_stays_where_one_chooses_in_it(show, session, map_pane, click_line):
    panel = show(LibraryPanel)
    click_line(panel.list, 2)
    bar = panel.list.verticalScrollBar()
    click_line(panel.list, 250, CTRL)
    assert session.state.selected == Selection([2, 250])
    line = panel.list.visualRect(panel.rows.index(250, 0))
    assert panel.list.viewport().rect().contains(line)
    assert bar.value() > 0
    assert accent_at(panel.list, 250)


def test_what_is_found_is_marked_and_scrolled_to(show, session, idle, map_pane, qtbot):
    panel = show(LibraryPanel)
    qtbot.keyClicks(panel.search, "/row1/")
    idle(session)
    found = [panel.rows.row_at(place) for place in range(panel.rows.rowCount())]
    session.show(session.state.selecting([found[90], 299]))
    line = panel.list.visualRect(panel.rows.index(90, 0))
    assert panel.list.viewport().rect().contains(line)
    assert accent_at(panel.list, 90)
    session.show(session.state.selecting([299]))  # It is not listed.
    assert panel.list.visualRect(panel.rows.index(90, 0)) == line


@pytest.fixture
def analogies(show, session, idle, words):
    session.show(State().opened(words).queried(words.row("king")))
    pane = show(AnalogiesPane)
    idle(session)
    return pane


@pytest.fixture
def marks(monkeypatch):
    """Return the rows that are marked and labeled last on any picture of points, by kind."""
    last = {}
    set_marks, set_labels = PointScene.set_highlights, PointScene.set_labels

    def note_marks(view, **kinds):
        last[view] = {**last.get(view, {}), **kinds}
        set_marks(view, **kinds)

    def note_labels(view, labels, order=None, always=(), *required):
        last[view] = {**last.get(view, {}), "always": list(always)}
        set_labels(view, labels, order, always, *required)

    monkeypatch.setattr(PointScene, "set_highlights", note_marks)
    monkeypatch.setattr(PointScene, "set_labels", note_labels)
    return last


def test_a_few_rows_are_ringed_and_named_in_the_plane(marks, analogies, session, words):
    asked = [words.row(label) for label in ("king", "woman", "man")]
    assert list(marks[analogies.pages.chosen.view.scene]["selected"]) == asked
    cat, dog = words.row("cat"), words.row("dog")
    session.show(session.state.selecting([cat, dog]))
    assert set(marks[analogies.pages.chosen.view.scene]["selected"]) == {*asked, cat, dog}
    assert not marks[analogies.pages.chosen.view.scene]["dim_others"]
    assert {cat, dog} <= set(marks[analogies.pages.chosen.view.scene]["always"])
    session.show(session.state.selecting(()))
    assert list(marks[analogies.pages.chosen.view.scene]["selected"]) == asked
    assert not {cat, dog} & set(marks[analogies.pages.chosen.view.scene]["always"])


def test_a_box_on_the_map_is_an_area_of_the_plane(marks, show, session, idle, map_pane, drag):
    """The plane of a question that is asked of the rows that the map shows."""
    page = show(AnalogiesPane).pages.chosen
    session.show(session.state.with_settings(AnalogySettings(("row1", "row2"), ("row3",))))
    idle(session)
    assert list(marks[page.view.scene]["selected"]) == [1, 2, 3, 150]
    drag(150, 70, SHIFT)
    selected = session.state.selected
    assert len(selected) > 12
    assert marks[page.view.scene]["dim_others"]
    np.testing.assert_array_equal(marks[page.view.scene]["selected"], selected.rows)
    assert list(marks[page.view.scene]["neighbors"]) == [
        1,
        2,
        3,
    ]  # The question stays to be seen.
    rows = [line.row for line in page.list.lines.lines]
    assert marked(page.list) == [row for row in rows if row in selected]


def test_a_click_on_a_line_of_the_answers_chooses_it(analogies, session, click_line):
    row = analogies.pages.chosen.list.lines.lines[1].row
    click_line(analogies.pages.chosen.list, 1)
    assert session.state.query == row
    assert marked(analogies.pages.chosen.list) == [row]


def test_half_a_million_rows_cost_the_lines_in_view(show, session, idle, monkeypatch, qapp):
    count = 500_000
    vectors = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
    session.show(State().opened(VectorSet(vectors, name="crowd")).queried(3))
    panel, neighbors = show(LibraryPanel), show(NeighborsPanel)
    idle(session)
    asked = []
    monkeypatch.setattr(
        Selection, "__contains__", _counting(Selection.__contains__, asked), raising=True
    )
    monkeypatch.setattr(Selection, "__iter__", lambda self: pytest.fail("it is walked through"))
    session.show(session.state.selecting(np.arange(1, count, dtype=np.intp)))
    for view in (panel.list, neighbors.list):
        assert isinstance(view.model(), RowsModel) or isinstance(view, RankedList)
        view.viewport().repaint()
    qapp.processEvents()
    assert 0 < len(asked) < 400
    assert accent_at(panel.list, 1)


def _counting(contains, asked):
    def count(self, row):
        asked.append(row)
        return contains(self, row)

    return count


def test_a_lasso_on_the_map_marks_pairs_of_a_relation(show, session, idle, map_pane, drag, qtbot):
    pane = show(AnalogiesPane)
    near = kept_pairs("steps", [(f"row{i}", (f"row{i + 1}",)) for i in (148, 150, 270, 20)])
    state = session.state.with_settings(RelationSettings(added=(near,), relation="steps"))
    session.show(state.with_settings(AnalogySettings(page="relation")))
    idle(session)
    page = pane.pages.chosen
    qtbot.mouseClick(map_pane.controls.lasso, LEFT)
    drag(150, 70)
    selected = session.state.selected
    labels = page.showing.measured.labels
    rows = [tuple(int(word[3:]) for word in pair) for pair in labels]
    both = {i for i, pair in enumerate(rows) if all(row in selected for row in pair)}
    assert both
    assert len(both) < len(rows)
    assert page.parts.picture.shown.selected == both
