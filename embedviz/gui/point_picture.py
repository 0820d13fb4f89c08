"""Everything on a picture of points, and the order in which it is painted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from embedviz.core.camera import Camera, Extent, extent_of
from embedviz.gui import axes, legend, overlays
from embedviz.gui.frame import Frame
from embedviz.gui.lettering import draw_line_of_text, draw_text, text_size
from embedviz.gui.overlays import Arrow, Line, Note
from embedviz.gui.point_canvas import PointCanvas
from embedviz.gui.point_labels import PointLabels
from embedviz.gui.theme import Theme

PADDING = 12.0


class PointPicture:
    """Points with what explains them. Knows no widget, so that it paints on anything."""

    def __init__(self) -> None:
        self.canvas = PointCanvas()
        self.labels = PointLabels()
        self.arrows: Sequence[Arrow] = ()
        self.lines: Sequence[Line] = ()
        self.notes: Sequence[Note] = ()
        self.titles: Sequence[str] | None = None
        self.legend: legend.Legend | None = None
        self.message = ""
        self.caption = ""
        self.text_scale = 1.0

    def extent(self) -> Extent:
        """Return where everything in the data space is."""
        found = self.canvas.extent
        others = [np.asarray(line.points) for line in self.lines]
        others += [np.array([arrow.start, arrow.end]) for arrow in self.arrows]
        for points in others:
            found = found.joined(extent_of(points)) if len(self.canvas) else extent_of(points)
        return found

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
        whole = QRectF(0, 0, width, height)
        frame = Frame(whole, camera, theme, self.text_scale, device_scale, is_moving)
        right = PADDING
        if self.legend is not None:
            right += legend.legend_width(frame, self.legend, width) + PADDING
        bottom = PADDING + (frame.text(18) if self.caption else 0)
        left = top = PADDING
        area = whole.adjusted(left, top, -right, -bottom)
        if self.titles is not None and not camera.is_3d:
            area = area.adjusted(0, frame.text(16), 0, -axes.bottom_margin(frame) + PADDING / 2)
            frame = Frame(area, camera, theme, self.text_scale, device_scale, is_moving)
            area = area.adjusted(axes.left_margin(frame), 0, 0, 0)
        # At least a pixel, and whole pixels of the device, or the image would be blurred.
        area = QRectF(
            *(round(n * device_scale) / device_scale for n in (area.left(), area.top())),
            *(max(1.0, float(int(n))) for n in (area.width(), area.height())),
        )
        return Frame(area, camera, theme, self.text_scale, device_scale, is_moving)

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
        if self.titles is not None and frame.camera.is_3d:
            axes.draw_axes_3d(painter, frame, self.titles, self.canvas.extent)
        elif self.titles is not None:
            axes.draw_axes(painter, frame, self.titles)
        painter.save()
        painter.setClipRect(frame.area)
        overlays.draw_lines(painter, frame, self.lines)
        self.canvas.paint(painter, frame)
        overlays.draw_arrows(painter, frame, self.arrows)
        self.labels.paint(painter, frame, self.canvas)
        overlays.draw_notes(painter, frame, self.notes)
        painter.restore()
        self._paint_margins(painter, frame, whole)

    def _paint_margins(self, painter: QPainter, frame: Frame, whole: QRectF) -> None:
        if self.legend is not None:
            left = frame.area.right() + PADDING
            box = QRectF(left, frame.area.top(), whole.right() - PADDING - left, 0)
            box.setHeight(frame.area.height())
            legend.draw_legend(painter, frame, self.legend, box)
        if self.caption:
            line = frame.text(18)
            box = QRectF(PADDING, whole.bottom() - 6 - line, whole.width() - 2 * PADDING, line)
            draw_line_of_text(painter, box, self.caption, frame.small, QColor(frame.theme.muted))

    def paint_hands(
        self, painter: QPainter, frame: Frame, hovered: int, outline: Sequence[QPointF]
    ) -> None:
        """Paint the ring and label of the hovered row, and the outline being drawn."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if 0 <= hovered < len(self.canvas):
            self._paint_hovered(painter, frame, hovered)
        if outline:
            accent = QColor(frame.theme.accent)
            painter.setPen(QPen(accent, 1))
            accent.setAlphaF(0.1)
            painter.setBrush(accent)
            painter.drawPolygon(list(outline))

    def _paint_hovered(self, painter: QPainter, frame: Frame, row: int) -> None:
        rows = np.array([row])
        pixels, depth = frame.project(self.canvas.positions[rows])
        x, y = pixels[0]
        radius = float(self.canvas.size_of(rows)[0] / depth[0]) / 2 + 2.5
        painter.setPen(QPen(QColor(frame.theme.text), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, y), radius, radius)
        if row < len(self.labels.texts):
            text = self.labels.texts[row]
            width, height = text_size(text, frame.strong)
            left = min(x + radius + 4, frame.area.right() - width)
            corner = QPointF(left, y - height / 2)
            ground = QColor(frame.theme.ground)
            draw_text(painter, corner, text, frame.strong, QColor(frame.theme.text), ground)
