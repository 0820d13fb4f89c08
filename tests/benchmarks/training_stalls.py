"""How long the window does not answer while word vectors are trained in it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from .framework import Benchmark
from .heartbeat import Heartbeat

SIZE = (1280, 800)


class TrainingStalls(Benchmark):
    """Gaps between the beats of the event loop, from pressing Train until the vectors are there.

    The worst of the samples is what counts: how late an answer to a click may come. All cores
    train meanwhile, and the words are seen moving.
    """

    name = "training-stalls"

    def __init__(self) -> None:
        self._told = ""

    def ours(self) -> list[float]:
        from embedviz.commands.application import make_application
        from embedviz.commands.window import make_window, set_up_interpreter
        from embedviz.core.compiled import warm_up
        from embedviz.gui.figures import wait_until_idle
        from embedviz.panes import all_kernels
        from embedviz.panes.training.settings import TrainingPaneSettings

        # What is compiled at the first start is not measured here.
        warm_up.prepare(lambda: None, all_kernels)
        application = make_application()
        set_up_interpreter(application)
        window = make_window()
        window.resize(*SIZE)
        window.show()
        settings = replace(TrainingPaneSettings().of_corpus("language"), shows="all")
        window.session.show(window.session.state.with_settings(settings))
        window.bring_to_front("training")
        application.processEvents()
        wait_until_idle(window.session)
        pane: Any = next(pane for pane in window.panes if pane.name == "training")
        heart, begun = Heartbeat(), time.perf_counter()
        pane.corpus_page.train.click()
        wait_until_idle(window.session)
        heart.stop()
        run = pane.player.run
        if run.trained is None:
            raise RuntimeError(pane.message_bar.text)
        seconds = time.perf_counter() - begun
        frame = run.recording[len(run.recording) - 1]
        self._told = (
            f"{len(run.recording)} frames in {seconds:.0f} s, analogies "
            f"{100 * frame.accuracy:.0f} %; {heart.told()}"
        )
        return heart.gaps

    def note(self) -> str:
        return self._told
