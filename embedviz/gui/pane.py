"""What every pane has in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any, ClassVar, TypeVar

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.arrays import Matrix, Rows
from embedviz.core.derivation.recipes import Recipe
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.core.settings import NoSettings, Settings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.style import text_rules
from embedviz.gui.theme import GRID, TOOL_ROW
from embedviz.gui.widgets.controls import text_label, with_name
from embedviz.gui.widgets.form import Form, shown_fields
from embedviz.gui.widgets.message_bar import MessageBar

T = TypeVar("T")
Subject = Hashable | None


class Pane(QWidget):
    """One view of the session.

    State flows one way. `draw`, and the results it asks `calculate` for, are the only places
    that change widgets; what the user does becomes a new state, handed to `edit`. A pane keeps
    no choices of its own and knows no other pane.

    A pane that nobody sees does not draw: it catches up when it is shown, in one step from the
    state it drew last. Its widgets are not even made before there is something to show in them.
    So a session with five panes costs as much as the visible ones, and a start as much as one.

    Signals
    -------
    action_wanted : (str,)
        Name of an action of the window that a button of the pane stands for.

    Attributes
    ----------
    tools : QHBoxLayout
        The row of controls at the top.
    is_lent : bool
        Whether the pane is out of its dock, so that it does not matter which tab is chosen.
    picture : QWidget
        What is copied, exported and shown on a stage: no controls in it.
    """

    title: str
    name: str
    """Prefix of the object names of its controls."""
    figure: ClassVar[str] = ""
    """What `embedviz figure` calls it; nothing for a pane that is no figure."""
    settings_class: ClassVar[type[Settings]] = NoSettings
    """What can be set in it, all in one place: see `core.settings`."""
    kernels: ClassVar[tuple[Callable[[], None], ...]] = ()
    """Functions that run the compiled loops it needs once, for the first start of the program."""
    hint: ClassVar[str]
    """What to do where nothing is open, in a sentence."""
    again: ClassVar[str] = "Go on"
    """What the button says that begins again what was stopped."""
    is_side_panel: ClassVar[bool] = False
    """A panel beside the panes: made at once, and without buttons below its hint."""

    action_wanted = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setObjectName(self.name)
        self.setAccessibleName(self.title)
        self.message_bar = MessageBar()
        self.tool_row = QFrame()
        self.tool_row.setObjectName("tools")
        self.tool_row.setFixedHeight(TOOL_ROW + GRID)
        self.tools = QHBoxLayout(self.tool_row)
        self.tools.setContentsMargins(2 * GRID, GRID // 2, 2 * GRID, GRID // 2)
        self.tools.setSpacing(GRID)
        self.picture = QWidget()
        self.picture.setObjectName(f"{self.name}.picture")
        self._pages = QStackedWidget()
        self._arrange()
        self._shown: State | None = None
        self._about: VectorSet | None = None
        self._in_front = True
        self.is_lent = False
        self._drawing = False
        self.is_built = False
        self.form: Form | None = None
        self._text_scale = 1.0
        self._calculations: dict[Task, Callable[[], None]] = {}
        self._subjects: dict[Task, Subject] = {}
        self._stopped: list[Subject] = []
        if self.is_side_panel:
            self.make()
        session.changed.connect(self._on_changed)
        session.board.stopped.connect(self._on_stopped)

    def _arrange(self) -> None:
        full = QWidget()
        rows = QVBoxLayout(full)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.tool_row)
        rows.addWidget(self.picture, 1)
        self._rows = rows
        self._pages.addWidget(self._make_hint())
        self._pages.addWidget(full)
        contents = QVBoxLayout(self)
        contents.setContentsMargins(0, 0, 0, 0)
        contents.setSpacing(0)
        contents.addWidget(self.message_bar)
        contents.addWidget(self._pages, 1)

    def _make_hint(self) -> QWidget:
        page = QWidget()
        middle = QVBoxLayout(page)
        middle.addStretch(1)
        text = text_label(self.hint, "hint", wrap=True)
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        middle.addWidget(text)
        if not self.is_side_panel:
            middle.addLayout(self._make_offers())
        middle.addStretch(1)
        return page

    def _make_offers(self) -> QHBoxLayout:
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for action, told in (("file.open", "Open a file…"), ("file.words", "Use bundled words")):
            button = with_name(QPushButton(told), f"{self.name}.{action}", told)
            button.clicked.connect(lambda _=False, action=action: self.action_wanted.emit(action))
            buttons.addWidget(button)
        buttons.addStretch(1)
        return buttons

    def add_below_tools(self, widget: QWidget) -> None:
        """Put a widget between the tools and the picture."""
        self._rows.insertWidget(1, widget)
        widget.installEventFilter(self)

    def make(self) -> None:
        """Make the widgets now, if they are not there yet."""
        if not self.is_built:
            self.is_built = True
            self.build()
            self._add_form()
            for control in self.tool_row.findChildren(QWidget):
                control.installEventFilter(self)
            if self._text_scale != 1:
                self.set_text_scale(self._text_scale)

    def _add_form(self) -> None:
        """Let what can be set be set in the tool row, where a pane has no controls of its own."""
        if self.tools.count() == 0 and shown_fields(self.settings_class):
            usual = self.settings_class()
            self.form = Form(self.name, usual)
            self.form.changed.connect(
                lambda settings: self.edit(self.session.state.with_settings(settings))
            )
            self.tools.addWidget(self.form)

    def build(self) -> None:
        """Make the widgets and connect their signals, once."""
        raise NotImplementedError

    def draw(self, old: State, new: State) -> None:
        """Bring the widgets from `old` to `new`, which has an active set.

        Called only while the pane is visible; `old` is the state that was drawn last.
        """
        raise NotImplementedError

    @classmethod
    def require(cls, state: State) -> None:
        """Raise a UserError where a state asks this pane for what the active set does not have."""
        if state.active is not None:
            state[cls.settings_class].require(state.active)

    def set_shown(self, state: State) -> VectorSet | None:
        """Return the set of a state that this pane is about."""
        return state.active

    def release(self) -> None:
        """Let go of what was computed from the set drawn last, which has been closed."""

    def set_text_scale(self, scale: float) -> None:
        """Show all text of the picture larger, for a stage; 1 is the usual size."""
        self._text_scale = scale
        if not self.is_built:
            return
        self.picture.setStyleSheet("" if scale == 1 else text_rules(scale))
        for part in self.findChildren(QWidget):
            if hasattr(part, "set_text_scale"):
                part.set_text_scale(scale)
        self.fit_text(scale)

    def fit_text(self, scale: float) -> None:
        """Make room for text of another size, where a layout does not do so by itself."""

    def switch_tool(self) -> None:
        """Begin or end selecting with the lasso, where there are points."""

    def fly_to_selection(self) -> None:
        """Bring what is selected into view, where there is a view to move."""

    def drawn_rows(self) -> Rows | None:
        """Return the rows of the active set that are drawn; None: all of them."""
        return None

    def rows_in_view(self) -> Rows | None:
        """Return the rows of the active set whose points are in view; None where none are drawn."""
        return None

    def places(self) -> tuple[Matrix, Sequence[str]] | None:
        """Return where the rows of the active set are drawn, and what the axes are called."""
        return None

    def set_in_use(self, in_use: bool) -> None:
        """Mark the tool row of the pane, among several of its kind, whose set is the active one."""
        if self.tool_row.property("inUse") != in_use:
            self.tool_row.setProperty("inUse", in_use)
            self.tool_row.style().polish(self.tool_row)

    def edit(self, state: State) -> None:
        """Show another state because the user asked for it.

        Ignored while drawing: what widgets signal then is an echo, not the user.
        """
        if not self._drawing:
            self.session.show(state)

    def new_task(self, saying: str) -> Task:
        """Return a task for one thing to calculate; `saying` says what, for the progress bar."""
        task = self.session.board.add(Task(self), saying)
        task.failed.connect(partial(self._on_failed, task))
        return task

    def calculate(
        self,
        task: Task,
        work: Callable[[Report], T],
        show: Callable[[T], None],
        subject: Subject = None,
        on_part: Callable[[Any], None] | None = None,
    ) -> None:
        """Call `work(report)` off the UI thread, and draw its result with `show(result)`.

        Parameters
        ----------
        task : Task
        work, show : callable
        subject : optional
            What the result is about: a set, what a state asks for, or what the pane itself
            compares with what it wants (see `wants`). A result that comes when another set is
            shown, or something else is asked for, is not drawn.
        on_part : callable, optional
            Draws what is known while the work goes on; see `Task.run`.
        """
        self.message_bar.clear()
        self._calculations[task] = lambda: self.calculate(task, work, show, subject, on_part)
        self._subjects[task] = subject

        def finish(result: T) -> None:
            # Kept no longer than it can be stopped: it may hold a set that is closed by then.
            del self._calculations[task]
            if self.wants(subject):
                self._drawn(lambda: show(result))
            else:
                self._subjects.pop(task, None)

        def draw_part(part: Any) -> None:
            if on_part is not None and self.wants(subject):
                self._drawn(lambda: on_part(part))

        task.run(work, finish, None if on_part is None else draw_part)

    def has_asked(self, task: Task, subject: Subject) -> bool:
        """Whether this was the last thing that a task was to calculate.

        So it is true also after it was stopped or has failed: it is not tried again and again.
        """
        last = self._subjects.get(task)
        if isinstance(last, State) and isinstance(subject, State):
            return last.asks_as(subject)
        return last is not None and last == subject

    def cancel(self, task: Task) -> None:
        """Want no answer from a task any more: what is there already is what is wanted."""
        task.cancel()
        self._calculations.pop(task, None)
        self._subjects.pop(task, None)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:
        """Take away what a task was to replace, now that it was stopped or has failed."""

    def wants(self, subject: Subject) -> bool:
        """Return whether a result about this is still to be drawn."""
        state = self.session.state
        if isinstance(subject, State):
            return subject.asks_as(state)
        return subject is None or subject is state.active

    def derive(self, task: Task, recipe: Recipe) -> None:
        """Add a set derived from the shown one to the library, or show it if it is there."""
        active = self.session.state.active
        if active is None:
            return
        known = self.session.state.derived_by(active, recipe)
        if known is not None:
            self.edit(self.session.state.activated(known))
            return

        def show(derived: VectorSet) -> None:
            if active in self.session.state.sets:  # Else it was closed in the meantime.
                self.edit(self.session.state.derived(derived))

        task.run(partial(_derive, active, recipe), show)  # Not as a drawing: the user asked.

    @Slot(list)
    def _on_stopped(self, tasks: list[Task]) -> None:
        """Offer to go on with what was stopped: else its part of the picture stays unfinished."""
        again = [self._calculations[task] for task in tasks if task in self._calculations]
        self._stopped = [self._subjects.get(task) for task in tasks if task in self._calculations]
        for task in tasks:
            if task in self._calculations:
                self._drawn(partial(self.on_failed, task))
        if again:
            self.message_bar.show_message("Stopped.", self.again, partial(_call_all, again))

    def show_error(self, error: UserError) -> None:
        """Show what the user can put right."""
        self.message_bar.show_message(str(error))

    @Slot(bool)
    def set_in_front(self, in_front: bool) -> None:
        """Say whether the pane's tab is the chosen one: Qt counts the others as visible too."""
        self._in_front = in_front
        self._catch_up(self.session.state)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Make one undo step of a burst of the wheel over a control, and of a key that is held."""
        is_held = isinstance(event, QKeyEvent) and event.isAutoRepeat()
        if is_held or event.type() == QEvent.Type.Wheel:
            self.session.begin_burst()
        return False

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Catch up with what changed while nobody looked."""
        super().showEvent(event)
        self._catch_up(self.session.state)

    @Slot(object, object)
    def _on_changed(self, old: State, new: State) -> None:
        if self._about not in (None, *new.sets):
            self._about = self._shown = None
            self._stopped = []
            self.message_bar.clear()
            for task in self.findChildren(Task, options=Qt.FindChildOption.FindDirectChildrenOnly):
                task.cancel()
            self._subjects.clear()
            self._calculations.clear()
            self.release()
        elif not set(old.sets) <= set(new.sets) and not self._is_in_view:
            self._shown = None  # It would hold what was closed until somebody looks.
        self._catch_up(new)

    def _catch_up(self, new: State) -> None:
        if self._is_in_view:
            self._bring_to(new)

    @property
    def _is_in_view(self) -> bool:
        return (self._in_front or self.is_lent) and self.isVisible()

    def _bring_to(self, new: State) -> None:
        if new == self._shown:
            return
        if self._stopped and not any(map(self.wants, self._stopped)):
            self._stopped = []  # Nobody wants to go on with it any more.
            self.message_bar.clear()
        old, self._shown, self._about = self._shown or State(), new, self.set_shown(new)
        self._pages.setCurrentIndex(0 if new.active is None else 1)
        if new.active is not None:
            self.make()
            if self.form is not None:
                self.form.show_settings(new[self.settings_class])
            self._drawn(lambda: self.draw(old, new))

    def _drawn(self, draw: Callable[[], None]) -> None:
        self._drawing = True
        try:
            draw()
        finally:
            self._drawing = False

    def _on_failed(self, task: Task, error: Exception) -> None:
        self._calculations.pop(task, None)
        self._drawn(partial(self.on_failed, task, failed=True))
        if not isinstance(error, UserError):
            raise error
        self.show_error(error)


def _call_all(asks: list[Callable[[], None]]) -> None:
    for ask in asks:
        ask()


def _derive(vector_set: VectorSet, recipe: Recipe, report: Report) -> VectorSet:
    """Compute a set from another one. Runs off the UI thread."""
    return recipe.derive(vector_set, report)
