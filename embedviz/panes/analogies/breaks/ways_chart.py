"""Bars of how many questions are answered right, with the offset and without it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent

from embedviz.gui.charts.drawn_widget import Align, DrawnWidget, first_that_fits, width_of
from embedviz.gui.charts.numbers import percent
from embedviz.gui.theme import GRID, theme_manager, with_alpha


class WayBar(NamedTuple):
    """A bar.

    Attributes
    ----------
    names : sequence of str
        From long to short: the first one for which there is room is written.
    share : float
        From 0 to 1.
    is_main : bool
        Whether it is what the others are compared with.
    tip : str
    """

    names: Sequence[str]
    share: float
    is_main: bool
    tip: str


class WaysChart(DrawnWidget):
    """A bar for each way to answer: how many answers are right."""

    def __init__(self) -> None:
        title = "Right answers, with the offset and without it"
        super().__init__("analogies.breaks.ways", title, size=(320, 132), least=(180, 112))
        self.bars: tuple[WayBar, ...] = ()

    def show_bars(self, bars: Sequence[WayBar]) -> None:
        """Show bars from top to bottom."""
        self.bars = tuple(bars)
        self.show_message("")
        self.setAccessibleDescription(
            "; ".join(f"{each.names[0]}: {percent(each.share)}" for each in bars)
        )

    def clear(self, message: str = "") -> None:
        """Show none, and say why."""
        self.bars = ()
        self.show_message(message)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bars."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if not self.bars:
                self.draw_message(painter)
                return
            small, line, theme = self.small(), self.line_height(), theme_manager.theme
            names = self._names()
            bold = self.small(semibold=True)
            left = max(width_of(name, bold) for name in names) + GRID
            right = max(width_of(percent(each.share), small) for each in self.bars) + GRID
            room = max(self.width() - left - right, 4)
            step = self.height() / len(self.bars)
            for place, (bar, name) in enumerate(zip(self.bars, names, strict=True)):
                top, color = place * step, theme.accent if bar.is_main else theme.muted
                painter.setFont(self.small(semibold=bar.is_main))
                painter.setPen(QColor(theme.text if bar.is_main else theme.muted))
                flags = Align.AlignRight | Align.AlignVCenter
                painter.drawText(QRectF(0, top, left - GRID, step), flags, name)
                length, high = room * bar.share, min(0.7 * line, 0.6 * step)
                box = QRectF(left, top + (step - high) / 2, room, high)
                painter.fillRect(box, with_alpha(theme.hairline, 0.6))
                box.setWidth(max(length, 1.0))
                painter.fillRect(box, with_alpha(color, 0.85))
                painter.setPen(QColor(theme.text))
                text = QRectF(left + length + 4, top, right + GRID, step)
                painter.drawText(text, Align.AlignLeft | Align.AlignVCenter, percent(bar.share))

    def _names(self) -> list[str]:
        """Return the name of each bar, as long as a good half of the width holds."""
        bold = self.small(semibold=True)
        return [first_that_fits(each.names, 0.55 * self.width(), bold) for each in self.bars]

    def tip_at(self, place: QPointF) -> str:
        """Return what a bar means."""
        if not self.bars:
            return ""
        which = int(place.y() * len(self.bars) / max(self.height(), 1))
        return self.bars[which].tip if 0 <= which < len(self.bars) else ""
