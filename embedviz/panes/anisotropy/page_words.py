"""Words below the charts of a page: what they say, and where there is room, how they were made."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import set_text_in_place, text_label

_ROOMY = 200
"""Height of a page from which on all is written, in pixels with text of the usual size."""


class PageWords(QWidget):
    """A sentence on what the charts say, and a caption that a low page has in a tooltip.

    Attributes
    ----------
    said, caption : QLabel
    """

    def __init__(self) -> None:
        super().__init__()
        self.said = text_label(wrap=True)
        self.caption = text_label(kind="caption", wrap=True)
        self._height, self._scale = _ROOMY, 1.0
        self._rows = rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID // 2)
        rows.addWidget(self.said)
        rows.addWidget(self.caption)

    def say(self, said: str, caption: str = "") -> None:
        """Write both."""
        set_text_in_place(self.said, said)
        self.said.setToolTip(caption)
        set_text_in_place(self.caption, caption)
        self._fit()

    def fit_height(self, height: int) -> None:
        """Fit into a page of this height, in pixels."""
        self._height = height
        self._fit()

    def fit_text(self, scale: float) -> None:
        """Fit with text so many times larger than usual."""
        self._scale = scale
        self._fit()

    def _fit(self) -> None:
        self.said.setVisible(bool(self.said.text()))
        is_roomy = self._height >= _ROOMY * self._scale
        is_wanted = bool(self.caption.text()) and is_roomy
        if is_wanted == self.caption.isHidden():
            self.caption.setVisible(is_wanted)
            # Else a page that is just being laid out would keep the room of what is gone.
            self._rows.invalidate()
            self.updateGeometry()
