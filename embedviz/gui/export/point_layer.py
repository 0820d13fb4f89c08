"""Points of a figure: an image that may be drawn in another thread, or discs that stay vectors.

Up to `MOST_VECTORS` points of a view are discs in SVG and PDF; more are one image, of 300 dpi,
while all else stays lines and text. Measured with points of seven colors that have rims: 20,000
are 2.1 MB of SVG and rsvg-convert draws them in 0.9 s; 100,000 would be 10 MB, which browsers
take seconds for at every scroll, and an image of them is not to be told from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath

from embedviz.core.drawing.raster import Image
from embedviz.gui.export.discs import Discs, discs_of
from embedviz.gui.export.look import Kind
from embedviz.gui.points.canvas import PointCanvas, Wanted, draw_image, drawing_of, wanted_image
from embedviz.gui.points.frame import Frame

MOST_VECTORS = 20_000
_MARK = "embedviz-points-{}"


@dataclass(frozen=True)
class PlacedImage:
    """Image of points, and where it is in the pixels of the painter.

    Attributes
    ----------
    pixels : uint32 array (height, width)
        0xAARRGGBB, premultiplied.
    left, top, width, height : float
    """

    pixels: Image
    left: float
    top: float
    width: float
    height: float


Part = PlacedImage | list[Discs]
"""What stands for the points of one view in an SVG."""


@dataclass
class FigurePoints:
    """Painter of points into one figure.

    Attributes
    ----------
    kind : {"png", "svg", "pdf"}
    images : dict
        What was drawn before, by canvas and what it depends on.
    parts : list of Part
        Of an SVG, to be put where the texts of `mark_of` are.
    """

    kind: Kind
    images: dict[tuple[int, Wanted], Image] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)

    def has_vectors(self, canvas: PointCanvas) -> bool:
        """Return whether the points of a canvas become discs."""
        if self.kind == "png" or canvas.is_density or canvas.n_placed > MOST_VECTORS:
            return False
        # In PDF, many translucent discs cannot be made fainter all together.
        return not (self.kind == "pdf" and canvas.drawn_highlights.dim_others)

    def job(
        self, canvas: PointCanvas, frame: Frame
    ) -> tuple[tuple[int, Wanted], Callable[[], Image]] | None:
        """Return what draws the image of a canvas, with its key; None where there is none."""
        if not len(canvas) or self.has_vectors(canvas):
            return None
        return (id(canvas), wanted_image(canvas, frame)), drawing_of(canvas, frame)

    def paint(self, painter: QPainter, canvas: PointCanvas, frame: Frame) -> None:
        """Paint the points of a canvas into the area of a frame."""
        if self.has_vectors(canvas):
            discs = discs_of(canvas.drawn_points(frame), frame)
            if self.kind == "svg":
                self._mark(painter, discs)
            else:
                draw_discs(painter, discs)
            return
        key = id(canvas), wanted_image(canvas, frame)
        image = self.images.pop(key, None)
        if image is None:
            image = drawing_of(canvas, frame)()
        if self.kind == "svg":
            area, scale = frame.area, frame.device_scale
            height, width = image.shape
            place = area.left(), area.top(), width / scale, height / scale
            self._mark(painter, PlacedImage(image, *place))
            return
        painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
        draw_image(painter, frame, image)

    def _mark(self, painter: QPainter, part: Part) -> None:
        painter.setPen(QColor("black"))
        painter.drawText(QPointF(0, 0), mark_of(len(self.parts)))
        self.parts.append(part)


def mark_of(number: int) -> str:
    """Return the text that stands for a part of an SVG until that is put there."""
    return _MARK.format(number)


def draw_discs(painter: QPainter, discs: list[Discs]) -> None:
    """Draw discs as vectors, one over the other."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    for each in discs:
        width = each.edge.width
        rim = QColor.fromRgba(each.edge.color)
        before: int | None = None
        colors = each.colors.tolist()
        places = zip(each.x.tolist(), each.y.tolist(), each.radius.tolist(), colors, strict=True)
        for x, y, radius, color in places:
            if color != before or width:
                painter.setBrush(QColor.fromRgba(color))
                before = color
            middle, inner = QPointF(x, y), max(radius - width, 0.0)
            painter.drawEllipse(middle, inner, inner)
            if width:
                ring = QPainterPath()
                ring.addEllipse(middle, radius, radius)
                ring.addEllipse(middle, inner, inner)
                painter.setBrush(rim)
                painter.drawPath(ring)
    painter.restore()
