"""The tabs of the pages, and the page that is chosen."""

from __future__ import annotations

from importlib import import_module

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.settings import fields_of
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import Segments
from embedviz.panes.matryoshka.page import Controls, Page, set_of_pane
from embedviz.panes.matryoshka.pages import PAGES
from embedviz.panes.matryoshka.settings import MatryoshkaSettings, PageName


class PageStack(QWidget):
    """Pages, of which the chosen one is in view; each is made when it is first seen.

    Parameters
    ----------
    pane : Pane
        What the user chooses becomes a state of it.

    Attributes
    ----------
    pages : dict of str to Page
        Those that were made, by name.
    """

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self._pane = pane
        self.pages: dict[PageName, Page] = {}
        self._drawn: dict[PageName, State] = {}
        self._scale = 1.0
        titles = {
            name: words for words, name in fields_of(MatryoshkaSettings)["page"].about.choices
        }
        self._names = tuple(PAGES)
        self.tabs = Segments(f"{pane.name}.pages", "Page", [titles[name] for name in self._names])
        self.tabs.chosen.connect(lambda place: set_of_pane(pane, page=self._names[place]))
        self.tabs.setVisible(len(PAGES) > 1)
        self._stack, self._tools = QStackedWidget(), QStackedWidget()
        self._head = Controls()
        self._head.row.addWidget(self.tabs)
        self._head.row.addWidget(self._tools, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID // 2)
        rows.addWidget(self._head)
        rows.addWidget(self._stack, 1)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Return no, though a page may have text of several lines: the lists go before it."""
        return False

    @property
    def chosen(self) -> Page:
        """The page in view."""
        page = self._stack.currentWidget()
        assert isinstance(page, Page)
        return page

    @property
    def least_height(self) -> int:
        """Height that the chosen page needs, with the tabs, in pixels."""
        page = self._stack.currentWidget()
        least = page.least_height if isinstance(page, Page) else Page.least_height
        return round(least * self._scale) + self._head.sizeHint().height() + GRID // 2

    def draw(self, new: State) -> None:
        """Bring the chosen page to a state, from the one that it drew last."""
        wanted = new[MatryoshkaSettings].page
        name = wanted if wanted in PAGES else self._names[0]
        page = self.pages.get(name) or self._made(name)
        self.tabs.show_choice(self._names.index(name))
        self._stack.setCurrentWidget(page)
        self._tools.setCurrentWidget(page.tools)
        old, self._drawn[name] = self._drawn.get(name, State()), new
        page.draw(old, new)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:
        """Hand on that a task was stopped or has failed."""
        for page in self.pages.values():
            page.on_failed(task, failed=failed)

    def release(self) -> None:
        """Let go of what was computed from a set that has been closed."""
        self._drawn.clear()
        for page in self.pages.values():
            page.release()

    def fit_text(self, scale: float) -> None:
        """Make room for text of another size."""
        self._scale = scale
        for page in self.pages.values():
            page.fit_text(scale)

    def _made(self, name: PageName) -> Page:
        module, kind = PAGES[name]
        package = __name__.rpartition(".")[0]
        page: Page = getattr(import_module(f"{package}.{module}"), kind)(self._pane)
        page.build()
        self.pages[name] = page
        self._stack.addWidget(page)
        self._tools.addWidget(page.tools)
        for control in page.tools.findChildren(QWidget):
            control.installEventFilter(self._pane)
        if self._scale != 1:
            for part in page.findChildren(QWidget):
                if hasattr(part, "set_text_scale"):
                    part.set_text_scale(self._scale)
            page.fit_text(self._scale)
        return page
