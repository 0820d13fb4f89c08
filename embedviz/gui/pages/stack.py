"""The tabs of the pages, and the page that is chosen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.gui.pages.controls import Controls
from embedviz.gui.pages.page import Page, set_of_pane
from embedviz.gui.pages.table import PageTable
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import Segments

_HIGH = 450
"""Height of a pane from which on controls have the rows in which all of their text is shown."""


class PageStack(QWidget):
    """Pages, of which the chosen one is in view; each is made when it is first seen.

    Signals
    -------
    head_turned : ()
        The controls of the page moved beside the tabs or below them, or are in other rows.

    Parameters
    ----------
    pane : Pane
        Its settings have a field `page`; what the user chooses becomes a state of it.
    table : PageTable

    Attributes
    ----------
    pages : dict of str to Page
        Those that were made, by name.
    head : Controls
        The tabs, and beside or below them the controls of the page.
    """

    head_turned = Signal()

    def __init__(self, pane: Pane, table: PageTable) -> None:
        super().__init__()
        self._pane, self._table = pane, table
        self.pages: dict[str, Page] = {}
        self._drawn: dict[str, State] = {}
        self._scale = 1.0
        self._is_blank = False
        self._names = tuple(table)
        titles = [each.title for each in table.values()]
        self.tabs = Segments(f"{pane.name}.pages", "Page", titles)
        self.tabs.chosen.connect(lambda place: set_of_pane(pane, page=self._names[place]))
        self._chosen: Page | None = None
        self.head = Controls()
        self.head.row.addWidget(self.tabs)
        # Not before it has a parent, or it would be shown as a window of its own.
        self.tabs.setVisible(len(table) > 1)
        self.head.row.setAlignment(self.tabs, Qt.AlignmentFlag.AlignLeft)
        # Not stacks: pages that are hidden would ask for their room too.
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(GRID // 2)
        self._rows.addWidget(self.head)

    def move_head(self, row: QHBoxLayout) -> None:
        """Put the tabs and the controls of the page into a row that is as wide as the pages."""
        row.addWidget(self.head, 1)
        self._fit_head()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Return no, though a page may have text of several lines: the main view goes before it."""
        return False

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least room, in which the controls of the page are below the tabs."""
        least = super().minimumSizeHint()
        if self._chosen is None:
            return least
        is_head_here = self.head.parentWidget() is self
        parts = (self.tabs, self._chosen.tools, self._chosen) if is_head_here else (self._chosen,)
        return QSize(max(part.minimumSizeHint().width() for part in parts), least.height())

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Return the least height: what is more goes to the main view first."""
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())

    @property
    def chosen(self) -> Page:
        """The page in view."""
        assert self._chosen is not None
        return self._chosen

    @property
    def good_height(self) -> int:
        """Height in which the chosen page shows all it has, with the tabs, in pixels."""
        good = Page.good_height if self._chosen is None else self._chosen.good_height
        return round(good * self._scale) + self.head.sizeHint().height() + GRID // 2

    @property
    def least_height(self) -> int:
        """Height below which the chosen page is squeezed, with the tabs, in pixels."""
        least = Page.least_height if self._chosen is None else self._chosen.minimumHeight()
        return least + self.head.sizeHint().height() + GRID // 2

    def draw(self, new: State) -> None:
        """Bring the chosen page to a state, from the one that it drew last."""
        was_blank, self._is_blank = self._is_blank, False
        page = self.choose(new)
        if was_blank:
            self._show_chosen()
        old, self._drawn[page.name] = self._drawn.get(page.name, State()), new
        page.draw(old, new)
        self._fit_head()  # Boxes may show longer texts.

    def choose(self, new: State) -> Page:
        """Put the page that a state wants in view, without drawing it; return it."""
        name = self._table.wanted_by(new[self._pane.settings_class])
        page = self.made(name)
        self.tabs.show_choice(self._names.index(name))
        if page is not self._chosen:
            self._choose(page)
        return page

    def blank(self) -> None:
        """Show nothing below the tabs until the next `draw`: what pages draw from is not there."""
        self.release()
        self._is_blank = True
        if self._chosen is not None:
            self._show_chosen()

    def _choose(self, page: Page) -> None:
        if self._chosen is not None:
            self._chosen.hide()
            self._chosen.tools.hide()
            for part in (self._chosen, self._chosen.tools):
                _keep_room(part, kept=False)
        self._chosen = page
        self._show_chosen()
        self._fit_head()

    def _show_chosen(self) -> None:
        """Show the page, or nothing in as much room."""
        page = self.chosen
        for part in (page, page.tools):
            _keep_room(part, kept=self._is_blank)
            part.setVisible(not self._is_blank)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put the controls of the page below the tabs where they do not fit beside them."""
        super().resizeEvent(event)
        self._fit_head()

    def event(self, event: QEvent) -> bool:
        """Do the same where the controls themselves have become wider or narrower."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_head()
        return super().event(event)

    def _fit_head(self) -> None:
        if self._chosen is None:
            return
        tabs = self.tabs.sizeHint().width() if len(self._names) > 1 else 0
        tools, room = self._chosen.tools, _room_of(self.head)
        if self.head.parentWidget() is not self:  # Or it could not get narrower again.
            self.head.setMinimumWidth(max(tabs, tools.minimumSizeHint().width()))
        # Not its own height, which has changed as soon as there is another row.
        is_high = self._pane.height() >= _HIGH * self._scale
        needed = tools.wanted_width if is_high else tools.minimumSizeHint().width()
        is_beside = tabs + GRID + needed <= room
        has_folded = tools.fit(room - (tabs + GRID if is_beside else 0), may_fold=is_high)
        way = QBoxLayout.Direction
        wanted = way.LeftToRight if is_beside else way.TopToBottom
        if wanted != self.head.row.direction() or has_folded:
            self.head.row.setDirection(wanted)
            for controls in (tools, self.head):
                controls.invalidate()  # They would tell their former height until the next turn.
            self.head_turned.emit()

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
            page.tools.invalidate()  # It would tell its former width until the next turn.
        self.head.invalidate()
        self._fit_head()
        # The style gives buttons a least height, in which large text would be cut.
        policy = QSizePolicy.Policy
        self.head.setSizePolicy(policy.Preferred, policy.Fixed if scale > 1 else policy.Preferred)
        self.head.updateGeometry()

    def made(self, name: str) -> Page:
        """Return a page, which is made where it is not there yet."""
        if name in self.pages:
            return self.pages[name]
        page: Page = self._table.page_class(name)(self._pane, self._table.settings_class(name))
        page.make()
        self.pages[name] = page
        self._rows.addWidget(page, 1)
        self.head.row.addWidget(page.tools, 1)
        page.hide()
        page.tools.hide()
        for control in page.tools.findChildren(QWidget):
            control.installEventFilter(self._pane)
        if self._scale != 1:
            for part in page.findChildren(QWidget):
                if hasattr(part, "set_text_scale"):
                    part.set_text_scale(self._scale)
            page.fit_text(self._scale)
        return page


def _keep_room(part: QWidget, *, kept: bool) -> None:
    policy = part.sizePolicy()
    policy.setRetainSizeWhenHidden(kept)
    part.setSizePolicy(policy)


def _room_of(head: QWidget) -> int:
    """Return how wide it is, or will be as soon as what it is in is laid out."""
    around = head.parentWidget()
    layout = None if around is None else around.layout()
    if around is None or layout is None:
        return head.width()
    margins = layout.contentsMargins()
    return around.width() - margins.left() - margins.right()
