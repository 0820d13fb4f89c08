"""Talk mode: one pane, the whole screen, text that the last row can read."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDockWidget, QVBoxLayout, QWidget

from embedviz.gui.pane import Pane
from embedviz.gui.theme import TALK_SCALE


class TalkWindow(QWidget):
    """Borrows a pane from its dock until it is closed with F5 or Esc.

    Signals
    -------
    ended : ()
        The pane is back.
    """

    ended = Signal()

    def __init__(self, pane: Pane, dock: QDockWidget) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setObjectName("talk")
        self.setWindowTitle(f"{pane.title} – embedviz")
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
        for key in ("F5", "Esc"):
            QShortcut(QKeySequence(key), self).activated.connect(self.close)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Give the pane back."""
        self._pane.set_text_scale(1.0)
        self._pane.is_lent = False
        self._dock.setWidget(self._pane)
        self._pane.show()
        self._stand_in.deleteLater()
        self.ended.emit()
        super().closeEvent(event)
