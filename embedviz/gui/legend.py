"""What the colors of the points mean, in a margin of the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter

from embedviz.gui.frame import Frame
from embedviz.gui.lettering import draw_line_of_text, text_size

_SWATCH, _BAR, _GAP = 9.0, 10.0, 8.0


def number_text(value: float) -> str:
    """Return a number as briefly as it can be read."""
    size = abs(value)
    if size >= 1e7 or 0 < size < 1e-3:
        text = f"{value:.3g}"
    elif size >= 1000 or float(value).is_integer():
        text = f"{value:,.0f}"
    else:
        text = f"{value:.3g}"
    return text.replace("-", "\u2212")


@dataclass(frozen=True)
class Categories:
    """One color per category.

    Attributes
    ----------
    title : str
        What the categories are of.
    entries : sequence of (name, color, count)
    hidden : frozenset of str
        Names of the categories whose rows are not drawn.
    """

    title: str
    entries: Sequence[tuple[str, QColor | str, int]]
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ColorBar:
    """Colors for numbers.

    Attributes
    ----------
    title : str
    least, most : float
        The numbers at the ends.
    colors : sequence of colors
        From low to high as the points have them, evenly spaced.
    low, high : float, optional
        Where the colors end; numbers beyond have those of the ends. Default: least and most.
    inverted : bool
        Whether the colors go the other way than usual; `colors` already do.
    write : callable
        Turns a number into its text.
    """

    title: str
    least: float
    most: float
    colors: Sequence[QColor | str]
    low: float | None = None
    high: float | None = None
    inverted: bool = False
    write: Callable[[float], str] = number_text


Legend = Categories | ColorBar


def legend_width(frame: Frame, legend: Legend, available: float) -> float:
    """Return the width that a legend takes at the right of a picture, in pixels."""
    texts = [text_size(legend.title, frame.heading)[0]]
    if isinstance(legend, Categories):
        for name, _, count in legend.entries:
            sizes = text_size(name, frame.small)[0] + text_size(f"{count:,}", frame.small)[0]
            texts.append(frame.text(_SWATCH) + 2 * _GAP + sizes)
    else:
        ends = (legend.write(legend.least), legend.write(legend.most))
        widest = max(text_size(end, frame.small)[0] for end in ends)
        texts.append(frame.text(_BAR) + _GAP + widest)
    return min(max(texts) + 1, available * 0.34)


def draw_legend(painter: QPainter, frame: Frame, legend: Legend, box: QRectF) -> None:
    """Draw a legend into a box."""
    line = frame.text(18)
    title = QRectF(box.left(), box.top(), box.width(), line)
    draw_line_of_text(painter, title, legend.title, frame.heading, QColor(frame.theme.text))
    below = box.adjusted(0, line + 4, 0, 0)
    if isinstance(legend, Categories):
        _draw_categories(painter, frame, legend, below, line)
    else:
        _draw_color_bar(painter, frame, legend, below)


def _draw_categories(
    painter: QPainter, frame: Frame, legend: Categories, box: QRectF, line: float
) -> None:
    fits = max(1, int(box.height() // line))
    entries = list(legend.entries)
    hidden = 0 if len(entries) <= fits else len(entries) - fits + 1
    shown = entries[: len(entries) - hidden]
    muted, swatch = QColor(frame.theme.muted), frame.text(_SWATCH)
    for index, (name, color, count) in enumerate(shown):
        row = QRectF(box.left(), box.top() + index * line, box.width(), line)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(color))
        painter.drawEllipse(
            QPointF(row.left() + swatch / 2, row.center().y()), swatch / 2, swatch / 2
        )
        number = f"{count:,}"
        width = text_size(number, frame.small)[0]
        draw_line_of_text(painter, row, number, frame.small, muted, Qt.AlignmentFlag.AlignRight)
        text = row.adjusted(swatch + _GAP, 0, -width - _GAP, 0)
        draw_line_of_text(painter, text, name, frame.small, QColor(frame.theme.text))
    if hidden:
        row = QRectF(box.left(), box.top() + len(shown) * line, box.width(), line)
        text = row.adjusted(swatch + _GAP, 0, 0, 0)
        draw_line_of_text(painter, text, f"+ {hidden:,} more", frame.small, muted)


def _draw_color_bar(painter: QPainter, frame: Frame, legend: ColorBar, box: QRectF) -> None:
    height = min(frame.text(160), box.height() - frame.text(8))
    bar = QRectF(box.left(), box.top() + frame.text(4), frame.text(_BAR), height)
    gradient = QLinearGradient(bar.bottomLeft(), bar.topLeft())
    last = max(1, len(legend.colors) - 1)
    for index, color in enumerate(legend.colors):
        gradient.setColorAt(index / last, QColor(color))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(gradient)
    painter.drawRoundedRect(bar, 2, 2)
    line = frame.text(16)
    for value, y in ((legend.most, bar.top()), (legend.least, bar.bottom())):
        text = QRectF(bar.right() + _GAP, y - line / 2, box.right() - bar.right() - _GAP, line)
        draw_line_of_text(
            painter, text, legend.write(value), frame.small, QColor(frame.theme.muted)
        )
