"""Effects of what the user does on the page of relations: settings, selections, questions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication

from embedviz.app.judged_pairs import pairing_columns
from embedviz.core.arrays import Rows
from embedviz.core.selection import Change
from embedviz.core.wording import composed
from embedviz.gui.pages.page import Page
from embedviz.gui.points.view import Tool
from embedviz.gui.widgets.controls import set_text_in_place
from embedviz.panes.analogies.relation.adding.dialog import AddRelationDialog
from embedviz.panes.analogies.relation.adding.file_dialog import RelationFileDialog
from embedviz.panes.analogies.relation.adding.reading import (
    ReadRelations,
    read_relation_file,
)
from embedviz.panes.analogies.relation.choices import chosen_relation, relations_of
from embedviz.panes.analogies.relation.lists.applying import MOST_APPLIED
from embedviz.panes.analogies.relation.lists.columns import SORTS
from embedviz.panes.analogies.relation.lists.side import LISTED
from embedviz.panes.analogies.relation.measuring import MeasuredRelation
from embedviz.panes.analogies.relation.parts import RelationParts
from embedviz.panes.analogies.relation.settings import KeptRelation, RelationSettings
from embedviz.panes.analogies.settings import AnalogySettings

_ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class RelationInteraction(QObject):
    """Translation of what the user does on the page into states.

    Parameters
    ----------
    page : Page
    parts : RelationParts
    measured : callable
        Returns the relation on screen, if any.
    caption_of : callable
        Returns what is said below the picture, of a pair.
    """

    def __init__(
        self,
        page: Page,
        parts: RelationParts,
        measured: Callable[[], MeasuredRelation | None],
        caption_of: Callable[[int], str],
    ) -> None:
        super().__init__(page)
        self._page, self._parts = page, parts
        self._measured, self._caption_of = measured, caption_of
        self._reading = page.pane.calculations.new_task("reading relations")
        tools, picture, side = parts.tools, parts.picture, parts.side
        tools.changed.connect(lambda changes: page.set(**changes))
        tools.adding_wanted.connect(self._ask_for_pairs)
        tools.file_wanted.connect(self._ask_for_file)
        tools.removal_wanted.connect(self._remove)
        tools.tool_wanted.connect(lambda on: self._use_tool("lasso" if on else "navigate"))
        picture.view.tool_changed.connect(lambda tool: tools.lasso.setChecked(tool == "lasso"))
        picture.pair_hovered.connect(partial(self._hover, in_table=False))
        picture.pair_clicked.connect(self._click)
        picture.pairs_selected.connect(self._select)
        side.choice.chosen.connect(lambda place: page.set(listed=LISTED[place]))
        side.pairs.line_hovered.connect(partial(self._hover, in_table=True))
        side.pairs.line_clicked.connect(self._click)
        side.pairs.line_activated.connect(self._ask_on_first_page)
        side.pairs.head_clicked.connect(self._sort)
        side.relations.line_clicked.connect(self._show_relation)
        side.apply.words_given.connect(lambda words: page.set(apply=words))
        side.apply.selection_wanted.connect(self._apply_to_selected)
        side.apply.answer_chosen.connect(lambda row: page.pane.edit(self._state.queried(row)))

    @property
    def _state(self) -> Any:
        return self._page.pane.session.state

    @property
    def _shown(self) -> MeasuredRelation | None:
        """The relation on screen, where it is of the active set."""
        found = self._measured()
        is_active = found is not None and found.of.vector_set is self._state.active
        return found if is_active else None

    def _hover(self, pair: int, *, in_table: bool) -> None:
        """Mark a pair in the picture and in the table, and say below what is known of it."""
        if in_table:
            self._parts.picture.show_hovered(pair)
        self._parts.side.pairs.show_hovered(pair, is_shown=not in_table)
        set_text_in_place(self._parts.caption, self._caption_of(pair))

    def _click(self, pair: int, keys: Qt.KeyboardModifier | None = None) -> None:
        """Select both words of a pair, and ask for it as an analogy; beside all pairs, neither."""
        found, state = self._shown, self._state
        keys = QGuiApplication.keyboardModifiers() if keys is None else keys
        if found is None:
            return
        if pair < 0:
            self._page.pane.edit(state.selecting(()))
            return
        rows = rows_of_pairs(found, [pair])
        change: Change = "replace"
        if keys & Qt.KeyboardModifier.AltModifier:
            change = "remove"
        elif keys & _ADDING:
            change = "remove" if all(row in state.selected for row in rows) else "add"
        question = question_of_pair(found, pair)
        if question and change == "replace":
            state = state.with_settings(replace(state[AnalogySettings], **question))
        self._page.pane.edit(state.selecting(rows, change))

    def _ask_on_first_page(self, pair: int) -> None:
        """Show a pair as an analogy on the page of one."""
        question = None if self._shown is None else question_of_pair(self._shown, pair)
        if question:
            self._page.set(**question, page="question")

    def _select(self, pairs: Rows, change: Change) -> None:
        found = self._shown
        if found is not None:
            rows = rows_of_pairs(found, pairs)
            self._page.pane.edit(self._state.selecting(rows, change))

    def _use_tool(self, tool: Tool) -> None:
        self._parts.picture.view.mouse.set_tool(tool)

    def _sort(self, column: int) -> None:
        """Sort by a column; by the same one again, the other way round."""
        settings, wanted = self._state[RelationSettings], SORTS[column]
        is_same = settings.sorted_by == wanted
        self._page.set(sorted_by=wanted, worst_first=is_same and not settings.worst_first)

    def _show_relation(self, place: int) -> None:
        state = self._state
        offered = relations_of(state.active, state[RelationSettings])
        if place < len(offered):
            self._page.set(relation=offered[place].name)

    def _apply_to_selected(self) -> None:
        """Apply the relation to the rows that are selected."""
        state, bar = self._state, self._page.pane.message_bar
        rows = state.selected.rows[:MOST_APPLIED].tolist()
        if not rows:
            bar.show_message("Nothing is selected. Select words on the map or in a list first.")
            return
        words = dict.fromkeys(composed(state.active.labels[row]) for row in rows)
        if len(state.selected) > MOST_APPLIED:
            bar.show_message(
                f"{len(state.selected):,} rows are selected; the relation is applied to the first "
                f"{MOST_APPLIED}."
            )
        self._page.set(apply=tuple(words))

    def _ask_for_pairs(self) -> None:
        """Show the dialog in which a relation is added."""
        active = self._state.active
        dialog = AddRelationDialog(active, pairing_columns(active), self._page)
        dialog.relations_given.connect(self._add)
        dialog.file_wanted.connect(self._ask_for_file)
        dialog.open()

    def _ask_for_file(self) -> None:
        dialog = RelationFileDialog(self._page)
        dialog.relations_wanted.connect(self._read)
        dialog.open()

    def read_file(self, path: str) -> None:
        """Add the relations of a file, which is read off the UI thread."""
        self._read(path, has_header=False)

    def _read(self, path: str, has_header: bool) -> None:
        calculations = self._page.pane.calculations
        self._page.pane.message_bar.clear()
        work = partial(read_relation_file, path, has_header=has_header)
        calculations.run(self._reading, work, self._add_read, self._state.active, purpose="edit")

    def _add_read(self, read: ReadRelations) -> None:
        self._add(read.relations)
        if read.said:
            self._page.pane.message_bar.show_message(read.said)

    def _add(self, relations: Sequence[KeptRelation]) -> None:
        """Keep relations, and show the first of them."""
        settings = self._state[RelationSettings]
        for each in reversed(relations):
            settings = settings.with_added(each)
        self._page.pane.edit(self._state.with_settings(settings))

    def _remove(self) -> None:
        """Let go of the relation that is shown, which the user had added."""
        state = self._state
        chosen = chosen_relation(state)
        if chosen is not None and chosen.is_added:
            settings = state[RelationSettings].without_added(chosen.name)
            self._page.pane.edit(state.with_settings(settings))


def rows_of_pairs(found: MeasuredRelation, pairs: Iterable[int]) -> list[int]:
    """Return the rows of both words of some pairs, each once."""
    places = np.fromiter(pairs, dtype=np.intp)
    both = np.concatenate([found.found.first[places], found.found.second[places]])
    rows: list[int] = np.unique(both).tolist()
    return rows


def question_of_pair(found: MeasuredRelation, pair: int) -> dict[str, tuple[str, ...]]:
    """Return a pair as a question: what is to its first word as in the pair that agrees best.

    Nothing where there is no other pair of other words.
    """
    word, right = found.labels[pair]
    agreements = np.nan_to_num(found.agreements, nan=-2.0)
    for other in np.argsort(-agreements, kind="stable").tolist():
        first, second = found.labels[other]
        if other != pair and not {first, second} & {word, right}:
            return {"positive": (second, word), "negative": (first,)}
    return {}
