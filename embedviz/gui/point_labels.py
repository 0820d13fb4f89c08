"""The labels of points: which are shown, where, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter

from embedviz.core.labels import place_labels
from embedviz.core.raster import Rows, rows_in_view
from embedviz.gui.frame import Frame
from embedviz.gui.lettering import draw_text, text_size
from embedviz.gui.point_canvas import PointCanvas

MOST_TRIED = 3000
_AREA_PER_LABEL = 9000.0


class PointLabels:
    """Texts of rows, the important ones shown where there is room."""

    def __init__(self) -> None:
        self.texts: Sequence[str] = ()
        self._order: Rows | None = None
        self._always: Rows = np.empty(0, dtype=np.intp)
        self._shown: dict[int, int] = {}

    def set_texts(self, texts: Sequence[str], order: Rows | None, always: Rows) -> None:
        """Show these texts, those of `always` first and then by `order`."""
        self.texts, self._order, self._always = texts, order, always
        self._shown = {}

    def paint(self, painter: QPainter, frame: Frame, canvas: PointCanvas) -> None:
        """Draw the labels that fit."""
        if not len(self.texts) or not len(canvas):
            return
        rows, n_always = self._candidates(frame, canvas)
        if not len(rows):
            return
        pixels, depth = frame.project(canvas.positions[rows])
        strong = np.arange(len(rows)) < n_always
        boxes = np.array(
            [
                text_size(self.texts[row], frame.strong if is_strong else frame.small)
                for row, is_strong in zip(rows, strong, strict=True)
            ]
        )
        area = frame.area
        placement = place_labels(
            pixels - (area.left(), area.top()),
            boxes,
            canvas.size_of(rows) / depth / 2 + np.where(strong, 6, 3),
            np.where(strong, 1, frame.text(6)),
            width=area.width(),
            height=area.height(),
            preferred=[self._shown.get(int(row), -1) for row in rows],
            most=n_always + int(area.width() * area.height() / _AREA_PER_LABEL),
        )
        if not frame.is_moving:
            shown = rows[placement.candidates].tolist()
            self._shown = dict(zip(shown, placement.places.tolist(), strict=True))
        ground = QColor(frame.theme.ground)
        corners = placement.corners + np.array([area.left(), area.top()])
        for index, (x, y) in zip(placement.candidates, corners.tolist(), strict=True):
            font = frame.strong if strong[index] else frame.small
            color = QColor(frame.theme.text if strong[index] else frame.theme.muted)
            draw_text(painter, QPointF(x, y), self.texts[rows[index]], font, color, ground)

    def _candidates(self, frame: Frame, canvas: PointCanvas) -> tuple[Rows, int]:
        """Return rows in view, most important first, and how many of them are always wanted."""
        width, height = frame.area.width(), frame.area.height()

        def in_view(rows: NDArray[np.intp], most: int) -> Rows:
            return rows_in_view(canvas.positions, frame.matrix, rows, width, height, most)

        always = in_view(self._always, MOST_TRIED)
        if frame.is_moving:
            order = np.array(list(self._shown), dtype=np.intp)
        elif self._order is None:
            order = np.arange(min(len(self.texts), len(canvas)))
        else:
            order = self._order
        ordinary = in_view(order, MOST_TRIED)
        ordinary = ordinary[~np.isin(ordinary, always)]
        return np.concatenate([always, ordinary]), len(always)
