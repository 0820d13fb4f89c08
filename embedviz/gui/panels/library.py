"""The open sets, and the rows of the one that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import (
    QModelIndex,
    Qt,
)
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QListWidgetItem,
    QVBoxLayout,
)

from embedviz.app.judged_pairs import without_pairs
from embedviz.app.state import State
from embedviz.core.errors import UserError
from embedviz.core.matching import is_quick, match_all
from embedviz.core.progress import Report
from embedviz.core.search import find_rows
from embedviz.core.texts.encoder_of import encoder_of
from embedviz.core.vector_set import VectorSet
from embedviz.gui.describe import (
    describe_encoder,
    describe_part,
    describe_set,
    describe_size,
    describe_trouble,
    tell_apart,
)
from embedviz.gui.pane import Pane
from embedviz.gui.panels.rows_view import RowsModel, RowsView
from embedviz.gui.panels.set_list import PAIRS_ROLE, PLACE_ROLE, SET_ROLE, SIZE_ROLE, SetList
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label, tool_button, with_name
from embedviz.gui.widgets.label_edit import LabelEdit

HITS = 200


@dataclass(frozen=True)
class Found:
    """Rows that fit what was searched for, or what is wrong with it."""

    rows: list[int]
    mistake: str = ""


class LibraryPanel(Pane):
    """Sets to choose from; rows to search in and to choose from."""

    title = "Library"
    name = "library"
    hint = "Open sets are listed here."
    is_side_panel = True

    def build(self) -> None:  # noqa: D102 - see Pane
        self._search_task = self.calculations.new_task("searching")
        self._matching_task = self.calculations.new_task("matching labels")
        self.session.scans.changed.connect(self._on_scanned)
        self._takes_first = self._is_choosing = False
        self.sets = with_name(SetList(), "library.sets", "Open sets. Click one to show it")
        self.sets.itemClicked.connect(self._on_set_chosen)
        self.sets.itemActivated.connect(self._on_set_chosen)
        self.sets.pairs_unwanted.connect(self._remove_pairs)
        self.search = with_name(
            LabelEdit(self.calculations.new_task("completing")),
            "library.search",
            "Search labels: plain text, or /an expression/",
        )
        self.search.setPlaceholderText("Search labels, or /expression/")
        self.search.setClearButtonEnabled(True)
        self.search.complete_inline()
        # What was typed is searched for, not what the line completes it to.
        self.search.textEdited.connect(self._on_text)
        self.search.returnPressed.connect(self._on_return)
        self.rows = RowsModel()
        self.list = with_name(
            RowsView(self.rows), "library.rows", "Rows of the set. Click one to choose it"
        )
        self.list.clicked.connect(self._on_row)
        self.list.activated.connect(self._on_row)
        self.found = text_label(kind="caption", wrap=True)
        self._lay_out()

    def _lay_out(self) -> None:
        self.tools.addWidget(text_label("Library", "title"), 1)
        add = tool_button("library.open", "+", "Open a file", flat=True)
        add.clicked.connect(lambda: self.action_wanted.emit("file.open"))
        self.tools.addWidget(add)
        column = QVBoxLayout(self.picture)
        column.setContentsMargins(GRID, 0, GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self.sets)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self.found)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        assert new.active is not None
        if (old.sets, old.active, old.pairs) != (new.sets, new.active, new.pairs):
            self._draw_sets(new)
        if old.active is not new.active:
            self.search.show_label(new.active, "")
            self._search(new.active, self.search.text())
        elif old.query != new.query:
            self._point_out(new.query)
        elif old.selected != new.selected and not self._is_choosing:
            self.list.scroll_to(self.rows.first_of(new.selected))
        self.list.show_selected(new.selected)

    def _point_out(self, row: int | None) -> None:
        """Mark the query in the list, where it is listed."""
        place = None if row is None else self.rows.place(row)
        self.list.setCurrentIndex(QModelIndex() if place is None else self.rows.index(place))

    def release(self) -> None:  # noqa: D102 - see Pane
        self.sets.clear()
        self.search.release()
        self.rows.show_rows((), ())

    def _draw_sets(self, new: State) -> None:
        self.sets.clear()
        for vector_set, (where, which) in zip(new.sets, tell_apart(new.sets), strict=True):
            item = QListWidgetItem(f"{vector_set.name} {which}".rstrip())
            item.setData(SET_ROLE, vector_set)
            item.setData(PLACE_ROLE, where)
            self._say(item, vector_set)
            self.sets.addItem(item)
            if vector_set is new.active:
                self.sets.setCurrentItem(item)
            for each in new.pairs:
                if each.vector_set is vector_set:
                    self.sets.add_pairs(vector_set, each.pairs)
        self.sets.fit_height()

    def _remove_pairs(self, vector_set: VectorSet, name: str) -> None:
        state = self.session.state
        self.edit(replace(state, pairs=without_pairs(state.pairs, vector_set, name)))

    def _say(self, item: QListWidgetItem, vector_set: VectorSet) -> None:
        """Say what is known of a set, and below its name how large it is or what is wrong."""
        scan = self.session.scans.of(vector_set)
        item.setToolTip(describe_set(vector_set, scan))
        trouble = "" if scan is None else describe_trouble(scan)
        encoder = encoder_of(vector_set)
        made_by = "" if encoder is None else encoder.model or describe_encoder(encoder)
        said = [item.data(PLACE_ROLE), describe_size(vector_set), trouble, made_by]
        item.setData(SIZE_ROLE, " · ".join(filter(None, said)))

    def _on_scanned(self, vector_set: VectorSet) -> None:
        for place in range(self.sets.count()):
            item = self.sets.item(place)
            is_set = item.data(PAIRS_ROLE) is None
            if is_set and item.data(SET_ROLE).identity is vector_set.identity:
                self._say(item, item.data(SET_ROLE))

    def _on_set_chosen(self, item: QListWidgetItem) -> None:
        chosen, state = item.data(SET_ROLE), self.session.state
        if state.active is None or is_quick(state.active, chosen, state.selected.rows):
            self.calculations.cancel(self._matching_task)
            self.edit(state.activated(chosen))
            return
        # Many selected rows have to be found in the other set first, by their labels.
        work = partial(_match, state.active, chosen)
        self.calculations.run(
            self._matching_task, work, partial(self._activate, chosen), state.active, purpose="edit"
        )

    def _activate(self, chosen: VectorSet, _: None) -> None:
        if chosen in self.session.state.sets:
            self.edit(self.session.state.activated(chosen))

    def _on_text(self, text: str) -> None:
        if self.session.state.active is not None:
            self._search(self.session.state.active, text)

    def _search(self, active: VectorSet, text: str) -> None:
        self._takes_first = False
        if text.strip():
            work, show = partial(_find, active, text), partial(self._show_found, active)
            self.calculations.run(self._search_task, work, show, active, purpose="edit")
        else:
            self.calculations.cancel(self._search_task)
            self._list(active, range(len(active)), describe_part(active) or f"{len(active):,} rows")

    def _show_found(self, active: VectorSet, found: Found) -> None:
        rows = found.rows
        first = "first " if len(rows) == HITS else ""
        count = f"{first}{len(rows):,} found of {len(active):,}"
        self._list(active, rows, found.mistake or (count if rows else "Nothing found"))
        if self._takes_first:
            self._take_first()

    def _list(self, active: VectorSet, rows: Sequence[int], told: str) -> None:
        self.rows.show_rows(active.labels, rows)
        self.found.setText(told)
        self._point_out(self.session.state.query)
        if len(rows) < len(active):
            self.list.scrollToTop()  # Where the best fitting ones are.

    def _on_return(self) -> None:
        """Choose the row with this label, or else the first that is found."""
        active, label = self.session.state.active, self.search.text().strip()
        if active is None or not label:
            return
        if label in active:
            self.edit(self.session.state.queried(active.row(label)))
        elif self._search_task.is_busy:
            self._takes_first = True
        else:
            self._take_first()

    def _take_first(self) -> None:
        self._takes_first = False
        if self.rows.rowCount():
            self.edit(self.session.state.queried(self.rows.row_at(0)))

    def _on_row(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        row = self.rows.row_at(index.row())
        adding = QGuiApplication.keyboardModifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        state = self.session.state
        self._is_choosing = True  # The list stays where the user is choosing in it.
        try:
            self.edit(state.toggled(row) if adding else state.queried(row))
        finally:
            self._is_choosing = False


def _find(vector_set: VectorSet, text: str, report: Report) -> Found:
    """Search labels. Runs off the UI thread."""
    try:
        return Found(find_rows(vector_set.labels, text, HITS, report=report).tolist())
    except UserError as error:  # Perhaps an expression that is not typed to its end yet.
        return Found([], str(error))


def _match(source: VectorSet, target: VectorSet, report: Report) -> None:
    """Match all rows of two sets. Runs off the UI thread."""
    match_all(source, target)
