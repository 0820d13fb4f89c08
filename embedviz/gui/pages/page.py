"""Base class of the pages below the main view of a pane, and their protocol."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Protocol, cast, runtime_checkable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.settings import NoSettings, Settings, fields_of
from embedviz.gui.pages.controls import Controls
from embedviz.gui.pane import Pane
from embedviz.gui.theme import GRID


@runtime_checkable
class WantedBy(Protocol):
    """A subject of a calculation that knows by itself whether its result is still to be drawn.

    A frozen dataclass of all that a result depends on, say a set and some settings, with
    `is_wanted`; handed to `calculations.run` and `calculations.has_asked` like a set or a state.
    """

    def is_wanted(self, state: State) -> bool:
        """Return whether a result about this is still to be drawn in this state."""


class Page(QWidget):
    """One of the pages below the main view of a pane, chosen by a tab.

    To add one: derive from this, and name it in the `PageTable` of the pane.

    **Life.** `__init__` is called with the pane and the class of what can be set in the page alone,
    and is cheap; do not override it. `build` makes widgets and tasks, once, when the page is first
    to be seen. `draw` is called only while the page is the chosen one and the pane is in view; a
    page that comes into view again is drawn in one step from the state it drew last, as a pane is.
    `release` is called when the set that was drawn last has been closed, on pages that are built.

    **What it changes.** Only `draw`, and results of `calculations.run`, change widgets. What the
    user does becomes a new state: `self.set(shortlist=200)` for what can be set in the page or in
    the pane, `self.pane.edit(state)` for anything else, such as a row that is to be the query.

    **What it calculates.** `build` makes a task for each thing:
    `self._task = self.pane.calculations.new_task("overlap curves")`, and `draw` runs it:
    `self.pane.calculations.run(self._task, partial(work, …), self._show, subject)`, where
    `work(report)` is off the UI thread and `subject` says what the result is about: the active set,
    the state whose query it answers, or a `WantedBy` of the page's own. `has_asked(task, subject)`
    before it, so that a drawing of something else does not begin it anew. Its tasks stop and fail
    through `on_failed`.

    **What it looks like.** Controls go into `self.tools.row`, which figures leave out; all else
    into `self.body`. Object names begin with the name of the pane, a point and that of the page.
    Pages are as wide as the main view or stand beside it, and as high as there is room: at least
    `least_height`. The main view takes what there is beyond `good_height`.

    Attributes
    ----------
    pane : Pane
    tools : Controls
        The row of the tabs has room at its right: short controls of the page are put there.
    body : QVBoxLayout
    text_scale : float
        How much larger than usual text is.
    """

    name: ClassVar[str]
    """Its key in the table of pages."""
    least_height: ClassVar[int] = 150
    good_height: ClassVar[int] = 190

    def __init__(self, pane: Pane, own: type[Settings] = NoSettings) -> None:
        super().__init__()
        self._own = own
        self.setObjectName(f"{pane.name}.{self.name}")
        self.pane = pane
        self.text_scale = 1.0
        self._is_built = False
        self.tools = Controls()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(GRID)
        self.setMinimumHeight(self.least_height)

    def build(self) -> None:
        """Make the widgets and the tasks, once."""
        raise NotImplementedError

    def make(self) -> None:
        """Build it; from then on it is arranged in the room that it has."""
        self.build()
        self._is_built = True

    def draw(self, old: State, new: State) -> None:
        """Bring the widgets from `old`, which was drawn last, to `new`, which has an active set."""
        raise NotImplementedError

    def on_failed(self, task: Task, *, failed: bool = False) -> None:
        """Take away what a task was to replace, if it is one of this page's.

        Parameters
        ----------
        task : Task
            Of any part of the pane.
        failed : bool
            Whether it has failed, and was not stopped.
        """

    def take_file(self, path: str) -> None:
        """Show a file that the user chose or dropped, where the page is of files."""

    def begin_figure(self) -> None:
        """Begin what a figure shows, where drawing the state does not."""

    def release(self) -> None:
        """Let go of what was computed from the set drawn last, which has been closed."""

    def arrange(self) -> None:
        """Share the room, where layouts do not: the page, or its text, has another size now."""

    def fit_text(self, scale: float) -> None:
        """Make room for text of another size."""
        self.text_scale = scale
        self.arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Share the room anew; Qt also gives it a size before it is built."""
        super().resizeEvent(event)
        if self._is_built:
            self.arrange()

    def set(self, **changes: Any) -> None:
        """Change settings of the page, or else of the pane, because the user asked for it."""
        state, kind = self.pane.session.state, self._own
        own = {name: changes.pop(name) for name in fields_of(cast(type, kind)) if name in changes}
        if own:
            state = state.with_settings(replace(cast(Any, state[kind]), **own))
        self.pane.edit(_with_changes(self.pane, state, changes))


def set_of_pane(pane: Pane, **changes: Any) -> None:
    """Change some of the settings of a pane because the user asked for it."""
    pane.edit(_with_changes(pane, pane.session.state, changes))


def _with_changes(pane: Pane, state: State, changes: dict[str, Any]) -> State:
    return state.with_settings(replace(cast(Any, state[pane.settings_class]), **changes))
