"""How long the window does not answer while points are laid out, in the whole window."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from .framework import Benchmark
from .heartbeat import Heartbeat

SIZE = (1280, 800)


class Stalls(Benchmark):
    """Gaps between the beats of the event loop, from pressing Run until the layout is there.

    The worst of the samples is what counts: how late an answer to a click may come. The points
    are seen moving meanwhile, as on the screen.
    """

    def __init__(self, name: str, method: str) -> None:
        self.name = f"{name}-10000x384"
        self._method = method
        self._told = ""

    def ours(self) -> list[float]:
        from embedviz.app.layouts import spare_process
        from embedviz.commands.application import make_application
        from embedviz.commands.window import make_window, set_up_interpreter
        from embedviz.core.compiled import warm_up
        from embedviz.core.projections import PROJECTIONS
        from embedviz.core.samples import load_sample
        from embedviz.gui.figures import wait_until_idle
        from embedviz.panes import all_kernels

        # What is compiled at the first start is not measured here.
        warm_up.prepare(lambda: None, all_kernels)
        application = make_application()
        set_up_interpreter(application)
        window = make_window()
        window.resize(*SIZE)
        window.show()
        session = window.session
        session.show(session.state.opened(load_sample("words")))
        application.processEvents()
        wait_until_idle(session)
        spare_process.spare.warm()
        heart = Heartbeat()
        # A seed that nobody has used yet, so that it is computed and not found on the disk.
        seed = time.time_ns() % 1_000_000_000
        projection: Any = replace(PROJECTIONS[self._method](), seed=seed)  # type: ignore[type-var]
        session.show(session.state.mapped(session.state.map.projected_by(projection)))
        wait_until_idle(session)
        heart.stop()
        self._told = heart.told()
        spare_process.spare.stop()
        layout = window.panes[0].run.layout
        if layout.projection != projection:
            raise RuntimeError(f"laid out by {layout.projection} instead")
        return heart.gaps

    def note(self) -> str:
        return self._told
