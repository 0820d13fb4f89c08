"""The loss of one row among its candidates: the formula, its numbers, and the softmax as bars."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent

from embedviz.core import wording
from embedviz.core.contrastive.runs.anchor import AnchorTerms
from embedviz.gui.charts.drawn_widget import DrawnWidget, with_even_digits
from embedviz.gui.points.text import draw_line_of_text
from embedviz.gui.theme import GRID, TEXT_PIXELS, font, theme_manager
from embedviz.panes.contrastive.drawing import loss_in_numbers
from embedviz.panes.contrastive.drawing.softmax_bars import Bar, BarTable, bars_of
from embedviz.panes.contrastive.drawing.typesetting import PieceRow, Typesetter

WAITING = "Click a point to see its loss, term by term."
NO_NEGATIVES = "No negatives: only the pull is left."
_LEAST_TYPE = 8
_GAP = 4.0
"""Between two lines of the formula."""


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
        self._set_for: tuple[object, ...] = ()
        self._set: list[PieceRow] = []
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
        self._hover(-1)
        self.show_message("" if terms is not None else message or WAITING)
        if terms is not None:
            self.setAccessibleDescription(". ".join([self.title, *self.formulas]))

    @property
    def title(self) -> str:
        """Whose loss it is."""
        return "" if self._terms is None else f"Loss of “{self._label(self._terms.anchor)}”"

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
        if self._terms is None:
            return []
        return bars_of(self._terms, self._label, self._table().room_until(self.height()))

    def _label(self, row: int) -> str:
        return wording.one_line(self._name_of(row)) or "␣"

    def _lines(self) -> list[PieceRow]:
        """Return the formulas in the largest type in which they fit."""
        key = (self._terms, self.width(), self.text_scale, theme_manager.theme.name)
        if self._terms is not None and key != self._set_for:
            pixels = TEXT_PIXELS * self.text_scale
            lines = _set_in(pixels, self._terms)
            while pixels > _LEAST_TYPE and max(line.width for line in lines) > self.width():
                pixels -= 1
                lines = _set_in(pixels, self._terms)
            self._set_for, self._set = key, lines
        return self._set if self._terms is not None else []

    def _table(self) -> BarTable:
        line = self.line_height()
        formulas = sum(each.ascent + each.descent + _GAP for each in self._lines())
        heads = line + 1.5 * GRID + (line if self.note else 0)
        top = line + _GAP + formulas + heads
        return BarTable(top, self.width(), self.small(), self.small(semibold=True))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Mark the bar under the mouse."""
        self._hover(self._number_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Mark no bar."""
        self._hover(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Choose the row under the mouse."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(self._number_at(event.position()))

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

    def _number_at(self, place: QPointF) -> int:
        """Return the number of the bar at a place, -1 for none."""
        number = self._table().number_at(place)
        return number if 0 <= number < len(self.bars) else -1

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
        number = self._number_at(place)
        if number < 0:
            return ""
        bar = self.bars[number]
        cosine = f" · cosine {bar.cosine}" if bar.cosine else ""
        return f"{bar.label}{cosine} · weight {bar.weight}"

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the formulas and the bars."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._terms is None:
                self.draw_message(painter)
                return
            theme, line = theme_manager.theme, self.line_height()
            box = QRectF(0, 0, self.width(), line)
            bold = self.small(semibold=True)
            draw_line_of_text(painter, box, self.title, bold, QColor(theme.text))
            top = line + _GAP
            for formula in self._lines():
                formula.draw(painter, 0.0, top + formula.ascent)
                top += formula.ascent + formula.descent + _GAP
            if self.note:
                box.moveTop(top)
                draw_line_of_text(painter, box, self.note, self.small(), QColor(theme.muted))
            bars = self.bars
            cosines = ["−0.00", *(bar.cosine for bar in bars)]
            table = replace(self._table(), cosine=max(cosines, key=len))
            table.draw_heads(painter)
            for number, bar in enumerate(bars):
                table.draw(painter, number, bar, number == self._hovered)


def _set_in(pixels: float, terms: AnchorTerms) -> list[PieceRow]:
    """Return the formula in general and with its numbers, in type of a size."""
    usual = with_even_digits(font(pixels))
    ink, muted = QColor(theme_manager.theme.text), QColor(theme_manager.theme.muted)
    has_negatives = loss_in_numbers.has_negatives(terms)
    general = loss_in_numbers.general(Typesetter(usual, muted), has_negatives)
    return [general, *loss_in_numbers.with_numbers(Typesetter(usual, ink), terms)]
