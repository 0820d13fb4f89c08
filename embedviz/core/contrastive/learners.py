"""What learns in a run: a head over given vectors, or, elsewhere, points that are free.

A run draws pairs, asks its learner for two views of them, and hands back the gradients.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import row_blocks
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.heads import Head, Start
from embedviz.core.contrastive.network import Adam, Network, Shape
from embedviz.core.contrastive.rows import require_finite
from embedviz.core.errors import UserError
from embedviz.core.notes import counted

_KEPT_BYTES = 200_000_000
"""Up to which all inputs are kept as they are centered and scaled, and not made again each step."""


class View(NamedTuple):
    """Rows as they are seen once, with dropout or noise.

    Attributes
    ----------
    rows : array of rows
    outputs : float32 array of shape (n_rows, n_outputs)
        Of any length.
    given : tuple of array
        What the learner needs again for its gradients.
    """

    rows: Rows
    outputs: Matrix
    given: tuple[Matrix, ...] = ()


@runtime_checkable
class Learner(Protocol):
    """Rows with outputs that can be moved.

    Attributes
    ----------
    shape : Shape
    weights : list of float32 array
        All that is learned.
    """

    shape: Shape
    weights: list[Matrix]

    def __len__(self) -> int:
        """Return how many rows there are."""

    def view(self, rows: Rows, dials: Dials, random: np.random.Generator) -> View:
        """Return rows as they are seen once."""

    def outputs(self, rows: Rows | None) -> Matrix:
        """Return the outputs of rows, or all, without dropout or noise, of any length.

        It is a new array.
        """

    def learn(self, views: Sequence[View], slopes: Sequence[Matrix], dials: Dials) -> None:
        """Move the weights against the gradients of the views' outputs."""

    def head(self, weights: Sequence[Matrix] | None = None) -> Head:
        """Return what gives the outputs of vectors, now or with earlier weights.

        Raises
        ------
        UserError
            When there is no such thing.
        """


class HeadLearner:
    """Head that learns from vectors.

    Inputs are centered and divided by their mean length (root mean square) first, because Adam's
    steps have a size of their own: the same learning rate then suits vectors of any model. This
    is folded into the head at the end.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_inputs)
    n_outputs : int
    hidden, activation, start
        As for `Shape`.
    random : numpy.random.Generator
        For the first weights.

    Raises
    ------
    UserError
        When there are fewer than two rows, all are equal, or one holds NaN or an infinity.
    """

    def __init__(
        self,
        vectors: ArrayLike,
        n_outputs: int,
        hidden: int,
        activation: str,
        random: np.random.Generator,
        start: Start = "random",
    ) -> None:
        self._inputs = _Inputs(vectors)
        self.shape = Shape(self._inputs.dimensions, n_outputs, hidden, activation, start)
        self._network = Network(self.shape, random)
        self._adam = Adam()

    def __len__(self) -> int:
        return len(self._inputs)

    @property
    def weights(self) -> list[Matrix]:
        """Matrix and bias of each layer, the hidden one first."""
        return self._network.weights

    @weights.setter
    def weights(self, weights: list[Matrix]) -> None:
        self._network.weights = weights

    def view(self, rows: Rows, dials: Dials, random: np.random.Generator) -> View:
        """Return what the head gives for rows, with a share of their inputs set to 0."""
        inputs = self._inputs.take(rows)
        if dropout := dials.dropout:
            inputs *= random.random(inputs.shape, dtype=np.float32) >= dropout
            inputs *= np.float32(1 / (1 - dropout))
        outputs, last = self._network.forward(inputs)
        return View(rows, outputs, (inputs, last))

    def outputs(self, rows: Rows | None) -> Matrix:
        """Return what the head gives for rows, or all."""
        count = len(self) if rows is None else len(rows)
        found = np.empty((count, self.shape.n_outputs), np.float32)
        for start in range(0, count, 4096):
            part = slice(start, start + 4096)
            inputs = self._inputs.part(part) if rows is None else self._inputs.take(rows[part])
            found[part] = self._network.forward(inputs)[0]
        return found

    def learn(self, views: Sequence[View], slopes: Sequence[Matrix], dials: Dials) -> None:
        """Move the head's weights by a step of Adam."""
        network = self._network
        one, other = (
            network.gradients(view.given[0], view.given[1], slope)
            for view, slope in zip(views, slopes, strict=True)
        )
        total = [a + b for a, b in zip(one, other, strict=True)]
        if dials.orthogonality:
            total[-2] += np.float32(dials.orthogonality) * network.away_from_orthogonal()
        haste = network.haste if dials.bias else [*network.haste[:-1], 0.0]
        self._adam.step(network.weights, total, dials.learning_rate, haste)

    def head(self, weights: Sequence[Matrix] | None = None) -> Head:
        """Return the head as it is now, or was with earlier weights, for vectors as given."""
        return self._network.folded(self._inputs.mean, self._inputs.scale, weights)


class _Inputs:
    """Rows, centered and divided by their mean length."""

    def __init__(self, vectors: ArrayLike) -> None:
        rows = as_table(vectors, "vectors")
        require_axes(rows, 2, "vectors")
        n_rows, self.dimensions = rows.shape
        if n_rows < 2 or not self.dimensions:
            raise UserError(
                f"There {'is' if n_rows == 1 else 'are'} {counted(n_rows, 'row')} of "
                f"{counted(self.dimensions, 'dimension')}. Training needs at least two rows, as "
                "each is told from the others."
            )
        self._rows = rows
        self.mean, size = _mean_and_size(rows)
        if size == 0:
            raise UserError(
                "All rows are equal, so there is nothing by which to tell them apart. Use other "
                "vectors."
            )
        self.scale = 1 / size
        self._prepared: Matrix | None = None
        if n_rows * self.dimensions * 4 <= _KEPT_BYTES:
            self._prepared = self.take(np.arange(n_rows))

    def __len__(self) -> int:
        return len(self._rows)

    def part(self, rows: slice) -> Matrix:
        """Return adjacent rows, to be read only."""
        if self._prepared is not None:
            return self._prepared[rows]
        return self.take(np.arange(len(self))[rows])

    def take(self, rows: Rows) -> Matrix:
        """Return a copy of some rows, as they are given to the network."""
        if self._prepared is not None:
            return self._prepared[rows]
        taken: Matrix = ((self._rows[rows] - self.mean) * self.scale).astype(np.float32)
        return taken


def _mean_and_size(rows: Any) -> tuple[Any, float]:
    """Return the mean, and the root mean square of the distances from it."""
    anchor = rows[0].astype(np.float64)
    total, n_rows = np.zeros(rows.shape[1]), len(rows)
    for _, block in row_blocks(rows):
        require_finite(block)
        # From the first row, so that rows that are all equal have a size of exactly 0.
        total += (block - anchor).sum(axis=0)
    offset = total / n_rows
    squares = 0.0
    for _, block in row_blocks(rows):
        distances = block - anchor
        distances -= offset
        squares += float(np.einsum("ij,ij->", distances, distances))
    return anchor + offset, float(np.sqrt(squares / n_rows))
