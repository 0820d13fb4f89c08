"""What every part of a picture of points needs to know to paint itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont

from embedviz.core.camera import Camera
from embedviz.gui.theme import CAPTION_PIXELS, TEXT_PIXELS, Theme, font


@dataclass(frozen=True)
class Frame:
    """One picture as it is being painted.

    Attributes
    ----------
    area : QRectF
        Where the points go, in the pixels of the painter.
    camera : Camera
    theme : Theme
    text_scale : float
        Text against its usual size.
    device_scale : float
        Pixels of the device per pixel of the painter.
    is_moving : bool
        Another frame follows at once: quick rather than fine.
    """

    area: QRectF
    camera: Camera
    theme: Theme
    text_scale: float = 1.0
    device_scale: float = 1.0
    is_moving: bool = False

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """The camera's matrix to pixels of the painter, from the corner of the area."""
        return self.camera.matrix(self.area.width(), self.area.height())

    def project(self, points: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where points are, in pixels of the painter, and their distances from the eye."""
        pixels, depth = self.camera.project(points, self.area.width(), self.area.height())
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
    def strong_small(self) -> QFont:
        """The font of small headings."""
        return font(CAPTION_PIXELS * self.text_scale, semibold=True)

    def text(self, pixels: float) -> float:
        """Return a length that grows with the text."""
        return pixels * self.text_scale
