"""The window around the panes: tabs, docks, the message at the top, memory."""

import gc
import weakref

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar

from embedviz.app import session as session_module
from embedviz.app.state import State
from embedviz.core.vector_set import VectorSet
from embedviz.gui.theme import LIBRARY_WIDTH, NEIGHBORS_WIDTH
from embedviz.panes import PANES


def tabs(window):
    """Return the bar with the tabs of the panes."""
    bars = [bar for bar in window.findChildren(QTabBar) if bar.isVisible() and bar.count()]
    assert len(bars) == 1
    return bars[0]


def click_tab(window, qtbot, title):
    bar = tabs(window)
    place = [bar.tabText(i) for i in range(bar.count())].index(title)
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(place).center())


def test_panes_are_tabs_in_menu_order_with_the_sides_around(window):
    bar = tabs(window)
    assert [bar.tabText(i) for i in range(bar.count())] == [pane.title for pane in PANES]
    assert window.active_pane is window.panes[0]
    left, right = window.docks["library"], window.docks["neighbors"]
    first = window.docks["map"]
    assert left.x() < first.x() < right.x()
    assert left.width() == pytest.approx(LIBRARY_WIDTH, abs=2)
    assert right.width() == pytest.approx(NEIGHBORS_WIDTH, abs=2)


def test_fits_the_screen(window):
    assert window.screen().availableSize().width() >= window.sizeHint().width()
    assert window.minimumSizeHint().width() <= 1280
    assert window.minimumSizeHint().height() <= 800


def test_a_tab_shows_its_pane(window, qtbot, idle, toy):
    window.session.show(State().opened(toy))
    idle(window.session)
    for pane in window.panes:
        click_tab(window, qtbot, pane.title)
        qtbot.waitUntil(lambda pane=pane: window.active_pane is pane)
        idle(window.session)
        assert pane.picture.isVisible()
        assert not pane.message_bar.text


def test_only_the_pane_in_front_is_drawn(window, qtbot, idle, toy):
    window.session.show(State().opened(toy))
    idle(window.session)
    assert [pane.is_built for pane in window.panes] == [True] + [False] * (len(PANES) - 1)


def test_a_row_chosen_anywhere_is_chosen_everywhere(window, front, idle, toy, click_line):
    window.session.show(State().opened(toy))
    idle(window.session)
    click_line(window.library.list, 17)
    idle(window.session)
    assert window.neighbors.query.text() == "◉ word17"
    nearest = window.neighbors.list.lines.lines[0].row
    click_line(window.neighbors.list, 0)
    assert window.library.list.currentIndex().row() == nearest
    matryoshka = front(window, "matryoshka")
    idle(window.session)
    assert f"word{nearest}" in matryoshka.lists.summary.text()


def test_the_pane_with_the_focus_is_the_active_one(window, qtbot, idle, toy):
    window.session.show(State().opened(toy))
    window.activateWindow()
    window.panes[0].view.setFocus()
    matryoshka = next(pane for pane in window.panes if pane.name == "matryoshka")
    window.show_beside("matryoshka")
    qtbot.waitUntil(lambda: not matryoshka.visibleRegion().isEmpty())
    idle(window.session)
    assert window.active_pane.name == "map"
    matryoshka.slider.setFocus()
    assert window.active_pane.name == "matryoshka"
    assert window.docks["matryoshka"].x() > window.docks["map"].x()


def test_a_pane_behind_another_tab_is_not_meant_by_its_focus(window, front, idle, toy):
    window.session.show(State().opened(toy))
    idle(window.session)
    window.activateWindow()
    window.panes[0].view.setFocus()
    front(window, "analogies")
    assert window.active_pane.name == "analogies"


def test_docks_are_hidden_and_shown_from_the_menu(window):
    entries = {
        entry.objectName(): entry for m in window.menus.actions() for entry in m.menu().actions()
    }
    entries["view.neighbors"].trigger()
    assert not window.docks["neighbors"].isVisible()
    entries["view.neighbors"].trigger()
    assert window.docks["neighbors"].isVisible()


def test_with_every_pane_hidden_the_first_is_still_meant(window):
    for pane in window.panes:
        window.docks[pane.name].hide()
    assert window.active_pane is window.panes[0]
    window.bring_to_front("map")
    assert window.docks["map"].isVisible()


def test_a_message_takes_its_place_at_the_top_and_gives_it_back(window, qtbot):
    before = window.docks["map"].y()
    window.message_bar.show_message("line 3 is cut short")
    qtbot.waitUntil(lambda: window.docks["map"].y() > before)
    assert window.message_bar.width() == window.width()
    window.message_bar.clear()
    qtbot.waitUntil(lambda: window.docks["map"].y() == before)


def test_the_hint_opens_the_bundled_words(window, idle, qtbot):
    from PySide6.QtWidgets import QPushButton

    button = window.panes[0].findChild(QPushButton, "map.file.words")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    idle(window.session)
    assert window.windowTitle() == "words · layer 2"
    assert window.session.state.current_query.name == "king"


def test_the_title_names_a_set_without_rows_too(window):
    window.session.show(State().opened(VectorSet(np.zeros((0, 3)), name="empty")))
    assert window.windowTitle() == "empty"


def test_every_pane_shows_a_set_without_rows(window, front, idle):
    window.session.show(State().opened(VectorSet(np.zeros((0, 3)), name="empty")))
    for pane in window.panes:
        front(window, pane.name)
        idle(window.session)
    assert window.neighbors.list.lines.lines == ()


def test_sets_may_change_faster_than_anything_is_calculated(window, front, idle, toy, words):
    window.session.show(State().opened(toy).opened(words))
    for pane in window.panes:
        front(window, pane.name)
        for step in range(6):
            chosen = window.session.state.activated((toy, words)[step % 2])
            window.session.show(chosen.queried(len(chosen.active) - 1))
        idle(window.session)
        assert not pane.message_bar.text
    assert window.session.state.active is words


def test_closing_the_window_stops_what_is_at_work(window, words):
    window.session.show(State().opened(words))
    assert window.session.board.current is not None
    window.close()
    assert window.session.board.current is None


def test_minimizing_leaves_the_widths_alone(window, qtbot):
    columns = [window.docks[name] for name in ("library", "map", "neighbors")]
    window.resizeDocks(columns, [400, 500, 380], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: window.docks["library"].width() == pytest.approx(400, abs=2))
    window.showMinimized()
    window.showNormal()
    assert window.docks["library"].width() == pytest.approx(400, abs=2)


def test_a_closed_set_is_given_back_with_its_undo_step(window, front, idle, monkeypatch):
    monkeypatch.setattr(session_module, "CLOSED_BYTES", 0)
    vector_set = VectorSet(np.random.default_rng(0).normal(size=(30, 8)), name="large")
    window.session.show(State().opened(vector_set).queried(3))
    for pane in window.panes:
        front(window, pane.name)
        idle(window.session)
    gone = weakref.ref(vector_set)
    window.session.show(window.session.state.queried(4).closed(vector_set))
    assert window.session.can_undo
    window.session.show(window.session.state.opened(VectorSet(np.eye(4))))
    window.session.show(window.session.state.queried(2))
    del vector_set
    gc.collect()
    assert gone() is None
