"""The open sets, and the rows of the one that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import (
    QModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QGuiApplication, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from embedviz.app.state import State, lineage
from embedviz.core.errors import UserError
from embedviz.core.matching import is_quick, match_all
from embedviz.core.progress import Report
from embedviz.core.search import find_rows
from embedviz.core.vector_set import VectorSet
from embedviz.gui.describe import describe_set, describe_size, describe_trouble, tell_apart
from embedviz.gui.pane import Pane
from embedviz.gui.panels.rows_view import Index, RowsModel, RowsView
from embedviz.gui.theme import CAPTION_PIXELS, GRID, TEXT_PIXELS, font, theme_manager, with_alpha
from embedviz.gui.widgets.controls import text_label, tool_button, with_name
from embedviz.gui.widgets.label_edit import LabelEdit

HITS = 200

_SET_ROLE = Qt.ItemDataRole.UserRole + 1
_SIZE_ROLE = Qt.ItemDataRole.UserRole + 2
_PLACE_ROLE = Qt.ItemDataRole.UserRole + 3


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
        self.sets = with_name(QListWidget(), "library.sets", "Open sets. Click one to show it")
        self.sets.setItemDelegate(_SetDelegate(self.sets))
        self.sets.itemClicked.connect(self._on_set_chosen)
        self.sets.itemActivated.connect(self._on_set_chosen)
        self.sets.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sets.setMouseTracking(True)
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
        if (old.sets, old.active) != (new.sets, new.active):
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
            item.setData(_SET_ROLE, vector_set)
            item.setData(_PLACE_ROLE, where)
            self._say(item, vector_set)
            self.sets.addItem(item)
            if vector_set is new.active:
                self.sets.setCurrentItem(item)
        rows = min(self.sets.count(), 6)
        self.sets.setFixedHeight(rows * _SetDelegate.HEIGHT + 4)

    def _say(self, item: QListWidgetItem, vector_set: VectorSet) -> None:
        """Say what is known of a set, and below its name how large it is or what is wrong."""
        scan = self.session.scans.of(vector_set)
        item.setToolTip(describe_set(vector_set, scan))
        trouble = "" if scan is None else describe_trouble(scan)
        said = [item.data(_PLACE_ROLE), describe_size(vector_set), trouble]
        item.setData(_SIZE_ROLE, " · ".join(filter(None, said)))

    def _on_scanned(self, vector_set: VectorSet) -> None:
        for place in range(self.sets.count()):
            item = self.sets.item(place)
            if item.data(_SET_ROLE).identity is vector_set.identity:
                self._say(item, item.data(_SET_ROLE))

    def _on_set_chosen(self, item: QListWidgetItem) -> None:
        chosen, state = item.data(_SET_ROLE), self.session.state
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
            self._list(active, range(len(active)), f"{len(active):,} rows")

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


class _SetDelegate(QStyledItemDelegate):
    """Delegate that paints a set: name over size, derived ones indented below their parents."""

    HEIGHT = 42

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802
        return QSize(0, self.HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        vector_set: VectorSet = index.data(_SET_ROLE)
        theme = theme_manager.theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        active = bool(option.state & QStyle.StateFlag.State_Selected)
        area = QRectF(option.rect).adjusted(0, 1, 0, -1)
        if active or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(with_alpha(theme.accent, 0.12 if active else 0.05))
            painter.drawRoundedRect(area, 6, 6)
        depth = len(lineage(vector_set)) - 1
        left = area.left() + GRID + 14 * depth
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent if active else theme.muted))
        painter.drawEllipse(QRectF(left, area.top() + 11, 6, 6))
        text = QRectF(left + 14, area.top() + 3, area.right() - left - 18, 18)
        painter.setPen(QColor(theme.text))
        painter.setFont(font(TEXT_PIXELS, semibold=active))
        name = painter.fontMetrics().elidedText(
            index.data(), Qt.TextElideMode.ElideMiddle, int(text.width())
        )
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(font(CAPTION_PIXELS))
        painter.setPen(QColor(theme.muted))
        size = painter.fontMetrics().elidedText(
            index.data(_SIZE_ROLE), Qt.TextElideMode.ElideRight, int(text.width())
        )
        painter.drawText(text.translated(0, 17), Qt.AlignmentFlag.AlignVCenter, size)
        painter.restore()


def _find(vector_set: VectorSet, text: str, report: Report) -> Found:
    """Search labels. Runs off the UI thread."""
    try:
        return Found(find_rows(vector_set.labels, text, HITS, report=report).tolist())
    except UserError as error:  # Perhaps an expression that is not typed to its end yet.
        return Found([], str(error))


def _match(source: VectorSet, target: VectorSet, report: Report) -> None:
    """Match all rows of two sets. Runs off the UI thread."""
    match_all(source, target)
