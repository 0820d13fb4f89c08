"""The empty page: a sentence, and the corpora to begin with."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label, with_name

OFFERS = (
    ("language", "Made-up language", "Sentences by a small grammar: trains in seconds"),
    ("gensim", "Gensim's test corpus", "News of 1999 and 2000, which come with gensim"),
    ("text", "Text file…", "A file of plain text, one text a line"),
    ("table", "Column of a table…", "Texts in a column of CSV, TSV, JSON Lines or Parquet"),
)
"""Name, text and tooltip of each button."""


class Offers(QWidget):
    """Page while no corpus is chosen.

    Signals
    -------
    chosen : (str,)
        Name of the offer that was clicked.
    """

    chosen = Signal(str)

    def __init__(self, hint: str) -> None:
        super().__init__()
        text = text_label(hint, "hint", wrap=True)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = QGridLayout()
        buttons.setSpacing(GRID)
        buttons.setColumnStretch(0, 1)
        buttons.setColumnStretch(3, 1)
        for place, (name, words, tip) in enumerate(OFFERS):
            button = with_name(QPushButton(words), f"training.offer.{name}", f"{words}: {tip}")
            button.clicked.connect(lambda _=False, name=name: self.chosen.emit(name))
            buttons.addWidget(button, place // 2, 1 + place % 2)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(4 * GRID, GRID, 4 * GRID, GRID)
        rows.setSpacing(2 * GRID)
        rows.addStretch(1)
        rows.addWidget(text)
        rows.addLayout(buttons)
        rows.addStretch(1)
