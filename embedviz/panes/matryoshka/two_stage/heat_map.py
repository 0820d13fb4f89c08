"""Recall over coarse lengths and shortlists as a heat map, with the settings that matter marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)

from embedviz.core.matryoshka import RecallGrid
from embedviz.gui.charts.drawn_widget import Align, DrawnWidget, first_that_fits, width_of
from embedviz.gui.coloring.contrast import contrast
from embedviz.gui.coloring.palettes import RAMP_STEPS, number_ramp
from embedviz.gui.theme import GRID, theme_manager

_RAMP = "viridis"
_HALOED = (("ground", 4.5), ("text", 2.0))
"""Colors and widths of a line that is seen on any cell: a wide one below a narrow one."""
_ACROSS = ("dimensions of the first stage", "dimensions", "")
_UP = ("rows on the shortlist", "shortlist", "")
"""Titles of the axes, the first one that fits."""
_BAR = 8.0
_HIGHEST = 56.0
"""Height of a cell, in pixels, that no window exceeds."""
_MARK = 4.0
"""Half of the size of the marks of settings, in pixels."""
_MARKED = 2 * _MARK + 7
"""Room of a mark in its cell."""


@dataclass(frozen=True)
class MarkedSettings:
    """Settings that are marked, as (coarse length, shortlist).

    Attributes
    ----------
    current : (int, int)
    cheapest : (int, int) or None
        One of the grid.
    wanted : float
        The recall that is to be reached: cells that reach it are outlined.
    """

    current: tuple[int, int]
    cheapest: tuple[int, int] | None
    wanted: float


class RecallMap(DrawnWidget):
    """Cells of recall: a column for each coarse length, a row for each shortlist.

    Signals
    -------
    setting_chosen : (int, int)
        Length and shortlist of the cell that was clicked.
    """

    setting_chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__(
            "matryoshka.two-stage.recall",
            "Recall over coarse dimensions and rows on the shortlist",
            size=(420, 260),
            least=(220, 130),
        )
        self._grid: RecallGrid | None = None
        self._marks = MarkedSettings((1, 1), None, 1.0)
        self._widest: dict[tuple[tuple[int, ...], str], float] = {}
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_message("The recall has not been measured.")

    def show_grid(self, grid: RecallGrid, marks: MarkedSettings) -> None:
        """Show what is known of the recall, and mark settings."""
        self._grid, self._marks = grid, marks
        self.show_message("" if grid.recall.size else "There are no settings to measure.")
        n_known = int(np.isfinite(grid.recall).sum())
        self.setAccessibleDescription(f"{n_known} of {grid.recall.size} settings measured")

    # Where things are.

    @property
    def area(self) -> QRectF:
        """Where the cells are, in pixels."""
        assert self._grid is not None
        line = self.line_height()
        key = self._grid.shortlists, self.small().key()
        if key not in self._widest:  # Asked for each cell, so it is not measured each time.
            self._widest[key] = max(width_of(f"{each:,}", self.small()) for each in key[0])
        left = line + 6 + self._widest[key]
        right = 2 * GRID + _BAR + 4 + width_of("1.0", self.small())
        below = 2 * line + 6
        top = line + GRID
        high = min(self.height() - top - below, _HIGHEST * len(self._shortlists) * self.text_scale)
        return QRectF(left, top, max(self.width() - left - right, 10.0), max(high, 10.0))

    @property
    def _lengths(self) -> Sequence[int]:
        return () if self._grid is None else self._grid.lengths

    @property
    def _shortlists(self) -> Sequence[int]:
        return () if self._grid is None else self._grid.shortlists

    def cell(self, column: int, row: int) -> QRectF:
        """Return where the cell of a length and a shortlist is, by their places; (0, 0) is low."""
        area = self.area
        wide, high = area.width() / len(self._lengths), area.height() / len(self._shortlists)
        return QRectF(area.left() + column * wide, area.bottom() - (row + 1) * high, wide, high)

    def place_of(self, length: int, shortlist: int) -> QPointF:
        """Return where a setting is, between the middles of cells where it is not on the grid."""
        area = self.area
        wide, high = area.width() / len(self._lengths), area.height() / len(self._shortlists)
        across = _between(length, self._lengths) + 0.5
        up = _between(shortlist, self._shortlists) + 0.5
        return QPointF(area.left() + across * wide, area.bottom() - up * high)

    def setting_at(self, place: QPointF) -> tuple[int, int] | None:
        """Return the places of length and shortlist of the cell under a point."""
        if self.message or not self.area.contains(place):
            return None
        area = self.area
        column = int((place.x() - area.left()) / area.width() * len(self._lengths))
        row = int((area.bottom() - place.y()) / area.height() * len(self._shortlists))
        return min(column, len(self._lengths) - 1), min(row, len(self._shortlists) - 1)

    # What the mouse does.

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the setting of a cell."""
        found = self.setting_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self.setting_chosen.emit(self._lengths[found[0]], self._shortlists[found[1]])

    def tip_at(self, place: QPointF) -> str:
        """Return the recall of a cell."""
        found = self.setting_at(place)
        if found is None or self._grid is None:
            return ""
        recall = float(self._grid.recall[found])
        said = "not measured yet" if math.isnan(recall) else f"recall {recall:.3f}"
        length, shortlist = self._lengths[found[0]], self._shortlists[found[1]]
        return f"{length:,} dimensions, shortlist {shortlist:,}: {said}. Click to choose it"

    # What is painted.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the cells, the axes, the color bar and the marks."""
        with QPainter(self) as painter:
            if self.message:
                self.draw_message(painter)
                return
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            # Each step of a slider moves only the ring, which makes room in a cell of the grid.
            length, shortlist = self._marks.current
            is_on_grid = length in self._lengths and shortlist in self._shortlists
            marks = replace(self._marks, current=self._marks.current if is_on_grid else (0, 0))
            self.draw_kept(painter, (self._grid, marks), self._draw_grid)
            self._draw_marks(painter)

    def _draw_grid(self, painter: QPainter) -> None:
        self._draw_cells(painter)
        self._draw_limit(painter)
        self._draw_axes(painter)
        self._draw_bar(painter)

    def _draw_cells(self, painter: QPainter) -> None:
        assert self._grid is not None
        has_text = self.line_height() <= self.cell(0, 0).height()
        painter.setFont(self.small())
        for (column, row), recall in np.ndenumerate(self._grid.recall):
            cell = self.cell(column, row)
            color = _color_of(float(recall))
            # A little larger, or viewers would leave seams between them.
            painter.fillRect(cell.adjusted(0, 0, 0.3, 0.3), color)
            text = self._text_of(column, row) if has_text else ""
            if text:
                painter.setPen(_ink_on(color.name()))
                painter.drawText(self._room_in(column, row), Align.AlignCenter, text)

    def _text_of(self, column: int, row: int) -> str:
        """Return the number of a cell with as many decimals as there is room for."""
        assert self._grid is not None
        recall = float(self._grid.recall[column, row])
        room = self._room_in(column, row).width() - 2
        texts = [_number(recall, decimals) for decimals in (3, 2)]
        return next((each for each in texts if width_of(each, self.small()) <= room), "")

    def _room_in(self, column: int, row: int) -> QRectF:
        """Return where the number of a cell is written: beside the marks that are in it."""
        cell, setting = self.cell(column, row), (self._lengths[column], self._shortlists[row])
        left = _MARKED if setting == self._marks.current else 0.0
        right = _MARKED if setting == self._marks.cheapest else 0.0
        return cell.adjusted(left, 0, -right, 0)

    def _draw_limit(self, painter: QPainter) -> None:
        """Draw a line between the cells that reach the wanted recall and those that do not."""
        assert self._grid is not None
        reaches = self._grid.recall >= self._marks.wanted
        lines = []
        for column, row in np.ndindex(reaches.shape):
            cell = self.cell(column, row)
            if column and reaches[column, row] != reaches[column - 1, row]:
                lines.append(QLineF(cell.topLeft(), cell.bottomLeft()))
            if row and reaches[column, row] != reaches[column, row - 1]:
                lines.append(QLineF(cell.bottomLeft(), cell.bottomRight()))
        for color, width in _HALOED:
            painter.setPen(QPen(QColor(getattr(theme_manager.theme, color)), width))
            painter.drawLines(lines)

    def _draw_axes(self, painter: QPainter) -> None:
        area, line, theme = self.area, self.line_height(), theme_manager.theme
        painter.setFont(self.small())
        painter.setPen(QColor(theme.muted))
        widest = max(width_of(f"{each:,}", self.small()) for each in self._lengths)
        apart = max(1, math.ceil((widest + 4) / self.cell(0, 0).width()))
        # From the full length down, which is never left out.
        for column in range(len(self._lengths) - 1, -1, -apart):
            cell, length = self.cell(column, 0), self._lengths[column]
            box = QRectF(cell.center().x() - 50, area.bottom() + 2, 100, line)
            painter.drawText(box, Align.AlignCenter, f"{length:,}")
        step = max(1, math.ceil(line / self.cell(0, 0).height()))
        for row, shortlist in list(enumerate(self._shortlists))[::step]:
            cell = self.cell(0, row)
            box = QRectF(0, cell.center().y() - line / 2, area.left() - 4, line)
            painter.drawText(box, Align.AlignRight | Align.AlignVCenter, f"{shortlist:,}")
        below = QRectF(area.left(), area.bottom() + line + 3, area.width(), line)
        painter.drawText(
            below, Align.AlignHCenter, first_that_fits(_ACROSS, area.width(), self.small())
        )
        painter.save()
        painter.translate(0, area.center().y())
        painter.rotate(-90)
        beside = QRectF(-self.height() / 2, 0, self.height(), line)
        painter.drawText(
            beside, Align.AlignHCenter, first_that_fits(_UP, area.height(), self.small())
        )
        painter.restore()

    def _draw_bar(self, painter: QPainter) -> None:
        theme, line, area = theme_manager.theme, self.line_height(), self.area
        bar = QRectF(area.right() + 2 * GRID, area.top(), _BAR, area.height())
        gradient = QLinearGradient(0, bar.bottom(), 0, bar.top())
        for place, color in enumerate(number_ramp(_RAMP, theme)):
            gradient.setColorAt(place / (RAMP_STEPS - 1), QColor(color))
        painter.fillRect(bar, gradient)
        painter.setPen(QColor(theme.muted))
        painter.setFont(self.small())
        for text, share in (("1", 0.0), ("0.5", 0.5), ("0", 1.0)):
            if share == 0.5 and bar.height() < 3 * line:
                continue
            box = QRectF(bar.right() + 4, bar.top() + share * (bar.height() - line), 40, line)
            painter.drawText(box, Align.AlignLeft | Align.AlignVCenter, text)
        wanted = bar.bottom() - self._marks.wanted * bar.height()
        painter.setPen(QPen(QColor(theme.text), 2))
        painter.drawLine(QPointF(bar.left() - 4, wanted), QPointF(bar.right(), wanted))

    def _draw_marks(self, painter: QPainter) -> None:
        """Mark the cheapest setting by a frame and a diamond, the current one by a ring."""
        line, x = self.line_height(), self.area.left()
        painter.setFont(self.small())
        text = QColor(theme_manager.theme.text)
        entries = [("this setting", False)]
        if self._marks.cheapest is not None:
            entries.append((f"cheapest that reaches {self._marks.wanted:g}", True))
            length, shortlist = self._marks.cheapest
            column, row = self._lengths.index(length), self._shortlists.index(shortlist)
            _frame_cheapest(painter, self.cell(column, row))
        _draw_ring(painter, self._place_of_ring())
        for words, is_cheapest in entries:
            middle = QPointF(x + _MARK + 1, line / 2)
            (_draw_diamond if is_cheapest else _draw_ring)(painter, middle)
            painter.setPen(text)
            wide = width_of(words, self.small())
            if x + 2 * _MARK + 6 + wide > self.width():
                words, wide = "cheapest", width_of("cheapest", self.small())
            painter.drawText(
                QRectF(x + 2 * _MARK + 6, 0, wide + 4, line), Align.AlignVCenter, words
            )
            x += 2 * _MARK + 6 + wide + 2 * GRID
        if x + width_of("recall reaches it within the line", self.small()) < self.width():
            painter.setPen(QPen(text, 2))
            painter.drawLine(QPointF(x, line / 2), QPointF(x + 14, line / 2))
            box = QRectF(x + 20, 0, self.width(), line)
            painter.drawText(box, Align.AlignVCenter, f"recall {self._marks.wanted:g}")

    def _place_of_ring(self) -> QPointF:
        """Return where the current setting is marked: on the grid, beside the cell's number."""
        length, shortlist = self._marks.current
        if length in self._lengths and shortlist in self._shortlists:
            cell = self.cell(self._lengths.index(length), self._shortlists.index(shortlist))
            if cell.width() > 2 * _MARKED:
                return QPointF(cell.left() + _MARK + 4, cell.center().y())
        return self.place_of(length, shortlist)


def _frame_cheapest(painter: QPainter, cell: QRectF) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in _HALOED:
        painter.setPen(QPen(QColor(getattr(theme_manager.theme, color)), width))
        painter.drawRect(cell.adjusted(1.0, 1.0, -1.0, -1.0))
    _draw_diamond(painter, QPointF(cell.right() - _MARK - 4, cell.center().y()))


def _draw_ring(painter: QPainter, middle: QPointF) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in _HALOED:
        painter.setPen(QPen(QColor(getattr(theme_manager.theme, color)), width))
        painter.drawEllipse(middle, _MARK, _MARK)


def _draw_diamond(painter: QPainter, middle: QPointF) -> None:
    theme = theme_manager.theme
    painter.setPen(QPen(QColor(theme.ground), 1.5))
    painter.setBrush(QColor(theme.text))
    corners = ((0, -1), (1, 0), (0, 1), (-1, 0))
    painter.drawPolygon(QPolygonF([middle + QPointF(x, y) * (_MARK + 1) for x, y in corners]))


def _between(value: int, marks: Sequence[int]) -> float:
    """Return where a value is among ascending marks, on a logarithmic scale, from 0."""
    return float(np.interp(math.log(max(value, 1)), np.log(marks), np.arange(len(marks))))


def _number(recall: float, decimals: int) -> str:
    """Return a share without claiming that it is all when it is only rounded to that."""
    if math.isnan(recall):
        return "…"
    if recall < 1.0 and round(recall, decimals) == 1.0:
        return f"{1 - 10.0**-decimals:.{decimals}f}"
    return f"{recall:.{decimals}f}"


def _color_of(recall: float) -> QColor:
    theme = theme_manager.theme
    if math.isnan(recall):
        return QColor(theme.hairline)
    return QColor(number_ramp(_RAMP, theme)[round(recall * (RAMP_STEPS - 1))])


@lru_cache(maxsize=512)
def _ink_on(ground: str) -> QColor:
    """Return black or white, whichever can be read on a color."""
    inks = (QColor("#000000"), QColor("#FFFFFF"))
    return max(inks, key=lambda ink: contrast(ink, QColor(ground)))
