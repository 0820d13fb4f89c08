"""Training by the contrastive loss, step by step.

Nothing here needs scikit-learn; `embedviz.core.adapter` is the transformer around it. A view that
draws while it trains calls `Training.step` itself, and turns the dials between two steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.arrays import Matrix, Rows
from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.heads import Head
from embedviz.core.contrastive.info_nce import info_nce, nested_info_nce
from embedviz.core.contrastive.learners import HeadLearner, Learner, View
from embedviz.core.contrastive.positives import Drawn, Positives, TwoViews
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent

_LEAST_HELD_OUT = 16
"""Pairs, below which the loss of those held out says nothing."""


class TrainingBatch(NamedTuple):
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
    vectors : array of shape (n_vectors, n_inputs), or Learner
        Not copied where it is float32 and large. A learner, such as free points, is trained
        itself, and its shape says what `n_outputs`, `hidden` and `activation` say of a head.
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
    held_out_losses : list of (int, float)
        Those of the pairs held out that `train` has measured, each with the number of steps then.
    batch : TrainingBatch or None
        The last one.
    shape : Shape
    positives : Positives
    groups : int array of shape (n_rows,) or None
        Of free points, which group each is in.

    Raises
    ------
    UserError
        When there are fewer than two rows, all are equal, or one holds NaN or an infinity.
    ValueError
        When a learner has another number of outputs.
    """

    def __init__(
        self,
        vectors: ArrayLike | Learner,
        n_outputs: int,
        positives: Positives | None = None,
        dials: Dials | None = None,
        *,
        hidden: int = 0,
        activation: str = "tanh",
        held_out: float = 0.0,
        seed: int = 0,
    ) -> None:
        self._random = np.random.default_rng(seed)
        self._learner: Learner = (
            vectors
            if isinstance(vectors, Learner)
            else HeadLearner(vectors, n_outputs, hidden, activation, self._random)
        )
        self.shape = self._learner.shape
        if self.shape.n_outputs != n_outputs:
            raise ValueError(f"n_outputs is {n_outputs}; the learner has {self.shape.n_outputs}")
        self.positives = positives or TwoViews(len(self._learner))
        self.groups: NDArray[np.int64] | None = None
        order = self._random.permutation(len(self.positives))
        n_held = round(held_out * len(order))
        self._held = np.sort(order[:n_held] if n_held >= _LEAST_HELD_OUT else order[:0])
        self._learned = np.sort(order[len(self._held) :])
        self._waiting: Rows = order[:0]
        self.losses: list[float] = []
        self.held_out_losses: list[tuple[int, float]] = []
        self.batch: TrainingBatch | None = None
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
    def n_rows(self) -> int:
        """How many rows there are, paired or not."""
        return len(self._learner)

    @property
    def learned_pairs(self) -> Rows:
        """Numbers of the pairs that are learned from."""
        return self._learned

    @property
    def holds_out(self) -> bool:
        """Whether there are pairs that are not learned from."""
        return len(self._held) > 0

    def step(self) -> float:
        """Learn from the next batch, and return its loss before that."""
        numbers = self._next_numbers()
        drawn = self.positives.draw(numbers, self._random)
        views = [self.view(rows, self._random) for rows in (drawn.first, drawn.second)]
        first, second = (view.outputs for view in views)
        loss, *slopes = self._loss_of(first, second, drawn)
        with np.errstate(over="ignore", invalid="ignore"):
            self._learner.learn(views, slopes, self.dials)
        self.batch = TrainingBatch(drawn, first, second, *slopes)
        self.losses.append(loss)
        return loss

    def view(self, rows: Rows, random: np.random.Generator) -> View:
        """Return rows as a step sees them once, with dropout or noise.

        Raises
        ------
        UserError
            When the learning rate was so high that the numbers overflowed.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            view = self._learner.view(rows, self.dials, random)
        _require_no_overflow(view.outputs)
        return view

    def outputs(self, rows: Rows | None = None) -> Matrix:
        """Return the outputs of some rows, or all, without dropout or noise, as unit rows.

        Returns
        -------
        float32 array of shape (n_rows, n_outputs)

        Raises
        ------
        UserError
            When the learning rate was so high that the numbers overflowed.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            found = self._learner.outputs(None if rows is None else np.asarray(rows))
        _require_no_overflow(found)
        scale_to_unit_length(found)
        return found

    def head(self, weights: Sequence[Matrix] | None = None) -> Head:
        """Return the head as it is now, or was, for vectors as they were given.

        Parameters
        ----------
        weights : sequence of float32 array, optional
            As `weights` gave them. Default: those of now.

        Raises
        ------
        UserError
            When free points are trained, for which there is none.
        """
        return self._learner.head(weights)

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
                self.view(rows, random).outputs for rows in (drawn.first, drawn.second)
            )
            losses.append(self._loss_of(first, second, drawn)[0])
        return float(np.mean(losses))

    def weights(self) -> list[Matrix]:
        """Return copies of the weights."""
        return [each.copy() for each in self._learner.weights]

    def restore(self, weights: Sequence[Matrix]) -> None:
        """Set the weights, as `weights` gave them."""
        self._learner.weights = [each.copy() for each in weights]

    @contextmanager
    def as_it_was(self, weights: Sequence[Matrix], dials: Dials) -> Iterator[None]:
        """Have earlier weights and dials for a while."""
        now = self._learner.weights, self.dials
        self._learner.weights, self.dials = list(weights), dials
        try:
            yield
        finally:
            self._learner.weights, self.dials = now

    def _next_numbers(self) -> Rows:
        size = min(self.dials.batch_size, len(self._learned))
        if len(self._waiting) < size:
            self._waiting = self._random.permutation(self._learned)
        taken, self._waiting = self._waiting[:size], self._waiting[size:]
        return taken

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
    is_wanted: Callable[[], bool] = lambda: True,
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
    is_wanted : callable
        Asked before each step whether there is to be one; else the training is at its end.
    """
    per_epoch = training.steps_per_epoch
    n_steps, rate = n_epochs * per_epoch, training.dials.learning_rate
    watches = bool(patience and training.holds_out)
    best, best_weights, worse = np.inf, training.weights(), 0
    if watches:
        best = _measure_held_out(training)
    for step in range(n_steps):
        if not is_wanted():
            break
        report(step / n_steps, f"training, epoch {step // per_epoch + 1} of {n_epochs}")
        training.change(learning_rate=rate * 0.5 * (1 + np.cos(np.pi * step / n_steps)))
        yield training.step()
        if not watches or (step + 1) % per_epoch:
            continue
        held = _measure_held_out(training)
        if held < best:
            best, best_weights, worse = held, training.weights(), 0
            continue
        worse += 1
        if worse >= patience:
            break
    if np.isfinite(best):
        training.restore(best_weights)
    training.change(learning_rate=rate)


def _measure_held_out(training: Training) -> float:
    """Return the loss of the pairs held out, and note it."""
    held = training.held_out_loss()
    training.held_out_losses.append((len(training.losses), held))
    return held


def _require_no_overflow(outputs: Matrix) -> None:
    if not np.isfinite(outputs).all():
        raise UserError(
            "The numbers overflowed, because the steps were too large. Lower the learning rate, "
            "then reset."
        )
