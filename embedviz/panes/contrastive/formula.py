"""The loss of one row among its candidates: the formula, its numbers, and the softmax as bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent

from embedviz.core import wording
from embedviz.core.contrastive.anchor import AnchorTerms
from embedviz.gui.points.text import draw_line_of_text
from embedviz.gui.theme import GRID, TEXT_PIXELS, font, theme_manager, with_alpha
from embedviz.panes.contrastive import loss_in_numbers
from embedviz.panes.contrastive.drawn import Align, DrawnWidget, width_of, with_even_digits
from embedviz.panes.contrastive.figures import figure_text
from embedviz.panes.contrastive.typesetting import Line, Typesetter

WAITING = "Click a point to see its loss, term by term."
NO_NEGATIVES = "No negatives: only the pull towards the partner is left."
PARTNER = "partner"
_LEAST_TYPE = 8
_BAR = 4.0


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


class AnchorFormula(DrawnWidget):
    """The InfoNCE loss of one row: as a formula, with its numbers, and its softmax as bars.

    Signals
    -------
    row_hovered : (int,)
        The mouse is over the bar of a row, or the arrow keys have come there; -1: over none.
    row_chosen : (int,)
        The user clicked the bar of a row, or pressed Return there.
    """

    row_hovered = Signal(int)
    row_chosen = Signal(int)

    def __init__(self, name: str = "contrastive.formula") -> None:
        super().__init__(name, "Loss of one row, term by term", size=(300, 340), least=(220, 220))
        self._terms: AnchorTerms | None = None
        self._name_of: Callable[[int], str] = str
        self._hovered = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_message(WAITING)

    def show_terms(
        self, terms: AnchorTerms | None, name_of: Callable[[int], str], message: str = ""
    ) -> None:
        """Show the loss of a row.

        Parameters
        ----------
        terms : AnchorTerms, optional
            None: there is none, and `message` says why.
        name_of : callable
            Returns the label of a row.
        message : str
            In place of the terms; by default, what to do to see them.
        """
        self._terms, self._name_of = terms, name_of
        self._hovered = -1
        self.show_message("" if terms is not None else message or WAITING)
        if terms is not None:
            said = [f"{bar.label} {bar.weight}" for bar in self.bars]
            self.setAccessibleDescription(". ".join([self.title, *self.formulas, *said]))

    @property
    def title(self) -> str:
        """Whose loss it is."""
        return "" if self._terms is None else f"Loss of {self._label(self._terms.anchor)}"

    @property
    def formulas(self) -> tuple[str, ...]:
        """The formula, and the same with its numbers, each in one line of text."""
        return tuple(line.text for line in self._lines())

    @property
    def note(self) -> str:
        """What is said below the formulas; empty where they need no words."""
        terms = self._terms
        return "" if terms is None or loss_in_numbers.has_negatives(terms) else NO_NEGATIVES

    @property
    def bars(self) -> list[Bar]:
        """The candidates that there is room for, the partner first, and the others together."""
        terms = self._terms
        if terms is None:
            return []
        room = int((self.height() - self._bars_top()) / self._bar_height())
        count = len(terms.candidates)
        shown = count if count <= max(room, 2) else max(room - 1, 1)
        weights, cosines = terms.weights.tolist(), terms.cosines.tolist()
        bars = [
            Bar(
                int(terms.candidates[place]),
                self._label(int(terms.candidates[place])),
                figure_text(cosines[place]),
                _weight_text(weights[place]),
                weights[place],
                is_partner=place == 0,
            )
            for place in range(shown)
        ]
        if shown < count:
            rest, total = count - shown, float(terms.weights[shown:].sum())
            what = "other" if rest == 1 else "others, together"
            bars.append(Bar(-1, f"{rest:,} {what}", "", _weight_text(total), total))
        return bars

    def _label(self, row: int) -> str:
        return wording.one_line(self._name_of(row)) or "␣"

    # Places.

    def _lines(self) -> list[Line]:
        """Return the formulas in the largest type in which they fit."""
        terms = self._terms
        if terms is None:
            return []
        ink, muted = QColor(theme_manager.theme.text), QColor(theme_manager.theme.muted)

        def set_in(pixels: float) -> list[Line]:
            usual = with_even_digits(font(pixels))
            general = loss_in_numbers.general(
                Typesetter(usual, muted), loss_in_numbers.has_negatives(terms)
            )
            return [general, *loss_in_numbers.with_numbers(Typesetter(usual, ink), terms)]

        pixels = TEXT_PIXELS * self.text_scale
        lines = set_in(pixels)
        while pixels > _LEAST_TYPE and max(line.width for line in lines) > self.width():
            pixels -= 1
            lines = set_in(pixels)
        return lines

    def _formulas_height(self) -> float:
        return sum(line.ascent + line.descent + GRID / 2 for line in self._lines())

    def _bars_top(self) -> float:
        """Return where the first bar begins."""
        line = self.line_height()
        note = line if self.note else 0.0
        return line * 2 + self._formulas_height() + note + 1.5 * GRID

    def _bar_height(self) -> float:
        return self.line_height() + _BAR + 5

    def _bar_at(self, place: QPointF) -> int:
        """Return the number of the bar at a place, -1 for none."""
        number = int((place.y() - self._bars_top()) // self._bar_height())
        is_there = self._terms is not None and 0 <= number < len(self.bars)
        return number if is_there else -1

    # Hands.

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Mark the bar under the mouse."""
        self._hover(self._bar_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Mark no bar."""
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the row under the mouse."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._bar_at(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Go from bar to bar with the arrows, and choose one with Return."""
        last = len(self.bars) - 1
        if event.key() == Qt.Key.Key_Down:
            self._hover(min(self._hovered + 1, last))
        elif event.key() == Qt.Key.Key_Up:
            self._hover(max(self._hovered - 1, min(0, last)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self._hovered)
        else:
            super().keyPressEvent(event)

    def _hover(self, number: int) -> None:
        if number != self._hovered:
            self._hovered = number
            self.update()
            self.row_hovered.emit(self.bars[number].row if number >= 0 else -1)

    def _choose(self, number: int) -> None:
        bars = self.bars
        if 0 <= number < len(bars) and bars[number].row >= 0:
            self.row_chosen.emit(bars[number].row)

    def tip_at(self, place: QPointF) -> str:
        """Return all that is known of the bar at a place."""
        number = self._bar_at(place)
        if number < 0:
            return ""
        bar = self.bars[number]
        cosine = f" · cosine {bar.cosine}" if bar.cosine else ""
        return f"{bar.label}{cosine} · weight {bar.weight}"

    # Drawing.

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the formulas and the bars."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._terms is None:
                self.draw_message(painter)
                return
            theme, line = theme_manager.theme, self.line_height()
            title = QRectF(0, 0, self.width(), line)
            draw_line_of_text(
                painter, title, self.title, self.small(semibold=True), QColor(theme.text)
            )
            top = line + GRID / 2
            for formula in self._lines():
                formula.draw(painter, 0.0, top + formula.ascent)
                top += formula.ascent + formula.descent + GRID / 2
            if self.note:
                box = QRectF(0, top, self.width(), line)
                draw_line_of_text(painter, box, self.note, self.small(), QColor(theme.muted))
            self._draw_heads(painter)
            for number, bar in enumerate(self.bars):
                self._draw_bar(painter, number, bar)

    def _columns(self) -> tuple[float, float]:
        """Return the right ends of the columns of cosines and of weights."""
        weight = width_of("weight", self.small()) + GRID
        return self.width() - weight, float(self.width())

    def _draw_heads(self, painter: QPainter) -> None:
        line, muted = self.line_height(), QColor(theme_manager.theme.muted)
        top = self._bars_top() - line - 3
        cosine, weight = self._columns()
        draw_line_of_text(
            painter, QRectF(0, top, self.width() / 2, line), "softmax", self.small(), muted
        )
        for right, text in ((cosine, "cosine"), (weight, "weight")):
            box = QRectF(0, top, right, line)
            draw_line_of_text(painter, box, text, self.small(), muted, Align.AlignRight)

    def _draw_bar(self, painter: QPainter, number: int, bar: Bar) -> None:
        theme, line = theme_manager.theme, self.line_height()
        top, height = self._bars_top() + number * self._bar_height(), self._bar_height()
        painter.setPen(Qt.PenStyle.NoPen)
        if number == self._hovered:
            painter.setBrush(with_alpha(theme.accent, 0.08))
            painter.drawRoundedRect(QRectF(0, top, self.width(), height - 1), 4, 4)
        cosine, weight = self._columns()
        ink = QColor(theme.text if bar.row >= 0 else theme.muted)
        left = self._draw_mark(painter, top, cosine) if bar.is_partner else cosine
        room = left - width_of("−0.00", self.small()) - GRID if not bar.is_partner else left
        draw_line_of_text(painter, QRectF(0, top, room, line), bar.label, self.small(), ink)
        for right, text in ((cosine, bar.cosine), (weight, bar.weight)):
            box = QRectF(0, top, right, line)
            draw_line_of_text(painter, box, text, self.small(), ink, Align.AlignRight)
        track = QRectF(0, top + line + 1, self.width(), _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.hairline))
        painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)
        painter.setBrush(QColor(theme.accent if bar.is_partner else theme.muted))
        if bar.share > 0:
            track.setWidth(max(min(bar.share, 1.0) * track.width(), 1.0))
            painter.drawRoundedRect(track, min(_BAR, track.width()) / 2, _BAR / 2)

    def _draw_mark(self, painter: QPainter, top: float, cosine: float) -> float:
        """Write beside the partner what it is; return where its label has to end."""
        theme, small = theme_manager.theme, self.small(semibold=True)
        right = cosine - width_of("−0.00", self.small()) - GRID
        box = QRectF(0, top, right, self.line_height())
        color = QColor(theme.ink(theme.accent))
        draw_line_of_text(painter, box, PARTNER, small, color, Align.AlignRight)
        return right - width_of(PARTNER, small) - GRID


def _weight_text(weight: float) -> str:
    """Return a share with two digits, as far as they say something."""
    if 0 < weight < 0.0005:
        return "<0.001"
    return figure_text(weight, 2 if weight >= 0.095 else 3)
