"""Painting of a picture that is dressed, with the lines above it, onto any device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from embedviz.core.drawing.raster import Image
from embedviz.gui.export.head import head_height, size_of, title_lines
from embedviz.gui.export.look import FigureLook
from embedviz.gui.export.point_layer import FigurePoints
from embedviz.gui.points.canvas import FILE_SCALE, Wanted
from embedviz.gui.points.frame import PADDING
from embedviz.gui.points.scene import ShownPoints, shown_points
from embedviz.gui.points.text import draw_line_of_text
from embedviz.gui.theme import GRID, theme_manager

Job = tuple[tuple[int, Wanted], Callable[[], Image]]


@runtime_checkable
class DrawnFinely(Protocol):
    """A widget that draws itself otherwise in a figure than on the screen, as points do."""

    is_in_figure: bool

    def render_anew(self) -> None:
        """Draw what does not depend on how the picture came about."""


def drawn_finely(picture: QWidget) -> list[DrawnFinely]:
    """Return the parts of a picture that draw themselves otherwise in a figure."""
    return [part for part in picture.findChildren(QWidget) if isinstance(part, DrawnFinely)]


def point_jobs(picture: QWidget, look: FigureLook, points: FigurePoints) -> list[Job]:
    """Return what draws the images of points of a dressed picture, to be done in any thread."""
    scale = look.scale if points.kind == "png" else FILE_SCALE
    jobs = []
    for view in shown_points(picture):
        if view.isVisible():
            frame = view.viewport.figure_frame(view.width(), view.height(), scale)
            jobs.append(points.job(view.scene.canvas, frame))
    return [job for job in jobs if job is not None]


def paint_figure(
    painter: QPainter, picture: QWidget, look: FigureLook, points: FigurePoints
) -> None:
    """Paint a figure of a dressed picture, as large as it is in CSS pixels."""
    theme, size = theme_manager.theme, size_of(picture, look)
    if not look.is_transparent:
        painter.fillRect(QRectF(0, 0, size.width(), size.height()), QColor(theme.ground))
    top = float(GRID)
    for (text, font), color in zip(title_lines(look), (theme.text, theme.muted), strict=False):
        painter.setFont(font)
        height = float(painter.fontMetrics().height())
        box = QRectF(PADDING, top, size.width() - 2 * PADDING, height)
        draw_line_of_text(painter, box, text, font, QColor(color))
        top += height
    painter.save()
    painter.translate(0, head_height(look))
    _render(picture, painter, look, points)
    painter.restore()


def _render(picture: QWidget, painter: QPainter, look: FigureLook, points: FigurePoints) -> None:
    """Paint a widget; lines of charts are told the resolution, points look at the painter."""
    charts = [part for part in picture.findChildren(QWidget) if hasattr(part, "set_resolution")]
    scale = look.scale if points.kind == "png" else 1.0
    for chart in charts:
        chart.set_resolution(scale)
    flags = QWidget.RenderFlag.DrawChildren
    if not look.is_transparent:
        flags |= QWidget.RenderFlag.DrawWindowBackground
    with _drawing_finely(picture, points):
        picture.render(painter, QPoint(), renderFlags=flags)
    for chart in charts:
        chart.set_resolution(chart.devicePixelRatioF())


@contextmanager
def _drawing_finely(picture: QWidget, points: FigurePoints) -> Iterator[None]:
    parts = drawn_finely(picture)
    for part in parts:
        part.is_in_figure = True
        if isinstance(part, ShownPoints):
            part.scene.canvas.figure = points
    try:
        yield
    finally:
        for part in parts:
            part.is_in_figure = False
            if isinstance(part, ShownPoints):
                part.scene.canvas.figure = None
