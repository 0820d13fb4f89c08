"""The one holder of the application's state, and what it was before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from weakref import ref

from PySide6.QtCore import QObject, QTimer, Signal

from embedviz.app.databases.all_rows import AllRows
from embedviz.app.layouts import Layouts
from embedviz.app.scans import Scans
from embedviz.app.searches import Searches
from embedviz.app.state import State, closes_only, with_library_of
from embedviz.app.tasks import Task, TaskBoard
from embedviz.app.texts.encoders import Encoders
from embedviz.core.vector_set import VectorSet, memory_of

HISTORY_BYTES = 200_000_000
"""Selections of a million rows hold 8 MB each; older steps are forgotten beyond this."""
CLOSED_BYTES = 1_000_000_000
"""Sets that were closed and that undo would bring back may hold this much memory together."""
BURST_MILLISECONDS = 400
"""A burst of the wheel is over when it has not turned for so long."""


class Session(QObject):
    """Holder of the state, which says when it changed. Used from the UI thread only.

    Signals
    -------
    changed : (State, State)
        The state that was shown, and the one to show now.
    described : (str,)
        What the map in use shows: method, settings, rows.

    Attributes
    ----------
    state : State
    board : TaskBoard
        The calculations of all panes.
    matching : Task
        Finds many selected rows in another set, before that is shown.
    searches : Searches
        What all panes find neighbors with.
    layouts : Layouts
        Where the rows of each set lie on a map.
    scans : Scans
        What is found in the rows of sets that were opened without looking at them.
    encoders : Encoders
        What makes vectors of texts that are typed.
    all_rows : AllRows
        What is asked of the collections that sets are samples of.
    """

    changed = Signal(object, object)
    described = Signal(str)

    def __init__(self, state: State | None = None) -> None:
        super().__init__()
        self.state = state or State()
        self.board = TaskBoard(self)
        self.matching = self.board.add(Task(self), "matching labels")
        self.searches = Searches()
        self.layouts = Layouts()
        self.scans = Scans(self.board, self)
        self.encoders = Encoders()
        self.all_rows = AllRows(self)
        self.layouts.keep_only(self.state.sets)
        self._described: tuple[ref[VectorSet], str] | None = None
        self._shown = self.state
        self._notifying = False
        self._undo: deque[State] = deque(maxlen=500)
        self._redo: list[State] = []
        self._in_gesture = False
        self._gesture_recorded = False
        self._burst = QTimer(self, singleShot=True, interval=BURST_MILLISECONDS)
        self._burst.timeout.connect(self.end_gesture)

    def show(self, state: State) -> None:
        """Replace the state. An equal state is not a change, which ends every feedback loop.

        A call made while listeners are being told waits for them, so that all listeners see
        all states in the same order.
        """
        if state != self.state:
            self._record(self.state)
            self._redo.clear()
        if state.sets != self.state.sets and not closes_only(self.state, state):
            self._rebase(state)
        self._replace(state)

    def restart(self, state: State) -> None:
        """Show a state that was saved; nothing that was before can be come back to."""
        self._burst.stop()
        self.end_gesture()
        self._undo.clear()
        self._redo.clear()
        self._replace(state)

    def put_aside(self) -> Callable[[State], None]:
        """Begin another history; return what shows a state with the present one again."""
        undo, redo = list(self._undo), list(self._redo)
        self._undo.clear()
        self._redo.clear()

        def come_back(state: State) -> None:
            self.restart(state)
            self._undo.extend(undo)
            self._redo.extend(redo)

        return come_back

    def describe(self, vector_set: VectorSet, text: str) -> None:
        """Let everyone know what the map in use shows of a set."""
        self._described = ref(vector_set), text
        self.described.emit(text)

    @property
    def description(self) -> str:
        """Description of the map of the active set; nothing while it shows another one."""
        if self._described is None or self._described[0]() is not self.state.active:
            return ""
        return self._described[1]

    @property
    def last(self) -> State | None:
        """The state before the last step."""
        return self._undo[-1] if self._undo else None

    def take_back(self) -> None:
        """Show the state before the last step again, as if that had not been taken."""
        self._burst.stop()
        self.end_gesture()
        self._replace(self._undo.pop())

    def begin_gesture(self) -> None:
        """Make one undo step of all changes until `end_gesture`."""
        self._burst.stop()
        self._in_gesture, self._gesture_recorded = True, False

    def end_gesture(self) -> None:
        """Let the next change be an undo step of its own."""
        self._in_gesture = False

    def begin_burst(self) -> None:
        """Make one undo step of all changes until this has not been called for a moment."""
        if not self._burst.isActive():
            self.begin_gesture()
        self._burst.start()

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return any(past != self.state for past in self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether a step that was taken back can be taken again."""
        return any(future != self.state for future in self._redo)

    def undo(self) -> None:
        """Show the state before the last step; what it opened stays, what it closed comes back."""
        self._step(self._undo, self._redo)

    def redo(self) -> None:
        """Take the step again that was taken back last."""
        self._step(self._redo, self._undo)

    def _step(self, source: deque[State] | list[State], target: deque[State] | list[State]) -> None:
        self._burst.stop()
        self.end_gesture()
        while source:
            wanted = source.pop()
            if wanted != self.state:
                target.append(self.state)
                self._replace(wanted)
                return

    def _rebase(self, current: State) -> None:
        """Give all steps the sets that were opened: undo closes none of them."""
        steps = (with_library_of(past, current, self.state) for past in self._undo)
        self._undo = deque((step for step in steps if step is not None), maxlen=self._undo.maxlen)

    def _record(self, past: State) -> None:
        if self._in_gesture and self._gesture_recorded:
            return
        self._gesture_recorded = True
        self._undo.append(past)
        while len(self._undo) > 1 and self._holds_too_much():
            self._undo.popleft()

    def _holds_too_much(self) -> bool:
        if sum(state.nbytes for state in self._undo) > HISTORY_BYTES:
            return True
        closed = {each for state in self._undo for each in state.sets} - set(self.state.sets)
        return memory_of(closed, beside=self.state.sets) > CLOSED_BYTES

    def _replace(self, state: State) -> None:
        if state.sets != self.state.sets or not state.sets:
            self.layouts.keep_only(state.sets)
            self.scans.keep_only(state.sets)
            self.all_rows.keep_only(state.sets)
            self.searches.release(set(self.state.sets) - set(state.sets))
        self.state = state
        if self._notifying:
            return
        self._notifying = True
        try:
            while self.state != self._shown:
                old, self._shown = self._shown, self.state
                self.changed.emit(old, self._shown)
        finally:
            self._notifying = False
