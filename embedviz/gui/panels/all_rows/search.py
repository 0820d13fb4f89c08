"""Neighbors among all rows of a collection, as its engine finds them, in the neighbors panel."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Protocol

from PySide6.QtCore import QModelIndex, QObject
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from embedviz.app.databases.collections import origin_of
from embedviz.app.databases.requests import AllRowsRequest, search_request
from embedviz.app.databases.settings import CollectionSearchSettings
from embedviz.app.searches import Searches
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.neighbors import Metric
from embedviz.core.notes import counted
from embedviz.core.progress import Report
from embedviz.core.query_vector import Query, QueryVector
from embedviz.core.vector_set import VectorSet
from embedviz.core.wording import composed, with_controls
from embedviz.gui.calculations import Calculations
from embedviz.gui.panels.all_rows.controls import AmongControls
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label, with_name
from embedviz.gui.widgets.message_bar import MessageBar
from embedviz.gui.widgets.ranked_list import Ranked, RankedList, rank
from embedviz.sources.databases.searching.all_rows import AllRowsAnswer

OUTSIDE = "outside"
"""Note of a line whose row is not in the sample."""
MISSED = "missed"
"""Note of a line that is nearer than the last one that the engine found, and was not found."""


class AsksAllRows(Protocol):
    """What the search needs of the panel that it is a part of; see `Pane`."""

    session: Session
    calculations: Calculations
    message_bar: MessageBar

    def edit(self, state: State) -> None:
        """Show another state because the user asked for it."""


class AllRowsSearch(QObject):
    """Search of the engine, with its controls and what it is compared with.

    Parameters
    ----------
    pane : AsksAllRows
        Its tasks do it.
    found : RankedList
        Where the neighbors are listed.

    Attributes
    ----------
    controls : AmongControls
    beside : RankedList
        Exact neighbors among the rows shown.
    beside_title : QLabel
    """

    def __init__(self, pane: AsksAllRows, found: RankedList) -> None:
        super().__init__(found)
        self._pane, self._session, self._list = pane, pane.session, found
        self._calculations = pane.calculations
        self._task = pane.calculations.new_task("nearest of all rows")
        self._beside_task = pane.calculations.new_task("nearest rows of the sample")
        self.controls = AmongControls()
        self.controls.among.activated.connect(
            lambda _: self._set(among=self.controls.among.currentData())
        )
        self.controls.way.activated.connect(
            lambda _: self._set(way=self.controls.way.currentData())
        )
        self.controls.effort.valueChanged.connect(lambda value: self._set(effort=value))
        self.controls.beside.clicked.connect(lambda on: self._set(beside=on))
        self.beside_title = text_label(kind="caption")
        self.beside = with_name(
            RankedList(), "neighbors.beside_list", "Exact neighbors among the rows shown"
        )
        self.beside.row_chosen.connect(lambda row: self._edit(self._session.state.queried(row)))
        found.clicked.connect(self._choose_outside)
        found.activated.connect(self._choose_outside)
        self._listed = ""
        self.beside.hide()
        self.beside_title.hide()

    def lay_out_beside(self, rows: QVBoxLayout) -> None:
        """Put what stands beside the neighbors into a layout."""
        head = QHBoxLayout()
        head.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        head.addWidget(self.beside_title)
        rows.addLayout(head)
        rows.addWidget(self.beside, 1)

    def draw(self, old: State, new: State) -> bool:
        """Show what is set; return whether neighbors are searched for among all rows."""
        active, origin = new.active, origin_of(new.active)
        self.controls.setVisible(origin is not None)
        if old.active is not active:
            self._listed = ""
        if active is None or origin is None:
            self._leave()
            return False
        settings, last = new[CollectionSearchSettings], self._session.all_rows.last_of(active)
        ways = None if last is None or last.ways.metric != new.metric else last.ways
        n_rows = origin.n_rows if last is None else last.ways.n_rows
        self.controls.show_settings(settings, len(active), n_rows, ways)
        self.beside.show_selected(new.selected)
        is_all = settings.among == "all"
        if not is_all:
            self._leave()
        return is_all

    def ask(self, state: State, name: str) -> None:
        """Search for what a state asks for, where that is not known.

        Parameters
        ----------
        state : State
        name : str
            What is searched for is called.
        """
        request = AllRowsRequest.of(state)
        if request is None:
            self._leave()
            return
        answer = self._session.all_rows.answer_to(request)
        if answer is not None:
            self._calculations.cancel(self._task)
            self._show(request, name, answer)
        elif not self._calculations.has_asked(self._task, request):
            self.controls.said.setText("Asking the database …")
            work = partial(search_request, self._session.all_rows.collections, request, state)
            show = partial(self._take, request, name)
            self._calculations.run(self._task, work, show, request)

    def on_failed(self, task: Task) -> None:
        """Keep what was listed before, and say of what it is."""
        if task is self._task:
            about = (
                f" Listed are the neighbors of {self._listed}, as before." if self._listed else ""
            )
            self.controls.said.setText(f"Not answered.{about}")

    def release(self) -> None:
        """List nothing of a set that was closed."""
        self._listed = ""
        self._hide_beside()

    def _leave(self) -> None:
        self._calculations.cancel(self._task)
        self._listed = ""
        self._hide_beside()

    def _set(self, **changes: object) -> None:
        state = self._session.state
        self._edit(state.with_settings(replace(state[CollectionSearchSettings], **changes)))  # type: ignore[arg-type]

    def _edit(self, state: State) -> None:
        self._pane.edit(state)

    def _take(self, request: AllRowsRequest, name: str, answer: AllRowsAnswer) -> None:
        self._session.all_rows.keep(request, answer)
        self._show(request, name, answer)
        self.draw(self._session.state, self._session.state)  # What can be chosen is known now.

    def _show(self, request: AllRowsRequest, name: str, answer: AllRowsAnswer) -> None:
        self._listed = with_controls(name)
        lines = [
            Ranked(each.row, composed(each.label), each.score, note=OUTSIDE * (each.row < 0))
            for each in answer.found
        ]
        self._list.show_lines(lines)
        self.controls.said.setText(describe_answer(answer))
        state = self._session.state
        if not state[CollectionSearchSettings].beside:
            self._hide_beside()
            return
        query = state.current_query
        assert query is not None
        asked = self._session.searches, request.vector_set, request.metric, query, request.count
        show = partial(self._show_beside, answer)
        work = partial(_nearest_shown, *asked)
        self._calculations.run(self._beside_task, work, show, request, purpose="detail")

    def _show_beside(self, answer: AllRowsAnswer, lines: list[Ranked]) -> None:
        marked = with_missed(lines, answer)
        n_missed = sum(line.note == MISSED for line in marked)
        missed = f", {n_missed:,} missed by the engine" if n_missed else ""
        self.beside_title.setText(f"Exact, among the rows shown{missed}")
        self.beside.show_lines(marked)
        self.beside_title.show()
        self.beside.show()

    def _hide_beside(self) -> None:
        if self.beside.isHidden():
            return
        self._calculations.cancel(self._beside_task)
        self.beside.show_lines(())
        self.beside.hide()
        self.beside_title.hide()

    def _choose_outside(self, index: QModelIndex) -> None:
        """Search for the neighbors of a row that is not in the sample, by its vector."""
        answer = self._session.all_rows.answer_to(AllRowsRequest.of(self._session.state))
        if answer is None or index.row() >= len(answer.found):
            return
        found = answer.found[index.row()]
        if found.row >= 0:
            return
        if found.vector is None:
            said = f"{found.label!r} is outside of the sample and has no vector to search with."
            self._pane.message_bar.show_message(said)
            return
        self._edit(self._session.state.queried_with(QueryVector(found.label, found.vector)))


def describe_answer(answer: AllRowsAnswer) -> str:
    """Return how was searched, how long it took, and how much is in the sample."""
    ways, n_found = answer.ways, len(answer.found)
    milliseconds = 1000 * answer.seconds
    time = f"{milliseconds:,.1f} ms" if milliseconds < 100 else f"{milliseconds:,.0f} ms"
    n_shown = n_found - len(answer.outside)
    said = [
        f"{ways.title}, {counted(ways.n_rows, 'row')}, {answer.method}, {time}.",
        f"{n_shown:,} of {n_found:,} are among the rows shown." if n_found else "Nothing found.",
        answer.note,
    ]
    return " ".join(filter(None, said))


def with_missed(lines: list[Ranked], answer: AllRowsAnswer) -> list[Ranked]:
    """Return neighbors in the sample, with a note on those that the engine should have found.

    Those are as near as the last one that it found, by more than rounding.
    """
    if not answer.found or answer.way == "exact":
        return lines
    there = {each.row for each in answer.found}
    worst = answer.found[-1].score
    slack = 1e-5 * max(1.0, abs(worst))
    is_distance = answer.ways.metric == "euclidean"
    return [
        replace(line, note=MISSED)
        if line.row not in there
        and (line.score < worst - slack if is_distance else line.score > worst + slack)
        else line
        for line in lines
    ]


def _nearest_shown(
    searches: Searches,
    vector_set: VectorSet,
    metric: Metric,
    query: Query,
    count: int,
    report: Report,
) -> list[Ranked]:
    """Rank the rows shown by nearness. Runs off the UI thread."""
    vector, exclude = query.vector, query.exclude
    rows, scores = searches.nearest(vector_set, metric, vector, count, exclude)
    return rank(vector_set, rows, scores)
