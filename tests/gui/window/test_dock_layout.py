"""Panes side by side and back, with real docks and empty panes."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from embedviz.gui.theme import LIBRARY_WIDTH, NEIGHBORS_WIDTH
from embedviz.gui.window.dock_layout import DockLayout

NAMES = ("left", "a", "b", "c", "right")


@pytest.fixture
def window(qtbot):
    window = QMainWindow()
    window.resize(1280, 600)
    window.docks = {}
    for name in NAMES:
        dock = QDockWidget(name, window)
        dock.setWidget(QWidget())
        window.docks[name] = dock
    left, *panes, right = window.docks.values()
    window.dock_layout = DockLayout(window, left, panes, right)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.dock_layout.set_widths()
    return window


@pytest.fixture
def columns(window, qtbot):
    """Return a function that waits for the names of the docks in view, from left to right."""

    def in_view():
        docks = window.docks.items()
        shown = [(dock.x(), name) for name, dock in docks if not dock.visibleRegion().isEmpty()]
        return [name for _, name in sorted(shown)]

    def wait_for(*names):
        qtbot.waitUntil(lambda: in_view() == list(names))

    return wait_for


def test_panes_are_tabs_between_the_side_panels(window, columns):
    columns("left", "a", "right")
    assert window.tabifiedDockWidgets(window.docks["a"]) == [window.docks[n] for n in "bc"]
    assert window.docks["left"].width() == pytest.approx(LIBRARY_WIDTH, abs=2)
    assert window.docks["right"].width() == pytest.approx(NEIGHBORS_WIDTH, abs=2)


def test_a_pane_goes_beside_the_others_and_back(window, columns, qtbot):
    window.dock_layout.put_beside(window.docks["c"])
    columns("left", "a", "c", "right")
    assert window.tabifiedDockWidgets(window.docks["a"]) == [window.docks["b"]]
    left, first, _, other, right = window.docks.values()
    qtbot.waitUntil(lambda: abs(first.width() - other.width()) < 3)
    assert left.width() == pytest.approx(LIBRARY_WIDTH, abs=3)
    assert right.width() == pytest.approx(NEIGHBORS_WIDTH, abs=3)
    window.dock_layout.put_beside(window.docks["c"])
    columns("left", "c", "right")  # In front: it is what the user looks at.
    tabs = window.tabifiedDockWidgets(window.docks["a"])
    assert tabs == [window.docks["b"], window.docks["c"]]


def test_the_first_pane_can_go_too(window, columns):
    window.dock_layout.put_beside(window.docks["a"])
    columns("left", "b", "a", "right")


def test_the_tab_in_front_stays_in_front(window, columns):
    window.docks["b"].raise_()
    columns("left", "b", "right")
    window.dock_layout.put_beside(window.docks["c"])
    columns("left", "b", "c", "right")


def test_several_go_beside_but_never_all(window, columns):
    for name in "abc":
        window.dock_layout.put_beside(window.docks[name])
    columns("left", "c", "a", "b", "right")


def test_a_pane_that_is_hidden_stays_hidden(window, columns):
    window.docks["b"].hide()
    window.dock_layout.put_beside(window.docks["c"])
    columns("left", "a", "c", "right")
    assert window.docks["b"].isHidden()


def test_it_works_while_a_side_panel_is_hidden(window, columns):
    window.docks["left"].hide()
    window.dock_layout.put_beside(window.docks["c"])
    columns("a", "c", "right")
    window.docks["left"].show()
    columns("left", "a", "c", "right")


USUAL = pytest.approx([LIBRARY_WIDTH, NEIGHBORS_WIDTH], abs=3)


def sides(window):
    return [window.docks[name].width() for name in ("left", "right")]


def resize(window, width, qtbot):
    window.resize(width, 600)
    qtbot.waitUntil(lambda: window.docks["right"].geometry().right() >= window.width() - 3)


def test_the_panes_take_what_the_window_grows_by(window, qtbot):
    for width in (2560, 1000, 2560):
        resize(window, width, qtbot)
        qtbot.waitUntil(lambda: sides(window) == USUAL)
    resize(window, 700, qtbot)
    qtbot.waitUntil(lambda: sum(sides(window)) < 420)  # A pane has room first.
    resize(window, 1280, qtbot)
    qtbot.waitUntil(lambda: sides(window) == USUAL)


def test_panes_side_by_side_keep_their_parts_when_the_window_grows(window, columns, qtbot):
    window.dock_layout.put_beside(window.docks["c"])
    columns("left", "a", "c", "right")
    docks = [window.docks[name] for name in "ac"]
    qtbot.waitUntil(lambda: abs(docks[0].width() - docks[1].width()) < 3)
    window.resizeDocks(docks, [500, 236], Qt.Orientation.Horizontal)
    resize(window, 2000, qtbot)
    qtbot.waitUntil(lambda: sides(window) == USUAL)
    assert docks[0].width() > 1.8 * docks[1].width()


def test_a_width_that_the_user_drags_is_kept(window, columns, qtbot):
    left, first, right = (window.docks[name] for name in ("left", "a", "right"))
    qtbot.waitUntil(lambda: sides(window) == USUAL)
    window.resizeDocks([left, first, right], [400, 590, 280], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: left.width() > 350)
    edge = QPoint(left.geometry().right() + 1, 300)
    assert window.isSeparator(edge)
    qtbot.mousePress(window, Qt.MouseButton.LeftButton, pos=edge)
    qtbot.mouseRelease(window, Qt.MouseButton.LeftButton, pos=edge)
    dragged = sides(window)
    assert window.dock_layout._widths[left] == dragged[0]
    resize(window, 1800, qtbot)
    qtbot.waitUntil(lambda: sides(window) == pytest.approx(dragged, abs=4))
    window.dock_layout.put_beside(window.docks["c"])
    columns("left", "a", "c", "right")
    qtbot.waitUntil(lambda: sides(window) == pytest.approx(dragged, abs=4))


def test_with_a_panel_or_every_pane_hidden_the_window_grows_all_the_same(window, qtbot):
    window.docks["right"].hide()
    window.resize(1700, 600)
    qtbot.waitUntil(lambda: abs(window.docks["left"].width() - LIBRARY_WIDTH) < 4)
    for name in "abc":
        window.docks[name].hide()
    window.resize(1500, 600)
    assert window.docks["left"].isVisible()


def name_docks(window):
    for name, dock in window.docks.items():
        dock.setObjectName(name)


def test_an_arrangement_is_described_and_restored(window, columns, qtbot):
    name_docks(window)
    dock_layout = window.dock_layout
    dock_layout.put_beside(window.docks["c"])
    columns("left", "a", "c", "right")
    window.docks["left"].hide()
    window.docks["b"].raise_()
    columns("b", "c", "right")
    qtbot.waitUntil(lambda: dock_layout.describe()["columns"][0] > 300)
    described = dock_layout.describe()
    assert described["beside"] == ["c"]
    assert described["hidden"] == ["left"]
    assert described["front"] == "b"
    window.docks["left"].show()
    dock_layout.put_beside(window.docks["c"])
    window.docks["a"].raise_()
    columns("left", "a", "right")
    dock_layout.restore(described)
    columns("b", "c", "right")
    qtbot.waitUntil(lambda: dock_layout.describe() == described)
    dock_layout.restore(described)  # Nothing to do.
    columns("b", "c", "right")


def test_parts_of_the_panes_and_widths_of_the_panels_are_restored(window, columns, qtbot):
    name_docks(window)
    dock_layout = window.dock_layout
    wanted = {"front": "a", "beside": ["b"], "widths": [200, 300], "columns": [2, 1]}
    dock_layout.restore(wanted)
    columns("left", "a", "b", "right")
    docks = window.docks
    qtbot.waitUntil(lambda: abs(docks["a"].width() - 2 * docks["b"].width()) < 8)
    assert docks["left"].width() == pytest.approx(200, abs=2)
    assert docks["right"].width() == pytest.approx(300, abs=6)


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        "x",
        {"beside": ["a", "b", "c", "none", 3], "front": "c", "hidden": "left"},
        {"beside": {}, "front": {}, "hidden": [["a"]], "widths": [-1, 10**9], "columns": [0]},
        {"widths": [True], "columns": ["x"]},
        {"hidden": ["a", "b", "c"]},
    ],
)
def test_what_makes_no_sense_leaves_a_pane_in_view(window, qtbot, odd):
    name_docks(window)
    window.dock_layout.restore(odd)
    qtbot.waitUntil(lambda: any(not window.docks[name].visibleRegion().isEmpty() for name in "abc"))
    assert window.docks["left"].isVisible()
