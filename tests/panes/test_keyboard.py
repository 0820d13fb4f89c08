"""Every control of every pane by keys alone: it has a name, Tab reaches it, and that is seen."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QRadioButton,
    QScrollBar,
    QTextBrowser,
    QTextEdit,
    QWidget,
)

from embedviz.app.pairing import OpenRequest
from embedviz.core.samples import resource_path
from embedviz.core.vector_set import VectorSet
from embedviz.gui.coloring.palettes import as_light
from embedviz.gui.databases.dialog import DatabaseDialog
from embedviz.gui.opening.dialog import OpenDialog
from embedviz.gui.pages.stack import PageStack
from embedviz.gui.texts.consent_dialog import ConsentDialog
from embedviz.gui.texts.key_entry import KeyDialog
from embedviz.panes import PANES
from embedviz.panes.analogies.relation.adding.dialog import AddRelationDialog
from embedviz.sources.consent import Sending

KINDS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)


def is_part_of_another(widget):
    """Return whether a widget belongs to a control that has its name, and its place in the walk."""
    if isinstance(widget, (QScrollBar, QHeaderView)) or widget.objectName().startswith("qt_"):
        return True
    parent = widget.parentWidget()
    is_clear_button = isinstance(parent, QLineEdit)
    is_line_of_a_box = isinstance(parent, QComboBox)
    is_list_of_a_box = parent is not None and parent.inherits("QComboBoxPrivateContainer")
    is_of_a_box = is_line_of_a_box or is_list_of_a_box
    return is_clear_button or is_of_a_box or isinstance(parent, QAbstractItemView)


def controls_of(root):
    """Return what can be used in a widget, in view or not."""
    return [
        each
        for each in root.findChildren(QWidget)
        if (isinstance(each, KINDS) or each.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and each.window() is root.window()
        and not is_part_of_another(each)
    ]


def pages_of(pane):
    """Return the names of the pages of all stacks in a pane, or one nothing."""
    return [button for stack in pane.findChildren(PageStack) for button in tabs_of(stack)] or [None]


def tabs_of(stack):
    return [each for each in stack.tabs.findChildren(QAbstractButton) if each.isVisible()]


def place_of(widget):
    return QRect(widget.mapTo(widget.window(), QPoint(0, 0)), widget.size())


def picture_of(window, widget):
    """Return a part of a window as luminances of its pixels, with a margin around a widget."""
    area = place_of(widget).adjusted(-4, -4, 4, 4) & window.rect()
    image = window.grab(area).toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    colors = lines[:, : 3 * image.width()].reshape(image.height(), image.width(), 3) / 255
    return as_light(colors) @ [0.2126, 0.7152, 0.0722]


def shows_focus(window, stop, focused):
    """Return whether enough of a control looks clearly different without the focus (WCAG 2.4.13).

    As many pixels as a line around it has, each with a contrast of 3 to what it was.
    """
    without = picture_of(window, stop)
    if without.shape != focused.shape:
        return True  # It has another size with the focus.
    high, low = np.maximum(without, focused), np.minimum(without, focused)
    n_different = np.count_nonzero((high + 0.05) / (low + 0.05) >= 3)
    seen = place_of(stop) & window.rect()
    return n_different >= 2 * (seen.width() + seen.height())


def walk(window, qtbot):
    """Press Tab until the focus is where it began; return where it was, in order."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    # From wherever a window begins, which may be a widget that keys only pass through.
    qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
    first = QApplication.focusWidget()
    seen = [first]
    while True:
        focused = picture_of(window, seen[-1])
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        while isinstance(seen[-1], QTextBrowser) and seen[-1].hasFocus():
            qtbot.keyClick(seen[-1], Qt.Key.Key_Tab)  # It goes through its links first.
        focus = QApplication.focusWidget()
        name = seen[-1].objectName() or repr(seen[-1])
        assert shows_focus(window, seen[-1], focused), f"no focus is seen on {name}"
        if focus is first:
            return seen
        assert focus not in seen, f"Tab goes in circles at {focus.objectName()}"
        seen.append(focus)


def share(first, second):
    """Return how much of the shorter one of two stretches lies within the other."""
    common = min(first[1], second[1]) - max(first[0], second[0])
    return common / max(min(first[1] - first[0], second[1] - second[0]), 1)


def goes_back(before, after):
    """Return whether a reader would not go from one place to the other."""
    a, b = place_of(before), place_of(after)
    is_left, is_above = b.right() <= a.left(), b.bottom() <= a.top()
    is_beside = share(*((each.top(), each.bottom()) for each in (a, b))) > 0.5
    is_over = share(*((each.left(), each.right()) for each in (a, b))) > 0.5
    return (is_left and is_above) or (is_left and is_beside) or (is_above and is_over)


def is_reached(control, stops):
    """Return whether Tab goes to a control, or to the one of its group that is down.

    Arrows go from there to the others, as `test_controls` has it.
    """
    group = group_of(control)
    if not group:
        return control in stops
    assert sum(button in stops for button in group) <= 1
    return any(button.isChecked() and button in stops for button in group)


def group_of(control):
    """Return the buttons of which one is down, this one among them, or nothing."""
    if not isinstance(control, QAbstractButton):
        return []
    if control.group() is not None:
        return control.group().buttons() if control.group().exclusive() else []
    siblings = control.parentWidget().findChildren(QRadioButton)
    return siblings if control in siblings else []


def run_in(pane, stops):
    """Return the stops within a pane from the first on, and how often Tab came into the pane."""
    inside = [pane.isAncestorOf(stop) for stop in stops]
    begins = [place for place, is_in in enumerate(inside) if is_in and not inside[place - 1]]
    if not begins:  # All of them are.
        backwards = [i for i, stop in enumerate(stops) if goes_back(stops[i - 1], stop)]
        begins = backwards[:1] or [0]  # Once round it has to go back, and only once.
    turned = stops[begins[0] :] + stops[: begins[0]]
    return [stop for stop in turned if pane.isAncestorOf(stop)], len(begins)


def problems_of(pane, stops):
    """Return what is wrong with the controls of a pane, of which these were walked through."""
    found = []
    for each in controls_of(pane):
        name = each.objectName() or repr(each)
        if not each.accessibleName():
            found.append(f"{name} has no accessible name")
        is_usable = each.isVisible() and each.isEnabled()
        if is_usable and each.focusProxy() is None and not is_reached(each, stops):
            found.append(f"{name} is not reached")
    mine, n_runs = run_in(pane, stops)
    if n_runs > 1:
        found.append(f"Tab comes to {pane.objectName()} {n_runs} times")
    for before, after in pairwise(mine):
        if goes_back(before, after):
            found.append(f"{after.objectName()} comes after {before.objectName()}")
    return found


@pytest.fixture
def few(words):
    """Return 300 of the bundled words, with those that are asked about at first."""
    named = ("king", "queen", "man", "woman")
    rows = [words.row(label) for label in named] + list(range(300))
    rows = list(dict.fromkeys(rows))[:300]
    labels = [words.labels[row] for row in rows]
    return VectorSet(words.vectors[rows], labels, words.metadata.take(rows), "few")


@pytest.fixture
def shown(window, front, idle, few):
    def show(name):
        window.session.show(window.session.state.opened(few).queried(few.row("king")))
        pane = window.active_pane if name is None else front(window, name)
        idle(window.session)
        return pane

    return show


@pytest.mark.parametrize("name", [pane.name for pane in PANES])
def test_tab_reaches_every_control_in_reading_order(window, shown, idle, qtbot, name):
    pane = shown(name)
    found = []
    for tab in pages_of(pane):
        if tab is not None:
            tab.click()
            idle(window.session)
        stops = walk(window, qtbot)
        page = "" if tab is None else tab.text()
        for part in (pane, window.library, window.neighbors):
            found += [f"{name} {page}: {problem}" for problem in problems_of(part, stops)]
    assert not found, "\n".join(dict.fromkeys(found))


def begin_catalog(window):
    window.trigger("file.catalog")


def begin_column(window):
    window.trigger("file.embed_column")


def begin_database(window):
    window.trigger("file.database")
    form = window.findChild(DatabaseDialog).form
    box = form.password.kind
    box.setCurrentIndex(box.findData("typed"))
    box.activated.emit(box.currentIndex())
    form.edit.setText("postgresql://reader@localhost/texts")


def begin_encoder(window):
    window.trigger("file.set_encoder")


def begin_figure(window):
    window.trigger("file.export")


def begin_guide(window):
    window.trigger("help.guide")


def begin_opening(window):
    window.dialogs.ask(OpenRequest(resource_path("words-layer2.npy")))


def begin_consent(window):
    ConsentDialog(Sending("api.example.com:443", "to embed them", 10, 1000), window).show()


def begin_key(window):
    KeyDialog("https://api.example.com/v1", window).show()


def begin_relation(window):
    AddRelationDialog(window.session.state.active, ("group",), window).show()


@pytest.mark.parametrize(
    "begin",
    [
        begin_catalog,
        begin_column,
        begin_database,
        begin_encoder,
        begin_figure,
        begin_guide,
        begin_opening,
        begin_consent,
        begin_key,
        begin_relation,
    ],
    ids=lambda begin: begin.__name__.removeprefix("begin_"),
)
def test_tab_reaches_every_control_of_dialogs(window, shown, idle, qtbot, begin):
    shown(None)
    begin(window)

    def dialogs():
        return [each for each in window.findChildren(QDialog) if each.isVisible()]

    qtbot.waitUntil(lambda: bool(dialogs()))
    idle(window.session)
    (dialog,) = dialogs()
    if isinstance(dialog, OpenDialog):
        qtbot.waitUntil(dialog.footer.open_button.isEnabled)
    if isinstance(dialog, DatabaseDialog):
        qtbot.waitUntil(dialog.form.connect_button.isEnabled, timeout=20_000)
    try:
        found = problems_of(dialog, walk(dialog, qtbot))
    finally:
        dialog.close()
    assert not found, "\n".join(dict.fromkeys(found))
