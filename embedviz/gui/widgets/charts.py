"""Small charts beside the pictures: calm axes, two colors, text that grows on a stage."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy

from embedviz.gui.theme import CAPTION_PIXELS, font, theme_manager, with_alpha

_HALF_LINE = 6
AXIS_ROOM = {"bottom": 40, "left": 46}
"""Height and width of an axis with its title, in pixels."""


class Chart(pg.PlotWidget):  # type: ignore[misc]
    """Axes without a frame, that cannot be dragged about: everything is always in view."""

    def __init__(self, name: str, bottom: str, left: str | None) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(bottom)
        self._titles = {"bottom": bottom, "left": left}
        self._scale = 1.0
        self._resolution = 1.0
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.setContentsMargins(0, _HALF_LINE, 0, 0)  # Of the topmost number.
        plot.setMenuEnabled(False)
        plot.getViewBox().setMouseEnabled(x=False, y=False)
        if left is None:
            plot.hideAxis("left")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setFrameShape(self.Shape.NoFrame)
        self.setCacheMode(self.CacheModeFlag.CacheNone)  # In a file, it would be an image.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        theme_manager.changed.connect(self.restyle)
        self.restyle()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return a wide and low shape."""
        return QSize(320, 150)

    def set_text_scale(self, scale: float) -> None:
        """Show larger text, for a stage."""
        self._scale = scale
        self.restyle()

    def set_resolution(self, pixels: float) -> None:
        """Draw lines so many times wider: their widths are counted in pixels of the device."""
        self._resolution = pixels
        self.restyle()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Draw lines as wide as the screen asks for."""
        super().showEvent(event)
        self.set_resolution(self.devicePixelRatioF())

    def _pen(
        self, color: str, width: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine
    ) -> QPen:
        pen: QPen = pg.mkPen(color, width=width * self._resolution, style=style)
        return pen

    def restyle(self) -> None:
        """Take colors and type from the theme."""
        theme = theme_manager.theme
        self.setBackground(theme.ground)
        small = font(CAPTION_PIXELS * self._scale)
        for side, title in self._titles.items():
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(self._pen(theme.hairline))
            axis.setTextPen(pg.mkPen(theme.muted))
            axis.setTickFont(small)
            axis.setStyle(tickLength=4, maxTickLevel=0)
            # By itself, pyqtgraph makes room only after it has painted text that needs it.
            room = round(AXIS_ROOM[side] * self._scale)
            if side == "bottom":
                axis.setHeight(room)
            else:
                axis.setWidth(room)
            if title:
                style = {
                    "color": theme.muted,
                    "font-size": f"{round(CAPTION_PIXELS * self._scale)}px",
                }
                axis.setLabel(title, **style)
        self._fit_titles()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave out the title of the upright axis where the chart is lower than it is long."""
        super().resizeEvent(event)
        if hasattr(self, "_titles"):  # Qt gives it a size before it has any.
            self._fit_titles()

    def _fit_titles(self) -> None:
        if title := self._titles["left"]:
            small = font(CAPTION_PIXELS * self._scale)
            room = self.height() - AXIS_ROOM["bottom"] * self._scale
            fits = room >= QFontMetricsF(small).horizontalAdvance(title)
            self.getPlotItem().getAxis("left").showLabel(fits)


class CosineHistogram(Chart):
    """Histogram of the cosines of sampled pairs, before and after."""

    EDGES = np.linspace(-1, 1, 81)

    def __init__(self, name: str) -> None:
        super().__init__(name, "cosine of two rows, seeded pairs", None)
        self.setXRange(-1, 1, padding=0.01)
        self._before = self.plot([], [], stepMode="center", fillLevel=0, antialias=True)
        self._after = self.plot([], [], stepMode="center", fillLevel=0, antialias=True)
        self._means = [pg.InfiniteLine(angle=90) for _ in range(2)]
        for line in self._means:
            self.addItem(line)
        self.restyle()

    def restyle(self) -> None:
        """Take colors and type from the theme."""
        super().restyle()
        if not hasattr(self, "_means"):
            return
        curves = zip((self._before, self._after), self._means, ("before", "after"), strict=True)
        for curve, line, role in curves:
            color = getattr(theme_manager.theme, role)
            curve.setPen(self._pen(color, width=1.5))
            curve.setBrush(with_alpha(color, 0.16))
            line.setPen(self._pen(color, width=1, style=Qt.PenStyle.DashLine))

    def show_before(self, cosines: ArrayLike, mean: float) -> None:
        """Show the cosines of the set as it is."""
        self._show(self._before, self._means[0], cosines, mean)

    def show_after(self, cosines: ArrayLike, mean: float) -> None:
        """Show the cosines of the whitened set."""
        self._show(self._after, self._means[1], cosines, mean)

    def _show(
        self, curve: pg.PlotDataItem, line: pg.InfiniteLine, cosines: ArrayLike, mean: float
    ) -> None:
        counts, _ = np.histogram(np.asarray(cosines), bins=self.EDGES)
        curve.setData(self.EDGES, counts / max(counts.sum(), 1))
        line.setVisible(bool(np.isfinite(mean)))  # There is no mean over no pairs.
        if np.isfinite(mean):
            line.setValue(mean)
