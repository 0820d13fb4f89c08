"""Ring around the control that keys go to, for whoever came to it by keys.

A border in another color is not to be seen on a button that is down, and views and lists have no
border of their own. So one ring is drawn over whatever has the focus, in all windows alike. A
click takes it away: who uses the mouse knows where they are.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from embedviz.gui.theme import RADIUS, theme_manager

_WIDTH = 2
_FOLLOWED = frozenset(
    {
        QEvent.Type.Move,
        QEvent.Type.Resize,
        QEvent.Type.Show,
        QEvent.Type.Hide,
    }
)


class FocusRing(QObject):
    """The ring, which follows the focus through all windows of an application.

    Attributes
    ----------
    frame : _Frame or None
        What is drawn over the control in focus; None while nothing is marked.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.frame: _Frame | None = None
        self._is_by_key = False
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        application.focusChanged.connect(self._on_focus)

    def forget(self) -> None:
        """Mark nothing until keys are used again."""
        self._is_by_key = False
        self._let_go()

    @Slot(QWidget, QWidget)
    def _on_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        self._let_go()
        if new is None:
            return
        by_key = Qt.WidgetAttribute.WA_KeyboardFocusChange  # Set by Qt at each Tab.
        window = new.window()
        if QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self._is_by_key = False
            window.setAttribute(by_key, False)
        elif window.testAttribute(by_key):
            self._is_by_key = True
        if self._is_by_key:
            self._follow(new)

    def _follow(self, target: QWidget) -> None:
        window = target.window()
        self._target, self.frame = target, _Frame(window)
        part: QWidget | None = target
        while part is not None:
            part.installEventFilter(self)
            self._watched.append(part)
            part = None if part is window else part.parentWidget()
        self._place()

    def _let_go(self) -> None:
        for part in self._watched:
            if isValid(part):
                part.removeEventFilter(self)
        self._watched, self._target = [], None
        if self.frame is not None and isValid(self.frame):
            self.frame.hide()
            self.frame.deleteLater()
        self.frame = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Stay around the control as it moves, with what it is in or by itself."""
        if event.type() in _FOLLOWED:
            self._place()
        return False

    def _place(self) -> None:
        if self._target is None or self.frame is None or not isValid(self.frame):
            return
        self.frame.surround(self._target)


class _Frame(QWidget):
    """The ring in one window; the mouse and the other widgets do not notice it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("focus.ring")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def surround(self, target: QWidget) -> None:
        """Lie around as much of a widget of this window as can be seen."""
        window, area = target.window(), target.rect()
        part: QWidget | None = target
        while part is not None and part is not window:
            area.translate(part.pos())
            part = part.parentWidget()
            if part is not None:
                area &= part.rect()
        if area.isEmpty() or not target.isVisible():
            self.hide()
            return
        outer = area.adjusted(-_WIDTH, -_WIDTH, _WIDTH, _WIDTH) & window.rect()
        self.setGeometry(outer)
        here = QRect(QPoint(0, 0), outer.size())
        inset = 2 * _WIDTH
        # Only the ring itself: what is within would else be drawn anew with each of its changes.
        self.setMask(QRegion(here) - QRegion(here.adjusted(inset, inset, -inset, -inset)))
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the ring, with a line in the color of the ground inside where it is on its like."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, half = theme_manager.theme, _WIDTH / 2
        outer = QRectF(self.rect()).adjusted(half, half, -half, -half)
        inner = outer.adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setPen(QPen(QColor(theme.panel), 1))
        painter.drawRoundedRect(inner, RADIUS - 1, RADIUS - 1)
        painter.setPen(QPen(QColor(theme.accent), _WIDTH))
        painter.drawRoundedRect(outer, RADIUS, RADIUS)
