"""The training that makes a set nested, with what tells how well it went."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedviz.core.blocks import scale_to_unit_length
from embedviz.core.compiled.checks import as_table, require_axes
from embedviz.core.contrastive.heads import Head
from embedviz.core.contrastive.learners import HeadLearner
from embedviz.core.contrastive.near_rows import near_rows
from embedviz.core.contrastive.positives import Positives, TwoViews, pairs_to_learn, same_category
from embedviz.core.contrastive.training import Training, train
from embedviz.core.derivation.rotated import singular_axes
from embedviz.core.errors import UserError
from embedviz.core.matryoshka.nesting.comparison import Examiner, Floats, NestedComparison
from embedviz.core.matryoshka.nesting.options import Nesting
from embedviz.core.matryoshka.nesting.split import Split, split_rows
from embedviz.core.notes import counted
from embedviz.core.pairs import Pairs
from embedviz.core.progress import Report, part_of, silent

_WATCHED = 0.2
"""The share of the pairs learned from whose loss tells which weights to keep in the end.

They are no reason to end early: the last steps are short ones, and what they settle is needed for
prefixes that are long already.
"""
_BETWEEN_MOMENTS = 0.2
_BETWEEN_CURVES = 1.0
"""Seconds between two that are told."""
_LEAST_HELD = 4


class Moment(NamedTuple):
    """Losses at a step, each the mean over the lengths that are trained.

    Attributes
    ----------
    step : int
    loss : float
        Of the batch.
    held_out : float
        Of pairs that are not learned from, as it was measured last.
    """

    step: int
    loss: float
    held_out: float


@dataclass(frozen=True, eq=False)
class Nested:
    """A training so far, or at its end.

    Attributes
    ----------
    moments : tuple of Moment
    comparison : NestedComparison or None
        None where no rows were held out.
    head : Head or None
        As it is so far; None where nothing is trained.
    description : str
        What belonged together: "two views of each of 1,500 rows".
    n_learned, n_held, n_rows : int
        Rows learned from, held out, and of the set.
    temperature : float
    is_stopped : bool
        Whether it ended before its last step because nobody wanted more.
    """

    moments: tuple[Moment, ...]
    comparison: NestedComparison | None
    head: Head | None
    description: str
    n_learned: int
    n_held: int
    n_rows: int
    temperature: float
    is_stopped: bool = False

    @property
    def n_steps(self) -> int:
        """How many steps were made."""
        return self.moments[-1].step if self.moments else 0


def nested_head(
    vectors: ArrayLike,
    nesting: Nesting | None = None,
    pairs: Pairs | None = None,
    category: Sequence[Any] | None = None,
    report: Report = silent,
) -> Head:
    """Return a head that makes a set nested, learned from all of its rows, up to 20,000.

    `nested_head(vectors).apply(vectors)` is the nested version; the same seed gives the same.

    Parameters
    ----------
    vectors, nesting, pairs, category, report
        As for `train_nested`, but that no rows are held out to judge by.
    """
    chosen = replace(nesting or Nesting(), held_out=0.0)
    head = train_nested(vectors, chosen, pairs, category, report).head
    assert head is not None
    return head


def train_nested(
    vectors: ArrayLike,
    nesting: Nesting | None = None,
    pairs: Pairs | None = None,
    category: Sequence[Any] | None = None,
    report: Report = silent,
    tell: Callable[[Nested], None] = lambda nested: None,
    is_wanted: Callable[[], bool] = lambda: True,
) -> Nested:
    """Train a head that makes a set nested, and judge it on rows that it has not learned from.

    Parameters
    ----------
    vectors : array of shape (n_vectors, n_dimensions)
    nesting : Nesting
    pairs : Pairs, optional
        Of the rows. They judge, and where the options say so, they are learned from.
    category : sequence of length n_vectors, optional
        The same of a category.
    report : Report
        May raise `Cancelled`.
    tell : callable
        Given what there is, a few times a second.
    is_wanted : callable
        Whether to go on; else the training ends with the best weights so far.

    Raises
    ------
    UserError
        When there is nothing to learn from: too few rows, equal rows, NaN, or no such pairs.
    """
    nesting = nesting or Nesting()
    rows = as_table(vectors, "vectors")
    require_axes(rows, 2, "vectors")
    if pairs is not None:
        pairs.require_within(len(rows))
    report(0.0, "dividing the rows")
    split = split_rows(rows, pairs, nesting.held_out, nesting.seed)
    run = _NestedRun(rows, nesting, split, category)
    run.examine(part_of(report, 0.0, 0.05))
    run.prepare(part_of(report, 0.05, 0.1))
    return run.go(part_of(report, 0.1, 1.0), tell, is_wanted)


def judge_rotation(
    vectors: ArrayLike,
    nesting: Nesting | None = None,
    pairs: Pairs | None = None,
    category: Sequence[Any] | None = None,
    report: Report = silent,
) -> Nested:
    """Return how prefixes of a set and of its SVD rotation compare, with nothing trained.

    Parameters
    ----------
    vectors, nesting, pairs, category, report
        As for `train_nested`, which judges by the same rows. The rotation is that of the others.
    """
    rows = as_table(vectors, "vectors")
    require_axes(rows, 2, "vectors")
    nesting = nesting or Nesting()
    split = split_rows(rows, pairs, nesting.held_out, nesting.seed)
    return _NestedRun(rows, nesting, split, category).examine(report)


class _NestedRun:
    """A training with its examiner."""

    def __init__(
        self,
        vectors: NDArray[Any],
        nesting: Nesting,
        split: Split,
        category: Sequence[Any] | None,
    ) -> None:
        self._vectors, self._nesting, self._split = vectors, nesting, split
        self._category = category
        self._moments: list[Moment] = []
        self._examiner: Examiner | None = None
        self._known: tuple[Floats, Floats] = (np.empty(0), np.empty(0))
        self._training: Training | None = None
        self._description = ""

    def prepare(self, report: Report) -> None:
        """Find what belongs together."""
        nesting, split, dimensions = self._nesting, self._split, self._vectors.shape[1]
        learned = self._vectors[split.learned]
        positives, self._description = self._positives(learned, report)
        fewer = max(16, round(_WATCHED * len(positives)))
        random = np.random.default_rng(nesting.seed)
        learner = HeadLearner(learned, dimensions, 0, "tanh", random, "identity")
        self._training = Training(
            learner,
            dimensions,
            positives,
            # As many negatives in a batch as where the loss of the others is measured.
            nesting.dials(dimensions, fewer),
            held_out=_WATCHED,
            seed=nesting.seed,
        )

    def examine(self, report: Report) -> Nested:
        """Judge the set as it is and its rotation, and return this."""
        nesting, split = self._nesting, self._split
        if len(split.held) >= _LEAST_HELD:
            examiner = Examiner(
                self._vectors[split.held],
                nesting.judged_lengths(self._vectors.shape[1]),
                split.held_pairs,
                self._category_of(split.held),
                nesting.seed,
            )
            report(0.0, "judging prefixes of the set as it is")
            axes = _completed(singular_axes(self._vectors[split.learned]))
            before = examiner.values(lambda rows: rows)
            self._known = before, examiner.values(lambda rows: _unit_rows(rows) @ axes)
            self._examiner = examiner
            none = np.full(len(before), np.nan)
            self._last = NestedComparison(
                examiner.measure, examiner.lengths, *self._known, none, examiner.n_judged
            )
        return self._so_far(self._last)

    def go(
        self, report: Report, tell: Callable[[Nested], None], is_wanted: Callable[[], bool]
    ) -> Nested:
        """Train, and return how it ended."""
        training, nesting = self._training, self._nesting
        assert training is not None
        self._n_lengths = len({*training.dials.prefixes, training.shape.n_outputs})
        n_epochs = max(1, round(nesting.n_steps / training.steps_per_epoch))
        told = -np.inf
        for _ in train(training, n_epochs, patience=n_epochs, report=report, is_wanted=is_wanted):
            self._note(training)
            now = time.perf_counter()
            if now - told >= _BETWEEN_MOMENTS:
                tell(self._so_far(self._comparison(since=now)))
                told = time.perf_counter()
        report(1.0, "judging the prefixes")
        self._looked = -np.inf
        ended = self._so_far(self._comparison(since=np.inf))
        return replace(ended, is_stopped=not is_wanted())

    _looked = -np.inf
    _last: NestedComparison | None = None

    def _note(self, training: Training) -> None:
        """Note the losses of a step."""
        held = training.held_out_losses[-1][1] if training.held_out_losses else float("nan")
        loss = training.losses[-1] / self._n_lengths
        self._moments.append(Moment(len(training.losses), loss, held / self._n_lengths))

    def _comparison(self, since: float) -> NestedComparison | None:
        """Return how prefixes compare now, or did a moment ago."""
        examiner = self._examiner
        assert self._training is not None
        if examiner is None or since - self._looked < _BETWEEN_CURVES:
            return self._last
        began = time.perf_counter()
        nested = examiner.values(self._training.head().apply)
        # What takes long is looked at more rarely.
        ended = time.perf_counter()
        self._looked = ended + 4 * (ended - began)
        self._last = NestedComparison(
            examiner.measure, examiner.lengths, *self._known, nested, examiner.n_judged
        )
        return self._last

    def _so_far(self, comparison: NestedComparison | None) -> Nested:
        split = self._split
        return Nested(
            tuple(self._moments),
            comparison,
            None if self._training is None else self._training.head(),
            self._description,
            len(split.learned),
            len(split.held),
            split.n_rows,
            self._nesting.temperature,
        )

    def _positives(self, learned: NDArray[Any], report: Report) -> tuple[Positives, str]:
        together, n_rows = self._nesting.together, len(learned)
        rows = counted(n_rows, "row")
        if together == "neighbors":
            return near_rows(learned, report=report), f"{rows} and their nearest rows"
        if together == "pairs":
            if self._split.learned_pairs is None:
                raise UserError(
                    "There are no pairs of rows of this set. Add some by File → Add Pairs…, or "
                    "choose two views of a row."
                )
            chosen = pairs_to_learn(self._split.learned_pairs, n_rows)
            return chosen, counted(len(chosen), "judged pair")
        if together == "category":
            category = self._category_of(self._split.learned)
            if category is None:
                raise UserError(
                    "No column tells which rows belong together. Choose one, or two views of a row."
                )
            return same_category(category, n_rows), f"{rows} by category"
        return TwoViews(n_rows), f"two views of each of {rows}"

    def _category_of(self, rows: NDArray[np.intp]) -> Sequence[Any] | None:
        if self._category is None:
            return None
        values = self._category
        return [values[row] for row in rows.tolist()]


def _completed(axes: NDArray[Any]) -> NDArray[Any]:
    """Return axes with those at right angles to them, where rows were fewer than dimensions.

    Other rows reach beyond the axes of some; without the rest they would lose what no rotation
    loses.
    """
    dimensions, n_axes = axes.shape
    if n_axes == dimensions:
        return axes
    rest = np.linalg.qr(axes, mode="complete")[0][:, n_axes:]
    return np.hstack([axes, rest])


def _unit_rows(rows: NDArray[Any]) -> NDArray[Any]:
    unit = np.array(rows, dtype=np.float64)
    scale_to_unit_length(unit)
    return unit
