"""What is beside the sphere: the run's charts, one row's loss, or the set's own pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from embedviz.core.arrays import Vector
from embedviz.core.contrastive.runs.anchor import AnchorTerms
from embedviz.core.contrastive.runs.frames import RunFrame
from embedviz.gui.theme import GRID
from embedviz.panes.contrastive.charts import contrastive_charts, tracks_of
from embedviz.panes.contrastive.formula import AnchorFormula
from embedviz.panes.contrastive.similarity_matrix import SimilarityMatrix

_LEAST_CHARTS, _LEAST_MATRIX, _LEAST_FORMULA = 116, 66, 184
"""Heights in pixels, in a window as low as there are: the charts leave some of them out."""


class Beside(QStackedWidget):
    """Pages, of which one is in view.

    Signals
    -------
    point_chosen : (int,)
        Place of a point whose bar was clicked.
    step_chosen : (int,)
        The step at which the charts were clicked.
    """

    point_chosen = Signal(int)
    step_chosen = Signal(int)
    PAGES = ("run", "row", "pairs")

    def __init__(self, pairs: QWidget) -> None:
        super().__init__()
        self.charts, self.matrix = contrastive_charts(), SimilarityMatrix()
        self.formula = AnchorFormula()
        self.charts.setMinimumHeight(_LEAST_CHARTS)
        self.matrix.setMinimumHeight(_LEAST_MATRIX)
        self.formula.setMinimumHeight(_LEAST_FORMULA)
        self.formula.row_chosen.connect(self.point_chosen)
        self.charts.step_chosen.connect(self.step_chosen)
        self.addWidget(_column(self.charts, self.matrix))
        self.addWidget(self.formula)
        self.addWidget(pairs)

    def show_page(self, name: str) -> None:
        """Bring another page into view."""
        self.setCurrentIndex(self.PAGES.index(name))

    def show_frame(
        self, frame: RunFrame | None, measures: Mapping[str, Vector], n_outputs: int
    ) -> None:
        """Show the charts of a run, and where a frame is in it."""
        if frame is None:
            self.charts.clear()
            self.matrix.show_cosines(np.empty((0, 0), np.float32))
            return
        self.charts.show_run(_as_table(measures), tracks_of(n_outputs))
        self.charts.show_step(frame.measures.step)
        has_negatives = frame.measures.n_negatives > 0 or frame.measures.step == 0
        self.matrix.show_cosines(
            frame.cosines, frame.n_pairs, "negatives" if has_negatives else "not compared"
        )

    def show_terms(
        self, terms: AnchorTerms | None, name_of: Callable[[int], str], message: str
    ) -> None:
        """Show the loss of a row, or say why there is none."""
        self.formula.show_terms(terms, name_of, message)


def _as_table(measures: Mapping[str, Vector]) -> NDArray[Any]:
    """Return columns of one length as a structured array."""
    kinds = [(name, column.dtype) for name, column in measures.items()]
    table = np.empty(len(next(iter(measures.values()), ())), kinds)
    for name, column in measures.items():
        table[name] = column
    return table


def _column(*parts: QWidget) -> QWidget:
    page = QWidget()
    rows = QVBoxLayout(page)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(GRID)
    for stretch, part in zip((3, 2), parts, strict=True):
        rows.addWidget(part, stretch)
    return page
