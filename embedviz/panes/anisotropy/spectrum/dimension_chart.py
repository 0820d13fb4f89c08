"""Each dimension of a set: its part in the mean cosine, or its mean and standard deviation."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen

from embedviz.core.drawing.ticks import tick_step, tick_text, tick_values
from embedviz.core.isotropy.dimensions import DimensionProfile
from embedviz.gui.charts.drawn_widget import Align, DrawnWidget, width_of
from embedviz.gui.charts.numbers import number_text, percent
from embedviz.gui.charts.plot_frame import (
    NamedLine,
    PlacedLine,
    PlotFrame,
    Ticks,
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
from embedviz.gui.theme import theme_manager
from embedviz.panes.anisotropy.spectrum.settings import MeasureOfDimensions
from embedviz.panes.anisotropy.spectrum.shares import Floats

_MOST_NAMES = 8


class DimensionChart(DrawnWidget):
    """A bar for each dimension; rogue ones stand out and have their number; the mouse reads one."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "Dimensions of the set", size=(360, 150), least=(200, 84))
        self._profile: DimensionProfile | None = None
        self._measure: MeasureOfDimensions = "share"
        self._left_out = False
        self._hovered: int | None = None
        self.setMouseTracking(True)

    def show_profile(
        self, profile: DimensionProfile, measure: MeasureOfDimensions, *, left_out: bool
    ) -> None:
        """Show the dimensions of a set.

        Parameters
        ----------
        profile : DimensionProfile
        measure : {"share", "spread"}
        left_out : bool
            Whether rogue dimensions are left out, and so are drawn as what is not there.
        """
        self._profile, self._measure, self._left_out = profile, measure, left_out
        if self._hovered is not None and self._hovered >= len(profile.means):
            self._hovered = None
        problem = _why_nothing(profile, measure)
        self.show_message(problem)
        if not problem:
            self.setAccessibleDescription(self.heading)

    def clear(self, message: str) -> None:
        """Show nothing, and say why."""
        self._profile, self._hovered = None, None
        self.show_message(message)

    @property
    def heading(self) -> str:
        """What is shown, or the numbers of the dimension under the mouse."""
        if self._profile is None:
            return ""
        if self._hovered is not None:
            return describe_dimension(self._profile, self._hovered)
        count = len(self._profile.means)
        if self._measure == "share":
            return f"Share of the mean cosine, before; even: {percent(1 / count)} each"
        return "Mean and standard deviation of each dimension, before"

    def key(self) -> list[PlacedLine]:
        """Return what is written above, and where."""
        entries = [NamedLine(self.heading, self._short_heading())]
        if self._profile is not None and len(self._profile.outliers):
            words = "rogue dimensions, left out" if self._left_out else "rogue dimensions"
            shorter = "left out" if self._left_out else "rogue"
            entries.append(NamedLine(words, shorter, self._pen(is_rogue=True)))
        return place_key(entries, self.width(), self.small(), self.line_height())

    def _short_heading(self) -> str:
        if self._profile is not None and self._hovered is not None:
            return describe_dimension(self._profile, self._hovered, is_short=True)
        return "Share of the mean cosine" if self._measure == "share" else "Mean and SD"

    def _pen(self, *, is_rogue: bool) -> QPen:
        theme = theme_manager.theme
        if not is_rogue:
            return solid(theme.muted, 1.2)
        color = theme.ink(theme.before)
        return dashed(color, 1.6, (1.2, 1.2)) if self._left_out else solid(color, 2.4)

    def _ends(self) -> tuple[float, float]:
        profile = self._profile
        assert profile is not None
        if self._measure == "share":
            values = profile.shares
            low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
        else:
            spread = np.sqrt(profile.variances)
            low = float((profile.means - spread).min(initial=0.0))
            high = float((profile.means + spread).max(initial=0.0))
        room = 0.04 * (high - low) or 1.0
        return (low - room if low < 0 else 0.0), high + room

    def frame(self) -> PlotFrame:
        """Return where dimensions, from 0, and values are."""
        assert self._profile is not None
        low, high = self._ends()
        line, small = self.line_height(), self.small()
        size = float(self.width()), float(self.height())
        area = area_below(self.key(), size, line, 0.0)
        ticks = self._upright(low, high, area.height())
        area.setLeft(max([width_of(text, small) for _, text in ticks], default=0.0) + 9)
        area.setTop(area.top() + 0.7 * line)  # Of the numbers above the bars.
        return PlotFrame(area, -0.5, max(len(self._profile.means), 2) - 0.5, low, high)

    def _upright(self, low: float, high: float, height: float) -> Ticks:
        step = tick_step(max((high - low) * 1.6 * self.line_height() / max(height, 1.0), 1e-300))
        if self._measure == "share":
            return [
                (v, f"{tick_text(100 * v, 100 * step)} %") for v in tick_values(low, high, step)
            ]
        return [(v, tick_text(v, step)) for v in tick_values(low, high, step)]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the chart."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.message or self._profile is None:
                self.draw_message(painter)
                return
            frame, small, line = self.frame(), self.small(), self.line_height()
            draw_key(painter, self.key(), small, line)
            ticks = self._upright(frame.low, frame.high, frame.area.height())
            draw_upright_axis(painter, frame, ticks, small, line)
            last = len(self._profile.means) - 1
            across = whole_ticks(0, last, frame.area.width(), lambda text: width_of(text, small))
            draw_lower_axis(painter, frame, across, small, line)
            self._draw_dimensions(painter, frame)
            self._draw_names(painter, frame)
            if self._hovered is not None:
                pen = solid(theme_manager.theme.muted, 1)
                draw_upright_line(painter, frame, self._hovered, pen)

    def _draw_dimensions(self, painter: QPainter, frame: PlotFrame) -> None:
        profile = self._profile
        assert profile is not None
        x = frame.x_of(np.arange(len(profile.means)))
        if self._measure == "share":
            bottom, top = frame.y_of(np.zeros(len(x))), frame.y_of(profile.shares)
        else:
            spread = np.sqrt(profile.variances)
            bottom = frame.y_of(profile.means - spread)
            top = frame.y_of(profile.means + spread)
        rogue = np.zeros(len(x), bool)
        rogue[profile.outliers] = True
        for is_rogue in (False, True):
            painter.setPen(self._pen(is_rogue=is_rogue))
            chosen = np.flatnonzero(rogue == is_rogue)
            painter.drawLines(_bars(x[chosen], bottom[chosen], top[chosen]))
        if self._measure == "spread":
            painter.setPen(QPen(QColor(theme_manager.theme.text), 1.0))
            y = frame.y_of(profile.means)
            half = min(max((x[1] - x[0]) / 2 if len(x) > 1 else 4.0, 1.0), 6.0)
            painter.drawLines(
                [QLineF(at - half, up, at + half, up) for at, up in zip(x, y, strict=True)]
            )

    def _draw_names(self, painter: QPainter, frame: PlotFrame) -> None:
        """Write the numbers of rogue dimensions above their bars, where they do not touch."""
        profile = self._profile
        assert profile is not None
        small, line = self.small(semibold=True), self.line_height()
        painter.setFont(small)
        painter.setPen(QColor(theme_manager.theme.ink(theme_manager.theme.before)))
        taken: list[QRectF] = []
        spread = np.sqrt(profile.variances)
        for place in profile.outliers[:_MOST_NAMES].tolist():
            value = profile.means[place] + spread[place]
            if self._measure == "share":
                value = profile.shares[place]
            text, x, y = f"{place:,}", float(frame.x_of(place)), float(frame.y_of(value))
            width = width_of(text, small)
            left = min(max(x - width / 2, frame.area.left()), self.width() - width - 1)
            box = QRectF(left, y - line, width + 1, line)
            if not any(box.adjusted(-3, 0, 3, 0).intersects(other) for other in taken):
                painter.drawText(box, Align.AlignCenter, text)
                taken.append(box)

    def _place_at(self, place: QPointF) -> int | None:
        if self.message or self._profile is None:
            return None
        frame = self.frame()
        if not frame.area.adjusted(-8, -16, 8, 24).contains(place):
            return None
        found = round(frame.value_at(place.x()))
        return min(max(found, 0), len(self._profile.means) - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Read the dimension under the mouse."""
        self._hover(self._place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Read none."""
        self._hover(None)

    def _hover(self, place: int | None) -> None:
        if place != self._hovered:
            self._hovered = place
            self.update()


def describe_dimension(profile: DimensionProfile, place: int, *, is_short: bool = False) -> str:
    """Return what is known of one dimension, in a line."""
    mean, variance = float(profile.means[place]), float(profile.variances[place])
    share = float(profile.shares[place])
    said = [f"mean {_short(mean)}", f"standard deviation {_short(variance**0.5)}"]
    if place in profile.constant:
        said = [f"always {_short(mean)}"]
    if is_short:
        said = [each.replace("standard deviation", "SD") for each in said]
        more = f"{'−' if share < 0 else ''}{percent(abs(share))}"
    elif share < 0:
        more = f"takes {percent(-share)} away from the mean cosine"
    else:
        more = f"makes {percent(share)} of the mean cosine"
    if not np.isnan(share):
        said.append(more)
    return f"{'' if is_short else 'Dimension '}{place:,}: {', '.join(said)}"


def _short(value: float) -> str:
    size = abs(value)
    if size and not 1e-3 <= size < 1e5:
        return f"{value:.1e}".replace("-", "−")
    return number_text(value, 3 if size < 10 else 1)


def _why_nothing(profile: DimensionProfile, measure: MeasureOfDimensions) -> str:
    if measure == "share" and not profile.mean_cosine > 0:
        if profile.n_directions < 2:
            return "Fewer than two rows have a direction, so there is no mean cosine to share."
        return "The mean cosine is not above 0, so there is nothing that dimensions have a part in."
    if not np.isfinite(profile.variances).all():
        return "The numbers are too large for their variances."
    return ""


def _bars(x: Floats, bottom: Floats, top: Floats) -> list[QLineF]:
    places = zip(x.tolist(), bottom.tolist(), top.tolist(), strict=True)
    return [QLineF(at, low, at, high) for at, low, high in places]
