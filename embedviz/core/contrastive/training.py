"""Training of a head by the contrastive loss, step by step.

Nothing here needs scikit-learn; `embedviz.core.adapter` is the transformer around it. A view that
draws while it trains calls `Training.step` itself, and turns the dials between two steps.

Inputs are centered and divided by their mean length (root mean square) first, because Adam's steps
have a size of their own: the same learning rate then suits vectors of any model. This is folded
into the head at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import row_blocks, scale_to_unit_length
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.contrastive.heads import Head
from embedviz.core.contrastive.info_nce import info_nce, nested_info_nce
from embedviz.core.contrastive.network import Adam, Network, Shape
from embedviz.core.contrastive.positives import Drawn, Positives, TwoViews
from embedviz.core.contrastive.rows import require_finite
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent

_KEPT_BYTES = 200_000_000
"""Up to which all inputs are kept as they are centered and scaled, and not made again each step."""
_LEAST_HELD_OUT = 16
"""Pairs, below which the loss of those held out says nothing."""


@dataclass(frozen=True)
class Dials:
    """What may be changed between two steps.

    Attributes
    ----------
    temperature : float
        The τ by which cosines are divided.
    negatives : int, optional
        Wrong answers for each row of a batch; None: all other rows, 0: none, only the pull.
    dropout : float
        The share of the inputs that is set to 0 in each view, from 0 to below 1; the others are
        divided by what is left.
    learning_rate : float
        Of Adam.
    batch_size : int
        Pairs of a step, as long as there are so many.
    hardness : float
        By which negatives that are alike count for more; 0: all alike.
    prefixes : tuple of int
        Numbers of first outputs that are trained to do alone, beside all together.
    symmetric : bool
        Whether both sides of the pairs ask for their partners.
    """

    temperature: float = 0.05
    negatives: int | None = None
    dropout: float = 0.1
    learning_rate: float = 1e-2
    batch_size: int = 256
    hardness: float = 0.0
    prefixes: tuple[int, ...] = ()
    symmetric: bool = False

    def __post_init__(self) -> None:
        for name, least in (("temperature", True), ("learning_rate", True), ("hardness", False)):
            value = getattr(self, name)
            if not 0 <= value < np.inf or (least and value == 0):
                raise ValueError(
                    f"{name} is {value!r}; it must be {'above 0' if least else 'from 0 up'}"
                )
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout is {self.dropout!r}; it must be from 0 to below 1")
        if self.batch_size < 1:
            raise ValueError(f"batch_size is {self.batch_size!r}; it must be from 1 up")
        if self.negatives is not None and self.negatives < 0:
            raise ValueError(f"negatives is {self.negatives!r}; it must be from 0 up, or None")
        if any(length < 1 for length in self.prefixes):
            raise ValueError(f"prefixes are {self.prefixes!r}; each must be from 1 up")


class Batch(NamedTuple):
    """What a step saw.

    Attributes
    ----------
    rows : Drawn
        Which rows were paired.
    first, second : float32 array of shape (n_pairs, n_outputs)
        Outputs for them, of any length, before the step.
    gradient_first, gradient_second : float32 array of shape (n_pairs, n_outputs)
        Against which they are moved.
    """

    rows: Drawn
    first: Matrix
    second: Matrix
    gradient_first: Matrix
    gradient_second: Matrix


class Training:
    """Run of a head's training, whose state is that after the steps so far.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_inputs)
        Not copied where it is float32 and large.
    n_outputs : int
    positives : Positives, optional
        What belongs together. Default: two dropout views of each row.
    dials : Dials
    hidden : int
        Units of a hidden layer; 0: the head is linear, with a bias.
    activation : {"tanh", "relu"}
    held_out : float
        The share of the pairs that is not learned from, for `held_out_loss`.
    seed : int

    Attributes
    ----------
    dials : Dials
    losses : list of float
        After each step, that of its batch.
    batch : Batch or None
        The last one.

    Raises
    ------
    UserError
        When there are fewer than two rows, all are equal, or one holds NaN or an infinity.
    """

    def __init__(
        self,
        vectors: ArrayLike,
        n_outputs: int,
        positives: Positives | None = None,
        dials: Dials | None = None,
        *,
        hidden: int = 0,
        activation: str = "tanh",
        held_out: float = 0.0,
        seed: int = 0,
    ) -> None:
        self._inputs = _Inputs(vectors)
        self.shape = Shape(self._inputs.dimensions, n_outputs, hidden, activation)
        self._random = np.random.default_rng(seed)
        self._network = Network(self.shape, self._random)
        self._adam = Adam()
        self.positives = positives or TwoViews(len(self._inputs))
        order = self._random.permutation(len(self.positives))
        n_held = round(held_out * len(order))
        self._held = np.sort(order[:n_held] if n_held >= _LEAST_HELD_OUT else order[:0])
        self._learned = np.sort(order[len(self._held) :])
        self._waiting: Rows = order[:0]
        self.losses: list[float] = []
        self.batch: Batch | None = None
        self.dials = Dials()
        self.change(dials)

    def change(self, dials: Dials | None = None, **changes: Any) -> None:
        """Set all dials, or some by name, for the steps to come.

        Raises
        ------
        UserError
            When a prefix is longer than the outputs.
        ValueError
            When one is out of its range.
        """
        dials = replace(dials or self.dials, **changes)
        if any(length > self.shape.n_outputs for length in dials.prefixes):
            raise UserError(
                f"A prefix has {max(dials.prefixes):,} outputs, and the head has "
                f"{self.shape.n_outputs:,}. Choose shorter prefixes, or more outputs."
            )
        self.dials = dials

    @property
    def steps_per_epoch(self) -> int:
        """How many steps see about every pair once."""
        return max(1, len(self._learned) // self.dials.batch_size)

    @property
    def holds_out(self) -> bool:
        """Whether there are pairs that are not learned from."""
        return len(self._held) > 0

    def step(self) -> float:
        """Learn from the next batch, and return its loss before that."""
        numbers = self._next_numbers()
        drawn = self.positives.draw(numbers, self._random)
        views = [self._view(rows, self._random) for rows in (drawn.first, drawn.second)]
        passes = [self._network.forward(view) for view in views]
        loss, *slopes = self._loss_of(passes[0][0], passes[1][0], drawn)
        one, other = (
            self._network.gradients(view, last, slope)
            for view, (_, last), slope in zip(views, passes, slopes, strict=True)
        )
        total = [a + b for a, b in zip(one, other, strict=True)]
        network = self._network
        self._adam.step(network.weights, total, self.dials.learning_rate, network.haste)
        self.batch = Batch(drawn, passes[0][0], passes[1][0], *slopes)
        self.losses.append(loss)
        return loss

    def outputs(self, rows: Rows | None = None) -> Matrix:
        """Return what the head gives for some rows, or all, without dropout, as unit rows.

        Returns
        -------
        float32 array of shape (n_rows, n_outputs)
        """
        wanted = np.arange(len(self._inputs)) if rows is None else np.asarray(rows)
        found = np.empty((len(wanted), self.shape.n_outputs), np.float32)
        for start in range(0, len(wanted), 4096):
            part = slice(start, start + 4096)
            found[part] = self._network.forward(self._inputs.take(wanted[part]))[0]
        scale_to_unit_length(found)
        return found

    def head(self) -> Head:
        """Return the head as it is now, for vectors as they were given."""
        return self._network.folded(self._inputs.mean, self._inputs.scale)

    def held_out_loss(self, seed: int = 0) -> float:
        """Return the loss of the pairs that are not learned from; nan when there are none.

        The dropout is the same each time, so what differs is the head.
        """
        random = np.random.default_rng(seed)
        size = min(self.dials.batch_size, len(self._held))
        if not size:
            return float("nan")
        losses = []
        for start, end in pairwise(range(0, len(self._held) + 1, size)):
            drawn = self.positives.draw(self._held[start:end], random)
            first, second = (
                self._network.forward(self._view(rows, random))[0]
                for rows in (drawn.first, drawn.second)
            )
            losses.append(self._loss_of(first, second, drawn)[0])
        return float(np.mean(losses))

    def weights(self) -> list[Matrix]:
        """Return copies of the weights."""
        return [each.copy() for each in self._network.weights]

    def restore(self, weights: list[Matrix]) -> None:
        """Set the weights, as `weights` gave them."""
        self._network.weights = [each.copy() for each in weights]

    def _next_numbers(self) -> Rows:
        size = min(self.dials.batch_size, len(self._learned))
        if len(self._waiting) < size:
            self._waiting = self._random.permutation(self._learned)
        taken, self._waiting = self._waiting[:size], self._waiting[size:]
        return taken

    def _view(self, rows: Rows, random: np.random.Generator) -> Matrix:
        view = self._inputs.take(rows)
        if dropout := self.dials.dropout:
            view *= random.random(view.shape, dtype=np.float32) >= dropout
            view *= np.float32(1 / (1 - dropout))
        return view

    def _loss_of(self, first: Matrix, second: Matrix, drawn: Drawn) -> tuple[float, Matrix, Matrix]:
        dials = self.dials
        options: dict[str, Any] = {
            "symmetric": dials.symmetric,
            "negatives": dials.negatives,
            "hardness": dials.hardness,
            "groups": drawn.groups,
        }
        if dials.prefixes:
            # All outputs too, or those behind the longest prefix would stay as they were drawn.
            lengths = sorted({*dials.prefixes, self.shape.n_outputs})
            return nested_info_nce(first, second, dials.temperature, lengths, **options)
        return info_nce(first, second, dials.temperature, **options)


def train(
    training: Training,
    n_epochs: int,
    *,
    patience: int = 0,
    report: Report = silent,
) -> Iterator[float]:
    """Run steps of a training, and yield the loss after each.

    The learning rate falls to 0 along half a cosine.

    Parameters
    ----------
    training : Training
    n_epochs : int
    patience : int
        Stop when the loss of the pairs held out has not fallen for so many epochs, and go back
        to where it was lowest; 0: never.
    report : Report
        May raise `Cancelled`.
    """
    per_epoch = training.steps_per_epoch
    n_steps, rate = n_epochs * per_epoch, training.dials.learning_rate
    best, best_weights, worse = np.inf, training.weights(), 0
    for step in range(n_steps):
        report(step / n_steps, f"training, epoch {step // per_epoch + 1} of {n_epochs}")
        training.change(learning_rate=rate * 0.5 * (1 + np.cos(np.pi * step / n_steps)))
        yield training.step()
        if not (patience and training.holds_out) or (step + 1) % per_epoch:
            continue
        held = training.held_out_loss()
        if held < best:
            best, best_weights, worse = held, training.weights(), 0
            continue
        worse += 1
        if worse >= patience:
            break
    if np.isfinite(best):
        training.restore(best_weights)
    training.change(learning_rate=rate)


class _Inputs:
    """Rows, centered and divided by their mean length."""

    def __init__(self, vectors: ArrayLike) -> None:
        rows = as_table(vectors, "vectors")
        require_axes(rows, 2, "vectors")
        n_rows, self.dimensions = rows.shape
        if n_rows < 2 or not self.dimensions:
            raise UserError(
                f"There are {n_rows:,} rows of {self.dimensions:,} dimensions. Training needs at "
                "least two rows, as each is told from the others."
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
