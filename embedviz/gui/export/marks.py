"""Marks that are painted into a file of vectors in the place of points, until these are put there.

In an SVG they are texts, in a PDF images of a few pixels, as large as what they stand for.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

_TEXT = "embedviz-points-{}"
_SIGNATURE = b"embedviz points "
MARK_WIDTH = len(_SIGNATURE) // 3 + 2
"""Of an image, in pixels; it is one pixel high."""
_MARK_BYTES = 3 * MARK_WIDTH


def text_mark(number: int) -> str:
    """Return the text that stands for a part of an SVG."""
    return _TEXT.format(number)


def paint_text_mark(painter: QPainter, number: int) -> None:
    """Paint what stands for a part of an SVG."""
    painter.setPen(QColor("black"))
    painter.drawText(QPointF(0, 0), text_mark(number))


def paint_image_mark(painter: QPainter, number: int, area: QRectF) -> None:
    """Paint what stands for a part of a PDF, as large as that will be."""
    text = (_SIGNATURE + b"%d" % number).ljust(_MARK_BYTES)
    image = QImage(text, MARK_WIDTH, 1, _MARK_BYTES, QImage.Format.Format_RGB888).copy()
    painter.save()
    # Or it would be a JPEG, from which its number could not be read.
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
    painter.drawImage(area, image)
    painter.restore()


def number_of_image(pixels: bytes) -> int | None:
    """Return the number of the part that an image stands for; None where it is no mark.

    Parameters
    ----------
    pixels : bytes
        Red, green and blue of each.
    """
    return int(pixels[len(_SIGNATURE) :]) if pixels.startswith(_SIGNATURE) else None
