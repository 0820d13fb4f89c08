"""Talk mode: the picture of one pane, the whole screen, text that the last row can read."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDockWidget, QVBoxLayout, QWidget

from embedviz.gui.pane import Pane
from embedviz.gui.theme import TALK_SCALE

_LEAVE = [QKeySequence("F5"), QKeySequence("Esc")]


class TalkWindow(QWidget):
    """Full-screen view that borrows a pane from its dock until it is closed with F5 or Esc.

    Its controls are off stage until then. The keys of the menus do what they do in the window.

    Signals
    -------
    ended : ()
        The pane is back.
    """

    ended = Signal()

    def __init__(self, pane: Pane, dock: QDockWidget) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setObjectName("talk")
        self.setWindowTitle(pane.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._pane, self._dock = pane, dock
        self._stand_in = QWidget()  # Some versions of Qt dislike a dock with nothing in it.
        dock.setWidget(self._stand_in)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(pane)
        pane.is_lent = True
        pane.set_text_scale(TALK_SCALE)
        pane.show()
        self._heights = {
            part: (part.minimumHeight(), part.maximumHeight()) for part in self._controls()
        }
        for part in self._heights:  # Not hidden: a run would bring its settings back.
            part.setFixedHeight(0)
            part.setEnabled(False)  # Or the keyboard would reach what nobody sees.
        pane.setFocus()
        for key in _LEAVE:
            QShortcut(key, self).activated.connect(self.close)
        for action in dock.window().findChildren(QAction):
            if action.shortcuts() and not set(_LEAVE) & set(action.shortcuts()):
                self.addAction(action)

    def _controls(self) -> list[QWidget]:
        """Return what is beside the picture."""
        page, picture = self._pane.picture.parentWidget(), self._pane.picture
        assert page is not None
        parts = page.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [part for part in parts if part is not picture]

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Give the pane back."""
        self._pane.set_text_scale(1.0)
        self._pane.is_lent = False
        for part, (least, most) in self._heights.items():
            part.setMinimumHeight(least)
            part.setMaximumHeight(most)
            part.setEnabled(True)
        self._dock.setWidget(self._pane)
        self._pane.show()
        self._stand_in.deleteLater()
        self.ended.emit()
        super().closeEvent(event)
