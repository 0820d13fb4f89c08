"""Facts that every part of a picture of points needs to paint itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPolygonF
from shiboken6 import VoidPtr

from embedviz.core.drawing.camera import Camera, projected
from embedviz.core.drawing.extents import Extent
from embedviz.core.drawing.raster import Fog
from embedviz.gui.coloring.contrast import TEXT_CONTRAST, faded_into, readable_on
from embedviz.gui.theme import CAPTION_PIXELS, TEXT_PIXELS, Theme, font

PADDING = 12.0
"""Between the parts of a picture, and around it, in pixels."""
FOG_STRENGTH = 0.5
_GROWTH = 0.7
_FOG_DEPTH = 0.6
_FILLED_3D = 0.7
"""Of the picture, where all points of a cloud in 3-D are just in view."""


@dataclass(frozen=True)
class Frame:
    """One picture as it is being painted.

    Attributes
    ----------
    area : QRectF
        Where the points go, in the pixels of the painter.
    camera : Camera
    theme : Theme
    extent : Extent
        Of all that is shown, seen from the origin of the camera.
    text_scale : float
        Text against its usual size.
    device_scale : float
        Pixels of the device per pixel of the painter.
    is_moving : bool
        Another frame follows at once: quick rather than fine.
    room : QRectF or None
        Where names around the points may be, wider than the area; None: they are over the points.
    label_scale : float
        Labels against their usual size, beside that of all text.
    """

    area: QRectF
    camera: Camera
    theme: Theme
    extent: Extent = field(default_factory=Extent)
    text_scale: float = 1.0
    device_scale: float = 1.0
    is_moving: bool = False
    room: QRectF | None = None
    label_scale: float = 1.0

    @property
    def outer(self) -> QRectF:
        """The area with the names around it."""
        return self.area if self.room is None else self.room

    @property
    def name_scale(self) -> float:
        """The names of groups against their usual size."""
        return self.text_scale * self.label_scale

    @cached_property
    def of_axes(self) -> Frame:
        """The frame in which axes are drawn: around all names, where some are beside points.

        It is as high as the area, and both have the same middle.
        """
        if self.room is None:
            return self
        sides = (min(box.width(), box.height()) for box in (self.room, self.area))
        wide, narrow = sides
        camera = replace(self.camera, scale=self.camera.scale * wide / narrow)
        return replace(self, area=self.room, camera=camera, room=None)

    @property
    def aspect(self) -> float:
        """Width of the area over its height."""
        return self.area.width() / self.area.height()

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """The camera's matrix to pixels of the painter, from the corner of the area."""
        return self.camera.matrix(self.area.width(), self.area.height())

    @cached_property
    def zoom(self) -> float:
        """How many times as large things are as where all points are just in view."""
        corners = list(product(*zip(self.extent.low, self.extent.high, strict=True)))
        is_3d = self.camera.is_3d
        overview = Camera(is_3d=is_3d).fitted(corners, aspect=self.aspect).scale
        return overview * (_FILLED_3D if is_3d else 1.0) / self.camera.scale

    @cached_property
    def fog(self) -> Fog:
        """Fading of points toward the ground with distance, in 3-D.

        Over the middle six tenths of the depth of the box around all points: its corners are
        empty, and outliers should not take the contrast from the others.
        """
        toward = self.matrix[2]
        low, high = np.array(self.extent.low), np.array(self.extent.high)
        middle = float(toward[:3] @ (low + high) / 2 + toward[3])
        reach = float(np.abs(toward[:3]) @ (high - low)) / 2 * _FOG_DEPTH
        ground = QColor(self.theme.ground).rgba()
        return Fog(middle - reach, middle + reach, FOG_STRENGTH, ground)

    def project(self, points: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where points are, in pixels of the painter, and their distances from the eye.

        Parameters
        ----------
        points : array-like of shape (n, 2) or (n, 3)
            In the data.
        """
        given = np.atleast_2d(np.asarray(points, dtype=np.float64))
        return self.project_near(given - np.array(self.camera.origin)[: given.shape[1]])

    def project_near(self, points: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the same for points that are seen from the origin of the camera."""
        # By the matrix that is kept: dozens of times a frame, making it takes longer than all else.
        pixels, depth = projected(points, self.matrix)
        return pixels + np.array([self.area.left(), self.area.top()]), depth

    def point(self, position: ArrayLike) -> QPointF:
        """Return where one point is, in pixels of the painter; NaN when behind the eye."""
        x, y = self.project(np.asarray(position)[np.newaxis])[0][0]
        return QPointF(x, y)

    @cached_property
    def small(self) -> QFont:
        """The font of captions, axes and ordinary labels."""
        return font(CAPTION_PIXELS * self.text_scale)

    @cached_property
    def strong(self) -> QFont:
        """The font of what was chosen."""
        return font(TEXT_PIXELS * self.text_scale, semibold=True)

    @cached_property
    def space(self) -> float:
        """How far texts in one line are apart, in pixels, lest they read as one word."""
        return QFontMetricsF(self.strong).horizontalAdvance(" ")

    @cached_property
    def heading(self) -> QFont:
        """The font of small headings."""
        return font(CAPTION_PIXELS * self.text_scale, semibold=True)

    def toned(self, color: QColor | str) -> QColor:
        """Return a color for text that is dark enough to read on light ground, or light enough."""
        ground, text = QColor(self.theme.ground), QColor(self.theme.text)
        return readable_on(QColor(color), ground, text, part=0.35)

    def faint(self, color: QColor, part: float, least: float = TEXT_CONTRAST) -> QColor:
        """Return a color of text with this part of the ground in it, as far as it stays readable.

        See `contrast.faded_into`.
        """
        return faded_into(color, QColor(self.theme.ground), part, least)

    @property
    def point_scale(self) -> float:
        """Size of points and their rings against the usual: they grow less than text."""
        return float(self.text_scale**_GROWTH)

    def text(self, pixels: float) -> float:
        """Return a length that grows with the text."""
        return pixels * self.text_scale


def polygon_of(pixels: NDArray[np.float64]) -> QPolygonF:
    """Return the points of a line or an outline, (n, 2), as Qt takes them."""
    polygon = QPolygonF()
    if len(pixels):
        polygon.resize(len(pixels))
        # Into its memory: made of a list of points, a line of a hundred takes 30 times as long.
        start: Any = polygon.data()
        memory: Any = cast(Any, VoidPtr)(start, 2 * 8 * len(pixels), True)
        np.frombuffer(memory, np.float64).reshape(-1, 2)[:] = pixels
    return polygon
