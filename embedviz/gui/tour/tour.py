"""The tour in a window: begun, led from stop to stop, and ended as if it had not been."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from embedviz.app.files.settings import Preferences, read_settings
from embedviz.app.session import Session
from embedviz.app.state import State, lineage
from embedviz.app.tasks import Task
from embedviz.core.errors import UserError
from embedviz.core.progress import Report
from embedviz.core.settings import Settings
from embedviz.gui.host import HasSettings, ShownPane
from embedviz.gui.tour.bar import ControlMark, TourBar
from embedviz.gui.tour.scenes import TOUR, TourStop
from embedviz.gui.tour.states import state_of_stop
from embedviz.gui.widgets.message_bar import MessageBar

Remember = Callable[[Callable[[Preferences], Preferences]], None]


class TourWindow(Protocol):
    """A window, as the tour sees it."""

    @property
    def session(self) -> Session:
        """What holds the state."""

    @property
    def panes(self) -> Sequence[HasSettings]:
        """All panes."""

    @property
    def active_pane(self) -> ShownPane:
        """The pane that is looked at."""

    @property
    def widget(self) -> QWidget:
        """The window itself."""

    @property
    def message_bar(self) -> MessageBar:
        """Where it says what is wrong."""

    def bring_to_front(self, name: str) -> None:
        """Show a pane, by its name."""


class Tour(QObject):
    """Tour through the bundled samples. What was open stays open, and comes back as it was.

    Parameters
    ----------
    window : TourWindow
    bar : TourBar
    remember : callable
        Changes the program's settings.

    Attributes
    ----------
    place : int or None
        Which stop is shown, from 0; None while there is no tour.
    """

    def __init__(self, window: TourWindow, bar: TourBar, remember: Remember) -> None:
        super().__init__(window.widget)
        self._window, self._session, self._bar = window, window.session, bar
        self._remember = remember
        self._mark = ControlMark(window.widget)
        self._task = self._session.board.add(Task(self), "opening a sample")
        self._task.failed.connect(self._on_failed)
        self.place: int | None = None
        self._before = State()
        self._pane = ""
        self._come_back: Callable[[State], None] | None = None
        bar.step_wanted.connect(self.step)
        bar.end_wanted.connect(self.end)

    def offer(self) -> None:
        """Offer the tour, unless somebody has taken it or did not want it."""
        if not read_settings().knows_tour:
            self._bar.offer()

    def start(self) -> None:
        """Begin with the first stop."""
        self.go(0)

    def step(self, steps: int) -> None:
        """Go so many stops on; beyond the last one, the tour ends."""
        if self.place is None:
            self.go(0)
        elif self.place + steps >= len(TOUR):
            self.end()
        else:
            self.go(max(self.place + steps, 0))

    def go(self, place: int) -> None:
        """Show a stop."""
        if self._come_back is None:
            self._before, self._pane = self._session.state, self._window.active_pane.name
            self._come_back = self._session.put_aside()
            self._note_known()
        self.place, stop = place, TOUR[place]
        self._bar.show_stop(stop)
        self._mark.mark("")
        kinds = [each.settings_class for each in self._window.panes]
        work = partial(_prepare, stop, self._session.state, kinds)
        self._task.run(work, partial(self._show, stop))

    def end(self) -> None:
        """End the tour, and show what was shown before; what was opened meanwhile stays open."""
        self._task.cancel()
        self._bar.hide()
        self._mark.mark("")
        self._note_known()
        come_back, self._come_back, self.place = self._come_back, None, None
        if come_back is None:
            return
        come_back(_without_tour(self._before, self._session.state))
        self._before = State()
        self._window.bring_to_front(self._pane)

    def _show(self, stop: TourStop, shown: State) -> None:
        if self.place is None:
            return
        current = self._session.state
        others = tuple(each for each in current.sets if each not in shown.sets)
        self._session.show(replace(shown, sets=(*shown.sets, *others), scenes=current.scenes))
        self._window.bring_to_front(stop.pane)
        self._mark.mark(stop.control)

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._window.message_bar.show_message(str(error))

    def _note_known(self) -> None:
        self._remember(lambda settings: replace(settings, knows_tour=True))


def _without_tour(before: State, current: State) -> State:
    """Return what was open before, with what the user has opened meanwhile."""
    samples = {stop.sample for stop in TOUR}
    new = tuple(
        each
        for each in current.sets
        if each not in before.sets and not _is_of_tour(lineage(each)[-1].provenance, samples)
    )
    return replace(before, sets=(*before.sets, *new), scenes=current.scenes)


def _is_of_tour(provenance: object, samples: set[str]) -> bool:
    step = getattr(provenance, "step", None)
    return getattr(step, "name", None) in samples


def _prepare(
    stop: TourStop, state: State, kinds: Sequence[type[Settings]], report: Report
) -> State:
    """Return the state of a stop. Runs off the UI thread."""
    report(0.0, f"opening {stop.sample}")
    shown = state_of_stop(stop, state, kinds)
    for each in shown.sets:
        each.index_labels()
    return shown
