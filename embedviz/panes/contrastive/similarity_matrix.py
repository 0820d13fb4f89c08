"""The cosines of a batch as an image: partners on the diagonal, negatives elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPaintEvent, QPen, QPolygonF

from embedviz.gui.charts.drawn_widget import Align, DrawnWidget, first_that_fits, width_of
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.coloring.palettes import RAMP_STEPS, cosine_ramp
from embedviz.gui.points.text import draw_line_of_text, is_pixel_device
from embedviz.gui.theme import GRID, theme_manager

WAITING = "The cosines of a batch appear with the first step."
_FRAMED = 12.0
"""Width of a cell, in pixels, from which on those of the diagonal have a frame."""
_MARK = 6.0
_MOST_RECTANGLES = 10_000
"""Cells that a file gets as rectangles; more are an image there, too."""


class SimilarityMatrix(DrawnWidget):
    """Cosines of the first side of a batch, row by row, with its second side."""

    def __init__(self, name: str = "contrastive.similarities") -> None:
        super().__init__(name, "Similarity matrix of the batch", size=(280, 300), least=(160, 160))
        self._cosines = np.empty((0, 0))
        self._elsewhere = "negatives"
        self._n_pairs = 0
        self.show_message(WAITING)

    def show_cosines(
        self, cosines: ArrayLike, n_pairs: int | None = None, elsewhere: str = "negatives"
    ) -> None:
        """Show the cosines of a batch.

        Parameters
        ----------
        cosines : array of shape (n, n)
            Row i and column i are partners; (0, 0) where there is no batch. nan is shown as such.
        n_pairs : int, optional
            How many pairs the batch has, where the first n are shown.
        elsewhere : str
            What pairs of a row with another one's partner are, for the caption.
        """
        self._cosines = np.atleast_2d(np.asarray(cosines, np.float64))
        self._n_pairs, self._elsewhere = n_pairs or len(self._cosines), elsewhere
        self.show_message("" if self._cosines.size else WAITING)
        if not self.message:
            self.setAccessibleDescription("; ".join(self.captions))

    @property
    def partner_mean(self) -> float:
        """Mean cosine of partners; nan where there are none."""
        return _mean(np.diagonal(self._cosines))

    @property
    def other_mean(self) -> float:
        """Mean cosine of all other pairs; nan where there are none."""
        return _mean(self._cosines[~np.eye(*self._cosines.shape, dtype=bool)])

    @property
    def title(self) -> str:
        """How many pairs are shown of how many there are, as far as there is room."""
        shown, of = f"{len(self._cosines):,}", f"{self._n_pairs:,}"
        pairs = "pair" if self._n_pairs == 1 else "pairs"
        if self._n_pairs > len(self._cosines):
            said = f"first {shown} of {of} {pairs}"
            texts = [f"Cosines of the {said}", said.capitalize(), f"{shown} of {of}"]
        else:
            texts = [f"Cosines of the batch’s {shown} {pairs}", f"Cosines of {shown} {pairs}"]
        return first_that_fits(texts, self.width(), self.small(semibold=True))

    @property
    def captions(self) -> tuple[str, str]:
        """What the diagonal and the rest mean, with their means, as far as there is room."""
        others = number_text(self.other_mean) if self._cosines.size > 1 else ""
        found = []
        for where, what, mean in (
            ("diagonal", "partners", number_text(self.partner_mean)),
            ("elsewhere", self._elsewhere, others),
        ):
            texts = [f"{where}: {what} · mean {mean}", f"{what}: mean {mean}", f"{what} {mean}"]
            if not mean:
                texts = [f"{where}: nothing"]
            found.append(first_that_fits(texts, self.width(), self.small()))
        return found[0], found[1]

    def _area(self) -> QRectF:
        """Return where the matrix is."""
        line = self.line_height()
        room = self.height() - 3 * line - GRID - 2 * _MARK
        side = max(min(self.width() - self._bar_room() - 2 * _MARK, room), 12.0)
        return QRectF(_MARK, line + 2 + _MARK, side, side)

    def _bar_room(self) -> float:
        return 2 * GRID + 6 + width_of("−1", self.small())

    def tip_at(self, place: QPointF) -> str:
        """Return the cosine at a place."""
        area = self._area()
        if self.message or not area.contains(place):
            return ""
        n_rows, n_columns = self._cosines.shape
        row = min(int((place.y() - area.top()) / area.height() * n_rows), n_rows - 1)
        column = min(int((place.x() - area.left()) / area.width() * n_columns), n_columns - 1)
        cosine = number_text(float(self._cosines[row, column]), 3)
        if row == column:
            return f"Pair {row + 1:,} of the batch: cosine of the partners {cosine}"
        return f"Row {row + 1:,} and the partner of row {column + 1:,}: cosine {cosine}"

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the matrix, its color bar and what it means."""
        with QPainter(self) as painter:
            if self.message:
                self.draw_message(painter)
                return
            theme, area, line = theme_manager.theme, self._area(), self.line_height()
            title = QRectF(0, 0, self.width(), line)
            draw_line_of_text(
                painter, title, self.title, self.small(semibold=True), QColor(theme.text)
            )
            self._draw_cells(painter, area)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_diagonal(painter, area)
            self._draw_bar(painter, area)
            top = area.bottom() + _MARK + 2
            for place, text in enumerate(self.captions):
                box = QRectF(0, top + place * line, self.width(), line)
                draw_line_of_text(painter, box, text, self.small(), QColor(theme.muted))

    def _draw_cells(self, painter: QPainter, area: QRectF) -> None:
        colors = _colors_of(self._cosines)
        n_rows, n_columns = colors.shape
        wide, high = area.width() / n_columns, area.height() / n_rows
        if is_pixel_device(painter) or colors.size > _MOST_RECTANGLES:
            image = QImage(
                np.ascontiguousarray(colors).data,
                n_columns,
                n_rows,
                4 * n_columns,
                QImage.Format.Format_RGB32,
            )
            # Where cells are smaller than pixels, none may be left out.
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, min(wide, high) < 1)
            painter.drawImage(area, image)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            for row in range(n_rows):
                for column in range(n_columns):
                    # A little larger, or viewers would leave seams between them.
                    cell = QRectF(area.left() + column * wide, area.top() + row * high, wide, high)
                    color = QColor.fromRgb(int(colors[row, column]))
                    painter.fillRect(cell.adjusted(0, 0, 0.3, 0.3).intersected(area), color)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme_manager.theme.hairline), 1))
        painter.drawRect(area.adjusted(-0.5, -0.5, 0.5, 0.5))

    def _draw_diagonal(self, painter: QPainter, area: QRectF) -> None:
        """Frame the cells of partners, or point at them where they are too small for that."""
        n_rows, n_columns = self._cosines.shape
        wide, high = area.width() / n_columns, area.height() / n_rows
        color = QColor(theme_manager.theme.accent)
        if min(wide, high) >= _FRAMED:
            painter.setPen(QPen(color, 1.25))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for place in range(min(n_rows, n_columns)):
                corner = area.topLeft() + QPointF(place * wide, place * high)
                cell = QRectF(corner.x(), corner.y(), wide, high)
                painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5))
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for corner, away in ((area.topLeft(), -1), (area.bottomRight(), 1)):
            tip = corner + QPointF(away, away)
            back = QPointF(away * _MARK, away * _MARK)
            painter.drawPolygon(
                QPolygonF([tip, tip + QPointF(back.x(), 0), tip + QPointF(0, back.y())])
            )

    def _draw_bar(self, painter: QPainter, area: QRectF) -> None:
        theme, line = theme_manager.theme, self.line_height()
        bar = QRectF(area.right() + _MARK + GRID, area.top(), 6, area.height())
        gradient = QLinearGradient(0, bar.bottom(), 0, bar.top())
        for place, color in enumerate(cosine_ramp(theme)):
            gradient.setColorAt(place / (RAMP_STEPS - 1), QColor(color))
        painter.setPen(QPen(QColor(theme.hairline), 1))
        painter.setBrush(gradient)
        painter.drawRect(bar)
        painter.setFont(self.small())
        painter.setPen(QColor(theme.muted))
        for text, share in (("1", 0.0), ("0", 0.5), ("−1", 1.0)):
            top = bar.top() + share * (bar.height() - line)
            if share == 0.5 and bar.height() < 3 * line:
                continue
            box = QRectF(bar.right() + 5, top, self.width(), line)
            painter.drawText(box, Align.AlignLeft | Align.AlignVCenter, text)


def _mean(cosines: NDArray[np.float64]) -> float:
    finite = cosines[np.isfinite(cosines)]
    return float(finite.mean()) if len(finite) else float("nan")


def _colors_of(cosines: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return the colors of cosines as 0xFFRRGGBB; of nan, one that no cosine has."""
    theme = theme_manager.theme
    ramp = [int(color[1:], 16) for color in (*cosine_ramp(theme), theme.muted)]
    colors = np.array(ramp, np.uint32) | np.uint32(0xFF000000)
    share = np.clip((np.nan_to_num(cosines, nan=0.0) + 1) / 2, 0, 1)
    steps = np.rint(share * (RAMP_STEPS - 1)).astype(np.intp)
    return colors[np.where(np.isnan(cosines), RAMP_STEPS, steps)]
