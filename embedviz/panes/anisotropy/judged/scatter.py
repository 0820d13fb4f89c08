"""Cosines of judged pairs against their scores, before and after, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen

from embedviz.core.covariance import Vector
from embedviz.core.drawing.ticks import tick_step, tick_text, tick_values
from embedviz.gui.charts.drawn_widget import Align, DrawnWidget, width_of
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.theme import GRID, theme_manager, with_alpha

_MOST_DRAWN = 4_000
_NEAR = 9.0
"""Pixels from the mouse to a point that it names."""


@dataclass(frozen=True, eq=False)
class ScatterData:
    """What is drawn.

    Attributes
    ----------
    before, after, scores : float64 arrays of shape (n_pairs,)
        Cosines, and judgments.
    name : callable
        Returns the words for a pair.
    """

    before: Vector
    after: Vector
    scores: Vector
    name: Callable[[int], str]

    @property
    def span(self) -> tuple[float, float]:
        """The range of the cosines, before and after."""
        known = np.concatenate([self.before, self.after])
        low, high = float(known.min()), float(known.max())
        return (low, high) if high - low > 1e-6 else (low - 0.5, high + 0.5)

    @property
    def score_span(self) -> tuple[float, float]:
        """The range of the scores."""
        return float(self.scores.min()), float(self.scores.max())


class JudgedScatter(DrawnWidget):
    """Two panels with a point for each pair; the one under the mouse is marked in both."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "Cosine against judgment", size=(300, 180), least=(1, 80))
        self._data: ScatterData | None = None
        self._drawn = np.empty(0, dtype=np.intp)
        self._hovered: int | None = None
        self.setMouseTracking(True)

    def show_pairs(self, data: ScatterData) -> None:
        """Show pairs; of very many, some are drawn."""
        self._data, self._hovered = data, None
        count = len(data.scores)
        self._drawn = np.arange(count)
        if count > _MOST_DRAWN:
            drawn = np.random.default_rng(0).choice(count, _MOST_DRAWN, replace=False)
            self._drawn = np.sort(drawn)
        self.show_message("")
        self.setAccessibleDescription(f"{count:,} judged pairs, before and after")

    def clear(self, message: str = "") -> None:
        """Show no pairs."""
        self._data, self._hovered = None, None
        self.show_message(message)

    @property
    def n_drawn(self) -> int:
        """Number of points in each panel."""
        return 0 if self._data is None else len(self._drawn)

    def panels(self) -> tuple[QRectF, QRectF]:
        """Return where the points before and after are."""
        line, small = self.line_height(), self.small()
        height = max(self.height() - 3 * line - 8, 10)
        left = max(width_of(text, small) for _, text in self._score_ticks(height)) + line + 8
        right = width_of("1.0", small) / 2 + 2
        room = max((self.width() - left - 2 * GRID - right) / 2, 10)
        first = QRectF(left, line + 4, room, height)
        return first, first.translated(room + 2 * GRID, 0)

    def _score_ticks(self, height: float) -> list[tuple[float, str]]:
        """Return judgments that are written beside an axis of some height."""
        assert self._data is not None
        low, high = self._data.score_span
        step = tick_step(max((high - low) * 1.6 * self.line_height() / height, 1e-9))
        found = [(value, tick_text(value, step)) for value in tick_values(low, high, step)]
        return found or [(low, f"{low:g}")]

    def point_of(self, which: int, panel: int) -> QPointF:
        """Return where a pair is in one of the panels."""
        data = self._data
        assert data is not None
        cosine = (data.before, data.after)[panel][which]
        return self._place(self.panels()[panel], float(cosine), float(data.scores[which]))

    def _place(self, area: QRectF, cosine: float, score: float) -> QPointF:
        assert self._data is not None
        (low, high), (least, most) = self._data.span, self._data.score_span
        x = area.left() + (cosine - low) / (high - low) * area.width()
        share = (score - least) / (most - least) if most > least else 0.5
        return QPointF(x, area.bottom() - share * area.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the panels."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.message or self._data is None:
                self.draw_message(painter)
                return
            self.draw_kept(painter, (id(self._data),), self._draw_panels)
            self._draw_hovered(painter)

    def _draw_panels(self, painter: QPainter) -> None:
        theme, data = theme_manager.theme, self._data
        assert data is not None
        roles = (("before", theme.before, data.before), ("after", theme.after, data.after))
        self._draw_scores(painter)
        alpha = 0.55 if len(self._drawn) < 300 else 0.3
        for area, (role, color, cosines) in zip(self.panels(), roles, strict=True):
            self._draw_axes(painter, area, role, color)
            pen = QPen(with_alpha(color, alpha), 4.0)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            for which in self._drawn.tolist():
                painter.drawPoint(
                    self._place(area, float(cosines[which]), float(data.scores[which]))
                )

    def _draw_scores(self, painter: QPainter) -> None:
        """Write the axis of the judgments, which both panels share."""
        theme, line, area = theme_manager.theme, self.line_height(), self.panels()[0]
        assert self._data is not None
        painter.setFont(self.small())
        painter.setPen(QColor(theme.muted))
        for value, text in self._score_ticks(area.height()):
            y = self._place(area, 0.0, value).y()
            box = QRectF(line, y - line / 2, area.left() - line - 6, line)
            painter.drawText(box, Align.AlignRight | Align.AlignVCenter, text)
        painter.save()
        painter.translate(0, area.bottom())
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, area.height(), line), Align.AlignCenter, "judgment")
        painter.restore()

    def _draw_axes(self, painter: QPainter, area: QRectF, role: str, color: str) -> None:
        theme, line = theme_manager.theme, self.line_height()
        assert self._data is not None
        low, high = self._data.span
        painter.setPen(QPen(QColor(theme.hairline), 1))
        painter.drawRect(area.adjusted(-3, -3, 3, 3))
        painter.setFont(self.small(semibold=True))
        painter.setPen(QColor(theme.ink(color)))
        painter.drawText(QRectF(area.left(), 0, area.width(), line), Align.AlignLeft, role)
        painter.setFont(self.small())
        painter.setPen(QColor(theme.muted))
        step = tick_step((high - low) * 2.8 * line / area.width())
        for value in tick_values(low, high, step):
            x = self._place(area, value, 0.0).x()
            painter.drawLine(QLineF(x, area.bottom() + 3, x, area.bottom() + 6))
            box = QRectF(x - 30, area.bottom() + 6, 60, line)
            painter.drawText(box, Align.AlignCenter, tick_text(value, step))
        box = QRectF(area.left(), area.bottom() + 5 + line, area.width(), line)
        painter.drawText(box, Align.AlignCenter, "cosine")

    def _draw_hovered(self, painter: QPainter) -> None:
        if self._hovered is None:
            return
        theme = theme_manager.theme
        painter.setPen(QPen(QColor(theme.text), 1.5))
        for panel, color in enumerate((theme.before, theme.after)):
            painter.setBrush(QColor(color))
            painter.drawEllipse(self.point_of(self._hovered, panel), 4.5, 4.5)

    def pair_at(self, place: QPointF) -> int | None:
        """Return the pair whose point is nearest to a place, and near."""
        if self._data is None or not len(self._drawn):
            return None
        for panel, area in enumerate(self.panels()):
            if area.adjusted(-_NEAR, -_NEAR, _NEAR, _NEAR).contains(place):
                apart = self._distances(area, panel, place)
                best = int(apart.argmin())
                return int(self._drawn[best]) if apart[best] <= _NEAR else None
        return None

    def _distances(self, area: QRectF, panel: int, place: QPointF) -> Vector:
        data = self._data
        assert data is not None
        (low, high), (least, most) = data.span, data.score_span
        cosines, scores = (data.before, data.after)[panel][self._drawn], data.scores[self._drawn]
        x = area.left() + (cosines - low) / (high - low) * area.width()
        share = (scores - least) / (most - least) if most > least else np.full(len(scores), 0.5)
        return np.asarray(
            np.hypot(x - place.x(), area.bottom() - share * area.height() - place.y())
        )

    def tip_at(self, place: QPointF) -> str:
        """Return the words for the pair at a place."""
        which, data = self.pair_at(place), self._data
        if which is None or data is None:
            return ""
        cosines = (number_text(float(each[which]), 3) for each in (data.before, data.after))
        return f"{data.name(which)}: judged {data.scores[which]:g}, cosine {' → '.join(cosines)}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Mark the pair under the mouse in both panels."""
        self._hover(self.pair_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Mark none."""
        self._hover(None)

    def _hover(self, which: int | None) -> None:
        if which != self._hovered:
            self._hovered = which
            self.update()
