"""A pane on loan from its dock, without its controls and in large type."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QWidget

from embedviz.gui.pane import Pane
from embedviz.gui.theme import TALK_SCALE


class PaneLoan:
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
