"""What each row owes to each term, beside the expected answer: bars to both sides of none.

All cosines of a narrow cone are alike, so what is drawn is the difference to the expected row. The
three differences of a row add up to that of its cosine with the point.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen

from embedviz.gui.charts.drawn_widget import Align, DrawnWidget, first_that_fits, width_of
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.charts.plot_frame import NamedLine, draw_key, place_key, solid
from embedviz.gui.theme import GRID, OKABE_ITO, theme_manager, with_alpha

_COLORS = (OKABE_ITO[0], OKABE_ITO[7], OKABE_ITO[1], OKABE_ITO[2], OKABE_ITO[5], OKABE_ITO[6])
_LEAST_BAR = 3.0
_MOST_NAME, _MOST_STEP = 0.3, 6.0
"""Share of the width for names, and height of a row in lines, at most."""


@dataclass(frozen=True)
class TermsLine:
    """A row of the set.

    Attributes
    ----------
    name : str
    role : str
        "left out", "answer", "expected", or nothing.
    score : float
        Cosine with the point.
    shares : tuple of float
        What that owes to each term; they add up to it.
    """

    name: str
    role: str
    score: float
    shares: tuple[float, ...]


class TermsChart(DrawnWidget):
    """Rows nearest to a point, and by which term each is nearer than the expected one."""

    def __init__(self) -> None:
        title = "What each row owes to each term, against the expected answer"
        super().__init__("analogies.breaks.terms", title, size=(520, 320), least=(260, 190))
        self.lines: tuple[TermsLine, ...] = ()
        self.terms: tuple[str, ...] = ()
        self.reference = -1

    def show_lines(self, lines: Sequence[TermsLine], terms: Sequence[str], reference: int) -> None:
        """Show rows from the nearest on.

        Parameters
        ----------
        lines : sequence of TermsLine
        terms : sequence of str
            With their signs.
        reference : int
            Place of the row that the others are compared with.
        """
        self.lines, self.terms, self.reference = tuple(lines), tuple(terms), reference
        self.show_message("")
        said = (f"{each.name} {each.role} {number_text(each.score, 3)}" for each in lines)
        self.setAccessibleDescription("; ".join(said))

    def clear(self, message: str = "") -> None:
        """Show none, and say why."""
        self.lines = ()
        self.show_message(message)

    def differences(self, place: int) -> tuple[float, ...]:
        """Return what a row owes to each term beyond the one it is compared with."""
        own, other = self.lines[place].shares, self.lines[self.reference].shares
        return tuple(one - two for one, two in zip(own, other, strict=True))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the rows."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if not self.lines:
                self.draw_message(painter)
                return
            line, small = self.line_height(), self.small()
            placed = place_key(self._key(), self.width(), small, line)
            draw_key(painter, placed, small, line)
            top = placed[-1].corner.y() + 1.6 * line
            step = self._step(top)
            area = self._bars_area(top)
            middle, unit = self._scale_of(area)
            painter.setPen(QPen(QColor(theme_manager.theme.muted), 1.0))
            painter.drawLine(QLineF(middle, top, middle, top + step * len(self.lines)))
            for place in range(len(self.lines)):
                box = QRectF(0, top + place * step, self.width(), step)
                self._draw_words(painter, box, area, place)
                self._draw_bars(painter, QRectF(box), (middle, unit), place)

    def _step(self, top: float) -> float:
        """Return the height of a row, in pixels: no more than is easily read."""
        room = (self.height() - top) / len(self.lines)
        return max(min(room, _MOST_STEP * self.line_height()), 1.0)

    def _key(self) -> list[NamedLine]:
        named = [
            NamedLine(term, term, solid(_COLORS[place % len(_COLORS)], 6))
            for place, term in enumerate(self.terms)
        ]
        name = self.lines[self.reference].name
        head = f"nearer to the point than {name}, by the cosine with"
        return [NamedLine(head, f"against {name}, by"), *named]

    def _bars_area(self, top: float) -> QRectF:
        """Return the room of the bars, at the right of names and cosines."""
        names = max(width_of(each.name, self.small(semibold=True)) for each in self.lines)
        roles = max(width_of(each.role, self.small()) for each in self.lines)
        left = min(max(names, roles), _MOST_NAME * self.width()) + GRID
        left += width_of("−0.000", self.small()) + 2 * GRID
        return QRectF(left, top, max(self.width() - left - GRID, 8.0), self.height() - top)

    def _scale_of(self, area: QRectF) -> tuple[float, float]:
        """Return where no difference is, and how many pixels a cosine of 1 is."""
        found = [value for place in range(len(self.lines)) for value in self.differences(place)]
        low, high = min(0.0, *found), max(0.0, *found)
        room = width_of("+0.000", self.small()) + 6
        unit = max(area.width() - 2 * room, 4.0) / max(high - low, 1e-9)
        return area.left() + room - low * unit, unit

    def _draw_words(self, painter: QPainter, box: QRectF, area: QRectF, place: int) -> None:
        theme, line, small = theme_manager.theme, self.lines[place], self.line_height()
        is_reference = place == self.reference
        if is_reference:
            painter.fillRect(box, with_alpha(theme.accent, 0.1))
        room = area.left() - width_of("−0.000", self.small()) - 3 * GRID
        is_two = bool(line.role) and box.height() >= 2 * small
        top = box.center().y() - (small if is_two else small / 2)
        bold = self.small(semibold=is_reference or line.role == "answer")
        painter.setFont(bold)
        painter.setPen(QColor(theme.muted if line.role == "left out" else theme.text))
        name = QFontMetricsF(bold).elidedText(line.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(GRID / 2, top, room, small), Align.AlignLeft, name)
        if is_two:
            painter.setFont(self.small())
            painter.setPen(QColor(theme.muted))
            below = QRectF(GRID / 2, top + small, room + GRID, small)
            painter.drawText(below, Align.AlignLeft, line.role)
        painter.setFont(self.small())
        painter.setPen(QColor(theme.text))
        wide = area.left() - room - 2 * GRID
        number = QRectF(room + GRID, box.top(), wide, box.height())
        flags = Align.AlignRight | Align.AlignVCenter
        painter.drawText(number, flags, number_text(line.score, 3))

    def _draw_bars(
        self, painter: QPainter, box: QRectF, scale: tuple[float, float], place: int
    ) -> None:
        theme, (middle, unit) = theme_manager.theme, scale
        if place == self.reference:
            painter.setFont(self.small())
            painter.setPen(QColor(theme.muted))
            room = self.width() - middle - 2 * GRID
            words = ("the others are compared with this", "compared with", "0")
            said = first_that_fits(words, room, self.small())
            beside = QRectF(middle + GRID, box.top(), room, box.height())
            painter.drawText(beside, Align.AlignLeft | Align.AlignVCenter, said)
            return
        found = self.differences(place)
        high = max(min(0.78 * box.height() / len(found), 1.3 * self.line_height()), _LEAST_BAR)
        top = box.center().y() - high * len(found) / 2
        painter.setFont(self.small())
        for number, value in enumerate(found):
            y, end = top + number * high, middle + value * unit
            bar = QRectF(min(middle, end), y + 0.5, abs(end - middle), high - 1)
            painter.fillRect(bar, with_alpha(_COLORS[number % len(_COLORS)], 0.9))
            if high < 0.75 * self.line_height():
                continue
            painter.setPen(QColor(theme.text))
            text = f"{'+' if value > 0 else ''}{number_text(value, 3)}"
            wide = width_of(text, self.small()) + 4
            left = end + 4 if value >= 0 else end - wide
            flags = Align.AlignVCenter | Align.AlignLeft
            painter.drawText(QRectF(left, y - 2, wide, high + 4), flags, text)

    def tip_at(self, place: QPointF) -> str:
        """Return the numbers of a row."""
        if not self.lines:
            return ""
        line = self.line_height()
        top = place_key(self._key(), self.width(), self.small(), line)[-1].corner.y() + 1.6 * line
        which = int((place.y() - top) / self._step(top))
        if place.y() < top or not 0 <= which < len(self.lines):
            return ""
        shown = self.lines[which]
        parts = (
            f"{term}: {number_text(share, 4)}"
            for term, share in zip(self.terms, shown.shares, strict=True)
        )
        return f"{shown.name}: cosine with the point {number_text(shown.score, 4)}\n" + "\n".join(
            parts
        )
