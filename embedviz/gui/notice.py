"""The bar that says what went wrong, and what to do about it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy

from embedviz.gui.controls import tool_button, words
from embedviz.gui.theme import GRID


class Notice(QFrame):
    """A message that stays until it is closed or replaced, and covers nothing.

    Signals
    -------
    toggled : (bool,)
        There is a message now, or there is none any more.
    """

    toggled = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self.setAccessibleName("Message")
        self.label = words(wrap=True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        close = tool_button("notice.close", "✕", "Close this message", flat=True)
        close.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID // 2, GRID, GRID // 2)
        row.addWidget(self.label, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def tell(self, text: str) -> None:
        """Show a message."""
        self.label.setText(text)
        self.setAccessibleDescription(text)
        self.show()
        self.toggled.emit(True)

    def clear(self) -> None:
        """Show no message."""
        self.hide()
        self.toggled.emit(False)

    @property
    def text(self) -> str:
        """The message on screen, or nothing."""
        return "" if self.isHidden() else self.label.text()
