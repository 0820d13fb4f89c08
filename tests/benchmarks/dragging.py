"""Dragging a slider: from the value to the finished picture, in the whole window."""

from __future__ import annotations

import itertools
import time
from operator import attrgetter
from statistics import median
from typing import Any

from .framework import Benchmark
from .heartbeat import Heartbeat
from .rows import random_rows

STEPS = 60
DRAG_STEPS = 300
DRAG_MILLISECONDS = 8
SIZE = (1280, 800)
DIAL = "anisotropy", "controls.dial.slider", "_dial_task", "spheres.after"
COMPONENTS = "anisotropy", "controls.components_slider", "_dial_task", "spheres.after"
PREFIX = "matryoshka", "slider", "lists._lists_task", "lists.short"
"""Pane, and in it the slider, the task that its steps wait for, and what shows the result."""
_TURNS = 50
"""Turns of the event loop in which a result is painted, if it is another one."""


class Drag(Benchmark):
    """Steps of a drag, each from the value of the slider to the last pixel of the whole window.

    The window has all panes, library and neighbors, as a user's has, with the page below the views
    that is there at first. A step waits for the calculation in its thread, for what is then drawn,
    and for its paint: of the views, which the note says apart, and of all else, among it the page.
    What is calculated once the slider rests, a tenth of a second later, is no part of a step.

    Parameters
    ----------
    name, pane : str
    dial, task, picture : str
        Where in the pane the slider is, the task that its steps wait for, and the widget that
        shows the result.
    n_vectors, dimensions : int
    """

    def __init__(
        self,
        name: str,
        pane: str,
        dial: str,
        task: str,
        picture: str,
        n_vectors: int,
        dimensions: int,
    ) -> None:
        self.name = f"{name}-{n_vectors}x{dimensions}"
        self._pane, self._parts = pane, (dial, task, picture)
        self._shape = n_vectors, dimensions
        self._seen: list[float] = []

    def ours(self) -> list[float]:
        import numpy as np

        from embedviz import VectorSet
        from embedviz.commands.application import make_application
        from embedviz.commands.window import make_window, set_up_interpreter
        from embedviz.core.compiled import warm_up
        from embedviz.gui.figures import wait_until_idle
        from embedviz.panes import all_kernels

        # What is compiled at the first start is not measured here.
        warm_up.prepare(lambda: None, all_kernels)
        application = make_application()
        set_up_interpreter(application)
        # Random rows with an offset: a cone, so that every step moves every point far.
        vectors = random_rows(*self._shape) + np.float32(1.5)
        window = make_window()
        window.resize(*SIZE)
        window.show()
        window.session.show(window.session.state.opened(VectorSet(vectors, name="rows")))
        window.bring_to_front(self._pane)
        application.processEvents()
        wait_until_idle(window.session)
        pane = next(pane for pane in window.panes if pane.name == self._pane)
        slider, task, picture = (attrgetter(each)(pane) for each in self._parts)
        paints = _paints_of(picture)
        span = slider.maximum() - slider.minimum()
        places = np.linspace(1, 0, STEPS // 2).tolist() + np.linspace(0, 1, STEPS // 2).tolist()
        values = [slider.minimum() + round(place * span) for place in places]
        samples = []
        for last, value in itertools.pairwise([slider.value(), *values]):
            seen, painted = _step(application, slider, task, paints, value)
            if value != last:
                samples.append(painted)
                self._seen.append(seen)
        return samples

    def note(self) -> str:
        return f"views {median(self._seen):.1f} ms, worst {max(self._seen):.0f}"


def _step(
    application: Any, slider: Any, task: Any, paints: list[float], value: int
) -> tuple[float, float]:
    """Return after how many milliseconds the result is seen, and after how many all is painted."""
    from PySide6.QtCore import QEventLoop

    n_at_end: list[int] = []
    connection = task.finished.connect(lambda: n_at_end.append(len(paints)))
    start = time.perf_counter()
    slider.setValue(value)
    while task.is_busy:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    for _ in range(_TURNS):
        application.processEvents()
        if n_at_end and len(paints) > n_at_end[-1]:
            break
    application.processEvents()  # What was laid out anew is painted a turn later.
    end = time.perf_counter()
    task.finished.disconnect(connection)
    return 1000 * ((paints[-1] if paints else end) - start), 1000 * (end - start)


def _paints_of(widget: Any) -> list[float]:
    """Return a list to which the time is added whenever a widget has painted itself."""
    from PySide6.QtCore import QEvent, QObject

    paints: list[float] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() != QEvent.Type.Paint:
                return False
            watched.event(event)
            paints.append(time.perf_counter())
            return True

    widget.installEventFilter(Watch(widget))
    return paints


class DragStalls(Benchmark):
    """Gaps between the beats of the event loop while the prefix slider is dragged up and down.

    The worst of the samples is what counts. A mouse that reports 125 times a second is not waited
    for: steps that come faster than they are computed are left out by the window, as in use. The
    drag begins once the lists are there, while the page below them still measures.
    """

    def __init__(self, n_vectors: int, dimensions: int, page: str = "curves") -> None:
        of_page = "" if page == "curves" else f"-{page}"
        self.name = f"truncation-drag-stalls-{n_vectors}x{dimensions}{of_page}"
        self._shape = n_vectors, dimensions
        self._page, self._told = page, ""

    def ours(self) -> list[float]:
        from PySide6.QtWidgets import QAbstractSlider

        from embedviz import VectorSet
        from embedviz.commands.application import make_application
        from embedviz.commands.window import make_window, set_up_interpreter
        from embedviz.core.compiled import warm_up
        from embedviz.gui.figures import wait_until_idle
        from embedviz.panes import all_kernels
        from embedviz.panes.matryoshka.settings import MatryoshkaSettings

        # What is compiled at the first start is not measured here.
        warm_up.prepare(lambda: None, all_kernels)
        application = make_application()
        set_up_interpreter(application)
        window = make_window()
        window.resize(*SIZE)
        window.show()
        session = window.session
        state = session.state.opened(VectorSet(random_rows(*self._shape), name="rows"))
        page: Any = self._page
        session.show(state.with_settings(MatryoshkaSettings(page=page)).queried(7))
        window.bring_to_front("matryoshka")
        pane: Any = next(pane for pane in window.panes if pane.name == "matryoshka")
        begin = time.perf_counter()
        while not pane.is_built or not pane.lists.short.lines.lines:
            application.processEvents()
            time.sleep(0.0005)
        prepared = time.perf_counter() - begin
        slider: Any = window.findChild(QAbstractSlider, "matryoshka.dimensions")
        span = slider.maximum() - slider.minimum()
        heart = Heartbeat()
        slider.sliderPressed.emit()
        for step in range(DRAG_STEPS):
            place = abs(1 - 2 * step / DRAG_STEPS)
            slider.setValue(slider.minimum() + round(place * span))
            end = time.perf_counter() + DRAG_MILLISECONDS / 1000
            while time.perf_counter() < end:
                application.processEvents()
                time.sleep(0.0005)
        slider.sliderReleased.emit()
        heart.stop()
        session.board.stop()
        wait_until_idle(session)
        self._told = f"{heart.told()}, lists after {prepared:.1f} s"
        return heart.gaps

    def note(self) -> str:
        return self._told
