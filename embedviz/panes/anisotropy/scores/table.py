"""Table of scores: before, after, the change, how even that is, and what each score says."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from embedviz.core.anisotropy.score_words import describe_value, direction_of
from embedviz.core.anisotropy.scores import SCORES, Score, ScoreDefinition
from embedviz.gui.theme import GRID, theme_manager
from embedviz.gui.widgets.controls import ElidedLabel, set_text_in_place, text_label

ROLES = ("before", "after")
_ARROWS = {1: "▲", -1: "▼", 0: "="}
_WORDS = {1: "more isotropic", -1: "less isotropic", 0: "the same"}
_BAR_WIDTH, _BAR_HEIGHT = 96, 12
_N_NUMBERS = 5
"""Columns before the explanations."""
_ROOM_FOR_WORDS = 300
"""Width of the explanations from which they are worth showing, in pixels."""


class EvennessBar(QWidget):
    """Two thin bars, before above after, that are full where every direction is alike."""

    def __init__(self) -> None:
        super().__init__()
        self._shares: dict[str, float] = dict.fromkeys(ROLES, math.nan)
        self._is_stale = False
        self.setFixedSize(_BAR_WIDTH, _BAR_HEIGHT)
        theme_manager.changed.connect(self.update)

    def show_share(self, role: str, share: float, *, is_stale: bool = False) -> None:
        """Show how even one side is, from 0 to 1; nothing where that is nan."""
        self._shares[role] = share
        if role == "after":
            self._is_stale = is_stale
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the room that there is, and how much of it each side fills."""
        painter, theme = QPainter(self), theme_manager.theme
        height = (self.height() - 2) / 2
        for place, role in enumerate(ROLES):
            top = place * (height + 2)
            painter.fillRect(QRectF(0, top, self.width(), height), QColor(theme.hairline))
            share = self._shares[role]
            if not math.isnan(share):
                color = QColor(getattr(theme, role))
                if role == "after" and self._is_stale:
                    color.setAlphaF(0.35)
                painter.fillRect(QRectF(0, top, max(1.0, share * self.width()), height), color)


class ScoresTable(QScrollArea):
    """A row for each score; it scrolls where it is higher than the page."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("anisotropy.scores.table")
        self.setAccessibleName("Scores of isotropy before and after")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._values: dict[tuple[str, str], Score] = {}
        self._sizes = dict.fromkeys(ROLES, 1)
        self.cells: dict[tuple[str, str], QLabel] = {}
        self.bars: dict[str, EvennessBar] = {}
        self._words: list[QWidget] = []
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, GRID, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(2)
        self._add_heads(grid)
        for row, each in enumerate(SCORES, 1):
            self._add_row(grid, row, each)
        grid.setColumnStretch(_N_NUMBERS, 1)
        grid.setRowStretch(len(SCORES) + 1, 1)
        self._grid = grid
        self.setWidget(inside)

    def _add_heads(self, grid: QGridLayout) -> None:
        right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
        for column, (kind, text, side, tip) in enumerate(
            (
                ("before", "Before", right, "Of the rows as they are"),
                ("after", "After", right, "Of the mapped rows"),
                ("caption", "▲ more isotropic", right, "Change: ▲ more isotropic, ▼ less, = same"),
                ("caption", "uneven → even", left, "A full bar: every direction is alike"),
                ("caption", "What it says, and who defined it", left, ""),
            ),
            1,
        ):
            head = text_label(text, kind)
            head.setToolTip(tip)
            grid.addWidget(head, 0, column, side)
            if column == _N_NUMBERS:
                self._words.append(head)

    def _add_row(self, grid: QGridLayout, row: int, each: ScoreDefinition) -> None:
        about = ElidedLabel("caption")
        about.setText(f"{each.explanation} {each.source}")
        tip = f"{each.explanation}\n{each.source}" + (f": {each.work}" if each.work else "")
        about.setToolTip(tip)
        title = text_label(each.title)
        title.setToolTip(tip)
        grid.addWidget(title, row, 0)
        for column, name in enumerate((*ROLES, "change"), 1):
            cell = text_label("–", "score")
            cell.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            cell.setAccessibleName(f"{each.title}, {name}")
            grid.addWidget(cell, row, column)
            self.cells[name, each.name] = cell
        self.bars[each.name] = bar = EvennessBar()
        bar.setAccessibleName(f"{each.title}: how even, before and after")
        grid.addWidget(bar, row, 4, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(about, row, _N_NUMBERS)
        self._words.append(about)

    def show_scores(
        self, role: str, values: Mapping[str, Score], dimensions: int, *, is_stale: bool = False
    ) -> None:
        """Show scores of one side, by name; the others stay as they are.

        Parameters
        ----------
        role : {"before", "after"}
        values : mapping of str to Score
        dimensions : int
        is_stale : bool
            Whether those that are not given are of an earlier position of the dial.
        """
        self._sizes[role] = dimensions
        for each in SCORES:
            if each.name in values:
                self._values[role, each.name] = values[each.name]
            score = self._values.get((role, each.name))
            is_old = is_stale and each.name not in values
            cell = self.cells[role, each.name]
            set_text_in_place(cell, "–" if score is None else each.text(score.value))
            tip = "" if score is None else describe_value(each, score, dimensions)
            cell.setToolTip(tip + ("\nOf an earlier position of the dial" if is_old else ""))
            for name in {role, "change"} if role == "after" else {role}:
                self.cells[name, each.name].setEnabled(not is_old)
            share = math.nan if score is None else each.evenness(score.value, dimensions)
            self.bars[each.name].show_share(role, share, is_stale=is_old)
            self._show_change(each)

    def _show_change(self, each: ScoreDefinition) -> None:
        cell = self.cells["change", each.name]
        pair = [self._values.get((role, each.name)) for role in ROLES]
        before, after = (math.nan if one is None else one.value for one in pair)
        if math.isnan(before) or math.isnan(after):
            set_text_in_place(cell, "–")
            cell.setToolTip("")
            return
        sizes = self._sizes["before"], self._sizes["after"]
        way, step = direction_of(each, before, after, sizes), after - before
        digits = format(step, "+" + each.form.lstrip("+")).replace("-", "−")
        set_text_in_place(cell, f"{digits} {_ARROWS[way]}")
        cell.setToolTip(f"{step:+.10g}: {_WORDS[way]}")

    def clear(self, *roles: str) -> None:
        """Show nothing of some sides."""
        for role in roles:
            for each in SCORES:
                self._values.pop((role, each.name), None)
            self.show_scores(role, {}, 1)

    def text(self, role: str, name: str) -> str:
        """Return what a cell says."""
        return self.cells[role, name].text()

    def is_stale(self, name: str) -> bool:
        """Return whether the number after is dimmed, being of an earlier position."""
        return not self.cells["after", name].isEnabled()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Leave the explanations to the tooltips where there is no room for them."""
        super().resizeEvent(event)
        room = self.viewport().width() - sum(map(self._width_of, range(_N_NUMBERS)))
        for each in self._words:
            each.setVisible(room >= _ROOM_FOR_WORDS)

    def _width_of(self, column: int) -> int:
        items = (self._grid.itemAtPosition(row, column) for row in range(len(SCORES) + 1))
        widgets = [item.widget() for item in items if item is not None]
        return max(each.sizeHint().width() for each in widgets if each is not None) + 2 * GRID
