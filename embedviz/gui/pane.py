"""Base class of all panes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from embedviz.app.animation.kinds import Animation
from embedviz.app.session import Session
from embedviz.app.state import State
from embedviz.app.tasks import Task
from embedviz.core.settings import NoSettings, Settings
from embedviz.core.vector_set import VectorSet
from embedviz.gui.calculations import Calculations, Subject
from embedviz.gui.settings_form import settings_form
from embedviz.gui.style import text_rules
from embedviz.gui.theme import GRID, TOOL_ROW
from embedviz.gui.widgets.form import Form
from embedviz.gui.widgets.hint_page import HintPage
from embedviz.gui.widgets.message_bar import MessageBar
from embedviz.gui.widgets.watched import is_watched

MANY_ROWS = 50_000
"""From which on what is new is made, laid out and drawn in turns of its own."""
_ROWS_OF_A_TURN = 200_000
"""From which on another set is drawn in a turn of its own."""
_HINT, _FULL, _NOTHING = range(3)
"""The pages of a pane: what to do, what there is, and neither while that is made."""


class Pane(QWidget):
    """One view of the session.

    State flows one way. `draw`, and the results it asks `calculations` for, are the only places
    that change widgets; what the user does becomes a new state, handed to `edit`. A pane keeps
    no choices of its own and knows no other pane.

    A pane that nobody sees does not draw: it catches up when it is shown, in one step from the
    state it drew last. Its widgets are not even made before there is something to show in them.
    So a session with five panes costs as much as the visible ones, and a start as much as one.

    Signals
    -------
    action_wanted : (str,)
        Name of an action of the window that a button of the pane stands for.
    told : ()
        What `facts` returns is different, though no other state is shown.

    Attributes
    ----------
    calculations : Calculations
        The one way to calculate, and what is still wanted of it.
    tools : QHBoxLayout
        The row of controls at the top.
    is_lent : bool
        Whether the pane is out of its dock, so that it does not matter which tab is chosen.
    text_scale : float
        How large text of the picture is against the usual.
    page_layout : QVBoxLayout
        The tool row and the picture, one above the other.
    picture : QWidget
        What is copied, exported and shown on a stage: no controls in it.
    """

    title: str
    name: str
    """Prefix of the object names of its controls."""
    figure: ClassVar[str] = ""
    """What `embedviz figure` calls it; nothing for a pane that is not a figure."""
    figure_sample: ClassVar[str] = "words"
    """The bundled set that `embedviz figure` draws where no file is given."""
    takes_pairs: ClassVar[bool] = False
    """Whether it shows pairs of rows, so that `embedviz figure` takes a file of them."""
    settings_class: ClassVar[type[Settings]] = NoSettings
    """What can be set in it, all in one place: see `core.settings`."""
    checks: ClassVar[tuple[Callable[[State], None], ...]] = ()
    """Raise a UserError where a state asks for what the active set does not have."""
    kernels: ClassVar[tuple[Callable[[], None], ...]] = ()
    """Functions that run the compiled loops it needs once, for the first start of the program."""
    needs_set: ClassVar[bool] = True
    """Whether it shows the active set. One that does not is drawn also while nothing is open."""
    hint: ClassVar[str]
    """What to do where nothing is open, in a sentence."""
    again: ClassVar[str] = "Go on"
    """What the button says that begins again what was stopped."""
    animations: ClassVar[tuple[Animation, ...]] = ()
    """What of it can move: kinds of moving pictures, and the values of `--animate`."""
    scenes_by_facts: ClassVar[bool] = False
    """Whether a scene of it is called by the first of its `facts`, and not by the query."""
    is_side_panel: ClassVar[bool] = False
    """A panel beside the panes: made at once, and without buttons below its hint."""

    action_wanted = Signal(str)
    told = Signal()

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
        hint = HintPage(self.name, self.hint, with_offers=not self.is_side_panel)
        hint.action_wanted.connect(self.action_wanted)
        full = QWidget()
        self.page_layout = _below_each_other(full, self.tool_row, self.picture)
        self._pages = _stack(hint, full, QWidget())
        _below_each_other(self, self.message_bar, self._pages)
        self._shown: State | None = None
        self._about: VectorSet | None = None
        self._in_front = True
        self.is_lent = False
        self._drawing = False
        self.is_built = False
        self.form: Form | None = None
        self.text_scale = 1.0
        self.calculations = Calculations(self, self, session.board)
        if self.is_side_panel:
            self.make()
        session.changed.connect(self._on_changed)

    def make(self) -> None:
        """Make the widgets now, if they are not there yet."""
        if not self.is_built:
            self.is_built = True
            self.build()
            if self.tools.count() == 0:  # It has no controls of its own.
                self.form = settings_form(self.name, self.settings_class, self.session, self.edit)
                if self.form is not None:
                    self.tools.addWidget(self.form)
            for control in self.tool_row.findChildren(QWidget):
                control.installEventFilter(self)
            if self.text_scale != 1:
                self.set_text_scale(self.text_scale)

    def build(self) -> None:
        """Make the widgets and connect their signals, once."""
        raise NotImplementedError

    def draw(self, old: State, new: State) -> None:
        """Bring the widgets from `old` to `new`, which has an active set if the pane needs one.

        Called only while the pane is visible; `old` is the state that was drawn last.
        """
        raise NotImplementedError

    def show_controls(self) -> None:
        """Bring the controls to the state of the session, where that takes a turn of its own.

        Called between `build` and the first `draw`, if these are over many rows, perhaps with
        nothing open any more; `draw` does it too.
        """

    def set_shown(self, state: State) -> VectorSet | None:
        """Return the set of a state that this pane is about."""
        return state.active

    def facts(self, state: State) -> Sequence[str]:
        """Return what the status line says of this pane while it is in front: a few short phrases.

        Called only for states with an active set, if the pane needs one; also before anything is
        drawn.
        """
        return (self.title,)

    def release(self) -> None:
        """Let go of what was computed from the set drawn last, which has been closed."""

    def set_text_scale(self, scale: float) -> None:
        """Show all text of the picture larger, for a stage; 1 is the usual size."""
        self.text_scale = scale
        if not self.is_built:
            return
        self.picture.setStyleSheet("" if scale == 1 else text_rules(scale))
        for part in self.findChildren(QWidget):
            if hasattr(part, "set_text_scale"):
                part.set_text_scale(scale)
        self.fit_text(scale)

    def fit_text(self, scale: float) -> None:
        """Make room for text of another size, where a layout does not do so by itself."""

    def edit(self, state: State) -> None:
        """Show another state because the user asked for it.

        Ignored while drawing: what widgets signal then is an echo, not the user.
        """
        if not self._drawing:
            self.session.show(state)

    def on_failed(self, task: Task, *, failed: bool = False) -> None:
        """Take away what a task was to replace, now that it was stopped or has failed."""

    def wants(self, subject: Subject) -> bool:
        """Return whether a result about this is still to be drawn."""
        state = self.session.state
        if isinstance(subject, State):
            return subject.asks_as(state)
        return subject is None or subject is state.active

    @Slot(bool)
    def set_in_front(self, in_front: bool) -> None:
        """Say whether the pane's tab is the chosen one: Qt counts the others as visible too."""
        self._in_front = in_front
        self._catch_up(self.session.state)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Make one undo step of a burst of the wheel over a control, and of a key that is held."""
        # By its class: to ask for its type takes as long as all else, thousands of times a layout.
        is_held = isinstance(event, QKeyEvent) and event.isAutoRepeat()
        if is_held or isinstance(event, QWheelEvent):
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
            self.message_bar.clear()
            self.calculations.cancel_all()
            self.release()
        elif not set(old.sets) <= set(new.sets) and not self.is_in_view:
            self._shown = None  # It would hold what was closed until somebody looks.
        is_large = len(new.active or ()) >= _ROWS_OF_A_TURN and is_watched(self)
        if old.active is not new.active and is_large and self.is_built and self.is_in_view:
            # What led to another set has taken a while already, and other panes have to draw it.
            do_in_turns(self, lambda: self._catch_up(self.session.state))
            return
        self._catch_up(new)

    @property
    def is_in_view(self) -> bool:
        """Whether somebody can see it."""
        return (self._in_front or self.is_lent) and self.isVisible()

    def _catch_up(self, new: State) -> None:
        if new == self._shown or not self.is_in_view:
            return
        if not self.is_built and len(new.active or ()) >= MANY_ROWS and is_watched(self):
            # To find a place for it, make it, lay it out and draw it takes too long for one turn.
            self._pages.setCurrentIndex(_NOTHING)
            do_in_turns(
                self,
                self.make,
                lambda: self._pages.setCurrentIndex(_page_for(self, self.session.state)),
                lambda: self.without_edits(self.show_controls),
                lambda: self._catch_up(self.session.state),
            )
            return
        self.calculations.forget_stopped()
        old, self._shown, self._about = self._shown or State(), new, self.set_shown(new)
        page = _page_for(self, new)
        self._pages.setCurrentIndex(page)
        if page == _FULL:
            self.make()
            if self.form is not None:
                self.form.show_settings(new[self.settings_class])
            self.without_edits(lambda: self.draw(old, new))

    def without_edits(self, draw: Callable[[], None]) -> None:
        """Draw something; what widgets signal meanwhile is an echo, not the user."""
        self._drawing = True
        try:
            draw()
        finally:
            self._drawing = False


def _page_for(pane: Pane, state: State) -> int:
    return _HINT if pane.needs_set and state.active is None else _FULL


def _stack(*pages: QWidget) -> QStackedWidget:
    stack = QStackedWidget()
    for page in pages:
        stack.addWidget(page)
    return stack


def _below_each_other(parent: QWidget, *widgets: QWidget) -> QVBoxLayout:
    """Lay out widgets without any space between; the last one gets what there is to spare."""
    rows = QVBoxLayout(parent)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(0)
    for widget in widgets:
        rows.addWidget(widget)
    rows.setStretch(len(widgets) - 1, 1)
    return rows


def do_in_turns(owner: QWidget, *steps: Callable[[], object]) -> None:
    """Take each step in a later turn of the event loop than the one before, while the owner lives.

    Not after 0 milliseconds, which would be before what the window has waiting.
    """

    def go_on() -> None:
        steps[0]()
        if steps[1:]:
            do_in_turns(owner, *steps[1:])

    QTimer.singleShot(1, owner, go_on)
