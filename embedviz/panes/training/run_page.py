"""What is seen of a run: the map, what is beside it, and a sentence that says what is seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from embedviz.gui.runs.turns import Turns
from embedviz.gui.theme import GRID, NEIGHBORS_WIDTH, TEXT_PIXELS, font, theme_manager
from embedviz.gui.widgets.controls import ElidedLabel, text_label
from embedviz.panes.training.beside import TrainingBeside
from embedviz.panes.training.run import MapView, WatchedRun
from embedviz.panes.training.settings import TrainingPaneSettings
from embedviz.panes.training.word_map import WordMap
from embedviz.panes.training.words import describe_moment, describe_run
from embedviz.sources.training.recording import TrainingFrame

_NO_PAIRS = np.empty((0, 2), np.intp)
_NO_ROWS = np.empty(0, np.intp)
_BESIDE, _LEAST_BESIDE = 32, 190
"""Hundredths of the width that are for what is beside the map, and the least, in pixels."""
_LINES = 3
"""Of the sentence below the map, at most."""
_BETWEEN_CHARTS = 0.2
"""Seconds between two states of charts and lists while points move: numbers are not read faster."""


class RunPage(QWidget):
    """Page of a run.

    Parameters
    ----------
    on_change : callable
        Takes the names and values of settings that the user changed.

    Signals
    -------
    step_chosen : (int,)
        The user clicked the charts.
    view_wanted : (MapView,)
        The words of the frame have no places on this map yet.
    """

    step_chosen = Signal(int)
    view_wanted = Signal(object)

    def __init__(self, on_change: Callable[..., Any]) -> None:
        super().__init__()
        self.map, self.beside = WordMap("training.map"), TrainingBeside()
        self.headline, self.caption = ElidedLabel("title"), ElidedLabel("caption")
        self.sentence = text_label(wrap=True)
        self._run: WatchedRun | None = None
        self._look: tuple[object, ...] = ()
        self._turns = Turns(_BETWEEN_CHARTS)
        self.beside.word_chosen.connect(lambda word: on_change(word=word))
        self.beside.step_chosen.connect(self.step_chosen)
        self.map.row_clicked.connect(lambda row, _: self._choose(row, on_change))
        self.map.camera_settled.connect(
            lambda camera: on_change(camera=camera if camera.is_3d else None)
        )
        self._lay_out()

    def _lay_out(self) -> None:
        for text in (self.headline, self.caption, self.sentence):
            text.setContentsMargins(2 * GRID, 0, 2 * GRID, 0)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        left = QVBoxLayout()
        left.setSpacing(0)
        for part in (self.headline, self.caption, self.map):
            left.addWidget(part, int(part is self.map))
        columns = QHBoxLayout()
        columns.setContentsMargins(0, GRID, 2 * GRID, GRID)
        columns.setSpacing(GRID)
        columns.addLayout(left, 100 - _BESIDE)
        columns.addWidget(self.beside, _BESIDE)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(columns, 1)
        rows.addWidget(self.sentence)
        self.fit_text(1.0)

    def fit_text(self, scale: float) -> None:
        """Make room for text of another size."""
        least = round(_LEAST_BESIDE * scale)
        self.beside.setMinimumWidth(least)
        self.beside.setMaximumWidth(round(2 * NEIGHBORS_WIDTH * scale))
        # Its lines are always there, or the map would jump with each other sentence.
        line = QFontMetrics(font(TEXT_PIXELS * scale)).lineSpacing()
        self.sentence.setFixedHeight(_LINES * line + GRID)
        layout = self.layout()
        if layout is not None:
            layout.activate()  # Else when Qt comes to it, and a picture may be drawn before.

    def show_waiting(self, title: str, message: str) -> None:
        """Show that there are no words yet."""
        self._run, self._look = None, ()
        self.headline.setText(title)
        self.caption.setText("")
        self.sentence.setText(message)
        self.beside.charts.clear()
        self.beside.list.show_lines(())
        self.map.show_nothing(message)

    def show_run(self, run: WatchedRun, settings: TrainingPaneSettings) -> None:
        """Show another run, from its next frame on."""
        self._run = run
        self.beside.show_run(run)
        self._show_look(run, run.resolved(view_of(settings)), settings)
        self._turns = Turns(_BETWEEN_CHARTS)

    def show_frame(
        self, frame: TrainingFrame, settings: TrainingPaneSettings, *, is_moving: bool
    ) -> None:
        """Show the words where they are in a frame, and its numbers."""
        run = self._run
        if run is None:
            return
        view = run.resolved(view_of(settings))
        placed = run.places_of(frame, view)
        if placed is None:
            self.view_wanted.emit(view)
            return
        relation = run.relation_named(settings.relation)
        pairs = run.relations.get(relation, _NO_PAIRS)
        is_moving &= not self._show_look(run, view, settings)
        self.map.show_positions(placed.positions)
        self.map.show_arrows(placed.positions, pairs)
        if is_moving and not self._turns.is_next():
            return
        self.caption.setText(describe_run(run, view, placed.share))
        self.sentence.setText(describe_moment(run, frame, relation))
        self.beside.show_charts(frame, relation)
        word = self.word_of(settings)
        neighbors = _NO_ROWS if word is None else self.beside.show_neighbors(frame, word)
        self.map.mark(word, neighbors, pairs)

    def _show_look(self, run: WatchedRun, view: MapView, settings: TrainingPaneSettings) -> bool:
        """Show the words on the map and in the colors that are wanted; return if these are new."""
        look = run, view, settings.color_by, theme_manager.theme
        if look == self._look:
            return False
        self._look = look
        self.map.show_words(run, view, settings.color_by)
        return True

    def word_of(self, settings: TrainingPaneSettings) -> int | None:
        """Return the place of the word that is chosen, or else of one that is worth a look."""
        run = self._run
        if run is None:
            return None
        if settings.word in run.rows:
            return run.rows[settings.word]
        pairs = run.relations.get(run.relation_named(settings.relation))
        return int(pairs[0, 0]) if pairs is not None else min(len(run.rows) - 1, 0)

    def _choose(self, row: int, on_change: Callable[..., Any]) -> None:
        if self._run is not None and 0 <= row < len(self._run.rows):
            on_change(word=self._run.words.labels[row])


def view_of(settings: TrainingPaneSettings) -> MapView:
    """Return the map that is wanted."""
    return MapView(3 if settings.is_3d else 2, settings.shows == "all", settings.relation)
