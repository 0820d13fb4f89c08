"""How long the window does not answer while a large file is opened through the dialog."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .framework import Benchmark
from .heartbeat import Heartbeat
from .loading import Mapped, Text, _file

SIZE = (1280, 800)


class Opening(Benchmark):
    """Gaps between the beats of the event loop, from asking about a file until its map is painted.

    The dialog checks all rows before Open is pressed; what is opened is then on the map, and the
    rows of a mapped array have been looked at. The worst of the samples is what counts: how late
    an answer to a click may come. The note says how long each part took.
    """

    def __init__(self, kind: str, n_vectors: int, dimensions: int) -> None:
        self.name = f"open-stalls-{kind}-{n_vectors}x{dimensions}"
        self._is_text = kind == "text"
        self._shape = n_vectors, dimensions
        self._told: list[str] = []

    def ours(self) -> list[float]:
        source: Any = (
            Text(*self._shape, None, ".txt") if self._is_text else Mapped(*self._shape, scans=False)
        )
        with _file(".txt" if self._is_text else ".npy", source._write) as path:
            return self._measure(Path(path))

    def note(self) -> str:
        return ", ".join(self._told)

    def _measure(self, path: Path) -> list[float]:
        from embedviz.app.pairing import OpenRequest
        from embedviz.commands.application import make_application
        from embedviz.commands.window import make_window, set_up_interpreter
        from embedviz.core.compiled import warm_up
        from embedviz.core.samples import load_sample
        from embedviz.gui.figures import wait_until_idle

        warm_up.prepare(lambda: None)  # What is compiled at the first start is not measured here.
        application = make_application()
        set_up_interpreter(application)
        window = make_window()
        window.resize(*SIZE)
        window.show()
        # As the window is found: with something open, and its parts made.
        window.session.show(window.session.state.opened(load_sample("words")))
        wait_until_idle(window.session)
        heart = Heartbeat()
        start = time.perf_counter()
        window.dialogs.ask(OpenRequest(path))
        dialog = window.dialogs.dialog
        assert dialog is not None
        check, changed = dialog.check, dialog.check.changed
        _wait(changed, lambda: check.inspection is not None)
        self._tell("shown", start)
        _wait(changed, lambda: check.vector_set is not None and not check.is_reading)
        self._tell("checked", start)
        start = time.perf_counter()
        on_map: Any = window.panes[0]
        board, opened = window.session.board, check.vector_set
        dialog.accept()
        _wait(
            board.changed, lambda: board.current is None and on_map.run.layout.vector_set is opened
        )
        application.processEvents()
        self._tell("on the map", start)
        heart.stop()
        self._told.append(heart.told())
        return heart.gaps

    def _tell(self, what: str, start: float) -> None:
        self._told.append(f"{what} after {time.perf_counter() - start:.2f} s")


def _wait(signal: Any, is_done: Callable[[], bool]) -> None:
    """Let the event loop run until a signal comes after which something is so."""
    from PySide6.QtCore import QEventLoop

    waiting = QEventLoop()
    signal.connect(waiting.quit)
    while not is_done():
        waiting.exec()
    signal.disconnect(waiting.quit)
