"""Points of a figure: an image that may be drawn in another thread, or discs that stay vectors.

Up to `MOST_VECTORS` points of a view are discs in SVG and PDF; more are one image, of 300 dpi,
while all else stays lines and text. Measured with points of seven colors that have rims: 20,000
are 2.1 MB of SVG and rsvg-convert draws them in 0.9 s; 100,000 would be 10 MB, which browsers
take seconds for at every scroll, and an image of them is not to be told from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from embedviz.core.drawing.raster import Image
from embedviz.gui.export.discs import Part, PlacedDiscs, PlacedImage, discs_of
from embedviz.gui.export.look import Kind
from embedviz.gui.export.marks import paint_image_mark, paint_text_mark
from embedviz.gui.points.canvas import PointCanvas, Wanted, draw_image, drawing_of, wanted_image
from embedviz.gui.points.frame import Frame

MOST_VECTORS = 20_000


@dataclass
class FigurePoints:
    """Painter of points into one figure.

    Attributes
    ----------
    kind : {"png", "svg", "pdf"}
    images : dict
        What was drawn before, by canvas and what it depends on.
    parts : list of Part
        Of a file of vectors, to be put where their marks are.
    """

    kind: Kind
    images: dict[tuple[int, Wanted], Image] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)

    def has_vectors(self, canvas: PointCanvas) -> bool:
        """Return whether the points of a canvas become discs."""
        return self.kind != "png" and not canvas.is_density and canvas.n_placed <= MOST_VECTORS

    def job(
        self, canvas: PointCanvas, frame: Frame
    ) -> tuple[tuple[int, Wanted], Callable[[], Image]] | None:
        """Return what draws the image of a canvas, with its key; None where there is none."""
        if not len(canvas) or self.has_vectors(canvas):
            return None
        return (id(canvas), wanted_image(canvas, frame)), drawing_of(canvas, frame)

    def paint(self, painter: QPainter, canvas: PointCanvas, frame: Frame) -> None:
        """Paint the points of a canvas into the area of a frame."""
        area = frame.area
        if self.has_vectors(canvas):
            discs = discs_of(canvas.drawn_points(frame), frame)
            place = area.left(), area.top(), area.width(), area.height()
            self._mark(painter, PlacedDiscs(discs, *place))
            return
        key = id(canvas), wanted_image(canvas, frame)
        image = self.images.pop(key, None)
        if image is None:
            image = drawing_of(canvas, frame)()
        if self.kind == "png":
            draw_image(painter, frame, image)
            return
        scale = frame.device_scale
        height, width = image.shape
        place = area.left(), area.top(), width / scale, height / scale
        self._mark(painter, PlacedImage(image, *place))

    def _mark(self, painter: QPainter, part: Part) -> None:
        if self.kind == "svg":
            paint_text_mark(painter, len(self.parts))
        else:
            area = QRectF(part.left, part.top, part.width, part.height)
            paint_image_mark(painter, len(self.parts), area)
        self.parts.append(part)
