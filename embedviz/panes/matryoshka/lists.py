"""Three lists of neighbors side by side: at full length, at this length, and ranked again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core import matryoshka
from embedviz.core.compiled.kernels import compile_gate
from embedviz.core.wording import one_line
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import ElidedLabel, with_name
from embedviz.gui.widgets.ranked_list import LEAST_LINE, RankedList
from embedviz.panes.matryoshka.comparison import (
    SHOWN,
    Asked,
    Lists,
    PreparedQuery,
    RowSearches,
    compare,
    depends_on,
    prepare,
    rank_beyond,
)
from embedviz.panes.matryoshka.gutter import LEAST_WIDTH, MOST_WIDTH, WIDTH, Gutter
from embedviz.panes.matryoshka.settings import MatryoshkaSettings
from embedviz.panes.matryoshka.words import describe_lines, head_words, summarize

_LISTS = (
    ("full", "Neighbors at full length"),
    ("short", "Neighbors on the prefix"),
    ("again", "Neighbors on the prefix, ranked again at full length"),
)
_GUTTERS = (
    ("cut", "What the cut does to the neighbors"),
    ("rank", "What ranking again does to the neighbors"),
)
_PREPARING = "Looking for the nearest rows …"
_COMPILING = "Preparing to search (first start only): its loops are being compiled …"
_LEAST_LINES = 4
_ROOMY, _WIDEST = 860, 460
"""Width of the pane for which `WIDTH` is made, and the most that a list takes."""


class NeighborLists(QWidget):
    """Three lists of neighbors of the query with lines between them, and in words how they differ.

    Parameters
    ----------
    pane : Pane
        A row that is clicked becomes the query of its state.
    """

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self._pane, self._scale = pane, 1.0
        # What the hand waits for goes before what pages measure.
        self._ask_task = pane.calculations.new_task("preparing the query", urgency=2)
        self._lists_task = pane.calculations.new_task("nearest rows", urgency=2)
        self._ranks_task = pane.calculations.new_task("ranks among all rows")
        self._searches: RowSearches | None = None
        self._lists: Lists | None = None
        self._prepared: PreparedQuery | None = None
        self._compared: tuple[PreparedQuery, tuple[object, ...]] | None = None
        self.summary, self.legend = ElidedLabel("headline"), ElidedLabel("caption")
        self.heads = {name: ElidedLabel("title") for name, _ in _LISTS}
        self.lists = {
            name: with_name(RankedList(), f"{pane.name}.{name}", words) for name, words in _LISTS
        }
        self.full, self.short, self.again = self.lists.values()
        self.at_cut, self.at_rank = (
            with_name(Gutter(left, right), f"{pane.name}.{name}", words)
            for (name, words), left, right in zip(
                _GUTTERS, (self.full, self.short), (self.short, self.again), strict=True
            )
        )
        self._parts: tuple[RankedList | Gutter, ...] = (
            *self.lists.values(),
            self.at_cut,
            self.at_rank,
        )
        for part in self._parts:
            part.row_chosen.connect(lambda row: pane.edit(pane.session.state.queried(row)))
            part.row_hovered.connect(self._show_hovered)
        self._lay_out()

    def _lay_out(self) -> None:
        self._grid = QGridLayout()
        self._grid.setSpacing(0)
        self._grid.setVerticalSpacing(GRID // 2)
        for place, (name, ranked) in enumerate(self.lists.items()):
            self.heads[name].setContentsMargins(GRID, 0, 0, 0)
            self.heads[name].setMaximumWidth(_WIDEST)
            self._grid.addWidget(self.heads[name], 0, 2 * place, 1, 2 if place < 2 else 1)
            ranked.setMaximumWidth(_WIDEST)
            self._grid.addWidget(ranked, 1, 2 * place)
            self._grid.setColumnStretch(2 * place, 1)
        self._grid.addWidget(self.at_cut, 1, 1)
        self._grid.addWidget(self.at_rank, 1, 3)
        for text in (self.summary, self.legend):
            text.setContentsMargins(GRID, 0, GRID, 0)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID // 2)
        rows.addWidget(self.summary)
        beside = QHBoxLayout()
        beside.addLayout(self._grid, 100)
        beside.addStretch(1)
        rows.addLayout(beside)
        rows.addWidget(self.legend)
        rows.addStretch(1)

    def fit_room(self, width: int, height: int) -> None:
        """Show all lines where there is room for them, if need be low ones, and else fewer.

        Lines between the lists are as wide as may be.
        """
        room = height - self._height_of_texts()
        for ranked in self.lists.values():
            ranked.set_line_height((room - 2) // SHOWN / self._scale)
            line = ranked.height_of(2) - ranked.height_of(1)
            ranked.setFixedHeight(ranked.height_of(min(max(room // line, _LEAST_LINES), SHOWN)))
        share = min(max(width / _ROOMY, LEAST_WIDTH / WIDTH), MOST_WIDTH / WIDTH)
        for gutter in (self.at_cut, self.at_rank):
            gutter.setFixedWidth(round(gutter.sizeHint().width() * share))

    def _height_of_texts(self) -> int:
        texts = (self.summary, self.heads["full"], self.legend)
        return sum(text.sizeHint().height() + GRID // 2 for text in texts)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return room for a few low lines, however many are shown: the window can be made lower."""
        lines = _LEAST_LINES * round(LEAST_LINE * self._scale) + 2
        return QSize(super().minimumSizeHint().width(), lines + self._height_of_texts())

    def set_text_scale(self, scale: float) -> None:
        """Take the size of text on a stage; the parts are told by themselves."""
        self._scale = scale

    def draw(self, old: State, new: State) -> None:
        """Bring the lists to a state with an active set."""
        active, settings = new.active, new[MatryoshkaSettings]
        assert active is not None
        for part in self._parts:
            part.show_selected(new.selected)
        if old.active is not active:
            self._clear("")  # Rows of the set before.
        lists = self._lists
        is_known = lists is not None and depends_on(lists.settings) == depends_on(settings)
        self._show_heads(head_words(active, settings, lists if is_known else None))
        asked, query = Asked.of(new), new.current_query
        calculations = self._pane.calculations
        if asked is None or query is None:
            self._clear("Choose a row, in the library or on the map, as the query.")
        elif self._prepared is not None and self._prepared.asked == asked:
            calculations.cancel(self._ask_task)
            self._compare(self._prepared, settings)
        elif not calculations.has_asked(self._ask_task, asked):
            known = self._searches
            key = (active, settings.layer_norm)
            if known is not None and (known.vector_set, known.layer_norm) != key:
                known = self._searches = None
            work = partial(prepare, known, asked, query)
            calculations.run(self._ask_task, work, self._show_prepared, asked)
            is_first = compile_gate.holds_back(matryoshka.__name__)
            self.full.show_waiting(_COMPILING if is_first else _PREPARING)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:
        """Take away what could not be found."""
        if task is self._ask_task:
            self._clear("The neighbors were not found.")
        elif task is self._lists_task:
            self._clear_lists("The neighbors were not found.")

    def release(self) -> None:
        """Let go of what was computed from a set that has been closed."""
        self._searches = None
        self._clear("")

    def _clear(self, said: str) -> None:
        self._prepared = self._compared = None
        for task in (self._lists_task, self._ranks_task):
            self._pane.calculations.cancel(task)
        self._clear_lists(said)

    def _clear_lists(self, said: str) -> None:
        for ranked in self.lists.values():
            ranked.show_lines(())
        for gutter in (self.at_cut, self.at_rank):
            gutter.show_lines(())
        self._lists = None
        self.summary.setText(said)
        self.legend.clear()

    def _show_prepared(self, prepared: PreparedQuery) -> None:
        self._searches, self._prepared = prepared.searches, prepared
        self._compare(prepared, self._pane.session.state[MatryoshkaSettings])

    def _compare(self, prepared: PreparedQuery, settings: MatryoshkaSettings) -> None:
        """Ask for the lists, unless they are shown or asked for.

        While the slider is dragged, what is at work is let finish and is shown, and then the
        newest length is asked for: else a fast drag would show nothing before it ends.
        """
        wanted, last = (prepared, depends_on(settings)), self._compared
        is_same_query = last is not None and last[0] is prepared
        if is_same_query and (last == wanted or self._lists_task.is_busy):
            return
        self._compared = wanted
        self._pane.calculations.cancel(self._ranks_task)
        work = partial(compare, prepared, settings)
        self._pane.calculations.run(self._lists_task, work, partial(self._show_lists, prepared))

    def _show_lists(self, prepared: PreparedQuery, lists: Lists) -> None:
        if prepared is not self._prepared:
            return
        for name, ranked in self.lists.items():
            ranked.show_lines(getattr(lists, name))
        self._show_lines(lists)
        self.summary.show_about(one_line(prepared.query.name), summarize(prepared, lists))
        self.legend.setText(describe_lines(prepared, lists))
        self._lists = lists
        self._show_heads(head_words(prepared.asked.vector_set, lists.settings, lists))
        self._compare(prepared, self._pane.session.state[MatryoshkaSettings])
        if not self._lists_task.is_busy:  # Else a newer length has been asked for by now.
            work = partial(rank_beyond, prepared, lists)
            self._pane.calculations.run(
                self._ranks_task, work, self._show_lines, prepared.asked, purpose="detail"
            )

    def _show_heads(self, heads: Mapping[str, str]) -> None:
        for name, words in heads.items():
            self.heads[name].show_about(words.partition(" · ")[0], words)

    def _show_lines(self, lists: Lists) -> None:
        self.at_cut.show_lines(lists.at_cut)
        self.at_rank.show_lines(lists.at_rank)

    def _show_hovered(self, row: int) -> None:
        for part in self._parts:
            part.show_hovered(row)
