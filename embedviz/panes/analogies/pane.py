"""Analogies: one question, whole relations, the benchmark, and where they break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.analogies.compiling import compile_all
from embedviz.core.wording import one_line
from embedviz.gui.calculations import Subject
from embedviz.gui.has_points import HasLasso
from embedviz.gui.pages.page import WantedBy
from embedviz.gui.pages.stack import PageStack
from embedviz.gui.pane import MANY_ROWS, Pane, do_in_turns
from embedviz.gui.theme import GRID, TOOL_ROW
from embedviz.gui.widgets.watched import is_watched
from embedviz.panes.analogies.given_files import WORDS, page_for
from embedviz.panes.analogies.pages import PAGES
from embedviz.panes.analogies.settings import AnalogySettings


class AnalogiesPane(Pane):
    """Tabs in the tool row, and the page that is chosen in all of the room below."""

    title = "Analogies"
    name = "analogies"
    figure = "analogy"
    settings_class = AnalogySettings
    scenes_by_facts = True
    kernels = (compile_all,)
    hint = "Open word vectors to ask what is to king as woman is to man."

    def build(self) -> None:  # noqa: D102 - see Pane
        self.pages = PageStack(self, PAGES)
        self.pages.move_head(self.tools)
        self.pages.head_turned.connect(self._fit_tools)
        rows = QVBoxLayout(self.picture)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self.pages)

    def draw(self, old: State, new: State) -> None:  # noqa: D102 - see Pane
        name = PAGES.wanted_by(new[AnalogySettings])
        is_made = name in self.pages.pages
        if is_made or len(new.active or ()) < MANY_ROWS or not is_watched(self):
            self.pages.draw(new)
            self._fit_tools()
            return
        # To load, to make, to lay out and to draw a page takes too long for one turn.
        do_in_turns(
            self,
            lambda: PAGES.page_class(name),
            lambda: self.pages.made(name),
            self._draw_made,
        )

    def _draw_made(self) -> None:
        """Draw the page that was made for it, unless the last set was closed meanwhile."""
        state = self.session.state
        if state.active is not None:
            self.without_edits(lambda: self.draw(state, state))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Make the tool row as high as its controls are, side by side or below each other."""
        super().resizeEvent(event)
        if self.is_built:
            self._fit_tools()

    def _fit_tools(self) -> None:
        if not self.is_lent:  # On a stage there are no tools.
            needed = self.pages.head.sizeHint().height() + GRID
            self.tool_row.setFixedHeight(max(needed, TOOL_ROW + GRID))

    def wants(self, subject: Subject) -> bool:  # noqa: D102 - see Pane
        if isinstance(subject, WantedBy):
            return subject.is_wanted(self.session.state)
        return super().wants(subject)

    def contents_for_it(self, path: Path) -> str:  # noqa: D102 - see TakesFiles
        return WORDS.get(self._page_for(path), "")

    def take_file(self, path: Path) -> None:
        """Choose the page that a file is for, and have it take the file."""
        name, state = self._page_for(path), self.session.state
        if name not in WORDS:
            return
        self.make()
        self.edit(state.with_settings(replace(state[AnalogySettings], page=name)))
        self.pages.made(name).take_file(str(path))

    def _page_for(self, path: Path) -> str:
        state = self.session.state
        chosen = state[AnalogySettings].page if self.is_in_view else ""
        return page_for(path, state.active, chosen)

    def switch_tool(self) -> None:
        """Begin or end selecting with the lasso, on pages that have one."""
        page = self.pages.chosen if self.is_built and self.pages.pages else None
        if isinstance(page, HasLasso):
            page.switch_tool()

    def on_failed(self, task: Task, *, failed: bool = False) -> None:  # noqa: D102 - see Pane
        self.pages.on_failed(task, failed=failed)

    def facts(self, state: State) -> Sequence[str]:  # noqa: D102 - see Pane
        settings = state[AnalogySettings]
        if settings.page != PAGES.first:
            return (PAGES[settings.page].title,)
        return one_line(settings.written), settings.method

    def begin_figure(self) -> None:
        """Begin what the chosen page does only when asked."""
        self.pages.chosen.begin_figure()

    def fit_text(self, scale: float) -> None:  # noqa: D102 - see Pane
        self.pages.fit_text(scale)
        if self.isVisible():  # Whatever is drawn next has this size.
            QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)

    def release(self) -> None:  # noqa: D102 - see Pane
        if self.is_built:
            self.pages.release()
