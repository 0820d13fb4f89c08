"""The softmax of a row over its candidates, as bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from embedviz.core.contrastive.runs.anchor import AnchorTerms
from embedviz.gui.charts.drawn_widget import Align, width_of
from embedviz.gui.charts.numbers import number_text
from embedviz.gui.points.text import draw_line_of_text
from embedviz.gui.theme import GRID, theme_manager, with_alpha

PARTNER = "partner"
_USUAL, _MOST = 2, 5
"""Decimals of cosines."""
_BAR = 4.0
_LEAST_LABEL = 6.0
"""In heights of a line."""


@dataclass(frozen=True)
class Bar:
    """One candidate, or all that have no bar of their own.

    Attributes
    ----------
    row : int
        -1 for several.
    label : str
    cosine : str
        Empty for several.
    weight : str
    share : float
        The weight, 0 to 1.
    is_partner : bool
    """

    row: int
    label: str
    cosine: str
    weight: str
    share: float
    is_partner: bool = False


def bars_of(terms: AnchorTerms, name_of: Callable[[int], str], room: int) -> list[Bar]:
    """Return the partner, the strongest negatives, and all others together in the last bar.

    Parameters
    ----------
    terms : AnchorTerms
    name_of : callable
        Returns the label of a row.
    room : int
        How many bars there may be; at least two are given.
    """
    count = len(terms.candidates)
    shown = count if count <= max(room, 2) else max(room - 1, 1)
    cosines, weights = terms.cosines[:shown].tolist(), terms.weights[:shown].tolist()
    places = zip(terms.candidates[:shown].tolist(), cosines, weights, strict=True)
    decimals = cosine_decimals(cosines, weights)
    bars = [
        Bar(
            row,
            name_of(row),
            number_text(cosine, decimals),
            weight_text(weight),
            weight,
            place == 0,
        )
        for place, (row, cosine, weight) in enumerate(places)
    ]
    if shown < count:
        rest, total = count - shown, float(terms.weights[shown:].sum())
        label = "1 other" if rest == 1 else f"{rest:,} others, together"
        bars.append(Bar(-1, label, "", weight_text(total), total))
    return bars


def cosine_decimals(cosines: Sequence[float], weights: Sequence[float]) -> int:
    """Return with how many decimals cosines are told apart where their weights are: 2 to 5.

    After a collapse all of them are 1.00, though those of the nearest weigh much more.

    Parameters
    ----------
    cosines, weights : sequence of float
        Of the same candidates.
    """
    order = sorted(range(len(cosines)), key=cosines.__getitem__)
    texts = [weight_text(weight) for weight in weights]
    told = [
        (cosines[one], cosines[other])
        for one, other in pairwise(order)
        if texts[one] != texts[other]
        and number_text(cosines[one], _MOST) != number_text(cosines[other], _MOST)
    ]
    for decimals in range(_USUAL, _MOST):
        if all(number_text(one, decimals) != number_text(other, decimals) for one, other in told):
            return decimals
    return _MOST


def weight_text(weight: float) -> str:
    """Return a share with two digits, as far as they say something."""
    if 0 < weight < 0.0005:
        return "<0.001"
    return number_text(weight, 2 if weight >= 0.0995 else 3)


@dataclass(frozen=True)
class BarTable:
    """Where bars are, and how they are drawn.

    Attributes
    ----------
    top : float
        Of the first bar; the heads of the columns are above it.
    width : float
    small, bold : QFont
    cosine : str
        The widest of the cosines.
    """

    top: float
    width: float
    small: QFont
    bold: QFont
    cosine: str = "−0.00"

    @property
    def line(self) -> float:
        """Height of a line of text."""
        return QFontMetricsF(self.small).height()

    @property
    def height(self) -> float:
        """Height of a candidate."""
        return self.line + _BAR + 5

    def room_until(self, bottom: float) -> int:
        """Return how many bars there is room for."""
        return int((bottom - self.top) / self.height)

    def number_at(self, place: QPointF) -> int:
        """Return the number of the bar at a place; there may be none."""
        return int((place.y() - self.top) // self.height)

    @property
    def _cosines(self) -> float:
        """Right end of the cosines; at the right edge of the weights there is no room for them."""
        return self.width - width_of("<0.001", self.small) - 1.5 * GRID

    @property
    def _labels(self) -> float:
        """Right end of the labels."""
        return (
            self._cosines
            - max(width_of(text, self.small) for text in ("cosine", self.cosine))
            - GRID
        )

    @property
    def has_cosines(self) -> bool:
        """Whether labels, beside cosines, have the room that they need."""
        partner = width_of(PARTNER, self.bold) + GRID
        return self._labels - partner >= _LEAST_LABEL * self.line

    def draw_heads(self, painter: QPainter) -> None:
        """Write what the columns are."""
        muted, top = QColor(theme_manager.theme.muted), self.top - self.line - 3
        heads = [(self._labels, "softmax", Align.AlignLeft)]
        heads.append((self.width, "weight", Align.AlignRight))
        if self.has_cosines:
            heads.append((self._cosines, "cosine", Align.AlignRight))
        for right, text, align in heads:
            box = QRectF(0, top, right, self.line)
            draw_line_of_text(painter, box, text, self.small, muted, align)

    def draw(self, painter: QPainter, number: int, bar: Bar, is_hovered: bool) -> None:
        """Draw a candidate: its label, cosine and weight, and the weight as a bar below."""
        theme, top = theme_manager.theme, self.top + number * self.height
        if is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(with_alpha(theme.accent, 0.1))
            painter.drawRoundedRect(QRectF(0, top - 1, self.width, self.height - 1), 4, 4)
        ink = QColor(theme.text if bar.row >= 0 else theme.muted)
        shows_cosine = self.has_cosines and bool(bar.cosine)
        room = self._labels if shows_cosine else self._cosines
        if bar.is_partner:
            color = QColor(theme.ink(theme.accent))
            box = QRectF(0, top, room, self.line)
            draw_line_of_text(painter, box, PARTNER, self.bold, color, Align.AlignRight)
            room -= width_of(PARTNER, self.bold) + GRID
        label = bar.label
        if bar.row < 0 and width_of(label, self.small) > room:
            label = label.split(",")[0] if "others" in label else label
        draw_line_of_text(painter, QRectF(0, top, room, self.line), label, self.small, ink)
        numbers = [(self.width, bar.weight)]
        if shows_cosine:
            numbers.append((self._cosines, bar.cosine))
        for right, text in numbers:
            box = QRectF(0, top, right, self.line)
            draw_line_of_text(painter, box, text, self.small, ink, Align.AlignRight)
        self._draw_weight(painter, top + self.line + 1, bar)

    def _draw_weight(self, painter: QPainter, top: float, bar: Bar) -> None:
        theme, track = theme_manager.theme, QRectF(0, top, self.width, _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.hairline))
        painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)
        if bar.share > 0:
            painter.setBrush(QColor(theme.accent if bar.is_partner else theme.muted))
            track.setWidth(max(min(bar.share, 1.0) * track.width(), 1.0))
            painter.drawRoundedRect(track, min(_BAR, track.width()) / 2, _BAR / 2)
