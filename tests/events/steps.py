"""What a random user does to a window: one function each, with the random numbers to choose by."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QDialog,
    QLineEdit,
    QWidget,
)
from shiboken6 import isValid

from embedviz.core.samples import load_sample
from embedviz.core.vector_set import VectorSet
from embedviz.gui.actions import ACTIONS
from embedviz.gui.point_view import PointView
from embedviz.gui.texts.consent_dialog import ConsentDialog

LEFT_OUT = {"file.quit", "file.catalog"}
"""Actions that end the program, or only ask whether something may be fetched."""

SHUNNED = ("consent.", "catalog.fetch", "training.offer.gensim", "training.offer.text")
"""Names of controls, or their beginnings, that would send something out of this machine."""

KEYS = (
    *(Qt.Key(code) for code in range(Qt.Key.Key_A, Qt.Key.Key_Z + 1)),
    Qt.Key.Key_Tab,
    Qt.Key.Key_Backtab,
    Qt.Key.Key_Escape,
    Qt.Key.Key_Return,
    Qt.Key.Key_Space,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Home,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_F10,
)
MODIFIERS = (
    *(4 * (Qt.KeyboardModifier.NoModifier,)),
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
MOST_SETS = 5
MOST_MAPS = 3


def usable(window, kind=QWidget):
    """Return the widgets of a kind that can be seen and used, in the window or above it."""
    above = QApplication.activeModalWidget()
    roots = [above] if above is not None else [window, *dialogs_of(window)]
    return [
        each
        for root in roots
        for each in root.findChildren(kind)
        if each.isVisible()
        and each.isEnabled()
        and not each.objectName().startswith(SHUNNED)
        and not each.visibleRegion().isEmpty()
    ]


def dialogs_of(window):
    return [each for each in window.findChildren(QDialog) if each.isVisible()]


def place_in(widget, rng):
    return QPoint(rng.randrange(max(widget.width(), 1)), rng.randrange(max(widget.height(), 1)))


def chosen(window, rng, kind=QWidget):
    found = usable(window, kind)
    return rng.choice(found) if found else window


def click_button(window, rng):
    button = chosen(window, rng, QAbstractButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton, rng.choice(MODIFIERS))
    return button


def click(window, rng):
    widget = chosen(window, rng)
    button = rng.choice((*(5 * (Qt.MouseButton.LeftButton,)), Qt.MouseButton.RightButton))
    press = QTest.mouseDClick if rng.random() < 0.1 else QTest.mouseClick
    press(widget, button, rng.choice(MODIFIERS), place_in(widget, rng))
    return widget


def drag(window, rng):
    kind = PointView if rng.random() < 0.6 else QWidget
    widget, keys = chosen(window, rng, kind), rng.choice(MODIFIERS)
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, keys, place_in(widget, rng))
    for _ in range(rng.randrange(1, 5)):
        if isValid(widget):
            QTest.mouseMove(widget, place_in(widget, rng))
    if isValid(widget):
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, keys, place_in(widget, rng))
    return widget


def wheel(window, rng):
    widget = chosen(window, rng, PointView if rng.random() < 0.5 else QWidget)
    place = QPointF(place_in(widget, rng))
    event = QWheelEvent(
        place,
        QPointF(widget.mapToGlobal(place.toPoint())),
        QPoint(0, 0),
        QPoint(0, rng.choice((-240, -120, 120, 240))),
        Qt.MouseButton.NoButton,
        rng.choice(MODIFIERS),
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return widget


def hover(window, rng):
    widget = chosen(window, rng)
    QTest.mouseMove(widget, place_in(widget, rng))
    return widget


def press_key(window, rng):
    widget = QApplication.focusWidget() or window
    for _ in range(rng.randrange(1, 4)):
        if isValid(widget):
            QTest.keyClick(widget, rng.choice(KEYS), rng.choice(MODIFIERS[:5]))
    return widget


def type_text(window, rng):
    line = chosen(window, rng, QLineEdit)
    if isinstance(line, QLineEdit) and not line.isReadOnly():
        line.setFocus()
        QTest.keyClicks(line, rng.choice(("king", "ca", "/^x/", "0.5", "12", "-3", "zz e")))
        QTest.keyClick(line, Qt.Key.Key_Return)
    return line


def choose_line(window, rng):
    view = chosen(window, rng, QAbstractItemView)
    if isinstance(view, QAbstractItemView) and view.model() is not None and view.model().rowCount():
        index = view.model().index(rng.randrange(min(view.model().rowCount(), 200)), 0)
        view.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)
        place = view.visualRect(index).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, rng.choice(MODIFIERS), place)
    return view


def resize(window, rng):
    window.resize(rng.randrange(600, 1800), rng.randrange(400, 1100))
    return window


def act(window, rng):
    names = [action.name for action in ACTIONS if action.name not in LEFT_OUT]
    if len(window.session.state.sets) >= MOST_SETS:
        names = [name for name in names if not name.startswith("file.")] + ["file.close"]
    if len(window.panes) >= MOST_PANES:
        names = [name for name in names if name != "view.add_map"] + ["view.close_map"]
    name = rng.choice(names)
    window.trigger(name)
    return name


MOST_PANES = 6 + MOST_MAPS - 1


def play_scenes(window, rng):
    name = rng.choice(SCENES)
    window.trigger(name)
    return name


SCENES = (
    *(2 * ("scenes.take",)),
    "scenes.retake",
    *(2 * ("scenes.next",)),
    "scenes.previous",
    "scenes.strip",
    "view.talk",
    "view.talk_here",
    "file.export_moving",
)
"""What a speaker does, with a dialog for films between scenes."""


def switch_theme(window, rng):
    window.trigger("view.theme")
    return "theme"


def go_to_pane(window, rng):
    pane = rng.choice(window.panes)
    window.bring_to_front(pane.name)
    return pane


def open_set(window, rng):
    state = window.session.state
    if len(state.sets) < MOST_SETS:
        window.session.show(state.opened(made_set(rng.randrange(10_000))))
    else:
        close_set(window, rng)
    return "open"


def close_set(window, rng):
    window.trigger("file.close")
    return "close"


def close_dialogs(window, rng):
    for each in dialogs_of(window):
        each.reject()
    return "dialogs"


def undo(window, rng):
    for _ in range(rng.randrange(1, 6)):
        window.trigger(rng.choice(("edit.undo", "edit.redo")))
    return "undo"


def made_set(seed):
    """Return a small set: random vectors with groups, or words and sentences of the samples."""
    rng = np.random.default_rng(seed)
    kind = seed % 3
    if kind:
        sample = load_sample(("words", "sentences")[kind - 1])
        rows = np.sort(rng.choice(len(sample), 200, replace=False))
        labels = [sample.labels[row] for row in rows]
        return VectorSet(sample.vectors[rows], labels, sample.metadata.take(rows), f"part {seed}")
    n_rows, n_dimensions = int(rng.integers(1, 300)), int(rng.integers(2, 48))
    vectors = rng.normal(size=(n_rows, n_dimensions)).astype(np.float32)
    metadata = {"group": [f"g{row % 7}" for row in range(n_rows)], "number": list(range(n_rows))}
    return VectorSet(vectors, [f"word{row}" for row in range(n_rows)], metadata, f"random {seed}")


STEPS = (
    *(6 * (click_button,)),
    *(5 * (click,)),
    *(5 * (drag,)),
    *(5 * (wheel,)),
    *(4 * (hover,)),
    *(6 * (press_key,)),
    *(2 * (type_text,)),
    *(3 * (choose_line,)),
    *(2 * (act,)),
    *(4 * (go_to_pane,)),
    *(2 * (open_set,)),
    *(2 * (undo,)),
    *(2 * (play_scenes,)),
    *(2 * (close_dialogs,)),
    close_set,
    resize,
    switch_theme,
)
"""As often as they are done."""
__all__ = ["STEPS", "ConsentDialog", "dialogs_of"]
