"""The first lines of a corpus as training sees them: words, each in a box of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen

from embedviz.core.wording import one_line
from embedviz.gui.charts.drawn_widget import Align, DrawnWidget
from embedviz.gui.theme import GRID, TEXT_PIXELS, font, theme_manager

Token = tuple[str, bool]
"""A word, and whether it is frequent enough to get a vector."""
_GAP = 4.0
_LONGEST = 28


class TokenLines(DrawnWidget):
    """Words in boxes; those that are too rare have no box and are struck out."""

    def __init__(self) -> None:
        super().__init__("training.tokens", "The text as words", size=(480, 220), least=(200, 70))
        self._lines: Sequence[Sequence[Token]] = ()
        self.setToolTip(
            "Words that training sees, one text a line. Those that are struck out occur less often "
            "than the minimum count and are left out of the text."
        )

    def show_lines(self, lines: Sequence[Sequence[Token]]) -> None:
        """Show other lines."""
        self._lines = lines
        self.show_message("" if lines else "There are no words to show.")
        words = "; ".join(" ".join(word for word, _ in line) for line in lines[:3])
        self.setAccessibleDescription(words or self.message)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw as many whole lines as there is room for."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.message:
                self.draw_message(painter)
                return
            painter.setFont(font(TEXT_PIXELS * self.text_scale))
            for box, word, is_kept in self._boxes(QFontMetricsF(painter.font())):
                self._draw(painter, box, word, is_kept)

    def _boxes(self, metrics: QFontMetricsF) -> Iterator[tuple[QRectF, str, bool]]:
        height, top = metrics.height() + _GAP, 0.0
        end = metrics.horizontalAdvance("…")
        for line in self._lines:
            if top + height > self.height():
                return
            left = 0.0
            for place, (word, is_kept) in enumerate(line):
                text = one_line(word)
                text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
                width = metrics.horizontalAdvance(text) + 2 * _GAP
                after = end + _GAP if place + 1 < len(line) else 0.0
                if left + width + after > self.width():
                    yield QRectF(left, top, end, height), "…", True
                    break
                yield QRectF(left, top, width, height), text, is_kept
                left += width + _GAP
            top += height + GRID

    def _draw(self, painter: QPainter, box: QRectF, word: str, is_kept: bool) -> None:
        theme = theme_manager.theme
        if is_kept and word != "…":
            painter.setPen(QPen(QColor(theme.hairline), 1))
            painter.setBrush(QColor(theme.panel))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), _GAP, _GAP)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(theme.text if is_kept else theme.muted))
        painter.drawText(box, Align.AlignCenter, word)
        if not is_kept:
            middle = box.center().y() + 1
            painter.drawLine(QLineF(box.left() + _GAP, middle, box.right() - _GAP, middle))
