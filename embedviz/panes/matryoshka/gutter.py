"""The room between two lists, with a line for each row from its place here to its place there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from embedviz.core.selection import Selection
from embedviz.core.wording import one_line
from embedviz.gui.theme import CAPTION_PIXELS, GRID, font, theme_manager, with_alpha
from embedviz.gui.widgets.ranked_list import Fate, RankedList
from embedviz.panes.matryoshka.bump_lines import NOT_RANKED, BumpLine

WIDTH, LEAST_WIDTH, MOST_WIDTH = 92, 62, 168
_LEAST_WITH_ARROWS = 84
_MARGIN = 2.0
_LANES = 0.1
"""Share of the width over which the lines to rows that are not shown are spread, on each side."""
_STYLES = {
    "kept": Qt.PenStyle.SolidLine,
    "lost": Qt.PenStyle.DashLine,
    "new": Qt.PenStyle.DotLine,
    "": Qt.PenStyle.SolidLine,
}
_STRONG, _JOINED, _THIN = 3.0, 1.6, 1.0
"""Widths of lines. Dashes and dots of one pixel are drawn in a sixth of the time of wider ones."""
_REACH = 7.0
"""How near a line the mouse has to be, in pixels."""
_SAMPLES = 24
_MOST_MEASURED = 1000
"""Ranks whose width is kept."""


class Gutter(QWidget):
    """Lines between two lists.

    Rows that are kept are joined by a solid line. A dashed one leads from a row that is lost to the
    lower edge of the other list, a dotted one from there to a row that is new; the rank that it has
    in the other list is written beside it.

    Signals
    -------
    row_hovered : (int,)
        The row whose line is at the mouse; -1 for none.
    row_chosen : (int,)
        The row whose line was clicked.
    """

    row_hovered = Signal(int)
    row_chosen = Signal(int)

    def __init__(self, left: RankedList, right: RankedList) -> None:
        super().__init__()
        self._left, self._right = left, right
        self.lines: tuple[BumpLine, ...] = ()
        self._selected, self._hovered = Selection(), -1
        self.set_text_scale(1.0)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        for ranked in (left, right):
            ranked.verticalScrollBar().valueChanged.connect(self.update)
        theme_manager.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for a rank at each side and the lines between."""
        return QSize(round(WIDTH * self._scale), 100)

    def set_text_scale(self, scale: float) -> None:
        """Show larger ranks, for a stage."""
        self._scale, self._font = scale, font(CAPTION_PIXELS * scale)
        self._widths: dict[str, float] = {}
        self.updateGeometry()
        self.update()

    def show_lines(self, lines: Sequence[BumpLine]) -> None:
        """Show other lines."""
        if tuple(lines) == self.lines:
            return
        self.lines = tuple(lines)
        counts = {
            fate: sum(line.fate == fate for line in lines) for fate in ("kept", "lost", "new")
        }
        self.setAccessibleDescription(", ".join(f"{n} {fate}" for fate, n in counts.items()))
        self.update()

    def show_selected(self, selected: Selection) -> None:
        """Emphasize the lines of the selected rows."""
        if selected is not self._selected:
            self._selected = selected
            self.update()

    def show_hovered(self, row: int) -> None:
        """Emphasize the line of one row, and let the others step back; -1: of none."""
        if row != self._hovered:
            self._hovered = row
            self.update()

    def path_of(self, line: BumpLine) -> QPainterPath:
        """Return the way of a line; of one that is in one list only, down to the lower edge.

        Those of lost rows go down beside their ranks, left of the middle, and those of new rows
        come up right of it: so none crosses the rank of another.
        """
        width, low = float(self.width()), self.height() - 1.0
        if line.left is not None and line.right is not None:
            start = QPointF(2, self._left.middle_of(line.left))
            end = QPointF(width - 2, self._right.middle_of(line.right))
            one, other = QPointF(width / 2, start.y()), QPointF(width / 2, end.y())
        elif line.left is not None:
            start = QPointF(self._rank_room(line), self._left.middle_of(line.left))
            end = QPointF(width / 2 - self._lane(line.left), low)
            one, other = QPointF(end.x(), start.y()), QPointF(end.x(), start.y())
        else:
            assert line.right is not None
            end = QPointF(width - self._rank_room(line), self._right.middle_of(line.right))
            start = QPointF(width / 2 + self._lane(line.right), low)
            one, other = QPointF(start.x(), end.y()), QPointF(start.x(), end.y())
        path = QPainterPath(start)
        path.cubicTo(one, other, end)
        return path

    def _lane(self, place: int) -> float:
        """Return how far from the middle a line goes down: higher rows nearer to it."""
        return 2.0 + _LANES * self.width() * min(place / 10.0, 1.0)

    def _rank_room(self, line: BumpLine) -> float:
        """Return the width of a rank with the space beside it, in pixels."""
        text = self._rank_text(line)
        if text not in self._widths:
            if len(self._widths) >= _MOST_MEASURED:
                self._widths.clear()
            self._widths[text] = QFontMetricsF(self._font).horizontalAdvance(text)
        return _MARGIN + self._widths[text] + GRID / 4

    def _rank_text(self, line: BumpLine) -> str:
        if self.width() < _LEAST_WITH_ARROWS * self._scale:
            return line.rank_words
        return f"→ {line.rank_words}" if line.right is None else f"{line.rank_words} →"

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw all lines, the emphasized ones last, and the ranks over them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        for line in sorted(self.lines, key=self._is_emphasized):
            painter.setPen(self._pen(line))
            painter.drawPath(self.path_of(line))
        self._paint_ranks(painter)

    def _paint_ranks(self, painter: QPainter) -> None:
        metrics, theme = painter.fontMetrics(), theme_manager.theme
        height, ground = metrics.height(), with_alpha(theme.ground, 0.85)
        for line in self.lines:
            if line.left is not None and line.right is not None:
                continue
            text = self._rank_text(line)
            width = metrics.horizontalAdvance(text)
            if line.left is not None:
                left, middle = _MARGIN, self._left.middle_of(line.left)
            else:
                assert line.right is not None
                left, middle = self.width() - width - _MARGIN, self._right.middle_of(line.right)
            if not 0 < middle < self.height():
                continue  # Scrolled out of view.
            box = QRectF(left, middle - height / 2, width, height)
            painter.fillRect(box, ground)
            painter.setPen(QColor(_ink_of(line.fate)))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _pen(self, line: BumpLine) -> QPen:
        is_joined = line.left is not None and line.right is not None
        color = _color_of(line.fate)
        if self._is_emphasized(line):
            return _made_pen(line.fate, color, _STRONG, 1.0)
        return _made_pen(
            line.fate, color, _JOINED if is_joined else _THIN, 0.25 if self._hovered >= 0 else 0.8
        )

    def _is_emphasized(self, line: BumpLine) -> bool:
        return line.row == self._hovered or line.row in self._selected

    def line_at(self, place: QPointF) -> BumpLine | None:
        """Return the line nearest to a place, or the one whose rank is there; None: none is."""
        best, least = None, _REACH
        for line in self.lines:
            path = self.path_of(line)
            points = [path.pointAtPercent(i / _SAMPLES) for i in range(_SAMPLES + 1)]
            away = min((point - place).manhattanLength() for point in points)
            if line.left is None or line.right is None:
                end = points[0] if line.right is None else points[-1]
                outward = end.x() - place.x() if line.right is None else place.x() - end.x()
                if 0 <= outward <= self._rank_room(line):
                    away = abs(place.y() - end.y())
            if away < least:
                best, least = line, away
        return best

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Tell which line the mouse is at."""
        line = self.line_at(event.position())
        self.row_hovered.emit(-1 if line is None else line.row)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the row of the line that was clicked."""
        line = self.line_at(event.position())
        if line is not None and event.button() == Qt.MouseButton.LeftButton:
            self.row_chosen.emit(line.row)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Tell that the mouse is at no line any more."""
        self.row_hovered.emit(-1)

    def event(self, event: QEvent) -> bool:
        """Say of the line at the mouse where its row is in each list."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            line = self.line_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), "" if line is None else describe(line), self)
            return True
        return super().event(event)


def describe(line: BumpLine) -> str:
    """Return where a row is in each list, in words."""
    other = "…" if line.rank is None else f"{line.rank:,}"
    if line.rank == NOT_RANKED:
        other = "not on the shortlist"
    left = other if line.left is None else f"{line.left + 1:,}"
    right = other if line.right is None else f"{line.right + 1:,}"
    fate = f" · {line.fate}" if line.fate else ""
    return f"{one_line(line.label)}: rank {left} → {right}{fate}"


@lru_cache(maxsize=64)
def _made_pen(fate: Fate, color: str, width: float, alpha: float) -> QPen:
    pen = QPen(with_alpha(color, alpha), width)
    pen.setStyle(_STYLES[fate])
    pen.setCapStyle(Qt.PenCapStyle.RoundCap if fate == "new" else Qt.PenCapStyle.FlatCap)
    return pen


def _color_of(fate: Fate) -> str:
    theme = theme_manager.theme
    return {"lost": theme.lost, "new": theme.new, "kept": theme.kept}.get(fate, theme.middle)


def _ink_of(fate: Fate) -> str:
    theme = theme_manager.theme
    return theme.ink(_color_of(fate)) if fate in ("lost", "new") else theme.muted
