"""Bars of who was right before and after, where answers are right or wrong."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent

from embedviz.core.covariance import Vector
from embedviz.gui.charts.drawn_widget import Align, DrawnWidget, width_of
from embedviz.gui.theme import GRID, theme_manager, with_alpha

TITLES = ("right before and after", "only after", "only before", "never right")


class OutcomeBars(DrawnWidget):
    """Four bars: who was right before and after, only after, only before, never."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "Who was right", size=(260, 150), least=(1, 80))
        self.counts: tuple[int, ...] = ()

    def show_answers(self, before: Vector, after: Vector) -> None:
        """Show answers, 0 or 1, of the same pairs or rows."""
        one, other = before > 0, after > 0
        parts = (one & other, ~one & other, one & ~other, ~one & ~other)
        self.counts = tuple(int(np.count_nonzero(each)) for each in parts)
        self.show_message("")
        said = (f"{count:,} {title}" for count, title in zip(self.counts, TITLES, strict=True))
        self.setAccessibleDescription(", ".join(said))

    def clear(self, message: str = "") -> None:
        """Show none."""
        self.counts = ()
        self.show_message(message)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bars."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if not self.counts:
                self.draw_message(painter)
                return
            theme, small, line = theme_manager.theme, self.small(), self.line_height()
            colors = (theme.muted, theme.after, theme.before, theme.hairline)
            left = max(width_of(title, small) for title in TITLES) + GRID
            right = width_of(f"{max(self.counts):,}", small) + GRID
            room = max(self.width() - left - right, 4)
            step = min(max(self.height() / len(TITLES), line), 2.2 * line)
            painter.setFont(small)
            for place, (title, count, color) in enumerate(
                zip(TITLES, self.counts, colors, strict=True)
            ):
                top = place * step
                painter.setPen(QColor(theme.muted))
                flags = Align.AlignRight | Align.AlignVCenter
                painter.drawText(QRectF(0, top, left - GRID, step), flags, title)
                length = room * count / max(sum(self.counts), 1)
                painter.fillRect(
                    QRectF(left, top + step / 2 - line / 3, length, 2 * line / 3),
                    with_alpha(color, 0.9),
                )
                painter.setPen(QColor(theme.text))
                box = QRectF(left + length + 4, top, right + 40, step)
                painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Align.AlignVCenter, f"{count:,}")
