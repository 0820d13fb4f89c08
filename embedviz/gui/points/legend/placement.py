"""A legend in its place: in the margin of a picture, or over the points."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from embedviz.gui.points.frame import PADDING, Frame
from embedviz.gui.points.legend.drawing import draw_legend
from embedviz.gui.points.legend.layout import (
    Legend,
    LegendLayout,
    LegendPlace,
    is_narrow,
    lay_out,
    margin_width,
    names_of,
    panel_size,
)


class PlacedLegend:
    """Legend with its place in a picture.

    Attributes
    ----------
    legend : Categories, ColorBar or None
    place : tuple of 2 floats, or None
        See `LegendPlace`.
    first : int
        The first entry that is shown where not all have room.
    is_held : bool
        It is being carried elsewhere, and not painted here.
    """

    def __init__(self) -> None:
        self.legend: Legend | None = None
        self.place: LegendPlace = None
        self.first = 0
        self.is_held = False

    def show(self, legend: Legend | None) -> None:
        """Explain other colors, from the first entry on unless they are the same ones."""
        if names_of(legend) != names_of(self.legend):
            self.first = 0
        self.legend = legend

    def margin(self, frame: Frame, width: float) -> float:
        """Return how wide a margin it needs in a picture of this width, in pixels."""
        if self.legend is None or self.place is not None:
            return 0.0
        margin = margin_width(frame, self.legend, width)
        return margin + PADDING if margin else 0.0

    def layout(self, frame: Frame, width: float) -> LegendLayout | None:
        """Return where its parts are in a picture of this width.

        None without a legend, or without room for its margin.
        """
        if self.legend is None:
            return None
        area = frame.outer
        if self.place is None:
            if not margin_width(frame, self.legend, width):
                return None
            left = area.right() + PADDING
            box = QRectF(left, area.top(), max(width - PADDING - left, 1.0), area.height())
            has_counts = not is_narrow(frame, width)
            return lay_out(frame, self.legend, box, self.first, has_counts=has_counts)
        size = panel_size(frame, self.legend)
        right, down = self.place
        left = area.left() + right * (area.width() - size.width())
        top = area.top() + down * (area.height() - size.height())
        # Whole pixels, or its lines would be blurred.
        box = QRectF(round(left), round(top), round(size.width()), round(size.height()))
        return self.panel(frame, box)

    def panel(self, frame: Frame, box: QRectF) -> LegendLayout:
        """Return where its parts are in a box over the points."""
        assert self.legend is not None
        counts = not is_narrow(frame, frame.outer.width())
        return lay_out(frame, self.legend, box, self.first, is_panel=True, has_counts=counts)

    def box_over_points(self, frame: Frame) -> QRectF:
        """Return what it covers of the area; nothing when it is in the margin."""
        if self.place is None or self.is_held:
            return QRectF()
        layout = self.layout(frame, 0)
        return QRectF() if layout is None else layout.box

    def place_of(self, frame: Frame, box: QRectF) -> tuple[float, float]:
        """Return the place at which it is as near as possible to a box."""
        area, parts = frame.outer, []
        for offset, room in (
            (box.left() - area.left(), area.width() - box.width()),
            (box.top() - area.top(), area.height() - box.height()),
        ):
            parts.append(min(max(offset / room, 0.0), 1.0) if room > 0 else 0.0)
        return parts[0], parts[1]

    def paint(self, painter: QPainter, frame: Frame, width: float) -> None:
        """Paint it, unless it is being carried."""
        layout = None if self.is_held else self.layout(frame, width)
        if layout is not None:
            draw_legend(painter, frame, layout)
