"""How well a set does on its pairs, in numbers, and what each of them means."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QStackedLayout, QWidget

from embedviz.core.contrastive.quality import PairQuality
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label
from embedviz.panes.contrastive.drawing.loss_in_numbers import temperature_text

WAITING = "Judged pairs, or a category, say what belongs together: add some to measure this set."
NUMBERS = (
    ("loss", "InfoNCE", "−log of the partner’s share, on average"),
    ("chance", "Chance", "log N, where all N candidates look alike"),
    ("top1", "Top-1", "how often the partner is the nearest"),
    ("top5", "Top-5", "how often it is among the five nearest"),
    ("alignment", "Alignment", "mean squared distance of partners"),
    ("uniformity", "Uniformity", "spread over the sphere; lower is better"),
)
"""Fields of `PairQuality`, from top to bottom."""


class PairNumbers(QWidget):
    """Numbers of a set with pairs, each with a line that says what it means."""

    def __init__(self, name: str = "contrastive.pair_numbers") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName("How well the set does on its pairs")
        self._titles: dict[str, QLabel] = {}
        self._values: dict[str, QLabel] = {}
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        for place, (field, title, meaning) in enumerate(NUMBERS):
            self._titles[field] = text_label(title)
            self._values[field] = value = text_label("–")
            value.setAccessibleName(title)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            told = text_label(meaning, "caption", wrap=True)
            told.setContentsMargins(0, 0, 0, GRID // 2)
            grid.addWidget(self._titles[field], 2 * place, 0)
            grid.addWidget(value, 2 * place, 1)
            grid.addWidget(told, 2 * place + 1, 0, 1, 2)
        grid.setRowStretch(2 * len(NUMBERS), 1)
        self._waiting = text_label(WAITING, "caption", wrap=True)
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedLayout(self)
        for page in (self._waiting, table):
            self._pages.addWidget(page)

    def show_numbers(self, quality: PairQuality | None, message: str = "") -> None:
        """Show numbers, a dash where one is not defined.

        Parameters
        ----------
        quality : PairQuality, optional
            None: there are none, and `message` says why.
        message : str
            By default, what to do to see them.
        """
        self._waiting.setText(message or WAITING)
        self._pages.setCurrentIndex(0 if quality is None else 1)
        if quality is None:
            return
        self._titles["loss"].setText(f"InfoNCE, τ = {temperature_text(quality.temperature)}")
        for field, label in self._values.items():
            value = float(getattr(quality, field))
            is_share = field in ("top1", "top5") and not math.isnan(value)
            label.setText(f"{100 * value:.1f} %" if is_share else number_text(value, 3))

    @property
    def message(self) -> str:
        """What is said in place of numbers; empty where there are some."""
        return "" if self._pages.currentIndex() else self._waiting.text()

    @property
    def numbers(self) -> dict[str, str]:
        """What is shown, by the field of `PairQuality`."""
        return {} if self.message else {name: label.text() for name, label in self._values.items()}
