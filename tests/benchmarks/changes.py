"""How long the window does not answer after each change to a set of a million rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from .framework import Benchmark
from .heartbeat import Heartbeat

SIZE = (1280, 800)
_SETTLED_SECONDS = 0.6
"""After this, a picture has come to rest."""
_N_RUNS = 3


class Changes(Benchmark):
    """The worst gap between the beats of the event loop, for each change: the median of some runs.

    The note says for each how long that was by the clock, and how long the UI thread was at work
    in it: where others use the processors too, a gap by the clock is no proof of a stall.
    """

    def __init__(self, n_vectors: int, dimensions: int) -> None:
        self.name = f"change-stalls-{n_vectors}x{dimensions}"
        self._shape = n_vectors, dimensions
        self._told: list[str] = []

    def ours(self) -> list[float]:
        from embedviz.commands.application import make_application
        from embedviz.commands.window import make_window, set_up_interpreter
        from embedviz.core.compiled import warm_up
        from embedviz.core.vector_set import VectorSet
        from embedviz.panes import all_kernels

        # What is compiled at the first start is not measured here.
        warm_up.prepare(lambda: None, all_kernels)
        self._application = make_application()
        set_up_interpreter(self._application)
        self._window = make_window()
        self._window.resize(*SIZE)
        self._window.show()
        count, rng = self._shape[0], np.random.default_rng(0)
        for name, first in (("one", 0), ("other", count // 2)):
            labels = [f"label {row}" for row in range(first, first + count)]
            vectors = rng.normal(size=self._shape).astype(np.float32)
            columns = {"group": rng.integers(0, 8, count).astype(str), "number": vectors[:, 0]}
            opened = VectorSet(vectors, labels, columns, name=name)
            opened.index_labels()
            self._window.session.show(self._window.session.state.opened(opened))
            self._settle()
        runs = [self._run() for _ in range(_N_RUNS)]
        worst = []
        for name in runs[0]:
            gap, busy = (median(run[name][i] for run in runs) for i in (0, 1))
            self._told.append(f"{name} {gap:.0f} ({busy:.0f} at work)")
            worst.append(gap)
        return worst

    def note(self) -> str:
        return ", ".join(self._told)

    def _run(self) -> dict[str, tuple[float, float]]:
        """Return the worst gap and the longest work of each change, in milliseconds."""
        session, trigger = self._window.session, self._window.trigger
        rows = np.arange(self._shape[0])
        session.show(session.state.activated(session.state.sets[0]))
        changes: dict[str, Callable[[], object]] = {
            "select half": lambda: session.show(session.state.selecting(rows[::2])),
            "undo of it": session.undo,
            "redo of it": session.redo,
            "isolate": lambda: trigger("edit.isolate"),
            "undo of isolate": session.undo,
            "redo of isolate": session.redo,
            "undo of it again": session.undo,
            "color by numbers": lambda: self._change_map(color_by="number"),
            "undo of color": session.undo,
            "labels off or on": self._toggle_labels,
            "undo of labels": session.undo,
            "add a map": lambda: trigger("view.add_map"),
            "select with two maps": lambda: session.show(
                session.state.selecting(rows[: len(rows) // 2])
            ),
            "undo with two maps": session.undo,
            "undo of add a map": session.undo,
            "select all": lambda: session.show(session.state.selecting(rows)),
            "activate another set": self._choose_other_set,
            "undo of activate": session.undo,
            "close it": lambda: trigger("file.close"),
            "undo of close": session.undo,
        }
        return {name: self._measure(change) for name, change in changes.items()}

    def _change_map(self, **changes: Any) -> None:
        session = self._window.session
        session.show(session.state.mapped(replace(session.state.map, **changes)))

    def _toggle_labels(self) -> None:
        self._change_map(labels=not self._window.session.state.map.labels)

    def _choose_other_set(self) -> None:
        """Click a set in the library that has half of the labels."""
        sets: Any = self._window.library.sets
        sets.itemClicked.emit(sets.item(1))

    def _measure(self, change: Callable[[], object]) -> tuple[float, float]:
        self._settle()
        heart = Heartbeat()
        self._go_on(0.05)
        change()
        self._settle()
        heart.stop()
        return max(heart.gaps), max(heart.at_work)

    def _settle(self) -> None:
        from embedviz.gui.figures import wait_until_idle

        wait_until_idle(self._window.session)
        self._go_on(_SETTLED_SECONDS)

    def _go_on(self, seconds: float) -> None:
        """Let the window live for a while."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self._application.processEvents()
            time.sleep(0.001)
