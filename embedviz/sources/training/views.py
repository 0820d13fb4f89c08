"""What is looked at of a model while it trains: the vectors on show, accuracy, neighbors."""

from __future__ import annotations

from typing import Any

import numpy as np

from embedviz.core.arrays import Matrix, Rows
from embedviz.sources.training.accuracy import AccuracyMeter, nearest_rows
from embedviz.sources.training.models import vector_reader

N_NEIGHBORS = 20


class ModelViews:
    """Copies of what a model has learned so far.

    Parameters
    ----------
    model : gensim model
        With a vocabulary.
    shown : intp array
        Rows on show.
    meter : AccuracyMeter
    """

    def __init__(self, model: Any, shown: Rows, meter: AccuracyMeter) -> None:
        self._model = model
        self._shown = shown
        self._meter = meter
        self._read_shown = vector_reader(model, shown)
        self._read_asked = vector_reader(model, meter.rows)
        self._read_all = vector_reader(model)
        self._is_trained = False

    def settle(self) -> None:
        """Take the vectors as gensim has left them in the end."""
        self._is_trained = True

    def shown(self) -> Matrix:
        """Return the vectors on show."""
        return self._final(self._shown) if self._is_trained else self._read_shown()

    def all(self) -> Matrix:
        """Return all vectors."""
        return self._final() if self._is_trained else self._read_all()

    def accuracy(self) -> float:
        """Return the share of the questions that are answered right; nan without questions."""
        if not self._meter.n_questions:
            return float("nan")
        rows = self._meter.rows
        return self._meter.measure(self._final(rows) if self._is_trained else self._read_asked())

    def nearest(self, word: str) -> tuple[Rows, Matrix]:
        """Return the rows nearest to a word, and their cosines; none where it is no word."""
        row = self._model.wv.key_to_index.get(word)
        if row is None:
            return np.empty(0, np.intp), np.empty(0, np.float32)
        return nearest_rows(self.all(), row, N_NEIGHBORS)

    def _final(self, rows: Rows | None = None) -> Matrix:
        vectors = self._model.wv.vectors
        return np.array(vectors if rows is None else vectors[rows], np.float32)
