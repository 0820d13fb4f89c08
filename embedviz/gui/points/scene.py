"""Everything on a picture of points, and the order in which it is painted."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QRegion

from embedviz.core.drawing.camera import Camera, Extent, extent_of
from embedviz.gui.points.canvas import PointCanvas
from embedviz.gui.points.frame import PADDING, Frame
from embedviz.gui.points.layers import axes, overlays
from embedviz.gui.points.layers.badge import badge_box, draw_badge
from embedviz.gui.points.layers.cluster_labels import ClusterNames
from embedviz.gui.points.layers.labels import PointLabels
from embedviz.gui.points.layers.overlays import Arrow, Line, Links, Note
from embedviz.gui.points.layers.thumbnails import PointThumbnails
from embedviz.gui.points.legend.layout import Legend
from embedviz.gui.points.legend.placement import PlacedLegend
from embedviz.gui.points.text import draw_line_of_text, draw_text, text_size
from embedviz.gui.theme import Theme

_MOST_AVOIDED = 300
_FARTHEST = 1e5
_RGB = 0xFFFFFF
# A circle as three boxes, half as large as these parts of its diameter.
_IN_CIRCLE = np.array([[1.0, 0.55], [0.55, 1.0], [0.7, 0.7]])


class PointScene:
    """Points with what explains them. Knows no widget, so that it paints on anything.

    Attributes
    ----------
    canvas : PointCanvas
    labels : PointLabels
    clusters : ClusterNames
    pictures : PointThumbnails
    arrows, lines, notes : sequences
    links : Links
    titles : sequence of str or None
        Of the axes.
    placed_legend : PlacedLegend
    message, caption, corner : str
        Where there are no points; below them; and over them at the upper left.
    text_scale : float
    """

    def __init__(self) -> None:
        self.canvas = PointCanvas()
        self.labels = PointLabels()
        self.clusters = ClusterNames()
        self.pictures = PointThumbnails()
        self.arrows: Sequence[Arrow] = ()
        self.lines: Sequence[Line] = ()
        self._measured: tuple[tuple[object, ...], Extent] = (None, None, None), Extent()
        self.notes: Sequence[Note] = ()
        self.links = Links()
        self.titles: Sequence[str] | None = None
        self.placed_legend = PlacedLegend()
        self.message = ""
        self.caption = ""
        self.corner = ""
        self.text_scale = 1.0

    @property
    def legend(self) -> Legend | None:
        """What the colors mean."""
        return self.placed_legend.legend

    def clouds(self) -> list[ArrayLike]:
        """Return all positions that a picture of everything shows."""
        ends = [np.array([arrow.start, arrow.end]) for arrow in self.arrows]
        return [self.canvas.positions, *(line.points for line in self.lines), *ends]

    def extent(self) -> Extent:
        """Return where everything in the space of the data is."""
        others, known = self.clouds()[1:], self.canvas.extent
        if not others:
            return known
        # Asked for many times a frame, while lines stay: they are others when they are set anew.
        of = known, self.lines, self.arrows
        if any(part is not last for part, last in zip(of, self._measured[0], strict=True)):
            corners = [known.low, known.high] if len(self.canvas) else np.empty((0, 3))
            self._measured = of, extent_of(corners, *others)
        return self._measured[1]

    def frame(
        self,
        camera: Camera,
        theme: Theme,
        width: float,
        height: float,
        *,
        device_scale: float = 1.0,
        is_moving: bool = False,
    ) -> Frame:
        """Return how the picture is laid out in a size."""
        extent, scale = self.extent(), self.text_scale

        def framed(area: QRectF) -> Frame:
            # At least a pixel, and whole pixels of the device, or the image would be blurred.
            left, top = (round(n * device_scale) / device_scale for n in (area.left(), area.top()))
            wide, high = (max(1.0, float(int(n))) for n in (area.width(), area.height()))
            area = QRectF(left, top, wide, high)
            return Frame(area, camera, theme, extent, scale, device_scale, is_moving)

        area = QRectF(0, 0, width, height)
        right = bottom = PADDING
        right += self.placed_legend.margin(framed(area), width)
        if self.caption:
            bottom += framed(area).text(18)
        area.adjust(PADDING, PADDING, -right, -bottom)
        if self.titles is not None and not camera.is_3d:
            below = axes.bottom_margin(framed(area)) - PADDING / 2
            area.adjust(0, axes.top_margin(framed(area)), 0, -below)
            area.adjust(axes.left_margin(framed(area)), 0, 0, 0)
        return framed(area)

    def paint(self, painter: QPainter, frame: Frame, width: float, height: float) -> None:
        """Paint everything but what the hands are doing."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(0, 0, width, height)
        painter.fillRect(whole, QColor(frame.theme.ground))
        if not len(self.canvas) and self.message:
            painter.setFont(frame.small)
            painter.setPen(QColor(frame.theme.muted))
            painter.drawText(whole, Qt.AlignmentFlag.AlignCenter, self.message)
            return
        titles = self.titles or ()
        if titles and not frame.camera.is_3d:
            axes.draw_axes(painter, frame, titles)
        painter.save()
        painter.setClipRect(frame.area)
        if frame.camera.is_3d:
            axes.draw_axes_3d(painter, frame, titles)
        overlays.draw_lines(painter, frame, self.lines)
        self.canvas.paint(painter, frame)
        self.pictures.paint(painter, frame, self.canvas, self.labels.order)
        if frame.camera.is_3d:
            axes.draw_titles_3d(painter, frame, titles)
        overlays.draw_arrows(painter, frame, self.arrows)
        self._paint_names(painter, frame)
        overlays.draw_notes(painter, frame, self.notes)
        if self.corner:
            draw_badge(painter, frame, self.corner, self._corner_box(frame))
        painter.restore()
        self._paint_margins(painter, frame, whole)

    def _paint_names(self, painter: QPainter, frame: Frame) -> None:
        """Paint labels that are wanted, names of clusters, and labels where these leave room."""
        free, reach_of = self._kept_free(frame), self.pictures.reach_of
        chosen = self.labels.paint_chosen(painter, frame, self.canvas, free, reach_of)
        free = np.vstack([free, chosen])
        is_dimmed = self.canvas.drawn_marks.dim_others
        bright = self._are_selected(frame.theme) if is_dimmed else []
        names = self.clusters.paint(painter, frame, free, is_dimmed=is_dimmed, bright=bright)
        # Pictures say more than labels, and take their room.
        share = 0.0 if self.pictures.thumbnails is not None else self.clusters.label_share(frame)
        boxes = np.vstack([free, names])
        self.labels.paint(painter, frame, self.canvas, boxes, share, reach_of)

    def _are_selected(self, theme: Theme) -> list[bool]:
        """Return which clusters are mostly selected, as far as their colors tell."""
        rows = self.canvas.drawn_marks.selected
        own = self.canvas.colors_of(rows, theme) & np.uint32(_RGB)
        clusters = zip(self.clusters.colors(), self.clusters.counts(), strict=True)
        return [
            2 * int(np.count_nonzero(own == np.uint32(color.rgb() & _RGB))) > count
            for color, count in clusters
        ]

    def _kept_free(self, frame: Frame) -> NDArray[np.float64]:
        """Return the boxes that no label may cover: marked points, arrows and their texts."""
        rows = self.canvas.ringed_rows(frame.theme)[:_MOST_AVOIDED]
        pixels, depth = frame.project(self.canvas.positions[rows])
        marks = _boxes_of_rings(pixels, self.canvas.radii(rows, depth, frame) + frame.text(3))
        arrows = np.reshape(overlays.boxes_of_arrows(frame, self.arrows), (-1, 4))
        titles = axes.title_boxes_3d(frame, self.titles or ())
        panels = [self.placed_legend.box_over_points(frame)]
        if self.corner:
            panels.append(self._corner_box(frame))
        pictures = self.pictures.boxes_of(rows).tolist()
        boxes = [*titles, *pictures, *(box.getRect() for box in panels if not box.isEmpty())]
        return np.vstack([marks, arrows, np.array(boxes, dtype=np.float64).reshape(-1, 4)])

    def _corner_box(self, frame: Frame) -> QRectF:
        """Return where the corner is written: clear of the legend, beside or below it."""
        area, legend = frame.area, self.placed_legend.box_over_points(frame)
        corner = area.topLeft() + QPointF(8, 8)
        box = badge_box(frame, self.corner, corner, area.width() - 16)
        if not box.intersects(legend):
            return box
        beside = legend.left() - area.left() - 16
        if beside > area.width() / 3:
            return badge_box(frame, self.corner, corner, beside)
        box.moveTop(min(legend.bottom() + 8, area.bottom() - box.height()))
        return box

    def _paint_margins(self, painter: QPainter, frame: Frame, whole: QRectF) -> None:
        self.placed_legend.paint(painter, frame, whole.width())
        if self.caption:
            line = frame.text(18)
            box = QRectF(PADDING, whole.bottom() - 6 - line, whole.width() - 2 * PADDING, line)
            draw_line_of_text(painter, box, self.caption, frame.small, QColor(frame.theme.muted))

    def paint_links(self, painter: QPainter, frame: Frame) -> None:
        """Paint the lines from one row to others, as far as they have places in view."""
        count, row, rows = len(self.canvas), self.links.row, self.links.rows
        if not 0 <= row < count:
            return
        rows = np.append(rows[(rows >= 0) & (rows < count)], row)
        pixels, depth = frame.project(self.canvas.positions[rows])
        radii = self.canvas.radii(rows, depth, frame) + 2.5
        known = np.asarray((np.abs(pixels) < _FARTHEST).all(axis=1))  # Not for NaN either.
        if not known[-1]:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = QRegion(frame.area.toRect())
        seen -= QRegion(self.placed_legend.box_over_points(frame).toRect())
        painter.setClipRegion(seen)
        *ends, start = [QPointF(x, y) for x, y in pixels[known].tolist()]
        overlays.draw_links(painter, frame, start, ends, radii[known].tolist()[:-1])
        painter.restore()

    def paint_hovered(
        self, painter: QPainter, frame: Frame, row: int, *, is_named: bool = True
    ) -> None:
        """Paint a ring around the row under the mouse, and its label; nothing for -1."""
        if not 0 <= row < len(self.canvas):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rows = np.array([row])
        pixels, depth = frame.project(self.canvas.positions[rows])
        x, y = pixels[0].tolist()
        if not (isfinite(x) and frame.area.contains(x, y)):
            return
        radius = float(self.canvas.radii(rows, depth, frame)[0]) + 2
        painter.setPen(QPen(QColor(frame.theme.text), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, y), radius, radius)
        if not is_named:
            return
        text, letters = self.labels.text(row), self.labels.letters(frame, strong=True)
        width, height = text_size(text, letters)
        left = x + radius + 4
        if left + width > frame.area.right():
            left = x - radius - 4 - width
        top = min(max(y - height / 2, frame.area.top()), frame.area.bottom() - height)
        color, ground = QColor(frame.theme.text), QColor(frame.theme.ground)
        draw_text(painter, QPointF(left, top), text, letters, color, ground)


def _boxes_of_rings(pixels: NDArray[np.float64], radii: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return boxes that together are about as round as the rings."""
    # Others would be in the way everywhere.
    known = np.isfinite(pixels).all(axis=1) & np.isfinite(radii)
    half = radii[known, np.newaxis, np.newaxis] * _IN_CIRCLE
    return np.concatenate([pixels[known, np.newaxis] - half, 2 * half], axis=2).reshape(-1, 4)
