"""Moving pictures: frames of an orbit of the map, drawn, encoded and written."""

from __future__ import annotations

from .framework import Benchmark

WIDTH, HEIGHT, FPS = 1280, 720, 25
SECONDS, RUNS = 2.0, 2


class Films(Benchmark):
    """Frames a second of a recording, from the first step to the file, of the bundled words.

    The note says how large the file is, and how long the window was without an answer meanwhile.

    Parameters
    ----------
    suffix : str
        Of the file: a format.
    """

    unit = "frames/s"
    more_is_better = True

    def __init__(self, suffix: str) -> None:
        self.name = f"film-10000-{suffix.removeprefix('.')}"
        self._suffix = suffix
        self._said = ""

    def ours(self) -> list[float]:
        import tempfile
        import time
        from dataclasses import replace
        from pathlib import Path

        from embedviz.app.animation.timing import Timing
        from embedviz.commands.application import make_application
        from embedviz.core.wording import in_words
        from embedviz.gui.moving.recorder import record

        from .heartbeat import Heartbeat

        application = make_application()
        film = self._film()
        rates = []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"film{self._suffix}"
            record(replace(film, timing=Timing(0.2, FPS)), path)  # What only happens at first.
            beat = Heartbeat()
            for _ in range(RUNS):
                started = time.perf_counter()
                record(film, path)
                rates.append(film.timing.n_frames / (time.perf_counter() - started))
            beat.stop()
            self._said = f"{in_words(path.stat().st_size)}; {beat.told()}"
        film.session.encoders.close()
        application.processEvents()
        return rates

    def note(self) -> str:
        return self._said

    @staticmethod
    def _film():
        from functools import partial

        from embedviz.app.animation.timing import Timing
        from embedviz.app.session import Session
        from embedviz.app.state import State
        from embedviz.core.projections import PCA
        from embedviz.core.samples import load_sample
        from embedviz.gui.export.look import FigureLook
        from embedviz.gui.moving.filming import Film
        from embedviz.gui.moving.stage import PaneStage
        from embedviz.panes.map.pane import MapPane

        state = State().opened(load_sample("words"))
        state = state.mapped(state.map.projected_by(PCA()))
        (orbit,) = (each for each in MapPane.animations if each.key == "orbit")
        look = FigureLook(WIDTH, HEIGHT, 1.0)
        timing = Timing(SECONDS, FPS, "linear")
        return Film(Session(), partial(PaneStage, MapPane), orbit, timing, look, state)
