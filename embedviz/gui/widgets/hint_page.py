"""Page that a pane shows while nothing is open."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from embedviz.gui.widgets.controls import text_label, with_name

_OFFERS = (("file.open", "Open a file…"), ("file.words", "Use bundled words"))


class HintPage(QWidget):
    """A sentence on what to do, and buttons that do it.

    Parameters
    ----------
    name : str
        Prefix of the object names of the buttons.
    hint : str
    with_offers : bool
        Whether there are buttons.

    Signals
    -------
    action_wanted : (str,)
        Name of the action that a button stands for.
    """

    action_wanted = Signal(str)

    def __init__(self, name: str, hint: str, with_offers: bool) -> None:
        super().__init__()
        middle = QVBoxLayout(self)
        middle.addStretch(1)
        text = text_label(hint, "hint", wrap=True)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        middle.addWidget(text)
        if with_offers:
            middle.addLayout(self._make_offers(name))
        middle.addStretch(1)

    def _make_offers(self, name: str) -> QHBoxLayout:
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for action, told in _OFFERS:
            button = with_name(QPushButton(told), f"{name}.{action}", told)
            button.clicked.connect(lambda _=False, action=action: self.action_wanted.emit(action))
            buttons.addWidget(button)
        buttons.addStretch(1)
        return buttons
