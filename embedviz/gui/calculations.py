"""Calculations of a pane: off the UI thread, and drawn only while they are still wanted."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal, Protocol, TypeVar

from PySide6.QtCore import QObject, Slot
from shiboken6 import isValid

from embedviz.app.state import State
from embedviz.app.tasks import Task, TaskBoard
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.gui.widgets.message_bar import MessageBar

T = TypeVar("T")
Subject = Hashable | None
"""What a result is about: a set, what a state asks for, or what a pane itself compares."""
Purpose = Literal["drawing", "detail", "edit"]
"""What a result is for.

drawing : a part of the picture. It begins by clearing the message bar, and the bar offers to go on
    with it after Stop, since its part of the picture stays unfinished else.
detail : something beside the picture, such as a card at the mouse. Nothing is said about it.
edit : the user asked for it, and it becomes a new state. Nothing is said about it until it fails.
"""


_MOMENT, _LOOK = 0.1, 0.02
"""Seconds that more urgent work has to rest, and between two looks at it."""


class CalculationHost(Protocol):
    """What `Calculations` needs of a pane."""

    again: ClassVar[str]
    message_bar: MessageBar

    def wants(self, subject: Subject) -> bool:
        """Return whether a result about this is still to be drawn."""

    def on_failed(self, task: Task, *, failed: bool = False) -> None:
        """Take away what a task was to replace, now that it was stopped or has failed."""

    def without_edits(self, draw: Callable[[], None]) -> None:
        """Draw something; what widgets signal meanwhile is an echo, not the user."""


@dataclass
class _Asked:
    """Last request to a task, and how to begin it again until it is done."""

    subject: Subject
    again: Callable[[], None] | None


class Calculations(QObject):
    """Tasks of a pane, with the memory of what each was asked for last.

    It alone decides whether an answer is still wanted.

    Parameters
    ----------
    host : CalculationHost
        Says what it wants, and draws.
    parent : QObject
        The same pane, which the tasks end with.
    board : TaskBoard
    """

    def __init__(self, host: CalculationHost, parent: QObject, board: TaskBoard) -> None:
        super().__init__(parent)
        self._host, self._board = host, board
        self._asked: dict[Task, _Asked] = {}
        self._stopped: list[Subject] = []
        self._precedence = Precedence()
        board.stopped.connect(self._on_stopped)

    def new_task(self, saying: str, urgency: int = 0) -> Task:
        """Return a task for one thing to calculate.

        Parameters
        ----------
        saying : str
            What it does, for the progress bar.
        urgency : int
            Tasks of the pane wait, at their next report, while a more urgent one is at work, and
            a moment longer, in which it may be asked for again, as by a slider.
        """
        task = self._board.add(Task(self), saying)
        self._precedence.add(task, urgency)
        task.failed.connect(partial(self._on_failed, task))
        return task

    def run(
        self,
        task: Task,
        work: Callable[..., T],
        show: Callable[[T], None],
        subject: Subject = None,
        on_part: Callable[[Any], None] | None = None,
        purpose: Purpose = "drawing",
    ) -> None:
        """Call `work(report)` off the UI thread, and `show(result)` where that is still wanted.

        Parameters
        ----------
        task : Task
        work, show : callable
        subject : optional
            What the result is about (see `CalculationHost.wants`). A result that comes when another
            set is shown, or something else is asked for, is not shown.
        on_part : callable, optional
            Draws what is known while the work goes on; see `Task.run`.
        purpose : {"drawing", "detail", "edit"}
            See `Purpose`. Only with "edit" can `show` change the state.
        """
        again = None
        if purpose == "drawing":
            self._host.message_bar.clear()
            again = partial(self.run, task, work, show, subject, on_part)
        self._asked[task] = _Asked(subject, again)
        call = _call if purpose == "edit" else self._host.without_edits
        part = None if on_part is None else partial(self._draw_part, subject, on_part)
        task.run(
            self._precedence.heeded_by(task, work), partial(self._finish, task, show, call), part
        )

    def _finish(
        self,
        task: Task,
        show: Callable[[T], None],
        call: Callable[[Callable[[], None]], None],
        result: T,
    ) -> None:
        asked = self._asked[task]
        # Kept no longer than it can be stopped: it may hold a set that is closed by then.
        asked.again = None
        if self._host.wants(asked.subject):
            call(lambda: show(result))
        else:
            del self._asked[task]

    def _draw_part(self, subject: Subject, on_part: Callable[[Any], None], part: Any) -> None:
        if self._host.wants(subject):
            self._host.without_edits(lambda: on_part(part))

    def asked_last(self, task: Task) -> Subject:
        """Return what a task was to calculate last; None after `cancel`."""
        asked = self._asked.get(task)
        return None if asked is None else asked.subject

    def has_asked(self, task: Task, subject: Subject) -> bool:
        """Return whether this was the last thing that a task was to calculate.

        So it is true also after it was stopped or has failed: it is not tried again and again.
        """
        last = self.asked_last(task)
        if isinstance(last, State) and isinstance(subject, State):
            return last.asks_as(subject)
        return last is not None and last == subject

    def cancel(self, task: Task) -> None:
        """Want no answer from a task any more: what is there already is what is wanted."""
        task.cancel()
        self._asked.pop(task, None)

    def cancel_all(self) -> None:
        """Want no answer from any task, and hold on to nothing that was asked for."""
        for task in self.findChildren(Task):
            task.cancel()
        self._asked.clear()
        self._stopped = []

    def forget_stopped(self) -> None:
        """Offer no longer to go on with what was stopped, where nobody wants it any more."""
        if self._stopped and not any(map(self._host.wants, self._stopped)):
            self._stopped = []
            self._host.message_bar.clear()

    @Slot(list)
    def _on_stopped(self, tasks: list[Task]) -> None:
        """Offer to go on with what was stopped: else its part of the picture stays unfinished."""
        again: list[Callable[[], None]] = []
        self._stopped = []
        for task in tasks:
            asked = self._asked.get(task)
            if asked is not None and asked.again is not None:
                again.append(asked.again)
                self._stopped.append(asked.subject)
                self._host.without_edits(partial(self._host.on_failed, task))
        if again:
            bar = self._host.message_bar
            bar.show_message("Stopped.", self._host.again, partial(_call_all, again))

    def _on_failed(self, task: Task, error: Exception) -> None:
        if task in self._asked:
            self._asked[task].again = None
        self._host.without_edits(partial(self._host.on_failed, task, failed=True))
        if not isinstance(error, UserError):
            raise error
        self._host.message_bar.show_message(str(error))


class Precedence:
    """Tasks by their urgency, and whether one has to wait for others."""

    def __init__(self) -> None:
        self._urgencies: dict[Task, int] = {}
        self._asked: dict[Task, float] = {}

    def add(self, task: Task, urgency: int) -> None:
        """Take another task into account."""
        self._urgencies[task] = urgency

    def heeded_by(self, task: Task, work: Callable[..., T]) -> Callable[..., T]:
        """Return what a task is to do, so that it waits for others, now that it is asked for."""
        own = self._urgencies[task]
        others = [each for each, urgency in self._urgencies.items() if urgency > own]
        self._asked[task] = time.monotonic()
        return partial(self._work, others, work) if others else work

    def _work(
        self, others: Sequence[Task], work: Callable[..., T], report: Report, *tell: Any
    ) -> T:
        def heed(fraction: float, words: str) -> None:
            report(fraction, words)
            while self._go_first(others):
                time.sleep(_LOOK)
                report(fraction, words)  # Where it can be stopped.

        heed(0.0, "what comes next")
        return work(heed, *tell)

    def _go_first(self, others: Sequence[Task]) -> bool:
        # Not for the UI thread: it only reads what that writes.
        since = time.monotonic() - _MOMENT
        # A task that was deleted with its pane never learns that it has ended.
        return any(
            isValid(each) and (each.is_busy or self._asked.get(each, since) > since)
            for each in others
        )


def _call(show: Callable[[], None]) -> None:
    show()


def _call_all(asks: list[Callable[[], None]]) -> None:
    for ask in asks:
        ask()
