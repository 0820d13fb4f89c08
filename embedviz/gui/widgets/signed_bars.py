"""Small bars, from a middle line to the right or left, in the columns of a list of answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from embedviz.core.wording import one_line
from embedviz.gui.theme import CAPTION_PIXELS, GRID, font, theme_manager, with_alpha

_LEAST_LABEL, _LEAST_BAR, _BAR = 92.0, 18.0, 56.0
_GAP, _RANK = 6.0, 22.0
_WITH_NUMBER = 34.0
"""Width from which on a bar has its number over it."""
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_CENTER, _RIGHT = _MIDDLE | Qt.AlignmentFlag.AlignHCenter, _MIDDLE | Qt.AlignmentFlag.AlignRight
_LEAST_TITLE = 3
"""Letters of a title that is shortened, with its … ."""
ColumnWidths = tuple[float, float, float]
"""Width in pixels of the longest note, of the scores, and of what is to the right of the lines."""


@dataclass(frozen=True)
class LineColumns:
    """Where the columns of a line are.

    Attributes
    ----------
    label : QRectF
    bars : tuple of QRectF
        None where there is no room for them.
    note : QRectF
        Without width where there is no room for it.
    """

    label: QRectF
    bars: tuple[QRectF, ...]
    note: QRectF


def columns_in(area: QRectF, n_bars: int, note_width: float, scale: float) -> LineColumns:
    """Return the columns of a line; where there is no room, the note goes first, then the bars.

    Parameters
    ----------
    area : QRectF
        Between the rank and the score.
    n_bars : int
    note_width : float
        What the longest note needs, in pixels.
    scale : float
        Of the text.
    """
    least, gap = _LEAST_LABEL * scale, _GAP * scale
    note = note_width if area.width() - note_width - gap >= least else 0.0
    room = area.width() - least - (note + gap if note else 0.0)
    bar = min(_BAR * scale, room / n_bars - gap) if n_bars else 0.0
    if bar < _LEAST_BAR * scale:
        bar = 0.0
    right = area.right()
    note_box = QRectF(right - note, area.top(), note, area.height())
    right -= note + gap if note else 0.0
    boxes = []
    for _ in range(n_bars if bar else 0):
        boxes.append(QRectF(right - bar, area.top(), bar, area.height()))
        right -= bar + gap
    label = QRectF(area.left(), area.top(), right - area.left(), area.height())
    return LineColumns(label, tuple(boxes[::-1]), note_box)


def paint_columns(
    painter: QPainter,
    area: QRectF,
    bars: Sequence[float],
    note: str,
    widest: tuple[float, float],
    scale: float,
) -> QRectF:
    """Draw the bars and the note of a line; return the room of its label.

    Parameters
    ----------
    area : QRectF
        Between the rank and the score.
    bars : sequence of float
    note : str
    widest : (float, float)
        Width of the longest note, in pixels, and the largest number of the bars of all lines.
    scale : float
        Of the text.
    """
    columns = columns_in(area, len(bars), widest[0], scale)
    for box, value in zip(columns.bars, bars, strict=False):
        _paint_bar(painter, box, value, widest[1], scale)
    if columns.note.width():
        painter.setPen(QColor(theme_manager.theme.muted))
        painter.drawText(columns.note, _RIGHT, note)
    return columns.label


def _paint_bar(painter: QPainter, box: QRectF, value: float, largest: float, scale: float) -> None:
    """Draw a bar from the middle: to the right what adds, to the left what takes away."""
    theme = theme_manager.theme
    middle, low = box.center().x(), box.bottom() - 7 * scale
    half = box.width() / 2
    length = half * min(abs(value) / (largest or 1.0), 1.0)
    color = QColor(theme.after if value >= 0 else theme.before)
    bar = QRectF(middle if value >= 0 else middle - length, low, length, 4 * scale)
    painter.fillRect(bar, color)
    painter.setPen(QPen(with_alpha(theme.muted, 0.5), 1.0))
    painter.drawLine(QPointF(middle, low - 1), QPointF(middle, low + 4 * scale + 1))
    if box.width() >= _WITH_NUMBER * scale:
        painter.setPen(QColor(theme.muted))
        above = QRectF(box.left(), box.top(), box.width(), low - box.top())
        painter.drawText(above, _CENTER, signed(value))


def signed(value: float, digits: int = 2) -> str:
    """Return a number with its sign, as it is written: +0.78, −0.53."""
    return f"{'−' if value < 0 else '+'}{abs(value):.{digits}f}"


class ColumnTitles(QWidget):
    """What the columns of a list of answers are, above it."""

    def __init__(self) -> None:
        super().__init__()
        self._titles: Sequence[str] = ()
        self._ends = "", ""
        self._widths: Callable[[], ColumnWidths] = lambda: (0.0, 0.0, 0.0)
        self.set_text_scale(1.0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_titles(
        self, bars: Sequence[str], note: str, score: str, widths: Callable[[], ColumnWidths]
    ) -> None:
        """Name the columns.

        Parameters
        ----------
        bars : sequence of str
        note, score : str
        widths : callable
            Returns how wide things are in the lines now; asked whenever the titles are drawn.
        """
        self._titles, self._ends, self._widths = bars, (note, score), widths
        said = ", ".join([*bars, note, score])
        self.setAccessibleName(f"Columns: answer, {said}")
        self.setToolTip(
            "The bars: what a score owes to each term, the signed cosine with it. "
            f"Columns: answer, {said}."
        )
        self.update()

    def set_text_scale(self, scale: float) -> None:
        """Show larger text, for a stage."""
        self._scale = scale
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the height of a line of small text."""
        return QSize(0, round((CAPTION_PIXELS + 8) * self._scale))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Write each title over its column, as much of it as fits."""
        note_width, score_width, beside = self._widths()
        area = QRectF(self.rect()).adjusted(GRID, 0, -GRID - beside, 0)
        start = area.left() + _RANK * self._scale + GRID
        inner = QRectF(start, area.top(), area.right() - score_width - GRID - start, area.height())
        columns = columns_in(inner, len(self._titles), note_width, self._scale)
        with QPainter(self) as painter:
            painter.setFont(font(CAPTION_PIXELS * self._scale))
            painter.setPen(QColor(theme_manager.theme.muted))
            metrics, end = painter.fontMetrics(), Qt.TextElideMode.ElideRight
            for box, title in zip(columns.bars, self._titles, strict=False):
                room = box.width() + _GAP * self._scale - 2
                text = metrics.elidedText(one_line(title), end, int(room))
                if len(text) < _LEAST_TITLE and text != title:
                    text = title[:1]  # The sign; the tooltip says the rest.
                more = (room - box.width()) / 2
                painter.drawText(box.adjusted(-more, 0, more, 0), _CENTER, text)
            if columns.note.width():
                painter.drawText(columns.note.adjusted(-20, 0, 0, 0), _RIGHT, self._ends[0])
            score = QRectF(area.right() - score_width, area.top(), score_width, area.height())
            painter.drawText(score.adjusted(-20, 0, 0, 0), _RIGHT, self._ends[1])
