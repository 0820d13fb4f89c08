"""The labels of points: which are shown, where, and how they are drawn.

While points or camera move, the labels that are shown go along and no other appears; where they
get too close, the less important ones give way. At rest the free room is given out anew, each
label first trying to stay where it is. So nothing flickers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from embedviz.core.labels import Placement, place_labels
from embedviz.core.picking import rows_in_view
from embedviz.core.raster import ALL_ROWS, Rows
from embedviz.gui.frame import Frame
from embedviz.gui.lettering import draw_text
from embedviz.gui.point_canvas import PointCanvas
from embedviz.gui.theme import CAPTION_PIXELS, TEXT_PIXELS, font

MOST_TRIED = 2000
LONGEST = 40
"""Longer labels are cut to this many characters."""
_AREA_PER_LABEL = 9000.0
_DIMMED = 0.4


def one_line(text: str) -> str:
    """Return a text in one line, not too long."""
    line = " ".join(str(text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "\u2026"


class PointLabels:
    """Texts of rows, the important ones shown where there is room.

    Attributes
    ----------
    texts : sequence of str
        By row.
    scale : float
        Their size against the usual one.
    """

    def __init__(self) -> None:
        self.scale = 1.0
        self.texts: Sequence[str] = ()
        self._order: Rows | None = None
        self._required = 0
        self._always: Rows = ALL_ROWS
        self._places: dict[int, int] = {}
        self._widths: dict[tuple[str, bool, float], float] = {}

    def set_texts(
        self, texts: Sequence[str], order: Rows | None, always: Rows, required: int = 0
    ) -> None:
        """Show these texts, those of `always` first and then by `order`.

        The first `required` of `always` are shown wherever they are in view, over others if need
        be.
        """
        self._required = required
        if texts is not self.texts:
            self._places = {}
        self.texts, self._order, self._always = texts, order, always

    @property
    def order(self) -> Rows | None:
        """The rows that may be labeled, the most important first; None: all."""
        return self._order

    def text(self, row: int) -> str:
        """Return what is written at a row: one line, not too long."""
        return one_line(self.texts[row]) if 0 <= row < len(self.texts) else ""

    def letters(self, frame: Frame, *, strong: bool) -> QFont:
        """Return the font of labels, or of those that are strong."""
        pixels = TEXT_PIXELS if strong else CAPTION_PIXELS
        return font(pixels * frame.text_scale * self.scale, semibold=strong)

    def forget_places(self) -> None:
        """Place all labels anew, instead of keeping them where they were as far as possible."""
        self._places = {}

    def paint(
        self,
        painter: QPainter,
        frame: Frame,
        canvas: PointCanvas,
        obstacles: ArrayLike = (),
        share: float = 1.0,
        reach_of: Callable[[Rows], NDArray[np.float64]] | None = None,
    ) -> None:
        """Draw the labels that fit between the obstacles (left, top, width, height).

        Parameters
        ----------
        share : float
            No more than this share of the ordinary ones for which there usually is room.
        reach_of : callable, optional
            Returns how far what is drawn at rows reaches beyond their points, in pixels.
        """
        rows, n_always = self._candidates(frame, canvas, share)
        if not len(rows):
            return
        pixels, depth = frame.project(canvas.positions[rows])
        strong = np.arange(len(rows)) < n_always
        area = frame.area
        boxes = self._boxes(rows, strong, frame)
        radii = canvas.radii(rows, depth, frame.theme)
        if reach_of is not None:
            radii = np.maximum(radii, reach_of(rows))
        radii += frame.text(4)
        taken = _moved(obstacles, -area.left(), -area.top())
        per_label = _AREA_PER_LABEL * max(self.scale, 1.0) ** 2

        def placed(taken: NDArray[np.float64]) -> Placement:
            return place_labels(
                pixels - (area.left(), area.top()),
                boxes,
                radii,
                np.where(strong, 1, frame.text(6)),
                width=area.width(),
                height=area.height(),
                obstacles=taken,
                preferred=[self._places.get(row, -1) for row in rows.tolist()],
                most=n_always + int(share * area.width() * area.height() / per_label),
            )

        placement = placed(taken)
        forced = [i for i in range(min(n_always, self._required)) if i not in placement.candidates]
        if forced:
            # No place is free beside them, and they are what the picture is about.
            corners = _squeezed_in(pixels[forced], boxes[forced], radii[forced], area)
            mine = np.hstack([corners - (area.left(), area.top()), boxes[forced]])
            placement = placed(np.vstack([taken.reshape(-1, 4), mine]))
            for index, (x, y) in zip(forced, corners.tolist(), strict=True):
                self._draw(painter, frame, QPointF(x, y), rows[index], True, False, depth[index])
        if not frame.is_moving:
            shown = rows[placement.candidates].tolist()
            self._places = dict(zip(shown, placement.places.tolist(), strict=True))
        for index, (x, y) in zip(
            placement.candidates.tolist(), placement.corners.tolist(), strict=True
        ):
            corner = QPointF(x + area.left(), y + area.top())
            is_strong, is_dimmed = index < n_always, canvas.marks.dim_others
            self._draw(painter, frame, corner, rows[index], is_strong, is_dimmed, depth[index])

    def _draw(
        self,
        painter: QPainter,
        frame: Frame,
        corner: QPointF,
        row: int,
        is_strong: bool,
        is_dimmed: bool,
        depth: float,
    ) -> None:
        ground = QColor(frame.theme.ground)
        if is_strong:
            text_color = QColor(frame.theme.text)
            letters = self.letters(frame, strong=True)
            draw_text(painter, corner, self.text(row), letters, text_color, ground)
            return
        # In steps, so that the pictures of the letters can be used again.
        part = round(frame.fog.part_at(depth) * 8) / 8 + (_DIMMED if is_dimmed else 0)
        color = frame.mixed_with_ground(QColor(frame.theme.muted), part)
        letters = self.letters(frame, strong=False)
        draw_text(painter, corner, self.text(row), letters, color, ground)

    def _boxes(self, rows: Rows, strong: NDArray[np.bool_], frame: Frame) -> NDArray[np.float64]:
        metrics = [QFontMetricsF(self.letters(frame, strong=strong)) for strong in (False, True)]
        heights = [letters.height() for letters in metrics]
        boxes, scale = np.empty((len(rows), 2)), frame.text_scale * self.scale
        for index, (row, is_strong) in enumerate(zip(rows.tolist(), strong.tolist(), strict=True)):
            text = self.text(row)
            key = (text, is_strong, scale)
            if key not in self._widths:
                self._widths[key] = metrics[is_strong].horizontalAdvance(text)
            boxes[index] = self._widths[key], heights[is_strong]
        return boxes

    def _candidates(self, frame: Frame, canvas: PointCanvas, share: float) -> tuple[Rows, int]:
        """Return rows in view, most important first, and how many of them are always wanted."""
        known = min(len(self.texts), len(canvas))
        width, height = frame.area.width(), frame.area.height()

        def in_view(rows: Rows) -> Rows:
            rows = rows[(rows >= 0) & (rows < known)]
            return rows_in_view(canvas.positions, frame.matrix, rows, width, height, MOST_TRIED)

        if frame.is_moving and self._places:
            order = np.array(list(self._places), dtype=np.intp)
        else:
            order = np.arange(known) if self._order is None else self._order
        always, ordinary = in_view(self._always), in_view(order if share > 0 else ALL_ROWS)
        ordinary = ordinary[~np.isin(ordinary, always)]
        return np.concatenate([always, ordinary]), len(always)


def _squeezed_in(
    pixels: NDArray[np.float64], boxes: NDArray[np.float64], radii: ArrayLike, area: QRectF
) -> NDArray[np.float64]:
    """Return corners of labels below their points, or above where that is outside."""
    corners = pixels - boxes / 2
    reach = np.asarray(radii) + boxes[:, 1] / 2
    below = pixels[:, 1] + reach + boxes[:, 1] / 2 <= area.bottom()
    corners[:, 1] += np.where(below, reach, -reach)
    least = np.array([area.left(), area.top()])
    most = np.maximum(np.array([area.right(), area.bottom()]) - boxes, least)
    return np.clip(corners, least, most)


def _moved(boxes: ArrayLike, right: float, down: float) -> NDArray[np.float64]:
    moved = np.array(boxes, dtype=np.float64).reshape(-1, 4)
    moved[:, :2] += right, down
    return moved
