"""Formulas as they are set: fractions with a bar, and what is raised or lowered.

A formula is made of parts that know their size; whoever draws one says where its baseline begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

_BAR_ROOM = 2.0
_SMALLER = 0.72


class Piece(Protocol):
    """Something that has a place on a line."""

    @property
    def width(self) -> float:
        """In pixels."""

    @property
    def ascent(self) -> float:
        """How far it reaches above the baseline."""

    @property
    def descent(self) -> float:
        """How far it reaches below the baseline."""

    @property
    def text(self) -> str:
        """What it says, in one line."""

    def draw(self, painter: QPainter, x: float, baseline: float) -> None:
        """Draw it from a place on."""


@dataclass(frozen=True, eq=False)
class Letters:
    """A line of text."""

    text: str
    font: QFont
    color: QColor

    @property
    def width(self) -> float:  # noqa: D102 - see Piece
        return QFontMetricsF(self.font).horizontalAdvance(self.text)

    @property
    def ascent(self) -> float:  # noqa: D102 - see Piece
        return QFontMetricsF(self.font).ascent()

    @property
    def descent(self) -> float:  # noqa: D102 - see Piece
        return QFontMetricsF(self.font).descent()

    def draw(self, painter: QPainter, x: float, baseline: float) -> None:  # noqa: D102
        painter.setFont(self.font)
        painter.setPen(self.color)
        painter.drawText(QPointF(x, baseline), self.text)


@dataclass(frozen=True, eq=False)
class PieceRow:
    """Pieces one after the other."""

    parts: Sequence[Piece]

    @property
    def width(self) -> float:  # noqa: D102 - see Piece
        return sum(part.width for part in self.parts)

    @property
    def ascent(self) -> float:  # noqa: D102 - see Piece
        return max((part.ascent for part in self.parts), default=0.0)

    @property
    def descent(self) -> float:  # noqa: D102 - see Piece
        return max((part.descent for part in self.parts), default=0.0)

    @property
    def text(self) -> str:  # noqa: D102 - see Piece
        return "".join(part.text for part in self.parts)

    def draw(self, painter: QPainter, x: float, baseline: float) -> None:  # noqa: D102
        for part in self.parts:
            part.draw(painter, x, baseline)
            x += part.width


@dataclass(frozen=True, eq=False)
class Shifted:
    """A part above or below the baseline.

    Attributes
    ----------
    part : Piece
    shift : float
        In pixels, upwards.
    mark : str
        What stands before it where all is in one line: "^" or "_".
    """

    part: Piece
    shift: float
    mark: str

    @property
    def width(self) -> float:  # noqa: D102 - see Piece
        return self.part.width + 1

    @property
    def ascent(self) -> float:  # noqa: D102 - see Piece
        return self.part.ascent + self.shift

    @property
    def descent(self) -> float:  # noqa: D102 - see Piece
        return max(0.0, self.part.descent - self.shift)

    @property
    def text(self) -> str:  # noqa: D102 - see Piece
        inner = self.part.text
        return f"{self.mark}({inner})" if len(inner) > 1 else f"{self.mark}{inner}"

    def draw(self, painter: QPainter, x: float, baseline: float) -> None:  # noqa: D102
        self.part.draw(painter, x, baseline - self.shift)


@dataclass(frozen=True, eq=False)
class Fraction:
    """One part over another, with a bar between them."""

    top: Piece
    bottom: Piece
    axis: float
    """How far above the baseline the bar is."""
    color: QColor

    @property
    def width(self) -> float:  # noqa: D102 - see Piece
        return max(self.top.width, self.bottom.width) + 6

    @property
    def ascent(self) -> float:  # noqa: D102 - see Piece
        return self.axis + _BAR_ROOM + self.top.descent + self.top.ascent

    @property
    def descent(self) -> float:  # noqa: D102 - see Piece
        return self.bottom.ascent + self.bottom.descent + _BAR_ROOM - self.axis

    @property
    def text(self) -> str:  # noqa: D102 - see Piece
        return f"{_in_brackets(self.top.text)} / {_in_brackets(self.bottom.text)}"

    def draw(self, painter: QPainter, x: float, baseline: float) -> None:  # noqa: D102
        bar = baseline - self.axis
        painter.setPen(QPen(self.color, 1))
        painter.drawLine(QLineF(x + 1, bar, x + self.width - 1, bar))
        middle = x + self.width / 2
        over = bar - _BAR_ROOM - self.top.descent
        self.top.draw(painter, middle - self.top.width / 2, over)
        under = bar + _BAR_ROOM + self.bottom.ascent
        self.bottom.draw(painter, middle - self.bottom.width / 2, under)


def _in_brackets(text: str) -> str:
    return f"({text})" if " " in text else text


@dataclass(frozen=True, eq=False)
class Typesetter:
    """The hand that sets formulas in one font and color."""

    font: QFont
    color: QColor

    def letters(self, text: str) -> Letters:
        """Return text on the baseline."""
        return Letters(text, self.font, self.color)

    def line(self, *parts: Piece | str) -> PieceRow:
        """Return parts and texts one after the other."""
        return PieceRow([self.letters(part) if isinstance(part, str) else part for part in parts])

    def raised(self, text: str) -> Shifted:
        """Return a smaller text above the line: an exponent."""
        return Shifted(self._smaller().letters(text), 0.42 * self._height, "^")

    def lowered(self, text: str) -> Shifted:
        """Return a smaller text below the line: an index."""
        return Shifted(self._smaller().letters(text), -0.18 * self._height, "_")

    def fraction(self, top: Piece, bottom: Piece) -> Fraction:
        """Return one part over another."""
        return Fraction(top, bottom, QFontMetricsF(self.font).xHeight() / 2, self.color)

    @property
    def _height(self) -> float:
        return QFontMetricsF(self.font).ascent()

    def _smaller(self) -> Typesetter:
        small = QFont(self.font)
        small.setPixelSize(max(1, round(_SMALLER * self.font.pixelSize())))
        return Typesetter(small, self.color)
