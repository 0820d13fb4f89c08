"""The bar that says what went wrong, and what to do about it."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy

from embedviz.gui.theme import GRID
from embedviz.gui.widgets.code_block import split_code
from embedviz.gui.widgets.controls import text_label, tool_button


class MessageBar(QFrame):
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
        self.label = text_label(wrap=True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        close = tool_button("notice.close", "✕", "Close this message", flat=True)
        close.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID // 2, GRID, GRID // 2)
        self.offer = tool_button("notice.offer", "", "What can be done about it")
        self._accept: Callable[[], None] | None = None
        self.offer.clicked.connect(self._on_offer)
        self.other = tool_button("notice.other", "", "The other thing that can be done")
        self._refuse: Callable[[], None] | None = None
        self.other.clicked.connect(self._on_other)
        row.addWidget(self.label, 1)
        row.addWidget(self.offer)
        row.addWidget(self.other)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_message(
        self,
        text: str,
        offer: str = "",
        accept: Callable[[], None] | None = None,
        other: str = "",
        refuse: Callable[[], None] | None = None,
    ) -> None:
        """Show a message.

        Parameters
        ----------
        text : str
            A line of code in it can be copied.
        offer : str
            Words on a button beside it.
        accept : callable, optional
            What the button does, after the message is gone.
        other, refuse : optional
            The same for a second button.
        """
        _, code = split_code(text)
        if code and accept is None:
            offer, accept = "Copy the line", lambda: QGuiApplication.clipboard().setText(code)
        self.label.setText(text)
        self.offer.setText(offer)
        self.offer.setVisible(accept is not None)
        self._accept = accept
        self.other.setText(other)
        self.other.setVisible(refuse is not None)
        self._refuse = refuse
        self.setAccessibleDescription(text)
        self.show()
        self.toggled.emit(True)

    def clear(self) -> None:
        """Show no message."""
        self._accept = self._refuse = None  # They may hold what is closed by then.
        self.hide()
        self.toggled.emit(False)

    def _on_offer(self) -> None:
        accept = self._accept
        self.clear()
        if accept is not None:
            accept()

    def _on_other(self) -> None:
        refuse = self._refuse
        self.clear()
        if refuse is not None:
            refuse()

    @property
    def text(self) -> str:
        """The message on screen, or nothing."""
        return "" if self.isHidden() else self.label.text()
