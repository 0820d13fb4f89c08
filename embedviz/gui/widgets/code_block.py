"""A line of code in a message: to be read whole, selected and copied."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent, QTextOption
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QTextEdit, QWidget

from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import tool_button, with_name

_is_code = re.compile(
    r"`(?P<marked>[^`]+)`|(?<=: )(?P<line>import .+?\))(?=\. |\.?$)|"
    r"(?<=Unpack it: )(?P<command>.+)$|(?<= in R: )(?P<other>.+)$",
    re.DOTALL,
)


def split_code(text: str) -> tuple[str, str]:
    """Return a message without the line of code in it, and that line; nothing where there is none.

    Parameters
    ----------
    text : str
        As in "Where you trust it, run this in Python: import numpy; …", or with `…` around it.
    """
    found = _is_code.search(text)
    if found is None or found.lastgroup is None:
        return text, ""
    before, after = text[: found.start()], text[found.end() :]
    if before.endswith(": ") and not after.strip(" ."):
        return before.rstrip(), found[found.lastgroup]
    return f"{before}the line below{after}", found[found.lastgroup]


class CodeLine(QWidget):
    """Code in letters of one width, in as many lines as it needs, and a button that copies it."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.field = with_name(_Field(code), "code", "What to run")
        self.copy = tool_button("code.copy", "Copy", "Copy this line")
        self.copy.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(code))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.field, 1)
        row.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)


class _Field(QTextEdit):
    """Text that is as high as it is in this width."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.setPlainText(code)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Take the height that the lines need."""
        super().resizeEvent(event)
        frame = self.height() - self.viewport().height()
        self.setFixedHeight(round(self.document().size().height()) + frame)
