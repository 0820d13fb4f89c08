"""The spectrum on a logarithmic scale, before and after; a click keeps so many axes."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent

from embedviz.gui.charts.drawn_widget import DrawnWidget, width_of
from embedviz.gui.charts.numbers import percent, raised
from embedviz.gui.charts.plot_frame import (
    NamedLine,
    PlacedLine,
    PlotFrame,
    area_below,
    dashed,
    draw_key,
    draw_lower_axis,
    draw_upright_axis,
    draw_upright_line,
    place_key,
    solid,
    whole_ticks,
)
from embedviz.gui.theme import theme_manager, with_alpha
from embedviz.panes.anisotropy.spectrum.shares import Floats, SpectrumShares

_MOST = 0.9
"""Share of the variance whose number of axes is told."""
_DEEPEST = -9.0
"""Power of ten below which nothing is drawn, as a share."""


class SpectrumChart(DrawnWidget):
    """Share of the variance along each principal axis; the mouse reads it, a press chooses.

    Signals
    -------
    pressed, released : ()
        The mouse begins to choose, and ends.
    count_chosen : (int,)
        Keep so many axes: up to the one under the mouse.
    """

    pressed = Signal()
    released = Signal()
    count_chosen = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__(name, "Variance of each principal axis", size=(360, 150), least=(200, 84))
        self._shares: SpectrumShares | None = None
        self._source = ""
        self._hovered: int | None = None
        self.setMouseTracking(True)
        self.setToolTip("Click to keep the axes up to there.")

    def show_shares(self, shares: SpectrumShares, source: str = "") -> None:
        """Show another spectrum.

        Parameters
        ----------
        shares : SpectrumShares
        source : str
            Of which rows it is, where they are not all of the set.
        """
        self._shares, self._source = shares, source
        if self._hovered is not None and self._hovered >= len(shares.before):
            self._hovered = None
        if shares.before.any():
            self.show_message("")
            self.setAccessibleDescription(f"{self.heading}. {', '.join(self.readings)}")
        else:
            self.show_message("There is no variance: the rows are all equal, or there is one.")

    def clear(self, message: str) -> None:
        """Show none, and say why."""
        self._shares, self._hovered = None, None
        self.show_message(message)

    @property
    def shares(self) -> SpectrumShares | None:
        """What is shown."""
        return self._shares

    @property
    def heading(self) -> str:
        """What is shown, or the axis under the mouse with its share."""
        shares = self._shares
        if shares is None:
            return ""
        if self._hovered is None:
            of = f" of {self._source}" if self._source else ""
            needed = shares.needed_for(_MOST)
            return f"Variance of each principal axis{of}: 90 % in the first {needed:,}"
        place = self._hovered
        state = "" if shares.first <= place < shares.last else ", removed"
        return (
            f"Axis {place + 1:,} of {shares.dimensions:,}{state}: "
            f"{percent(shares.before[place])} of the variance, "
            f"{percent(shares.so_far[place])} so far"
        )

    @property
    def short_heading(self) -> str:
        """The same in fewer words."""
        shares = self._shares
        if shares is None:
            return ""
        if self._hovered is None:
            return f"Variance: 90 % in {shares.needed_for(_MOST):,} axes"
        place = self._hovered
        so_far = percent(shares.so_far[place])
        return f"Axis {place + 1:,}: {percent(shares.before[place])}, {so_far} so far"

    @property
    def readings(self) -> list[str]:
        """What is written beside the sample of each line."""
        shares = self._shares
        if shares is None:
            return []
        kept = shares.last - shares.first
        after = f"after, {kept:,} of {shares.dimensions:,} kept"
        if self._hovered is not None:
            after = f"after {percent(shares.after[self._hovered])}"
        return ["before", after, "least that counts"]

    def key(self) -> list[PlacedLine]:
        """Return what is written above, and where."""
        theme = theme_manager.theme
        pens = solid(theme.before), solid(theme.after), dashed(theme.muted, 1.0, (2, 3))
        shorter = self.readings
        shorter[1:] = [shorter[1].split(",")[0], "floor"]
        lines = [NamedLine(*each) for each in zip(self.readings, shorter, pens, strict=True)]
        if self.frame_range()[0] > self._floor_height:
            lines = lines[:2]
        entries = [NamedLine(self.heading, self.short_heading), *lines]
        return place_key(entries, self.width(), self.small(), self.line_height())

    @property
    def _floor_height(self) -> float:
        assert self._shares is not None
        return math.log10(self._shares.floor) if self._shares.floor > 0 else -math.inf

    def frame_range(self) -> tuple[float, float]:
        """Return the ends of the upright axis: powers of ten of a share."""
        assert self._shares is not None
        found = np.concatenate([self._shares.before, self._shares.after])
        found = np.log10(found[found > 0])
        low = max(float(found.min(initial=0.0)), _DEEPEST)
        # The line of the least that counts is not worth a half of the chart.
        if low <= self._floor_height + 1:
            low = max(low, self._floor_height - 1)
        return low - 0.15, min(float(found.max(initial=-9.0)) + 0.15, 0.02)

    def frame(self) -> PlotFrame:
        """Return where axes and shares are; the first axis is 1."""
        assert self._shares is not None
        low, high = self.frame_range()
        texts = [text for _, text in _powers(low, high)]
        left = max([width_of(text, self.small()) for text in texts], default=0.0) + 9
        size = float(self.width()), float(self.height())
        area = area_below(self.key(), size, self.line_height(), left)
        count = max(len(self._shares.before), 2)
        return PlotFrame(area, 0.5, count + 0.5, low, high)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the chart."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.message or self._shares is None:
                self.draw_message(painter)
                return
            frame, small, line = self.frame(), self.small(), self.line_height()
            draw_key(painter, self.key(), small, line)
            powers = _powers(frame.low, frame.high)
            most = frame.area.height() / max(1.2 * line, 1.0)
            powers = powers[:: max(1, math.ceil(len(powers) / max(most, 1.0)))]
            draw_upright_axis(painter, frame, powers, small, line)
            count = len(self._shares.before)
            ticks = whole_ticks(1, count, frame.area.width(), lambda text: width_of(text, small))
            draw_lower_axis(painter, frame, ticks, small, line)
            painter.setClipRect(frame.area.adjusted(-2, -2, 2, 1))
            self._draw_removed(painter, frame)
            theme = theme_manager.theme
            painter.setPen(dashed(theme.muted, 1.0, (2, 3)))
            if self._floor_height >= frame.low:
                y = float(frame.y_of(self._floor_height))
                painter.drawLine(QPointF(frame.area.left(), y), QPointF(frame.area.right(), y))
            _draw_spectrum(painter, frame, self._shares.after, theme.after)
            _draw_spectrum(painter, frame, self._shares.before, theme.before)
            if self._hovered is not None:
                pen = solid(theme.muted, 1)
                draw_upright_line(painter, frame, self._hovered + 1, pen)

    def _draw_removed(self, painter: QPainter, frame: PlotFrame) -> None:
        """Put a veil over the axes that are not kept, and a line at the last one that is."""
        assert self._shares is not None
        veil = with_alpha(theme_manager.theme.muted, 0.14)
        edges = (frame.left, self._shares.first + 0.5), (self._shares.last + 0.5, frame.right)
        for low, high in edges:
            left, right = float(frame.x_of(low)), float(frame.x_of(high))
            if right > left:
                box = QRectF(left, frame.area.top(), right - left, frame.area.height())
                painter.fillRect(box, veil)
        accent = solid(theme_manager.theme.accent, 1.4)
        draw_upright_line(painter, frame, self._shares.last + 0.5, accent)

    def _place_at(self, place: QPointF) -> int | None:
        """Return the axis under the mouse, from 0; None beside the chart."""
        if self.message or self._shares is None:
            return None
        frame = self.frame()
        if not frame.area.adjusted(-8, -4, 12, 24).contains(place):
            return None
        found = round(frame.value_at(place.x())) - 1
        return min(max(found, 0), len(self._shares.before) - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Read the axis under the mouse; choose it while the button is down."""
        place = self._place_at(event.position())
        if place != self._hovered:
            self._hovered = place
            self.update()
            if place is not None and event.buttons() & Qt.MouseButton.LeftButton:
                self._choose(place)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Read none."""
        if self._hovered is not None:
            self._hovered = None
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the axes up to the one under the mouse."""
        place = self._place_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()
            self._choose(place)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose no longer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.released.emit()

    def _choose(self, place: int) -> None:
        assert self._shares is not None
        self.count_chosen.emit(max(place + 1 - self._shares.first, 1))


def _powers(low: float, high: float) -> list[tuple[float, str]]:
    """Return the powers of ten between two, from the top, and the shares that they are."""
    powers = range(math.floor(high), math.ceil(low) - 1, -1)
    return [(float(p), _power_text(p + 2)) for p in powers]


def _power_text(power: int) -> str:
    return f"{10.0**power:g} %" if power >= -2 else f"10{raised(power)} %"


def _draw_spectrum(painter: QPainter, frame: PlotFrame, shares: Floats, color: str) -> None:
    there = np.flatnonzero(shares > 0)
    if not len(there):
        return
    heights = np.log10(shares[there])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(solid(color))
    if len(there) == 1:
        painter.setBrush(with_alpha(color, 1.0))
        place = QPointF(float(frame.x_of(there[0] + 1)), float(frame.y_of(heights[0])))
        painter.drawEllipse(place, 2.5, 2.5)
        return
    painter.drawPolyline(frame.polygon(there + 1, np.maximum(heights, frame.low - 1)))
