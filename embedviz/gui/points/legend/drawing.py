"""Drawing of a legend: in a figure, and on screen with what can be taken hold of."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QLinearGradient, QPainter, QPen, QPolygonF

from embedviz.gui.points.frame import Frame
from embedviz.gui.points.legend.layout import GAP, SWATCH, Categories, ColorBar, LegendLayout, Part
from embedviz.gui.points.text import draw_line_of_text, text_size
from embedviz.gui.theme import RADIUS, with_alpha

PANEL_OPACITY = 0.94
"""What shines through the ground of a legend leaves its text readable, whatever it is."""
HIDDEN_CONTRAST = 6.0
"""What text of a hidden entry keeps on the plain ground: 4.5 also where points shine through."""
_HIDDEN = 0.55


def draw_panel(painter: QPainter, frame: Frame, box: QRectF) -> None:
    """Draw a quiet ground for something that lies over the points."""
    painter.setPen(QPen(QColor(frame.theme.hairline), 1))
    painter.setBrush(with_alpha(frame.theme.panel, PANEL_OPACITY))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


def draw_legend(painter: QPainter, frame: Frame, layout: LegendLayout) -> None:
    """Draw a legend as it is in a figure."""
    legend = layout.legend
    if layout.is_panel:
        draw_panel(painter, frame, layout.box)
    title_color = QColor(frame.theme.text)
    draw_line_of_text(painter, layout.title, legend.title, frame.heading, title_color)
    if isinstance(legend, Categories):
        _draw_categories(painter, frame, layout, legend)
    else:
        _draw_color_bar(painter, frame, layout, legend)


def draw_holds(painter: QPainter, frame: Frame, layout: LegendLayout, hovered: Part | None) -> None:
    """Draw, over a legend on screen, what can be taken hold of, and what is under the mouse."""
    legend = layout.legend
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(with_alpha(frame.theme.text, 0.07))
    if isinstance(legend, Categories):
        for index, box in layout.entries:
            if hovered == Part("entry", legend.entries[index][0]):
                painter.drawRoundedRect(box.adjusted(-4, 0, 4, 0), 4, 4)
        return
    if hovered == Part("invert"):
        painter.drawRoundedRect(layout.invert, 4, 4)
    _draw_swap(painter, frame, layout.invert, legend.inverted)
    for name, value in zip(("low", "high"), legend.clipped, strict=True):
        is_hovered = hovered is not None and hovered.kind == name
        _draw_handle(painter, frame, layout.bar, layout.height_of(value), is_hovered)


def _draw_categories(
    painter: QPainter, frame: Frame, layout: LegendLayout, legend: Categories
) -> None:
    for index, row in layout.entries:
        name, color, count = legend.entries[index]
        number, text = f"{count:,}" if layout.has_counts else "", layout.texts[index]
        _draw_entry(painter, frame, row, (text, QColor(color), number), name in legend.hidden)
    if not layout.rest.isEmpty():
        box = layout.rest.adjusted(frame.text(SWATCH + GAP), 0, 0, 0)
        muted = QColor(frame.theme.muted)
        draw_line_of_text(painter, box, layout.rest_text(), frame.small, muted)


def _draw_entry(
    painter: QPainter, frame: Frame, row: QRectF, entry: tuple[str, QColor, str], hidden: bool
) -> None:
    name, color, number = entry
    swatch, name_font = frame.text(SWATCH), QFont(frame.small)
    ink, muted = QColor(frame.theme.text), QColor(frame.theme.muted)
    middle, radius = QPointF(row.left() + swatch / 2, row.center().y()), swatch / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    if hidden:
        name_font.setStrikeOut(True)
        color.setAlphaF(_HIDDEN * color.alphaF())
        ink = muted = frame.faint(ink, 1 - _HIDDEN, HIDDEN_CONTRAST)
        painter.setPen(QPen(color, 1.25))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius -= 0.75
    painter.drawEllipse(middle, radius, radius)
    width = 0.0
    if number:
        width = text_size(number, frame.small)[0] + frame.text(GAP)
        draw_line_of_text(painter, row, number, frame.small, muted, Qt.AlignmentFlag.AlignRight)
    text = row.adjusted(swatch + frame.text(GAP), 0, -width, 0)
    draw_line_of_text(painter, text, name, name_font, ink)


def _draw_color_bar(
    painter: QPainter, frame: Frame, layout: LegendLayout, legend: ColorBar
) -> None:
    bar, (low, high) = layout.bar, legend.clipped
    lower, upper = layout.height_of(low), layout.height_of(high)
    gradient = QLinearGradient(0, max(lower, upper + 0.01), 0, upper)
    last = max(1, len(legend.colors) - 1)
    for index, color in enumerate(legend.colors):
        gradient.setColorAt(index / last, QColor(color))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawRoundedRect(bar, 2, 2)
    line, taken = frame.text(16), list[float]()
    # Where the colors end is said first: the ends of the bar make room for it.
    for value in (high, low, legend.most, legend.least):
        y = layout.height_of(value)
        if all(abs(y - other) >= 0.8 * line for other in taken):
            taken.append(y)
            text = QRectF(bar.right() + frame.text(GAP), y - line / 2, 0, line)
            text.setRight(layout.title.right())
            muted = QColor(frame.theme.muted)
            draw_line_of_text(painter, text, legend.write(value), frame.small, muted)


def _draw_handle(
    painter: QPainter, frame: Frame, bar: QRectF, height: float, is_hovered: bool
) -> None:
    color = frame.theme.accent if is_hovered else frame.theme.muted
    painter.setPen(QPen(QColor(color), 1.5 if is_hovered else 1))
    painter.setBrush(QColor(frame.theme.panel))
    reach = frame.text(2.5)
    box = QRectF(bar.left() - 3, height - reach, bar.width() + 6, 2 * reach)
    painter.drawRoundedRect(box, reach, reach)


def _draw_swap(painter: QPainter, frame: Frame, box: QRectF, is_on: bool) -> None:
    """Draw an arrow up and an arrow down."""
    color = QColor(frame.theme.accent if is_on else frame.theme.muted)
    painter.setBrush(color)
    for side, direction in ((-1, 1.0), (1, -1.0)):
        x = box.center().x() + side * 0.17 * box.width()
        length, wing = 0.3 * box.height() * direction, 0.14 * box.height()
        tip = QPointF(x, box.center().y() - length)
        painter.setPen(QPen(color, 1.25))
        painter.drawLine(QLineF(tip, QPointF(x, box.center().y() + length)))
        painter.setPen(Qt.PenStyle.NoPen)
        back = tip + QPointF(0, 1.5 * wing * direction)
        painter.drawPolygon(QPolygonF([tip, back + QPointF(wing, 0), back - QPointF(wing, 0)]))
