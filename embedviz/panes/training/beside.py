"""What is beside the map: the neighbors of a word, and the charts of the run."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QVBoxLayout, QWidget

from embedviz.core.arrays import Matrix, Rows
from embedviz.gui.theme import GRID
from embedviz.gui.widgets.controls import text_label, with_name
from embedviz.gui.widgets.ranked_list import Ranked, RankedList
from embedviz.panes.training.charts import MeasureTable, step_of, tracks_of, training_charts
from embedviz.panes.training.run import WatchedRun, unit_rows
from embedviz.sources.training.recording import TrainingFrame

COUNT = 10
_WIDE_ENOUGH_FOR_NOTES = 220
_LEAST_LINES, _LEAST_CHARTS = 3, 116


class TrainingBeside(QWidget):
    """Neighbors above, charts below.

    Signals
    -------
    word_chosen : (str,)
        The user clicked a neighbor, or typed a word.
    step_chosen : (int,)
        The user clicked the charts.
    """

    word_chosen = Signal(str)
    step_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.word = with_name(QLineEdit(), "training.word", "Word: whose neighbors are listed")
        self.word.setPlaceholderText("A word, or click one on the map")
        self._known = QStringListModel()
        completer = QCompleter(self._known, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.word.setCompleter(completer)
        self.word.returnPressed.connect(lambda: self.word_chosen.emit(self.word.text().strip()))
        self.head = text_label(kind="caption", wrap=True)
        self.list = with_name(RankedList(), "training.neighbors", "Neighbors of the word")
        self.list.setMinimumHeight(self.list.height_of(_LEAST_LINES))
        self.list.row_chosen.connect(self._choose)
        self.charts = training_charts()
        self.charts.setMinimumHeight(_LEAST_CHARTS)
        self.charts.step_chosen.connect(self.step_chosen)
        self._table = MeasureTable()
        self._run: WatchedRun | None = None
        self._first: tuple[str, Rows] | None = None
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(GRID // 2)
        for part, stretch in ((self.word, 0), (self.head, 0), (self.list, 4), (self.charts, 5)):
            rows.addWidget(part, stretch)

    def show_run(self, run: WatchedRun) -> None:
        """Show another run, from its next frame on."""
        self._run, self._first = run, None
        self._known.setStringList(list(run.words.labels))
        self.list.show_lines(())

    def show_charts(self, frame: TrainingFrame, relation: str) -> None:
        """Show the charts of the run, and where a frame is in it."""
        assert self._run is not None
        self.charts.show_run(self._table.read(self._run, relation), tracks_of(self._run, relation))
        self.charts.show_step(step_of(frame))

    def show_neighbors(self, frame: TrainingFrame, word: int) -> Rows:
        """List the nearest words of one in a frame, and return them."""
        assert self._run is not None
        name = self._run.words.labels[word]
        if not self.word.hasFocus() or not self.word.isModified():
            self.word.setText(name)
        scores = _cosines(unit_rows(frame), word)
        order = np.argsort(-scores, kind="stable")[:COUNT]
        before = self._ranks_before(name, word)
        has_room = self.list.width() >= _WIDE_ENOUGH_FOR_NOTES
        notes = [f"was {rank:,}" if has_room else "" for rank in before[order].tolist()]
        lines = [
            Ranked(row, self._run.words.labels[row], float(scores[row]), "", note)
            for row, note in zip(order.tolist(), notes, strict=True)
        ]
        self.list.show_lines(lines)
        said = ", and its rank before training" if has_room else ""
        self.head.setText(f"Nearest to “{name}”{said}{self._among()}")
        return order

    def _among(self) -> str:
        """Return among which words neighbors are looked for, where these are not all."""
        assert self._run is not None
        vocabulary = self._run.vocabulary
        if vocabulary is None or len(vocabulary.shown) == len(vocabulary.words):
            return ""
        return f", of the {len(vocabulary.shown):,} on show"

    def _ranks_before(self, name: str, word: int) -> Rows:
        """Return which neighbor each word was before training, from 1."""
        assert self._run is not None
        if self._first is None or self._first[0] != name:
            scores = _cosines(unit_rows(self._run.recording[0]), word)
            ranks = np.empty(len(scores), np.intp)
            ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
            self._first = name, ranks
        return self._first[1]

    def _choose(self, row: int) -> None:
        if self._run is not None:
            self.word.setModified(False)
            self.word_chosen.emit(self._run.words.labels[row])


def _cosines(units: Matrix, word: int) -> Matrix:
    """Return the cosine of each word with one, which itself comes last."""
    scores: Matrix = units @ units[word]
    scores[word] = -np.inf
    return scores
