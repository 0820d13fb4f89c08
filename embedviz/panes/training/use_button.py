"""The button that adds the vectors of a run to the library."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QPushButton

from embedviz.core.progress import Report
from embedviz.core.vector_set import VectorSet
from embedviz.gui.pane import Pane
from embedviz.gui.widgets.controls import with_name
from embedviz.panes.training.player import TrainingPlayer
from embedviz.sources.training.run import Trained
from embedviz.sources.training.training import trained_set


class UseButton(QPushButton):
    """Button that adds the vectors of the frame on show: at the end those of all words.

    Parameters
    ----------
    pane : Pane
    player : TrainingPlayer
    """

    def __init__(self, pane: Pane, player: TrainingPlayer) -> None:
        super().__init__("Use in all panes")
        with_name(
            self,
            "training.use",
            "Use in all panes: add the vectors of the frame on show to the library and show them; "
            "File → Save Set As… writes them",
        )
        self._pane, self._player = pane, player
        self._task = pane.calculations.new_task("making a set")
        self.clicked.connect(self._use)

    def _use(self) -> None:
        run, frame = self._player.run, self._player.frame
        if run is None or frame is None:
            return
        is_whole = self._player.is_at_end and run.trained is not None
        trained = run.trained if is_whole and run.trained else run.as_trained(frame)
        work = partial(_made, trained)
        self._pane.calculations.run(self._task, work, self._open, purpose="edit")

    def _open(self, vector_set: VectorSet) -> None:
        self._pane.edit(self._pane.session.state.opened(vector_set))


def _made(trained: Trained, report: Report) -> VectorSet:
    """Return a set of trained vectors. Runs off the UI thread."""
    return trained_set(trained)
