"""Text on a picture, readable on whatever is under it.

A halo is the outline of the letters, drawn broadly in the color of the ground. Drawing one takes
a tenth of a millisecond, which a hundred labels that move cannot afford, so on a screen or a
pixel image every text is drawn once and its image is kept. In a vector file it stays text.
"""

from __future__ import annotations

from collections import OrderedDict
from html import escape
from math import ceil
from threading import Lock

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPen,
)

from embedviz.core import wording

LONGEST = 40
"""Longer labels are cut to this many characters."""
_LONGEST_TIP = 120
KEPT_BYTES = 16 << 20
"""Of images of texts: thousands of usual labels, and hundreds as large as a talk has them."""
HALO = 4.0
"""Width of the halo, in pixels for text of 11 pixels."""

Align = Qt.AlignmentFlag


def is_pixel_device(painter: QPainter) -> bool:
    """Return whether a painter ends in pixels, not in a file of lines and text."""
    return painter.paintEngine().type() == QPaintEngine.Type.Raster


def scale_of(painter: QPainter) -> float:
    """Return how many pixels of the device one pixel of the painter is."""
    device = painter.deviceTransform()
    return max(abs(device.m11()), abs(device.m12()), 1e-3)


def text_size(text: str, font: QFont) -> tuple[float, float]:
    """Return the width and height of a line of text, in pixels."""
    metrics = QFontMetricsF(font)
    return metrics.horizontalAdvance(text), metrics.height()


def draw_text(
    painter: QPainter,
    corner: QPointF,
    text: str,
    font: QFont,
    color: QColor,
    halo: QColor | None = None,
) -> None:
    """Draw a line of text whose box has this upper left corner.

    Parameters
    ----------
    halo : QColor, optional
        Drawn around the letters, so that they stay readable on points.
    """
    if halo is None or not is_pixel_device(painter):
        _draw_with_halo(painter, corner, text, font, color, halo)
        return
    scale = scale_of(painter)
    image = images.image_of(text, font.toString(), color.rgba(), halo.rgba(), scale)
    # On whole pixels of the device, or the letters would be blurred.
    left = round((corner.x() - _border(font)) * scale) / scale
    top = round((corner.y() - _border(font)) * scale) / scale
    painter.drawImage(QPointF(left, top), image)


def draw_line_of_text(
    painter: QPainter,
    box: QRectF,
    text: str,
    font: QFont,
    color: QColor,
    align: Qt.AlignmentFlag = Align.AlignLeft,
) -> None:
    """Draw a line of text in a box, shortened with … where it is too long.

    Facts with " · " between them are left out whole: half of a number would be another number.
    """
    painter.setFont(font)
    painter.setPen(color)
    metrics = QFontMetricsF(font)
    facts = wording.with_controls(text).split(" · ")
    text = " · ".join(facts)
    while len(facts) > 2 and metrics.horizontalAdvance(text) > box.width():
        facts.pop()
        text = " · ".join([*facts, "…"])
    shortened = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, align | Align.AlignVCenter | Qt.TextFlag.TextSingleLine, shortened)


def _draw_with_halo(
    painter: QPainter,
    corner: QPointF,
    text: str,
    font: QFont,
    color: QColor,
    halo: QColor | None,
) -> None:
    baseline = QPointF(corner.x(), corner.y() + QFontMetricsF(font).ascent())
    if halo is not None:
        outline = QPainterPath()
        outline.addText(baseline, font, text)
        pen = QPen(halo, _halo_width(font))
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(outline)
    painter.setFont(font)
    painter.setPen(color)
    painter.drawText(baseline, text)


class TextImages:
    """Images of texts that were drawn last, within a limit of memory.

    Attributes
    ----------
    n_bytes : int
        Of the images that are kept; at most `KEPT_BYTES`, or a single larger one.
    """

    def __init__(self) -> None:
        self.n_bytes = 0
        self._kept: OrderedDict[tuple[str, str, int, int, float], QImage] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def image_of(self, text: str, font_name: str, color: int, halo: int, scale: float) -> QImage:
        """Return a text with its halo, drawn once.

        Parameters
        ----------
        font_name : str
            As `QFont.toString` gives it.
        color, halo : int
            As `QColor.rgba` gives them.
        scale : float
            Pixels of the device per unit.
        """
        key = (text, font_name, color, halo, scale)
        with self._lock:
            image = self._kept.get(key)
            if image is None:
                image = self._kept[key] = _image_of(*key)
                self.n_bytes += image.sizeInBytes()
            self._kept.move_to_end(key)
            while self.n_bytes > KEPT_BYTES and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                self.n_bytes -= dropped.sizeInBytes()
        return image


images = TextImages()


def _image_of(text: str, font_name: str, color: int, halo: int, scale: float) -> QImage:
    font = QFont()
    font.fromString(font_name)
    width, height = text_size(text, font)
    border = _border(font)
    size = ceil((width + 2 * border) * scale), ceil((height + 2 * border) * scale)
    image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    image.fill(0)
    corner, colors = QPointF(border, border), (QColor.fromRgba(color), QColor.fromRgba(halo))
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _draw_with_halo(painter, corner, text, font, *colors)
    return image


def _halo_width(font: QFont) -> float:
    return HALO * font.pixelSize() / 11


def _border(font: QFont) -> float:
    return ceil(_halo_width(font) / 2) + 1


def one_line(text: str) -> str:
    """Return a text in one line, not too long."""
    line = wording.one_line(str(text))
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "\u2026"


def as_tooltip(text: str) -> str:
    """Return a text as a tooltip takes it: markup in it is shown, and long lines are wrapped."""
    if len(text) <= _LONGEST_TIP and "<" not in text:
        return text
    return f"<p>{escape(text).replace(chr(10), '<br>')}</p>"
