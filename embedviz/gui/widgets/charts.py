"""Small charts beside the pictures: calm axes, two colors, text that grows on a stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy

from embedviz.gui.theme import CAPTION_PIXELS, GRID, font, theme_manager, with_alpha

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


class OverlapChart(Chart):
    """Overlap with the full-length neighbors over prefix lengths, and where the slider stands.

    The first curve is the one that is judged; the others, thin, are what it is compared with.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, "dimensions kept", "mean overlap@10")
        plot = self.getPlotItem()
        plot.setLogMode(x=True, y=False)
        plot.getAxis("bottom").setTicks([[]])  # Before there is a curve, it has no lengths.
        self.setYRange(0, 1.0, padding=0.04)
        self._legend = plot.addLegend(offset=None)
        self._legend.setParentItem(plot)  # Beside the curves, which may be anywhere in the chart.
        self._legend.layout.setContentsMargins(GRID, 0, 0, 0)
        plot.geometryChanged.connect(self._place_legend)
        self._curves: list[pg.PlotDataItem] = []
        self._marker = pg.InfiniteLine(angle=90)
        self._dot = pg.ScatterPlotItem(size=11, useCache=False)
        for mark in (self._marker, self._dot):
            mark.setZValue(10)
            self.addItem(mark)
        self._points: tuple[NDArray[np.float64], NDArray[np.float64]] = (np.empty(0), np.empty(0))
        self.restyle()

    def restyle(self) -> None:
        """Take colors and type from the theme."""
        super().restyle()
        if not hasattr(self, "_points"):
            return
        theme = theme_manager.theme
        self._marker.setPen(self._pen(theme.accent, width=1, style=Qt.PenStyle.DashLine))
        self._dot.setBrush(QColor(theme.accent))
        self._dot.setPen(self._pen(theme.ground, width=2))
        self._legend.setLabelTextColor(theme.muted)
        self._legend.setLabelTextSize(f"{round(CAPTION_PIXELS * self._scale)}px")
        dashes = (Qt.PenStyle.SolidLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashLine)
        for place, curve in enumerate(self._curves):
            color = theme.muted if place else theme.after
            curve.setPen(self._pen(color, width=1.2 if place else 2.5, style=dashes[place % 3]))
            curve.setSymbolBrush(QColor(color))
        self._fit_legend()

    def _fit_legend(self) -> None:
        """Make room for the legend at the right of the curves."""
        self._legend.updateSize()
        room = self._legend.width() if self._curves else 0.0
        layout = self.getPlotItem().layout
        layout.setContentsMargins(0, _HALF_LINE, room, 0)
        layout.activate()  # Else when Qt comes to it, and a picture may be drawn before.
        self._place_legend()

    def _place_legend(self) -> None:
        self._legend.setPos(self.getPlotItem().width() - self._legend.width(), _HALF_LINE)

    def clear_curves(self) -> None:
        """Show no curve."""
        for curve in self._curves:
            self.removeItem(curve)
        self._curves = []
        self._points = (np.empty(0), np.empty(0))
        self._dot.setData([], [])
        self._fit_legend()

    def show_curves(
        self, dimensions: Sequence[int], overlaps: Mapping[str, ArrayLike], count: int = 10
    ) -> None:
        """Show other curves, the one that is judged first.

        Parameters
        ----------
        dimensions : sequence of int, length n_lengths
        overlaps : mapping of a name to an array of shape (n_lengths,)
            From 0 to 1; nothing is shown where they are NaN. A name may have several lines.
        count : int
            How many neighbors were compared.
        """
        self.clear_curves()
        self._titles["left"] = f"mean overlap@{count}"
        lengths = np.asarray(dimensions, float)
        if not np.isfinite(next(iter(overlaps.values()))).any():
            self.restyle()
            return
        for place, (name, curve) in enumerate(overlaps.items()):
            values = np.asarray(curve, float)
            # Symbols that are not cached as images stay vectors in a file.
            drawn = self.plot(
                lengths,
                values,
                name=name.replace("\n", "<br>"),
                symbol=None if place else "o",
                symbolSize=6,
                symbolPen=None,
                useCache=False,
                antialias=True,
            )
            drawn.setZValue(-place)
            self._curves.append(drawn)
        self._points = (lengths, np.asarray(next(iter(overlaps.values())), float))
        ticks = [(np.log10(k), f"{k:,}") for k in _spread(dimensions)]
        self.getPlotItem().getAxis("bottom").setTicks([ticks])
        self.setXRange(np.log10(lengths[0]), np.log10(lengths[-1]), padding=0.03)
        self.restyle()

    def show_marker(self, dimensions: int) -> float | None:
        """Mark a prefix length; return the overlap there, read off the first curve.

        None while there is no curve. Between two measured lengths, the line between them is
        read.
        """
        self._marker.setValue(np.log10(max(dimensions, 1)))
        lengths, overlaps = self._points
        self._marker.setVisible(bool(len(lengths)))
        if not len(lengths) or dimensions < lengths[0]:
            self._dot.setData([], [])
            return None
        overlap = float(np.interp(np.log10(dimensions), np.log10(lengths), overlaps))
        self._dot.setData([np.log10(dimensions)], [overlap])
        return overlap


def _spread(dimensions: Sequence[int]) -> list[int]:
    """Return the powers of two among the lengths, and the last one, which is the full length."""
    marks = [k for k in dimensions if k & (k - 1) == 0]
    full = dimensions[-1] if len(dimensions) else 1
    # The full length takes the place of a mark that it would be printed over.
    return [k for k in marks if k < full / 1.3] + [full]
