"""Dragging a slider: from the value to the finished picture, in the whole window."""

from __future__ import annotations

import itertools
import time
from operator import attrgetter
from typing import Any

from .framework import Benchmark
from .heartbeat import Heartbeat
from .rows import random_rows

STEPS = 60
DRAG_STEPS = 300
DRAG_MILLISECONDS = 8
SIZE = (1280, 800)


class Drag(Benchmark):
    """Steps of a drag over 10,000 × 384; a step ends when everything is painted.

    The window has all panes, library and neighbors, as a user's has. Each step waits for the
    calculation in its thread, for what is then drawn, and for the paint of the whole pane.
    """

    def __init__(self, name: str, pane: str, dial: str, n_vectors: int, dimensions: int) -> None:
        self.name = f"{name}-{n_vectors}x{dimensions}"
        self._pane, self._dial = pane, dial
        self._shape = n_vectors, dimensions

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
        slider: Any = attrgetter(self._dial)(pane)
        span = slider.maximum() - slider.minimum()
        places = np.linspace(1, 0, STEPS // 2).tolist() + np.linspace(0, 1, STEPS // 2).tolist()
        values = [slider.minimum() + round(place * span) for place in places]
        samples = [self._step(application, window.session, pane, slider, v) for v in values]
        changed = [v != w for v, w in itertools.pairwise([slider.maximum(), *values])]
        return [sample for sample, counts in zip(samples, changed, strict=True) if counts]

    def _step(self, application: Any, session: Any, pane: Any, slider: Any, value: int) -> float:
        from embedviz.gui.figures import wait_until_idle

        start = time.perf_counter()
        slider.setValue(value)
        wait_until_idle(session)
        application.processEvents()
        pane.picture.repaint()
        return 1000 * (time.perf_counter() - start)


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
