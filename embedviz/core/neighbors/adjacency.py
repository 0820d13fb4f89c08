"""Which rows are the nearest ones of each row, as an array."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from embedviz.core.arrays import Matrix, RowIds

GraphMetric = Literal["cosine", "euclidean"]

GRAPH_METRICS: tuple[GraphMetric, ...] = get_args(GraphMetric)


@dataclass(frozen=True, eq=False)
class NeighborGraph:
    """The nearest other rows of each row.

    Attributes
    ----------
    rows : int32 array of shape (n_rows, count)
        Nearest first, equally near ones by row; never the row itself.
    scores : float32 array of shape (n_rows, count)
        Cosine similarities, or Euclidean distances for "euclidean".
    metric : {"cosine", "euclidean"}
    apart : float32 array of shape (n_rows, count), optional
        1 − cosine, where it is known with all its digits; of close rows, the cosine has lost them.
    """

    rows: RowIds
    scores: Matrix
    metric: GraphMetric
    apart: Matrix | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def count(self) -> int:
        """How many neighbors each row has."""
        return int(self.rows.shape[1])

    @property
    def distances(self) -> Matrix:
        """How far the neighbors are, float32 (n_rows, count).

        Euclidean distances, or 1 − cosine, which rounding never takes below 0.
        """
        if self.metric == "euclidean":
            return self.scores
        if self.apart is not None:
            return self.apart
        distances: Matrix = np.maximum(np.float32(1.0) - self.scores, np.float32(0.0))
        return distances

    @property
    def nbytes(self) -> int:
        """How many bytes it takes in memory."""
        return (
            self.rows.nbytes + self.scores.nbytes + (0 if self.apart is None else self.apart.nbytes)
        )

    def first(self, count: int) -> NeighborGraph:
        """Return the graph of the nearest `count` only, or this one when it has no more."""
        if count >= self.count:
            return self
        rows = np.ascontiguousarray(self.rows[:, :count])
        scores = np.ascontiguousarray(self.scores[:, :count])
        apart = None if self.apart is None else np.ascontiguousarray(self.apart[:, :count])
        return NeighborGraph(rows, scores, self.metric, apart)

    def of(self, part: slice) -> NeighborGraph:
        """Return the graph of some of the rows, in the same memory."""
        apart = None if self.apart is None else self.apart[part]
        return NeighborGraph(self.rows[part], self.scores[part], self.metric, apart)
