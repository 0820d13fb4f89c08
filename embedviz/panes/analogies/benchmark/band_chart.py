"""Accuracy by the row of the rarest word of a question: bars with intervals, and counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen

from embedviz.gui.charts.drawn_widget import Align, DrawnWidget, first_that_fits, width_of
from embedviz.gui.charts.numbers import percent
from embedviz.gui.charts.plot_frame import (
    NamedLine,
    PlotFrame,
    area_below,
    draw_key,
    draw_upright_axis,
    place_key,
    solid,
)
from embedviz.gui.theme import GRID, theme_manager, with_alpha

_TICKS = ((0.0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1.0, "100 %"))
_FEW_TICKS = (_TICKS[0], _TICKS[2], _TICKS[4])
_WIDEST_BAR = 56.0


@dataclass(frozen=True)
class BandShare:
    """Share of the questions of a band that were answered right.

    Attributes
    ----------
    correct, total : int
    low, high : float
        Ends of the 95 % interval of the share, from 0 to 1.
    """

    correct: int
    total: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """From 0 to 1; 0 where nothing was asked."""
        return self.correct / self.total if self.total else 0.0


@dataclass(frozen=True)
class BandColumn:
    """Band of frequencies.

    Attributes
    ----------
    name, short : str
        Which ranks: "1,001–2,000", and where there is little room, "2k".
    own : BandShare
    other : BandShare or None
        Of the set that is compared.
    """

    name: str
    short: str
    own: BandShare
    other: BandShare | None = None


class _BandWords(NamedTuple):
    """What bands are called: the title, the line above the bars, shorter too, and a band's tip."""

    title: str
    line: str
    short: str
    tip: str


_BY_FREQUENCY = _BandWords(
    "Accuracy by frequency: the rank of the rarest word of a question",
    "right, by frequency: rank of the rarest word",
    "right, by rarest word",
    "Rarest word of rank",
)
_BY_ORDER = _BandWords(
    "Accuracy by the order in the file: the row of the last word of a question",
    "right, by the order in the file of the last word",
    "right, by order in the file",
    "Last word in rows",
)


class BandChart(DrawnWidget):
    """Bars of accuracy, one for each band of rows, or two where sets are compared.

    Bands are called those of frequency only where the order of rows is known to be that.
    """

    def __init__(self, name: str) -> None:
        self._said = _BY_ORDER
        super().__init__(name, self._said.title, size=(320, 200), least=(160, 96))
        self.bands: tuple[BandColumn, ...] = ()
        self._names = ("", "")

    def show_bands(
        self,
        bands: Sequence[BandColumn],
        own: str,
        other: str = "",
        *,
        is_by_frequency: bool = False,
    ) -> None:
        """Show bands of a set, and of another one where that has a name."""
        self.bands, self._names = tuple(bands), (own, other)
        self._said = _BY_FREQUENCY if is_by_frequency else _BY_ORDER
        self.setAccessibleName(self._said.title)
        self.show_message("")
        said = (f"{band.name}: {_words(band.own)}" for band in bands)
        self.setAccessibleDescription("; ".join(said))

    def clear(self, message: str = "") -> None:
        """Show none, and say why."""
        self.bands = ()
        self.show_message(message)

    def frame(self) -> PlotFrame:
        """Return where the bars are."""
        line, small = self.line_height(), self.small()
        left = width_of("100 %", small) + 8
        placed = place_key(self._key(), self.width(), small, line)
        area = area_below(placed, (self.width(), self.height()), line, left)
        area.setHeight(max(area.height() - line, 8.0))  # Counts are below the names.
        # A number is above its interval: below the title, too, where that ends at 100 %.
        beyond = line - (1.0 - self._highest()) * area.height()
        area.setTop(area.top() + min(max(beyond, 0.0), area.height() / 4))
        return PlotFrame(area, 0.0, float(max(len(self.bands), 1)), 0.0, 1.0)

    def _highest(self) -> float:
        """Return the highest end of the intervals, from 0 to 1."""
        both = [each for band in self.bands for each in (band.own, band.other) if each is not None]
        return max((each.high for each in both if each.total), default=0.0)

    def _key(self) -> list[NamedLine]:
        theme, (own, other) = theme_manager.theme, self._names
        both = self._said.line, self._said.short
        title = NamedLine(first_that_fits(both, self.width() - 4, self.small()), self._said.short)
        if not other:
            return [title]
        return [
            title,
            NamedLine(own, own, solid(theme.before, 6)),
            NamedLine(other, other, solid(theme.after, 6)),
        ]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bars."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.message or not self.bands:
                self.draw_message(painter)
                return
            line, small, frame = self.line_height(), self.small(), self.frame()
            is_low = frame.area.height() < 6 * line
            draw_upright_axis(painter, frame, _FEW_TICKS if is_low else _TICKS, small, line)
            draw_key(painter, place_key(self._key(), self.width(), small, line), small, line)
            for place in range(len(self.bands)):
                self._draw_band(painter, frame, place)

    def _draw_band(self, painter: QPainter, frame: PlotFrame, place: int) -> None:
        theme, band, line = theme_manager.theme, self.bands[place], self.line_height()
        left, right = float(frame.x_of(place)), float(frame.x_of(place + 1))
        shares = [(band.own, theme.accent)]
        if band.other is not None:
            shares = [(band.own, theme.before), (band.other, theme.after)]
        wide = min((right - left) * 0.72 / len(shares), _WIDEST_BAR * self._scale)
        first = (left + right - wide * len(shares)) / 2
        for number, (share, color) in enumerate(shares):
            box = QRectF(first + number * wide + 1, 0, wide - 2, 0)
            self._draw_bar(painter, frame, box, share, color)
        room, small = right - left - 4, self.small()
        painter.setFont(small)
        painter.setPen(QColor(theme.text))
        name = first_that_fits((band.name, band.short), room, small)
        below = QRectF(left - GRID, frame.area.bottom() + 3, right - left + 2 * GRID, line)
        step = ceil(max(self._widest_name() + 4, 1) / (right - left))
        if place % step == 0:  # Else it would touch the next one; the tip says it.
            painter.drawText(below, Align.AlignCenter, name)
        painter.setPen(QColor(theme.muted))
        counts = (f"{band.own.total:,} asked", f"{band.own.total:,}")
        count = first_that_fits(counts, room, small)
        if width_of(count, small) <= room + 2:
            painter.drawText(below.translated(0, line), Align.AlignCenter, count)

    def _widest_name(self) -> float:
        """Return how wide the longest short name of a band is, in pixels."""
        return max(width_of(band.short, self.small()) for band in self.bands)

    def _draw_bar(
        self, painter: QPainter, frame: PlotFrame, box: QRectF, share: BandShare, color: str
    ) -> None:
        theme, line = theme_manager.theme, self.line_height()
        if not share.total:
            return
        top, bottom = float(frame.y_of(share.share)), frame.area.bottom()
        bar = QRectF(box.left(), top, box.width(), max(bottom - top, 0.0))
        painter.fillRect(bar, with_alpha(color, 0.55))
        middle = bar.center().x()
        low, high = float(frame.y_of(share.low)), float(frame.y_of(share.high))
        painter.setPen(QPen(QColor(theme.text), 1.2))
        painter.drawLine(QLineF(middle, low, middle, high))
        for end in (low, high):
            painter.drawLine(QLineF(middle - 3, end, middle + 3, end))
        small, text = self.small(semibold=True), percent(share.share)
        beyond = 4 if self._names[1] == "" else -2  # Beside it is the number of the other bar.
        if width_of(text, small) <= box.width() + beyond and high - line >= 0:
            painter.setFont(small)
            above = QRectF(bar.left() - 4, high - line, bar.width() + 8, line)
            painter.drawText(above, Align.AlignCenter, text)

    def tip_at(self, place: QPointF) -> str:
        """Return the numbers of the band at a place."""
        if not self.bands:
            return ""
        frame = self.frame()
        which = int(frame.value_at(place.x()))
        if not (0 <= which < len(self.bands) and place.x() >= frame.area.left()):
            return ""
        band = self.bands[which]
        said = [f"{self._said.tip} {band.name}: {_words(band.own)}"]
        if band.other is not None:
            said.append(f"{self._names[1]}: {_words(band.other)}")
        return "\n".join(said)


def _words(share: BandShare) -> str:
    """Return the numbers of a band."""
    if not share.total:
        return "nothing was asked"
    return (
        f"{share.correct:,} of {share.total:,} right, {percent(share.share)} "
        f"(95 % interval {percent(share.low)} to {percent(share.high)})"
    )
