"""Contrastive training of a short embedding as a scikit-learn transformer.

This module needs scikit-learn, which takes 0.8 s to import; no other module may import it at top
level. The window uses `embedviz.core.contrastive.training` directly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Integral, Real
from typing import Any, Self, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from embedviz.core.arrays import Matrix
from embedviz.core.contrastive.dials import Dials
from embedviz.core.contrastive.heads import Head, Start
from embedviz.core.contrastive.learners import HeadLearner
from embedviz.core.contrastive.positives import (
    Positives,
    TwoViews,
    pairs_to_learn,
    same_category,
)
from embedviz.core.contrastive.training import Training, train
from embedviz.core.errors import UserError
from embedviz.core.progress import Report, silent


class UnfitRows(UserError, ValueError):
    """Rows that no head can be trained on; also a `ValueError`, as scikit-learn expects."""


class ContrastiveAdapter(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Transformer to a short embedding, a linear head with a bias that InfoNCE has trained.

    Rows that belong together are pulled to each other, the others of a batch are pushed away. What
    belongs together are judged pairs, rows of one group, or, where neither is given, two views of
    each row from which different inputs were dropped (SimCSE's idea; Gao, Yao and Chen 2021).

    For a few outputs from a sentence model, a temperature of 0.1 to 0.2 and 30 epochs keep more of
    the similarities than the default does, which spreads the rows more evenly.

    Parameters
    ----------
    n_outputs : int
        Dimensions of the result.
    hidden : int
        Units of a hidden layer before it; 0: none.
    temperature : float
        The τ of the loss.
    negatives : int, optional
        Wrong answers for each row; None: all others of the batch. With 0 everything collapses to
        one direction.
    dropout : float
        The share of the inputs that is dropped in each view.
    prefixes : sequence of int
        Numbers of first outputs that are trained to do alone, as in Matryoshka embeddings.
    learning_rate : float
        Of Adam at the beginning; it falls to 0 along half a cosine.
    batch_size, n_epochs, seed : int
    symmetric : bool
        Whether both sides of the pairs ask for their partners.
    hardness : float
        By which negatives that are alike count for more; 0: all alike.
    activation : {"tanh", "relu"}
        Of the hidden layer.
    held_out : float
        The share of the pairs that `fit` does not learn from, to see when to stop.
    patience : int
        Stop when their loss has not fallen for so many epochs, and go back to where it was
        lowest. 0: never; then nothing is held out.
    start : {"random", "identity"}
        The weights before the first step. With "identity" each output is the input at its place,
        which is where to begin when a set is to become nested and lose nothing at full length.
    orthogonality : float
        Of a head without a hidden layer: how hard its matrix is held to columns that are
        orthogonal and have unit length, with which as many outputs as inputs keep all cosines.
        0: not at all; 10 is much.

    Attributes
    ----------
    head_ : Head
        The matrix and the bias, with exports.
    losses_ : list of float
        After each step, that of its batch.
    n_steps_ : int
    """

    def __init__(  # noqa: PLR0913 - scikit-learn finds parameters here
        self,
        n_outputs: int = 64,
        hidden: int = 0,
        temperature: float = 0.05,
        negatives: int | None = None,
        dropout: float = 0.1,
        prefixes: Sequence[int] = (),
        learning_rate: float = 1e-2,
        batch_size: int = 256,
        n_epochs: int = 10,
        seed: int = 0,
        *,
        symmetric: bool = False,
        hardness: float = 0.0,
        activation: str = "tanh",
        held_out: float = 0.1,
        patience: int = 5,
        start: str = "random",
        orthogonality: float = 0.0,
    ) -> None:
        self.n_outputs = n_outputs
        self.hidden = hidden
        self.temperature = temperature
        self.negatives = negatives
        self.dropout = dropout
        self.prefixes = prefixes
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.n_epochs = n_epochs
        self.seed = seed
        self.symmetric = symmetric
        self.hardness = hardness
        self.activation = activation
        self.held_out = held_out
        self.patience = patience
        self.start = start
        self.orthogonality = orthogonality

    def fit(
        self,
        X: ArrayLike,  # noqa: N803
        y: object = None,
        pairs: Any = None,
        groups: ArrayLike | None = None,
        report: Report = silent,
    ) -> Self:
        """Train on an array (n_samples, n_features).

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
        y : ignored
            But for pairs: `fit(X, pairs)` means the same as `fit(X, pairs=pairs)`.
        pairs : object with arrays `first` and `second`, or array of shape (n_pairs, 2), optional
            Rows that belong together. With an array `scores`, only those in the upper fifth of
            the scores' range do.
        groups : array of shape (n_samples,), optional
            Rows with the same value belong together.
        report : Report
            May raise `Cancelled`; the head is then that of the steps so far.

        Raises
        ------
        UserError
            When there is nothing to learn from: one row, equal rows, NaN, pairs of rows that are
            not there, or none.
        ValueError
            When a parameter is out of its range.
        """
        for _ in self.steps(X, y, pairs, groups, report):
            pass
        return self

    def steps(
        self,
        X: ArrayLike,  # noqa: N803
        y: object = None,
        pairs: Any = None,
        groups: ArrayLike | None = None,
        report: Report = silent,
    ) -> Iterator[float]:
        """Train as `fit` does, and yield the loss after every step.

        The transformer is fitted as far as the steps have come. Parameters and errors are those
        of `fit`.
        """
        n_epochs = self._checked_settings()
        rows = self._checked_rows(X)
        if pairs is None and _are_pairs(y):
            pairs = y
        positives = _positives(len(rows), pairs, groups)
        try:
            training = Training(
                _learner(self, rows),
                int(self.n_outputs),
                positives,
                self._dials(),
                hidden=int(self.hidden),
                activation=self.activation,
                held_out=float(self.held_out) if self.patience else 0.0,
                seed=int(self.seed),
            )
        except UserError as error:
            raise UnfitRows(str(error)) from None
        self._training: Training | None = training
        self._head: Head | None = None
        self.losses_ = training.losses
        for loss in train(training, n_epochs, patience=int(self.patience), report=report):
            self._head = None
            yield loss
        # The rows need not be kept for a head that is done.
        self._head, self._training = training.head(), None

    def transform(self, X: ArrayLike) -> Matrix:  # noqa: N803
        """Return unit rows.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)

        Returns
        -------
        float32 array of shape (n_samples, n_outputs)
        """
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        return self.head_.apply(rows)

    @property
    def head_(self) -> Head:
        """The head as it is now."""
        check_is_fitted(self)
        if self._head is None:
            assert self._training is not None
            self._head = self._training.head()
        return self._head

    @property
    def n_steps_(self) -> int:
        """How many steps were made."""
        check_is_fitted(self)
        return len(self.losses_)

    @property
    def _n_features_out(self) -> int:
        return self.head_.n_outputs

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "losses_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        # The result is float32 whatever is given.
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _dials(self) -> Dials:
        return Dials(
            temperature=float(self.temperature),
            negatives=None if self.negatives is None else int(self.negatives),
            dropout=float(self.dropout),
            learning_rate=float(self.learning_rate),
            batch_size=int(self.batch_size),
            hardness=float(self.hardness),
            prefixes=tuple(int(each) for each in self.prefixes),
            orthogonality=float(self.orthogonality),
            symmetric=bool(self.symmetric),
        )

    def _checked_rows(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        rows: NDArray[Any] = validate_data(
            self, X, dtype=[np.float64, np.float32], ensure_all_finite=False
        )
        if len(rows) == 1:
            raise UnfitRows(
                "There is 1 sample, a single row. Training needs at least two, as each is told "
                "from the others."
            )
        return rows

    def _checked_settings(self) -> int:
        least = {"n_outputs": 1, "hidden": 0, "batch_size": 1, "n_epochs": 1, "patience": 0}
        for name, fewest in {**least, "seed": 0}.items():
            value = getattr(self, name)
            if not isinstance(value, Integral) or int(value) < fewest:
                raise ValueError(f"{name} is {value!r}; it must be an integer from {fewest} up")
        if not isinstance(self.held_out, Real) or not 0 <= float(self.held_out) < 1:
            raise ValueError(f"held_out is {self.held_out!r}; it must be from 0 to below 1")
        return int(self.n_epochs)


def _learner(adapter: ContrastiveAdapter, rows: NDArray[Any]) -> NDArray[Any] | HeadLearner:
    """Return rows, of which a training draws the first weights, or what has its weights."""
    if adapter.start == "random":
        return rows
    return HeadLearner(
        rows,
        int(adapter.n_outputs),
        int(adapter.hidden),
        adapter.activation,
        np.random.default_rng(int(adapter.seed)),
        cast(Start, adapter.start),
    )


def _are_pairs(given: object) -> bool:
    if hasattr(given, "first") and hasattr(given, "second"):
        return True
    shape = np.asarray(given).shape
    return len(shape) == 2 and shape[1] == 2


def _positives(n_rows: int, pairs: Any, groups: ArrayLike | None) -> Positives:
    if pairs is not None and groups is not None:
        raise UserError("Both pairs and groups say what belongs together. Give one of them.")
    if pairs is not None:
        return pairs_to_learn(pairs, n_rows)
    return TwoViews(n_rows) if groups is None else same_category(groups, n_rows)
