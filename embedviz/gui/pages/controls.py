"""Row of controls that figures leave out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from embedviz.gui.theme import GRID


class Controls(QWidget):
    """A row of controls, which figures leave out: it keeps its room and does not paint them."""

    def __init__(self) -> None:
        super().__init__()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(GRID)
        self._left_out: list[QWidget] = []

    @property
    def is_in_figure(self) -> bool:
        """Whether it is drawn into a figure; see `gui.figures.DrawnFinely`."""
        return bool(self._left_out)

    @is_in_figure.setter
    def is_in_figure(self, value: bool) -> None:
        for widget in self._left_out:
            widget.show()
        self._left_out = []
        if value:
            direct = Qt.FindChildOption.FindDirectChildrenOnly
            shown = self.findChildren(QWidget, options=direct)
            self._left_out = [each for each in shown if each.isVisibleTo(self)]
        for widget in self._left_out:
            kept = widget.sizePolicy()
            kept.setRetainSizeWhenHidden(True)
            widget.setSizePolicy(kept)
            widget.hide()

    def render_anew(self) -> None:
        """Draw what does not depend on how the picture came about: nothing."""
