"""The lists of neighbors, side by side: full length, this length, and ranked again."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.matryoshka import PrefixSearch
from embedviz.core.notes import counted
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, with_name
from embedviz.gui.widgets.ranked_list import RankedList
from embedviz.panes.matryoshka.comparison import (
    SHOWN,
    Asked,
    Lists,
    PreparedQuery,
    compare,
    prepare,
)
from embedviz.panes.matryoshka.settings import MatryoshkaSettings
from embedviz.panes.matryoshka.words import summarize

_LISTS = (
    ("full", "Neighbors at full length"),
    ("short", "Neighbors on the prefix"),
    ("again", "Neighbors on the prefix, ranked again at full length"),
)


class NeighborLists(QWidget):
    """Three lists of neighbors of the query, and in a sentence how they differ.

    Parameters
    ----------
    pane : Pane
        A row that is clicked becomes the query of its state.
    """

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self._pane = pane
        self._ask_task = pane.calculations.new_task("preparing the query")
        self._lists_task = pane.calculations.new_task("nearest rows")
        self._search: tuple[VectorSet, PrefixSearch] | None = None
        self._prepared: PreparedQuery | None = None
        self.summary = ElidedLabel("headline")
        self.heads = {name: ElidedLabel("title") for name, _ in _LISTS}
        self.lists = {
            name: with_name(RankedList(), f"{pane.name}.{name}", words) for name, words in _LISTS
        }
        self.full, self.short, self.again = self.lists.values()
        for ranked in self.lists.values():
            ranked.row_chosen.connect(lambda row: pane.edit(pane.session.state.queried(row)))
        self._lay_out()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * GRID)
        for column, (name, ranked) in enumerate(self.lists.items()):
            self.heads[name].setContentsMargins(GRID, 0, 0, 0)
            grid.addWidget(self.heads[name], 0, column)
            grid.addWidget(ranked, 1, column)
            grid.setColumnStretch(column, 1)
        self.summary.setContentsMargins(GRID, 0, GRID, 0)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID)
        rows.addWidget(self.summary)
        rows.addLayout(grid)

    def fit_height(self, most: int) -> None:
        """Show as many lines as there is room for, from 4 to all."""
        line = self.full.height_of(2) - self.full.height_of(1)
        rest = self.summary.sizeHint().height() + self.heads["full"].sizeHint().height() + 3 * GRID
        lines = min(max((most - rest) // line, 4), SHOWN)
        for ranked in self.lists.values():
            ranked.setFixedHeight(ranked.height_of(lines))

    def draw(self, old: State, new: State) -> None:
        """Bring the lists to a state with an active set."""
        active, settings = new.active, new[MatryoshkaSettings]
        assert active is not None
        for ranked in self.lists.values():
            ranked.show_selected(new.selected)
        self._show_heads(active, settings)
        if old.active is not active:
            self._clear("")  # Rows of the set before.
        asked, query = Asked.of(new), new.current_query
        if asked is None or query is None:
            self._clear("Choose a row, in the library or on the map, as the query.")
        elif self._prepared is not None and self._prepared.asked == asked:
            self._pane.calculations.cancel(self._ask_task)
            self._compare(self._prepared, settings)
        elif not self._pane.calculations.has_asked(self._ask_task, asked):
            known = self._search
            search = known[1] if known is not None and known[0] is active else None
            work = partial(prepare, search, asked, query)
            self._pane.calculations.run(self._ask_task, work, self._show_prepared, asked)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:
        """Take away what could not be found."""
        if task in (self._ask_task, self._lists_task):
            self._clear("The neighbors were not found.")

    def release(self) -> None:
        """Let go of what was computed from a set that has been closed."""
        self._search = None
        self._clear("")

    def _show_heads(self, active: VectorSet, settings: MatryoshkaSettings) -> None:
        length = settings.length(active)
        self.heads["full"].setText(f"Full length · {active.dimensions:,}")
        self.heads["short"].setText(f"First {counted(length, 'dimension')}")
        self.heads["again"].setText(f"Re-ranked · best {settings.shortlist:,}")

    def _clear(self, said: str) -> None:
        self._prepared = None
        for ranked in self.lists.values():
            ranked.show_lines(())
        self.summary.setText(said)

    def _show_prepared(self, prepared: PreparedQuery) -> None:
        self._search = (prepared.asked.vector_set, prepared.search)
        self._prepared = prepared
        self._compare(prepared, self._pane.session.state[MatryoshkaSettings])

    def _compare(self, prepared: PreparedQuery, settings: MatryoshkaSettings) -> None:
        work = partial(compare, prepared, settings)
        self._pane.calculations.run(self._lists_task, work, partial(self._show_lists, prepared))

    def _show_lists(self, prepared: PreparedQuery, lists: Lists) -> None:
        if prepared is not self._prepared:
            return
        for name, ranked in self.lists.items():
            ranked.show_lines(getattr(lists, name))
        self.summary.setText(summarize(prepared, lists))
