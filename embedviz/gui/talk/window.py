"""Talk mode: the picture of one pane, the whole screen, text that the last row can read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QDockWidget, QVBoxLayout, QWidget

from embedviz.gui.pane import Pane
from embedviz.gui.talk.curtain import Curtain
from embedviz.gui.theme import TALK_SCALE

_LEAVE = [QKeySequence("F5"), QKeySequence("Esc")]


class TalkWindow(QWidget):
    """Full-screen view that borrows a pane from its dock until it is closed with F5 or Esc.

    Its controls are off stage until then. The keys of the menus do what they do in the window.

    Parameters
    ----------
    pane : Pane
    dock : QDockWidget
        Where the pane is otherwise.
    actions : sequence of QAction
        Of the menus.

    Signals
    -------
    ended : ()
        The pane is back.

    Attributes
    ----------
    curtain : Curtain
        What is drawn over the pane.
    """

    ended = Signal()

    def __init__(self, pane: Pane, dock: QDockWidget, actions: Sequence[QAction]) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setObjectName("talk")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.curtain = Curtain(self)
        self._loan: _PaneLoan | None = None
        self.lend(pane, dock)
        for key in _LEAVE:
            QShortcut(key, self).activated.connect(self.close)
        for action in actions:
            if action.shortcuts() and not set(_LEAVE) & set(action.shortcuts()):
                self.addAction(action)

    @property
    def pane(self) -> Pane | None:
        """The pane on stage."""
        return None if self._loan is None else self._loan.pane

    def lend(self, pane: Pane, dock: QDockWidget) -> None:
        """Show another pane; the one before goes back into its dock."""
        if self._loan is not None and self._loan.pane is pane:
            return
        if self._loan is not None:
            self._rows.removeWidget(self._loan.pane)
            self._loan.give_back()
        self.setWindowTitle(pane.title)
        self._loan = _PaneLoan(pane, dock)
        self._rows.addWidget(pane)
        pane.show()
        self._loan.hide_controls()
        self.curtain.raise_()
        self._give_focus(pane)

    def _give_focus(self, pane: Pane) -> None:
        """Put the keyboard into a picture of points, where there is one: arrows move it."""
        pane.setFocus()
        view = pane.picture.findChild(QWidget, f"{pane.name}.view")
        if view is not None and view.isVisibleTo(pane):
            view.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Let the curtain be as large as the stage."""
        self.curtain.resize(self.size())
        super().resizeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Give the pane back."""
        self.curtain.stop()
        if self._loan is not None:
            self._loan.give_back()
            self._loan = None
            self.ended.emit()
        super().closeEvent(event)


class _PaneLoan:
    """Loan of a pane, until it is given back.

    Parameters
    ----------
    pane : Pane
    dock : QDockWidget
        Where it is otherwise.
    """

    def __init__(self, pane: Pane, dock: QDockWidget) -> None:
        self.pane, self._dock = pane, dock
        self._stand_in = QWidget()  # Some versions of Qt dislike a dock with nothing in it.
        dock.setWidget(self._stand_in)
        pane.is_lent = True
        pane.set_text_scale(TALK_SCALE)
        self._heights: dict[QWidget, tuple[int, int]] = {}

    def hide_controls(self) -> None:
        """Put what is beside the picture off stage."""
        self._heights = {
            part: (part.minimumHeight(), part.maximumHeight()) for part in self._controls()
        }
        for part in self._heights:  # Not hidden: a run would bring its settings back.
            part.setFixedHeight(0)
            part.setEnabled(False)  # Or the keyboard would reach what nobody sees.

    def give_back(self) -> None:
        """Put the pane into its dock again, as it was."""
        self.pane.set_text_scale(1.0)
        self.pane.is_lent = False
        for part, (least, most) in self._heights.items():
            part.setMinimumHeight(least)
            part.setMaximumHeight(most)
            part.setEnabled(True)
        self._dock.setWidget(self.pane)
        self.pane.show()
        self._stand_in.deleteLater()

    def _controls(self) -> list[QWidget]:
        """Return what is beside the picture."""
        page, picture = self.pane.picture.parentWidget(), self.pane.picture
        assert page is not None
        parts = page.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        return [part for part in parts if part is not picture]
